"""What is known of one child on one day: values with their basis and who said so; everything else is unknown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from ciyou.core.facts.definition import Entity, Value


class Basis(IntEnum):
    """How firmly a fact stands; the order is the order of trust."""

    PRESUMED = 0
    ROSTERED = 1
    VERIFIED = 2

    __hash__ = int.__hash__  # as of `Entity`: Enum's own is slow

    @property
    def code(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class StatedFact:
    """One thing said of one entity by one source: true from `valid_from` until before `valid_to` (None: open)."""

    entity: Entity
    name: str
    value: Value
    basis: Basis = Basis.VERIFIED
    source: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    def holds_on(self, day: dt.date) -> bool:
        """Whether the statement says anything about that day; outside its period a statement is silent."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class Conflict:
    """Sources of equal standing that contradict each other about one fact; the fact is then unknown until a person decides."""

    entity: Entity
    name: str
    statements: tuple[StatedFact, ...]


class FactState:
    """The facts of one child on one day, one statement per (entity, name); a missing key is unknown."""

    def __init__(
        self, statements: Mapping[tuple[Entity, str], StatedFact], conflicts: tuple[Conflict, ...] = ()
    ) -> None:
        self._statements = dict(statements)
        self.conflicts = conflicts

    @classmethod
    def on(cls, day: dt.date, statements: Iterable[StatedFact]) -> FactState:
        """The state on a day. Of several statements about one fact the higher basis wins; equals that disagree make it unknown."""
        found: dict[tuple[Entity, str], list[StatedFact]] = {}
        for statement in statements:
            if statement.holds_on(day):
                found.setdefault((statement.entity, statement.name), []).append(statement)
        chosen: dict[tuple[Entity, str], StatedFact] = {}
        conflicts: list[Conflict] = []
        for (entity, name), said in found.items():
            if len(said) == 1:
                chosen[entity, name] = said[0]
                continue
            top = max(statement.basis for statement in said)
            best = [statement for statement in said if statement.basis == top]
            if len({statement.value for statement in best}) == 1:
                chosen[entity, name] = best[0]
            else:
                conflicts.append(Conflict(entity, name, tuple(best)))
        return cls(chosen, tuple(conflicts))

    def get(self, entity: Entity, name: str) -> StatedFact | None:
        return self._statements.get((entity, name))

    def at_least(self, basis: Basis) -> FactState:
        """Only what stands at least as firmly."""
        return FactState({key: said for key, said in self._statements.items() if said.basis >= basis}, self.conflicts)

    def by_key(self) -> Mapping[tuple[Entity, str], StatedFact]:
        return self._statements

    def statements(self) -> tuple[StatedFact, ...]:
        return tuple(self._statements.values())
