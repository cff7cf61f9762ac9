"""Schedules: what is done for every child at fixed ages, such as the eleven autism screens; data for tasks, not entitlements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from ciyou.core.clock.months import add_months
from ciyou.core.rules.book import Source
from ciyou.packs.folders import read_folder
from ciyou.packs.loading import overlay_key
from ciyou.packs.located_yaml import Section, nearest
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import read_citations

FOLDER = "schedules"
COUNTED_FROM = ("birth", "discharge")
_MONTHS = {"months": 1, "years": 12}
_DAYS_OF_A_MONTH = 31


@dataclass(frozen=True)
class ScheduledStep:
    """One occasion of a schedule. Exactly one of `days` and `months` is set; both count from birth, or from leaving the hospital.

    `within`: any day up to then; otherwise the occasion is at that age.
    """

    code: str
    days: int | None
    months: int | None
    counted_from: str
    within: bool
    zh: str
    en: str

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def due_on(self, birth: dt.date, *, discharged: dt.date | None = None) -> dt.date | None:
        """The day on which it falls due; None where it counts from a discharge that is not known. A shorter month ends early."""
        start = birth if self.counted_from == "birth" else discharged
        if start is None:
            return None
        return add_months(start, self.months) if self.months is not None else start + dt.timedelta(days=self.days or 0)


@dataclass(frozen=True)
class Schedule:
    """All occasions of one programme in order, who does it where, and what follows a finding (`follow_up`)."""

    code: str
    zh: str
    en: str
    measure: str
    department: str
    valid_from: dt.date
    place_zh: str
    place_en: str
    follow_up_zh: str
    follow_up_en: str
    steps: tuple[ScheduledStep, ...]
    sources: tuple[Source, ...]

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def missed_by(
        self, day: dt.date, *, birth: dt.date, done: frozenset[str] = frozenset()
    ) -> tuple[ScheduledStep, ...]:
        """The steps that were due on or before a day and are not among `done`; those counted from an unknown day never are."""
        due = ((step, step.due_on(birth)) for step in self.steps if step.code not in done)
        return tuple(step for step, on in due if on is not None and self.valid_from <= on <= day)


def load_schedules(*, division: str, root: Path = SHIPPED) -> Mapping[str, Schedule]:
    """Every schedule of a division (2 to 12 digits), by code; a place's file of the same name takes the place of the nation's.

    Raises PackError with all mistakes at once.
    """
    return _schedules_of(overlay_key(division, root=root), root)


@lru_cache(maxsize=64)
def _schedules_of(chain: tuple[str, ...], root: Path) -> Mapping[str, Schedule]:
    return read_folder(chain, root, FOLDER, _read_schedule)


def _read_schedule(section: Section, code: str, pack_set: PackSet) -> Schedule:
    check_code(section, code)
    zh, en = section.names("name")
    place_zh, place_en = section.names("place")
    follow_up_zh, follow_up_en = section.names("follow_up", required=False)
    schedule = Schedule(
        code=code,
        zh=zh,
        en=en,
        measure=section.text("measure"),
        department=section.choice("department", pack_set.departments, code="unknown_department"),
        valid_from=section.date("from", required=True) or dt.date.min,
        place_zh=place_zh,
        place_en=place_en,
        follow_up_zh=follow_up_zh,
        follow_up_en=follow_up_en,
        steps=tuple(_read_step(entry) for entry in section.sections("steps")),
        sources=read_citations(section, pack_set.documents),
    )
    _check_order(section, schedule)
    section.close()
    return schedule


def _read_step(entry: Section) -> ScheduledStep:
    zh, en = entry.names("name")
    written = [unit for unit in ("days", *_MONTHS) if entry.has(unit)]
    amounts = [entry.integer(unit) or 0 for unit in written]
    if len(written) != 1 or amounts[0] < 1:
        entry.notes.add(
            entry.place,
            "schedule_age",
            "每一次要写明一个时间：days、months 或 years，且至少为 1；请改正。",
            "Each step has exactly one time, `days`, `months` or `years`, of at least 1; correct it.",
        )
    unit, amount = (written[0], amounts[0]) if written else ("days", 1)
    step = ScheduledStep(
        code=entry.text("code"),
        days=amount if unit == "days" else None,
        months=amount * _MONTHS[unit] if unit in _MONTHS else None,
        counted_from=entry.choice("counted_from", COUNTED_FROM, default="birth"),
        within=entry.boolean("within") or False,
        zh=zh,
        en=en,
    )
    entry.close()
    return step


def _check_order(section: Section, schedule: Schedule) -> None:
    """Steps stand in the order of their ages, each code once."""
    codes = [step.code for step in schedule.steps]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        hint_zh, hint_en = nearest(code, [one for one in codes if one != code])
        section.notes.add(
            section.value_place("steps"),
            "duplicate_key",
            f"“{code}”写了两次；请删去一处或改名。{hint_zh}",
            f"“{code}” stands here twice; delete or rename one of them. {hint_en}".strip(),
        )
    if any(_rough_days(one) > _rough_days(other) for one, other in pairwise(schedule.steps)):
        section.notes.add(
            section.value_place("steps"),
            "schedule_order",
            "各次没有按年龄排列；请从小到大排列。",
            "The steps are not in the order of their ages; put the earliest first.",
        )


def _rough_days(step: ScheduledStep) -> int:
    """For the order only: a month counts as its longest."""
    return step.days if step.days is not None else (step.months or 0) * _DAYS_OF_A_MONTH
