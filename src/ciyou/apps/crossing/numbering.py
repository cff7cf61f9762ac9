"""Receipt numbers of what a county's counters took in for other places: counted by year, told apart by a K."""

from __future__ import annotations

import re

from django.db.models import Max

from ciyou.apps.crossing.models import Crossing

_NUMBER = re.compile(r"(\d{6})-?(\d{4})-?[Kk](\d{5,7})")


def crossing_number(county: str, year: int, sequence: int) -> str:
    """A number as it is printed: 990101-2026-K00001."""
    return f"{county[:6]}-{year}-K{sequence:05d}"


def read_crossing_number(text: str) -> tuple[str, int, int] | None:
    """County, year and sequence of a number as somebody types it; None for what is none."""
    plain = re.sub(r"[\s\u2010-\u2015\uff0d]", lambda found: "" if found.group().isspace() else "-", text.strip())
    match = _NUMBER.fullmatch(plain)
    return None if match is None else (match.group(1).ljust(12, "0"), int(match.group(2)), int(match.group(3)))


def next_sequence(county: str, year: int) -> int:
    """The county's next number; two that take one at the same moment are told apart by the database."""
    rows = Crossing.objects.filter(county=county, year=year)
    rows.select_for_update().filter(sequence=1).first()
    return (rows.aggregate(last=Max("sequence"))["last"] or 0) + 1
