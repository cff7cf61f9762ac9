"""What stands in a printed case plan. It is written in Chinese whoever prints it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils import translation

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.plans.goals import GoalLine
from ciyou.apps.plans.package import Line
from ciyou.apps.plans.reading import PlanView
from ciyou.packs import load_plan_domains
from ciyou.web import plan_wording as words
from ciyou.web.wording import SEXES


def paper_words(plan: PlanView, *, on: dt.date) -> dict[str, object]:
    """The words of the paper: goals with who and by when, the package with its state; nothing of why a domain is weak."""
    with translation.override("zh-hans"):
        return {
            "title": "个案计划",
            "number": f"档案号 {plan.child.file_number}",
            "issuer": "",  # a plan is agreed to in the system, and no office issues it
            "rows": list(_about(plan)),
            "goal_heads": ["目标和要做的事", "谁负责", "最迟哪天", "进展"],
            "need_heads": ["需要的待遇和服务", "现在怎样", "依据"],
            "groups": list(_groups(plan)) or [{"name": "计划", "goals": [], "needs": []}],
            "nothing": "还没有目标，也没有记录的需要。",
            "foot": f"{_day(on)}打印。含个人信息，请妥善保管，用后销毁。",
        }


def _about(plan: PlanView) -> Iterator[list[str]]:
    child = plan.child
    yield ["姓名", child.name or "不详"]
    yield ["性别", str(SEXES.get(child.sex, "")) or "未登记"]
    yield ["出生日期", _day(child.birth_date) if child.birth_date else "未登记"]
    yield ["所在地方", division_name(child.division)]
    yield ["走到哪一步", words.stage_name(plan.stage)]
    yield ["最近一次审定或检查", _day(plan.looked_on) if plan.looked_on else "还没有"]
    if plan.review_on:
        yield ["下次检查", f"{_day(plan.review_on)}前"]


def _groups(plan: PlanView) -> Iterator[dict[str, object]]:
    domains = {code: one.name("zh") for code, one in load_plan_domains(division=plan.division).items()}
    names = words.unmet_names([plan.division])
    for code, name in (*domains.items(), ("", "其他待遇")):
        goals = [_goal(one) for one in plan.goals if one.domain == code or (not code and one.domain not in domains)]
        lines = [one for one in plan.lines if one.domain == code or (not code and one.domain not in domains)]
        if goals or lines:
            yield {"name": name, "goals": goals, "needs": [_need(one, names) for one in lines]}


def _goal(goal: GoalLine) -> list[str]:
    _line, owner, state = words.goal_row(goal)
    ending = f"：{goal.ending}" if goal.ending else ""
    return [goal.goal, owner, _day(goal.due_on), ("已过期限" if goal.late else state) + ending]


def _need(line: Line, names: dict[tuple[str, str], str]) -> list[str]:
    row = words.line_row(line, names)
    return [row.name, row.state + (f"（{line.why}）" if line.why else ""), row.source]


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
