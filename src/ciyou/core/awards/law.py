"""What the law says of one child for each month: the interpreter's answer, decided once per stretch in which nothing can change.

A stretch ends where a statement that the rule reads begins or ends, where an age or a duration passes a number that the rule
holds it against, and where the law itself changes. Within one law two children of whom the rule reads the same are answered
once: the same trees on the same values, each with the same basis, and on the same side of every age and duration.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ciyou.core.awards.month import Month
from ciyou.core.clock.ages import full_years
from ciyou.core.clock.months import months_over
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import Basis, FactState, StatedFact
from ciyou.core.rules.book import Rule, RuleBook
from ciyou.core.rules.changes import Clocks, Key, clock_days_within, clocks_of
from ciyou.core.rules.interpreter import Outcome, Settled, settle
from ciyou.core.rules.scope import parameters_referred_to, rules_referred_to
from ciyou.core.rules.tree import Age, FactRef, MonthsSince, Node, children_of

BookAt = Callable[[dt.date], RuleBook]


class JudgedOn(StrEnum):
    """The day of a month on which the law is asked about it."""

    FIRST_DAY = "first_day"
    LAST_DAY = "last_day"

    def day(self, month: Month) -> dt.date:
        return month.first_day if self is JudgedOn.FIRST_DAY else month.last_day


@dataclass(frozen=True, slots=True)
class LawAnswer:
    """What one rule says for one month. `amount_fen` None: not known; then it lies between floor and ceiling (None: no bound).

    `basis` is the firmest on which the same answer stands, among the statements that the rule reads.
    """

    month: Month
    outcome: Outcome
    basis: Basis
    amount_fen: int | None
    floor_fen: int | None
    ceiling_fen: int | None


def answers(
    code: str,
    statements: Iterable[StatedFact],
    months: Sequence[Month],
    *,
    book_at: BookAt,
    judged_on: JudgedOn,
    law_changes: Iterable[dt.date],
) -> tuple[LawAnswer, ...]:
    """The answer of a rule for every month asked, in their order; for many children make one `LawReader`."""
    return LawReader(code, book_at=book_at, judged_on=judged_on, law_changes=law_changes).answers(statements, months)


@dataclass(eq=False)
class _Found:
    """One answer, and the same dated to the months it was given for."""

    settled: Settled
    by_month: dict[Month, LawAnswer] = field(default_factory=dict)

    def on(self, month: Month) -> LawAnswer:
        if month not in self.by_month:
            found = self.settled
            self.by_month[month] = LawAnswer(
                month, found.outcome, found.basis, found.amount_fen, found.floor_fen, found.ceiling_fen
            )
        return self.by_month[month]


@dataclass(frozen=True, eq=False)
class _Text:
    """A rule with all it refers to, as it reads in one place while the law stands still, and the answers found so far.

    `book` holds only those rules; its date is that of nobody. `places` numbers the facts they read. `counted` are dates that they
    read only as an age or a duration.
    """

    code: str
    book: RuleBook
    places: dict[str, dict[Entity, int]]
    clocks: Clocks
    counted: frozenset[int]
    found: dict[frozenset[tuple[int, object, Basis]], _Found] = field(default_factory=dict)

    def place(self, said: StatedFact) -> int | None:
        entities = self.places.get(said.name)
        return None if entities is None else entities.get(said.entity)

    def answer(self, told: Sequence[StatedFact], day: dt.date) -> _Found:
        state = FactState.on(day, told)
        seen = frozenset(self._seen(said, day) for said in state.statements())
        if seen not in self.found:
            self.found[seen] = _Found(settle(replace(self.book, as_of=day), state, self.code))
        return self.found[seen]

    def _seen(self, said: StatedFact, day: dt.date) -> tuple[int, object, Basis]:
        number = self.places[said.name][said.entity]
        if number in self.counted and isinstance(said.value, dt.date):
            return number, self._counts(said, said.value, day), said.basis
        return number, said.value, said.basis

    def _counts(self, said: StatedFact, since: dt.date, day: dt.date) -> tuple[object, ...]:
        """Where the age and the duration stand against each number that they are compared to."""
        key, found = (said.entity, said.name), []
        if key in self.clocks.ages:
            found.append(_against(full_years(since, day, rule=self.book.age_rule), self.clocks.ages[key]))
        if key in self.clocks.months:
            found.append(_against(months_over(since, day, rule=self.book.month_rule), self.clocks.months[key]))
        return tuple(found)


def _against(count: int, thresholds: frozenset[int | None]) -> object:
    if None in thresholds:
        return count
    return tuple((count > number) - (count < number) for number in thresholds if number is not None)


class Texts:
    """Rules as they read in many places: where the text and the values that it reads are the same, the answers are shared."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], _Text] = {}

    def of(self, code: str, book: RuleBook) -> _Text:
        rules = _needed(book, code)
        nodes = [node for rule in rules for node in (rule.condition, rule.amount) if node is not None]
        read = sorted({key for node in nodes for key in parameters_referred_to(node)})
        values = tuple((key, book.parameters[key].value) for key in read)
        # The ids stand for objects that the kept text itself holds, so that they are never given to others.
        parts = (tuple(map(id, rules)), values, id(book.vocabulary), book.age_rule, book.month_rule)
        if (code, parts) not in self._kept:
            self._kept[code, parts] = _text(code, replace(book, rules=rules), nodes)
        return self._kept[code, parts]


