"""What a page offers for a new second factor; the secret waits, encrypted, in the session until the first right code."""

from __future__ import annotations

import base64
from typing import Any

from django.http import HttpRequest

from ciyou.apps.accounts.factors import new_totp_secret, totp_address, totp_picture
from ciyou.apps.accounts.passkeys import begin_passkey, site_of
from ciyou.apps.accounts.sealing import open_factor, seal_factor
from ciyou.core.errors import VaultError

_SECRET, _CHALLENGE = "offered_secret", "offered_challenge"


def factor_offer(request: HttpRequest, user: Any, *, wrong: str = "", keep: bool = False) -> dict[str, Any]:
    """The picture to scan, the same as text, and the challenge for a passkey where this address can have one.

    `keep`: after a wrong code the picture stays the same, it has been scanned already.
    """
    secret = (offered_secret(request, user) if keep else None) or new_totp_secret()
    request.session[_SECRET] = base64.b64encode(seal_factor(user.id, "offer", secret)).decode()
    address, site = totp_address(user, secret), site_of(request.get_host())
    options = ""
    if site:
        options, request.session[_CHALLENGE] = begin_passkey(user, site=site)
    picture = base64.b64encode(totp_picture(address)).decode()
    text = base64.b32encode(secret).decode().rstrip("=")
    return {
        "wrong": wrong,
        "picture": f"data:image/svg+xml;base64,{picture}",
        "secret_text": " ".join(text[start : start + 4] for start in range(0, len(text), 4)),
        "passkey_options": options,
    }


def offered_secret(request: HttpRequest, user: Any) -> bytes | None:
    """The secret of the picture that was shown; None when none was shown to this user."""
    kept = request.session.get(_SECRET, "")
    try:
        return open_factor(user.id, "offer", base64.b64decode(kept)) if kept else None
    except VaultError:
        return None


def offered_challenge(request: HttpRequest) -> dict[str, Any] | None:
    """The challenge for a passkey that was offered; it is gone afterwards."""
    return request.session.pop(_CHALLENGE, None)
