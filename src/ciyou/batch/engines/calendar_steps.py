"""Ages and months over as steps: a constant threshold becomes one date computed once, a variable one a formula on the date.

Engines disagree on adding years to 29 February and on month ends, so no engine's own calendar arithmetic is used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from ciyou.batch.engines.steps import Op, Sheet, date_part
from ciyou.core.clock.ages import AgeRule, birth_cutoff
from ciyou.core.clock.months import MonthRule, months_cutoff
from ciyou.core.rules.tree import Kind

# Beyond this a threshold has no meaning for a person, and its date may lie before year 1: the formula answers instead.
_LONGEST_YEARS = 200
_ONE_DAY = dt.timedelta(days=1)


def age_test(sheet: Sheet, symbol: str, born: int, *, years: int, day: dt.date, rule: AgeRule) -> int | None:
    """`age symbol years` as a test of the date of birth; None where the threshold has no date."""
    if abs(years) > _LONGEST_YEARS:
        return None
    return _elapsed_test(sheet, symbol, born, years, lambda count: birth_cutoff(day, count, rule=rule))


def months_test(sheet: Sheet, symbol: str, since: int, *, months: int, day: dt.date, rule: MonthRule) -> int | None:
    """`months over symbol months` as a test of the date they are counted from; None where the threshold has no date."""
    if abs(months) > _LONGEST_YEARS * 12:
        return None
    return _elapsed_test(sheet, symbol, since, months, lambda count: months_cutoff(day, count, rule=rule))


def _elapsed_test(sheet: Sheet, symbol: str, date: int, count: int, cutoff: Callable[[int], dt.date]) -> int:
    def reached(number: int) -> int:
        return sheet.compare("<=", date, sheet.constant(cutoff(number), Kind.DATE))

    match symbol:
        case ">=":
            return reached(count)
        case "<":
            return sheet.negate(reached(count))
        case ">":
            return reached(count + 1)
        case "<=":
            return sheet.negate(reached(count + 1))
    exactly = sheet.all_of([reached(count), sheet.negate(reached(count + 1))])
    return exactly if symbol == "==" else sheet.negate(exactly)


def age_in_years(sheet: Sheet, born: int, *, day: dt.date, rule: AgeRule) -> int:
    """Full years as a number: (yyyymmdd of the day − yyyymmdd of birth) div 10000."""
    last = day - _ONE_DAY if rule.begins_day_after else day
    number = date_part(Op.DATE_NUMBER, last)
    if not rule.leap_day_on_1_march and (last + _ONE_DAY).month == 3 and last.day == 28:
        number += 1  # those born on 29 February complete their year on this 28 February
    today = sheet.constant(number, Kind.INT)
    return sheet.quotient(sheet.minus(today, sheet.part_of_date(Op.DATE_NUMBER, born), Kind.INT), 10000, Kind.INT)


def months_over(sheet: Sheet, since: int, *, day: dt.date, rule: MonthRule) -> int:
    """Full months over as a number: the difference of months, less one where the day of the month has not been passed."""
    last = day if rule.begins_same_day else day - _ONE_DAY
    months = sheet.minus(
        sheet.constant(date_part(Op.MONTH_NUMBER, last), Kind.INT), sheet.part_of_date(Op.MONTH_NUMBER, since), Kind.INT
    )
    if (last + _ONE_DAY).day == 1:
        return months  # on the last day of a month, days that the month lacks have had their turn too
    not_yet = sheet.compare(">", sheet.part_of_date(Op.DAY_NUMBER, since), sheet.constant(last.day, Kind.INT))
    one, zero = sheet.constant(1, Kind.INT), sheet.constant(0, Kind.INT)
    return sheet.minus(months, sheet.pick([(not_yet, one)], zero), Kind.INT)
