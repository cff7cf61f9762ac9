"""Why something cannot be done with a school case, a place or a plan, and what to do instead."""

from __future__ import annotations

from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError

LEAST_WORDS, WORDS_LENGTH = 2, 400


class SchoolingNotFound(RunError):
    """There is no such case, request or placement for this actor; not there and not theirs look the same."""


def not_found() -> SchoolingNotFound:
    """The same for unknown and for another's."""
    return SchoolingNotFound(
        _problem(
            "not_found",
            "没有这一项，或者不由您办理。请从就学列表重新进入。",
            "There is no such thing, or it is not yours. Come in again from the list of schooling.",
        )
    )


def refused(code: str, zh: str, en: str) -> RecordError:
    """What was asked for is not possible as it is."""
    return RecordError(_problem(code, zh, en))


def moved_on() -> RecordError:
    """Somebody else was first."""
    return refused(
        "moved_on",
        "情况刚刚有了变化。请刷新页面，看看现在到了哪一步。",
        "Something has just changed. Reload the page and see how it stands.",
    )


def check_may(actor: Actor, action: Action) -> None:
    """Raises AccessDenied unless the actor's role may do this."""
    if not may_do(actor.role, action):
        raise AccessDenied(
            _problem(
                "role",
                "您的岗位不办理这一步。",
                "Your post does not take this step.",
            )
        )


def check_words(text: str, *, least: int = LEAST_WORDS) -> str:
    """Words typed on a form, their spaces tidied; raises RecordError for too few or too many."""
    said = " ".join(text.split())
    if not least <= len(said) <= WORDS_LENGTH:
        raise refused(
            "words",
            f"请用 {least} 至 {WORDS_LENGTH} 个字写明，接手的人要看得懂。",
            f"Say it in {least} to {WORDS_LENGTH} characters: whoever takes over reads it.",
        )
    return said


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), f"schooling.{code}", zh, en)
