"""Cells that leave for a spreadsheet: nothing in them is ever taken for a formula."""

from __future__ import annotations

from decimal import Decimal

Cell = str | int | Decimal | None
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutral(value: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula: a text that begins like one gets an apostrophe before it."""
    if isinstance(value, str) and value.startswith(_STARTS_A_FORMULA):
        return f"'{value}"
    return value
