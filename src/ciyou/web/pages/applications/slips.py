"""What every receipt page shows and prints: the number, and the code that is shown once and followed without an account."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from ciyou.apps.awards.receiving import Receipt
from ciyou.web.pages.applications.forms import text

_PDF = "application/pdf"


def receipt_content(request: HttpRequest, receipt: Receipt) -> dict[str, object]:
    """What `receipt_card.html` and its page need."""
    return {
        "receipt": receipt,
        "spaced": f"{receipt.code[:4]} {receipt.code[4:]}",
        "follow": follow_address(request),
        "seen_at": timezone.now(),
    }


def follow_address(request: HttpRequest) -> str:
    """Where number and code are asked for, in full."""
    return request.build_absolute_uri(reverse("follow"))


def told_code(request: HttpRequest) -> str:
    """The code that a form brings back, its digits only."""
    return "".join(one for one in text(request, "code") if one.isdigit())


def slip_response(document: bytes, about: uuid.UUID) -> HttpResponse:
    """The slip as a file to print."""
    headers = {"Content-Disposition": f'attachment; filename="receipt-{about.hex[:8]}.pdf"'}
    return HttpResponse(document, content_type=_PDF, headers=headers)
