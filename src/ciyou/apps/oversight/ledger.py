"""The ledger 台账: the children on file in the actor's scope, by officers' filters, a page at a time."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from ciyou.apps.accounts.selectors import division_choices, division_names, post_cards
from ciyou.apps.cases.list_conditions import ListedWork, listed_work, not_visited_since, with_lead, with_open_task
from ciyou.apps.entitlements.list_conditions import (
    ListedDetermination,
    listed_determinations,
    with_any_outcome,
    with_determination,
    with_outcome,
)
from ciyou.apps.oversight.ledger_query import DEFAULT_COLUMNS, SIZES, LedgerQuery
from ciyou.apps.registry.narrowing import Has, among, each_has, placed_in
from ciyou.apps.registry.scoping import visible_people
from ciyou.core.access.actor import Actor, DivisionScope, Purpose
from ciyou.core.access.verdict import RESTRICTED, ceiling_of
from ciyou.core.clock.ages import birth_cutoff, full_years
from ciyou.core.rules.book import Rule, RuleBook, RuleKind
from ciyou.packs import load_limits, load_rule_book

DEPARTMENTS_FROM = 4
_KEPT_SECONDS = 60
ORDERS = {
    "place": ("division", "id"),
    "name": ("name_reading", "name", "id"),
    "oldest": ("birth_date", "id"),
    "youngest": ("-birth_date", "id"),
    "newest": ("-created_at", "id"),
}


@dataclass(frozen=True)
class LedgerRow:
    """One child as the ledger shows it."""

    person_id: uuid.UUID
    name: str
    sex: str
    birth_date: dt.date | None
    age: int | None
    division: str
    place: str
    status: str
    restricted: bool
    determination: ListedDetermination
    work: ListedWork
    owner: str


@dataclass(frozen=True)
class PlaceChoice:
    """A township or a village to choose."""

    code: str
    name: str
    is_village: bool


@dataclass(frozen=True)
class LedgerPage:
    """One page. `total` counts up to a limit: `capped` says that there are more."""

    rows: tuple[LedgerRow, ...]
    total: int
    capped: bool
    page: int
    pages: int


def book_of(actor: Actor, *, today: dt.date) -> RuleBook:
    """The rules of the actor's place today."""
    return load_rule_book(division=actor.scope.first, as_of=today)


def listed_rules(actor: Actor, *, today: dt.date) -> tuple[Rule, ...]:
    """The rules that lists may name to this actor; class 5 never."""
    highest = min(ceiling_of(actor), RESTRICTED - 1)
    return tuple(rule for rule in book_of(actor, today=today).rules if rule.sensitivity <= highest)


