"""Filling one in: one column, a question under the other, on a phone in a yard. It works without a script; with one the hint is there at once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.care.asking import NewAnswers, record_answers
from ciyou.apps.care.instruments import age_of, grounds_for, instrument_for, scoring_of
from ciyou.apps.registry.selectors import PersonCard, PersonNotFound, get_person
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import AccessDenied, CiyouError, Problem, RecordError
from ciyou.packs import load_follow_ups
from ciyou.packs.questionnaire_export import scoring_json
from ciyou.packs.questionnaires import QuestionnaireFile
from ciyou.web import questionnaire_wording as wording
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.pages.applications.forms import day, key, text
from ciyou.web.wording import plain_sentences, sentences

PERSONAL = 3
ANSWER = "answer:"


def fill(request: HttpRequest, child_id: uuid.UUID, instrument: str) -> HttpResponse:
    """The form; POST records it and shows the result."""
    try:
        child = get_person(request.actor, person_id=child_id, purpose=Purpose.SERVE)
    except PersonNotFound as missing:
        raise Http404 from missing
    try:
        file = instrument_for(child, instrument, timezone.localdate())
    except RecordError as unfit:
        raise Http404 from unfit
    if child.kind != "child" or child.status != "active":
        raise Http404
    if request.method != "POST":
        return _form(request, child, file)
    try:
        filled = record_answers(request.actor, child_id=child_id, given=_given(request, instrument))
    except AccessDenied:
        raise
    except CiyouError as wrong:
        return _form(request, child, file, wrong.problems)
    return redirect("filled_questionnaire", filled_id=filled)


def _answers(request: HttpRequest) -> dict[str, str]:
    return {name.removeprefix(ANSWER): str(value) for name, value in request.POST.items() if name.startswith(ANSWER)}


def _given(request: HttpRequest, instrument: str) -> NewAnswers:
    return NewAnswers(
        id=key(request, "form"),
        instrument=instrument,
        answers=_answers(request),
        consent=text(request, "consent"),
        asked_on=day(request, "asked_on"),
    )


def _form(
    request: HttpRequest, child: PersonCard, file: QuestionnaireFile, problems: tuple[Problem, ...] = ()
) -> HttpResponse:
    lang, today = short_language(), timezone.localdate()
    age = age_of(child, today)
    assert age is not None  # an instrument fits a known age only
    disclose(request, subject=str(child.id), person_ids=[str(child.id)], fields=("name",), highest_class=PERSONAL)
    asked = scoring_of(file)
    known = load_follow_ups(division=child.division)
    content = {
        "child": child,
        "age": age,
        "file": wording.head_words(file, lang),
        "questions": _questions(file, _answers(request), _by_place(problems), lang),
        "grounds": [(code, wording.GROUNDS[code]) for code in grounds_for(age)],
        "consent": text(request, "consent"),
        "consent_problem": _by_place(problems).get("consent", ""),
        "asked_on": request.POST.get("asked_on") or today.isoformat(),
        "today": today.isoformat(),
        "form": request.POST.get("form") or uuid.uuid4(),
        "scoring": {"asked": json.loads(scoring_json(asked)), "age": age},
        "follow_ups": [
            wording.follow_up_words(known[kind], lang)
            for kind in dict.fromkeys(flag.kind for flag in asked.flags)
            if kind in known
        ],
        "problems": plain_sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/questionnaire_fill.html", content, status=422 if problems else 200)


def _by_place(problems: tuple[Problem, ...]) -> dict[str, str]:
    return {one.place: one.sentence for one in sentences(problems)}


def _questions(
    file: QuestionnaireFile, typed: Mapping[str, str], problems: Mapping[str, str], lang: str
) -> list[dict[str, object]]:
    options = [(str(points), wording.one_of(text, lang)) for points, text in file.options.items()]
    return [
        {
            "code": item,
            "name": f"{ANSWER}{item}",
            "number": number,
            "text": wording.one_of(file.texts[item], lang),
            "options": [(points, words, typed.get(item) == points) for points, words in options],
            "problem": problems.get(item, ""),
        }
        for number, item in enumerate(scoring_of(file).items, start=1)
    ]
