"""The files that leave for the finance bureau: the disbursement roster 发放花名册 in the layout of the place."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ciyou.apps.disbursement.sheet_file import Cell, write_sheet
from ciyou.core.sheet_cells import neutral
from ciyou.packs.finance_layouts import FinanceLayout


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One payment as a roster may show it; amounts in fen."""

    person_id: str
    number: str
    month: str
    name: str
    id_number: str
    holder: str
    bank: str
    account: str
    amount_fen: int
    arrears_fen: int
    recovery_fen: int
    entitlements: str
    division: str
    township: str
    village: str
    collective: bool
    remark: str = ""

    @property
    def current_fen(self) -> int:
        return self.amount_fen - self.arrears_fen - self.recovery_fen


def yuan(fen: int) -> Decimal:
    """Fen as yuan with two places."""
    return Decimal(fen).scaleb(-2)


_VALUES: Mapping[str, Callable[[RosterRow], Cell]] = {
    "payment_number": lambda row: row.number,
    "month": lambda row: row.month,
    "name": lambda row: row.name,
    "id_number": lambda row: row.id_number,
    "holder": lambda row: row.holder,
    "bank": lambda row: row.bank,
    "account_number": lambda row: row.account,
    "amount": lambda row: yuan(row.amount_fen),
    "current": lambda row: yuan(row.current_fen),
    "arrears": lambda row: yuan(row.arrears_fen),
    "recovery": lambda row: yuan(row.recovery_fen),
    "entitlements": lambda row: row.entitlements,
    "township": lambda row: row.township,
    "village": lambda row: row.village,
    "remark": lambda row: row.remark,
}
_SUMS = {
    "amount": lambda row: row.amount_fen,
    "current": lambda row: row.current_fen,
    "arrears": lambda row: row.arrears_fen,
    "recovery": lambda row: row.recovery_fen,
}
_ORDERS: Mapping[str, Callable[[RosterRow], str]] = {
    "division": lambda row: row.division,
    "name": lambda row: row.name,
    "payment_number": lambda row: row.number,
    "bank": lambda row: row.bank,
}
TOTALS_WORD = "合计"


def write_roster(layout: FinanceLayout, rows: Sequence[RosterRow]) -> bytes:
    """The roster as bytes, in the order, columns, encoding and form of the layout."""
    keys = [_ORDERS[order] for order in layout.order]
    ordered = sorted(rows, key=lambda row: (*(key(row) for key in keys), row.number))
    table = _table(layout, ordered)
    if layout.format == "xlsx":
        return write_sheet(layout.sheet, table)
    return _csv(table).encode(layout.encoding)


def _table(layout: FinanceLayout, rows: Sequence[RosterRow]) -> Iterable[list[Cell]]:
    yield [column.title for column in layout.columns]
    values = [column.value for column in layout.columns]
    for number, row in enumerate(rows, start=1):
        yield [number if value == "row_number" else _VALUES[value](row) for value in values]
    if layout.totals:
        yield [_total(place, value, rows) for place, value in enumerate(values)]


def _total(place: int, value: str, rows: Sequence[RosterRow]) -> Cell:
    if value in _SUMS:
        return yuan(sum(map(_SUMS[value], rows)))
    return TOTALS_WORD if place == 0 else ""


def _csv(table: Iterable[Sequence[Cell]]) -> str:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    for row in table:
        writer.writerow([f"{cell:.2f}" if isinstance(cell, Decimal) else neutral(cell) for cell in row])
    return made.getvalue()
