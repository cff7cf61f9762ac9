"""Dates as rosters write them; what is not certain is flagged, never guessed."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.年])([0-9]{1,2})(?:\2|月)([0-9]{1,2})日?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_SHORT_YEAR = re.compile(r"[0-9]{2}([-/.年])[0-9]{1,2}(?:\1|月)[0-9]{1,2}日?")
_MONTH_ONLY = re.compile(r"[0-9]{4}(?:[-/.]?[0-9]{2}|[-/.][0-9]|年[0-9]{1,2}月?|年?)")
_SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")
_CHINESE = re.compile(
    r"([〇零○0一二三四五六七八九]{4})年([〇零○元一二三四五六七八九十]{1,3})月([〇零○一二三四五六七八九十]{1,3})[日号]?"
)
_TIME_OF_DAY = re.compile(r"(?:\s+|T)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?$")
_BLANKS_AND_QUOTES = re.compile(r"[\s'\"`‘’“”\u200b-\u200f\ufeff]+")
_LUNAR = re.compile(r"农历|阴历|旧历|闰|腊月|正月|冬月|初|廿|卅")
_NOTHING = "无 0 - / 空 暂无 没有 不详 未知 NULL NONE NAN NAT NA"
_WORDS_FOR_NOTHING = frozenset(_NOTHING.split())
_CHINESE_DIGITS = {character: index for index, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "0": 0,
    "元": 1,
}
_SERIAL_EPOCH = dt.date(1899, 12, 30)  # day 0 of spreadsheet serials after their invented 29 February 1900
_EARLIEST, _LATEST = dt.date(1900, 1, 2), dt.date(2100, 12, 31)
_FIRST_SERIAL, _LAST_SERIAL = dt.date(1930, 1, 1), dt.date(2050, 12, 31)


class DateFlag(StrEnum):
    """What a date cell is worth; only `valid` has a date.

    `partial`: no day; `ambiguous`: several readings; `lunar`: in the words of the lunar calendar; `impossible`: no such day,
    or outside 1900–2100; `malformed`: no date at all.
    """

    VALID = "valid"
    MISSING = "missing"
    PARTIAL = "partial"
    AMBIGUOUS = "ambiguous"
    LUNAR = "lunar"
    IMPOSSIBLE = "impossible"
    MALFORMED = "malformed"


class DateForm(StrEnum):
    """How the date was written."""

    NONE = "none"
    YEAR_FIRST = "year_first"
    COMPACT = "compact"
    YEAR_LAST = "year_last"
    SPREADSHEET_SERIAL = "spreadsheet_serial"
    CHINESE_NUMERALS = "chinese_numerals"


@dataclass(frozen=True, slots=True)
class DateReading:
    """What a date cell says; `candidates` are the readings of an ambiguous one."""

    flag: DateFlag
    date: dt.date | None = None
    form: DateForm = DateForm.NONE
    candidates: tuple[dt.date, ...] = ()


_MISSING = DateReading(DateFlag.MISSING)
_MALFORMED = DateReading(DateFlag.MALFORMED)


def read_date(text: str | None) -> DateReading:
    """What one cell of a date column says.

    Reads 2013-09-17, 20130917, 2013/9/17, 2013年9月17日 and 2013.09.17 in any width and with a time of day, Chinese numerals,
    spreadsheet serials (five digits, 1930 to 2050), and day or month first where only one reading is a date.
    """
    if not text:
        return _MISSING
    if len(text) == 10 and text[4] == "-":
        found = _YEAR_FIRST.fullmatch(text)
        if found:
            return _date_of(found[1], found[3], found[4], DateForm.YEAR_FIRST)
    normal = _TIME_OF_DAY.sub("", unicodedata.normalize("NFKC", text).upper().strip(" '\"　"))
    cleaned = _BLANKS_AND_QUOTES.sub("", normal).replace("—", "-").replace("–", "-")
    if not cleaned or cleaned in _WORDS_FOR_NOTHING:
        return _MISSING
    if _LUNAR.search(cleaned):
        return DateReading(DateFlag.LUNAR)
    return _read_form(cleaned)


def _read_form(text: str) -> DateReading:
    found = _YEAR_FIRST.fullmatch(text)
    if found:
        return _date_of(found[1], found[3], found[4], DateForm.YEAR_FIRST)
    found = _COMPACT.fullmatch(text.removesuffix(".0"))
    if found:
        return _date_of(found[1], found[2], found[3], DateForm.COMPACT)
    found = _SERIAL.fullmatch(text)
    if found:
        return _date_of_serial(int(found[1]))
    found = _YEAR_LAST.fullmatch(text)
    if found:
        return _date_with_year_last(int(found[4]), int(found[1]), int(found[3]))
    found = _CHINESE.fullmatch(text)
    if found:
        return _date_in_chinese(found[1], found[2], found[3])
    if _SHORT_YEAR.fullmatch(text):
        return DateReading(DateFlag.AMBIGUOUS)
    return DateReading(DateFlag.PARTIAL) if _MONTH_ONLY.fullmatch(text) else _MALFORMED


def _date_of(year: str | int, month: str | int, day: str | int, form: DateForm) -> DateReading:
    try:
        date = dt.date(int(year), int(month), int(day))
    except ValueError:
        if not int(year) + int(month) + int(day):
            return _MISSING
        # A month or a day of 0 is how systems write "not known"; nobody meant an impossible day.
        flag = DateFlag.PARTIAL if int(year) and 0 in (int(month), int(day)) else DateFlag.IMPOSSIBLE
        return DateReading(flag, form=form)
    if not _EARLIEST <= date <= _LATEST:
        return DateReading(DateFlag.IMPOSSIBLE, form=form)
    return DateReading(DateFlag.VALID, date, form)


def _date_of_serial(serial: int) -> DateReading:
    date = _SERIAL_EPOCH + dt.timedelta(days=serial)
    if not _FIRST_SERIAL <= date <= _LAST_SERIAL:
        return _MALFORMED
    return DateReading(DateFlag.VALID, date, DateForm.SPREADSHEET_SERIAL)


def _date_with_year_last(year: int, first: int, second: int) -> DateReading:
    readings = (_date_of(year, *pair, DateForm.YEAR_LAST) for pair in ((first, second), (second, first)))
    dates = sorted({reading.date for reading in readings if reading.date is not None})
    match dates:
        case []:
            return DateReading(DateFlag.IMPOSSIBLE, form=DateForm.YEAR_LAST)
        case [date]:
            return DateReading(DateFlag.VALID, date, DateForm.YEAR_LAST)
        case _:
            return DateReading(DateFlag.AMBIGUOUS, form=DateForm.YEAR_LAST, candidates=tuple(dates))


def _date_in_chinese(year: str, month: str, day: str) -> DateReading:
    digits = int("".join(str(_CHINESE_DIGITS[character]) for character in year))
    month_number, day_number = _chinese_number(month), _chinese_number(day)
    if month_number is None or day_number is None:
        return _MALFORMED
    return _date_of(digits, month_number, day_number, DateForm.CHINESE_NUMERALS)


def _chinese_number(text: str) -> int | None:
    """1 to 99: 七, 十, 十二, 二十, 二十一, also 一七 digit by digit."""
    tens, ten, ones = text.partition("十")
    if not all(character in _CHINESE_DIGITS for character in tens + ones) or (ten and max(len(tens), len(ones)) > 1):
        return None
    if not ten:
        return int("".join(str(_CHINESE_DIGITS[character]) for character in tens))
    return (_CHINESE_DIGITS[tens] if tens else 1) * 10 + (_CHINESE_DIGITS[ones] if ones else 0)
