"""Words for the report of loops: what each kind is called, its states, and the list behind its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy

from ciyou.apps.cases.shown_work import UNLISTED
from ciyou.apps.plans.transitions import CONFERENCE, DECISION, GOAL, OWN_KINDS
from ciyou.core.access.roles import Action, may_do
from ciyou.web import (
    application_wording,
    crossing_wording,
    emergency_wording,
    guidance_wording,
    payment_wording,
    plan_wording,
    referral_wording,
    schooling_wording,
    work_wording,
)

KINDS = {
    "lead": gettext_lazy("线索"),
    "letter": gettext_lazy("协查函"),
    "check": gettext_lazy("复核中的孩子"),
    "risk": gettext_lazy("风险评估"),
    "case_decision": gettext_lazy("一事一议"),
    "case": gettext_lazy("个案"),
    "goal": gettext_lazy("计划的目标"),
    "conference": gettext_lazy("个案会商"),
    "decision": gettext_lazy("会商的决定"),
    "referral": gettext_lazy("转介"),
    "school_case": gettext_lazy("不在学籍的孩子"),
    "school_place": gettext_lazy("居住地的学位"),
    "guidance": gettext_lazy("家庭教育指导"),
    "campaign": gettext_lazy("心理筛查"),
    "field_event": gettext_lazy("手机交来的工作"),
    "application": gettext_lazy("申请"),
    "appeal": gettext_lazy("申诉"),
    "award_change": gettext_lazy("暂停、恢复或停止发放"),
    "crossing": gettext_lazy("跨地申请"),
    "emergency": gettext_lazy("急难救助"),
    "month": gettext_lazy("每月发放"),
    "identity_list": gettext_lazy("身份名单"),
    "subject_request": gettext_lazy("查阅、更正和限制的请求"),
    "break_glass": gettext_lazy("紧急打开的档案"),
    "complaint": gettext_lazy("反映的负担和问题"),
}
_ANSWERED = {
    "open": gettext_lazy("未办"),
    "done": gettext_lazy("已办"),
    "ended": gettext_lazy("随个案结束"),
    "granted": gettext_lazy("已同意"),
    "refused": gettext_lazy("未同意"),
    "withdrawn": gettext_lazy("已撤回"),
    "lifted": gettext_lazy("已解除限制"),
    "made": gettext_lazy("已办理"),
    "drafted": gettext_lazy("待另一人决定"),
    "decided": gettext_lazy("已决定"),
}
_APPEALS = {"open": gettext_lazy("等待答复"), **application_wording.APPEAL_RESULTS}
STATES: Mapping[str, Mapping[str, object]] = {
    "lead": work_wording.LEAD_STATES,
    "letter": {
        "draft": gettext_lazy("草稿"),
        "sent": gettext_lazy("已发出，待回函"),
        "answered": gettext_lazy("已回函"),
        "refused": gettext_lazy("对方未能办理"),
    },
    "check": {
        "due": gettext_lazy("待核对"),
        "same": gettext_lazy("没有变化"),
        "changed": gettext_lazy("有变化"),
        "left": gettext_lazy("已离开复核"),
    },
    "risk": {
        "proposed": gettext_lazy("待人确定等级"),
        "confirmed": gettext_lazy("已确定"),
        "replaced": gettext_lazy("被新的评估代替"),
    },
    "case": plan_wording.STAGES,
    "goal": plan_wording.GOAL_STATES,
    "conference": {
        "called": gettext_lazy("已召集"),
        "held": gettext_lazy("已开"),
        "cancelled": gettext_lazy("已取消"),
    },
    "referral": referral_wording.STATES,
    "school_case": schooling_wording.STATES,
    "school_place": schooling_wording.PLACE_STATES,
    "guidance": guidance_wording.STATES,
    "campaign": {"open": gettext_lazy("进行中"), "closed": gettext_lazy("已结束")},
    "field_event": {
        "applied": gettext_lazy("已记入"),
        "conflict": gettext_lazy("待选定以哪个为准"),
        "set_aside": gettext_lazy("放在一边，待处理"),
        "settled": gettext_lazy("已处理"),
    },
    "application": application_wording.STATES,
    "appeal": _APPEALS,
    "crossing": crossing_wording.STATES,
    "emergency": emergency_wording.STATES,
    "month": payment_wording.STATES,
    "identity_list": {"sent": gettext_lazy("已发出，待回执"), "closed": gettext_lazy("回执已齐")},
}


@dataclass(frozen=True)
class _List:
    """Where the things themselves are: the address, the action that opens it, and what its address says of a state and of what is late."""

    route: str
    action: Action | None = None
    state: str = ""
    late: Mapping[str, str] | None = None


_LISTS = {
    "lead": _List("leads", None, "state", {"overdue": "1"}),
    "letter": _List("letters", Action.INQUIRE, "state", {"state": "overdue"}),
    "check": _List("rounds"),
    "referral": _List("referrals", Action.SEE_REFERRALS, "", {"show": "late"}),
    "school_case": _List("schooling", Action.SEE_SCHOOLING, "state", {"show": "late"}),
    "school_place": _List("school_places", Action.SEE_SCHOOLING),
    "campaign": _List("campaigns", Action.VISIT),
    "field_event": _List("field_waiting", Action.ASSIGN),
    "application": _List("applications", Action.SEE_APPLICATIONS, "state", {"overdue": "1"}),
    "crossing": _List("crossings", Action.SEE_CROSSINGS),
    "emergency": _List("emergencies", Action.SEE_CROSSINGS),
    "month": _List("payments", Action.SEE_PAYMENTS),
    "identity_list": _List("identity_lists", Action.SEE_IDENTITY_LISTS),
    "subject_request": _List("subject_requests", Action.SUBJECT_REQUEST),
    "break_glass": _List("openings", Action.REVIEW_BREAK_GLASS),
    "complaint": _List("complaints", Action.ANSWER_COMPLAINT),
}
_WORK: Mapping[str, Iterable[str]] = {
    "check": ("check_in_round",),
    "letter": ("send_inquiry", "follow_inquiry"),
    "risk": ("confirm_risk_tier",),
    "case_decision": ("decide_case_decision",),
    "case": sorted(OWN_KINDS - {GOAL}),
    "goal": (GOAL,),
    "decision": (DECISION,),
    "conference": (CONFERENCE,),
    "guidance": ("give_guidance",),
    "appeal": ("answer_appeal",),
    "award_change": ("decide_change",),
    "subject_request": ("subject_request",),
    "break_glass": ("review_break_glass",),
    "complaint": ("answer_complaint",),
}
"""Where nothing else lists them, or not to everybody: the kinds of work by which they are found."""


def state_words(kind: str, state: str) -> str:
    """A state in words."""
    return str(STATES.get(kind, {}).get(state) or _ANSWERED.get(state, state))


def list_address(role: str, kind: str, *, state: str = "", late: bool = False) -> str:
    """The list behind a number of a kind of loop, as far as the role may open it; "" for none."""
    known = _LISTS.get(kind)
    if known is None or (known.action is not None and not may_do(role, known.action)):
        return work_address(_WORK[kind], late=late) if kind in _WORK and (late or not state) else ""
    asked = dict(known.late or {}) if late else {known.state: state} if state and known.state else {}
    return reverse(known.route) + (f"?{urlencode(asked)}" if asked else "")


def work_address(kinds: Iterable[str], *, late: bool = False) -> str:
    """The list of open work of some kinds; "" for work that is only counted."""
    named = [kind for kind in kinds if kind not in UNLISTED]
    if not named:
        return ""
    asked = [*(("kind", kind) for kind in named), *([("late", "1")] if late else [])]
    return f"{reverse('loop_work')}?{urlencode(asked)}"
