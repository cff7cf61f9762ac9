"""Words for aid where an emergency is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.cases.list_conditions import OpenClock
from ciyou.apps.crossing.emergency_lists import EmergencyLine, EmergencyView
from ciyou.web.application_wording import entitlement_name
from ciyou.web.context import short_language
from ciyou.web.crossing_wording import CrossingStepRow, who_words
from ciyou.web.work_wording import clock_left, task_name

STATES = {
    "registered": gettext_lazy("已登记，待决定"),
    "approved": gettext_lazy("已同意，待发放"),
    "paid": gettext_lazy("已发放，待补手续"),
    "papered": gettext_lazy("手续已补，待复核"),
    "closed": gettext_lazy("已复核，办结"),
    "refused": gettext_lazy("不予救助，待书面告知"),
    "told": gettext_lazy("不予救助，已告知"),
}
HOW = {
    "cash": gettext_lazy("现金"),
    "account": gettext_lazy("转到账户"),
    "in_kind": gettext_lazy("实物或服务"),
}
STEPS = {
    "register": gettext_lazy("登记急难"),
    "refer": gettext_lazy("提交县级决定"),
    "decide": gettext_lazy("作出决定"),
    "pay": gettext_lazy("发到手"),
    "complete": gettext_lazy("补齐手续"),
    "return": gettext_lazy("复核退回，再补手续"),
    "review": gettext_lazy("复核通过"),
    "tell": gettext_lazy("书面告知申请人"),
    "note": gettext_lazy("户籍地已知悉"),
    "renew_code": gettext_lazy("换了查询码"),
}
NEXT = {
    "registered": gettext_lazy("不用做什么。受理的窗口马上决定；急需没有着落的，直接找受理的窗口。"),
    "approved": gettext_lazy("已经同意。到受理的窗口领取，或者等工作人员送来。"),
    "paid": gettext_lazy("已经发放。请配合窗口把手续补齐。"),
    "papered": gettext_lazy("不用做什么。手续已经补齐，县级民政部门复核。"),
    "closed": gettext_lazy("已经办结。家里还需要别的帮助的，请到村（居）、乡镇另行申请。"),
    "refused": gettext_lazy("没有同意。窗口会把书面告知交给您，上面写着理由和怎样提出异议。"),
    "told": gettext_lazy("没有同意，已经书面告知。不同意这个决定的，按告知书上写的提出异议。"),
}
CHIPS = {"closed": "yes", "told": "no"}


@dataclass(frozen=True)
class EmergencyRow:
    """One line of the list in words."""

    line: EmergencyLine
    name: str
    event_place: str
    home: str
    state: str
    chip: str
    left: str


def emergency_rows(lines: tuple[EmergencyLine, ...], today: dt.date) -> list[EmergencyRow]:
    """The list in words."""
    places = division_names({code for line in lines for code in (line.received_in, line.bound_for)})
    return [
        EmergencyRow(
            line,
            entitlement_name(line.entitlement, line.received_in, short_language()),
            places[line.received_in],
            places[line.bound_for],
            state_words(line),
            chip_of(line, today),
            clock_left(line.clock.kind, due_of(line.clock), today) if line.clock else "",
        )
        for line in lines
    ]


def state_words(line: EmergencyLine) -> str:
    """Where it stands for its reader: at home only whether it was noted."""
    if line.ours:
        return str(STATES[line.state])
    return _("已知悉") if line.noted else _("外地已给予救助，待知悉")


def chip_of(line: EmergencyLine, today: dt.date) -> str:
    """The colour of a state."""
    if line.clock is not None and due_of(line.clock) < today:
        return "bad"
    if not line.ours:
        return "yes" if line.noted else "undetermined"
    return CHIPS.get(line.state, "undetermined")


def due_of(clock: OpenClock) -> dt.date:
    """The earlier of law and promise."""
    return min(day for day in (clock.statutory_on, clock.promised_on) if day is not None)


def clock_words(line: EmergencyLine, today: dt.date) -> str:
    """What is to be done until when."""
    if line.clock is None:
        return ""
    return _("%(what)s：%(left)s") % {
        "what": task_name(line.clock.kind),
        "left": clock_left(line.clock.kind, due_of(line.clock), today),
    }


def step_rows(view: EmergencyView) -> list[CrossingStepRow]:
    """The story in words, the first step first."""
    places, lang = division_names({one.place for one in view.steps}), short_language()
    return [
        CrossingStepRow(str(STEPS[one.step]), who_words(one.by, one.role, lang), places[one.place], one.at, one.words)
        for one in view.steps
    ]
