"""Why a questionnaire cannot be asked, read or closed, and what to do instead."""

from __future__ import annotations

from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError

LEAST_WORDS, WORDS_LENGTH = 5, 400


class FilledNotFound(RunError):
    """There is no such questionnaire for this actor; not there, and of somebody whose results are not theirs to read, look the same."""


class CampaignNotFound(RunError):
    """There is no such campaign, or household in it, for this actor; another county's reads the same."""


def campaign_not_found() -> CampaignNotFound:
    """The same for unknown and for not theirs."""
    return CampaignNotFound(
        _problem(
            "care.campaign_not_found",
            "没有这次筛查，或者不在您的工作范围内。请从“心理筛查”页面重新进入。",
            "There is no such campaign, or it is outside your area. Come in again from the page of screening campaigns.",
        )
    )


def check_may_open_campaign(actor: Actor) -> None:
    """Raises AccessDenied unless the actor's role opens campaigns."""
    if not may_do(actor.role, Action.OPEN_CAMPAIGN):
        raise AccessDenied(
            _problem(
                "care.campaign_role",
                "心理筛查由县级经办人开启和结束；您的岗位不办理这一步。",
                "The county's drafter opens and closes screening campaigns; your post does not.",
            )
        )


def filled_not_found() -> FilledNotFound:
    """The same for unknown and for not theirs."""
    return FilledNotFound(
        _problem(
            "care.not_found",
            "没有这份问卷，或者不由您查看。结果只给提问的人和指名的办案人员看。",
            "There is no such questionnaire, or it is not yours to read: results are for whoever asked and for named workers.",
        )
    )


def refused(code: str, zh: str, en: str, *, place: str = "") -> RecordError:
    """What was asked for is not possible as it is."""
    return RecordError(_problem(f"care.{code}", zh, en, place=place))


def moved_on() -> RecordError:
    """Somebody else was first."""
    return refused(
        "moved_on",
        "刚刚已经有人记录了。请刷新页面，看看现在的情况。",
        "Somebody has just recorded it. Reload the page and see.",
    )


def check_may_ask(actor: Actor) -> None:
    """Raises AccessDenied unless the actor's role goes to families."""
    if not may_do(actor.role, Action.VISIT):
        raise AccessDenied(
            _problem(
                "care.role",
                "您的岗位不用量表提问。请由儿童主任、督导员或县级工作人员来问。",
                "Your post does not ask with questionnaires. A child director, a supervisor or an officer of the county does.",
            )
        )


def _problem(code: str, zh: str, en: str, *, place: str = "") -> Problem:
    return Problem(Place(place), code, zh, en)
