"""Schooling as a place follows it: who is missed on the rolls and why, and what home-delivered schooling is measured by (`schooling/`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ciyou.core.clock.ages import full_years
from ciyou.core.errors import PackError
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.book import Source
from ciyou.packs.loading import load_packs, overlay_key
from ciyou.packs.located_yaml import Notes, Section, nearest, read_yaml
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.referrals import MOST_LINK_DAYS
from ciyou.packs.sources import read_citations
from ciyou.packs.whole_files import note_missing

COMPULSORY, HOME_DELIVERED = "schooling/compulsory.yaml", "schooling/home_delivered.yaml"
STATUS = "school_status"
"""The fact of a child that says whether it stands on a roll."""
_LAST_MONTH = 12


@dataclass(frozen=True)
class CompulsorySchooling:
    """Who becomes a school case: named by one of these differences of rosters, or with one of these values of `school_status`.

    Of age from `from_years` until before `below_years`; entry is put off
    for at most `postponed_days` at a time. From `enrolment_month` on a place is asked for in the coming school year. `reasons`: why a child is not at school, by code (zh, en).
    """

    differences: tuple[str, ...]
    statuses: tuple[str, ...]
    school_year_month: int
    enrolment_month: int
    from_years: int
    below_years: int
    link_days: int
    postponed_days: int
    reasons: Mapping[str, tuple[str, str]]
    note: tuple[str, str]
    sources: tuple[Source, ...]

    def school_year(self, day: dt.date) -> int:
        """The year in which the school year of a day began."""
        return day.year if day.month >= self.school_year_month else day.year - 1

    def enrolment_year(self, day: dt.date) -> int:
        """The school year that a place asked for on a day is for."""
        coming = self.enrolment_month <= day.month < self.school_year_month
        return day.year if coming else self.school_year(day)

    def is_of_age(self, born: dt.date | None, day: dt.date) -> bool:
        """Whether a child born then must go to school on a day; of whom no birthday is known, nobody can say."""
        return born is not None and self.from_years <= full_years(born, day) < self.below_years

    def is_above_age(self, born: dt.date | None, day: dt.date) -> bool:
        """Whether compulsory schooling is over for a child born then."""
        return born is not None and full_years(born, day) >= self.below_years

    def reason(self, code: str, lang: str = "zh") -> str:
        """What a reason is called; its code where the packs no longer know it."""
        zh, en = self.reasons.get(code, (code, code))
        return en if lang == "en" else zh


@dataclass(frozen=True)
class HomeDelivered:
    """What home-delivered schooling is measured by: names of the place's parameters, and our own defaults."""

    yearly_periods: str
    yearly_visits: str
    weekly_visits: str
    periods_per_visit: str
    school_weeks: int
    late_days: int
    note: tuple[str, str]
    sources: tuple[Source, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """Every parameter of a place's standard."""
        return self.yearly_periods, self.yearly_visits, self.weekly_visits, self.periods_per_visit


@dataclass(frozen=True)
class SchoolingPack:
    """How a place follows schooling."""

    compulsory: CompulsorySchooling
    home: HomeDelivered


def load_schooling(*, division: str, root: Path = SHIPPED) -> SchoolingPack:
    """What holds in a division (2 to 12 digits); a place's file takes the place of a wider one's whole file.

    Raises PackError with all mistakes at once.
    """
    return _load(overlay_key(division, root=root), root)


@lru_cache(maxsize=64)
def _load(chain: tuple[str, ...], root: Path) -> SchoolingPack:
    pack_set, notes = load_packs(root), Notes()
    compulsory, home = (_narrowest(file, chain, pack_set, notes) for file in (COMPULSORY, HOME_DELIVERED))
    if compulsory is None or home is None:
        raise PackError(notes.sorted())
    read = SchoolingPack(_read_compulsory(compulsory, pack_set), _read_home(home, pack_set))
    if notes.found:
        raise PackError(notes.sorted())
    return read


def _narrowest(file: str, chain: tuple[str, ...], pack_set: PackSet, notes: Notes) -> Section | None:
    packs = [pack for pack in pack_set.packs if pack.code in chain and (pack.folder / file).is_file()]
    if packs:
        return read_yaml(packs[-1].folder / file, file=f"{packs[-1].name}/{file}", notes=notes)
    note_missing(notes, file)
    return None


def _grounds(section: Section, pack_set: PackSet) -> tuple[tuple[str, str], tuple[Source, ...]]:
    section.names("name")
    section.boolean("verified")
    default = section.boolean("policy_default") or False
    sources = read_citations(section, pack_set.documents) if section.sections("sources", required=not default) else ()
    return section.names("note", required=default), sources


def _read_compulsory(section: Section, pack_set: PackSet) -> CompulsorySchooling:
    note, sources = _grounds(section, pack_set)
    reasons = section.section("reasons")
    read = CompulsorySchooling(
        differences=section.texts("differences", required=True),
        statuses=section.texts("statuses", required=True),
        school_year_month=section.between("school_year_month", 1, _LAST_MONTH),
        enrolment_month=section.between("enrolment_month", 1, _LAST_MONTH),
        from_years=section.between("from_years", 5, 9),
        below_years=section.between("below_years", 10, 19),
        link_days=section.between("link_days", 1, MOST_LINK_DAYS),
        postponed_days=section.between("postponed_days", 1, 1096),
        reasons=MappingProxyType({code: reasons.names(code) for code in reasons} if reasons else {}),
        note=note,
        sources=sources,
    )
    _check_statuses(section, read.statuses, pack_set)
    section.close()
    return read


def _read_home(section: Section, pack_set: PackSet) -> HomeDelivered:
    note, sources = _grounds(section, pack_set)
    read = HomeDelivered(
        yearly_periods=section.text("yearly_periods"),
        yearly_visits=section.text("yearly_visits"),
        weekly_visits=section.text("weekly_visits"),
        periods_per_visit=section.text("periods_per_visit"),
        school_weeks=section.between("school_weeks", 1, 52),
        late_days=section.between("late_days", 1, 366),
        note=note,
        sources=sources,
    )
    known = pack_set.table.definitions
    for name in (one for one in read.parameters if one not in known):
        _unknown(section, "yearly_periods", name, known)
    section.close()
    return read


def _check_statuses(section: Section, statuses: tuple[str, ...], pack_set: PackSet) -> None:
    definition = pack_set.vocabulary.find(Entity.CHILD, STATUS)
    options = definition.options if definition else ()
    for status in (one for one in statuses if one not in options):
        _unknown(section, "statuses", status, options)


def _unknown(section: Section, key: str, word: str, known: Iterable[str]) -> None:
    hint_zh, hint_en = nearest(word, known)
    section.notes.add(
        section.value_place(key),
        "unknown_choice",
        f"没有“{word}”。{hint_zh}",
        f"There is no “{word}”. {hint_en}".strip(),
    )
