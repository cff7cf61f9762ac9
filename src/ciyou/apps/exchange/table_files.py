"""A file of the national system as rows: its sheet, its row of titles, and each row's cells by the value that their column is."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ciyou.apps.disbursement.result_lines import decoded
from ciyou.apps.exchange.cells import Unreadable, read_cell
from ciyou.apps.exchange.refusals import file_too_large, no_mapping, no_titles, not_a_table
from ciyou.batch.rosters.workbooks import read_workbook, sheet_names
from ciyou.core.errors import RecordError
from ciyou.packs.exchange_mappings import BIRTH_DATE, ID_NUMBER, KEY, NAME, ExchangeColumn, ExchangeMapping
from ciyou.packs.roster_pack import header_key

LARGEST_BYTES = 64 << 20
TITLES_SEARCHED = 10
_ZIP, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
Problem = tuple[int, str, str]
"""A row that could not be read, or one cell of it: (line, title of the column, code)."""


@dataclass(frozen=True, slots=True)
class TheirRow:
    """One row: its line and its values in plain form. `unreadable`: values whose cells could not be read, with the code."""

    line: int
    values: Mapping[str, str]
    unreadable: Mapping[str, str]

    def get(self, value: str) -> str:
        return self.values.get(value, "")


@dataclass(frozen=True)
class Layout:
    """Where a file's titles stand, and which column of the file is which of the mapping."""

    mapping: ExchangeMapping
    sheet: str
    titles_line: int
    places: tuple[tuple[int, ExchangeColumn], ...]

    @property
    def columns(self) -> tuple[ExchangeColumn, ...]:
        """The columns of the mapping that the file has."""
        return tuple(column for _place, column in self.places)


def check_size(content: bytes) -> None:
    """Raises RecordError for a file over the limit, or one that is no table by its first bytes."""
    if len(content) > LARGEST_BYTES:
        raise file_too_large(LARGEST_BYTES >> 20)
    if (
        not content.strip()
        or content.startswith(_OLD_WORKBOOK)
        or (b"\x00" in content[:4096] and not content.startswith(_ZIP))
    ):
        raise not_a_table()


def find_layout(content: bytes, mappings: Sequence[ExchangeMapping]) -> Layout:
    """The first mapping whose titles the file has; raises RecordError when it is no table, or has none of them."""
    check_size(content)
    if not mappings:
        raise no_mapping()
    heads = list(_heads(content))
    for mapping in mappings:
        for sheet, head in heads:
            found = _layout(mapping, sheet, head)
            if found is not None:
                return found
    raise no_titles(_wanted(mappings[0]))


def _heads(content: bytes) -> Iterator[tuple[str, list[Sequence[str]]]]:
    """The first rows of every sheet, by its name; of a text file under ""."""
    if not content.startswith(_ZIP):
        yield (
            "",
            [
                row
                for row, _number in zip(csv.reader(io.StringIO(_text(content))), range(TITLES_SEARCHED), strict=False)
            ],
        )
        return
    with _as_file(content) as path:
        for sheet in sheet_names(path):
            rows = read_workbook(path, sheet)
            yield sheet, [row or () for (_line, row), _number in zip(rows, range(TITLES_SEARCHED), strict=False)]


def first_rows(content: bytes, most: int) -> Iterator[tuple[str, list[tuple[int, Sequence[str]]]]]:
    """Every sheet with its first rows, numbered as the file numbers them; of a text file under "". Raises RecordError for no table."""
    check_size(content)
    if not content.startswith(_ZIP):
        numbered = enumerate(csv.reader(io.StringIO(_text(content))), start=1)
        yield "", [row for row, _number in zip(numbered, range(most), strict=False)]
        return
    with _as_file(content) as path:
        for sheet in sheet_names(path):
            rows = zip(read_workbook(path, sheet), range(most), strict=False)
            yield sheet, [(line, row or ()) for (line, row), _number in rows]


def _text(content: bytes) -> str:
    try:
        return decoded(content)
    except RecordError as error:
        raise not_a_table() from error


