"""Citizen identity numbers as rosters write them: cleaned, checked, and read for birth date, sex and division.

Structure and check character: GB 11643-1999 (check character by ISO 7064 MOD 11-2).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from operator import mul

_WEIGHTS = tuple(2 ** (17 - position) % 11 for position in range(17))
_CHECK_CHARACTERS = "10X98765432"
_ZERO = ord("0") * sum(_WEIGHTS)  # the weights' share of the code of "0", so that bytes need no conversion to digits
_EARLIEST = dt.date(1900, 1, 2)  # 1 January 1900 is what spreadsheets and old systems write for "unknown"
_SEPARATORS = re.compile(r"[\s'\"`‘’“”´′\-‐‑‒–—―_.,，。:：;；·/\\()\[\]{}<>\u200b-\u200f\ufeff]+")
_ID18 = re.compile(r"[0-9]{17}[0-9X]")
_ID15 = re.compile(r"[0-9]{15}")
_DISABILITY_CERTIFICATE = re.compile(r"([0-9]{17}[0-9X])([1-7])([1-4])(?:B[0-9]{1,2})?")
_STUDENT_NUMBER = re.compile(r"G([0-9]{17}[0-9X])")
_TEMPORARY_STUDENT_NUMBER = re.compile(r"L[0-9]{18}")
_SCIENTIFIC = re.compile(r"[0-9]+(?:\.[0-9]+)?E\+?[0-9]+")
_NOTHING = """
无 0 00 空 暂无 没有 不详 未知 未办 未办理 未上户 未落户 无户口 无户籍 无身份证 无证件 不清楚 待补 待办 NULL NONE NAN NA NIL
"""
_WORDS_FOR_NOTHING = frozenset(_NOTHING.split())
_PROVINCE_CODES = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71"
_PROVINCES = frozenset(_PROVINCE_CODES.split())
_RESIDENCE_PERMITS = frozenset(("81", "82", "83"))
_ASCENDING = "0123456789" * 3
_DESCENDING = "9876543210" * 3


class IdFlag(StrEnum):
    """What a cell that should hold an identity number is worth; only `valid` identifies anybody."""

    VALID = "valid"
    MISSING = "missing"
    MALFORMED = "malformed"
    CHECKSUM = "checksum"
    DATE = "date"
    JUNK = "junk"
    GUARDIAN = "guardian"


class IdKind(StrEnum):
    """In which form the number stood in the cell."""

    NONE = "none"
    CITIZEN_18 = "citizen_18"
    CITIZEN_15 = "citizen_15"
    RESIDENCE_PERMIT = "residence_permit"
    FOREIGN_PERMANENT_RESIDENT = "foreign_permanent_resident"
    UNKNOWN_PROVINCE = "unknown_province"
    DISABILITY_CERTIFICATE = "disability_certificate"
    STUDENT_NUMBER = "student_number"
    TEMPORARY_STUDENT_NUMBER = "temporary_student_number"
    ROUNDED_BY_SPREADSHEET = "rounded_by_spreadsheet"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class IdReading:
    """What a cell says.

    `id18` stands only when `flag` is valid. `text` is the cleaned number also when it is not (18 characters after
    conversion, where the form is right), for near-match comparison and blocking. `birth_date`, `sex` (male | female) and
    `division6` are read from every number of the right form: without `valid` they are evidence, not fact.
    """

    flag: IdFlag
    id18: str | None
    birth_date: dt.date | None
    sex: str | None
    division6: str | None
    raw_kind: IdKind
    text: str = ""


_MISSING = IdReading(IdFlag.MISSING, None, None, None, None, IdKind.NONE)


def checksum_char(first17: str) -> str:
    """The check character that belongs to the first 17 digits."""
    return _CHECK_CHARACTERS[(sum(map(mul, _WEIGHTS, first17.encode("ascii"))) - _ZERO) % 11]


def sex_of_id(id18: str) -> str:
    """male or female: the 17th digit is odd for men."""
    return "male" if int(id18[16]) % 2 else "female"


def birth_date_of_id(id18: str) -> dt.date | None:
    """The date in digits 7 to 14, None if there is no such day."""
    try:
        return dt.date(int(id18[6:10]), int(id18[10:12]), int(id18[12:14]))
    except ValueError:
        return None


def lengthen_id(id15: str) -> str:
    """The 18 characters of a 15-digit number: all of those were given to people born in the 1900s."""
    first17 = f"{id15[:6]}19{id15[6:]}"
    return first17 + checksum_char(first17)


def clean_id(text: str | None, *, latest_birth: dt.date | None = None) -> IdReading:
    """What one cell of an identity-number column says.

    Accepts 18 and 15 digits in any width, case and with separators, residence permits of Hong Kong, Macao and Taiwan people
    (81/82/83), permanent-residence cards of foreigners (9…), the number of a disability certificate (the first 18 of 20
    characters) and a student number (G and the ID). `latest_birth` makes later dates of birth invalid (the roster's day).
    A 15-digit number carries no check character: it is valid on its date and province alone.
    """
    if not text:
        return _MISSING
    if len(text) == 18 and text.isascii() and text.isdigit():
        return _read_18(text, IdKind.CITIZEN_18, latest_birth)
    cleaned = clean_id_text(text)
    if not cleaned or cleaned in _WORDS_FOR_NOTHING:
        return _MISSING
    return _read_form(cleaned, latest_birth)


def clean_id_text(text: str) -> str:
    """The characters of a number without width, case, quotes, spaces and separators."""
    normal = unicodedata.normalize("NFKC", text).upper()
    if _SCIENTIFIC.fullmatch(normal.strip(" '\"")):
        return normal.strip(" '\"")
    normal = normal.removesuffix(".0")
    return _SEPARATORS.sub("", normal).replace("\u0425", "X").replace("×", "X")  # U+0425: Cyrillic Ha


def is_guardians_id(id_birth_date: dt.date, stated_birth_date: dt.date, *, minimum_gap_years: int = 13) -> bool:
    """Whether the number in a child's field belongs to somebody a generation older than the stated date of birth."""
    return stated_birth_date.year - id_birth_date.year >= minimum_gap_years


def _read_form(text: str, latest_birth: dt.date | None) -> IdReading:
    """A cleaned text by its form: which document the number stands in."""
    if _ID18.fullmatch(text):
        return _read_18(text, IdKind.CITIZEN_18, latest_birth)
    if _ID15.fullmatch(text):
        return _read_15(text, latest_birth)
    certificate = _DISABILITY_CERTIFICATE.fullmatch(text)
    if certificate:
        return _read_18(certificate[1], IdKind.DISABILITY_CERTIFICATE, latest_birth)
    student = _STUDENT_NUMBER.fullmatch(text)
    if student:
        return _read_18(student[1], IdKind.STUDENT_NUMBER, latest_birth)
    if _TEMPORARY_STUDENT_NUMBER.fullmatch(text):
        return IdReading(IdFlag.MISSING, None, None, None, None, IdKind.TEMPORARY_STUDENT_NUMBER, text)
    if _SCIENTIFIC.fullmatch(text):
        return IdReading(IdFlag.MALFORMED, None, None, None, None, IdKind.ROUNDED_BY_SPREADSHEET, text)
    flag = IdFlag.JUNK if _is_junk(text) else IdFlag.MALFORMED
    return IdReading(flag, None, None, None, None, IdKind.OTHER, text)


def _read_15(text: str, latest_birth: dt.date | None) -> IdReading:
    if _is_junk(text):
        return IdReading(IdFlag.JUNK, None, None, None, None, IdKind.CITIZEN_15, text)
    reading = _read_18(lengthen_id(text), IdKind.CITIZEN_15, latest_birth)
    if reading.flag is IdFlag.VALID and text[:2] not in _PROVINCES:
        # Without a check character and without a province nothing speaks for 15 digits being an identity number.
        return IdReading(IdFlag.MALFORMED, None, None, None, None, IdKind.OTHER, text)
    return reading


def _read_18(text: str, kind: IdKind, latest_birth: dt.date | None) -> IdReading:
    if _is_junk(text):
        return IdReading(IdFlag.JUNK, None, None, None, None, kind, text)
    province = text[:2]
    checked = checksum_char(text[:17]) == text[17]
    division: str | None = text[:6]
    if province not in _PROVINCES:
        kind, division = _kind_outside_provinces(text, kind), (text[:6] if province in _RESIDENCE_PERMITS else None)
    birth_date = birth_date_of_id(text)
    if birth_date is None or birth_date < _EARLIEST or (latest_birth is not None and birth_date > latest_birth):
        return IdReading(IdFlag.DATE, None, None, None, division, kind, text)
    sex: str | None = "male" if text[16] in "13579" else "female"
    if checked:
        return IdReading(IdFlag.VALID, text, birth_date, sex, division, kind, text)
    if text.endswith("000") and kind is IdKind.CITIZEN_18:
        # A spreadsheet keeps 15 digits: the digit of the sex is lost with the check character.
        kind, sex = IdKind.ROUNDED_BY_SPREADSHEET, None
    return IdReading(IdFlag.CHECKSUM, None, birth_date, sex, division, kind, text)


def _kind_outside_provinces(text: str, kind: IdKind) -> IdKind:
    if kind is not IdKind.CITIZEN_18:
        return kind
    if text[:2] in _RESIDENCE_PERMITS:
        return IdKind.RESIDENCE_PERMIT
    return IdKind.FOREIGN_PERMANENT_RESIDENT if text[0] == "9" else IdKind.UNKNOWN_PROVINCE


def _is_junk(text: str) -> bool:
    """Filler: one digit repeated, digits in a row, a province with zeros, or nobody's birthday 1900-01-01."""
    if text[0] == text[5:6] and text == text[0] * len(text):
        return True
    if text[:6] in ("123456", "012345", "987654") and (text[:15] in _ASCENDING or text[:15] in _DESCENDING):
        return True
    return text[6:14] in ("19000101", "00000000")