def ledger_places(actor: Actor) -> tuple[PlaceChoice, ...]:
    """The townships and villages of the actor's area, each township before its villages. Kept in memory for a minute."""
    return _places(int(time.monotonic() // _KEPT_SECONDS), actor)


@lru_cache(maxsize=64)
def _places(minute: int, actor: Actor) -> tuple[PlaceChoice, ...]:
    found = [
        PlaceChoice(code, name, level == "village")
        for level in ("township", "village")
        for code, name in division_choices(actor, level=level)
    ]
    return tuple(sorted(found, key=lambda choice: choice.code))


def sees_departments(actor: Actor) -> bool:
    """Whether the actor may know what is asked of departments."""
    return ceiling_of(actor) >= DEPARTMENTS_FROM


def matching(
    actor: Actor, *, query: LedgerQuery, today: dt.date, purpose: Purpose = Purpose.SERVE, has: Has = each_has
) -> QuerySet:
    """The persons of a query, in its order; nobody outside the actor's scope. Each filter is a condition of its own: no row twice.

    `has` is how the conditions about determinations and work are asked: `among` for counting.
    """
    people = visible_people(actor, purpose=purpose).filter(placed_in(actor.scope), kind="child")
    seen = _seen(actor, today, has)
    for narrow in (_by_person, _by_age, _by_outcome, _by_work):
        people = narrow(people, query, today, seen)
    return people.order_by(*ORDERS[query.sort])


@dataclass(frozen=True)
class _Seen:
    """What the actor may filter by: rules, those hidden from it, and whether departments count; and how it is asked."""

    rules: frozenset[str]
    hidden: frozenset[str]
    departments: bool
    has: Has


def _seen(actor: Actor, today: dt.date, has: Has) -> _Seen:
    every = {rule.code for rule in book_of(actor, today=today).rules}
    rules = frozenset(rule.code for rule in listed_rules(actor, today=today))
    return _Seen(rules, frozenset(every - rules), sees_departments(actor), has)


def _by_person(people: QuerySet, query: LedgerQuery, today: dt.date, seen: _Seen) -> QuerySet:
    if query.place:
        place = DivisionScope.of(query.place)
        people = people.filter(division__gte=place.first, division__lt=place.end)
    if query.status != "any":
        people = people.filter(status=query.status)
    return people.filter(sex=query.sex) if query.sex else people


def _by_age(people: QuerySet, query: LedgerQuery, today: dt.date, seen: _Seen) -> QuerySet:
    if query.age_from is not None:
        people = people.filter(birth_date__lte=birth_cutoff(today, query.age_from))
    if query.age_to is not None:
        people = people.filter(birth_date__gt=birth_cutoff(today, query.age_to + 1))
    return people


def _by_outcome(people: QuerySet, query: LedgerQuery, today: dt.date, seen: _Seen) -> QuerySet:
    if query.rule and query.rule not in seen.rules:
        return people.none()
    if query.rule:
        people = people.filter(with_outcome(rule=query.rule, outcome=query.outcome, basis=query.basis, has=seen.has))
    elif query.outcome or query.basis:
        people = people.filter(
            with_any_outcome(
                kind=RuleKind.CATEGORY.value, outcome=query.outcome, basis=query.basis, hidden=seen.hidden, has=seen.has
            )
        )
    return people.filter(with_determination(query.determination, has=seen.has)) if query.determination else people


def _by_work(people: QuerySet, query: LedgerQuery, today: dt.date, seen: _Seen) -> QuerySet:
    if query.unvisited is not None:
        people = people.filter(not_visited_since(today - dt.timedelta(days=query.unvisited), has=seen.has))
    if query.task:
        due = today if query.task == "overdue" else None
        people = people.filter(with_open_task(due_before=due, with_departments=seen.departments, has=seen.has))
    return people.filter(with_lead(query.lead, has=seen.has)) if query.lead else people


def list_ledger(
    actor: Actor, *, query: LedgerQuery, today: dt.date, only: Iterable[uuid.UUID] | None = None
) -> LedgerPage:
    """One page of the ledger; `only` narrows it to these persons (found by name). Pages end at the limit of the count."""
    chosen = Q() if only is None else Q(pk__in=list(only))
    people = matching(actor, query=query, today=today).filter(chosen)
    limit = load_limits()["ledger_count"].value
    counted = _counted(actor, query, today, limit) if only is None else _count(actor, query, today, limit, chosen)
    total = min(counted, limit)
    pages = max(1, -(-total // query.size))
    page = min(query.page, pages)
    first = (page - 1) * query.size
    return LedgerPage(
        rows=ledger_rows(actor, people=people[first : first + query.size], today=today),
        total=total,
        capped=counted > limit,
        page=page,
        pages=pages,
    )


def _counted(actor: Actor, query: LedgerQuery, today: dt.date, limit: int) -> int:
    """How many a query finds, up to one more than the limit. That there are more is remembered for a minute.

    A list beyond the limit only says so; to count 10,000 children again for each of its pages was half of their time (measured).
    """
    key = (actor, replace(query, **_UNCOUNTED), today, limit)
    now = time.monotonic()
    if _beyond_limit.get(key, now) > now:
        return limit + 1
    counted = _count(actor, query, today, limit, Q())
    if counted > limit:
        if len(_beyond_limit) >= _KEPT_LISTS:
            _beyond_limit.clear()
        _beyond_limit[key] = now + _KEPT_SECONDS
    return counted


_UNCOUNTED: Mapping[str, Any] = {"sort": "place", "size": SIZES[0], "page": 1, "columns": DEFAULT_COLUMNS}
_KEPT_LISTS = 512
_beyond_limit: dict[tuple[Actor, LedgerQuery, dt.date, int], float] = {}


def _count(actor: Actor, query: LedgerQuery, today: dt.date, limit: int, chosen: Q) -> int:
    all_of_them = matching(actor, query=query, today=today, has=among).filter(chosen)
    return all_of_them.order_by().values("pk")[: limit + 1].count()


def ledger_rows(actor: Actor, *, people: QuerySet, today: dt.date) -> tuple[LedgerRow, ...]:
    """Persons as rows: what is known about each, with a few queries for all of them."""
    persons = list(people)
    ids = [person.pk for person in persons]
    rules = [rule.code for rule in listed_rules(actor, today=today)]
    found = listed_determinations(ids, rules=rules)
    work = listed_work(ids, with_departments=sees_departments(actor))
    owners = post_cards({one.post_id for one in work.values() if one.post_id})
    places = division_names({person.division for person in persons}, today)
    nothing = ListedDetermination("none", ())
    return tuple(
        LedgerRow(
            person_id=person.pk,
            name=person.name,
            sex=person.sex,
            birth_date=person.birth_date,
            age=full_years(person.birth_date, today) if person.birth_date else None,
            division=person.division,
            place=places.get(person.division, person.division),
            status=person.status,
            restricted=person.restricted,
            determination=found.get(person.pk, nothing),
            work=work[person.pk],
            owner=owners[owner].user_name if (owner := work[person.pk].post_id) in owners else "",
        )
        for person in persons
    )
