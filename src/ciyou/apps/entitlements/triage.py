"""Which single fact, verified for which children, would settle most: read from what the worker adds up, as far as the actor may know."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Count, Min, Q, QuerySet, Sum

from ciyou.apps.entitlements.contents import unknown_of
from ciyou.apps.entitlements.models import OpenTally, Outcome
from ciyou.apps.entitlements.tallies import NUMBERS, ROSTER, WHOLE, open_rule, places_alone
from ciyou.apps.registry.selectors import PersonCard, countable_children
from ciyou.core.access.actor import Actor, DivisionScope, Purpose, significant_digits
from ciyou.core.access.redaction import may_be_asked
from ciyou.core.access.verdict import RESTRICTED, ceiling_of
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.triage import OpenRule, Worth, worth_of_child
from ciyou.core.rules.words import Phrase, unknown_words
from ciyou.packs.roster_pack import RosterPack
from ciyou.packs.roster_reach import facts_told_by
from ciyou.packs.rosters_loader import load_roster_packs

FACTS, ROSTERS = "facts", "rosters"
VISIT, DEPARTMENT, PLACE = "visit", "department", "place"
ASKED = (VISIT, DEPARTMENT, PLACE)
"""Who can answer: the family, the village or the school at a visit; a department by letter; the place, what its rule is."""
_VISITED = frozenset({"guardian", "village", "school"})
_OWNERS = frozenset({"param", *(entity.value for entity in Entity)})
_COUNTY_DIGITS, _TOWNSHIP_DIGITS = 6, 9


@dataclass(frozen=True)
class TriageLine:
    """One unknown, or one roster, with what it would settle. `suppliers` are departments; `rosters` the kinds of list that tell it."""

    key: str
    words: Phrase
    worth: Worth
    suppliers: tuple[str, ...]
    askable: tuple[str, ...]
    rosters: tuple[str, ...]


@dataclass(frozen=True)
class Triage:
    """The ranked lines of an area; `counted_at` the oldest of its numbers (None: nothing is counted), `behind` places to be counted anew."""

    lines: tuple[TriageLine, ...]
    counted_at: dt.datetime | None
    behind: int


@dataclass(frozen=True)
class TriagePlace:
    """One place with what an unknown would settle there."""

    division: str
    worth: Worth


@dataclass(frozen=True)
class TriageChild:
    """A child for whom an unknown is open: the rules it settles alone (codes), how many others it shares, and what it is worth."""

    card: PersonCard
    alone: tuple[str, ...]
    shared: tuple[str, ...]
    worth: Worth


def triage_of(actor: Actor, *, book: RuleBook, place: str = "", by: str = FACTS, asked: str = "") -> Triage:
    """What would settle most in the actor's area, or in a place inside it, the most money first (2 queries).

    Class 5 stands in none of the numbers; facts that the actor may neither read nor be asked about are left out. Nothing at all for
    a role that verifies nothing.
    """
    if Purpose.VERIFY not in actor.purposes:
        return Triage((), None, 0)
    within = _within(actor, place)
    rows = _rows_of(within)
    rows = rows.filter(key__startswith=ROSTER) if by == ROSTERS else rows.exclude(key__startswith=ROSTER)
    summed = rows.values("key").annotate(**{f"sum_{name}": Sum(name) for name in NUMBERS})
    found = [
        line
        for row in summed
        if (line := _line(actor, book, row["key"], _worth(row))) and (not asked or asked in ways_to_ask(line))
    ]
    state = (
        places_alone()
        .filter(_range("division", within))
        .aggregate(oldest=Min("kept_at"), behind=Count("division", filter=Q(stale=True)))
    )
    return Triage(tuple(sorted(found, key=_rank)), state["oldest"], state["behind"])


def triage_places(actor: Actor, *, key: str, book: RuleBook, place: str = "", limit: int) -> tuple[TriagePlace, ...]:
    """Where one unknown would settle most, place by place; nothing where the actor may not know of it."""
    if Purpose.VERIFY not in actor.purposes or _line(actor, book, key, Worth()) is None:
        return ()
    rows = OpenTally.objects.filter(_range("place_id", _within(actor, place)), key=key)
    rows = rows.exclude(place__division__endswith=WHOLE)
    ordered = rows.order_by("-alone_fen", "-alone_categories", "-alone_children", "-children", "place_id")[:limit]
    return tuple(
        TriagePlace(row["place_id"], Worth(*(row[name] for name in NUMBERS)))
        for row in ordered.values("place_id", *NUMBERS)
    )


def triage_children(
    actor: Actor, *, key: str, book: RuleBook, division: str, purpose: Purpose
) -> tuple[TriageChild, ...]:
    """The children of one place (12 digits) for whom an unknown is open, those first for whom it settles most alone."""
    if _line(actor, book, key, Worth()) is None:
        return ()
    people = countable_children(actor, division=division, purpose=purpose)
    read = ("person_id", "rule", "kind", "amount_fen", "floor_fen", "ceiling_fen", "deciding", "outcome")
    rows = Outcome.objects.filter(person_id__in=list(people), deciding__icontains=f'"{key}"')
    by_child: dict[uuid.UUID, dict[str, OpenRule]] = defaultdict(dict)
    visible = {rule.code for rule in book.rules if rule.sensitivity <= ceiling_of(actor)}
    for person, rule, *told in rows.values_list(*read):
        if rule in visible:
            by_child[person][rule] = open_rule(rule, *told)
    found = (_child(people[person], key, rules) for person, rules in by_child.items())
    return tuple(sorted(found, key=lambda child: (*_order(child.worth), str(child.card.id))))


def ways_to_ask(line: TriageLine) -> frozenset[str]:
    """Who can answer a line's question."""
    if line.key.startswith("param."):
        return frozenset({PLACE})
    asked = {VISIT} if _VISITED & set(line.askable) else set()
    return frozenset(asked | ({DEPARTMENT} if "department" in line.askable or line.suppliers else set()))


