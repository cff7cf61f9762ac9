"""Lines of separated text as rows of cells; a stray quote spoils its own line, not those that follow."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterable, Iterator, Sequence

UNDECODABLE = "\0"
"""Stands for a line that is not text."""

NumberedRow = tuple[int, Sequence[str] | None]
"""The line (or spreadsheet row) at which a row begins, counted from 1, and its cells (None: it is not text)."""

_LONGEST_ROW_LINES = 50


def parse_lines(lines: Sequence[str], separator: str, *, first: int = 1, width: int = 0) -> Iterator[NumberedRow]:
    """One row per record, in order; blank lines are rows without cells.

    `first` is the number of the first line, `width` how many cells a row should have (0: not known yet). A row over several
    lines that has another width is taken as one with a quote that was never closed: its first line is read by itself, and
    reading goes on with the second.
    """
    if not any('"' in line for line in lines):
        for number, row in enumerate(csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE), start=first):
            yield number, None if row and row[0] == UNDECODABLE else row
        return
    start = 0
    while start < len(lines):
        first_unread = yield from _parse_until_broken(lines, start, separator, first, width)
        if first_unread < len(lines):
            yield first + first_unread, _parse_alone(lines[first_unread], separator)
        start = first_unread + 1


def _parse_until_broken(
    lines: Sequence[str], start: int, separator: str, first: int, width: int
) -> Generator[NumberedRow, None, int]:
    """Rows from line `start`; the value returned is the line at which a broken row begins, or the number of lines."""
    reader = csv.reader(_with_breaks(lines, start), delimiter=separator)
    begun = start
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            return begun
        if row is None:
            return len(lines)
        spanned = start + reader.line_num - begun
        if spanned > _LONGEST_ROW_LINES or (spanned > 1 and width and len(row) != width):
            return begun
        yield first + begun, None if any(UNDECODABLE in cell for cell in row) else row
        begun += spanned


def _with_breaks(lines: Sequence[str], start: int) -> Iterable[str]:
    return (lines[index] + "\n" for index in range(start, len(lines)))


def _parse_alone(line: str, separator: str) -> Sequence[str] | None:
    if UNDECODABLE in line:
        return None
    try:
        return next(csv.reader([line], delimiter=separator, quoting=csv.QUOTE_NONE), [])
    except csv.Error:
        return [line]
