"""申请进度: how an application stands, for whoever holds the receipt. Open, and nothing personal on it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.awards.progress import Standing, follow_application
from ciyou.apps.crossing.numbering import CROSSING, EMERGENCY, read_counter_number
from ciyou.apps.crossing.progress import CrossingStanding, EmergencyStanding, follow_crossing, follow_emergency
from ciyou.core.errors import CiyouError, Problem
from ciyou.web import application_wording as words
from ciyou.web import crossing_wording, emergency_wording
from ciyou.web.wording import sentences

WAY = ("received", "checked", "drafted", "decided")
_AT = {"received": 0, "returned": 0, "checked": 1, "drafted": 2, "approved": 3, "refused": 3, "withdrawn": 3}


def follow(request: HttpRequest) -> HttpResponse:
    """Ask for number and code, and show where it stands; neither stands in the address."""
    if request.method != "POST":
        return _show(request, None, ())
    number, code = request.POST.get("number", "")[:40], request.POST.get("code", "")[:40]
    origin = request.META["REMOTE_ADDR"]
    try:
        read = read_counter_number(number)
        series = read[0] if read else ""
        if series == EMERGENCY:
            return _show_emergency(request, follow_emergency(number=number, code=code, origin=origin))
        if series == CROSSING:
            return _show_crossing(request, follow_crossing(number=number, code=code, origin=origin))
        standing = follow_application(number=number, code=code, origin=origin)
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


def _show_crossing(request: HttpRequest, standing: CrossingStanding) -> HttpResponse:
    """Where an application stands that one place took in and another decides on: both ends in one line."""
    state = crossing_wording.STATES[standing.state]
    if standing.state == "accepted" and standing.application_state in words.STATES:
        state = words.STATES[standing.application_state]
    content = {
        "crossing": standing,
        "state": state,
        "outcome": crossing_wording.OUTCOMES.get(standing.outcome, ""),
        "next": crossing_wording.NEXT[standing.state],
        "at": _crossing_at(standing),
        "counter": division_name(standing.received_in),
        "place": division_name(standing.handled_in),
        "end": crossing_wording.ENDS[standing.clock.end] if standing.clock else "",
        "number": standing.number,
        "problems": (),
        "asked_at": timezone.now(),
    }
    response = render(request, "web/pages/follow.html", content)
    response["Cache-Control"] = "no-store"
    return response


def _show_emergency(request: HttpRequest, standing: EmergencyStanding) -> HttpResponse:
    """Where aid in an emergency stands."""
    content = {
        "emergency": standing,
        "state": emergency_wording.STATES[standing.state],
        "next": emergency_wording.NEXT[standing.state],
        "counter": division_name(standing.received_in),
        "number": standing.number,
        "problems": (),
        "asked_at": timezone.now(),
    }
    response = render(request, "web/pages/follow.html", content)
    response["Cache-Control"] = "no-store"
    return response


_CROSSING_AT = {"incomplete": 0, "ready": 0, "returned": 0, "sent": 1, "decided": 3, "told": 4, "withdrawn": 4}


def _crossing_at(standing: CrossingStanding) -> int:
    """Which of the five steps it stands at."""
    if standing.state != "accepted":
        return _CROSSING_AT[standing.state]
    return 1 if standing.application_state in ("received", "returned") else 2
