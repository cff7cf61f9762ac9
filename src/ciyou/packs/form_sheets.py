"""The sheets of an XLSForm workbook as they were typed, each row with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ciyou.core.errors import Place
from ciyou.packs.located_yaml import Notes

FORM = "form.xlsx"
ZH, EN = "label::中文 (zh)", "label::English (en)"
LINE = "line"


@dataclass(frozen=True)
class FormSheet:
    """`rows`: what stands under each heading, and the `line`."""

    name: str
    rows: Sequence[Mapping[str, str]]

    def place(self, row: Mapping[str, str]) -> Place:
        return Place(self.name, int(row[LINE]))

    def named(self) -> FormSheet:
        """The same without the rows that have no name."""
        return FormSheet(self.name, tuple(row for row in self.rows if row.get("name")))


@dataclass(frozen=True)
class FormSheets:
    """The three sheets of a workbook; empty ones where there are none."""

    survey: FormSheet
    choices: FormSheet
    settings: FormSheet


def read_sheets(path: Path, *, name: str, notes: Notes) -> FormSheets:
    """The sheets of a workbook; noted, and empty, where the file is none."""
    found: dict[str, tuple[dict[str, str], ...]] = {}
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        found = {sheet.title: _rows(sheet) for sheet in book.worksheets}
        book.close()
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        notes.add(
            Place(name),
            "form_unreadable",
            "这个文件打不开，或不是 xlsx 表格；请用 ciyou packs form 重新写出，再编辑。",
            "This file cannot be opened, or is no xlsx workbook; write it anew with `ciyou packs form` and edit that.",
        )
    survey, choices, settings = (
        FormSheet(f"{name}/{one}", found.get(one, ())) for one in ("survey", "choices", "settings")
    )
    return FormSheets(survey, choices, settings)


def _rows(sheet: Any) -> tuple[dict[str, str], ...]:
    rows = sheet.iter_rows(values_only=True)
    head = [_text(cell) for cell in next(rows, ())]
    read = [{**dict(zip(head, map(_text, row), strict=False)), LINE: str(line)} for line, row in enumerate(rows, 2)]
    return tuple(row for row in read if any(said for heading, said in row.items() if heading not in ("", LINE)))


def _text(cell: object) -> str:
    """A cell as it is typed; a spreadsheet turns whole numbers into fractions."""
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
