"""The first and the last month of an award: a place's month rules, applied to the days on which something happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ciyou.core.awards.month import Month
from ciyou.core.errors import ClockError, Place, Problem


class CountedFrom(StrEnum):
    """Which day opens an award: the application, the decision, or the fact that gives the right."""

    APPLICATION = "application"
    DECISION = "decision"
    FACT = "fact"


class StartMonth(StrEnum):
    """Whether the month of that day is paid already."""

    SAME_MONTH = "same_month"
    NEXT_MONTH = "next_month"


class StopMonth(StrEnum):
    """Which month a ground ends with: paid no more in the month of the event, or paid for the last time in it; or nobody wrote it down."""

    SAME_MONTH = "same_month"
    NEXT_MONTH = "next_month"
    ASK_PLACE = "ask_place"


@dataclass(frozen=True)
class StartRule:
    """From when a place pays."""

    counted_from: CountedFrom
    month: StartMonth


def first_payable_month(rule: StartRule, days: Mapping[CountedFrom, dt.date]) -> Month:
    """The first month that is due, from the days that are known; raises ClockError when the day that counts is not."""
    day = days.get(rule.counted_from)
    if day is None:
        raise ClockError(_MISSING[rule.counted_from])
    month = Month.of(day)
    return month if rule.month is StartMonth.SAME_MONTH else month.plus(1)


def last_payable_month(rule: StopMonth, event_on: dt.date) -> Month | None:
    """The last month that is due when a ground arose on a day; None: no source says, a person has to ask the place."""
    month = Month.of(event_on)
    if rule is StopMonth.ASK_PLACE:
        return None
    return month.plus(-1) if rule is StopMonth.SAME_MONTH else month


def _missing(zh: str, en: str) -> Problem:
    return Problem(
        Place(),
        "clock.no_start_day",
        f"这里从{zh}起算，但还没有这个日期；请先填写。",
        f"Payment counts from {en} here, and that day is not known; give it first.",
    )


_MISSING: Mapping[CountedFrom, Problem] = {
    CountedFrom.APPLICATION: _missing("受理申请之日", "the day of the application"),
    CountedFrom.DECISION: _missing("确认之日", "the day of the decision"),
    CountedFrom.FACT: _missing("符合条件之日", "the day on which the conditions were met"),
}
