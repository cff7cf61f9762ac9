"""Which column of a file is which: the row of titles is found and every title matched with the roster pack."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ciyou.core.errors import Place, Problem
from ciyou.packs.roster_pack import RosterColumn, RosterPack, header_key

ROWS_SEARCHED = 10
_FEWEST_TITLES = 2
_TITLES_SHOWN = 40


@dataclass(frozen=True)
class Layout:
    """Where the columns stand. `header_row` counts from 1; `width` is the number of columns under titles.

    `positions` maps canonical names to column numbers from 0; `unknown_titles` are columns that nobody reads.
    """

    header_row: int
    width: int
    positions: tuple[tuple[str, int], ...]
    unknown_titles: tuple[str, ...]


def find_layout(rows: Sequence[Sequence[str]], pack: RosterPack, *, file: str) -> tuple[Layout | None, list[Problem]]:
    """The layout by the first rows of a file (at most the first ten are searched for titles), or what is wrong with it."""
    searched = [tuple(cell.strip() for cell in row) for row in rows[:ROWS_SEARCHED]]
    known = _known_titles(searched, pack)
    best = max(known, default=0)
    if best < _FEWEST_TITLES:
        return None, [_no_titles(pack, file)]
    index = known.index(best)
    problems = _titles_in_two_rows(known, index, file)
    layout, more = _match(searched[index], index + 1, pack, file)
    return (None if problems or more else layout), [*problems, *more]


def count_known_titles(rows: Sequence[Sequence[str]], pack: RosterPack) -> int:
    """How many titles of the best row the pack knows."""
    return max(_known_titles(rows[:ROWS_SEARCHED], pack), default=0)


def _known_titles(rows: Iterable[Sequence[str]], pack: RosterPack) -> list[int]:
    titles = pack.titles()
    return [sum(titles.column(cell) is not None for cell in row if cell) for row in rows]


def _match(titles: Sequence[str], row: int, pack: RosterPack, file: str) -> tuple[Layout, list[Problem]]:
    positions: dict[str, int] = {}
    unknown: list[str] = []
    problems: list[Problem] = []
    known = pack.titles()
    width = max(index for index, title in enumerate(titles) if title) + 1
    for index, title in enumerate(titles[:width]):
        column = known.column(title) if title else None
        if column is None:
            unknown.append(title)
        elif column.name in positions:
            problems.append(_titled_twice(column, titles[positions[column.name]], title, Place(file, row, index + 1)))
        else:
            positions[column.name] = index
    missing = [column for column in pack.columns if column.required and column.name not in positions]
    problems.extend(_missing(column, titles, unknown, Place(file, row)) for column in missing)
    return Layout(row, width, tuple(positions.items()), tuple(title for title in unknown if title)), problems


def _missing(column: RosterColumn, titles: Sequence[str], unknown: Sequence[str], place: Place) -> Problem:
    shown = "、".join(title for title in titles if title)[: _TITLES_SHOWN * 8]
    accepted = "、".join(column.headers[:6])
    near = _nearest_title(column, unknown)
    hint_zh = (
        f"最接近的是“{near}”：如果就是这一列，请把表头改为“{column.zh}”。"
        if near
        else f"请补上这一列，表头写“{column.zh}”。"
    )
    hint_en = (
        f"The nearest is “{near}”: if that is the column, retitle it “{column.zh}”."
        if near
        else f"Add it, titled “{column.zh}”."
    )
    return Problem(
        place,
        "roster.missing_column",
        f"缺少必需的列“{column.zh}”（可用表头：{accepted}）。文件中的表头是：{shown}。{hint_zh}",
        f"The required column “{column.en}” is missing (accepted titles: {accepted}). The titles found are: {shown}. {hint_en}",
    )


def _nearest_title(column: RosterColumn, unknown: Sequence[str]) -> str:
    by_key = {header_key(title): title for title in unknown if title}
    accepted = [header_key(title) for title in column.headers]
    scored = [(max(difflib.SequenceMatcher(None, key, title).ratio() for title in accepted), key) for key in by_key]
    best = max(scored, default=(0.0, ""))
    return by_key[best[1]] if best[0] >= 0.5 else ""


def _titled_twice(column: RosterColumn, first: str, second: str, place: Place) -> Problem:
    return Problem(
        place,
        "roster.duplicate_column",
        f"“{first}”和“{second}”都是“{column.zh}”；请删去一列或改名。",
        f"“{first}” and “{second}” both mean “{column.en}”; delete one of the columns or retitle it.",
    )


def _titles_in_two_rows(known: Sequence[int], index: int, file: str) -> list[Problem]:
    """Titles above or below the row of titles: a heading over several columns was merged."""
    beside = [row for row in (index - 1, index + 1) if 0 <= row < len(known) and known[row] >= _FEWEST_TITLES]
    return [merged_titles(Place(file, index + 1))] if beside else []


def merged_titles(place: Place) -> Problem:
    """The problem of titles that fill several rows or merged cells."""
    return Problem(
        place,
        "roster.merged_header",
        "表头占了多行或有合并单元格，无法判断各列；请取消合并，只留一行表头，每列一个名称。",
        "The titles fill several rows or merged cells; unmerge them and keep one row with one title per column.",
    )


def _no_titles(pack: RosterPack, file: str) -> Problem:
    # The row that stands there instead is not quoted: without titles it may be a person's.
    wanted = "、".join(column.zh for column in pack.columns if column.required)
    return Problem(
        Place(file, 1),
        "roster.no_header",
        f"前 {ROWS_SEARCHED} 行中没有找到“{pack.zh}”的表头；请补上一行表头，至少包括：{wanted}。",
        f"No row of titles of “{pack.en}” stands in the first {ROWS_SEARCHED} rows; add one with at least: {wanted}.",
    )
