"""What every page knows besides its own content."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language


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
    }
