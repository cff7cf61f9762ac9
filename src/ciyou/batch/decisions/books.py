"""The rule books and parameters that a population needs, one per group of places that share their rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ciyou.core.rules.book import ParameterValue, RuleBook
from ciyou.packs import load_rule_book, overlay_key, parameters_for
from ciyou.packs.pack_files import SHIPPED


@dataclass(frozen=True)
class PlaceGroup:
    """Counties that share rule texts: their book (of the first county) and each county's own parameters."""

    book: RuleBook
    parameters: Mapping[str, Mapping[str, ParameterValue]]

    def price_zones(self) -> tuple[dict[str, int], tuple[RuleBook, ...]]:
        """Counties whose parameters are all equal share a zone: the zone of each county, and each zone's book."""
        zones: dict[tuple[object, ...], int] = {}
        books: list[RuleBook] = []
        zone_of: dict[str, int] = {}
        for county, values in self.parameters.items():
            key = tuple(values[name].value for name in sorted(values))
            if key not in zones:
                zones[key] = len(zones)
                books.append(replace(self.book, division=county.ljust(12, "0"), parameters=values))
            zone_of[county] = zones[key]
        return zone_of, tuple(books)


def group_places(counties: Iterable[str], *, as_of: dt.date, root: Path = SHIPPED) -> tuple[PlaceGroup, ...]:
    """Group six-digit county codes by the packs that apply to them; an unknown county counts under the nation's rules."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for county in sorted(set(counties)):
        groups.setdefault(overlay_key(county, root=root), []).append(county)
    return tuple(
        PlaceGroup(
            book=load_rule_book(division=members[0], as_of=as_of, root=root),
            parameters={county: parameters_for(division=county, as_of=as_of, root=root) for county in members},
        )
        for _, members in sorted(groups.items())
    )
