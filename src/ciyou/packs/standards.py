"""Reading the tables of dated amounts: `standards/<key>.csv` (paid) and `statistics/<key>.csv` (averages, never paid)."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ciyou.core.errors import Place
from ciyou.core.rules.book import Source
from ciyou.packs.located_yaml import Notes, nearest, read_date
from ciyou.packs.parameter_files import check_bounds, check_division, check_period
from ciyou.packs.parameters import ParameterDefinition, ParameterRow
from ciyou.packs.sources import STANDING_OF_CONFIDENCE, Document, cited, find_document
from ciyou.packs.yuan import fen_from_yuan

COLUMNS = ("division", "place", "valid_from", "valid_to", "issued_on", "amount_yuan", "document", "confidence", "note")


def read_standards(
    path: Path,
    *,
    file: str,
    definition: ParameterDefinition,
    documents: Mapping[str, Document],
    within: str,
    notes: Notes,
    statistics: bool,
) -> list[ParameterRow]:
    """The dated amounts of a `standards/<key>.csv` (or `statistics/<key>.csv`, which are never paid)."""
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            _note_header(header, file, notes)
            return []
        lines = [(reader.line_num, line) for line in reader if any(cell.strip() for cell in line)]
    table = _StandardsReader(file, definition, documents, within, notes, statistics)
    rows = (table.row(number, line) for number, line in lines)
    return [row for row in rows if row is not None]


def _note_header(header: list[str], file: str, notes: Notes) -> None:
    wanted = ",".join(COLUMNS)
    hints = [nearest(name, COLUMNS)[1] for name in header if name not in COLUMNS]
    notes.add(
        Place(file, 1, 1),
        "columns",
        f"表头应为：{wanted}。",
        f"The header must be: {wanted}. {' '.join(filter(None, hints))}".strip(),
    )


@dataclass
class _StandardsReader:
    """Reads the lines of one table of amounts; a cell's column in a place is its number in the table."""

    file: str
    definition: ParameterDefinition
    documents: Mapping[str, Document]
    within: str
    notes: Notes
    statistics: bool

    def row(self, line: int, cells: list[str]) -> ParameterRow | None:
        if len(cells) != len(COLUMNS):
            self.notes.add(
                Place(self.file, line, 1),
                "columns",
                f"本行有 {len(cells)} 格，应为 {len(COLUMNS)} 格；请检查逗号。",
                f"This line has {len(cells)} cells instead of {len(COLUMNS)}; check the commas.",
            )
            return None
        cell = {name: written.strip() for name, written in zip(COLUMNS, cells, strict=True)}

        def at(name: str) -> Place:
            return Place(self.file, line, COLUMNS.index(name) + 1)

        check_division(cell["division"], within=self.within, place=at("division"), notes=self.notes)
        valid_from = self._date(cell["valid_from"], at("valid_from"), required=True)
        valid_to = self._date(cell["valid_to"], at("valid_to"))
        issued_on = self._date(cell["issued_on"], at("issued_on"))
        check_period(valid_from, valid_to, place=at("valid_to"), notes=self.notes)
        value = self._amount(cell["amount_yuan"], at("amount_yuan"))
        source = self._source(cell, at)
        if valid_from is None or value is None or source is None:
            return None
        return ParameterRow(
            self.definition.key,
            cell["division"],
            valid_from,
            valid_to,
            issued_on,
            value,
            source,
            Place(self.file, line, 1),
        )

    def _date(self, written: str, place: Place, *, required: bool = False) -> dt.date | None:
        day = read_date(written)
        if day is None and (written or required):
            self.notes.add(
                place,
                "bad_date",
                "日期不对；请写真实存在的日期 YYYY-MM-DD。",
                "The date is wrong; write a real date YYYY-MM-DD.",
            )
        return day

    def _amount(self, written: str, place: Place) -> int | None:
        fen = fen_from_yuan(written)
        if fen is None:
            self.notes.add(
                place,
                "wrong_type",
                "金额不对；请写以元为单位的数，最多两位小数。",
                "The amount is wrong; write a number of yuan with at most two decimals.",
            )
        return check_bounds(fen, self.definition, place=place, notes=self.notes)

    def _source(self, cell: Mapping[str, str], at: Callable[[str], Place]) -> Source | None:
        if not cell["document"]:
            self.notes.add(
                at("document"),
                "no_source",
                "没有来源，不能使用；请在 document 一格写明文件代号。",
                "It has no source and cannot be used; write a document's id in the cell `document`.",
            )
            return None
        source = find_document(cell["document"], self.documents, place=at("document"), notes=self.notes)
        if source is None:
            return None
        if cell["confidence"] and cell["confidence"] not in STANDING_OF_CONFIDENCE:
            self.notes.add(
                at("confidence"),
                "source_confidence",
                f"没有可信度“{cell['confidence']}”；可用：{'、'.join(STANDING_OF_CONFIDENCE)}。",
                f"There is no confidence “{cell['confidence']}”; use one of {', '.join(STANDING_OF_CONFIDENCE)}.",
            )
            return None
        if (source.kind == "statistic") != self.statistics:
            self._note_statistic(at("document"))
            return None
        return cited(source, confidence=cell["confidence"] or None, note=cell["note"] or None)

    def _note_statistic(self, place: Place) -> None:
        if self.statistics:
            self.notes.add(
                place,
                "standard_as_statistic",
                "statistics/ 中只能放统计数；发放标准请移到 standards/。",
                "Only statistics stand under statistics/; move a standard of payment to standards/.",
            )
            return
        self.notes.add(
            place,
            "statistic_as_standard",
            "统计数不能作为发放标准；请移到 statistics/，或引用规定标准的文件。",
            "A statistic is never a standard of payment; move it to statistics/, or cite the document that sets the standard.",
        )
