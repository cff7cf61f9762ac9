"""A whole file against a whole county: what is only here, only there, and what differs. It reads, and changes nothing."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ciyou.apps.audit.wall import walled
from ciyou.apps.exchange.comparing import differences, name_key
from ciyou.apps.exchange.contents import ItemContent
from ciyou.apps.exchange.models import ItemKind
from ciyou.apps.exchange.our_side import OurChild, OurSide
from ciyou.apps.exchange.table_files import Layout, Problem, TheirRow
from ciyou.apps.registry.county_register import blind_of_number, numbers_on_file
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.linkage.identity import birth_date_of_id, sex_of_id
from ciyou.packs.exchange_mappings import BIRTH_DATE, ID_NUMBER, NAME, ExchangeColumn

PART = 1000
MOST_PROBLEMS = 2000
"""Problems of one file that are told one by one; beyond that only how many there are."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that a comparison found."""

    kind: str
    division: str
    content: ItemContent
    person_id: uuid.UUID | None = None
    field: str = ""
    elsewhere: bool = False


@dataclass
class Tally:
    """What a comparison counted, and what it could not read."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def note(self, layout: Layout, row: TheirRow, value: str, code: str) -> None:
        """Keep what could not be read: where and why, never what it says."""
        self.counts["problems"] += 1
        if len(self.problems) < MOST_PROBLEMS:
            column = layout.mapping.column(value)
            self.problems.append((row.line, column.title if column else "", code))


@dataclass(frozen=True, slots=True)
class _Stranger:
    """A row whose child is not among ours."""

    row: TheirRow
    key: str


class Comparison:
    """Rows in, findings out, part by part: nothing of the file stays in memory but who was seen."""

    def __init__(self, layout: Layout, ours: OurSide) -> None:
        self.layout, self.ours, self.tally = layout, ours, Tally()
        self._namesakes = {(name_key(name), born): ids for (name, born), ids in ours.namesakes().items()}
        self._seen = set[uuid.UUID]()
        self._strangers = set[str]()

    def run(self, rows: Iterable[TheirRow]) -> Iterator[list[Found]]:
        """What each part of the file shows, then what is only here; every part a list."""
        part: list[TheirRow] = []
        for row in rows:
            part.append(row)
            if len(part) == PART:
                yield self._part(part)
                part = []
        yield self._part(part)
        yield from self._only_here()

    def _part(self, rows: list[TheirRow]) -> list[Found]:
        matched: list[tuple[TheirRow, uuid.UUID]] = []
        strangers: list[_Stranger] = []
        for row in rows:
            self.tally.counts["rows"] += 1
            for value, code in row.unreadable.items():
                self.tally.note(self.layout, row, value, code)
            self._place(row, matched, strangers)
        running = [(row, child) for row, child in matched if not self.ours.ended(child)]
        entries = self.ours.read([child for _row, child in running])
        found = [one for row, child in running for one in self._differences(row, child, entries[child])]
        ended = [self._ended_here(row, child) for row, child in matched if self.ours.ended(child)]
        return found + ended + self._told_of(strangers)

    def _ended_here(self, row: TheirRow, child: uuid.UUID) -> Found:
        """A child that is still there while its file here has ended."""
        self.tally.counts["only_there"] += 1
        content = ItemContent(ours=self.ours.ended(child), row=self._said(row))
        return Found(ItemKind.ONLY_THERE, self.ours.children[child].division, content, child)

    def _said(self, row: TheirRow) -> dict[str, str]:
        """What a row says, empty cells left out."""
        said = {column.value: text for column in self.layout.columns if (text := row.get(column.value))}
        return _with_what_the_number_says(said)

    def _place(self, row: TheirRow, matched: list[tuple[TheirRow, uuid.UUID]], strangers: list[_Stranger]) -> None:
        """Find whose row it is: by its number, else by name and birth date."""
        number = row.get(ID_NUMBER)
        child = self.ours.number_of(number) if number else None
        if child is not None and not self.ours.shown(child) and not self.ours.ended(child):
            # Protected: no more is told of it than of a number of another county.
            child = None
        elif child is None:
            child = self._namesake(row)
        if child is not None:
            if child in self._seen:
                self.tally.note(self.layout, row, ID_NUMBER, "repeated")
                return
            self._seen.add(child)
            matched.append((row, child))
            return
        self._place_stranger(row, strangers)

    def _namesake(self, row: TheirRow) -> uuid.UUID | None:
        """The one child of this name and birth date here; where the row has a good number, only one of whom no number is on file."""
        born, name = row.get(BIRTH_DATE), row.get(NAME)
        found = self._namesakes.get((name_key(name), born), []) if name and born else []
        if row.get(ID_NUMBER):
            found = [child for child in found if not self.ours.has_number(child)]
        return found[0] if len(found) == 1 else None

    def _place_stranger(self, row: TheirRow, strangers: list[_Stranger]) -> None:
        number, name, born = row.get(ID_NUMBER), row.get(NAME), row.get(BIRTH_DATE)
        if ID_NUMBER in row.unreadable:
            return  # told already; who it is cannot be said
        if not number and not (name and born):
            self.tally.note(self.layout, row, "", "nobody")
            return
        if not number and len(self._namesakes.get((name_key(name), born), [])) > 1:
            self.tally.note(self.layout, row, NAME, "namesakes")
            return
        key = number or f"{name_key(name)}|{born}"
        if key in self._strangers:
            self.tally.note(self.layout, row, ID_NUMBER, "repeated")
            return
        self._strangers.add(key)
        strangers.append(_Stranger(row, key))

    def _differences(self, row: TheirRow, child: uuid.UUID, ours: OurChild) -> Iterator[Found]:
        self.tally.counts["matched"] += 1
        found = differences(self._compared(row), ours=ours.entry, theirs=row.values)
        self.tally.counts["differing_children" if found else "same"] += 1
        self.tally.counts["differs"] += len(found)
        for one in found:
            said = ours.provenance.get(one.field)
            content = ItemContent(
                ours=one.ours,
                theirs=one.theirs,
                source=said.source if said else "",
                basis=said.basis if said else "",
                since=said.since if said else "",
            )
            yield Found(ItemKind.DIFFERS, self.ours.children[child].division, content, child, one.field)

    def _compared(self, row: TheirRow) -> list[ExchangeColumn]:
        return [column for column in self.layout.columns if column.value not in row.unreadable]

    def _told_of(self, strangers: list[_Stranger]) -> list[Found]:
        blinds = {one.key: blind_of_number(one.key) for one in strangers if one.row.get(ID_NUMBER)}
        with walled(LOCAL_OPERATOR):
            taken = numbers_on_file(blinds.values())
        found = []
        for one in strangers:
            elsewhere = blinds.get(one.key, "") in taken
            self.tally.counts["elsewhere" if elsewhere else "only_there"] += 1
            content = ItemContent(key=one.key, row=self._said(one.row))
            found.append(Found(ItemKind.ONLY_THERE, self._division(one.row), content, elsewhere=elsewhere))
        return found

    def _division(self, row: TheirRow) -> str:
        """Their division where it lies in this county, else the county itself."""
        said = row.get("person.division")
        return said if said[:6] == self.ours.county[:6] else self.ours.county

    def _only_here(self) -> Iterator[list[Found]]:
        missing = [child for child in self.ours.expected() if child not in self._seen]
        for start in range(0, len(missing), PART):
            part = missing[start : start + PART]
            self.tally.counts["only_here"] += len(part)
            yield [
                Found(ItemKind.ONLY_HERE, self.ours.children[child].division, ItemContent(), child) for child in part
            ]


def _with_what_the_number_says(row: dict[str, str]) -> dict[str, str]:
    """Birth date and sex, where the file leaves them out and the number tells them."""
    number = row.get(ID_NUMBER, "")
    if not number:
        return row
    born = birth_date_of_id(number)
    said = {"person.sex": sex_of_id(number), BIRTH_DATE: born.isoformat() if born else ""}
    return {**said, **row}
