"""Who is due in a round, by household: one tap says that nothing has changed; a change opens the form of a visit."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.cases.round_lists import ChildToCheck, FactToCheck, HouseholdToCheck, households_due
from ciyou.apps.cases.visit_forms import VisitNotPossible, visit_form
from ciyou.apps.cases.visits import record_no_change
from ciyou.core.access.actor import DIVISION_DIGITS
from ciyou.core.clock.ages import full_years
from ciyou.core.errors import CiyouError, Problem
from ciyou.core.facts.definition import PARENTS, Entity, FactDefinition, FactType
from ciyou.core.facts.state import StatedFact
from ciyou.core.rules.words import value_words
from ciyou.packs import load_rounds
from ciyou.web.context import short_language
from ciyou.web.guard import disclose
from ciyou.web.wording import RELATIONS, SEXES, sentences
from ciyou.web.work_wording import time_left

PAGE_SIZE = 20
FIELDS = ("name", "sex", "birth_date", "facts", "checks")
LONGEST_PAGE = 6


@dataclass(frozen=True)
class Line:
    """One fact as it is on file: whose, what, and the value."""

    label: str
    value: str


@dataclass(frozen=True)
class Child:
    """One child of a household; `unknown` names what is not on file as far as the reader may read it."""

    id: uuid.UUID
    name: str
    words: str
    checks: tuple[str, ...]
    facts: tuple[Line, ...]
    unknown: str


@dataclass(frozen=True)
class Household:
    """One card: brothers and sisters, the round it is for, the time left; `visit_id` makes a tap that came twice one visit."""

    children: tuple[Child, ...]
    rounds: str
    left: str
    late: bool
    has_lead: bool
    visit_id: uuid.UUID


def show_due(request: HttpRequest) -> HttpResponse:
    """The households of a village that are due."""
    return _show(request, ())


def no_change(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """One tap: visited today, everything is as it is on file; back to who is due next."""
    try:
        form = visit_form(request.actor, child_id=child_id)
    except VisitNotPossible as missing:
        raise Http404 from missing
    try:
        recorded = record_no_change(request.actor, visit_id=_visit_id(request), child_id=child_id)
    except CiyouError as problem:
        return _show(request, tuple(problem.problems))
    response = redirect("round_due")
    response["Location"] += f"?village={form.division}&recorded={len(recorded.child_ids)}"
    return response


def _visit_id(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("visit_id", ""))
    except ValueError:
        return uuid.uuid4()


def _show(request: HttpRequest, problems: tuple[Problem, ...]) -> HttpResponse:
    actor, lang = request.actor, short_language()
    village, page = _village(request), _page(request)
    total, found = households_due(actor, village=village, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    disclose(
        request,
        subject="round_due",
        person_ids=[str(child.card.id) for household in found for child in household.children],
        fields=FIELDS,
        highest_class=3,
    )
    recorded = request.GET.get("recorded", "")
    content = {
        "households": [_household(one, lang) for one in found],
        "total": total,
        "place": division_name(village),
        "recorded": int(recorded) if recorded.isascii() and recorded.isdigit() and len(recorded) < 4 else 0,
        "page": page,
        "pages": max(1, -(-total // PAGE_SIZE)),
        "previous": page - 1,
        "next": page + 1,
        "problems": sentences(problems),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/round_due.html", content, status=422 if problems else 200)


def _village(request: HttpRequest) -> str:
    """The village asked for, if it lies in the actor's area; else the actor's own place."""
    asked, scope = request.GET.get("village", ""), request.actor.scope
    inside = len(asked) == DIVISION_DIGITS and asked.isascii() and asked.isdigit() and scope.holds(asked)
    return asked if inside else scope.first


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) <= LONGEST_PAGE else 1


def _household(one: HouseholdToCheck, lang: str) -> Household:
    today = timezone.localdate()
    kinds = load_rounds(division=one.children[0].card.division)
    codes = dict.fromkeys(code for child in one.children for code in child.kinds)
    names = [kinds[code].name(lang) if code in kinds else code for code in codes]
    return Household(
        children=tuple(_child(child, lang) for child in one.children),
        rounds=_("、").join(names),
        left=time_left(one.due_on, today),
        late=one.due_on < today,
        has_lead=one.has_lead,
        visit_id=uuid.uuid4(),
    )


def _child(one: ChildToCheck, lang: str) -> Child:
    card, words = one.card, []
    if card.sex in SEXES:
        words.append(str(SEXES[card.sex]))
    if card.birth_date is not None:
        words.append(_("%(age)s 岁") % {"age": full_years(card.birth_date, timezone.localdate())})
    facts = tuple(
        Line(_label(fact, lang), _value(fact.known, fact.definition, lang)) for fact in one.facts if fact.known
    )
    unknown = _("、").join(_label(fact, lang) for fact in one.facts if fact.known is None)
    checks = tuple(check.name(lang) for check in one.checks)
    return Child(card.id, card.name or _("姓名不详"), _("，").join(words), checks, facts, unknown)


def _label(fact: FactToCheck, lang: str) -> str:
    return _whose(fact.entity) + fact.definition.label(lang)


def _value(said: StatedFact, definition: FactDefinition, lang: str) -> str:
    """What is on file; of a place its name."""
    if definition.type is FactType.DIVISION and isinstance(said.value, str):
        return division_name(said.value)
    return value_words(said.value, definition).text(lang)


def _whose(entity: str) -> str:
    return f"{RELATIONS[entity]} · " if Entity(entity) in PARENTS else ""
