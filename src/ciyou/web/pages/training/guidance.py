"""Guidance for the family of a child: what was made and the form for another, and one with its sessions until it ends."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.registry.selectors import PersonNotFound
from ciyou.apps.training.guidance import (
    HeldGuidance,
    NewGuidance,
    child_of_form,
    end_guidance,
    record_guidance,
    record_guidance_session,
)
from ciyou.apps.training.guidance_reading import GuidanceView, guidance_of_child, read_guidance
from ciyou.apps.training.guidance_work import SENSITIVE
from ciyou.apps.training.refusals import TrainingNotFound
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.web import guidance_wording as words
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import count, key, text, version
from ciyou.web.pages.referrals.writing import read_day
from ciyou.web.wording import sentences

_GONE = (TrainingNotFound, PersonNotFound)


def show_child(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The guidance of one child's family; POST records another."""
    if request.method != "POST":
        return _child(request, child_id, ())
    kind, _dot, issuer = text(request, "made").partition(".")
    wanted = NewGuidance(
        key(request, "form"),
        child_id,
        kind,
        issuer,
        read_day(text(request, "issued_on")),
        text(request, "guardian"),
        text(request, "giver"),
        text(request, "document"),
        text(request, "measures"),
        count(request, "sessions") if text(request, "sessions") else None,
        read_day(text(request, "until_on")) if text(request, "until_on") else None,
    )
    try:
        made = record_guidance(request.actor, wanted=wanted)
    except _GONE as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _child(request, child_id, problem.problems)
    return redirect("guidance", guidance_id=made)


def _child(request: HttpRequest, child_id: uuid.UUID, problems: tuple[Problem, ...]) -> HttpResponse:
    try:
        child = child_of_form(request.actor, child_id)
    except _GONE as missing:
        raise Http404 from missing
    lines = guidance_of_child(request.actor, child_id=child_id)
    disclose(
        request,
        subject=str(child_id),
        person_ids=[str(child_id)],
        fields=("name", "guidance"),
        highest_class=SENSITIVE,
    )
    content = {
        "child": child,
        "rows": [words.guidance_row(line) for line in lines],
        "made": words.made_choices(child.residence_division or child.division),
        "form": request.POST.get("form") or uuid.uuid4(),
        "typed": request.POST,
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/child_guidance.html", content, status=422 if problems else 200)


def show_guidance(request: HttpRequest, guidance_id: uuid.UUID) -> HttpResponse:
    """One guidance; POST logs a session or ends it."""
    if request.method != "POST":
        return _show(request, guidance_id, ())
    try:
        _act(request, guidance_id)
    except _GONE as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, guidance_id, problem.problems)
    return redirect("guidance", guidance_id=guidance_id)


def _act(request: HttpRequest, guidance_id: uuid.UUID) -> None:
    match text(request, "step"):
        case "held":
            held = HeldGuidance(
                key(request, "form"),
                read_day(text(request, "held_on")),
                text(request, "how"),
                text(request, "giver"),
                text(request, "words"),
            )
            record_guidance_session(request.actor, guidance_id=guidance_id, held=held)
        case "end":
            result = text(request, "result")
            end_guidance(
                request.actor,
                guidance_id=guidance_id,
                version=version(request),
                done=result == words.DONE,
                words=text(request, "ended"),
                outcome="" if result == words.DONE else result,
            )
        case _:
            raise Http404


def _show(request: HttpRequest, guidance_id: uuid.UUID, problems: tuple[Problem, ...]) -> HttpResponse:
    try:
        view = read_guidance(request.actor, guidance_id=guidance_id)
    except _GONE as missing:
        raise Http404 from missing
    _disclose(request, view)
    content = {
        "view": view,
        "row": words.guidance_row(view.line),
        "sessions": [(one, words.form_name(view.line.division, one.form)) for one in view.sessions],
        "forms": words.form_choices(view.line.division),
        "results": words.result_choices(view.line.division),
        "form": request.POST.get("form") or uuid.uuid4(),
        "typed": request.POST,
        "ending": text(request, "step") == "end",
        "today": timezone.localdate().isoformat(),
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/guidance.html", content, status=422 if problems else 200)


def _disclose(request: HttpRequest, view: GuidanceView) -> None:
    disclose(
        request,
        subject=str(view.line.id),
        person_ids=[str(view.line.child_id)],
        fields=("name", "guidance"),
        highest_class=SENSITIVE,
    )
