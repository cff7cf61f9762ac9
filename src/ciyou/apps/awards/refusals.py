"""Why something cannot be done with an application or an award, and what to do instead."""

from __future__ import annotations

from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError

REASON_LENGTH = 400
LEAST_REASON = 5


class ApplicationNotFound(RunError):
    """There is no such application for this actor; not there and not theirs to see look the same."""


class AwardNotFound(RunError):
    """There is no such award for this actor."""


def application_not_found() -> ApplicationNotFound:
    """The same for unknown, another county's, and a protected child's."""
    return ApplicationNotFound(
        _problem(
            "application.not_found",
            "没有这份申请，或者不由您办理。请从“申请”列表重新进入。",
            "There is no such application, or it is not yours to handle. Come in again from the list of applications.",
        )
    )


def award_not_found() -> AwardNotFound:
    """The same for unknown and for another county's."""
    return AwardNotFound(
        _problem(
            "award.not_found",
            "没有这项保障，或者不由您办理。请从孩子的页面重新进入。",
            "There is no such award, or it is not yours to handle. Come in again from the child's page.",
        )
    )


def refused(code: str, zh: str, en: str) -> RecordError:
    """What was asked for is not possible as it is."""
    return RecordError(_problem(code, zh, en))


def moved_on() -> RecordError:
    """Somebody else was first."""
    return refused(
        "application.moved_on",
        "刚刚有人办理了这一步。请刷新页面，看看现在的情况再办理。",
        "Somebody has just taken this step. Reload the page and see how it stands now.",
    )


def no_day() -> RecordError:
    """What was typed is no date."""
    return refused("application.day", "日期请写成 2026-11-26 这样。", "Write a date as 2026-11-26.")


def no_amount() -> RecordError:
    """What was typed is no amount in yuan."""
    return refused(
        "application.amount_form",
        "金额请填数字（元），例如 1350 或 1350.00。",
        "Give the amount in yuan as a number, such as 1350 or 1350.00.",
    )


def same_person(zh: str, en: str) -> RecordError:
    """Two steps that need two people."""
    return refused("application.same_person", zh, en)


def check_may(actor: Actor, *actions: Action) -> None:
    """Raises AccessDenied unless the actor's role may do one of these."""
    if not any(may_do(actor.role, action) for action in actions):
        raise AccessDenied(
            _problem(
                "application.role",
                "您的岗位不办理这一步。如工作需要，请联系县级经办人。",
                "Your post does not take this step. If your work needs it, ask the county's officers.",
            )
        )


def check_reason(text: str, *, code: str = "application.reason") -> str:
    """A reason in words, its spaces tidied; raises RecordError for one that says nothing or too much."""
    stated = " ".join(text.split())
    if not LEAST_REASON <= len(stated) <= REASON_LENGTH:
        raise refused(
            code,
            f"请写明理由（{LEAST_REASON} 至 {REASON_LENGTH} 个字），当事人和以后办理的人要看得懂。",
            f"Give the reason ({LEAST_REASON} to {REASON_LENGTH} characters): the family and whoever comes later must understand it.",
        )
    return stated


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), code, zh, en)
