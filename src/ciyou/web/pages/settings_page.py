"""What the office works by: retention, clocks and limits, each with its source, or marked as a default that is no law. Read only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ciyou.core.access.roles import Action, may_do
from ciyou.core.clock.limits import TimeLimit
from ciyou.core.rules.book import Source
from ciyou.packs import load_limits, load_retention_rules, pack_version
from ciyou.packs.clocks import load_clocks
from ciyou.packs.retention import Period
from ciyou.web.context import short_language
from ciyou.web.guard import Access, Route

PERIODS = {
    "days": _("%(count)s 天"),
    "months": _("%(count)s 个月"),
    "years": _("%(count)s 年"),
    "working_days": _("%(count)s 个工作日"),
    "calendar_days": _("%(count)s 天"),
    "days_with_first": _("%(count)s 天（含当天）"),
}
UNITS = {
    "children": _("名儿童"),
    "rows": _("行"),
    "hours": _("小时"),
    "days": _("天"),
    "characters": _("个字"),
    "years": _("岁"),
}

LINKS = (
    ("exchange", _("与全国系统核对"), Action.RECONCILE),
    ("gateways", _("消息的发送情况"), Action.MANAGE_SYSTEM),
    ("exports", _("我的导出"), Action.EXPORT),
    ("subject_requests", _("本人和监护人的申请"), Action.SUBJECT_REQUEST),
    ("subject_requests", _("本人和监护人的申请"), Action.DECIDE_SUBJECT_REQUEST),
    ("openings", _("紧急查看的复核"), Action.REVIEW_BREAK_GLASS),
    ("retention", _("保存期限与销毁"), Action.PURGE),
    ("figures", _("统计"), Action.SEE_FIGURES),
)
"""Pages of oversight that the header has no room for, and what opens each."""


def show_settings(request: HttpRequest) -> HttpResponse:
    """Every number that the packs give, where it comes from, and how sure that is."""
    lang = short_language()
    content = {
        "retention": [
            {
                "name": rule.name(lang),
                "note": rule.note(lang),
                "at_least": _period(rule.keep_at_least),
                "after": _period(rule.destroy_after),
                "default": rule.policy_default,
                "sources": _cited(rule.sources, lang),
            }
            for rule in load_retention_rules().values()
        ],
        "limits": [
            {
                "name": limit.name(lang),
                "note": limit.note(lang),
                "value": limit.value,
                "unit": UNITS.get(limit.unit, limit.unit),
                "default": limit.policy_default,
                "sources": _cited(limit.sources, lang),
            }
            for limit in load_limits().values()
        ],
        "clocks": [
            {
                "name": clock.name(lang),
                "from": clock.counted_from_en if lang == "en" else clock.counted_from_zh,
                "statutory": _limit(clock.statutory),
                "promised": _limit(clock.promised),
                "default": clock.policy_default,
                "note": clock.note_en if lang == "en" else clock.note_zh,
                "sources": _cited(clock.sources, lang),
            }
            for clock in load_clocks(division=request.actor.scope.first).values()
        ],
        "pack_version": pack_version(),
        "links": [(reverse(name), label) for name, label, action in LINKS if may_do(request.actor.role, action)],
    }
    return render(request, "web/pages/settings.html", content)


def _period(period: Period | None) -> str:
    return "" if period is None else str(PERIODS[period.unit] % {"count": period.amount})


def _limit(limit: TimeLimit | None) -> str:
    return "" if limit is None else str(PERIODS[limit.unit.value] % {"count": limit.amount})


def _cited(sources: tuple[Source, ...], lang: str) -> list[tuple[str, str]]:
    return [(source.cite(lang), source.confidence) for source in sources]


ROUTES = (Route("settings/", show_settings, "settings", Access.STAFF),)
