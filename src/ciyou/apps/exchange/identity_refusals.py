"""Why something cannot be done with a list of identities, and what to do instead."""

from __future__ import annotations

from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError


class IdentityListNotFound(RunError):
    """There is no such list for this actor; not there and not theirs to see look the same."""


def list_not_found() -> IdentityListNotFound:
    """The same for unknown, another county's, another department's, not sent yet."""
    return IdentityListNotFound(
        Problem(
            Place(),
            "identity_list.not_found",
            "没有这份身份名单，或者不由您办理。请从“身份名单”页面重新进入。",
            "There is no such list, or it is not yours to handle. Come in again from the page of identity lists.",
        )
    )


def refused(code: str, zh: str, en: str) -> RecordError:
    """What was asked for is not possible as it is."""
    return RecordError(Problem(Place(), f"identity_list.{code}", zh, en))


def moved_on() -> RecordError:
    """The list is not as it was shown."""
    return refused(
        "moved_on",
        "这份名单刚刚有了变化（重新生成、发出或回执完成）。请看现在的情况再办理。",
        "This list has just changed (made anew, sent, or fully answered). Look at it as it is now.",
    )


def check_may(actor: Actor, action: Action) -> None:
    """Raises AccessDenied unless the actor's role does this."""
    if not may_do(actor.role, action):
        raise AccessDenied(
            Problem(
                Place(),
                "access.role",
                "您的岗位不办理这项工作。如工作需要，请联系县级系统管理员。",
                "Your post does not do this. If your work needs it, ask the county's system administrator.",
            )
        )
