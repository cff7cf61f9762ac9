"""Receipt numbers of a county and year without gaps, and the code with which a guardian follows an application."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping

from django.db.models import Max, QuerySet

from ciyou.apps.awards.models import Application, Paper

CODE_DIGITS = 8
_NUMBER = re.compile(r"(\d{6})-?(\d{4})-?(\d{5,7})")
_COST, _BLOCK, _SALT_BYTES, _DIGEST_BYTES = 2**12, 8, 16, 32


def receipt_number(county: str, year: int, sequence: int) -> str:
    """A receipt number as it is printed: county, year, and the number within both."""
    return f"{county[:6]}-{year}-{sequence:05d}"


def read_number(text: str) -> tuple[str, int, int] | None:
    """County, year and sequence of a number as somebody types it; None for what is none."""
    plain = re.sub(r"[\s\u2010-\u2015\uff0d]", lambda found: "" if found.group().isspace() else "-", text.strip())
    match = _NUMBER.fullmatch(plain)
    return None if match is None else (match.group(1).ljust(12, "0"), int(match.group(2)), int(match.group(3)))


def next_application_sequence(county: str, year: int) -> int:
    """The county's next receipt number. Whoever takes one holds the year's first until it is committed."""
    return _next(Application.objects.filter(county=county, year=year))


def next_paper_sequence(county: str, kind: str, year: int) -> int:
    """The next number of a kind of paper in a county and year."""
    return _next(Paper.objects.filter(county=county, kind=kind, year=year))


def _next(rows: QuerySet) -> int:
    # Before there is a first one, the constraint on numbers lets one of two through and the other tries again.
    rows.select_for_update().filter(sequence=1).first()
    return (rows.aggregate(last=Max("sequence"))["last"] or 0) + 1


def make_code() -> str:
    """A new code: digits only, so that any telephone can type it."""
    return "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))


def code_hash(code: str) -> str:
    """What is kept of a code."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"{salt.hex()}${_digest(code, salt)}"


def is_code(code: str, stored: str) -> bool:
    """Whether this is the code that a hash was made of."""
    salt, _, digest = stored.partition("$")
    typed = re.sub(r"\D", "", code)
    return hmac.compare_digest(_digest(typed, bytes.fromhex(salt)), digest)


def _digest(code: str, salt: bytes) -> str:
    return hashlib.scrypt(code.encode(), salt=salt, n=_COST, r=_BLOCK, p=1, dklen=_DIGEST_BYTES).hex()


PAPER_WORDS: Mapping[str, str] = {
    "application_form": "民儿申",
    "verification_authorisation": "民儿核",
    "approval_form": "民儿确",
    "refusal": "民儿不确",
    "public_notice": "民儿公示",
    "care_agreement": "民儿协",
    "ending": "民儿停",
}


def paper_number(kind: str, year: int, sequence: int) -> str:
    """How a county writes the number of a paper."""
    return f"〔{year}〕{PAPER_WORDS[kind]}第{sequence}号"
