"""Words for referrals and providers: states, steps, grounds, and what may be answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.partners.contents import ReferralContent
from ciyou.apps.partners.lists import HopFigure, ReferralLine, StepLine
from ciyou.apps.partners.referring import consent_age
from ciyou.core.access.roles import ROLES
from ciyou.packs import load_referrals
from ciyou.web.context import short_language
from ciyou.web.work_wording import clock_left, task_name

STATES = {
    "drafted": gettext_lazy("草稿，待送出"),
    "sent": gettext_lazy("已送出，待对方接收"),
    "accepted": gettext_lazy("对方已接收，待孩子到"),
    "refused": gettext_lazy("对方退回"),
    "arrived": gettext_lazy("孩子已到，待对方回复"),
    "not_arrived": gettext_lazy("孩子没有到"),
    "replied": gettext_lazy("已有回复，待定回归安排"),
    "planned": gettext_lazy("已定回归安排，待回访"),
    "followed": gettext_lazy("已回访，待办结"),
    "expired": gettext_lazy("已过期"),
    "closed": gettext_lazy("已办结"),
}
STEPS = {
    "draft": gettext_lazy("写成草稿"),
    "send": gettext_lazy("送出"),
    "accept": gettext_lazy("接收"),
    "refuse": gettext_lazy("退回"),
    "arrive": gettext_lazy("孩子到了"),
    "miss": gettext_lazy("孩子没有到"),
    "reply": gettext_lazy("回复"),
    "expire": gettext_lazy("过期"),
    "plan": gettext_lazy("定回归安排"),
    "follow": gettext_lazy("回访"),
    "close": gettext_lazy("办结"),
    "withdraw": gettext_lazy("撤回"),
    "end": gettext_lazy("终止"),
    "review": gettext_lazy("复核紧急理由：成立"),
    "ground_refused": gettext_lazy("复核紧急理由：不成立"),
    "ground_changed": gettext_lazy("改为征得同意"),
}
REASONS = {
    "full": gettext_lazy("名额已满"),
    "not_ours": gettext_lazy("不属于本机构的服务"),
    "outside": gettext_lazy("不在服务区域"),
    "unclear": gettext_lazy("信息不够，请补充后再转"),
    "helped": gettext_lazy("问题已解决"),
    "stable": gettext_lazy("情况稳定，转入日常走访"),
    "goes_on": gettext_lazy("由接收方继续服务"),
    "elsewhere": gettext_lazy("已另行安排"),
    "not_wanted": gettext_lazy("孩子或监护人不愿意"),
    "moved": gettext_lazy("孩子已迁走"),
    "died": gettext_lazy("孩子已去世"),
    "unanswered": gettext_lazy("对方没有答复"),
    "unseen": gettext_lazy("对方已接收，但没有告知孩子到没到"),
    "other": gettext_lazy("其他"),
}
GROUNDS = {
    "guardian": gettext_lazy("监护人同意"),
    "child": gettext_lazy("孩子本人同意（满 %(age)s 周岁，并告知监护人）"),
    "emergency": gettext_lazy("紧急情况，来不及征得同意"),
}
URGENCIES = {"routine": gettext_lazy("一般"), "urgent": gettext_lazy("紧急（当天联系）")}
KINDS = {
    "hospital": gettext_lazy("医院"),
    "rehabilitation": gettext_lazy("康复机构"),
    "social_work": gettext_lazy("社工机构"),
    "school": gettext_lazy("学校"),
    "community": gettext_lazy("社区"),
}
_BAD, _DONE = ("refused", "not_arrived", "expired"), ("closed",)


@dataclass(frozen=True)
class ReferralRow:
    """One referral in a list, in words. `hops`: days of each step taken; `left` of the running clock."""

    line: ReferralLine
    service: str
    place: str
    state: str
    chip: str
    hops: str
    left: str


@dataclass(frozen=True)
class StepRow:
    """One step in words."""

    words: str
    by: str
    at: dt.datetime
    days: str
    said: str


def referral_rows(lines: Iterable[ReferralLine], today: dt.date) -> list[ReferralRow]:
    """The lines of a list in words."""
    listed = list(lines)
    places = division_names({one.division for one in listed})
    return [_row(one, places.get(one.division, one.division), today) for one in listed]


def _row(line: ReferralLine, place: str, today: dt.date) -> ReferralRow:
    state = str(STATES[line.state])
    if line.end_reason and not line.hidden:
        state = _("%(state)s：%(reason)s") % {"state": state, "reason": REASONS.get(line.end_reason, "")}
    left = ""
    if line.due_on is not None:
        left = _("%(task)s：%(left)s") % {
            "task": task_name(line.kind, line.division),
            "left": clock_left(line.kind, line.due_on, today),
        }
    return ReferralRow(
        line=line,
        service=service_name(line.service, line.division) if line.service else "",
        place=place,
        state=state,
        chip="bad" if line.state in _BAD or line.late else "yes" if line.state in _DONE else "work",
        hops=hops_words(line),
        left=left,
    )


def hops_words(line: ReferralLine) -> str:
    """The days of each hop in one line, the one that is running last."""
    told = [f"{STEPS[step]} {_days(days)}" for step, days in line.days]
    if line.due_on is not None:
        told.append(_("已等 %(days)s") % {"days": _days(line.waiting)})
    return _("，").join(told)


def step_rows(steps: Iterable[StepLine]) -> list[StepRow]:
    """The story in words."""
    return [StepRow(str(STEPS[one.step]), _by(one), one.at, _days(one.days), one.words) for one in steps]


def figure_rows(figures: Iterable[HopFigure]) -> list[tuple[str, int, str, str]]:
    """Days per hop in words: the step, how often, on average, at most."""
    return [(str(STEPS[one.step]), one.count, f"{one.average:.1f}", _days(one.longest)) for one in figures]


def sent_fields(content: ReferralContent, service: str, division: str) -> list[tuple[str, str]]:
    """What is sent, each with its name; a field that the packs no longer know keeps its code."""
    found = load_referrals(division=division).get(service)
    names = {one.code: one.name(short_language()) for one in found.fields} if found else {}
    return [(names.get(code, code), value) for code, value in content.fields.items()]


def ground_name(code: str) -> str:
    """On what ground a child is referred, with the age of the packs."""
    return str(GROUNDS[code]) % {"age": consent_age()}


def service_name(code: str, division: str) -> str:
    """What a service is called."""
    found = load_referrals(division=division).get(code)
    return found.name(short_language()) if found else code


def advice_name(code: str, service: str, division: str) -> str:
    """What a receiver advised, in words."""
    found = load_referrals(division=division).get(service)
    named = {one.code: one.name(short_language()) for one in found.advice} if found else {}
    return named.get(code, code)


def _by(step: StepLine) -> str:
    if step.by:
        return step.by
    if step.role == "partner":
        return _("接收方（一次性链接）")
    role = ROLES.get(step.role)
    return "" if role is None else role.en if short_language() == "en" else role.zh


def _days(days: int) -> str:
    return ngettext("%(count)s 天", "%(count)s 天", days) % {"count": days}
