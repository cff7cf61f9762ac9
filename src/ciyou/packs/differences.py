"""Differences between rosters: who stands in one and is missing from another, or stands in two that cannot both be right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ciyou.core.clock.months import add_months
from ciyou.core.rules.book import Source
from ciyou.packs.folders import read_folder
from ciyou.packs.loading import full_division, load_packs
from ciyou.packs.located_yaml import Section
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import read_citations

FOLDER = "differences"
COUNTY = "county"
ASKED = (COUNTY, "village")
_MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class RosterDifference:
    """One question that rosters answer only together. Rosters are named by their codes.

    A child is found that stands in one of `any_of` and in all of `all_of`, in none of `not_in` and none of `unless_in`, and, where
    `two_counties` names a roster, in that roster of two counties or more. Nothing is concluded from a roster of `not_in` that was not
    delivered. Ages are counted on the day of the question; `from_days` is ours where `policy_default`.
    """

    code: str
    zh: str
    en: str
    measure: str
    department: str
    valid_from: dt.date
    makes_lead: bool
    asks: str
    any_of: tuple[str, ...]
    all_of: tuple[str, ...]
    not_in: tuple[str, ...]
    unless_in: tuple[str, ...]
    two_counties: str
    from_days: int
    from_years: int
    below_years: int | None
    policy_default: bool
    sources: tuple[Source, ...]

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def born(self, day: dt.date) -> tuple[dt.date, dt.date]:
        """The first and the last day of birth of those asked about on a day."""
        last = min(add_months(day, -self.from_years * _MONTHS_PER_YEAR), day - dt.timedelta(days=self.from_days))
        if self.below_years is None:
            return dt.date.min, last
        return add_months(day, -self.below_years * _MONTHS_PER_YEAR) + dt.timedelta(days=1), last


def load_differences(*, division: str, root: Path = SHIPPED) -> Mapping[str, RosterDifference]:
    """Every difference that is asked for in a division (2 to 12 digits; "": the nation), by code; a place's file replaces the nation's.

    Raises PackError with all mistakes at once.
    """
    chain = load_packs(root).chain(full_division(division) if division else "")
    return _differences_of(tuple(pack.code for pack in chain), root)


@lru_cache(maxsize=4)
def difference_names(root: Path = SHIPPED) -> Mapping[str, tuple[str, str]]:
    """The names of all differences of all places, Chinese and English, by code."""
    places = tuple(pack.code for pack in load_packs(root).packs)
    return MappingProxyType({code: (one.zh, one.en) for code, one in _differences_of(places, root).items()})


@lru_cache(maxsize=64)
def _differences_of(chain: tuple[str, ...], root: Path) -> Mapping[str, RosterDifference]:
    return read_folder(chain, root, FOLDER, _read)


def _read(section: Section, code: str, pack_set: PackSet) -> RosterDifference:
    check_code(section, code)
    zh, en = section.names("name")
    difference = RosterDifference(
        code=code,
        zh=zh,
        en=en,
        measure=section.text("measure"),
        department=section.choice("department", pack_set.departments, code="unknown_department"),
        valid_from=section.date("from", required=True) or dt.date.min,
        makes_lead=section.boolean("makes_lead") or False,
        asks=section.choice("asks", ASKED, default="village"),
        any_of=section.texts("stands_in_any"),
        all_of=section.texts("stands_in_all"),
        not_in=section.texts("not_in"),
        unless_in=section.texts("unless_in"),
        two_counties=section.text("in_counties", required=False),
        from_days=section.integer("from_days") or 0,
        from_years=section.integer("from_years") or 0,
        below_years=section.integer("below_years"),
        policy_default=section.boolean("policy_default") or False,
        sources=read_citations(section, pack_set.documents),
    )
    _check_question(section, difference)
    section.close()
    return difference


def _check_question(section: Section, asked: RosterDifference) -> None:
    """Whoever stands in nothing cannot be found, and whoever stands somewhere is no difference yet."""
    if not (asked.any_of or asked.all_of or asked.two_counties):
        section.notes.add(
            section.place,
            "difference_nobody",
            "没有写明在哪些名册；请写 stands_in_any、stands_in_all 或 in_counties。",
            "No roster is named in which they stand; give stands_in_any, stands_in_all or in_counties.",
        )
    elif not (asked.not_in or len(asked.all_of) > 1 or asked.two_counties):
        section.notes.add(
            section.place,
            "difference_everybody",
            "这样写会找出名册里的所有孩子；请再写 not_in、in_counties，或在 stands_in_all 中写两个名册。",
            "This finds every child of the roster; add not_in or in_counties, or name two rosters in stands_in_all.",
        )
    if asked.below_years is not None and asked.below_years <= asked.from_years:
        section.notes.add(
            section.value_place("below_years"),
            "difference_ages",
            "below_years 必须大于 from_years；请改正。",
            "below_years must be more than from_years; correct it.",
        )
