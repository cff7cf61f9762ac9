"""Why a rule comes out otherwise than before: which statement, which day, which entry of the law lies between two decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ciyou.core.clock.ages import full_years
from ciyou.core.clock.months import months_over
from ciyou.core.facts.definition import Entity, Value
from ciyou.core.facts.state import StatedFact
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.changes import clock_days_within, clocks_of
from ciyou.core.rules.law_changes import inputs_of, law_change


class CauseKind(StrEnum):
    """What happened: something was said otherwise, a day came, the law is another, or the child lives under another place's law."""

    FACT = "fact"
    BEGAN = "began"
    ENDED = "ended"
    BIRTHDAY = "birthday"
    DURATION = "duration"
    STANDARD = "standard"
    PACK = "pack"
    PLACE = "place"


@dataclass(frozen=True)
class Decided:
    """On what something was decided: the statements, and the book with its place and day."""

    statements: tuple[StatedFact, ...]
    book: RuleBook


@dataclass(frozen=True)
class Cause:
    """One thing that lies between two decisions and that a rule which came out otherwise reads.

    `entity` and `name` are the fact's (FACT, BEGAN, ENDED, BIRTHDAY, DURATION); of STANDARD and PACK `entity` is None and `name` is
    `param.<key>` or `rule.<code>`. `before` and `after` are the values (None: nothing was said, the place left it open), `source`
    who says it now, else who said it. `day`: since when it holds (None: not said). `count`: full years of a birthday, full months
    of a duration. `rules`: the rules that read it and came out otherwise, in the book's order.
    """

    kind: CauseKind
    entity: Entity | None = None
    name: str = ""
    before: Value | None = None
    after: Value | None = None
    source: str = ""
    day: dt.date | None = None
    count: int | None = None
    rules: tuple[str, ...] = ()


def causes_of(before: Decided, after: Decided, changed: Iterable[str]) -> tuple[Cause, ...]:
    """What lies between two decisions and is read by a rule of `changed`: statements first, then days, then the law."""
    codes = tuple(changed)
    readers, places = _Readers(before.book, after.book, codes), (before.book.division, after.book.division)
    if places[0] == places[1]:
        law = tuple(_law(before.book, after.book))
    else:
        law = (Cause(CauseKind.PLACE, before=places[0], after=places[1], rules=codes),)
    found = (*_said(before, after), *_days(before, after), *law)
    named = (replace(cause, rules=cause.rules or readers.of(cause)) for cause in found)
    return tuple(cause for cause in named if cause.rules)


class _Readers:
    """Which of the changed rules read a thing, in the book of before or of now."""

    def __init__(self, before: RuleBook, after: RuleBook, codes: tuple[str, ...]) -> None:
        self._reads = {
            code: frozenset().union(*(inputs_of(book, code) for book in (before, after) if code in book.by_code))
            for code in codes
        }

    def of(self, cause: Cause) -> tuple[str, ...]:
        key = (cause.entity, cause.name) if cause.entity else cause.name
        return tuple(code for code, reads in self._reads.items() if key in reads)


_Said = Mapping[tuple[Entity, str, str], StatedFact]


def _said(before: Decided, after: Decided) -> Iterator[Cause]:
    """What one source says otherwise of one fact, has begun to say, or says no more."""
    old, new = _by_source(before.statements), _by_source(after.statements)
    for key in dict.fromkeys((*new, *old)):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        since = now.valid_from if now is not None else None
        yield Cause(CauseKind.FACT, key[0], key[1], _value(was), _value(now), key[2], since)


def _by_source(statements: Iterable[StatedFact]) -> _Said:
    # Of several periods that one source tells of one fact the latest stands for it.
    ordered = sorted(statements, key=lambda said: said.valid_from or dt.date.min)
    return {(said.entity, said.name, said.source): said for said in ordered}


def _value(said: StatedFact | None) -> Value | None:
    return None if said is None else said.value


def _days(before: Decided, after: Decided) -> Iterator[Cause]:
    """The days that came in between, of what was said before already and is still said."""
    first, last = before.book.as_of, after.book.as_of
    stayed = set(before.statements)
    for said in after.statements:
        if said not in stayed:
            continue
        yield from _periods(said, first, last)
        yield from _clocks(said, after.book, first, last)


def _periods(said: StatedFact, first: dt.date, last: dt.date) -> Iterator[Cause]:
    if said.valid_from is not None and first < said.valid_from <= last:
        yield Cause(CauseKind.BEGAN, said.entity, said.name, None, said.value, said.source, said.valid_from)
    if said.valid_to is not None and first < said.valid_to <= last:
        yield Cause(CauseKind.ENDED, said.entity, said.name, said.value, None, said.source, said.valid_to)


def _clocks(said: StatedFact, book: RuleBook, first: dt.date, last: dt.date) -> Iterator[Cause]:
    clocks, since = clocks_of(book), said.value
    if not isinstance(since, dt.date):
        return
    is_age = (said.entity, said.name) in clocks.ages
    for day in clock_days_within(clocks, said, first, last, age_rule=book.age_rule, month_rule=book.month_rule):
        kind = CauseKind.BIRTHDAY if is_age else CauseKind.DURATION
        count = full_years(since, day, rule=book.age_rule) if is_age else months_over(since, day, rule=book.month_rule)
        yield Cause(kind, said.entity, said.name, None, since, said.source, day, count)


def _law(before: RuleBook, after: RuleBook) -> Iterator[Cause]:
    """Entries of the law: by a day that came, or because the packs are others."""
    change = law_change(before, after)
    usual = CauseKind.STANDARD if before.pack_version == after.pack_version else CauseKind.PACK
    for key, new in after.parameters.items():
        if key in change.parameters:
            old, day = before.parameters.get(key), new.valid_from
            began = day is not None and before.as_of < day <= after.as_of
            kind = CauseKind.STANDARD if began else usual
            yield Cause(kind, None, f"param.{key}", None if old is None else old.value, new.value, "", day)
    for code in sorted(change.texts):
        yield Cause(usual, None, f"rule.{code}")
