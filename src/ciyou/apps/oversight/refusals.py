"""Why oversight refuses: each a full sentence that says what to do, without anything of a person."""

from __future__ import annotations

from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError


class NotFoundHere(RunError):
    """There is no such thing for this actor: unknown, or not theirs to know of. Both read the same."""


def not_found_here() -> NotFoundHere:
    return NotFoundHere(
        problem(
            "not_found",
            "没有这一项，或不在您的辖区之内。请从列表进入。",
            "There is no such entry, or it is outside your area. Start from the list.",
        )
    )


def refused(code: str, zh: str, en: str) -> RecordError:
    """A value or a step that is not possible."""
    return RecordError(problem(code, zh, en))


def check_may(actor: Actor, action: Action) -> None:
    """Raises AccessDenied unless the actor's role may do this."""
    if not may_do(actor.role, action):
        raise AccessDenied(
            Problem(
                Place(),
                "access.role",
                "您的岗位不办理这项工作。如工作需要，请联系县级经办人。",
                "Your post does not do this. If your work needs it, ask the county's officers.",
            )
        )


def check_purpose(actor: Actor, purpose: Purpose) -> None:
    """Raises AccessDenied where the actor's post does not serve this purpose."""
    if purpose not in actor.purposes:
        raise AccessDenied(
            Problem(
                Place(),
                "access.purpose",
                "您的岗位不能为这个目的取用个人资料。请换一个目的，或联系县级经办人。",
                "Your post may not use personal data for this purpose. Choose another, or ask the county's officers.",
            )
        )


def check_reason(reason: str, *, least: int) -> str:
    """The reason without spaces around it; raises RecordError when it is too short to be one."""
    kept = " ".join(reason.split())
    if len(kept) < least:
        raise refused(
            "reason_short",
            f"请写明理由，至少 {least} 个字。",
            f"Give the reason in at least {least} characters.",
        )
    return kept[:400]


def somebody_was_first() -> RecordError:
    return refused(
        "moved_on",
        "这一项刚刚已由别人处理；请刷新查看结果。",
        "Somebody else has just dealt with this; reload to see what was decided.",
    )


def problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), f"oversight.{code}", zh, en)
