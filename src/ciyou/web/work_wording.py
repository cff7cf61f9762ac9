"""Words for work: what is to be done, how much time is left, where a lead stands and why it is one."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ciyou.apps.cases.lead_reasons import REASONS
from ciyou.apps.cases.planning import working_days_left
from ciyou.apps.partners.transitions import every_clock
from ciyou.apps.plans.transitions import ATTEND, CONFERENCE, DECISION, OWN_KINDS
from ciyou.apps.schooling.transitions import EVERY_CLOCK
from ciyou.batch.leads import lead_reasons
from ciyou.core.access.actor import Actor
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.clock.limits import LimitUnit
from ciyou.packs import load_clocks
from ciyou.web.context import short_language

_SENSITIVE = 4
LEAD_STATES = {
    "new": gettext_lazy("待分派"),
    "assigned": gettext_lazy("待走访"),
    "visiting": gettext_lazy("走访中"),
    "reported": gettext_lazy("待审核"),
    "closed": gettext_lazy("已办结"),
}
QUEUES = {
    "village": gettext_lazy("村（居）"),
    "township": gettext_lazy("乡镇（街道）"),
    "county": gettext_lazy("县级"),
}
RESULTS = {
    "confirmed": gettext_lazy("属实，需要保障"),
    "not_in_difficulty": gettext_lazy("不属于困境儿童"),
    "cannot_be_found": gettext_lazy("查找不到"),
    "no_child": gettext_lazy("没有相关的孩子"),
}
ENDINGS = {
    "no_longer_in_rosters": gettext_lazy("名册中已没有"),
    "died": gettext_lazy("孩子已去世"),
    "of_age": gettext_lazy("已满 18 周岁"),
    "merged": gettext_lazy("与另一条线索是同一孩子"),
    "settled": gettext_lazy("记录已查明"),
}
# What departments said of a parent is not a village's to know: it hears that there is something to see to.
VILLAGE_WHY = {
    "entitled": gettext_lazy("可能符合保障条件，请上门核实"),
    "entitled_presumed": gettext_lazy("可能符合保障条件，请上门核实"),
    "open_with_adverse": gettext_lazy("父母照料可能有困难，请上门核实"),
    "one_parent_adverse": gettext_lazy("父母照料可能有困难，请上门核实"),
    "adverse_record_alone": gettext_lazy("可能有孩子需要照料，请了解这个人有没有孩子"),
    "told_by_other_system": gettext_lazy("这个孩子可能在本地生活，请上门了解"),
}
BUTTONS = {
    "verify_lead": gettext_lazy("去走访"),
    "assign_lead": gettext_lazy("去分派"),
    "review_lead": gettext_lazy("去审核"),
    "decide_inquiry": gettext_lazy("去决定"),
    "send_inquiry": gettext_lazy("写完并发出"),
    "answer_inquiry": gettext_lazy("去答复"),
    "follow_inquiry": gettext_lazy("看进展"),
    "answer_identity_list": gettext_lazy("去回执"),
    "settle_identity": gettext_lazy("去核实"),
    "confirm_determination": gettext_lazy("去确认"),
    "review_break_glass": gettext_lazy("去复核"),
    "subject_request": gettext_lazy("去办理"),
    "complete_application": gettext_lazy("去补材料"),
    "draft_decision": gettext_lazy("去拟定"),
    "post_notice": gettext_lazy("去公示"),
    "public_notice": gettext_lazy("去取下公示"),
    "tell_applicant": gettext_lazy("去告知"),
    "answer_appeal": gettext_lazy("去答复"),
    "review_award": gettext_lazy("去复核"),
    "decide_change": gettext_lazy("去决定"),
    "review_month": gettext_lazy("去复核"),
    "mend_month": gettext_lazy("去修改"),
    "approve_month": gettext_lazy("去审批"),
    "hand_over_month": gettext_lazy("去送交"),
    "settle_month": gettext_lazy("去核对"),
    "paid_twice": gettext_lazy("去核对"),
    **{f"check_{kind}": gettext_lazy("去查验") for kind in ("application", "dibao", "other_application")},
    **{f"decide_{kind}": gettext_lazy("去决定") for kind in ("application", "dibao", "other_application")},
    **{f"refuse_{kind}": gettext_lazy("去送达") for kind in ("in_writing", "dibao_in_writing")},
    "push_application": gettext_lazy("去转送"),
    "acknowledge_application": gettext_lazy("去接收"),
    "urge_crossing": gettext_lazy("看一看"),
    "send_referral": gettext_lazy("去送出"),
    "plan_return": gettext_lazy("去安排"),
    "follow_return": gettext_lazy("去回访"),
    "close_referral": gettext_lazy("去办结"),
    "review_referral_ground": gettext_lazy("去复核"),
    "settle_refused_ground": gettext_lazy("去处理"),
    "settle_referral": gettext_lazy("去安排"),
    "visit_out_of_school": gettext_lazy("去走访"),
    "place_in_school": gettext_lazy("去落实"),
    "confirm_school_village": gettext_lazy("去确认"),
    "confirm_school_side": gettext_lazy("去确认"),
    "settle_school_case": gettext_lazy("去核清"),
    "answer_school_place": gettext_lazy("去答复"),
    "take_school_place": gettext_lazy("去落实"),
    "plan_home_schooling": gettext_lazy("去定计划"),
    "hold_home_session": gettext_lazy("去补上"),
    "train_workers": gettext_lazy("看名单"),
    "give_guidance": gettext_lazy("去落实"),
    "fast_emergency_aid": gettext_lazy("去决定"),
    "pay_emergency_aid": gettext_lazy("去发放"),
    "complete_emergency_aid": gettext_lazy("去补手续"),
    "review_emergency_aid": gettext_lazy("去复核"),
    "note_emergency_aid": gettext_lazy("看一看"),
    "answer_home_county": gettext_lazy("去答复"),
    "assess_in_person": gettext_lazy("去看孩子"),
    "see_to_assessment": gettext_lazy("去督办"),
    "ask_in_campaign": gettext_lazy("去问"),
    "close_campaign": gettext_lazy("去结束"),
    "name_worker": gettext_lazy("去打开"),
    "take_over_work": gettext_lazy("看一看"),
    "reconcile_exchange": gettext_lazy("去核对"),
    "answer_complaint": gettext_lazy("去答复"),
    "compare_records": gettext_lazy("去比对"),
    "settle_field_event": gettext_lazy("去处理"),
    "see_to_field_alarm": gettext_lazy("去督办"),
    "choose_field_value": gettext_lazy("去选定"),
    "check_in_round": gettext_lazy("去核对"),
    "visit_child": gettext_lazy("去走访"),
    "confirm_risk_tier": gettext_lazy("去确定"),
    "assess_case": gettext_lazy("看一看"),
    "draft_plan": gettext_lazy("去写计划"),
    "agree_plan": gettext_lazy("去审定"),
    "review_plan": gettext_lazy("去检查"),
    "carry_out_decision": gettext_lazy("看决定"),
    "hold_conference": gettext_lazy("看会商"),
    "reach_goal": gettext_lazy("看目标"),
    "confirm_closing": gettext_lazy("去确认"),
    "see_to_expiry": gettext_lazy("去处理"),
    "answer_silence": gettext_lazy("去联系"),
    "look_into_sign": gettext_lazy("去了解"),
    "look_into_change": gettext_lazy("去了解"),
    "decide_case_decision": gettext_lazy("去决定"),
    "confirm_unmerge": gettext_lazy("去确认"),
    "review_case_decision": gettext_lazy("去复议"),
}
OF_MONTHS = frozenset({"review_month", "mend_month", "approve_month", "hand_over_month", "settle_month"})
OF_AWARDS = frozenset({"review_award", "decide_change", "paid_twice"})
OF_CASES = frozenset({"decide_case_decision", "review_case_decision"})
OF_CAMPAIGNS = frozenset({"ask_in_campaign"})
OF_APPLICATIONS = frozenset(
    {
        *(f"{step}_{kind}" for step in ("check", "decide") for kind in ("application", "dibao", "other_application")),
        *("refuse_in_writing", "refuse_dibao_in_writing", "complete_application", "draft_decision"),
        *("post_notice", "public_notice", "tell_applicant", "answer_appeal"),
    }
)
"""Kinds of tasks that are done on the page of a month, an award, or an application."""
OF_CROSSINGS = frozenset({"push_application", "acknowledge_application", "urge_crossing"})
OF_REFERRALS = frozenset({*every_clock(), "review_referral_ground", "settle_refused_ground"})
OF_SCHOOL_CASES = frozenset(EVERY_CLOCK)
OF_SCHOOL_PLACES = frozenset({"answer_school_place", "take_school_place"})
OF_HOME_SCHOOLING = frozenset({"plan_home_schooling", "hold_home_session"})
"""Kinds of tasks that are done on the page of a school case, of a request for a place, or of a placement."""
OF_GUIDANCE = frozenset({"give_guidance"})
"""What is done on the page of a guidance."""
OF_EMERGENCIES = frozenset(
    {"fast_emergency_aid", *(f"{step}_emergency_aid" for step in ("pay", "complete", "review", "note"))}
)
OF_PLANS = {**dict.fromkeys(OWN_KINDS, "child_plan"), CONFERENCE: "child_conferences", DECISION: "child_conferences"}
"""Kinds of tasks that are done on the page of a child's plan, or of the conferences about it, with that page."""
OF_FIELD_WORK = frozenset({"settle_field_event", "choose_field_value", "see_to_field_alarm"})
AT_A_COUNTER = frozenset({"complete_application", "tell_applicant"})
"""What a counter does for an application that is decided elsewhere; the task names no child there, and is done on the crossing's page."""
OF_HOME = "answer_home_county"
"""What the residence asks the county of registration is answered on a page of its own."""
REFUSED_IN_WRITING = "refuse_in_writing"
"""A refusal of aid in an emergency is handed over at its own page; that task names no child either."""
WEEKDAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)


