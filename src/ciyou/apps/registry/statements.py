"""How a new statement meets the earlier ones of its source: what stays, what ends, what remains of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from ciyou.apps.registry.incoming import NewStatement, basis_code
from ciyou.apps.registry.models import Fact
from ciyou.apps.registry.sealing import open_fact, seal_fact
from ciyou.core.access.actor import Actor
from ciyou.core.facts.definition import PARENTS, Entity, FactDefinition, Value, Vocabulary

HOUSEHOLD_PREFIX = "household."
Period = tuple[dt.date | None, dt.date | None]


@dataclass(frozen=True)
class CheckedStatement:
    """A statement whose name and value the vocabulary knows."""

    name: str
    value: Value
    definition: FactDefinition
    basis: str
    period: Period


def definition_of(kind: str, name: str) -> tuple[Entity, str]:
    """The entity (a parent stands as father) and the plain name of a fact as it is stored at a child or an adult."""
    if name.startswith(HOUSEHOLD_PREFIX):
        return Entity.HOUSEHOLD, name.removeprefix(HOUSEHOLD_PREFIX)
    return (Entity.CHILD if kind == "child" else PARENTS[0]), name


def check_statement(vocabulary: Vocabulary, kind: str, new: NewStatement) -> CheckedStatement:
    """The statement in canonical form; raises FactError for an unknown name or a value outside its domain."""
    definition = vocabulary.get(*definition_of(kind, new.name))
    period = (new.valid_from, new.valid_to)
    return CheckedStatement(new.name, definition.check(new.value), definition, basis_code(new.basis), period)


def is_empty(period: Period) -> bool:
    """Whether a period holds no day."""
    start, end = period
    return start is not None and end is not None and end <= start


def remainders(period: Period, taken: Iterable[Period]) -> tuple[Period, ...]:
    """What is left of a period after others are taken out of it; all half-open, None is open."""
    left = [period]
    for start, end in taken:
        left = [piece for one in left for piece in _without(one, start, end)]
    return tuple(left)


def _without(period: Period, start: dt.date | None, end: dt.date | None) -> list[Period]:
    first, last = period
    before = (first, _earlier(last, start)) if start is not None else None
    after = (_later(first, end), last) if end is not None else None
    return [piece for piece in (before, after) if piece is not None and not is_empty(piece)]


def _earlier(one: dt.date | None, other: dt.date) -> dt.date:
    return other if one is None else min(one, other)


def _later(one: dt.date | None, other: dt.date) -> dt.date:
    return other if one is None else max(one, other)


@dataclass(frozen=True)
class Revision:
    """What one source's new statements about one fact change: rows that end, and rows that come, `new` of them as stated."""

    ended: tuple[int, ...]
    made: tuple[Fact, ...]
    new: int


class Recording:
    """One act of recording: who, where, when, on what; makes the rows."""

    def __init__(
        self, actor: Actor, *, now: dt.datetime, source: str, reference: str = "", evidence_id: UUID | None = None
    ) -> None:
        self.actor, self.now, self.source, self.reference, self.evidence_id = actor, now, source, reference, evidence_id

    def revise(self, person_id: UUID, earlier: Sequence[Fact], new: Sequence[CheckedStatement]) -> Revision:
        """`earlier` are the open rows of this person, fact and source; what the new periods leave of them goes on."""
        coming = [one for one in new if not any(self._repeats(row, one) for row in earlier)]
        taken = [one.period for one in coming]
        ended: list[int] = []
        made: list[Fact] = []
        for row in earlier:
            period = (row.valid_from, row.valid_to)
            left = remainders(period, taken)
            if left == (period,):
                continue
            ended.append(row.id)
            made += [self._rest(row, piece) for piece in left]
        made += [self.row(person_id, one) for one in coming]
        return Revision(tuple(ended), tuple(made), len(coming))

    def _repeats(self, row: Fact, one: CheckedStatement) -> bool:
        """The same form sent again: nothing is recorded twice under one reference."""
        return bool(
            self.reference
            and row.reference == self.reference
            and row.basis == one.basis
            and (row.valid_from, row.valid_to) == one.period
            and row.evidence_id == self.evidence_id
            and value_of(row, one.definition) == one.value
        )

    def row(self, person_id: UUID, one: CheckedStatement) -> Fact:
        """A new row, its value encrypted."""
        return Fact(
            person_id=person_id,
            name=one.name,
            value=seal_fact(person_id, one.name, one.value),
            sensitivity=one.definition.sensitivity,
            basis=one.basis,
            source=self.source,
            reference=self.reference,
            valid_from=one.period[0],
            valid_to=one.period[1],
            recorded_at=self.now,
            recorded_by=self.actor.id,
            recorded_in=self.actor.scope.first,
            evidence_id=self.evidence_id,
        )

    def _rest(self, row: Fact, period: Period) -> Fact:
        return copy_row(row, recorded_at=self.now, valid_from=period[0], valid_to=period[1])


def copy_row(row: Fact, **changed: object) -> Fact:
    """An unsaved copy of a fact's row; a copy for another person needs its value sealed anew."""
    fields = {
        field.attname: getattr(row, field.attname) for field in Fact._meta.concrete_fields if not field.primary_key
    }
    return Fact(**(fields | {"superseded_at": None} | changed))


def value_of(row: Fact, definition: FactDefinition) -> Value:
    """The readable value of a stored fact."""
    return definition.check(open_fact(row.person_id, row.name, row.value))
