"""申请进度: how an application stands, for whoever holds the receipt. Open, and nothing personal on it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ciyou.apps.awards.progress import Standing, follow_application
from ciyou.core.errors import CiyouError, Problem
from ciyou.web import application_wording as words
from ciyou.web.wording import sentences

WAY = ("received", "checked", "drafted", "decided")
_AT = {"received": 0, "returned": 0, "checked": 1, "drafted": 2, "approved": 3, "refused": 3, "withdrawn": 3}


def follow(request: HttpRequest) -> HttpResponse:
    """Ask for number and code, and show where it stands; neither stands in the address."""
    if request.method != "POST":
        return _show(request, None, ())
    try:
        standing = follow_application(
            number=request.POST.get("number", "")[:40],
            code=request.POST.get("code", "")[:40],
            origin=request.META["REMOTE_ADDR"],
        )
    except CiyouError as problem:
        return _show(request, None, problem.problems)
    return _show(request, standing, ())


def _show(request: HttpRequest, standing: Standing | None, problems: tuple[Problem, ...]) -> HttpResponse:
    content = {
        "standing": standing,
        "state": words.STATES[standing.state] if standing else "",
        "next": words.NEXT[standing.state] if standing else "",
        "at": _AT[standing.state] if standing else 0,
        "number": request.POST.get("number", "")[:40],
        "problems": sentences(problems),
        "asked_at": timezone.now(),
    }
    response = render(request, "web/pages/follow.html", content, status=422 if problems else 200)
    response["Cache-Control"] = "no-store"
    return response
