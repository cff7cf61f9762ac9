"""Why something cannot be done with an application on its way, and what to do instead."""

from __future__ import annotations

from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError

LEAST_REASON, REASON_LENGTH = 5, 400


class CrossingNotFound(RunError):
    """There is no such crossing for this actor; not there and not theirs look the same."""


def crossing_not_found() -> CrossingNotFound:
    """The same for unknown, for one of two other places, and for one that was sent on."""
    return CrossingNotFound(
        _problem(
            "crossing.not_found",
            "没有这份异地申请，或者不由您办理。请从“异地受理”列表重新进入。",
            "There is no such application from elsewhere, or it is not yours to handle. Come in again from the list.",
        )
    )


def refused(code: str, zh: str, en: str) -> RecordError:
    """What was asked for is not possible as it is."""
    return RecordError(_problem(f"crossing.{code}", zh, en))


def moved_on() -> RecordError:
    """Somebody else was first, or it lies at the other end now."""
    return refused(
        "moved_on",
        "这份申请刚刚到了下一步，或者现在在另一头。请刷新页面，看看现在的情况。",
        "This application has just gone a step further, or lies at the other end now. Reload the page.",
    )


def no_answer() -> RecordError:
    """A form that says nothing of how to answer."""
    return refused("answer", "请选择怎样答复。", "Choose how to answer.")


def no_file() -> RecordError:
    """A form that says nothing of the file."""
    return refused("file", "请选择用哪一份档案，或者新建一份。", "Choose the file that this belongs to, or a new one.")


def no_place() -> RecordError:
    """A form that says nothing of the place of registration."""
    return refused(
        "place_words",
        "请填写户籍所在乡镇（街道）或县的名称。",
        "Give the name of the township or county of registration.",
    )


def check_may(actor: Actor, action: Action) -> None:
    """Raises AccessDenied unless the actor's role may do this."""
    if not may_do(actor.role, action):
        raise AccessDenied(
            _problem(
                "crossing.role",
                "您的岗位不办理异地申请。请交给乡镇（街道）或县级经办人。",
                "Your post does not handle applications from elsewhere. The township or the county's drafter does.",
            )
        )


def check_words(text: str) -> str:
    """A reason in words, its spaces tidied; raises RecordError for one that says nothing or too much."""
    stated = " ".join(text.split())
    if not LEAST_REASON <= len(stated) <= REASON_LENGTH:
        raise refused(
            "reason",
            f"请写明理由（{LEAST_REASON} 至 {REASON_LENGTH} 个字），另一头的人和申请人都要看得懂。",
            f"Give the reason ({LEAST_REASON} to {REASON_LENGTH} characters): the other end and the applicant read it.",
        )
    return stated


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), code, zh, en)
