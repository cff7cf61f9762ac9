"""Rows of one roster as normalized records: cells cleaned, whose ID number is whose decided, unusable rows set aside."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ciyou.batch.rosters.cells import Cell, CellReader, Memory
from ciyou.batch.rosters.identity import IdentityRules, decide_numbers
from ciyou.batch.rosters.reasons import Reason, SetAside, ValueKind
from ciyou.batch.rosters.record_schema import own_columns, schema_of
from ciyou.batch.rosters.rows import RowBatch
from ciyou.core.linkage.identity import IdReading
from ciyou.packs.roster_pack import ColumnType, RosterPack

_LONGEST_RECORD_NUMBER = 100
_SHORTEST_UNIQUE = 8

Warnings = Counter[tuple[str, str]]
RowReason = tuple[str, ValueKind, Reason]


@dataclass(frozen=True)
class ReadRecords:
    """Normalized records of some rows. `warnings` counts disregarded cells by (column, kind); their rows are used."""

    records: pa.RecordBatch
    set_aside: list[SetAside]
    warnings: Warnings


class RecordReader:
    """Turns the row batches of one roster into normalized records.

    `as_of` (the day of the run) lets an adult's number be recognized in a roster of children without a date of birth.
    """

    def __init__(self, pack: RosterPack, cells: CellReader, *, as_of: dt.date | None = None) -> None:
        self._pack, self._cells = pack, cells
        self.schema = schema_of(pack)
        self._essential = tuple(column.name for column in pack.columns if column.essential)
        self._memories = self._choose_memories()
        certificate = pack.column("cert_no")
        self._certified = certificate is not None and certificate.holds_id
        self._rules = IdentityRules(pack.subject != "adult", pack.subject == "child", as_of)

    def _choose_memories(self) -> Mapping[str, Memory[Any]]:
        """How each column of simple values is read; dates, divisions and telephones share what they remember."""
        shared: Mapping[ColumnType, Memory[Any]] = {
            ColumnType.DATE: self._cells.dates,
            ColumnType.DIVISION: self._cells.divisions,
            ColumnType.PHONE: self._cells.phones,
        }
        names = {"sex", "birth_date", "division", "phone", "household_no", *(c.name for c in own_columns(self._pack))}
        columns = [column for column in self._pack.columns if column.name in names]
        return {column.name: shared.get(column.type) or self._cells.memory_of(column) for column in columns}

    def read(self, batch: RowBatch) -> ReadRecords:
        """The records of a batch of rows, and the rows of it that are set aside."""
        warnings: Warnings = Counter()
        simple = {name: _read_column(batch, name, memory, warnings) for name, memory in self._memories.items()}
        found: dict[str, Sequence[Any]] = {name: [cell.value for cell in cells] for name, cells in simple.items()}
        found |= self._names(batch, warnings) | self._numbers(batch, found, warnings) | self._addresses(batch)
        found |= self._origin(batch, warnings)
        reasons = _nobody(found, len(batch.row_numbers)) | self._not_said(simple)
        size = len(batch.row_numbers)
        arrays = [pa.array(found.get(field.name) or [None] * size, field.type) for field in self.schema]
        records = pa.record_batch(arrays, schema=self.schema)
        if reasons:
            records = records.take(pa.array([index for index in range(size) if index not in reasons], pa.int32()))
        refused = [SetAside(batch.file, batch.row_numbers[index], *reasons[index]) for index in sorted(reasons)]
        return ReadRecords(records, [*batch.set_aside, *refused], warnings)

    def _names(self, batch: RowBatch, warnings: Warnings) -> dict[str, Sequence[Any]]:
        found: dict[str, Sequence[Any]] = {}
        for column, key, reading in (
            ("name", "name", "name_reading"),
            ("g1_name", "g1_name", "g1_reading"),
            ("g2_name", "g2_name", "g2_reading"),
        ):
            names = [cell.value for cell in _read_column(batch, column, self._cells.names, warnings)]
            found[key], found[reading] = [name.key for name in names], [name.reading for name in names]
            if column == "name":
                found["placeholder_of"] = [name.placeholder_of for name in names]
        return found

    def _numbers(self, batch: RowBatch, found: Mapping[str, Sequence[Any]], warnings: Warnings) -> dict[str, Sequence[Any]]:
        own = self._ids(batch, "id_no", warnings)
        # A certificate number without an ID inside (a school's own number) is no mistake: nothing is counted.
        certificates = self._ids(batch, "cert_no", Counter()) if self._certified else None
        stated = found.get("birth_date") or [None] * len(own)
        numbers = decide_numbers(own, certificates, stated, self._rules)
        warnings.update(numbers.warnings)
        return {
            "id_no": numbers.id_no,
            "id_flag": numbers.flag,
            "id_text": numbers.text,
            "id_birth_date": numbers.birth_date,
            "guardian_id_in_field": numbers.guardian,
            "g1_id": [reading.id18 for reading in self._ids(batch, "g1_id", warnings)],
            "g2_id": [reading.id18 for reading in self._ids(batch, "g2_id", warnings)],
        }

    def _ids(self, batch: RowBatch, column: str, warnings: Warnings) -> list[IdReading]:
        return [cell.value for cell in _read_column(batch, column, self._cells.ids, warnings)]

    def _addresses(self, batch: RowBatch) -> dict[str, Sequence[Any]]:
        places = [cell.value for cell in _read_column(batch, "address", self._cells.addresses, Counter())]
        return {"town": [place.town for place in places], "village": [place.village for place in places]}

    def _origin(self, batch: RowBatch, warnings: Warnings) -> dict[str, Sequence[Any]]:
        size = len(batch.row_numbers)
        return {
            "rec_id": self._record_numbers(batch, warnings),
            "roster": [self._pack.code] * size,
            "source_file": [batch.file] * size,
            "source_row": batch.row_numbers,
        }

    def _record_numbers(self, batch: RowBatch, warnings: Warnings) -> list[str]:
        """The department's numbers; one that other departments may also use (short, or digits only) gets the roster before it."""
        texts = batch.columns.get("rec_id")
        if texts is None:
            return [self._own_number(batch.file, row) for row in batch.row_numbers]
        numbers = []
        for text, row in zip(texts, batch.row_numbers, strict=True):
            number = text.strip()
            if not number or len(number) > _LONGEST_RECORD_NUMBER:
                warnings["rec_id", ValueKind.TOO_LONG if number else ValueKind.NO_RECORD_NUMBER] += 1
                number = self._own_number(batch.file, row)
            elif len(number) < _SHORTEST_UNIQUE or number.isdigit():
                number = f"{self._pack.code}:{number}"
            numbers.append(number)
        return numbers

    def _own_number(self, file: str, row: int) -> str:
        return f"{self._pack.code}:{file}:{row}"

    def _not_said(self, simple: Mapping[str, Sequence[Cell[Any]]]) -> dict[int, RowReason]:
        """Rows without what the roster exists to say."""
        return {
            index: (name, cell.trouble or ValueKind.EMPTY, Reason.NOT_SAID)
            for name in self._essential
            for index, cell in enumerate(simple[name])
            if cell.value is None
        }


def _read_column(batch: RowBatch, name: str, memory: Memory[Any], warnings: Warnings) -> list[Cell[Any]]:
    """The cells of a column, blank ones where the file has no such column; troubles are counted."""
    texts = batch.columns.get(name)
    if texts is None:
        return [memory[""]] * len(batch.row_numbers)
    cells = memory.read_all(texts)
    for kind, count in Counter(cell.trouble for cell in cells).items():
        if kind is not None:
            warnings[name, kind] += count
    return cells


def _nobody(found: Mapping[str, Sequence[Any]], size: int) -> dict[int, RowReason]:
    """Rows that name nobody: no name, no valid number, no parent of a newborn, no guardian."""
    identifying = ("name", "id_no", "placeholder_of", "g1_name", "g1_id", "g2_name", "g2_id", "guardian_id_in_field")
    columns = [found[name] for name in identifying]
    return {
        index: ("name", ValueKind.EMPTY, Reason.NOBODY)
        for index in range(size)
        if not (columns[0][index] or columns[1][index] or any(column[index] for column in columns))
    }
