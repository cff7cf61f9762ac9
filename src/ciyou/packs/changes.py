"""When the law itself changes next: the first day after a day on which another text or another amount is in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from ciyou.packs.loading import load_packs
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.parameters import ParameterRow
from ciyou.packs.rule_files import Dated

_ONE_DAY = dt.timedelta(days=1)


def next_dated_change(*, after: dt.date, root: Path = SHIPPED) -> dt.date | None:
    """The first later day on which some rule, condition or parameter of any place begins or ends; None: none is announced."""
    return min((day for day in _days(root) if day > after), default=None)


@lru_cache(maxsize=8)
def _days(root: Path) -> frozenset[dt.date]:
    return frozenset(_turning_days(_dated(load_packs(root))))


def _dated(pack_set: PackSet) -> Iterator[Dated | ParameterRow]:
    yield from pack_set.table.rows
    for pack in pack_set.packs:
        for rule in pack.rules.values():
            yield from rule.versions
        for predicate in pack.predicates.values():
            yield from predicate.versions


def _turning_days(dated: Iterable[Dated | ParameterRow]) -> Iterator[dt.date]:
    for one in dated:
        yield one.valid_from
        if one.valid_to is not None:
            yield one.valid_to + _ONE_DAY
