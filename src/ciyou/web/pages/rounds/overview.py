"""The rounds of a county, how far each is, and a round by village."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name, division_names, post_cards
from ciyou.apps.awards.rounds import start_round
from ciyou.apps.cases.round_lists import RoundCard, RoundNotFound, list_rounds, round_coverage
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import CiyouError, Problem
from ciyou.packs import load_rounds
from ciyou.packs.rounds import RoundKind
from ciyou.web.addresses import address_of
from ciyou.web.context import short_language
from ciyou.web.wording import sentences


@dataclass(frozen=True)
class Shown:
    """A round with its name in the reader's language."""

    card: RoundCard
    name: str


@dataclass(frozen=True)
class Kind:
    """A kind of round that can be opened: its name, what is said of it, and the period that would be opened now."""

    code: str
    name: str
    note: str
    period: str
    checks: tuple[str, ...]
    open_now: bool
    by_itself: bool


def show_rounds(request: HttpRequest) -> HttpResponse:
    """The rounds, and for who may open one the kinds there are."""
    return _show(request, ())


def start(request: HttpRequest) -> HttpResponse:
    """Open a round for today's period; opened already, it takes in only who has come since."""
    try:
        opened = start_round(request.actor, kind=request.POST.get("kind", ""), on=timezone.localdate())
    except CiyouError as problem:
        return _show(request, tuple(problem.problems))
    response = redirect("round", round_id=opened.id)
    response["Location"] += f"?taken={opened.children}"
    return response


def _show(request: HttpRequest, problems: tuple[Problem, ...]) -> HttpResponse:
    actor, lang, today = request.actor, short_language(), timezone.localdate()
    kinds = load_rounds(division=actor.scope.first)
    rounds = list_rounds(actor)
    there = {(one.kind, one.period) for one in rounds}
    content = {
        "rounds": [_shown(one, kinds, lang) for one in rounds],
        "kinds": [_kind(one, there, lang) for one in kinds.values()] if may_do(actor.role, Action.OPEN_ROUND) else [],
        "today": today,
        "sees_lists": may_do(actor.role, Action.SEE_IDENTITY_LISTS),
        "problems": sentences(problems),
        "place": division_name(actor.scope.first),
    }
    return render(request, "web/pages/rounds.html", content, status=422 if problems else 200)


def _kind(kind: RoundKind, there: set[tuple[str, str]], lang: str) -> Kind:
    period = kind.period_on(timezone.localdate())
    names = tuple(check.name(lang) for check in kind.checks)
    opened = (kind.code, period) in there
    return Kind(kind.code, kind.name(lang), kind.note(lang), period, names, opened, kind.opens_day is not None)


def _shown(card: RoundCard, kinds: dict[str, RoundKind], lang: str) -> Shown:
    kind = kinds.get(card.kind)
    return Shown(card, kind.name(lang) if kind else card.kind)


def show_round(request: HttpRequest, round_id: uuid.UUID) -> HttpResponse:
    """A round by village, with who goes there."""
    try:
        card, lines = round_coverage(request.actor, round_id=round_id)
    except RoundNotFound as missing:
        raise Http404 from missing
    places = division_names({line.division for line in lines})
    posts = post_cards([line.post_id for line in lines if line.post_id is not None])
    rows = [
        {
            "place": places.get(line.division, line.division),
            "director": posts[line.post_id].user_name if line.post_id in posts else "",
            "coverage": line.coverage,
            "address": f"{address_of('round_due')}?village={line.division}" if line.coverage.due else "",
        }
        for line in lines
    ]
    taken = request.GET.get("taken", "")
    content = {
        "round": _shown(card, load_rounds(division=card.division), short_language()),
        "rows": rows,
        "taken": taken if taken.isascii() and taken.isdigit() and len(taken) < 8 else "",
        "today": timezone.localdate(),
    }
    return render(request, "web/pages/round.html", content)
