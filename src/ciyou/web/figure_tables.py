"""Figures as tables: the same for the page and for the workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ciyou.core.indicators.suppression import Cell, Column
from ciyou.core.sheet_cells import Cell as SheetCell

Words = str | Promise
COUNT, MONEY, TEXT = "count", "money", "text"


@dataclass(frozen=True)
class Shown:
    """One cell. `kind` count | money (fen) | text; withheld where there is a number that is not told."""

    kind: str
    value: int | str | None
    withheld: bool = False

    @property
    def for_sheet(self) -> SheetCell:
        """Money in yuan to the fen; what is withheld in words."""
        if self.withheld:
            return _("不公布")
        if self.kind == MONEY and isinstance(self.value, int):
            return Decimal(self.value) / 100
        return "" if self.value is None else self.value


def told(cell: Cell, kind: str = COUNT) -> Shown:
    """A cell as it may be read."""
    return Shown(kind, cell.count, cell.withheld)


def words(text: object) -> Shown:
    """A cell of words, or of none."""
    return Shown(TEXT, str(text) if text else None)


NOTHING = Shown(COUNT, None)
"""In place of a number that there cannot be: no clock runs, no such step was taken."""


@dataclass(frozen=True)
class Table:
    """A table with its heading, the labels of its columns (the first is that of the rows), its rows, and whether the last is a total."""

    title: str
    first: str
    labels: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Shown, ...]], ...]
    total: bool = False
    note: str = ""

    @property
    def heads(self) -> list[tuple[str, bool]]:
        """The labels, each with whether its column holds words."""
        columns = zip(*(cells for _label, cells in self.rows), strict=True)
        kinds = [{cell.kind for cell in column} for column in columns]
        return [(label, kind == {TEXT}) for label, kind in zip(self.labels, kinds, strict=True)]

    @property
    def lines(self) -> list[tuple[str, list[tuple[str, bool, Shown]], bool]]:
        """For the page: each row with its label, its cells with the heads of their columns, and whether it is the total."""
        last, heads = len(self.rows) - 1, self.heads
        return [
            (
                label,
                [(name, is_words, cell) for (name, is_words), cell in zip(heads, cells, strict=True)],
                self.total and place == last,
            )
            for place, (label, cells) in enumerate(self.rows)
        ]

    @property
    def for_sheet(self) -> list[list[SheetCell]]:
        """For the workbook: a head and the rows."""
        body = [[label, *(cell.for_sheet for cell in cells)] for label, cells in self.rows]
        return [[self.first, *self.labels], *body]


@dataclass(frozen=True)
class Wanted:
    """One column of a table of columns: its code, its words, and what it counts."""

    code: str
    label: Words
    kind: str = COUNT


def table_of(
    title: str,
    first: str,
    columns: Mapping[str, Column],
    wanted: Sequence[Wanted],
    rows: Iterable[tuple[str, str]],
    *,
    total: bool = True,
    note: str = "",
) -> Table:
    """A table of columns over rows (key, words), with their totals. Columns that hold nothing but 0 are left out, the first aside."""
    wanted = [wanted[0], *(one for one in wanted[1:] if _says_something(columns[one.code]))]
    body = [(name, tuple(told(columns[one.code].cells[key], one.kind) for one in wanted)) for key, name in rows]
    if total and body:
        body.append((_("合计"), tuple(told(columns[one.code].total, one.kind) for one in wanted)))
    return Table(title, first, tuple(str(one.label) for one in wanted), tuple(body), total and bool(body), note)


def _says_something(column: Column) -> bool:
    """Whether a column holds a number, or one that is withheld."""
    return any(cell.count != 0 for cell in (*column.cells.values(), column.total))
