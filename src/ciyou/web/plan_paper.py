"""What stands in a printed case plan. It is written in Chinese whoever prints it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils import translation

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.plans import paper_texts as texts
from ciyou.apps.plans.goals import GoalLine
from ciyou.apps.plans.package import Line
from ciyou.apps.plans.paper_texts import day_words
from ciyou.apps.plans.reading import PlanView
from ciyou.packs import load_plan_domains
from ciyou.web import plan_wording as words
from ciyou.web.wording import SEXES


def paper_words(plan: PlanView, *, on: dt.date) -> dict[str, object]:
    """The words of the paper: goals with who and by when, the package with its state; nothing of why a domain is weak."""
    with translation.override("zh-hans"):
        return {
            "title": texts.TITLE,
            "number": texts.file_words(plan.child.file_number),
            "issuer": "",  # a plan is agreed to in the system, and no office issues it
            "rows": list(_about(plan)),
            "goal_heads": list(texts.GOAL_HEADS),
            "need_heads": list(texts.NEED_HEADS),
            "groups": list(_groups(plan)) or [{"name": texts.ANOTHER, "goals": [], "needs": []}],
            "nothing": texts.NOTHING,
            "foot": texts.foot(on),
        }


def _about(plan: PlanView) -> Iterator[list[str]]:
    child = plan.child
    yield [texts.NAME, child.name or texts.NO_NAME]
    yield [texts.SEX, str(SEXES.get(child.sex, "")) or texts.NOT_RECORDED]
    yield [texts.BORN, day_words(child.birth_date) if child.birth_date else texts.NOT_RECORDED]
    yield [texts.PLACE, division_name(child.division)]
    yield [texts.STAGE, words.stage_name(plan.stage)]
    yield [texts.LOOKED_ON, day_words(plan.looked_on) if plan.looked_on else texts.NOT_YET]
    if plan.review_on:
        yield [texts.REVIEW_ON, texts.before(plan.review_on)]


def _groups(plan: PlanView) -> Iterator[dict[str, object]]:
    domains = {code: one.name("zh") for code, one in load_plan_domains(division=plan.division).items()}
    names = words.unmet_names([plan.division])
    for code, name in (*domains.items(), ("", texts.OTHER_NEEDS)):
        goals = [_goal(one) for one in plan.goals if one.domain == code or (not code and one.domain not in domains)]
        lines = [one for one in plan.lines if one.domain == code or (not code and one.domain not in domains)]
        if goals or lines:
            yield {"name": name, "goals": goals, "needs": [_need(one, names) for one in lines]}


def _goal(goal: GoalLine) -> list[str]:
    _line, owner, state = words.goal_row(goal)
    return [goal.goal, owner, day_words(goal.due_on), (texts.LATE if goal.late else state) + texts.ended(goal.ending)]


def _need(line: Line, names: dict[tuple[str, str], str]) -> list[str]:
    row = words.line_row(line, names)
    return [row.name, row.state + texts.because(line.why), row.source]
