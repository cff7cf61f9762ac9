"""When time alone can change what the rules say of a child: a birthday, a term that ends, a statement that begins or expires."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ciyou.core.clock.ages import AgeRule, date_of_age, full_years
from ciyou.core.clock.months import MonthRule, date_months_over, months_over
from ciyou.core.errors import ClockError
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import FactState, StatedFact
from ciyou.core.rules.book import Rule, RuleBook
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.tree import Age, Compare, FactRef, MonthsSince, Node, walk

Key = tuple[Entity, str]


@dataclass(frozen=True)
class Clocks:
    """Against what the rules of a book hold ages and durations: by fact, the years or months; None among them: any number."""

    ages: dict[Key, frozenset[int | None]]
    months: dict[Key, frozenset[int | None]]


def next_change(book: RuleBook, statements: Iterable[StatedFact]) -> dt.date | None:
    """The first day after the book's on which the same rules may say something else of the same statements; None: never.

    Never later than the true day; on an earlier day the rules may still say the same. That the rules themselves or their
    parameters change on a day is not looked at here (`packs.dated_changes`, `law_changes`).
    """
    told = tuple(statements)
    days = [*_periods(told), *_clock_days(book, told)]
    return min((day for day in days if day > book.as_of), default=None)


def _periods(statements: Iterable[StatedFact]) -> Iterator[dt.date]:
    for said in statements:
        if said.valid_from is not None:
            yield said.valid_from
        if said.valid_to is not None:
            yield said.valid_to


def _clock_days(book: RuleBook, statements: Iterable[StatedFact]) -> Iterator[dt.date]:
    clocks = clocks_of(book)
    for said in statements:
        key = (said.entity, said.name)
        if not isinstance(said.value, dt.date):
            continue
        if key in clocks.ages:
            yield from _age_days(book, said.value, clocks.ages[key])
        if key in clocks.months:
            yield from _month_days(book, said.value, clocks.months[key])


def _age_days(book: RuleBook, born: dt.date, thresholds: frozenset[int | None]) -> Iterator[dt.date]:
    now = full_years(born, book.as_of, rule=book.age_rule)
    for years in _ahead(now, thresholds):
        try:
            yield date_of_age(born, years, rule=book.age_rule)
        except ClockError:
            continue  # beyond the calendar: nothing changes in time


def _month_days(book: RuleBook, since: dt.date, thresholds: frozenset[int | None]) -> Iterator[dt.date]:
    now = months_over(since, book.as_of, rule=book.month_rule)
    for months in _ahead(now, thresholds):
        try:
            yield date_months_over(since, months, rule=book.month_rule)
        except ClockError:
            continue


def _ahead(now: int, thresholds: frozenset[int | None]) -> Iterator[int]:
    """The counts still to come at which a comparison may turn: the threshold itself, and one more where it is passed."""
    for threshold in thresholds:
        if threshold is None:
            yield now + 1
        else:
            yield from (count for count in (threshold, threshold + 1) if count > now)


def clock_days_within(
    clocks: Clocks, said: StatedFact, first: dt.date, last: dt.date, *, age_rule: AgeRule, month_rule: MonthRule
) -> tuple[dt.date, ...]:
    """The days after `first` up to `last` on which an age or a duration that a statement begins may pass what rules hold it against."""
    key, since = (said.entity, said.name), said.value
    if not isinstance(since, dt.date):
        return ()
    ages, months = clocks.ages.get(key), clocks.months.get(key)
    return (
        *(_birthdays_within(since, ages, first, last, age_rule) if ages else ()),
        *(_month_days_within(since, months, first, last, month_rule) if months else ()),
    )


@lru_cache(maxsize=65_536)
def _birthdays_within(
    born: dt.date, thresholds: frozenset[int | None], first: dt.date, last: dt.date, rule: AgeRule
) -> tuple[dt.date, ...]:
    counts = _passed(full_years(born, first, rule=rule), full_years(born, last, rule=rule), thresholds)
    return tuple(date_of_age(born, years, rule=rule) for years in counts)


@lru_cache(maxsize=65_536)
def _month_days_within(
    since: dt.date, thresholds: frozenset[int | None], first: dt.date, last: dt.date, rule: MonthRule
) -> tuple[dt.date, ...]:
    counts = _passed(months_over(since, first, rule=rule), months_over(since, last, rule=rule), thresholds)
    return tuple(date_months_over(since, months, rule=rule) for months in counts)


def _passed(before: int, after: int, thresholds: frozenset[int | None]) -> Iterator[int]:
    """The counts reached on the way at which a comparison may turn: a threshold, the one after it, or any."""
    for count in range(before + 1, after + 1):
        if None in thresholds or count in thresholds or count - 1 in thresholds:
            yield count


@lru_cache(maxsize=64)
def clocks_of(book: RuleBook) -> Clocks:
    """The ages and durations that a book's rules ask about."""
    found: dict[type[Node], dict[Key, set[int | None]]] = {Age: {}, MonthsSince: {}}
    nobody = Evaluation(book, FactState({}))
    nodes = [node for rule in book.rules for node in _nodes_of(rule)]
    compared: set[int] = set()
    for node in nodes:
        for clock, other in _sides(node):
            compared.add(id(clock))
            _note(found, clock, nobody.value(other))
    for node in nodes:
        if isinstance(node, (Age, MonthsSince)) and id(node) not in compared:
            _note(found, node, None)
    return Clocks(_frozen(found[Age]), _frozen(found[MonthsSince]))


def _nodes_of(rule: Rule) -> Iterator[Node]:
    yield from walk(rule.condition)
    if rule.amount is not None:
        yield from walk(rule.amount)


def _sides(node: Node) -> Iterator[tuple[Age | MonthsSince, Node]]:
    """An age or a duration with what it is compared to."""
    if isinstance(node, Compare):
        for clock, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(clock, (Age, MonthsSince)):
                yield clock, other


def _note(found: dict[type[Node], dict[Key, set[int | None]]], clock: Age | MonthsSince, threshold: object) -> None:
    dates = clock.birth_date if isinstance(clock, Age) else clock.date
    for fact in walk(dates):
        if isinstance(fact, FactRef):
            noted = found[type(clock)].setdefault((fact.entity, fact.name), set())
            noted.add(threshold if isinstance(threshold, int) else None)


def _frozen(found: dict[Key, set[int | None]]) -> dict[Key, frozenset[int | None]]:
    return {key: frozenset(thresholds) for key, thresholds in found.items()}
