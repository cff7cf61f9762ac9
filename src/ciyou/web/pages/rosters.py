"""Rosters: a delivery to screen, the demo's, and every screening so far."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.rosters.selectors import list_screenings
from ciyou.apps.rosters.services import start_demo_screening, start_screening
from ciyou.apps.rosters.upload import check_delivery, incoming_files
from ciyou.core.access.roles import Action
from ciyou.core.errors import CiyouError, Place, Problem, RosterError
from ciyou.web.guard import Access, Route
from ciyou.web.wording import sentences


def show_rosters(request: HttpRequest) -> HttpResponse:
    """What one can start, and what has been started."""
    return _rosters(request)


def upload_rosters(request: HttpRequest) -> HttpResponse:
    """Take a delivery and screen it; a delivery that cannot be used comes back with what is wrong with it."""
    try:
        as_of = _as_of(request)
        files = check_delivery(
            incoming_files(request.FILES.getlist("rosters")),
            too_large=bool(request.META.get("ciyou.upload_too_large")),
        )
    except CiyouError as refused:
        return _rosters(request, refused, status=400)
    return redirect("screening", run_id=start_screening(request.actor, files=files, as_of=as_of))


def screen_demo(request: HttpRequest) -> HttpResponse:
    """Screen the synthetic county: in a demo's state folder only, where nobody real is on file."""
    if not settings.DEMO:
        raise Http404
    return redirect("screening", run_id=start_demo_screening(request.actor, as_of=timezone.localdate()))


def _rosters(request: HttpRequest, refused: CiyouError | None = None, status: int = 200) -> HttpResponse:
    content = {
        "runs": list_screenings(request.actor),
        "as_of": request.POST.get("as_of") or timezone.localdate().isoformat(),
        "problems": sentences(refused.problems) if refused else [],
        "offers_demo": settings.DEMO,
    }
    return render(request, "web/pages/rosters.html", content, status=status)


def _as_of(request: HttpRequest) -> dt.date:
    try:
        return dt.date.fromisoformat(request.POST.get("as_of", ""))
    except ValueError as error:
        raise RosterError(
            Problem(
                Place(),
                "upload.as_of",
                "没有看懂日期。请填写按哪一天的情况判断，例如 2026-11-23。",
                "The date was not understood. Say for which day to decide, for example 2026-11-23.",
            )
        ) from error


ROUTES = (
    Route("rosters/", show_rosters, "rosters", Access.STAFF, action=Action.SCREEN),
    Route("screenings/upload/", upload_rosters, "upload_rosters", Access.STAFF, ("POST",), Action.SCREEN),
    Route("screenings/demo/", screen_demo, "screen_demo", Access.STAFF, ("POST",), Action.SCREEN),
)
