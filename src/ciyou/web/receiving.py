"""Files that a form sends: of one that is too large only so much is read that it is refused."""

from __future__ import annotations

from django.http import HttpRequest

from ciyou.apps.registry.services import MAX_BYTES


def sent_file(request: HttpRequest, field: str) -> bytes:
    """What was chosen in a field for evidence; b"" where nothing was."""
    sent = request.FILES.get(field)
    return sent.read(MAX_BYTES + 1) if sent is not None else b""