def task_name(kind: str, division: str = "") -> str:
    """What a task is called, by the clock of its kind."""
    clock = load_clocks(division=division or "00").get(kind)
    return clock.name(short_language()) if clock else kind


def button_words(kind: str) -> str:
    """The words on a task's one button."""
    return str(BUTTONS.get(kind, _("打开")))


def time_left(due_on: dt.date, today: dt.date) -> str:
    """How much time is left in working days, and until when: 还剩 3 个工作日（周四前）; overdue in words."""
    days, when = working_days_left(due_on, today), _when(due_on, today)
    if due_on == today:
        return _("今天到期")
    if due_on < today:
        late = max(-days, 1)
        words = ngettext(
            "已超期 %(count)s 个工作日（应于%(when)s办结）", "已超期 %(count)s 个工作日（应于%(when)s办结）", late
        )
        return words % {"count": late, "when": when}
    words = ngettext("还剩 %(count)s 个工作日（%(when)s前）", "还剩 %(count)s 个工作日（%(when)s前）", max(days, 1))
    return words % {"count": max(days, 1), "when": when}


def clock_left(kind: str, due_on: dt.date, today: dt.date) -> str:
    """How much time a clock of this kind leaves, in the days in which it runs."""
    clock = load_clocks(division="00").get(kind)
    limits = [] if clock is None else [one for one in (clock.statutory, clock.promised) if one is not None]
    runs_on = any(one.unit is LimitUnit.CALENDAR_DAYS for one in limits)
    return days_left(due_on, today) if runs_on else time_left(due_on, today)


