"""What happens to identity numbers, dates and telephones on their way into a roster."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache

from borax.calendars.lunardate import LunarDate

from ciyou.batch.synth.chance import Chance
from ciyou.batch.synth.numbers import with_check_character

_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
_PLACEHOLDERS = ("无", "暂无", "/", "0", "待补录", "不详", "未办理")
_SPREADSHEET_EPOCH = dt.date(1899, 12, 30).toordinal()


def _typo(chance: Chance, number: str) -> str:
    place = chance.below(17)
    wrong = str((int(number[place]) + chance.between(1, 9)) % 10)
    return number[:place] + wrong + number[place + 1 :]


def _transpose(chance: Chance, number: str) -> str:
    place = chance.between(6, 15)
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


def _short(chance: Chance, number: str) -> str:
    place = chance.below(18)
    return number[:place] + number[place + 1 :]


def _fifteen(_: Chance, number: str) -> str:
    return number[:6] + number[8:17] if number[6:8] == "19" else number


def _junk(chance: Chance, number: str) -> str:
    return chance.pick(("0" * 18, "1" * 18, "123456789012345678", number[:6] + "190001010000", "9" * 17 + "X"))


def _letters(chance: Chance, number: str) -> str:
    spoiled = number.replace("0", "O").replace("1", "l" if chance.hit(0.5) else "1")
    return spoiled[:-1] + number[-1] if number[-1] == "X" else spoiled


def _other(chance: Chance, number: str) -> str:
    stem = number[:6] + chance.day(dt.date(1968, 1, 1), dt.date(2020, 1, 1)).strftime("%Y%m%d")
    return with_check_character(f"{stem}99{chance.between(6, 9)}")


_NUMBER_MISTAKES: dict[str, Callable[[Chance, str], str]] = {
    "id_missing": lambda chance, number: chance.pick(_PLACEHOLDERS) if chance.hit(0.2) else "",
    "id_typo": _typo,
    "id_transpose": _transpose,
    "id_short": _short,
    "id_excel": lambda chance, number: number[:15] + "000",
    "id_scientific": lambda chance, number: f"{number[0]}.{number[1:6]}E+17",
    "id_masked": lambda chance, number: number[:6] + "********" + number[14:],
    "id_letter": _letters,
    "id_15": _fifteen,
    "id_junk": _junk,
    "id_other": _other,
    "id_fullwidth": lambda chance, number: number.translate(_FULL_WIDTH),
    "id_lowerx": lambda chance, number: number.replace("X", "x"),
    "id_quote": lambda chance, number: "'" + number,
    "id_space": lambda chance, number: chance.pick(
        (f" {number}", f"{number} ", f"{number[:6]} {number[6:14]} {number[14:]}")
    ),
}
# These put another person's number in; whose, only the family knows.
BORROWED = frozenset({"id_guardian", "id_twin"})
NUMBER_KINDS = frozenset(_NUMBER_MISTAKES) | BORROWED


def spoil_number(chance: Chance, number: str, kind: str) -> str:
    """The identity number (18 characters, valid) after that kind of mistake."""
    return _NUMBER_MISTAKES[kind](chance, number)


@lru_cache(maxsize=20_000)
def _lunar(birth: dt.date) -> tuple[int, int, int]:
    lunar = LunarDate.from_solar_date(birth.year, birth.month, birth.day)
    return lunar.year, lunar.month, lunar.day


def _wrong_day(chance: Chance, birth: dt.date) -> tuple[int, int, int]:
    return birth.year, birth.month, birth.day // 10 * 10 + chance.below(10) or 1


_DATE_MISTAKES: dict[str, Callable[[Chance, dt.date], tuple[int, int, int]]] = {
    "dob_lunar": lambda chance, birth: _lunar(birth),
    "dob_swap": lambda chance, birth: (birth.year, birth.day, birth.month),
    "dob_year": lambda chance, birth: (birth.year + chance.pick((-1, 1, -2, 2, -10)), birth.month, birth.day),
    "dob_jan1": lambda chance, birth: (birth.year, 1, 1),
    "dob_digit": _wrong_day,
}
_DATE_TEXTS: dict[str, Callable[[dt.date], str]] = {
    "dob_missing": lambda birth: "",
    "dob_serial": lambda birth: str(birth.toordinal() - _SPREADSHEET_EPOCH),
    "dob_month_only": lambda birth: f"{birth.year}-{birth.month:02d}",
    "dob_timestamp": lambda birth: f"{birth} 00:00:00",
}
DATE_KINDS = frozenset(_DATE_MISTAKES) | frozenset(_DATE_TEXTS)
_DATE_STYLES: tuple[Callable[[int, int, int], str], ...] = (
    lambda year, month, day: f"{year:04d}{month:02d}{day:02d}",
    lambda year, month, day: f"{year}/{month}/{day}",
    lambda year, month, day: f"{year}年{month}月{day}日",
    lambda year, month, day: f"{year}.{month:02d}.{day:02d}",
)


def write_date(chance: Chance, birth: dt.date, kind: str, *, unusual: float) -> str:
    """A date of birth as a roster writes it, after a mistake (or none, with an empty kind).

    `unusual` is the share not written as 2015-03-04. Swapping month and day only happens where that gives a date.
    """
    if kind in _DATE_TEXTS:
        return _DATE_TEXTS[kind](birth)
    if kind == "dob_swap" and birth.day > 12:
        kind = ""
    if not kind:
        if chance.unit() >= unusual:
            return birth.isoformat()
        return chance.pick(_DATE_STYLES)(birth.year, birth.month, birth.day)
    year, month, day = _DATE_MISTAKES[kind](chance, birth)
    if chance.unit() >= unusual:
        return f"{year:04d}-{month:02d}-{day:02d}"
    return chance.pick(_DATE_STYLES)(year, month, day)
