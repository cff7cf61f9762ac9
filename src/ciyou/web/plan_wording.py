"""Words for cases: stages, steps, why a domain is weak, and how each thing that a child needs stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.plans.goals import GoalLine
from ciyou.apps.plans.lists import CaseView, StepLine
from ciyou.apps.plans.package import Line
from ciyou.apps.plans.weaknesses import ANSWER, DUE, HINT, NOT_KNOWN, DomainView, Ground
from ciyou.core.access.roles import ROLES
from ciyou.packs import load_plan_closures, load_plan_domains, load_plan_reviews, load_risk, load_rule_book
from ciyou.packs.plans import ENTITLEMENT
from ciyou.web.context import short_language

STAGES = {
    "intake": gettext_lazy("已受理，待核实"),
    "assessment": gettext_lazy("待评估风险"),
    "planning": gettext_lazy("正在写计划"),
    "proposed": gettext_lazy("计划待审定"),
    "action": gettext_lazy("正在落实"),
    "review": gettext_lazy("该检查计划了"),
    "closing": gettext_lazy("待确认结案"),
    "closed": gettext_lazy("已结案"),
}
NEXT = {
    "intake": gettext_lazy("走访核实，线索属实或属于一个类别就进入评估。"),
    "assessment": gettext_lazy("评估风险，由人确定等级后就可以写计划。"),
    "planning": gettext_lazy("给每个薄弱的方面定目标，写明谁负责、最迟哪天，然后提交。"),
    "proposed": gettext_lazy("督导员或县级工作人员看过后审定，或者退回修改。"),
    "action": gettext_lazy("按目标落实；到期检查，没有变化的点一下就行。"),
    "review": gettext_lazy("看看情况有没有变化：没有变化点一下；有变化就改计划。"),
    "closing": gettext_lazy("由另一个人确认结案，或者写明为什么还不能结。"),
    "closed": gettext_lazy("情况有变，可以重新打开，经过都还在。"),
}
STEPS = {
    "open": gettext_lazy("建立个案"),
    "take_in": gettext_lazy("情况属实，进入评估"),
    "assess": gettext_lazy("等级已确定，开始写计划"),
    "hand_in": gettext_lazy("提交计划"),
    "agree": gettext_lazy("审定计划"),
    "send_back": gettext_lazy("退回计划"),
    "fall_due": gettext_lazy("到了检查的日子"),
    "review": gettext_lazy("检查计划：没有变化"),
    "replan": gettext_lazy("情况有变，改计划"),
    "ask_closing": gettext_lazy("申请结案"),
    "keep_open": gettext_lazy("不同意结案"),
    "close": gettext_lazy("确认结案"),
    "end": gettext_lazy("自动结束"),
    "reopen": gettext_lazy("重新打开"),
    "moved": gettext_lazy("随孩子转到新的地方"),
    "tier": gettext_lazy("等级变了，检查的日子跟着变"),
}
ENDED = {
    "died": gettext_lazy("孩子已去世"),
    "of_age": gettext_lazy("已满 18 周岁"),
    "merged": gettext_lazy("与另一份档案是同一个孩子"),
}
LINE_STATES = {
    "due": gettext_lazy("应有，还没办"),
    "applied": gettext_lazy("已申请，办理中"),
    "in_place": gettext_lazy("已到位"),
    "refused": gettext_lazy("未获同意"),
    "not_needed": gettext_lazy("不需要"),
}
SOURCES = {
    "determination": gettext_lazy("按认定"),
    "application": gettext_lazy("按申请"),
    "award": gettext_lazy("按发放"),
    "referral": gettext_lazy("按转介"),
    "visit": gettext_lazy("按走访"),
    "entered": gettext_lazy("人工填写"),
}
KINDS = {
    "entitlement": gettext_lazy("待遇"),
    "material": gettext_lazy("物资"),
    "service": gettext_lazy("服务"),
    "psych": gettext_lazy("心理关爱"),
    "rights": gettext_lazy("权利"),
}
GOAL_STATES = {"open": gettext_lazy("进行中"), "reached": gettext_lazy("已达到"), "dropped": gettext_lazy("不再追求")}
_CHIPS = {"due": "undetermined", "applied": "presumed", "in_place": "yes", "refused": "bad", "not_needed": "no"}


@dataclass(frozen=True)
class LineRow:
    """One thing of the package in words; `waivable`: a person may say here that it is not needed."""

    line: Line
    name: str
    state: str
    chip: str
    source: str
    waivable: bool


@dataclass(frozen=True)
class DomainRow:
    """One domain in words."""

    code: str
    name: str
    grounds: list[str]
    goals: list[tuple[GoalLine, str, str]]
    lines: list[LineRow]
    missing: bool


@dataclass(frozen=True)
class StepRow:
    """One step of the story in words."""

    words: str
    by: str
    at: dt.datetime
    said: str


def stage_name(stage: str) -> str:
    """A stage in words."""
    return str(STAGES[stage])


def domain_rows(view: CaseView) -> list[DomainRow]:
    """The domains of a plan in words, the weak ones first."""
    names = _names(view.division)
    missing = {one.code for one in view.missing}
    rows = [
        DomainRow(
            code=one.domain.code,
            name=one.domain.name(short_language()),
            grounds=_grounds(view.division, one),
            goals=[goal_row(goal) for goal in one.goals],
            lines=[line_row(line, names) for line in one.lines],
            missing=one.domain.code in missing,
        )
        for one in view.domains
    ]
    return sorted(rows, key=lambda row: not row.grounds)


def other_rows(view: CaseView) -> list[LineRow]:
    """What belongs to no domain of the place."""
    names = _names(view.division)
    return [line_row(line, names) for line in view.others]


def line_row(line: Line, names: dict[tuple[str, str], str]) -> LineRow:
    """One thing of the package in words."""
    return LineRow(
        line,
        names.get(line.key, line.code),
        str(LINE_STATES[line.state]),
        _CHIPS[line.state],
        str(SOURCES[line.source]),
        waivable=line.kind == ENTITLEMENT and line.state == "due",
    )


def need_options(view: CaseView, ceiling: int) -> list[tuple[str, str]]:
    """What a person may enter: the needs of the packs that nothing else shows, as far as the reader's class goes."""
    lang = short_language()
    derived = {one.key for domain in view.domains for one in domain.lines if not one.entered}
    return [
        (f"{need.kind}:{need.code}", f"{domain.name(lang)} · {need.name(lang)}")
        for domain in load_plan_domains(division=view.division).values()
        for need in domain.needs
        if need.sensitivity <= ceiling and (need.kind, need.code) not in derived
    ]


