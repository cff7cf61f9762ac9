"""Rows of one roster as normalized records: cells cleaned, whose ID number is whose decided, unusable rows set aside."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ciyou.batch.rosters.cells import CellReader, Memory
from ciyou.batch.rosters.identity import IdentityRules, decide_numbers
from ciyou.batch.rosters.reasons import Reason, SetAside, ValueKind
from ciyou.batch.rosters.record_schema import own_columns, schema_of
from ciyou.batch.rosters.rows import RowBatch
from ciyou.packs.roster_pack import ColumnType, RosterPack

_LONGEST_RECORD_NUMBER = 100
_LONGEST_ADDRESS = 200
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
        size = len(batch.row_numbers)
        work = _Reading(batch)
        found: dict[str, Sequence[Any]] = {name: work.values(name, memory) for name, memory in self._memories.items()}
        found |= self._names(work) | self._numbers(work, found) | self._addresses(batch)
        found["rec_id"] = self._record_numbers(work)
        found["source_row"] = batch.row_numbers
        constant = {"roster": self._pack.code, "source_file": batch.file}
        arrays = [
            pa.repeat(pa.scalar(constant[field.name], field.type), size)
            if field.name in constant
            else pa.array(found[field.name], field.type)
            if field.name in found
            else pa.nulls(size, field.type)
            for field in self.schema
        ]
        reasons = _nobody(found) | self._not_said(batch, found)
        records = pa.record_batch(arrays, schema=self.schema)
        if reasons:
            records = records.take(pa.array([index for index in range(size) if index not in reasons], pa.int32()))
        refused = [SetAside(batch.file, batch.row_numbers[index], *reasons[index]) for index in sorted(reasons)]
        return ReadRecords(records, [*batch.set_aside, *refused], work.warnings)

    def _names(self, work: _Reading) -> dict[str, Sequence[Any]]:
        found: dict[str, Sequence[Any]] = {}
        for column, reading in (("name", "name_reading"), ("g1_name", "g1_reading"), ("g2_name", "g2_reading")):
            names = work.values(column, self._cells.names)
            found[column], found[reading] = [name.key for name in names], [name.reading for name in names]
            if column == "name":
                found["placeholder_of"] = [name.placeholder_of for name in names]
        return found

    def _numbers(self, work: _Reading, found: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
        own = work.values("id_no", self._cells.ids)
        # A certificate number without an ID inside (a school's own number) is no mistake: nothing is counted.
        certificates = work.values("cert_no", self._cells.ids, counted=False) if self._certified else None
        stated = found.get("birth_date") or [None] * len(own)
        numbers = decide_numbers(own, certificates, stated, self._rules)
        work.warnings.update(numbers.warnings)
        return {
            "id_no": numbers.id_no,
            "id_flag": numbers.flag,
            "id_text": numbers.text,
            "id_birth_date": numbers.birth_date,
            "guardian_id_in_field": numbers.guardian,
            "g1_id": [reading.id18 for reading in work.values("g1_id", self._cells.ids)],
            "g2_id": [reading.id18 for reading in work.values("g2_id", self._cells.ids)],
        }

    def _addresses(self, batch: RowBatch) -> dict[str, Sequence[Any]]:
        if "address" not in batch.columns:
            return {}
        texts = batch.columns["address"]
        places = self._cells.read_addresses(texts)
        return {
            "town": [place.town for place in places],
            "village": [place.village for place in places],
            "address": [text.strip()[:_LONGEST_ADDRESS] for text in texts],
        }

    def _record_numbers(self, work: _Reading) -> list[str]:
        """The department's numbers; one that other departments may also use (short, or digits only) gets the roster before it."""
        batch, code = work.batch, self._pack.code
        texts = batch.columns.get("rec_id")
        if texts is None:
            return [f"{code}:{batch.file}:{row}" for row in batch.row_numbers]
        numbers = []
        for text, row in zip(texts, batch.row_numbers, strict=True):
            number = text.strip()
            if not number or len(number) > _LONGEST_RECORD_NUMBER:
                work.warnings["rec_id", ValueKind.TOO_LONG if number else ValueKind.NO_RECORD_NUMBER] += 1
                number = f"{code}:{batch.file}:{row}"
            elif len(number) < _SHORTEST_UNIQUE or number.isdigit():
                number = f"{code}:{number}"
            numbers.append(number)
        return numbers

    def _not_said(self, batch: RowBatch, found: Mapping[str, Sequence[Any]]) -> dict[int, RowReason]:
        """Rows without what the roster exists to say."""
        reasons: dict[int, RowReason] = {}
        for name in self._essential:
            memory, texts = self._memories[name], batch.columns.get(name)
            for index, value in enumerate(found[name]):
                if value is None:
                    trouble = memory[texts[index]].trouble if texts else None
                    reasons[index] = (name, trouble or ValueKind.EMPTY, Reason.NOT_SAID)
        return reasons


class _Reading:
    """A batch while its columns are read; the troubles of its cells are counted."""

    def __init__(self, batch: RowBatch) -> None:
        self.batch = batch
        self.warnings: Warnings = Counter()

    def values(self, column: str, memory: Memory[Any], *, counted: bool = True) -> Sequence[Any]:
        """What the cells of a column say; those of blank cells where the file has no such column."""
        texts = self.batch.columns.get(column)
        if texts is None:
            return (memory[""].value,) * len(self.batch.row_numbers)
        values, troubles = memory.read_all(texts)
        for kind, count in troubles.items():
            if kind is not None and counted:
                self.warnings[column, kind] += count
        return values


def _nobody(found: Mapping[str, Sequence[Any]]) -> dict[int, RowReason]:
    """Rows that name nobody: no name, no valid number, no parent of a newborn, no guardian."""
    others = [
        found[name] for name in ("placeholder_of", "g1_name", "g1_id", "g2_name", "g2_id", "guardian_id_in_field")
    ]
    return {
        index: ("name", ValueKind.EMPTY, Reason.NOBODY)
        for index, (name, number) in enumerate(zip(found["name"], found["id_no"], strict=True))
        if not name and not number and not any(column[index] for column in others)
    }
