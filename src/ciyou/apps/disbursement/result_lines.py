"""A result file as finance sent it, read by the place's layout: rows with their line numbers, or what is wrong with the file."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.conf import settings

from ciyou.apps.disbursement.refusals import problem
from ciyou.batch.rosters.workbooks import read_first_sheet
from ciyou.core.errors import Place, Problem, RecordError
from ciyou.packs.finance_layouts import RESULT_NEEDED, FinanceLayout, ResultLayout

TITLES_SEARCHED = 10
LARGEST_BYTES = 64 << 20
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One row: the line it stands on, and the cells by the name of their column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class ReadResult:
    """All rows of a file, and the row of totals where there is one."""

    lines: tuple[ResultLine, ...]
    total: ResultLine | None
    layout: ResultLayout


def read_result(name: str, content: bytes, layouts: Sequence[FinanceLayout]) -> ReadResult:
    """Read a file by the first layout whose titles it has; raises RecordError when it is no table or has none of them."""
    rows = _rows(name, content)
    for layout in layouts:
        found = _titles(rows, layout.result)
        if found is not None:
            return _read(rows, *found, layout.result)
    wanted = "、".join(layouts[0].result.columns[key] for key in RESULT_NEEDED) if layouts else ""
    raise RecordError(
        problem(
            "no_titles",
            f"文件前 {TITLES_SEARCHED} 行没有找到表头（至少要有：{wanted}）。请核对文件，或请管理员在版式文件夹中写明列名。",
            f"No row of titles in the first {TITLES_SEARCHED} rows (at least: {wanted}). Check the file, or have the titles written into the layout's folder.",
        )
    )


def _rows(name: str, content: bytes) -> list[list[str]]:
    if len(content) > LARGEST_BYTES:
        raise RecordError(
            problem(
                "file_too_large",
                "文件超过 64 MB；请分成几个文件导入。",
                "The file is larger than 64 MB; import it in parts.",
            )
        )
    if content.startswith(_ZIP):
        return _sheet(content)
    return [row for row in csv.reader(io.StringIO(decoded(content)))]


def decoded(content: bytes) -> str:
    """The text of a file. UTF-8 checks itself, so it is asked first; then GB 18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RecordError(
        problem(
            "not_text",
            "文件既不是 UTF-8 或 GB18030 文本，也不是 XLSX；请用表格软件打开后另存为 CSV 或 .xlsx。",
            "The file is neither UTF-8 or GB 18030 text nor XLSX; open it in a spreadsheet and save it as CSV or .xlsx.",
        )
    )


def _sheet(content: bytes) -> list[list[str]]:
    """A workbook is checked against bombs as a file, for its readers only; it goes at once."""
    handle, path = tempfile.mkstemp(suffix=".xlsx", dir=settings.FILE_UPLOAD_TEMP_DIR)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
        return read_first_sheet(Path(path))
    finally:
        Path(path).unlink()


def _titles(rows: Sequence[Sequence[str]], layout: ResultLayout) -> tuple[int, dict[str, int]] | None:
    for number, row in enumerate(rows[:TITLES_SEARCHED]):
        places = {cell.strip(): place for place, cell in enumerate(row)}
        if all(layout.columns[key] in places for key in RESULT_NEEDED):
            return number, {key: places[title] for key, title in layout.columns.items() if title in places}
    return None


def _read(rows: Sequence[Sequence[str]], titles: int, places: Mapping[str, int], layout: ResultLayout) -> ReadResult:
    found, total = [], None
    for number, row in enumerate(rows[titles + 1 :], start=titles + 2):
        cells = {key: row[place].strip() if place < len(row) else "" for key, place in places.items()}
        if not any(cells.values()):
            continue
        line = ResultLine(number, cells)
        if layout.totals and row and row[0].strip() == layout.totals:
            total = line
        else:
            found.append(line)
    return ReadResult(tuple(found), total, layout)


def fen_of(written: str) -> int | None:
    """Fen from yuan as offices write them (1,484.00); None when it is no such amount."""
    try:
        fen = Decimal(written.replace(",", "").replace("，", "").removeprefix("¥").strip()) * 100
    except InvalidOperation:
        return None
    return int(fen) if fen.is_finite() and fen == fen.to_integral_value() else None


PROBLEMS: Mapping[str, tuple[str, str]] = {
    "unknown_payment": (
        "发放编号在本批名册中找不到；请核对编号，或向财政部门确认这一行。",
        "No payment of this run has this number; check the number, or ask finance about this line.",
    ),
    "other_month": (
        "这一行属于另一个月或另一批；请导入到对应的那一批。",
        "This line belongs to another month or run; import it there.",
    ),
    "repeated": (
        "同一发放编号在文件中出现了两次；只采用第一次，请核对这一行。",
        "The same payment stands in the file twice; the first is taken. Check this line.",
    ),
    "amount_differs": (
        "金额与名册不一致；没有采用，请向财政部门核对实付金额。",
        "The amount is not the roster's; the line was not taken. Ask finance what was paid.",
    ),
    "amount_wrong": ("金额不是数字；请更正后重新导入。", "The amount is no number; correct it and import again."),
    "status_unknown": (
        "发放结果的写法不认识；请更正，或请管理员在版式中补充这个词。",
        "The result is written in an unknown word; correct it, or have the word added to the layout.",
    ),
    "contradicts": (
        "与以前导入的结果相反；以前的结果保留，请向财政部门核对。",
        "It contradicts a result imported before, which stays; ask finance which is right.",
    ),
    "not_sent": (
        "这笔款没有送交（已暂缓或尚未送交），却有结果；请立即向财政部门核对。",
        "This payment was not handed over (held, or not yet), and has a result; ask finance at once.",
    ),
    "total_wrong": (
        "合计行与各行金额之和不一致；各行已逐行核对，请向财政部门索取完整文件。",
        "The row of totals is not the sum of the rows; each row was checked by itself. Ask finance for the complete file.",
    ),
}
"""What is wrong with a line, and what to do."""


def line_problem(file: str, line: int, code: str) -> Problem:
    """A line's problem as a sentence with its place."""
    zh, en = PROBLEMS[code]
    return Problem(Place(file, line), f"disbursement.result_{code}", zh, en)
