"""Courses of the area: the list, a new one, one of them with who was there, and who was not trained this year."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.training.certificates import issue_certificates
from ciyou.apps.training.courses import (
    HeldDay,
    WrittenCourse,
    call_off_course,
    correct_course_day,
    record_course,
    record_course_day,
    remove_course_day,
)
from ciyou.apps.training.reading import list_courses, list_untrained, read_course, read_session
from ciyou.apps.training.refusals import TrainingNotFound
from ciyou.core.errors import AccessDenied, CiyouError, Problem
from ciyou.packs import load_training
from ciyou.web import training_wording as words
from ciyou.web.context import short_language
from ciyou.web.pages.applications.forms import key, text, version
from ciyou.web.pages.referrals.writing import read_day
from ciyou.web.wording import sentences

_DIGITS = 7


def show_courses(request: HttpRequest) -> HttpResponse:
    """The courses of a year."""
    year = words.year_of(request)
    lines = list_courses(request.actor, year=year)
    content = {"rows": [words.course_row(one) for one in lines], "year": year, "years": words.year_choices(year)}
    return render(request, "web/pages/courses.html", content)


def new_course(request: HttpRequest) -> HttpResponse:
    """Enter a course."""
    if request.method != "POST":
        return _show_form(request, ())
    course_id = key(request, "form")
    try:
        record_course(request.actor, course_id=course_id, written=_written(request))
    except TrainingNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show_form(request, problem.problems)
    return redirect("course", course_id=course_id)


def _written(request: HttpRequest) -> WrittenCourse:
    return WrittenCourse(
        audience=text(request, "audience"),
        kind=text(request, "course_kind"),
        title=text(request, "title"),
        organizer=text(request, "organizer"),
        hours=number(request, "hours"),
        division=text(request, "place") or request.actor.scope.first,
        starts_on=read_day(text(request, "starts_on")),
        ends_on=read_day(text(request, "ends_on")),
    )


def number(request: HttpRequest, name: str) -> int:
    """A count as a form sends it; -1, which no form takes, for what is none."""
    typed = text(request, name)
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS else -1


def _show_form(request: HttpRequest, problems: tuple[Problem, ...]) -> HttpResponse:
    pack, lang = load_training(division=request.actor.scope.first), short_language()
    content = {
        "audiences": [(one.code, one.name(lang)) for one in pack.audiences.values()],
        "kinds": words.choices(pack.kinds, lang),
        "places": words.place_choices(request.actor),
        "form": request.POST.get("form") or uuid.uuid4(),
        "typed": request.POST,
        "today": timezone.localdate().isoformat(),
        "problems": sentences(problems),
    }
    return render(request, "web/pages/course_new.html", content, status=422 if problems else 200)


def show_course(request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
    """One course; POST says who was there, issues certificates, or calls it off."""
    if request.method != "POST":
        return _show(request, course_id, ())
    try:
        _act(request, course_id)
    except TrainingNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        return _show(request, course_id, problem.problems)
    return redirect("course", course_id=course_id)


def _act(request: HttpRequest, course_id: uuid.UUID) -> None:
    match text(request, "step"):
        case "held":
            record_course_day(request.actor, course_id=course_id, session_id=key(request, "form"), held=_held(request))
        case "certify":
            issue_certificates(request.actor, course_id=course_id)
        case "call_off":
            call_off_course(request.actor, course_id=course_id, version=version(request))
        case _:
            raise Http404


def _held(request: HttpRequest) -> HeldDay:
    return HeldDay(
        read_day(text(request, "held_on")),
        number(request, "hours"),
        _users(request, "away"),
        number(request, "heads"),
        _users(request, "offered") or None,
    )


def _users(request: HttpRequest, name: str) -> frozenset[uuid.UUID]:
    """Who is ticked as away, or was offered; what is no id is nobody's."""
    found = set()
    for typed in request.POST.getlist(name):
        try:
            found.add(uuid.UUID(typed))
        except ValueError:
            continue
    return frozenset(found)


def _show(request: HttpRequest, course_id: uuid.UUID, problems: tuple[Problem, ...]) -> HttpResponse:
    try:
        view = read_course(request.actor, course_id=course_id)
    except TrainingNotFound as missing:
        raise Http404 from missing
    today, away = timezone.localdate(), _users(request, "away")
    content = {
        "view": view,
        "row": words.course_row(view.line),
        "groups": words.by_township([(card, card.user_id in away) for card in view.expected]),
        "certified": len(view.certificates),
        "begun": view.line.starts_on <= today,
        "suggested": min(today, view.line.ends_on).isoformat(),
        "form": request.POST.get("form") or uuid.uuid4(),
        "typed": request.POST,
        "problems": sentences(problems),
    }
    return render(request, "web/pages/course.html", content, status=422 if problems else 200)


def correct_day(request: HttpRequest, course_session_id: uuid.UUID) -> HttpResponse:
    """One held day, to be corrected or taken out."""
    problems: tuple[Problem, ...] = ()
    try:
        view = read_session(request.actor, session_id=course_session_id)
        if request.method == "POST":
            _change_day(request, course_session_id)
            return redirect("course", course_id=view.course_id)
    except TrainingNotFound as missing:
        raise Http404 from missing
    except AccessDenied:
        raise
    except CiyouError as problem:
        problems = problem.problems
    posted, away = request.method == "POST", _users(request, "away")
    ticked = [(card, card.user_id in away if posted else not there) for card, there in view.offered]
    content = {
        "view": view,
        "groups": words.by_township(ticked),
        "typed": request.POST if posted else {"hours": view.hours, "heads": view.heads or ""},
        "held_on": request.POST.get("held_on") or view.held_on.isoformat(),
        "problems": sentences(problems),
    }
    return render(request, "web/pages/course_session.html", content, status=422 if problems else 200)


def _change_day(request: HttpRequest, session_id: uuid.UUID) -> None:
    if text(request, "step") == "remove":
        remove_course_day(request.actor, session_id=session_id, version=version(request))
    else:
        correct_course_day(request.actor, session_id=session_id, version=version(request), held=_held(request))


def show_untrained(request: HttpRequest) -> HttpResponse:
    """Who attended nothing this year, by place; a list to invite from, and nobody's mark."""
    year = timezone.localdate().year
    pack, lang = load_training(division=request.actor.scope.first), short_language()
    found = list_untrained(request.actor, year=year)
    names = division_names({card.division for _code, cards in found for card in cards})
    content = {
        "year": year,
        "audiences": [
            (pack.audiences[code].name(lang), [(card.user_name, names[card.division]) for card in cards])
            for code, cards in found
        ],
        "note": pack.note[lang == "en"],
    }
    return render(request, "web/pages/untrained.html", content)
