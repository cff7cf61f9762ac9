"""What the law says of one child for each month: the interpreter's answer, decided once per stretch in which nothing can change.

A stretch ends where a statement that the rule reads begins or ends, where an age or a duration passes a number that the rule
holds it against, and where the law itself changes. Within one law two children of whom the rule reads the same are answered
once: the same trees on the same values, and on the same side of every age and duration; so too for what stands firmly alone.
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
from ciyou.core.rules.bounds import Bounds
from ciyou.core.rules.changes import Clocks, Key, clock_days_within, clocks_of
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.interpreter import Outcome, answer
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


Seen = frozenset[tuple[int, object]]


@dataclass(frozen=True, eq=False)
class _Found:
    """One answer of a rule, and the same dated to months: one object for all children who are answered the same."""

    outcome: Outcome
    due: Bounds | None
    dated: dict[tuple[Month, Basis], LawAnswer] = field(default_factory=dict)

    def says_the_same(self, other: _Found) -> bool:
        return self is other or (self.outcome, self.due) == (other.outcome, other.due)

    def on(self, month: Month, basis: Basis) -> LawAnswer:
        key = (month, basis)
        if key not in self.dated:
            due = self.due
            amounts = (None, None, None) if due is None else (due.value, due.floor, due.ceiling)
            self.dated[key] = LawAnswer(month, self.outcome, basis, *amounts)
        return self.dated[key]


@dataclass(frozen=True, eq=False)
class _Text:
    """A rule with all it refers to, as it reads in one place while the law stands still, and the answers found so far.

    `book` holds only those rules; its date is that of nobody. `places` numbers the facts they read. `counted` are dates that they
    read only as an age or a duration.
    """

    rule: Rule
    book: RuleBook
    places: dict[str, dict[Entity, int]]
    clocks: Clocks
    counted: frozenset[int]
    found: dict[Seen, _Found] = field(default_factory=dict)

    def place(self, said: StatedFact) -> int | None:
        entities = self.places.get(said.name)
        return None if entities is None else entities.get(said.entity)

    def reads(self, entity: Entity, name: str) -> object:
        """How a fact is read: two texts with the same answer see the same of it, and turn on the same days."""
        key, clocks = (entity, name), self.clocks
        is_counted = self.places[name][entity] in self.counted
        return is_counted, clocks.ages.get(key), clocks.months.get(key), self.book.age_rule, self.book.month_rule

    def answer(self, told: Sequence[StatedFact], day: dt.date) -> tuple[_Found, Basis]:
        """The rule's answer on a day, and the firmest basis on which the same answer stands (as `interpreter.settle`)."""
        state = FactState.on(day, told)
        seen = [(self.seen(said, day), said.basis) for said in state.statements()]
        levels = sorted({basis for _, basis in seen}, reverse=True) or [Basis.VERIFIED]
        whole = self._decided(frozenset(what for what, _ in seen), state, day)
        if whole.outcome is Outcome.UNDETERMINED:
            return whole, levels[0]
        for level in levels[:-1]:
            firm = frozenset(what for what, basis in seen if basis >= level)
            if self._decided(firm, state, day, level).says_the_same(whole):
                return whole, level
        return whole, levels[-1]

    def _decided(self, seen: Seen, state: FactState, day: dt.date, level: Basis | None = None) -> _Found:
        if seen not in self.found:
            narrowed = state if level is None else state.at_least(level)
            self.found[seen] = _Found(*answer(Evaluation(replace(self.book, as_of=day), narrowed), self.rule))
        return self.found[seen]

    def seen(self, said: StatedFact, day: dt.date) -> tuple[int, object]:
        """What is read of a statement: its value, of a date that only counts where it stands against what it is counted against."""
        number = self.places[said.name][said.entity]
        if number in self.counted and isinstance(said.value, dt.date):
            return number, self._counts(said, said.value, day)
        return number, said.value

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

    def decisions(self) -> int:
        """How many decisions were made so far, for measuring."""
        return sum(len(text.found) for text in self._kept.values())


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
    return _Text(book.by_code[code], book, places, clocks_of(book), frozenset(numbers[key] for key in counted - plain))


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


Part = tuple[Key, tuple[object, ...], Basis]
"""What the texts read of one fact of a child, and on whose word."""
Situation = frozenset[int]
"""The numbers of all parts of a child for whom nothing changes in the months asked."""
_KEPT = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """How a statement is read in the months asked. `key` None: not at all; `part` None: it says nothing on the first day.

    `turns` are the days after the first up to the last asked on which what is read of it may become another.
    """

    said: StatedFact
    key: Key | None
    turns: tuple[dt.date, ...] = ()
    part: int | None = None


