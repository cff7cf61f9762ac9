"""Telephone numbers as rosters write them."""

from __future__ import annotations

import re
import unicodedata

_BETWEEN_NUMBERS = re.compile(r"[,，、;；/|或和]|\s{2,}")
_NO_DIGIT = re.compile(r"[^0-9]+")
_COUNTRY = re.compile(r"^(?:00)?86(?=1[3-9][0-9]{9}$|0[1-9][0-9]{8,10}$)")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7}")


def clean_phone(text: str | None) -> str | None:
    """The digits of the first telephone number of a cell, None if there is none.

    A mobile number has 11 digits, a landline its area code; filler such as 13333333333 is none.
    """
    if not text:
        return None
    normal = unicodedata.normalize("NFKC", text).strip().removesuffix(".0")
    for piece in _BETWEEN_NUMBERS.split(normal):
        digits = _COUNTRY.sub("", _NO_DIGIT.sub("", piece))
        if (_MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits)) and len(set(digits[3:])) > 1:
            return digits
    return None
