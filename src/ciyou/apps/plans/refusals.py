"""Why something cannot be done with a case, and what to do instead."""

from __future__ import annotations

from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError

LEAST_WORDS, WORDS_LENGTH = 2, 400


class CaseNotFound(RunError):
    """There is no such case for this actor; not there and not theirs look the same."""


def case_not_found() -> CaseNotFound:
    """The same for unknown and for another place's."""
    return CaseNotFound(
        _problem(
            "not_found",
            "没有这个个案，或者不在您的辖区。请从孩子的页面重新进入。",
            "There is no such case, or not in your area. Come in again from the child's page.",
        )
    )


def refused(code: str, zh: str, en: str) -> RecordError:
    """What was asked for is not possible as it is."""
    return RecordError(_problem(code, zh, en))


def moved_on() -> RecordError:
    """Somebody else was first."""
    return refused(
        "moved_on",
        "这个个案刚刚到了下一步。请刷新页面，看看现在的情况。",
        "This case has just gone a step further. Reload the page and see how it stands.",
    )


def check_may(actor: Actor, action: Action) -> None:
    """Raises AccessDenied unless the actor's role may do this."""
    if not may_do(actor.role, action):
        raise AccessDenied(
            _problem(
                "role",
                "您的岗位不办理这一步：计划由儿童主任、督导员或县级工作人员写，由督导员或县级复核人员审定。",
                "Your post does not take this step: who looks after the child writes the plan, the supervisor or the county agrees to it.",
            )
        )


def check_words(text: str) -> str:
    """Words typed on a form, their spaces tidied; raises RecordError for too few or too many."""
    stated = " ".join(text.split())
    if not LEAST_WORDS <= len(stated) <= WORDS_LENGTH:
        raise refused(
            "words",
            f"请用 {LEAST_WORDS} 至 {WORDS_LENGTH} 个字写明，接手的人要看得懂。",
            f"Say it in {LEAST_WORDS} to {WORDS_LENGTH} characters: whoever takes over reads it.",
        )
    return stated


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), f"plan.{code}", zh, en)
