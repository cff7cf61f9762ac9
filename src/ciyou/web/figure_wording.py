"""Words for the figures of payments and applications: periods, columns, steps, grounds."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.core.awards.month import Month
from ciyou.core.awards.period import Period, PeriodKind
from ciyou.packs import load_clocks
from ciyou.web.figure_tables import MONEY, Wanted

PAID = (
    Wanted("paid", gettext_lazy("已到账（人）")),
    Wanted("paid_fen", gettext_lazy("金额"), MONEY),
    Wanted("current_fen", gettext_lazy("其中当月"), MONEY),
    Wanted("arrears_fen", gettext_lazy("其中补发"), MONEY),
    Wanted("recovery_fen", gettext_lazy("其中扣回"), MONEY),
)
PAID_TIMES = (Wanted("paid", gettext_lazy("已到账（人次）")), *PAID[1:])
UNPAID = (
    Wanted("on_its_way", gettext_lazy("在途")),
    Wanted("on_its_way_fen", gettext_lazy("在途金额"), MONEY),
    Wanted("failed", gettext_lazy("失败未处理")),
    Wanted("failed_fen", gettext_lazy("失败金额"), MONEY),
    Wanted("given_back", gettext_lazy("已退回财政")),
    Wanted("given_back_fen", gettext_lazy("退回金额"), MONEY),
    Wanted("held", gettext_lazy("暂缓")),
    Wanted("held_fen", gettext_lazy("暂缓金额"), MONEY),
)
HELD = (Wanted("held", gettext_lazy("人数")), Wanted("held_fen", gettext_lazy("金额"), MONEY))
APPLICATIONS = (
    Wanted("received", gettext_lazy("受理")),
    Wanted("approved", gettext_lazy("已确认")),
    Wanted("refused", gettext_lazy("不予确认")),
    Wanted("withdrawn", gettext_lazy("已撤回")),
    Wanted("in_course", gettext_lazy("今天在办")),
)
EMERGENCIES = (
    Wanted("given", gettext_lazy("已发放（件）")),
    Wanted("given_fen", gettext_lazy("金额"), MONEY),
    Wanted("in_time", gettext_lazy("在法定天数内")),
    Wanted("late", gettext_lazy("超法定天数")),
    Wanted("refused", gettext_lazy("不予救助")),
    Wanted("open", gettext_lazy("今天待决定或待发放")),
)
GROUNDS = {
    "township_against": gettext_lazy("乡镇（街道）查验意见为不同意"),
    "county_against": gettext_lazy("乡镇同意，县级没有确认"),
}
STEPS = {
    "check": gettext_lazy("乡镇（街道）查验"),
    "decide": gettext_lazy("县级决定"),
    "tell": gettext_lazy("告知申请人"),
    "whole": gettext_lazy("从受理到决定"),
    "first_payment": gettext_lazy("从决定到第一次到账"),
}
UNFILLED = {
    "standard": gettext_lazy("本地规则包里没有这个数；请查本地文件。"),
    "children_paid": gettext_lazy("时段的最后一个月还没有送出的发放；发放后再填。"),
}
UNITS = {
    "working_days": gettext_lazy("个工作日"),
    "calendar_days": gettext_lazy("天"),
    "days_with_first": gettext_lazy("天（含当天）"),
    "months": gettext_lazy("个月"),
    "years": gettext_lazy("年"),
}


def period_words(period: Period) -> str:
    """A period as people say it."""
    values = {"year": period.first.year, "month": period.first.month, "quarter": period.last.month // 3}
    if period.kind is PeriodKind.MONTH:
        return _("%(year)s年%(month)s月") % values
    if period.kind is PeriodKind.QUARTER:
        return _("%(year)s年第%(quarter)s季度") % values
    return _("%(year)s年") % values


def period_choices(today: Month) -> list[tuple[str, list[tuple[str, str]]]]:
    """The periods to choose from, the latest first: two years of months, eight quarters, three years."""
    months = [Period.of_month(today.plus(1 - back)) for back in range(25)]
    quarters = [Period.of_quarter(today.plus(-3 * back)) for back in range(8)]
    years = [Period.of_year(today.plus(-12 * back)) for back in range(3)]
    named = ((_("月"), months), (_("季度"), quarters), (_("年"), years))
    return [(word, [(str(one), period_words(one)) for one in periods]) for word, periods in named]


def limit_words(clock: str, division: str) -> str:
    """How long a step may take, by law and by promise, as the clock of a place says."""
    found = load_clocks(division=division).get(clock)
    if found is None:
        return ""
    told = []
    for limit, word in ((found.statutory, _("法定")), (found.promised, _("承诺"))):
        if limit is not None:
            told.append(f"{word} {limit.amount} {UNITS[limit.unit.value]}")
    return _("；").join(told)
