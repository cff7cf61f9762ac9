"""Receipt numbers of what a county's counters took in: counted by year, told apart by a K (for other places) or a J (emergencies)."""

from __future__ import annotations

import re

from django.db.models import Max, QuerySet

CROSSING, EMERGENCY = "K", "J"
_NUMBER = re.compile(r"(\d{6})-?(\d{4})-?([KkJj])(\d{5,7})")


def counter_number(series: str, county: str, year: int, sequence: int) -> str:
    """A number as it is printed: 990101-2026-K00001."""
    return f"{county[:6]}-{year}-{series}{sequence:05d}"


def read_counter_number(text: str) -> tuple[str, str, int, int] | None:
    """Series, county, year and sequence of a number as somebody types it; None for what is none."""
    plain = re.sub(r"[\s\u2010-\u2015\uff0d]", lambda found: "" if found.group().isspace() else "-", text.strip())
    match = _NUMBER.fullmatch(plain)
    if match is None:
        return None
    county, year, series, sequence = match.groups()
    return series.upper(), county.ljust(12, "0"), int(year), int(sequence)


def next_sequence(taken: QuerySet, county: str, year: int) -> int:
    """The county's next number of one series; two that take one at the same moment are told apart by the database."""
    rows = taken.filter(county=county, year=year)
    rows.select_for_update().filter(sequence=1).first()
    return (rows.aggregate(last=Max("sequence"))["last"] or 0) + 1
