"""When the law itself changes next: the first day after a day on which another text or another amount is in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from ciyou.packs.loading import full_division, load_packs
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.parameters import ParameterRow
from ciyou.packs.rule_files import Dated, turning_days


def next_dated_change(*, after: dt.date, root: Path = SHIPPED) -> dt.date | None:
    """The first later day on which some rule, condition or parameter of any place begins or ends; None: none is announced."""
    return min((day for day in _days(root) if day > after), default=None)


def dated_changes(*, division: str, root: Path = SHIPPED) -> tuple[dt.date, ...]:
    """Every day on which a rule, condition or parameter that may apply in a division (2 to 12 digits) begins or ends, in order.

    Between two of them the books of the division differ in nothing but their date.
    """
    return _days_in(full_division(division), root)


def law_place(division: str, *, root: Path = SHIPPED) -> str:
    """The wider division whose rules and parameters are those of this one, on every day: what the packs can tell apart."""
    return _told_apart(full_division(division), root) or division


def book_place(division: str, *, root: Path = SHIPPED) -> str:
    """The county of a division, or the part of it that the packs tell apart: all villages there share one rule book."""
    full = full_division(division)
    return full[: max(_COUNTY_DIGITS, len(_told_apart(full, root)))]


_COUNTY_DIGITS = 6


@lru_cache(maxsize=65_536)
def _told_apart(full: str, root: Path) -> str:
    pack_set = load_packs(root)
    told_apart = {row.division for row in pack_set.table.rows if full.startswith(row.division)}
    told_apart |= {pack.division for pack in pack_set.chain(full)}
    return max(told_apart, key=len)


@lru_cache(maxsize=65_536)
def _days_in(division: str, root: Path) -> tuple[dt.date, ...]:
    pack_set = load_packs(root)
    rows = (row for row in pack_set.table.rows if division.startswith(row.division))
    texts = (version for pack in pack_set.chain(division) for version in pack.versions())
    return tuple(sorted({*turning_days(rows), *turning_days(texts)}))


@lru_cache(maxsize=8)
def _days(root: Path) -> frozenset[dt.date]:
    return frozenset(turning_days(_dated(load_packs(root))))


def _dated(pack_set: PackSet) -> Iterator[Dated | ParameterRow]:
    yield from pack_set.table.rows
    for pack in pack_set.packs:
        yield from pack.versions()