def _child(card: PersonCard, key: str, rules: dict[str, OpenRule]) -> TriageChild:
    alone = tuple(code for code, rule in rules.items() if rule.deciding == {key})
    shared = tuple(code for code in rules if code not in alone)
    worth = dict(worth_of_child(frozenset(rules.values()), {})).get(key, Worth())
    return TriageChild(card, alone, shared, worth)


def _within(actor: Actor, place: str) -> DivisionScope:
    """The actor's area, or a place of it; a place outside changes nothing."""
    return DivisionScope.of(place) if place and actor.scope.holds(place) else actor.scope


def _rows_of(scope: DivisionScope) -> QuerySet[OpenTally]:
    """The numbers of an area: of a township or county its own sums, else those of its places."""
    if len(significant_digits(scope.first)) in (_COUNTY_DIGITS, _TOWNSHIP_DIGITS):
        return OpenTally.objects.filter(place_id=scope.first + WHOLE)
    return OpenTally.objects.filter(_range("place_id", scope)).exclude(place__division__endswith=WHOLE)


def _range(column: str, scope: DivisionScope) -> Q:
    return Q(**{f"{column}__gte": scope.first, f"{column}__lt": scope.end})


def _worth(row: dict[str, int]) -> Worth:
    return Worth(*(row[f"sum_{name}"] for name in NUMBERS))


def _rank(line: TriageLine) -> tuple[object, ...]:
    return (*_order(line.worth), line.key)


def _order(worth: Worth) -> tuple[int, ...]:
    return (
        -worth.alone_fen,
        -worth.alone_categories,
        -worth.alone_children,
        -worth.alone_unbounded,
        -worth.shared_fen,
        -worth.children,
    )


def _line(actor: Actor, book: RuleBook, key: str, worth: Worth) -> TriageLine | None:
    if key.startswith(ROSTER):
        return _roster(actor, book, key, worth)
    if key.partition(".")[0] not in _OWNERS:
        return None
    unknown = unknown_of(key)
    if unknown.entity is None:
        parameter = book.parameters.get(unknown.name)
        return None if parameter is None else TriageLine(key, unknown_words(book, unknown), worth, (), (), ())
    definition = book.vocabulary.find(unknown.entity, unknown.name)
    if definition is None or definition.sensitivity >= RESTRICTED:
        return None
    if definition.sensitivity > ceiling_of(actor) and not may_be_asked(definition):
        return None
    words = unknown_words(book, unknown)
    return TriageLine(key, words, worth, definition.suppliers, definition.askable, _telling(key, book.division[:6]))


def _roster(actor: Actor, book: RuleBook, key: str, worth: Worth) -> TriageLine | None:
    pack = {f"{ROSTER}{one.code}": one for one in _packs(book.division[:6])}.get(key)
    if pack is None or pack.sensitivity > ceiling_of(actor):
        return None
    return TriageLine(key, Phrase(pack.zh, pack.en), worth, (pack.department,), (), (pack.code,))


@lru_cache(maxsize=64)
def _packs(division: str) -> tuple[RosterPack, ...]:
    return load_roster_packs(division=division)


def _telling(key: str, division: str) -> tuple[str, ...]:
    return tuple(code for code, facts in facts_told_by(division).items() if key in facts)
