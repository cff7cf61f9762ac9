"""Rosters as XLSX: values as text, as a person sees them; formulas by the values last computed."""

from __future__ import annotations

import datetime as dt
import hashlib
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ciyou.batch.rosters.csv_lines import NumberedRow
from ciyou.batch.rosters.layout import ROWS_SEARCHED, count_known_titles
from ciyou.batch.rosters.zip_guard import DEFAULT_LIMITS, BombError, Limits, check_workbook
from ciyou.core.errors import Place, Problem, RosterError
from ciyou.packs.roster_pack import RosterPack

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

_EXACT_BELOW = 10**15
_FEWEST_TITLES = 2


def inspect_workbook(
    path: Path, pack: RosterPack, *, limits: Limits = DEFAULT_LIMITS
) -> tuple[str, list[list[str]], bool]:
    """The name of the sheet with the roster, its first rows as text, and whether cells among them are merged.

    Raises RosterError when the workbook is damaged, protected or too large, or when two sheets hold a roster.
    """
    sheets = _sheets(path, limits)
    heads = [(sheet, _head(sheet)) for sheet in sheets]
    with_titles = [(sheet, head) for sheet, head in heads if count_known_titles(head, pack) >= _FEWEST_TITLES]
    if len(with_titles) > 1:
        raise RosterError(
            Problem(
                Place(path.name),
                "roster.two_sheets",
                "工作簿中有两张以上工作表含有名册；请各存为一个文件。",
                "More than one sheet of the workbook holds a roster; save each as its own file.",
            )
        )
    filled = [(sheet, head) for sheet, head in heads if any(any(row) for row in head)]
    chosen = (with_titles or filled)[:1]
    if not chosen:
        return "", [], False
    sheet, head = chosen[0]
    merged = any(
        start[0] < ROWS_SEARCHED and _is_of_titles(start[0], start, end, head, pack)
        for start, end in sheet.merged_cell_ranges or []
    )
    return sheet.name, head, merged


def _is_of_titles(
    row: int, start: tuple[int, int], end: tuple[int, int], head: Sequence[Sequence[str]], pack: RosterPack
) -> bool:
    """Whether a merged range touches the row of titles; a merged heading over the whole table above them does no harm."""
    known = [count_known_titles([cells], pack) for cells in head]
    titles = known.index(max(known, default=0)) if known else 0
    return start[0] <= titles <= end[0] or (row == titles - 1 and start[1] > 0 and end[1] > start[1])


def workbook_hash(path: Path) -> tuple[str, int]:
    """The SHA-256 and the size of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as opened:
        for block in iter(lambda: opened.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest(), path.stat().st_size


def read_workbook(path: Path, sheet_name: str, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[NumberedRow]:
    """All rows of a sheet as text."""
    for sheet in _sheets(path, limits):
        if sheet.name == sheet_name:
            # The rows come from the first one on, their cells only from the first filled column on.
            left = sheet.start[1] if sheet.start else 0
            for number, row in enumerate(sheet.iter_rows(), start=1):
                yield number, [""] * left + [cell_text(cell) for cell in row]


def sheet_names(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> tuple[str, ...]:
    """The names of the visible sheets, in their order; raises RosterError when the workbook is damaged, protected or too large."""
    return tuple(sheet.name for sheet in _sheets(path, limits))


def read_first_sheet(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> list[list[str]]:
    """All rows of the first visible sheet as text; raises RosterError when the workbook is damaged, protected or too large."""
    sheets = _sheets(path, limits)
    return [[cell_text(cell) for cell in row] for row in sheets[0].to_python(skip_empty_area=False)] if sheets else []


def cell_text(value: Cell) -> str:
    """A cell as text: whole numbers without a fraction, dates as YYYY-MM-DD.

    A number of 16 digits and more has lost its last digits in the spreadsheet: it stays in scientific notation, so that
    nobody takes it for an identity number.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _number_text(value: int | float) -> str:
    if abs(value) >= _EXACT_BELOW:
        return f"{value:.14E}"
    return str(int(value)) if value == int(value) else repr(value)


def _sheets(path: Path, limits: Limits) -> list[CalamineSheet]:
    """The visible sheets."""
    try:
        check_workbook(path, limits)
        book = CalamineWorkbook.from_path(path)
        visible = [
            info.name
            for info in book.sheets_metadata
            if info.typ == SheetTypeEnum.WorkSheet and info.visible == SheetVisibleEnum.Visible
        ]
        return [book.get_sheet_by_name(name) for name in visible]
    except BombError as error:
        raise RosterError(_too_large(path.name, str(error))) from error
    except (zipfile.BadZipFile, zlib.error, CalamineError, OSError, ValueError) as error:
        raise RosterError(
            Problem(
                Place(path.name),
                "roster.damaged_workbook",
                "工作簿损坏、加密或不是 XLSX；请用表格软件打开，取消密码后另存为 .xlsx 或 UTF-8 的 .csv。",
                "The workbook is damaged, protected or no XLSX; open it, remove the password and save it as .xlsx or UTF-8 .csv.",
            )
        ) from error


_TOO_LARGE = {
    "cells": ("最后一个有内容的单元格离数据太远", "its last filled cell lies too far from the data"),
    "ratio": ("压缩比异常（可能是压缩炸弹）", "it is compressed beyond what tables are (it may be a zip bomb)"),
}


def _too_large(file: str, which: str) -> Problem:
    zh, en = _TOO_LARGE.get(which, ("解压后过大", "it unpacks to too much"))
    return Problem(
        Place(file),
        "roster.workbook_too_large",
        f"工作簿没有打开：{zh}；请删除多余的行列，或另存为 UTF-8 的 .csv 后报送。",
        f"The workbook was not opened: {en}; delete what is beyond the data, or send it as UTF-8 .csv.",
    )


def _head(sheet: CalamineSheet) -> list[list[str]]:
    return [[cell_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False, nrows=ROWS_SEARCHED)]
