"""Why an assessment cannot be recorded, read or confirmed, and what to do instead."""

from __future__ import annotations

from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError

LEAST_WORDS, WORDS_LENGTH = 5, 400


class AssessmentNotFound(RunError):
    """There is no such assessment of a child whom this actor may see."""


def assessment_not_found() -> AssessmentNotFound:
    """The same for unknown and for a child of another place."""
    return AssessmentNotFound(problem("risk.not_found", "没有这次评估。请从孩子的页面重新进入。", "There is no such assessment. Come in again from the child's page."))  # fmt: skip


def refused(code: str, zh: str, en: str, *, place: str = "") -> RecordError:
    """What was asked for is not possible as it is."""
    return RecordError(problem(code, zh, en, place=place))


def moved_on() -> RecordError:
    """Somebody else was first."""
    return refused("risk.moved_on", "刚刚已经有人确定了，或者有了新的评估。请刷新页面，看看现在的情况。", "Somebody has just confirmed it, or there is a newer assessment. Reload the page and see.")  # fmt: skip


def check_may_assess(actor: Actor) -> None:
    """Raises AccessDenied unless the actor's role goes to families."""
    if not may_do(actor.role, Action.VISIT):
        raise AccessDenied(problem("risk.role", "您的岗位不评估风险。请由儿童主任、督导员或县级工作人员评估。", "Your post does not assess risk. A child director, a supervisor or an officer of the county does."))  # fmt: skip


def problem(code: str, zh: str, en: str, *, place: str = "") -> Problem:
    """A problem of this room."""
    return Problem(Place(place), code, zh, en)
