"""What every page knows besides its own content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from ciyou.apps.accounts.header import SignedIn, describe_sign_in
from ciyou.core.access.verdict import ceiling_of
from ciyou.web.navigation import navigation_of

PERSONAL = 3


def short_language() -> str:
    """`zh` or `en`, as the core and the packs call the two languages."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def every_page(request: HttpRequest) -> dict[str, Any]:
    """The language in the form that HTML wants it, and the language one can change to."""
    english = short_language() == "en"
    return {
        "html_language": "en" if english else "zh-Hans",
        "other_language": {"code": "zh-hans", "html": "zh-Hans", "name": "中文"}
        if english
        else {"code": "en", "html": "en", "name": "English"},
        "navigation": navigation_of(request),
        "signed_in": _signed_in(request),
        "may_search": _may_search(request),
        "demo": settings.DEMO,
    }


def _may_search(request: HttpRequest) -> bool:
    """Whether the header has a search box: for roles that see persons."""
    actor = getattr(request, "actor", None)
    return actor is not None and ceiling_of(actor) >= PERSONAL


def _signed_in(request: HttpRequest) -> SignedIn | None:
    """Who is signed in, for the header; None on open pages without a session."""
    sign_in = getattr(request, "sign_in", None)
    return None if sign_in is None else describe_sign_in(sign_in, short_language())