def days_left(due_on: dt.date, today: dt.date) -> str:
    """As `time_left`, for a limit that runs over weekends and holidays too: 还剩 2 天（周日前）."""
    days, when = (due_on - today).days, _when(due_on, today)
    if days == 0:
        return _("今天到期")
    if days < 0:
        words = ngettext("已超期 %(count)s 天（应于%(when)s办结）", "已超期 %(count)s 天（应于%(when)s办结）", -days)
        return words % {"count": -days, "when": when}
    return ngettext("还剩 %(count)s 天（%(when)s前）", "还剩 %(count)s 天（%(when)s前）", days) % {
        "count": days,
        "when": when,
    }


def _when(day: dt.date, today: dt.date) -> str:
    """A near day by its weekday, any other by its date."""
    if 0 < (day - today).days < 7 and day.isocalendar()[:2] == today.isocalendar()[:2]:
        return str(WEEKDAYS[day.weekday()])
    if day.year == today.year:
        return _("%(month)s月%(day)s日") % {"month": day.month, "day": day.day}
    return day.isoformat()


def conference_words(kind: str, held_on: dt.date) -> str:
    """On which day a conference is, and for a department who says whom it is about; "" for other work."""
    said = {CONFERENCE: _("%(day)s开会。"), ATTEND: _("%(day)s开会。是哪个孩子、在哪里开，由县里告诉您。")}
    return said[kind] % {"day": held_on.isoformat()} if kind in said else ""


def lead_why(actor: Actor, code: str) -> str:
    """Why somebody is to look after a child, as far as the actor's class allows."""
    if ceiling_of(actor) < _SENSITIVE and code in VILLAGE_WHY:
        return str(VILLAGE_WHY[code])
    reasons = lead_reasons()
    return reasons[code][_spoken()] if code in reasons else code


def result_words(result: str, reason: str) -> str:
    """A lead's result with its reason; how it ended where nobody reported one."""
    if not result:
        return str(ENDINGS.get(reason, ""))
    words = str(RESULTS.get(result, result))
    told = REASONS.get(result, {}).get(reason)
    return f"{words}：{told[_spoken()]}" if told else words


def _spoken() -> int:
    return 1 if short_language() == "en" else 0
