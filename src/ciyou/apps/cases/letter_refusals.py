"""Why something cannot be done with a letter, and what to do instead."""

from __future__ import annotations

from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError


class LetterNotFound(RunError):
    """There is no such letter for this actor; not there and not theirs to see look the same."""


def letter_not_found() -> LetterNotFound:
    """The same for unknown, another county's, another department's."""
    return LetterNotFound(
        Problem(
            Place(),
            "letter.not_found",
            "没有这封协查函，或者不由您办理。请从“协查”列表重新进入。",
            "There is no such letter, or it is not yours to handle. Come in again from the list of letters.",
        )
    )


def refused(code: str, zh: str, en: str) -> RecordError:
    """What was asked for is not possible as it is."""
    return RecordError(Problem(Place(), code, zh, en))


def letter_moved_on() -> RecordError:
    """Somebody else was first."""
    return refused(
        "letter.moved_on",
        "这封函刚刚被别人改动、发出、撤回或回复。请刷新页面，看看现在的情况再办理。",
        "Somebody has just changed, sent, withdrawn or answered this letter. Reload the page and see how it stands now.",
    )


def not_your_work() -> AccessDenied:
    """The role neither writes nor answers letters."""
    return AccessDenied(
        Problem(
            Place(),
            "letter.role",
            "您的岗位不办理协查函。如工作需要，请联系县级系统管理员。",
            "Your post does not handle inquiry letters. If your work needs it, ask the county's system administrator.",
        )
    )
