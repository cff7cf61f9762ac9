"""Our side of a comparison: the children who belong into the national system, and what we hold of each, as plain forms."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.run_source import RunningAward, running_awards
from ciyou.apps.entitlements.list_conditions import confirmed_categories
from ciyou.apps.exchange.cells import join_codes
from ciyou.apps.registry.county_register import (
    KnownFact,
    RegisteredChild,
    blind_of_number,
    children_of_county,
    facts_of_families,
    id_numbers_of,
    numbers_of_county,
)
from ciyou.core.access.actor import DIVISION_DIGITS, LOCAL_OPERATOR
from ciyou.core.facts.definition import Entity
from ciyou.packs.exchange_mappings import (
    BIRTH_DATE,
    CATEGORY,
    CIRCUMSTANCE,
    ENTITLEMENT,
    ID_NUMBER,
    NAME,
    ExchangeColumn,
    ExchangeMapping,
)

Entry = dict[str, str]
"""What we hold of a child: by value its plain form; what is not known is not there."""
_TOWNSHIP = 9
ACTIVE = "active"


@dataclass(frozen=True)
class Provenance:
    """Who says what we hold, how firmly, and since when (ISO, "" for a file's own fields)."""

    source: str
    basis: str
    since: str


@dataclass(frozen=True)
class OurChild:
    """One child with what we hold of it, and the provenance of those values that are facts."""

    entry: Entry
    provenance: Mapping[str, Provenance]


class OurSide:
    """A county as it stands today, read once: its children, whose are categories and awards, and whose number is which."""

    def __init__(
        self,
        county: str,
        mapping: ExchangeMapping,
        *,
        today: dt.date,
        columns: Sequence[ExchangeColumn] | None = None,
    ) -> None:
        """`columns`: of which values are read; those of the mapping, where none are named."""
        self.county, self.mapping, self.today = county, mapping, today
        self._columns = mapping.columns if columns is None else tuple(columns)
        with walled(LOCAL_OPERATOR):
            self.children = children_of_county(county)
            self.by_number = numbers_of_county(county)
            self._categories = confirmed_categories(county, rules=mapping.categories)
            running = running_awards(county, entitlements=mapping.awards)
        self._numbered = frozenset(self.by_number.values())
        self._awards: dict[uuid.UUID, list[RunningAward]] = defaultdict(list)
        for award in running:
            self._awards[award.person_id].append(award)
        self._facts = [(column, *column.fact) for column in self._columns if column.fact is not None]
        self._needed = {column.value for column in self._columns}

    def shown(self, child: uuid.UUID) -> bool:
        """Whether a child takes part: on file here, open, and not protected."""
        found = self.children.get(child)
        return found is not None and not found.restricted and found.status == ACTIVE

    def ended(self, child: uuid.UUID) -> str:
        """The status of a child whose file here has ended, for all to know; "" for any other."""
        found = self.children.get(child)
        return found.status if found is not None and not found.restricted and found.status != ACTIVE else ""

    def expected(self) -> list[uuid.UUID]:
        """The children who belong into that system: a confirmed category or a running award; by place."""
        known = {*self._categories, *self._awards}
        wanted = [child for child in known if self.shown(child)]
        return sorted(wanted, key=lambda child: (self.children[child].division, child))

    def namesakes(self) -> dict[tuple[str, str], list[uuid.UUID]]:
        """By name and birth date, the children who take part."""
        found: dict[tuple[str, str], list[uuid.UUID]] = defaultdict(list)
        for child in self.children.values():
            if self.shown(child.id) and child.birth_date is not None and child.name:
                found[child.name, child.birth_date.isoformat()].append(child.id)
        return found

    def number_of(self, id18: str) -> uuid.UUID | None:
        """The child of this county with this number."""
        return self.by_number.get(blind_of_number(id18))

    def has_number(self, child: uuid.UUID) -> bool:
        """Whether an ID number of this child is on file."""
        return child in self._numbered

    def read(self, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, OurChild]:
        """What we hold of these children."""
        with walled(LOCAL_OPERATOR):
            numbers = id_numbers_of(ids) if ID_NUMBER in self._needed else {}
            facts = facts_of_families(ids, wanted=self._wanted_facts(), today=self.today)
        places = self._places(ids)
        return {child: self._child(self.children[child], numbers, facts.get(child, {}), places) for child in ids}

    def _wanted_facts(self) -> set[tuple[Entity, str]]:
        wanted = set[tuple[Entity, str]]()
        for column, entity, name in self._facts:
            wanted |= {(entity, code) for code in column.written} if name == CIRCUMSTANCE else {(entity, name)}
        return wanted

    def _places(self, ids: Iterable[uuid.UUID]) -> dict[str, str]:
        if not {"person.township", "person.village"} & self._needed:
            return {}
        divisions = {self.children[child].division for child in ids}
        return division_names(divisions | {_township(division) for division in divisions}, self.today)

    def _child(
        self,
        child: RegisteredChild,
        numbers: Mapping[uuid.UUID, str],
        facts: Mapping[tuple[Entity, str], KnownFact],
        places: Mapping[str, str],
    ) -> OurChild:
        entry: Entry = {
            NAME: child.name,
            ID_NUMBER: numbers.get(child.id, ""),
            "person.sex": child.sex,
            BIRTH_DATE: child.birth_date.isoformat() if child.birth_date else "",
            "person.division": child.division,
            "person.township": places.get(_township(child.division), ""),
            "person.village": places.get(child.division, "") if child.division[_TOWNSHIP:].strip("0") else "",
            **self._confirmed(child.id),
            **self._paid(child.id),
        }
        provenance: dict[str, Provenance] = {}
        for column, entity, name in self._facts:
            _add_fact(entry, provenance, (column, entity, name), facts)
        return OurChild({value: said for value, said in entry.items() if said and value in self._needed}, provenance)

    def _confirmed(self, child: uuid.UUID) -> Entry:
        column, found = self.mapping.column(CATEGORY), self._categories.get(child)
        if column is None or found is None:
            return {}
        return {CATEGORY: join_codes(column, set(found.rules)), "determination.confirmed_on": found.on.isoformat()}

    def _paid(self, child: uuid.UUID) -> Entry:
        awards = self._awards.get(child)
        if not awards:
            return {}
        column = self.mapping.column(ENTITLEMENT)
        return {
            ENTITLEMENT: "" if column is None else join_codes(column, {award.entitlement for award in awards}),
            "award.amount": str(sum(award.amount_fen for award in awards)),
            "award.first_month": min(award.first_month for award in awards).isoformat()[:7],
            "award.state": "active" if any(award.state == "active" for award in awards) else "suspended",
        }


def _township(division: str) -> str:
    return division[:_TOWNSHIP].ljust(DIVISION_DIGITS, "0")


def _add_fact(
    entry: Entry,
    provenance: dict[str, Provenance],
    wanted: tuple[ExchangeColumn, Entity, str],
    facts: Mapping[tuple[Entity, str], KnownFact],
) -> None:
    column, entity, name = wanted
    if name == CIRCUMSTANCE:
        holding = {code: fact for code in column.written if (fact := facts.get((entity, code))) and fact.value is True}
        entry[column.value] = join_codes(column, set(holding))
        said = next(iter(holding.values()), None)
    else:
        said = facts.get((entity, name))
        entry[column.value] = "" if said is None else plain(said.value)
    if said is not None:
        provenance[column.value] = Provenance(said.source, said.basis, said.recorded_on.isoformat())


def plain(value: object) -> str:
    """A fact's value in plain form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)
