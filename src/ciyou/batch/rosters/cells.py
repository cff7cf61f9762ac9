"""Single cells, by the type of their column: a canonical value, or none and the kind of what stood there."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Generic, NamedTuple, TypeVar

from ciyou.batch.rosters.reasons import ValueKind
from ciyou.batch.rosters.tables import pinyin_table, simplify_table
from ciyou.core.facts.definition import Value
from ciyou.core.linkage.addresses import AddressReading, parse_village
from ciyou.core.linkage.dates import DateFlag, read_date
from ciyou.core.linkage.divisions import clean_division
from ciyou.core.linkage.identity import IdFlag, IdKind, IdReading, clean_id
from ciyou.core.linkage.names import clean_name, reading
from ciyou.core.linkage.phones import clean_phone
from ciyou.packs.roster_columns import word_key
from ciyou.packs.roster_pack import ColumnType, RosterColumn

LONGEST_CELL = 200
_REMEMBERED = 60_000
_QUOTED_BY_FORMULA = re.compile(r'="?([^"]*)"?')
_SPREADSHEET_ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|#+)", re.IGNORECASE)
_WHOLE = re.compile(r"-?[0-9]{1,9}(?:\.0+)?")
_LONG_WHOLE = re.compile(r"-?[0-9]{1,10}(?:\.0+)?")
# One more character, past any marks that the reading drops: it may tell that the last word names no place.
_THROUGH_LAST_PLACE = re.compile(r".*[省市县旗盟州区镇乡木道处办村查会委][\s,，。.、;；:：()（）\-—_/]*.?", re.DOTALL)
_MOBILE_DIGITS, _MOBILE = 11, frozenset(f"1{digit}" for digit in "3456789")
_NOTHING = frozenset(("", "无", "空", "-", "--", "/", "\\", "不详", "未知", "暂无", "null", "none", "nan", "n/a"))
_DATE_KINDS = {
    DateFlag.PARTIAL: ValueKind.PARTIAL_DATE,
    DateFlag.AMBIGUOUS: ValueKind.AMBIGUOUS_DATE,
    DateFlag.LUNAR: ValueKind.LUNAR_DATE,
    DateFlag.IMPOSSIBLE: ValueKind.BAD_DATE,
    DateFlag.MALFORMED: ValueKind.BAD_DATE,
}

Content = TypeVar("Content")


class Cell(NamedTuple, Generic[Content]):
    """What a cell says, and the kind of trouble with it (None: none)."""

    value: Content
    trouble: ValueKind | None = None


class NameCell(NamedTuple):
    """A cleaned name and its reading ("" when there is none); for an unnamed newborn the parent's name."""

    key: str
    reading: str
    placeholder_of: str | None


class Memory(dict[str, Cell[Content]], Generic[Content]):
    """Cells that were read before, by their text: rosters repeat names, dates and codes. Forgets all when it is full."""

    def __init__(self, read: Callable[[str], Cell[Content]], empty: Content) -> None:
        super().__init__()
        self._read, self._empty = read, empty

    def __missing__(self, text: str) -> Cell[Content]:
        if len(self) >= _REMEMBERED:
            self.clear()
        plain, trouble = _unwrap(text)
        cell = Cell(self._empty, trouble) if trouble else self._read(plain)
        self[text] = cell
        return cell

    def read_all(self, texts: Iterable[str]) -> tuple[Sequence[Content], Counter[ValueKind | None]]:
        """What the cells of a column say, and how many have which trouble."""
        cells = list(map(self.__getitem__, texts))
        if not cells:
            return (), Counter()
        values, troubles = zip(*cells, strict=True)
        return values, Counter(troubles)


def _unwrap(text: str) -> tuple[str, ValueKind | None]:
    """The text without a spreadsheet's ="…" around it; a formula or an error of a spreadsheet says nothing."""
    if len(text) > LONGEST_CELL:
        return "", ValueKind.TOO_LONG
    start = text.lstrip()[:1]
    if start == "=":
        inner = _QUOTED_BY_FORMULA.fullmatch(text.strip())
        if inner and inner[1].replace(" ", "").isalnum() and '"' in text:
            return inner[1], None
        return "", ValueKind.FORMULA
    if start == "#" and _SPREADSHEET_ERROR.match(text.strip()):
        return "", ValueKind.SPREADSHEET_ERROR
    return text, None


