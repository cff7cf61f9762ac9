"""A population of children whose facts are given one child at a time: those on file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from ciyou.core.facts.definition import FactDefinition, FactType, column_name
from ciyou.core.facts.state import FactState
from ciyou.packs import load_vocabulary

_TYPES = {
    FactType.BOOL: pa.bool_(),
    FactType.INT: pa.int32(),
    FactType.MONEY: pa.int64(),
    FactType.DATE: pa.date32(),
}
RESTRICTED = 5

Child = tuple[str, FactState]
"""A child's division (12 digits) and what is known of it."""


@dataclass(frozen=True)
class ListedPopulation:
    """Children in batches; only the facts in `columns` are kept of them, and none of class 5."""

    children: int
    digits: int
    columns: Collection[str]
    batches: Callable[[], Iterable[Collection[Child]]]

    def pieces(self) -> Iterator[pa.Table]:
        """A batch at a time."""
        for batch in self.batches():
            if batch:
                yield self._table(batch)

    def _table(self, batch: Collection[Child]) -> pa.Table:
        kept: dict[str, pa.Array] = {"division": pa.array([division for division, _ in batch], pa.string())}
        for definition in load_vocabulary():
            if definition.sensitivity < RESTRICTED:
                kept |= dict(self._columns(definition, batch))
        return pa.table(kept)

    def _columns(self, definition: FactDefinition, batch: Collection[Child]) -> Iterator[tuple[str, pa.Array]]:
        kind = pa.int64() if definition.is_long else _TYPES.get(definition.type, pa.string())
        for entity in definition.entities():
            name = column_name(entity, definition.name)
            if name in self.columns:
                said = (state.get(entity, definition.name) for _, state in batch)
                yield name, pa.array([None if one is None else one.value for one in said], kind)
