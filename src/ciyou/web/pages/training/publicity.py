"""The log of publicity, with a form of six answers, and one entry to be corrected."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.training.publicity import WrittenPublicity, correct_publicity, record_publicity, remove_publicity
from ciyou.apps.training.reading import PublicityLine, list_publicity, read_publicity
from ciyou.apps.training.refusals import TrainingNotFound
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.packs import load_training
from ciyou.web import training_wording as words
from ciyou.web.context import short_language
from ciyou.web.pages.applications.forms import key, text, version
from ciyou.web.pages.referrals.writing import read_day
from ciyou.web.pages.training.courses import number
from ciyou.web.wording import sentences


def show_publicity(request: HttpRequest) -> HttpResponse:
    """The publicity of a year; POST enters one."""
    if request.method != "POST":
        return _show(request, ())
    try:
        record_publicity(request.actor, publicity_id=key(request, "form"), written=_written(request))
    except TrainingNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, problem.problems)
    return redirect("publicity")


def _written(request: HttpRequest) -> WrittenPublicity:
    return WrittenPublicity(
        held_on=read_day(text(request, "held_on")),
        division=text(request, "place") or request.actor.scope.first,
        theme=text(request, "theme"),
        activity=text(request, "activity"),
        reach=number(request, "reach"),
        materials=text(request, "materials"),
    )


def _form(request: HttpRequest, problems: tuple[Problem, ...]) -> dict[str, object]:
    pack = load_training(division=request.actor.scope.first)
    return {
        "themes": words.choices(pack.themes, short_language()),
        "places": words.place_choices(request.actor),
        "form": request.POST.get("form") or uuid.uuid4(),
        "problems": sentences(problems),
    }


def _show(request: HttpRequest, problems: tuple[Problem, ...]) -> HttpResponse:
    year = words.year_of(request)
    lines = list_publicity(request.actor, year=year)
    typed = request.POST.dict() if problems else {"held_on": timezone.localdate().isoformat()}
    content = {
        **_form(request, problems),
        "rows": [(one, words.theme_name(one.theme, one.division)) for one in lines],
        "typed": typed,
        "year": year,
        "years": words.year_choices(year),
    }
    return render(request, "web/pages/publicity.html", content, status=422 if problems else 200)


def show_entry(request: HttpRequest, publicity_id: uuid.UUID) -> HttpResponse:
    """One entry; POST corrects it, or takes it out where it was entered by mistake."""
    problems: tuple[Problem, ...] = ()
    try:
        line = read_publicity(request.actor, publicity_id=publicity_id)
        if request.method == "POST":
            about = {"publicity_id": publicity_id, "version": version(request)}
            if text(request, "step") == "remove":
                remove_publicity(request.actor, **about)
            else:
                correct_publicity(request.actor, **about, written=_written(request))
            return redirect("publicity")
    except TrainingNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        problems = problem.problems
    content = {
        **_form(request, problems),
        "line": line,
        "typed": request.POST.dict() if problems else _stored(line),
    }
    return render(request, "web/pages/publicity_entry.html", content, status=422 if problems else 200)


def _stored(line: PublicityLine) -> dict[str, object]:
    return {
        "held_on": line.held_on.isoformat(),
        "place": line.division,
        "theme": line.theme,
        "activity": line.activity,
        "reach": str(line.reach),
        "materials": line.materials,
    }
