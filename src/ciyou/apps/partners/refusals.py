"""Why something cannot be done with a referral or a provider, and what to do instead."""

from __future__ import annotations

from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError

LEAST_WORDS, WORDS_LENGTH = 2, 400


class ReferralNotFound(RunError):
    """There is no such referral for this actor; not there and not theirs look the same."""


class ProviderNotFound(RunError):
    """There is no such provider in the actor's area."""


def referral_not_found() -> ReferralNotFound:
    """The same for unknown and for another's."""
    return ReferralNotFound(
        _problem(
            "not_found",
            "没有这份转介，或者不由您办理。请从转介列表重新进入。",
            "There is no such referral, or it is not yours. Come in again from the list of referrals.",
        )
    )


def provider_not_found() -> ProviderNotFound:
    """The same for unknown and for another county's."""
    return ProviderNotFound(
        _problem(
            "no_provider",
            "没有这个机构，或者不在您的辖区。请从名录中重新选择。",
            "There is no such provider, or not in your area. Choose again from the directory.",
        )
    )


def refused(code: str, zh: str, en: str) -> RecordError:
    """What was asked for is not possible as it is."""
    return RecordError(_problem(code, zh, en))


def moved_on() -> RecordError:
    """Somebody else was first."""
    return refused(
        "moved_on",
        "这份转介刚刚到了下一步。请刷新页面，看看现在的情况。",
        "This referral has just gone a step further. Reload the page and see how it stands.",
    )


def check_may(actor: Actor, action: Action) -> None:
    """Raises AccessDenied unless the actor's role may do this."""
    if not may_do(actor.role, action):
        raise AccessDenied(
            _problem(
                "role",
                "您的岗位不办理转介。请交给儿童主任、儿童督导员或县级经办人。",
                "Your post does not handle referrals. The child director, the supervisor or the county's drafter does.",
            )
        )


def check_words(text: str, *, least: int = LEAST_WORDS) -> str:
    """Words typed on a form, their spaces tidied; raises RecordError for too few or too many."""
    stated = " ".join(text.split())
    if not least <= len(stated) <= WORDS_LENGTH:
        raise refused(
            "words",
            f"请用 {least} 至 {WORDS_LENGTH} 个字写明，接手的人要看得懂。",
            f"Say it in {least} to {WORDS_LENGTH} characters: whoever takes over reads it.",
        )
    return stated


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), f"referral.{code}", zh, en)
