"""Our children in the layout of the national system: everybody who belongs there, only who is missing there, or what is to be corrected."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ciyou.apps.exchange.cells import Cell, write_cell
from ciyou.apps.exchange.decisions import CORRECT_THERE, ENTER_THERE
from ciyou.apps.exchange.importing import county_of
from ciyou.apps.exchange.models import ExchangeItem, ItemKind, ItemState
from ciyou.apps.exchange.our_side import OurSide
from ciyou.apps.exchange.refusals import check_may, no_mapping
from ciyou.apps.registry.scoping import visible_people
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.verdict import RESTRICTED, ceiling_of
from ciyou.packs import load_exchange_mappings
from ciyou.packs.exchange_mappings import ROW_NUMBER, ExchangeColumn, ExchangeMapping

PART = 1000


class ExportedChildren(StrEnum):
    """Who is exported: everybody who belongs into that system, those to be entered, or those of whom something is to be corrected."""

    EVERYBODY = "everybody"
    TO_ENTER = "to_enter"
    TO_CORRECT = "to_correct"


@dataclass(frozen=True)
class ExchangeSheet:
    """A sheet to be written: its mapping, its columns, whose rows it has, and the rows in parts."""

    mapping: ExchangeMapping
    columns: tuple[ExchangeColumn, ...]
    person_ids: tuple[uuid.UUID, ...]
    ours: OurSide

    @property
    def titles(self) -> list[Cell]:
        return [column.title for column in self.columns]

    def parts(self) -> Iterator[list[list[Cell]]]:
        """The rows in the order of the children, a part at a time."""
        for start in range(0, len(self.person_ids), PART):
            ids = self.person_ids[start : start + PART]
            found = self.ours.read(ids)
            yield [self._row(start + place, found[child].entry) for place, child in enumerate(ids, start=1)]

    def _row(self, number: int, entry: dict[str, str]) -> list[Cell]:
        told = {**entry, ROW_NUMBER: str(number)}
        return [write_cell(column, told.get(column.value, ""), self.mapping) for column in self.columns]


def exchange_sheet(
    actor: Actor, *, mapping: str, which: ExportedChildren, purpose: Purpose, today: dt.date
) -> ExchangeSheet:
    """The sheet of the actor's county; protected files are in none. Raises RecordError where the place has no such mapping."""
    check_may(actor)
    county = county_of(actor)
    found = load_exchange_mappings(division=county).get(mapping)
    if found is None:
        raise no_mapping()
    highest = min(ceiling_of(actor), RESTRICTED - 1)
    columns = tuple(column for column in found.columns if column.export and column.shape.sensitivity <= highest)
    ours = OurSide(county, found, today=today, columns=columns)
    return ExchangeSheet(found, columns, tuple(_chosen(actor, ours, found, which, purpose)), ours)


def _chosen(
    actor: Actor, ours: OurSide, mapping: ExchangeMapping, which: ExportedChildren, purpose: Purpose
) -> list[uuid.UUID]:
    people = visible_people(actor, purpose=purpose).filter(
        kind="child", restricted=False, division__gte=actor.scope.first, division__lt=actor.scope.end
    )
    seen = set(people.values_list("id", flat=True).iterator(chunk_size=5000))
    items = ExchangeItem.objects.filter(county=ours.county, mapping=mapping.code).exclude(person=None)
    if which is ExportedChildren.EVERYBODY:
        return [child for child in ours.expected() if child in seen]
    if which is ExportedChildren.TO_ENTER:
        to_enter = items.filter(kind=ItemKind.ONLY_HERE).exclude(state=ItemState.GONE)
        rows = to_enter.filter(decision__in=("", ENTER_THERE))
    else:
        rows = items.filter(kind=ItemKind.DIFFERS, state=ItemState.SETTLED, decision=CORRECT_THERE)
    wanted = dict.fromkeys(rows.order_by("division", "person_id").values_list("person_id", flat=True))
    return [child for child in wanted if child in seen and ours.shown(child)]