class _as_file:  # read like a function: `with _as_file(content) as path`
    """A workbook is checked against bombs as a file, for its readers only; it goes at once."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __enter__(self) -> Path:
        handle, name = tempfile.mkstemp(suffix=".xlsx", dir=settings.FILE_UPLOAD_TEMP_DIR)
        with os.fdopen(handle, "wb") as opened:
            opened.write(self._content)
        self._path = Path(name)
        return self._path

    def __exit__(self, *_error: object) -> None:
        self._path.unlink(missing_ok=True)


def _layout(mapping: ExchangeMapping, sheet: str, head: Sequence[Sequence[str]]) -> Layout | None:
    by_title = mapping.titles()
    for line, row in enumerate(head, start=1):
        places: dict[str, tuple[int, ExchangeColumn]] = {}
        for place, title in enumerate(row):
            column = by_title.get(header_key(title)) if title else None
            if column is not None:
                places.setdefault(column.value, (place, column))
        if _tells_who(mapping, places) and all(column.value in places for column in mapping.columns if column.required):
            return Layout(mapping, sheet, line, tuple(places.values()))
    return None


def _tells_who(mapping: ExchangeMapping, places: Mapping[str, object]) -> bool:
    keys = {column.value for column in mapping.columns if column.use == KEY} & places.keys()
    return ID_NUMBER in keys or {NAME, BIRTH_DATE} <= keys


def _wanted(mapping: ExchangeMapping) -> str:
    number, name, born = (mapping.column(value) for value in (ID_NUMBER, NAME, BIRTH_DATE))
    if number is not None:
        return f"“{number.title}”"
    return "".join(f"“{column.title}”" for column in (name, born) if column is not None)


def count_rows(content: bytes, layout: Layout) -> int:
    """How many rows there are below the titles; nothing of them is read."""
    return sum(1 for _row in _below_titles(content, layout))


def read_rows(content: bytes, layout: Layout) -> Iterator[TheirRow]:
    """Every row below the titles, one at a time; blank rows are none."""
    for line, row in _below_titles(content, layout):
        values: dict[str, str] = {}
        unreadable: dict[str, str] = {}
        for place, column in layout.places:
            try:
                values[column.value] = read_cell(column, row[place] if place < len(row) else "", layout.mapping)
            except Unreadable as wrong:
                unreadable[column.value] = wrong.code
        yield TheirRow(line, values, unreadable)


def _below_titles(content: bytes, layout: Layout) -> Iterator[tuple[int, Sequence[str]]]:
    if not content.startswith(_ZIP):
        yield from _filled(enumerate(csv.reader(io.StringIO(_text(content))), start=1), layout)
        return
    with _as_file(content) as path:
        yield from _filled(read_workbook(path, layout.sheet), layout)


def _filled(
    numbered: Iterable[tuple[int, Sequence[str] | None]], layout: Layout
) -> Iterator[tuple[int, Sequence[str]]]:
    for line, row in numbered:
        if line > layout.titles_line and row is not None and any(cell.strip() for cell in row):
            yield line, row


PROBLEMS: Mapping[str, tuple[str, str]] = {
    "id_checksum": (
        "身份证号码的校验位不对，有一位写错了；请对照证件，在全国系统中更正。",
        "The check character of the ID number does not fit: a digit is wrong. Check it against the card and correct it there.",
    ),
    "id_date": (
        "身份证号码里的出生日期不存在；请对照证件，在全国系统中更正。",
        "There is no such date of birth as the ID number says; correct it there.",
    ),
    "id_wrong": (
        "身份证号码不是 18 位（或被表格改成了科学计数）；请把这一列设为文本后重新导出，或在全国系统中更正。",
        "The ID number is not of 18 characters, or the spreadsheet rounded it; export the column as text, or correct it there.",
    ),
    "nobody": (
        "这一行没有身份证号码，也没有姓名和出生日期，不知道是谁；请在全国系统中补全。",
        "The row has neither an ID number nor name and birth date; complete it there.",
    ),
    "repeated": (
        "同一个孩子在文件中出现了两次，只核对了第一行；请在全国系统中合并或删去重复的一条。",
        "The same child stands in the file twice, and the first row was compared; remove the double there.",
    ),
    "namesakes": (
        "没有身份证号码，而本县有几个同名同出生日期的孩子，分不清是谁；请在全国系统中补上号码。",
        "There is no ID number, and several children here have this name and birth date; add the number there.",
    ),
    "date_wrong": ("日期不是真实的日期，这一格没有核对；请在全国系统中更正。", "The date is none; the cell was not compared. Correct it there."),
    "month_wrong": ("月份写法不认识，这一格没有核对；请写成 2026-11。", "The month cannot be read; the cell was not compared. Write it as 2026-11."),
    "amount_wrong": ("金额不是数字，这一格没有核对；请在全国系统中更正。", "The amount is no number; the cell was not compared. Correct it there."),
    "division_wrong": ("区划代码位数不对，这一格没有核对；请在全国系统中更正。", "The division code has a wrong length; the cell was not compared. Correct it there."),
    "word_unknown": (
        "这个写法对照表里没有，这一格没有核对；请更正，或请管理员在对照表中补上这个词。",
        "The mapping does not know this word; the cell was not compared. Correct it, or have the word added to the mapping.",
    ),
}  # fmt: skip
"""What could not be read, and what to do. Its values are not repeated: whoever needs them opens the file at that line."""
