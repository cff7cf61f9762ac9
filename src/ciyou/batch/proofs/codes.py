"""Values as whole numbers, the only thing the prover counts with: dates as yyyymmdd, fen as they are, codes by a table."""

from __future__ import annotations

import datetime as dt

from ciyou.core.facts.definition import Value
from ciyou.core.rules.tree import Kind


class Codes:
    """A table of texts. A text of digits gets a 1 before it (so that its beginnings are found by division), others count down from −1."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, value: Value) -> int:
        """The number of a value that is neither true nor false."""
        if isinstance(value, dt.date):
            return value.year * 10_000 + value.month * 100 + value.day
        if isinstance(value, str):
            return self._text_number(value)
        return int(value)

    def _text_number(self, text: str) -> int:
        if text.isdigit() and text.isascii():
            return int(f"1{text}")
        return self._numbers.setdefault(text, -1 - len(self._numbers))

    def value(self, number: int, kind: Kind) -> Value:
        """The value that has this number."""
        if kind is Kind.DATE:
            return dt.date(number // 10_000, number // 100 % 100, number % 100)
        if kind is not Kind.ENUM:
            return number
        if number > 0:
            return str(number)[1:]
        return next(text for text, known in self._numbers.items() if known == number)
