"""Words for applications that one place takes in and another decides on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.crossing.clocks import RunningClock
from ciyou.apps.crossing.lists import CrossingLine, CrossingView
from ciyou.core.access.roles import ROLES
from ciyou.web.application_wording import entitlement_name
from ciyou.web.context import short_language
from ciyou.web.work_wording import clock_left, task_name

STATES = {
    "incomplete": gettext_lazy("待申请人补材料"),
    "ready": gettext_lazy("材料齐全，待转送"),
    "sent": gettext_lazy("已转送，待户籍地接收"),
    "returned": gettext_lazy("户籍地退回，待更正"),
    "accepted": gettext_lazy("户籍地正在办理"),
    "decided": gettext_lazy("已有答复，待告知申请人"),
    "told": gettext_lazy("已告知，办结"),
    "withdrawn": gettext_lazy("已撤回"),
}
OUTCOMES = {
    "approve": gettext_lazy("确认"),
    "refuse": gettext_lazy("不予确认"),
    "already": gettext_lazy("户籍地已在办理或已在发放，不必重复申请"),
}
STEPS = {
    "receive": gettext_lazy("受理"),
    "paper": gettext_lazy("附上材料"),
    "complete": gettext_lazy("材料补齐"),
    "send": gettext_lazy("转送户籍地"),
    "send_again": gettext_lazy("更正后再次转送"),
    "return": gettext_lazy("退回更正"),
    "send_on": gettext_lazy("不属本地，转往他处"),
    "accept": gettext_lazy("接收，开始查验"),
    "check": gettext_lazy("乡镇已查验"),
    "draft": gettext_lazy("县级已拟定"),
    "decide": gettext_lazy("县级作出决定"),
    "already": gettext_lazy("答复：不必重复申请"),
    "tell": gettext_lazy("告知申请人"),
    "withdraw": gettext_lazy("撤回"),
    "renew_code": gettext_lazy("补发查询码"),
    "moved": gettext_lazy("孩子户籍迁移，转由新户籍地办理"),
    "reopen": gettext_lazy("申诉后重新办理"),
}
ENDS = {"counter": gettext_lazy("受理窗口"), "place": gettext_lazy("户籍地")}
NEXT = {
    "incomplete": gettext_lazy("请把缺的材料送到受理的窗口；齐了以后按时限转到户籍地。"),
    "ready": gettext_lazy("不用做什么。材料已经齐全，按时限转到户籍地。"),
    "sent": gettext_lazy("不用做什么。户籍地乡镇（街道）收到后查验，时限从转送之日起算。"),
    "returned": gettext_lazy("户籍地请受理的窗口更正或补充。窗口会联系您，也可以自己去问。"),
    "accepted": gettext_lazy("不用做什么。户籍地乡镇（街道）查验、县级民政部门决定。"),
    "decided": gettext_lazy("户籍地已经答复。受理的窗口会告知您，也可以带证件去领取答复。"),
    "told": gettext_lazy("已经办结。确认的，由户籍地按月发到登记的账户。"),
    "withdrawn": gettext_lazy("申请已撤回。以后需要，可以重新申请。"),
}
CHIPS = {"told": "yes", "withdrawn": "no"}


@dataclass(frozen=True)
class CrossingRow:
    """One line of the list in words."""

    line: CrossingLine
    name: str
    counter: str
    place: str
    state: str
    chip: str
    waits_for: str
    left: str


def crossing_rows(lines: tuple[CrossingLine, ...], today: dt.date) -> list[CrossingRow]:
    """The list in words."""
    places = division_names({code for line in lines for code in (line.received_in, line.bound_for)})
    return [
        CrossingRow(
            line,
            entitlement_name(line.entitlement, line.bound_for, short_language()),
            places[line.received_in],
            places[line.bound_for],
            str(STATES[line.state]),
            chip_of(line, today),
            str(ENDS[line.clock.end]) if line.clock else "",
            clock_left(line.clock.kind, line.clock.due_on, today) if line.clock else "",
        )
        for line in lines
    ]


def chip_of(line: CrossingLine, today: dt.date) -> str:
    """The colour of a state: late at whichever end is late for both."""
    if line.clock is not None and line.clock.is_late(today):
        return "bad"
    return CHIPS.get(line.state, "undetermined")


def clock_words(clock: RunningClock | None, today: dt.date) -> str:
    """Whose turn it is, for what, and until when."""
    if clock is None:
        return ""
    said = {"end": ENDS[clock.end], "what": task_name(clock.kind), "left": clock_left(clock.kind, clock.due_on, today)}
    return _("现在由%(end)s办理：%(what)s，%(left)s") % said


@dataclass(frozen=True)
class CrossingStepRow:
    """One step in words."""

    words: str
    by: str
    place: str
    at: dt.datetime
    reason: str


def step_rows(view: CrossingView) -> list[CrossingStepRow]:
    """The story in words, the first step first."""
    places = division_names({one.place for one in view.steps})
    lang = short_language()
    return [
        CrossingStepRow(
            str(STEPS.get(one.step, one.step)),
            who_words(one.by, one.role, lang),
            places[one.place],
            one.at,
            one.words,
        )
        for one in view.steps
    ]


def who_words(name: str, role: str, lang: str) -> str:
    """A name with what its bearer is; "" where it is not told."""
    found = ROLES.get(role)
    if not name or found is None:
        return ""
    return f"{name}（{found.zh}）" if lang == "zh" else f"{name} ({found.en})"
