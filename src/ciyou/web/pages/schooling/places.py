"""Requests for places at school: those that wait, and one of them with its answer."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.schooling.places import NOT_TAKEN, REFUSALS, answer_request, settle_request
from ciyou.apps.schooling.reading import list_requests, read_request
from ciyou.apps.schooling.refusals import SchoolingNotFound
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.web import schooling_wording as words
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import text, version
from ciyou.web.wording import SEXES, sentences

PERSONAL = 3


def show_places(request: HttpRequest) -> HttpResponse:
    """What waits, or with `show=all` everything of the area."""
    everything = request.GET.get("show", "") == "all"
    found = list_requests(request.actor, everything=everything)
    people = [str(one.person_id) for one in found]
    disclose(request, subject="school_places", person_ids=people, fields=("name", "place"), highest_class=PERSONAL)
    content = {"rows": words.request_rows(found), "everything": everything, "seen_at": timezone.now()}
    return render(request, "web/pages/school_places.html", content)


def show_place(request: HttpRequest, place_id: uuid.UUID) -> HttpResponse:
    """One request; POST offers, refuses, or says whether the place was taken."""
    if request.method != "POST":
        return _show(request, place_id, ())
    try:
        _act(request, place_id)
    except SchoolingNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, place_id, problem.problems)
    return redirect("school_place", place_id=place_id)


def _act(request: HttpRequest, place_id: uuid.UUID) -> None:
    actor, about = request.actor, {"request_id": place_id, "version": version(request)}
    reason, said = text(request, "reason"), text(request, "words")
    match text(request, "step"):
        case "offer":
            answer_request(actor, **about, offered=text(request, "school"), words=said)
        case "refuse":
            answer_request(actor, **about, reason=reason, words=said)
        case "taken":
            settle_request(actor, **about, taken=True)
        case "not_taken":
            settle_request(actor, **about, taken=False, reason=reason)
        case _:
            raise Http404


def _show(request: HttpRequest, place_id: uuid.UUID, problems: tuple[Problem, ...]) -> HttpResponse:
    try:
        line = read_request(request.actor, request_id=place_id)
    except SchoolingNotFound as missing:
        raise Http404 from missing
    disclose(
        request,
        subject=str(line.id),
        person_ids=[str(line.person_id)],
        fields=("name", "place"),
        highest_class=PERSONAL,
    )
    content = {
        "row": words.request_rows([line])[0],
        "sex": SEXES.get(line.content.sex, ""),
        "refusals": [(one, words.PLACE_REASONS[one]) for one in REFUSALS],
        "not_taken": [(one, words.PLACE_REASONS[one]) for one in NOT_TAKEN],
        "typed": request.POST,
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/school_place.html", content, status=422 if problems else 200)
