"""Words for school cases, places at school and home-delivered schooling."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.schooling.lists import CaseLine, CaseStep
from ciyou.apps.schooling.reading import PlacementView, PlanView, RequestLine, Standard
from ciyou.core.access.roles import ROLES
from ciyou.packs import load_schooling
from ciyou.web.context import short_language
from ciyou.web.figure_wording import Wanted
from ciyou.web.work_wording import clock_left, task_name

STATES = {
    "found": gettext_lazy("待走访"),
    "visited": gettext_lazy("已走访，待落实学校"),
    "placed": gettext_lazy("已落实学校，待双方确认到校"),
    "contradicted": gettext_lazy("村里和学校说法不一，待县级核清"),
    "closed": gettext_lazy("已办结"),
}
STEPS = {
    "found": gettext_lazy("名册或事实显示不在学籍"),
    "visit": gettext_lazy("走访"),
    "place": gettext_lazy("落实学校"),
    "village_back": gettext_lazy("村里确认：已到校"),
    "village_not_back": gettext_lazy("村里说：没有到校"),
    "school_back": gettext_lazy("学校确认：已到校"),
    "school_not_back": gettext_lazy("学校说：没有到校"),
    "ask_again": gettext_lazy("县级核清：双方重新确认"),
    "place_again": gettext_lazy("县级核清：重新落实学校"),
    "end": gettext_lazy("办结"),
    "reopen": gettext_lazy("又不在学籍，重新办理"),
    "handed_on": gettext_lazy("孩子迁到别的县，移交过来"),
}
ENDINGS = {
    "back": gettext_lazy("已回到学校"),
    "above_age": gettext_lazy("已过义务教育年龄"),
    "moved_out": gettext_lazy("迁往系统以外的地方，已移交"),
    "exempted": gettext_lazy("批准免学"),
    "postponed": gettext_lazy("批准缓学"),
    "died": gettext_lazy("孩子已去世"),
    "merged": gettext_lazy("与另一份档案是同一个孩子"),
}
SAID = {"": gettext_lazy("还没有说"), "back": gettext_lazy("已到校"), "not_back": gettext_lazy("没有到校")}
CAUSES = {"roster": gettext_lazy("比对名册发现"), "facts": gettext_lazy("由登记的事实发现")}
PLACE_STATES = {
    "asked": gettext_lazy("待答复"),
    "offered": gettext_lazy("已给出学位，待落实"),
    "refused": gettext_lazy("不予安排"),
    "taken": gettext_lazy("已入学"),
    "not_taken": gettext_lazy("没有去"),
}
PLACE_REASONS = {
    "full": gettext_lazy("学位已满"),
    "papers": gettext_lazy("材料不全"),
    "not_resident": gettext_lazy("不住在本地"),
    "age": gettext_lazy("年龄不符"),
    "too_far": gettext_lazy("太远"),
    "moved": gettext_lazy("已搬走"),
    "elsewhere": gettext_lazy("去了别的学校"),
    "other": gettext_lazy("其他"),
    "died": gettext_lazy("孩子已去世"),
    "above_age": gettext_lazy("已过义务教育年龄"),
}
STAGES = {"primary": gettext_lazy("小学"), "junior": gettext_lazy("初中")}
KINDS = {
    "inclusive": gettext_lazy("随班就读"),
    "special_class": gettext_lazy("特教班"),
    "special_school": gettext_lazy("特殊教育学校"),
    "home_delivered": gettext_lazy("送教上门"),
}
DECIDERS = {
    "committee": gettext_lazy("残疾人教育专家委员会"),
    "education": gettext_lazy("教育部门"),
    "school": gettext_lazy("学校"),
    "guardian": gettext_lazy("监护人"),
}
CASE_FIGURES = (
    Wanted("found", gettext_lazy("发现不在学籍")),
    Wanted("open", gettext_lazy("未办结")),
    Wanted("late", gettext_lazy("其中逾期")),
    Wanted("back", gettext_lazy("已回到学校")),
    Wanted("otherwise", gettext_lazy("因其他原因办结")),
)
PLACE_FIGURES = (
    Wanted("asked", gettext_lazy("申请学位")),
    Wanted("offered", gettext_lazy("给出学位")),
    Wanted("refused", gettext_lazy("不予安排")),
    Wanted("taken", gettext_lazy("已入学")),
)
HOME_FIGURES = (
    Wanted("taught", gettext_lazy("送教上门的孩子")),
    Wanted("planned", gettext_lazy("本学期计划课时")),
    Wanted("done", gettext_lazy("已送课时")),
    Wanted("measured", gettext_lazy("当地有标准的计划")),
    Wanted("standard", gettext_lazy("按当地标准的课时")),
)


@dataclass(frozen=True)
class CaseRow:
    """One case in words; `chip` yes | work | bad; `left` of the running clock."""

    line: CaseLine
    place: str
    state: str
    chip: str
    year: str
    left: str


@dataclass(frozen=True)
class RequestRow:
    """One request for a place in words."""

    line: RequestLine
    place: str
    state: str
    chip: str
    stage: str
    year: str


@dataclass(frozen=True)
class PlacementRow:
    """One placement in words; `term`: its running term, if there is one."""

    view: PlacementView
    place: str
    kind: str
    decided_by: str
    term: PlanView | None


def case_rows(lines: Iterable[CaseLine], today: dt.date, *, placed: bool = True) -> list[CaseRow]:
    """The lines of a list in words; `placed`: with the names of their places."""
    listed = list(lines)
    places = division_names({one.division for one in listed if placed})
    return [_case_row(one, places.get(one.division, one.division), today) for one in listed]


def _case_row(line: CaseLine, place: str, today: dt.date) -> CaseRow:
    state, left = str(STATES[line.state]), ""
    if line.end_reason:
        state = _("%(state)s：%(reason)s") % {"state": state, "reason": ENDINGS[line.end_reason]}
    if line.due_on is not None:
        told = {"task": task_name(line.kind, line.division), "left": clock_left(line.kind, line.due_on, today)}
        left = _("%(task)s：%(left)s") % told
    bad = line.late or line.state == "contradicted"
    chip = "bad" if bad else "yes" if line.state == "closed" else "work"
    return CaseRow(line, place, state, chip, school_year(line.school_year), left)


def school_year(first: int) -> str:
    """A school year by both of its years."""
    return _("%(first)s—%(last)s 学年") % {"first": first, "last": first + 1}


def step_rows(steps: Iterable[CaseStep]) -> list[dict[str, object]]:
    """The story in words."""
    return [{"name": STEPS.get(one.step, one.step), "by": _by(one), "at": one.at, "words": one.words} for one in steps]


def _by(step: CaseStep) -> str:
    if step.by:
        return step.by
    if step.role == "partner":
        return _("学校（一次性链接）")
    role = ROLES.get(step.role)
    return "" if role is None else role.en if short_language() == "en" else role.zh


def reasons(division: str) -> list[tuple[str, str]]:
    """Why a child may be out of school, for a form."""
    pack = load_schooling(division=division).compulsory
    return [(code, pack.reason(code, short_language())) for code in pack.reasons]


def reason_name(code: str, division: str) -> str:
    """Why a child is out of school."""
    return load_schooling(division=division).compulsory.reason(code, short_language()) if code else ""


def request_rows(lines: Iterable[RequestLine], *, placed: bool = True) -> list[RequestRow]:
    """Requests for places in words."""
    listed = list(lines)
    places = division_names({one.division for one in listed if placed})
    return [_request_row(one, places.get(one.division, one.division)) for one in listed]


def _request_row(line: RequestLine, place: str) -> RequestRow:
    state = str(PLACE_STATES[line.state])
    if line.reason:
        state = _("%(state)s：%(reason)s") % {"state": state, "reason": PLACE_REASONS.get(line.reason, line.reason)}
    chip = {"taken": "yes", "refused": "bad", "not_taken": "bad"}.get(line.state, "work")
    return RequestRow(line, place, state, chip, str(STAGES[line.stage]), school_year(line.school_year))


def placement_rows(views: Iterable[PlacementView], *, placed: bool = True) -> list[PlacementRow]:
    """Placements in words."""
    listed = list(views)
    places = division_names({one.division for one in listed if placed})
    return [
        PlacementRow(
            view=one,
            place=places.get(one.division, one.division),
            kind=str(KINDS[one.kind]),
            decided_by=str(DECIDERS[one.decided_by]),
            term=next((plan for plan in one.plans if plan.running), None),
        )
        for one in listed
    ]


def standard_words(standard: Standard) -> str:
    """The place's standard for a term; where nobody has said one, whom to ask."""
    if standard.visits is None and standard.periods is None:
        return standard.ask[1] if short_language() == "en" else standard.ask[0]
    parts = []
    if standard.visits is not None:
        parts.append(_("%(count)s 次") % {"count": standard.visits})
    if standard.periods is not None:
        parts.append(_("%(count)s 课时") % {"count": standard.periods})
    return _("、").join(parts)