class CellReader:
    """Reads the cells of all columns of all rosters of one run; what columns have in common is remembered once."""

    def __init__(self, *, latest_birth: dt.date | None = None) -> None:
        self._latest_birth = latest_birth
        self._simplify, self._pinyin = simplify_table(), pinyin_table()
        self.ids: Memory[IdReading] = Memory(self._read_id, clean_id(None))
        self.names: Memory[NameCell] = Memory(self._read_name, NameCell("", "", None))
        self.dates: Memory[dt.date | None] = Memory(_read_date, None)
        self.divisions: Memory[str | None] = Memory(_read_division, None)
        self.phones: Memory[str | None] = Memory(_read_phone, None)
        self._addresses: Memory[AddressReading] = Memory(_read_address, AddressReading(None, None))

    def _read_id(self, text: str) -> Cell[IdReading]:
        found = clean_id(text, latest_birth=self._latest_birth)
        match found.flag:
            case IdFlag.VALID | IdFlag.MISSING:
                return Cell(found)
            case IdFlag.JUNK:
                return Cell(found, ValueKind.JUNK_ID)
            case _:
                rounded = found.raw_kind is IdKind.ROUNDED_BY_SPREADSHEET
                return Cell(found, ValueKind.ROUNDED_ID if rounded else ValueKind.BAD_ID)

    def _read_name(self, text: str) -> Cell[NameCell]:
        found = clean_name(text, self._simplify)
        syllables = reading(found.key, self._pinyin) if found.key else ""
        trouble = ValueKind.PLACEHOLDER_NAME if found.is_placeholder else None
        return Cell(NameCell(found.key, syllables, found.placeholder_of), trouble)

    def read_addresses(self, texts: Iterable[str]) -> Sequence[AddressReading]:
        """Townships and villages; what stands behind the last word that names a place (house numbers) tells nothing of them."""
        values, _ = self._addresses.read_all(_up_to_place(text) for text in texts)
        return values

    def memory_of(self, column: RosterColumn) -> Memory[Value | None]:
        """The reader of a column that is none of a person's own (name, ID, address)."""
        return Memory(_reader_of(column), None)


def _reader_of(column: RosterColumn) -> Callable[[str], Cell[Value | None]]:
    match column.type:
        case ColumnType.CODE | ColumnType.SEX | ColumnType.BOOLEAN:
            return lambda text: _read_word(column, text)
        case ColumnType.INTEGER:
            return lambda text: _read_integer(column, text)
        case ColumnType.MONEY_YUAN:
            return lambda text: _read_money(column, text)
        case ColumnType.DATE:
            return _as_value(_read_date)
        case ColumnType.DIVISION:
            return _as_value(_read_division)
        case ColumnType.PHONE:
            return _as_value(_read_phone)
        case _:
            return _as_value(_read_text)


def _as_value(read: Callable[[str], Cell[Content]]) -> Callable[[str], Cell[Value | None]]:
    def read_value(text: str) -> Cell[Value | None]:
        return read(text)  # type: ignore[return-value]

    return read_value


def _read_word(column: RosterColumn, text: str) -> Cell[Value | None]:
    key = word_key(text)
    words: Mapping[str, Value] = column.words or {}
    if key in words:
        return Cell(words[key])
    if key in _NOTHING:
        return Cell(None)
    return Cell(column.otherwise) if column.otherwise is not None else Cell(None, ValueKind.UNKNOWN_CODE)


def _read_integer(column: RosterColumn, text: str) -> Cell[Value | None]:
    key = word_key(text)
    if column.words and key in column.words:
        return Cell(column.words[key])
    if key in _NOTHING:
        return Cell(None)
    if not (_LONG_WHOLE if column.is_long else _WHOLE).fullmatch(key):
        return Cell(None, ValueKind.BAD_NUMBER)
    return _within(column, int(key.split(".")[0]))


def _read_money(column: RosterColumn, text: str) -> Cell[Value | None]:
    """Fen of an amount in yuan."""
    key = word_key(text).replace(",", "").removesuffix("元").removeprefix("¥")
    if key in _NOTHING:
        return Cell(None)
    try:
        fen = Decimal(key) * 100
    except InvalidOperation:
        return Cell(None, ValueKind.BAD_NUMBER)
    if not fen.is_finite() or fen != fen.to_integral_value():
        return Cell(None, ValueKind.BAD_NUMBER)
    return _within(column, int(fen))


def _within(column: RosterColumn, number: int) -> Cell[Value | None]:
    low = column.minimum is not None and number < column.minimum
    high = column.maximum is not None and number > column.maximum
    return Cell(None, ValueKind.OUT_OF_RANGE) if low or high else Cell(number)


def _read_date(text: str) -> Cell[dt.date | None]:
    found = read_date(text)
    return Cell(found.date, _DATE_KINDS.get(found.flag))


def _read_division(text: str) -> Cell[str | None]:
    found = clean_division(text)
    return Cell(found, ValueKind.BAD_DIVISION if found is None and word_key(text) not in _NOTHING else None)


def _read_phone(text: str) -> Cell[str | None]:
    if (
        len(text) == _MOBILE_DIGITS
        and text.isascii()
        and text.isdigit()
        and text[:2] in _MOBILE
        and len(set(text[3:])) > 1
    ):
        return Cell(text)
    found = clean_phone(text)
    return Cell(found, ValueKind.BAD_PHONE if found is None and word_key(text) not in _NOTHING else None)


def _up_to_place(text: str) -> str:
    """The beginning of an address through its last word for a place and one character more, by which some words are told apart."""
    found = _THROUGH_LAST_PLACE.match(text)
    return found[0] if found else ""


def _read_address(text: str) -> Cell[AddressReading]:
    return Cell(parse_village(text))


def _read_text(text: str) -> Cell[str | None]:
    stripped = text.strip()
    return Cell(stripped if stripped.casefold() not in _NOTHING else None)