@dataclass(frozen=True)
class _Asked:
    """The months asked of a reader, prepared once: their days, the text in force on each, and the days on which the law changes.

    `read` are, of each fact that any of the texts reads, those texts that read it differently (mostly one); `same` the answers of
    children in whose situation only the law changes.
    """

    months: tuple[Month, ...]
    days: tuple[dt.date, ...]
    texts: tuple[_Text, ...]
    law_turns: tuple[dt.date, ...]
    first: dt.date
    last: dt.date
    read: dict[Key, tuple[_Text, ...]]
    same: dict[Situation, tuple[LawAnswer, ...]] = field(default_factory=dict)
    parts: dict[Part, int] = field(default_factory=dict)
    readings: dict[int, _Reading] = field(default_factory=dict)
    """By the id of a statement, which its reading holds: children of whom the same is said share it."""

    def reading(self, said: StatedFact) -> _Reading:
        found = self.readings.get(id(said))
        if found is None:
            if len(self.readings) >= _KEPT:
                self.readings.clear()
            found = self.readings[id(said)] = self._read(said)
        return found

    def _read(self, said: StatedFact) -> _Reading:
        key = (said.entity, said.name)
        if key not in self.read:
            return _Reading(said, None)
        turns = tuple(_turns(self, said))
        if not said.holds_on(self.first):
            return _Reading(said, key, turns)
        part = (key, tuple(text.seen(said, self.first)[1] for text in self.read[key]), said.basis)
        return _Reading(said, key, turns, self.parts.setdefault(part, len(self.parts)))


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
        self._asked: dict[tuple[Month, ...], _Asked] = {}
        self._recent: _Asked | None = None

    def answers(self, statements: Iterable[StatedFact], months: Sequence[Month]) -> tuple[LawAnswer, ...]:
        """The answer for every month asked, in their order."""
        if not months:
            return ()
        asked = self._prepared(tuple(months))
        read = [one for one in map(asked.reading, statements) if one.key is not None]
        own_turns = sorted({day for one in read for day in one.turns})
        if own_turns:
            return _answered(asked, [one.said for one in read], own_turns)
        read = [one for one in read if one.part is not None]
        told, situation = [one.said for one in read], frozenset(one.part for one in read if one.part is not None)
        if len({one.key for one in read}) < len(read):  # two statements speak of one fact
            return _answered(asked, told, own_turns)
        if situation not in asked.same:
            asked.same[situation] = _answered(asked, told, own_turns)
        return asked.same[situation]

    def _prepared(self, months: tuple[Month, ...]) -> _Asked:
        if self._recent is not None and self._recent.months is months:
            return self._recent
        if months not in self._asked:
            days = tuple(self.judged_on.day(month) for month in months)
            first, last = min(days), max(days)
            turns = tuple(day for day in self.law_changes if first < day <= last)
            texts = tuple(self._text_on(day) for day in days)
            self._asked[months] = _Asked(months, days, texts, turns, first, last, _readings(dict.fromkeys(texts)))
        self._recent = self._asked[months]
        return self._recent

    def _text_on(self, day: dt.date) -> _Text:
        stretch = bisect_right(self.law_changes, day)
        if stretch not in self._text_of:
            self._text_of[stretch] = self.texts.of(self.code, self.book_at(day))
        return self._text_of[stretch]


def _answered(asked: _Asked, told: Sequence[StatedFact], own_turns: Sequence[dt.date]) -> tuple[LawAnswer, ...]:
    """The answers month by month, decided once between two days on which the law or what is said of the child turns."""
    turns = sorted({*asked.law_turns, *own_turns})
    found: dict[int, tuple[_Found, Basis]] = {}
    given = []
    for month, day, text in zip(asked.months, asked.days, asked.texts, strict=True):
        stretch = bisect_right(turns, day)
        if stretch not in found:
            found[stretch] = text.answer([said for said in told if text.place(said) is not None], day)
        answered, basis = found[stretch]
        given.append(answered.on(month, basis))
    return tuple(given)


def _readings(texts: Iterable[_Text]) -> dict[Key, tuple[_Text, ...]]:
    """Of each fact the texts that read it differently: as a value or as an age, against other numbers, or by another calendar."""
    found: dict[Key, dict[object, _Text]] = {}
    for text in texts:
        for name, entities in text.places.items():
            for entity in entities:
                found.setdefault((entity, name), {}).setdefault(text.reads(entity, name), text)
    return {key: tuple(differing.values()) for key, differing in found.items()}


def _turns(asked: _Asked, said: StatedFact) -> Iterable[dt.date]:
    """The days after the first up to the last asked on which what a rule reads of a statement may become another."""
    first, last = asked.first, asked.last
    for day in (said.valid_from, said.valid_to):
        if day is not None and first < day <= last:
            yield day
    if isinstance(said.value, dt.date):
        for text in asked.read[said.entity, said.name]:
            book = text.book
            yield from clock_days_within(
                text.clocks, said, first, last, age_rule=book.age_rule, month_rule=book.month_rule
            )
