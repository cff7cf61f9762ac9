"""The shell of the phone app: the same empty page for everybody, and the worker that keeps it on the phone."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ciyou.web.field.words import SCRIPT_WORDS
from ciyou.web.guard import Access, Route

WEB = Path(__file__).resolve().parents[1] / "static/web"
SCRIPTS = ("app", "crypto", "store", "phone", "retry", "sync", "screens", "visits", "asking", "enclosures")
SHARED = ("questionnaire", "added_form")
"""Scripts that pages use as well."""
SHEETS = ("tokens", "base", "buttons", "components", "notices", "tables", "pages", "visits", "care", "field/field")
NUMBERS = (
    ("110", _("报警：孩子正在受到伤害，或人不见了")),
    ("120", _("急救：受伤、生病、轻生")),
    ("12356", _("心理援助热线")),
    ("12355", _("青少年服务热线")),
    ("12345", _("政务服务便民热线，可转未成年人保护")),
)
"""What can be called when there is no network: the telephone still works."""


def show_shell(request: HttpRequest) -> HttpResponse:
    """The page that the worker keeps; it holds nothing about anybody."""
    content = {"sheets": [f"web/{name}.css" for name in SHEETS], "numbers": NUMBERS, "words": SCRIPT_WORDS}
    return render(request, "web/field/shell.html", content)


def show_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the list of what it keeps; another version in each language, and whenever a file changes."""
    files = [static(f"web/{name}.css") for name in SHEETS]
    # A script names those it imports without a hash.
    files += [f"{settings.STATIC_URL}web/field/{name}.js" for name in SCRIPTS if name != "app"]
    files += [f"{settings.STATIC_URL}web/{name}.js" for name in SHARED]
    files += [static(f"web/{name}") for name in ("field/app.js", "field/manifest.webmanifest", "mark.svg")]
    content = {"version": f"{_version()}-{get_language()}", "files": json.dumps(files)}
    script = render_to_string("web/field/worker.js", content)
    return HttpResponse(script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@lru_cache
def _version() -> str:
    """What the shell's files come to."""
    here = Path(__file__).resolve().parents[1]
    parts = (
        [WEB / f"field/{name}.js" for name in SCRIPTS]
        + [WEB / f"{name}.js" for name in SHARED]
        + [WEB / f"{name}.css" for name in SHEETS]
    )
    parts += [here / "templates/web/field/shell.html", here / "templates/web/field/worker.js", here / "field/words.py"]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes())
    return digest.hexdigest()[:16]


ROUTES = (
    Route("field/", show_shell, "field", Access.OPEN),
    Route("field/worker.js", show_worker, "field_worker", Access.OPEN),
)
