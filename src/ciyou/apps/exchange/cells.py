"""Cells of the national system's files: what they say as plain codes, and how ours are written in its words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from ciyou.apps.disbursement.result_lines import fen_of
from ciyou.core.awards.month import Month
from ciyou.core.errors import ClockError
from ciyou.core.linkage.dates import DateFlag, read_date
from ciyou.core.linkage.divisions import clean_division
from ciyou.core.linkage.identity import IdFlag, clean_id
from ciyou.packs.exchange_mappings import ExchangeColumn, ExchangeMapping
from ciyou.packs.roster_columns import word_key

Cell = str | int | Decimal
SEPARATOR = "+"
"""Between several codes of one child, in the order of the mapping's words."""
_SEVERAL = re.compile(r"[、,，;；/|+]+")
_MONTH = re.compile(r"(\d{4})(?:[-/.年]?)(\d{1,2})月?")
_NOTHING = frozenset(word_key(word) for word in ("-", "—", "/", "无", "空", "未填", "null", "none"))

_LONGEST_NOTHING = 4


class Unreadable(Exception):
    """A cell that cannot be read: `code` says why, never what it holds."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def read_cell(column: ExchangeColumn, written: str, mapping: ExchangeMapping) -> str:
    """The plain form of a cell, "" where it is empty; raises Unreadable."""
    text = _plain(written)
    if not text:
        return ""
    if column.words and (word := column.words.get(word_key(text))) is not None:
        return word
    if len(text) <= _LONGEST_NOTHING and word_key(text) in _NOTHING:
        return ""
    return _READ[column.shape.kind](column, text, mapping)


def _plain(written: str) -> str:
    """Without the blanks around it, and without the apostrophe that an export puts before what looks like a formula."""
    text = written.strip()
    return text[1:].strip() if text[:1] == "'" else text


def _read_text(_column: ExchangeColumn, text: str, _mapping: ExchangeMapping) -> str:
    return " ".join(text.split())[:200]


def _read_id(_column: ExchangeColumn, text: str, _mapping: ExchangeMapping) -> str:
    reading = clean_id(text)
    if reading.flag is IdFlag.MISSING:
        return ""
    if reading.flag is not IdFlag.VALID or reading.id18 is None:
        raise Unreadable(f"id_{reading.flag.value}" if reading.flag in (IdFlag.CHECKSUM, IdFlag.DATE) else "id_wrong")
    return reading.id18


def _read_date(_column: ExchangeColumn, text: str, _mapping: ExchangeMapping) -> str:
    reading = read_date(text)
    if reading.flag is DateFlag.MISSING:
        return ""
    if reading.flag is not DateFlag.VALID or reading.date is None:
        raise Unreadable("date_wrong")
    return reading.date.isoformat()


def _read_month(column: ExchangeColumn, text: str, mapping: ExchangeMapping) -> str:
    found = _MONTH.fullmatch(text)
    try:
        if found:
            return str(Month.parse(f"{found[1]}-{int(found[2]):02d}"))
        return _read_date(column, text, mapping)[:7]
    except ClockError as error:
        raise Unreadable("month_wrong") from error


def _read_money(_column: ExchangeColumn, text: str, mapping: ExchangeMapping) -> str:
    digits = text.removesuffix("元")
    if mapping.money == "fen":
        if not digits.isascii() or not digits.isdigit():
            raise Unreadable("amount_wrong")
        return str(int(digits))
    fen = fen_of(digits)
    if fen is None or fen < 0:
        raise Unreadable("amount_wrong")
    return str(fen)


def _read_integer(_column: ExchangeColumn, text: str, _mapping: ExchangeMapping) -> str:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise Unreadable("word_unknown")
    return str(int(text))


def _read_division(_column: ExchangeColumn, text: str, _mapping: ExchangeMapping) -> str:
    code = clean_division(text)
    if code is None:
        raise Unreadable("division_wrong")
    return code


def _read_code(_column: ExchangeColumn, _text: str, _mapping: ExchangeMapping) -> str:
    raise Unreadable("word_unknown")


def _read_codes(column: ExchangeColumn, text: str, _mapping: ExchangeMapping) -> str:
    codes = {column.words.get(word_key(part), "") for part in _SEVERAL.split(text) if part.strip()}
    if "" in codes:
        raise Unreadable("word_unknown")
    return join_codes(column, codes)


def join_codes(column: ExchangeColumn, codes: set[str]) -> str:
    """Several codes as one plain form, in the order of the mapping's words; codes that it has no word for are left out."""
    return SEPARATOR.join(code for code in column.written if code in codes)


_READ: Mapping[str, Callable[[ExchangeColumn, str, ExchangeMapping], str]] = MappingProxyType(
    {
        "text": _read_text,
        "name": _read_text,
        "number": _read_text,
        "id": _read_id,
        "date": _read_date,
        "month": _read_month,
        "money": _read_money,
        "integer": _read_integer,
        "division": _read_division,
        "code": _read_code,
        "codes": _read_codes,
    }
)
_DATES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "iso": ("{0:04d}-{1:02d}-{2:02d}", "{0:04d}-{1:02d}"),
        "compact": ("{0:04d}{1:02d}{2:02d}", "{0:04d}{1:02d}"),
        "slashes": ("{0:04d}/{1}/{2}", "{0:04d}/{1}"),
        "chinese": ("{0}年{1}月{2}日", "{0}年{1}月"),
    }
)


def write_cell(column: ExchangeColumn, value: str, mapping: ExchangeMapping) -> Cell:
    """A plain form as that system writes it."""
    if not value:
        return ""
    kind = column.shape.kind
    if column.written and (kind in ("code", "codes", "integer")):
        return "、".join(column.written.get(code, code) for code in value.split(SEPARATOR))
    if kind == "date":
        day = dt.date.fromisoformat(value)
        return _DATES[mapping.dates][0].format(day.year, day.month, day.day)
    if kind == "month":
        year, month = value.split("-")
        return _DATES[mapping.dates][1].format(int(year), int(month))
    if kind == "money":
        return int(value) if mapping.money == "fen" else Decimal(int(value)).scaleb(-2)
    return value
