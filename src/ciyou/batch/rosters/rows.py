"""What every reader of files hands on: rows of text under canonical column names, in batches of bounded size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ciyou.batch.rosters.csv_lines import NumberedRow
from ciyou.batch.rosters.layout import Layout
from ciyou.batch.rosters.reasons import Reason, SetAside, ValueKind

BATCH_ROWS = 25_000


@dataclass(frozen=True)
class RowBatch:
    """Some rows of a file, column by column: all lists of `columns` are as long as `row_numbers`."""

    file: str
    row_numbers: list[int]
    columns: dict[str, list[str]]
    set_aside: list[SetAside]


def batch_of(rows: Iterable[NumberedRow], layout: Layout, *, file: str) -> RowBatch:
    """The usable rows by column; rows of another width are set aside, blank rows are no rows."""
    numbers: list[int] = []
    kept: list[Sequence[str]] = []
    set_aside: list[SetAside] = []
    width = layout.width
    for number, row in rows:
        if row is None:
            set_aside.append(SetAside(file, number, "", ValueKind.UNDECODABLE, Reason.UNDECODABLE))
        elif len(row) == width or _fits(row, width):
            if any(row):
                numbers.append(number)
                kept.append(row)
        elif any(cell.strip() for cell in row):
            set_aside.append(SetAside(file, number, "", ValueKind.WRONG_COLUMNS, Reason.WRONG_COLUMNS))
    by_index = list(zip(*kept, strict=False)) if kept else [()] * width
    columns = {name: list(by_index[index]) for name, index in layout.positions}
    return RowBatch(file, numbers, columns, set_aside)


def _fits(row: Sequence[str], width: int) -> bool:
    """Blank cells beyond the last title do no harm."""
    return len(row) > width and not any(cell.strip() for cell in row[width:])


def in_batches(rows: Iterable[NumberedRow], size: int = BATCH_ROWS) -> Iterator[list[NumberedRow]]:
    """Rows in lists of at most `size`."""
    waiting: list[NumberedRow] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) >= size:
            yield waiting
            waiting = []
    if waiting:
        yield waiting
