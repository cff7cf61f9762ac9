"""The page of the self-check: a place, then question after question, then the result. One address, and nothing in it.

No cookie is set and no session touched; the page brings its own style sheet, so that what was loaded once needs no network.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from ciyou.core.asking.interview import Interview, Next
from ciyou.core.asking.question import Shape
from ciyou.core.errors import Problem
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import StatedFact
from ciyou.packs import load_rule_book
from ciyou.packs.self_check import CheckPlace, load_check_places, load_self_check
from ciyou.web.context import short_language
from ciyou.web.pages.self_check import received as form
from ciyou.web.pages.self_check.received import Received, Unusable
from ciyou.web.pages.self_check.result import result_of, said_so_far
from ciyou.web.wording import sentences

STYLES = ("tokens", "base", "buttons", "components", "notices", "tables", "child", "visits", "self_check")
PRINTED = ("print",)
_FOLDER = Path(__file__).parents[2] / "static" / "web"
_NO_ANSWERS: dict[str, str] = {}


@dataclass(frozen=True)
class Sheet:
    """The page's own style sheets, and the hashes by which the browser's policy lets them through."""

    screen: str
    printed: str
    allowed: tuple[str, ...]


@csrf_exempt  # nothing is changed by any form here, and a token would need a cookie
def self_check(request: HttpRequest) -> HttpResponse:
    """Ask, or tell what came out; the answers come with the form and leave with the page."""
    wanted = form.language_of(request)
    language = wanted if wanted in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE
    with translation.override(language):
        response = csp_replace(_policy())(_answer)(request)
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = language
    return response


def _answer(request: HttpRequest) -> HttpResponse:
    try:
        received = form.receive(request)
    except Unusable as refused:
        return _show(request, Received(), {"wrong": (refused.words,)}, status=refused.status)
    if not received.place:
        missing = (_("请先选孩子户口所在的地方。"),) if request.method == "POST" and received.form.get("next") else ()
        return _show(request, received, {"wrong": missing}, status=422 if missing else 200)
    return _in_place(request, received, _interview(received.place, timezone.localdate()))


def _in_place(request: HttpRequest, received: Received, interview: Interview) -> HttpResponse:
    """The next question, the one to be changed, the same again where its answer cannot be read, or the result."""
    answers, unread = interview.readable(received.answers)
    received = Received(received.place, answers, received.change, received.form)
    if received.change:
        received, again = form.changed(received, interview)
        if again is not None:
            return _ask(request, received, interview, again, ())
    before = received
    received, missing = form.given_now(received, interview)
    readable, wrong = interview.readable(received.answers)
    asking = received.form.get(form.ASKING, "")
    if (missing or wrong) and asking in interview.by_code:
        told = (missing,) if missing else _told(wrong)
        return _ask(request, before, interview, _same(before, interview, asking), told, status=422)
    received = Received(received.place, readable, form=received.form)
    notes = _told(unread) if unread else ()
    following = _first(received.place, interview.book.as_of) if not readable else interview.next(readable)
    if following is None:
        return _tell(request, received, interview)
    return _ask(request, received, interview, following, notes, status=400 if notes else 200)


def _told(problems: Iterable[Problem]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.sentence for one in sentences(problems)))


def _same(received: Received, interview: Interview, code: str) -> Next:
    """The question that was on the page, with the options that were on it."""
    question = interview.by_code[code]
    shown = received.form.get(form.SHOWN, "").split(",")
    options = tuple(one for one in question.options if one.code in shown)
    return Next(question, options or question.options)


def _ask(
    request: HttpRequest,
    received: Received,
    interview: Interview,
    asked: Next,
    wrong: tuple[str, ...],
    status: int = 200,
) -> HttpResponse:
    lang, question = short_language(), asked.question
    content = {
        "wrong": wrong,
        "question": question,
        "text": question.text(lang),
        "hint": question.hint(lang),
        "options": [(one.code, one.name(lang)) for one in asked.options],
        "shown": ",".join(one.code for one in asked.options),
        "ticks": question.shape is Shape.TICKS,
        "unit": _unit(question.shape),
        "number": len([code for code in received.answers if code != question.code]) + 1,
        "said": said_so_far(interview, received.answers, lang),
        "today": interview.book.as_of,
        "typed": received.form.get(form.VALUE, "")[:40] if wrong else "",
        "ticked": received.form.getlist(form.OPTION) if wrong else [],
    }
    return _show(request, received, content, status=status)


def _unit(shape: Shape) -> str:
    return {Shape.AGE: _("周岁"), Shape.MONEY: _("元"), Shape.NUMBER: _("个月")}.get(shape, "")


def _tell(request: HttpRequest, received: Received, interview: Interview) -> HttpResponse:
    lang = short_language()
    content = {
        "result": result_of(interview, received.answers, lang),
        "said": said_so_far(interview, received.answers, lang),
        "as_of": interview.book.as_of,
        "version": interview.book.pack_version,
    }
    return _show(request, received, content)


def _show(request: HttpRequest, received: Received, content: dict[str, object], status: int = 200) -> HttpResponse:
    lang, places = short_language(), load_check_places()
    sheet = _sheet()
    shared = {
        "sheet": sheet,
        "received": received,
        "state": [(f"{form.ANSWER}{code}", said) for code, said in received.answers.items()],
        "place_name": places[received.place].name(lang) if received.place else "",
        "provinces": [] if received.place else _by_province(places.values(), lang),
        "none_of_these": form.NONE,
        "rest_unsure": form.REST_UNSURE,
    }
    return render(request, "web/pages/self_check.html", {**shared, **content}, status=status)


def _by_province(places: Iterable[CheckPlace], lang: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The places to choose, province by province; the province itself stands for what is not listed of it."""
    found = []
    for _province, members in groupby(sorted(places, key=lambda one: one.code), key=lambda one: one.province):
        own = list(members)
        rest = own[0].name(lang) if len(own) == 1 else _("%(name)s：下面没有列出的地方") % {"name": own[0].name(lang)}
        found.append((own[0].name(lang), [(own[0].code, rest), *((one.code, one.name(lang)) for one in own[1:])]))
    return found


@lru_cache(maxsize=64)
def _interview(place: str, today: dt.date) -> Interview:
    """Everything about a place on a day that no answer changes. No answer is ever kept here."""
    asked, book = load_self_check(division=place), load_rule_book(division=place, as_of=today)
    base = (
        StatedFact(Entity.CHILD, "hukou_division", book.division, source="guardian"),
        StatedFact(Entity.CHILD, "dead", False, source="self_check"),
    )
    return Interview(book, asked.questions, asked.weights, base)


@lru_cache(maxsize=64)
def _first(place: str, today: dt.date) -> Next | None:
    """The first question of a place, the same for everybody."""
    return _interview(place, today).next(_NO_ANSWERS)


@lru_cache(maxsize=1)
def _sheet() -> Sheet:
    screen, printed = (_read(names) for names in (STYLES, PRINTED))
    return Sheet(screen, printed, tuple(_hash(text) for text in (screen, printed)))


def _read(names: Iterable[str]) -> str:
    return "\n".join((_FOLDER / f"{name}.css").read_text(encoding="utf-8") for name in names)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _policy() -> dict[str, list[str]]:
    """Nothing is loaded from anywhere: no script, no picture but its own, no style but the page's."""
    return {
        "default-src": [NONE],
        "style-src": [*_sheet().allowed],
        "img-src": ["data:"],
        "form-action": [SELF],
    }
