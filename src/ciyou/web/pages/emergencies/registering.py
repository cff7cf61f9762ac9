"""Registering an emergency: person, cause and amount on one page, for whoever stands at the counter at nine in the evening."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ciyou.apps.awards.contents import Applicant
from ciyou.apps.crossing.emergency import NewEmergency, register_emergency
from ciyou.apps.crossing.emergency_terms import event_aid
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.web import application_wording
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import day, fen, key, text
from ciyou.web.pages.crossings.one import find_places
from ciyou.web.pages.emergencies.receipts import show_receipt
from ciyou.web.wording import sentences

PERSONAL = 3
NEAR = "crossing.emergency.near"


def register(request: HttpRequest) -> HttpResponse:
    """The form; once the place of registration is chosen among those found, it is registered, and its receipt shown."""
    if request.method != "POST":
        return _form(request)
    if text(request, "look"):
        return _form(request)
    try:
        receipt = register_emergency(request.actor, wanted=_wanted(request))
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _form(request, problem.problems)
    return show_receipt(request, receipt)


def _wanted(request: HttpRequest) -> NewEmergency:
    places = find_places(text(request, "place"))
    chosen = text(request, "to")
    return NewEmergency(
        id=key(request, "form"),
        entitlement=text(request, "entitlement"),
        name=text(request, "name"),
        id_card=text(request, "id_card"),
        birth_date=day(request, "birth_date"),
        bound_for=chosen if chosen in dict(places) else "",
        event_on=day(request, "event_on"),
        cause=text(request, "cause"),
        need_fen=fen(request, "need"),
        applicant=Applicant(text(request, "applicant"), text(request, "relation"), text(request, "contact")),
        other_event=text(request, "other_event"),
    )


def _form(request: HttpRequest, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    lang, today, place = short_language(), timezone.localdate(), request.actor.scope.first
    disclose(request, subject="", person_ids=[], fields=("emergency",), highest_class=PERSONAL)
    offers = [
        (one.code, application_wording.entitlement_name(one.code, place, lang)) for one in event_aid(place, today)
    ]
    found = find_places(text(request, "place"))
    content = {
        "typed": request.POST,
        "offers": offers,
        "chosen": text(request, "entitlement") or (offers[0][0] if len(offers) == 1 else ""),
        "found_places": found,
        "no_places": bool(text(request, "place")) and not found,
        "near": any(one.code == NEAR for one in problems),
        "relations": list(application_wording.RELATIONS.items()),
        "today": today,
        "form": request.POST.get("form") or uuid.uuid4(),
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/emergency_new.html", content, status=422 if problems else 200)