def _needed(book: RuleBook, code: str) -> tuple[Rule, ...]:
    """The rule and every rule that it refers to, in the book's order."""
    wanted, waiting = {code}, [code]
    while waiting:
        rule = book.by_code[waiting.pop()]
        nodes = (rule.condition,) if rule.amount is None else (rule.condition, rule.amount)
        new = {other for node in nodes for other in rules_referred_to(node)} - wanted
        wanted |= new
        waiting.extend(new)
    return tuple(rule for rule in book.rules if rule.code in wanted)


def _text(code: str, book: RuleBook, nodes: Iterable[Node]) -> _Text:
    plain: set[Key] = set()
    counted: set[Key] = set()
    for node in nodes:
        _sort_dates(node, plain, counted)
    numbers = {key: number for number, key in enumerate(sorted(plain | counted))}
    places: dict[str, dict[Entity, int]] = {}
    for (entity, name), number in numbers.items():
        places.setdefault(name, {})[entity] = number
    return _Text(code, book, places, clocks_of(book), frozenset(numbers[key] for key in counted - plain))


def _sort_dates(node: Node, plain: set[Key], counted: set[Key]) -> None:
    """Facts that are read as they are, and those of which only the age or the duration is read."""
    match node:
        case Age(FactRef(entity, name)) | MonthsSince(FactRef(entity, name)):
            counted.add((entity, name))
        case FactRef(entity, name):
            plain.add((entity, name))
        case _:
            for part in children_of(node):
                _sort_dates(part, plain, counted)


class LawReader:
    """Answers one rule in one place for many children and months.

    `book_at` gives the book of a day; `law_changes` are the days on which any text or value of it begins or ends: it is asked
    once between two of them. `texts` shared among readers lets places with the same law share their answers.
    """

    def __init__(
        self,
        code: str,
        *,
        book_at: BookAt,
        judged_on: JudgedOn,
        law_changes: Iterable[dt.date],
        texts: Texts | None = None,
    ) -> None:
        self.code, self.book_at, self.judged_on = code, book_at, judged_on
        self.law_changes = sorted(set(law_changes))
        self.texts = texts or Texts()
        self._text_of: dict[int, _Text] = {}
        self._turns_between: dict[tuple[dt.date, dt.date], tuple[dt.date, ...]] = {}

    def answers(self, statements: Iterable[StatedFact], months: Sequence[Month]) -> tuple[LawAnswer, ...]:
        """The answer for every month asked, in their order."""
        if not months:
            return ()
        days = [self.judged_on.day(month) for month in months]
        first, last = min(days), max(days)
        texts = [self._text_on(day) for day in {first, *self._law_turns(first, last)}]
        told = [said for said in statements if any(text.place(said) is not None for text in texts)]
        turns = sorted({*self._law_turns(first, last), *_turns(texts, told, first, last)})
        found: dict[int, _Found] = {}
        given = []
        for month, day in zip(months, days, strict=True):
            stretch = bisect_right(turns, day)
            if stretch not in found:
                text = self._text_on(day)
                found[stretch] = text.answer([said for said in told if text.place(said) is not None], day)
            given.append(found[stretch].on(month))
        return tuple(given)

    def _text_on(self, day: dt.date) -> _Text:
        stretch = bisect_right(self.law_changes, day)
        if stretch not in self._text_of:
            self._text_of[stretch] = self.texts.of(self.code, self.book_at(day))
        return self._text_of[stretch]

    def _law_turns(self, first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
        if (first, last) not in self._turns_between:
            self._turns_between[first, last] = tuple(day for day in self.law_changes if first < day <= last)
        return self._turns_between[first, last]


def _turns(texts: Iterable[_Text], told: Iterable[StatedFact], first: dt.date, last: dt.date) -> Iterable[dt.date]:
    """The days after `first` up to `last` on which what a rule reads of a child may become another."""
    for said in told:
        for day in (said.valid_from, said.valid_to):
            if day is not None and first < day <= last:
                yield day
        if isinstance(said.value, dt.date):
            for text in texts:
                book = text.book
                yield from clock_days_within(
                    text.clocks, said, first, last, age_rule=book.age_rule, month_rule=book.month_rule
                )
