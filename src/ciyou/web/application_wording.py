"""Words for applications and awards: where they stand, what was done, what to do next."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ciyou.apps.awards.application_lists import StepLine
from ciyou.apps.awards.award_lists import AwardLine
from ciyou.apps.awards.receiving import MADE_HERE
from ciyou.core.awards.month import Month
from ciyou.packs import load_rule_book

STATES = {
    "received": gettext_lazy("待乡镇查验"),
    "returned": gettext_lazy("待补材料"),
    "checked": gettext_lazy("待县级拟定"),
    "drafted": gettext_lazy("待审批"),
    "approved": gettext_lazy("已确认"),
    "refused": gettext_lazy("不予确认"),
    "withdrawn": gettext_lazy("已撤回"),
}
CHIPS = {"approved": "yes", "refused": "no", "withdrawn": "no"}
CHANNELS = {
    "guardian": gettext_lazy("监护人到窗口申请"),
    "director": gettext_lazy("儿童主任上门代办"),
    "proposed": gettext_lazy("依据认定主动提出"),
    "elsewhere": gettext_lazy("外地窗口受理后转来"),
}
RELATIONS = {
    "guardian": gettext_lazy("监护人"),
    "father": gettext_lazy("父亲"),
    "mother": gettext_lazy("母亲"),
    "relative": gettext_lazy("受托的近亲属"),
    "village": gettext_lazy("村（居）民委员会"),
    "self": gettext_lazy("孩子本人"),
}
RECEIVERS = {
    "hukou_township": gettext_lazy("户口所在地的乡镇（街道）"),
    "any_township": gettext_lazy("就近任意一个乡镇（街道）"),
    "residence_township": gettext_lazy("居住地的乡镇（街道）"),
    "institution": gettext_lazy("儿童福利机构（由机构办理）"),
    "named_officer": gettext_lazy("指定的工作人员"),
    "school": gettext_lazy("学校"),
    "county_department": gettext_lazy("县（区）主管部门"),
}
DOCUMENT_STATES = {
    "given": gettext_lazy("已交"),
    "known": gettext_lazy("免交，数据已有"),
    "missing": gettext_lazy("待补"),
    "if_needed": gettext_lazy("数据查不到时再要"),
}
STEPS = {
    "receive": gettext_lazy("受理"),
    "return": gettext_lazy("退回补材料"),
    "complete": gettext_lazy("材料补齐"),
    "check": gettext_lazy("乡镇查验"),
    "draft": gettext_lazy("拟定决定"),
    "send_back": gettext_lazy("退回重新拟定"),
    "decide": gettext_lazy("作出决定"),
    "tell": gettext_lazy("告知申请人"),
    "withdraw": gettext_lazy("撤回申请"),
    "reopen": gettext_lazy("申诉后重新办理"),
    "ask_home": gettext_lazy("询问户籍地"),
    "answer_home": gettext_lazy("户籍地答复"),
}
OUTCOMES = {
    "agree": gettext_lazy("同意"),
    "disagree": gettext_lazy("不同意"),
    "approve": gettext_lazy("确认"),
    "refuse": gettext_lazy("不予确认"),
    "letter": gettext_lazy("以函件、电话等方式"),
    "not_paid": gettext_lazy("没有在户籍地领低保"),
    "paid": gettext_lazy("正在户籍地领低保"),
    "ended": gettext_lazy("户籍地已停发"),
}
HOME_ANSWERS = ("not_paid", "ended", "paid")
PAPERS = {
    "application_form": gettext_lazy("申请表"),
    "verification_authorisation": gettext_lazy("家庭经济状况核对授权书"),
    "approval_form": gettext_lazy("申请审批表"),
    "refusal": gettext_lazy("不予确认告知书"),
    "public_notice": gettext_lazy("公示"),
    "care_agreement": gettext_lazy("养育协议"),
    "ending": gettext_lazy("停止发放告知书"),
}
PRINTING = {
    "application_form": gettext_lazy("打印申请表，请申请人签名"),
    "verification_authorisation": gettext_lazy("打印核对授权书，请家庭成员签名"),
}
AWARD_STATES = {
    "active": gettext_lazy("发放中"),
    "suspended": gettext_lazy("已暂停"),
    "ended": gettext_lazy("已停止"),
}
KINDS = {
    "suspend": gettext_lazy("暂停"),
    "resume": gettext_lazy("恢复"),
    "end": gettext_lazy("停止"),
    "hand_over": gettext_lazy("移交到本县"),
}
RESULTS = {"": gettext_lazy("等待决定"), "made": gettext_lazy("已办理"), "refused": gettext_lazy("未同意")}
APPEAL_RESULTS = {
    "": gettext_lazy("等待答复"),
    "upheld": gettext_lazy("维持原决定"),
    "reopened": gettext_lazy("重新办理"),
}
NEXT = {
    "received": gettext_lazy("不用做什么。乡镇（街道）正在与有关部门的数据比对，缺材料会通知您。"),
    "returned": gettext_lazy("请把缺的材料送到受理的村（居）或乡镇；补齐后从当天起接着办。"),
    "checked": gettext_lazy("不用做什么。县级民政部门正在拟定决定。"),
    "drafted": gettext_lazy("不用做什么。县级民政部门正在审批。"),
    "approved": gettext_lazy("已经确认，钱会按月发到登记的账户。账户有变化，请告诉村（居）儿童主任。"),
    "refused": gettext_lazy(
        "没有确认，理由写在《不予确认告知书》里。没有收到的，请到乡镇领取；有异议可以申诉，情况变化可以重新申请。"
    ),
    "withdrawn": gettext_lazy("申请已撤回。以后需要，可以重新申请。"),
}


def document_words(code: str, state: str) -> object:
    """What is said of a paper of an application: the form itself is printed here and brought by nobody."""
    if code == MADE_HERE and state == "known":
        return _("这里打印，申请人签名")
    return DOCUMENT_STATES.get(state, state)


def entitlement_name(code: str, division: str, lang: str) -> str:
    """What an entitlement is called."""
    rule = load_rule_book(division=division, as_of=timezone.localdate()).by_code.get(code)
    return code if rule is None else rule.name(lang)


def month_words(day: dt.date | None) -> str:
    """A month as people say it."""
    if day is None:
        return "—"
    month = Month.of(day)
    return _("%(year)s年%(month)s月") % {"year": month.year, "month": month.month}


@dataclass(frozen=True)
class StepRow:
    """A step of the timeline in words."""

    words: str
    outcome: str
    by: str
    at: dt.datetime
    took: str


def step_rows(steps: tuple[StepLine, ...], names: dict[str, str]) -> list[StepRow]:
    """The timeline in words, the first step first."""
    return [
        StepRow(
            str(STEPS.get(one.step, one.step)),
            str(OUTCOMES.get(one.outcome, "")),
            names.get(one.by, ""),
            one.at,
            _took((timezone.localdate(one.at) - one.began_on).days) if one.step != "receive" else "",
        )
        for one in steps
    ]


def _took(days: int) -> str:
    if days <= 0:
        return _("当天")
    return ngettext("用了 %(count)s 天", "用了 %(count)s 天", days) % {"count": days}


@dataclass(frozen=True)
class AwardRow:
    """An award of a child in words."""

    line: AwardLine
    name: str
    state: str
    months: str


def award_row(line: AwardLine, lang: str) -> AwardRow:
    """An award in words."""
    months = _("自 %(first)s 起") % {"first": month_words(line.first_month)}
    if line.last_month is not None:
        ends = {"first": month_words(line.first_month), "last": month_words(line.last_month)}
        months = _("%(first)s 至 %(last)s") % ends
    return AwardRow(
        line, entitlement_name(line.entitlement, line.division, lang), str(AWARD_STATES[line.state]), months
    )