def step_rows(view: CaseView) -> list[StepRow]:
    """The story in words, the latest first."""
    return [StepRow(_step_words(view, one), one.by, one.at, one.words) for one in view.story]


def last_told(view: CaseView) -> StepRow | None:
    """What somebody wrote in sending the case back, while nobody has taken it on: whoever goes on must not look for it."""
    newest = next((one for one in view.story if one.by), None)
    if newest is None or newest.step not in ("send_back", "keep_open", "reopen"):
        return None
    return StepRow(_step_words(view, newest), newest.by, newest.at, newest.words)


def reason_words(view: CaseView) -> str:
    """The ground on which a case is (asked to be) closed; "" for none."""
    return _reason(view.division, view.reason)


def review_note(view: CaseView) -> str:
    """How often the plan is reviewed, by which row of the packs, and that it is a default."""
    row = load_plan_reviews(division=view.division).get(view.review_row)
    if row is None:
        return ""
    lang = short_language()
    often = _("每 %(days)s 天检查一次：%(row)s。") % {"days": row.days, "row": row.name(lang)}
    return often + (row.note_en if lang == "en" else row.note_zh)


def unmet_names(divisions: Iterable[str]) -> dict[tuple[str, str], str]:
    """What each need is called, by kind and code, in any of these places."""
    named: dict[tuple[str, str], str] = {}
    for county in sorted({one[:6] for one in divisions}):
        named |= _names(county)
    return named


def _names(division: str) -> dict[tuple[str, str], str]:
    lang = short_language()
    rules = load_rule_book(division=division, as_of=timezone.localdate()).by_code
    named = {(ENTITLEMENT, code): rule.name(lang) for code, rule in rules.items()}
    for domain in load_plan_domains(division=division).values():
        named |= {(need.kind, need.code): need.name(lang) for need in domain.needs}
    return named


def _grounds(division: str, one: DomainView) -> list[str]:
    return list(dict.fromkeys(_ground(division, ground) for ground in one.grounds))


def _ground(division: str, ground: Ground) -> str:
    lang = short_language()
    if ground.kind in (ANSWER, NOT_KNOWN):
        asked = {one.code: one for one in load_risk(division=division).asked.indicators}
        indicator = asked[ground.code]
        answer = indicator.answer(ground.answer)
        said = answer.name(lang) if answer is not None else _("还不清楚，要查明")
        return _("%(name)s：%(said)s") % {"name": indicator.name(lang), "said": said}
    if ground.kind == HINT:
        return _("量表有提示（不是诊断）")
    rule = load_rule_book(division=division, as_of=timezone.localdate()).by_code.get(ground.code)
    name = rule.name(lang) if rule is not None else ground.code
    return (_("应有，还没办：%(name)s") if ground.kind == DUE else _("还不能确定：%(name)s")) % {"name": name}


def goal_row(goal: GoalLine) -> tuple[GoalLine, str, str]:
    """A goal with its owner and its state in words."""
    role = ROLES.get(goal.owner_role)
    title = "" if role is None else role.en if short_language() == "en" else role.zh
    owner = f"{goal.owner} · {title}" if goal.owner else _("没有人负责")
    return goal, owner, str(GOAL_STATES[goal.state])


def _step_words(view: CaseView, step: StepLine) -> str:
    words = str(STEPS[step.step])
    reason = _reason(view.division, step.note) if step.step in ("ask_closing", "close", "end") else ""
    return _("%(step)s：%(reason)s") % {"step": words, "reason": reason} if reason else words


def _reason(division: str, code: str) -> str:
    closure = load_plan_closures(division=division).get(code)
    return closure.name(short_language()) if closure is not None else str(ENDED.get(code, ""))
