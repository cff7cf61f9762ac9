"""Why something cannot be done with a school case, a place or a plan, and what to do instead."""

from __future__ import annotations

from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError

LEAST_WORDS, WORDS_LENGTH = 2, 400


class SchoolingNotFound(RunError):
    """There is no such case, request or placement for this actor; not there and not theirs look the same."""


class SchoolLinkUnusable(RunError):
    """A link that was used, ran out or never was; all read the same, and name nobody."""


def not_found() -> SchoolingNotFound:
    """The same for unknown and for another's."""
    return SchoolingNotFound(
        _problem(
            "not_found",
            "没有这一项，或者不由您办理。请从就学列表重新进入。",
            "There is no such thing, or it is not yours. Come in again from the list of schooling.",
        )
    )


def link_unusable() -> SchoolLinkUnusable:
    """The one answer to whatever is no open link."""
    return SchoolLinkUnusable(
        _problem(
            "link",
            "这个链接已经用过、过期或者不完整。已经答复过的，不用再做什么；还要答复的，请向把链接交给您的工作人员要一个新的。",
            "This link was used, has run out or is incomplete. If you have answered already, there is nothing more to do; else ask the worker who gave it to you for a new one.",
        )
    )


def too_many_tries() -> SchoolLinkUnusable:
    """Too many links that are none came from one place."""
    return SchoolLinkUnusable(
        _problem(
            "often",
            "打不开的次数太多，请一刻钟以后再试，或者向把链接交给您的工作人员要一个新的。",
            "Too many links that do not open; try again in a quarter of an hour, or ask the worker who gave it to you for a new one.",
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
