"""Administrative divisions by code: 12 digits, of which 2 (province), 4, 6 (county), 9 (township) or 12 (village) say something.

Codes of GB/T 2260 to the county and of the Statistics Bureau's 12-digit scheme below it.
"""

from __future__ import annotations

import re
import unicodedata

from ciyou.core.errors import CiyouError, Place, Problem

NATION = "0" * 12
"""The code of the whole country: no significant digit."""

LEVELS = (2, 4, 6, 9, 12)
"""Significant digits of a province, city, county, township and village."""

_AFTER_ALL = "9" * 12
_BLANKS_AND_QUOTES = re.compile(r"[\s'\"`‘’“”\u200b-\u200f\ufeff]+")
_CODE = re.compile(r"[1-9][0-9]{1,11}")
_FIRST_PROVINCE, _LAST_PROVINCE = "11", "83"


def clean_division(text: str | None) -> str | None:
    """The 12 digits of a division as a cell states it (2, 4, 6, 9 or 12 digits, any width), None if it is no code."""
    if not text:
        return None
    normal = _BLANKS_AND_QUOTES.sub("", unicodedata.normalize("NFKC", text)).removesuffix(".0")
    if len(normal) not in LEVELS or not _CODE.fullmatch(normal):
        return None
    return normal.ljust(12, "0") if _FIRST_PROVINCE <= normal[:2] <= _LAST_PROVINCE else None


def significant_digits(code: str) -> int:
    """How many of a code's 12 digits say something: 0 (nation), 2, 4, 6, 9 or 12."""
    full = _check(code)
    for shorter, longer in ((9, 12), (6, 9), (4, 6), (2, 4), (0, 2)):
        if full[shorter:longer].strip("0"):
            return longer
    return 0


def half_open_range(code: str) -> tuple[str, str]:
    """(low, high): exactly the 12-digit codes with low <= code < high, compared as text, lie in the division."""
    full = _check(code)
    digits = significant_digits(full)
    if not digits:
        return NATION, _AFTER_ALL
    prefix = full[:digits]
    return full, str(int(prefix) + 1).ljust(12, "0") if prefix.strip("9") else _AFTER_ALL


def contains(scope: str, code: str) -> bool:
    """Whether a division lies in a scope (or is it)."""
    full = _check(code)
    return full.startswith(_check(scope)[: significant_digits(scope)])


def enclosing_divisions(code: str) -> tuple[str, ...]:
    """The division and all around it, the smallest first, the nation last."""
    full = _check(code)
    digits = significant_digits(full)
    around = (full[:level].ljust(12, "0") for level in reversed(LEVELS) if level <= digits)
    return (*dict.fromkeys(around), NATION)


def _check(code: str) -> str:
    if len(code) in (0, *LEVELS) and (not code or code.isdecimal()):
        return code.ljust(12, "0")
    raise CiyouError(
        Problem(
            Place(),
            "division.code",
            "行政区划代码应为 2、4、6、9 或 12 位数字；请改正。",
            "A division code has 2, 4, 6, 9 or 12 digits; correct it.",
        )
    )
