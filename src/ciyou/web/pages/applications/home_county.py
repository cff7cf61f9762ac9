"""The county of registration is asked whether a family is paid dibao there; it reads the question and nothing else of the application."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.awards.residence import (
    HomeAnswer,
    HomeQuestion,
    answer_home,
    note_home_letter,
    read_home_question,
)
from ciyou.core.errors import CiyouError, Problem
from ciyou.web import application_wording as words
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.home_wording import home_words
from ciyou.web.pages.applications.forms import act, found, month, text, version
from ciyou.web.pages.applications.one import render_application
from ciyou.web.wording import sentences

FIELDS = ("name", "birth_date", "application")
PERSONAL = 3


def show_question(request: HttpRequest, asked_id: uuid.UUID) -> HttpResponse:
    """The question with the form; POST answers."""
    question = found(lambda: read_home_question(request.actor, application_id=asked_id))
    assert isinstance(question, HomeQuestion)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            answer_home(request.actor, application_id=asked_id, answer=_answer(request))
        except CiyouError as problem:
            problems = problem.problems
        else:
            return redirect("home_question", asked_id=asked_id)
    lang = short_language()
    person = [str(question.child.id)]
    disclose(request, subject=str(asked_id), person_ids=person, fields=FIELDS, highest_class=PERSONAL)
    content = {
        "question": question,
        "name": words.entitlement_name(question.entitlement, question.division, lang),
        "lives": division_name(question.division),
        "running": [words.entitlement_name(one, question.child.division, lang) for one in question.running_here],
        "home": home_words(question.word),
        "home_answers": [(code, words.OUTCOMES[code]) for code in words.HOME_ANSWERS],
        "typed": request.POST,
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/home_question.html", content, status=422 if problems else 200)


def note_letter(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """The place of residence notes what was heard on another way."""
    return act(
        lambda: note_home_letter(
            request.actor, application_id=application_id, version=version(request), answer=_answer(request)
        ),
        lambda problems: render_application(request, application_id, problems),
        "application",
        application_id=application_id,
    )


def _answer(request: HttpRequest) -> HomeAnswer:
    return HomeAnswer(text(request, "answer"), month(request, "last_month"), text(request, "home_words"))
