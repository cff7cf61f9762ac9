"""Why something cannot be done with a course, a certificate or an activity of publicity, and what to do instead."""

from __future__ import annotations

import datetime as dt

from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError


class TrainingNotFound(RunError):
    """There is no such course, session, certificate or entry for this actor; not there and not theirs look the same."""


def not_found() -> TrainingNotFound:
    """The same for unknown and for another's."""
    return TrainingNotFound(
        _problem(
            "not_found",
            "没有这一项，或者不在您的辖区。请从培训列表重新进入。",
            "There is no such thing, or it is not in your area. Come in again from the list of courses.",
        )
    )


def refused(code: str, zh: str, en: str) -> RecordError:
    """What was asked for is not possible as it is."""
    return RecordError(_problem(code, zh, en))


def moved_on() -> RecordError:
    """Somebody else was first."""
    return refused(
        "moved_on",
        "情况刚刚有了变化。请刷新页面，看看现在的内容。",
        "Something has just changed. Reload the page and see how it stands.",
    )


def check_may(actor: Actor, action: Action) -> None:
    """Raises AccessDenied unless the actor's role may do this."""
    if not may_do(actor.role, action):
        raise AccessDenied(_problem("role", "您的岗位不办理这一步。", "Your post does not take this step."))


def check_text(text: str, *, code: str, least: int, most: int, zh: str, en: str) -> str:
    """Words typed on a form, their spaces tidied; raises RecordError for too few or too many. `zh`, `en`: what is asked for."""
    said = " ".join(text.split())
    if not least <= len(said) <= most:
        raise refused(code, f"请写明{zh}，{least} 至 {most} 个字。", f"Give {en}, in {least} to {most} characters.")
    return said


def check_day(day: dt.date | None, *, code: str, latest: dt.date | None = None) -> dt.date:
    """A day of a form; raises RecordError for none, one before 2000, and one after `latest`."""
    if day is None or day.year < _FIRST_YEAR or (latest is not None and day > latest):
        raise refused(code, "请写明日期（不能是将来的日子）。", "Give the day (no day to come).")
    return day


def check_number(value: int, *, code: str, least: int, most: int, zh: str, en: str) -> int:
    """A whole number of a form within its bounds; raises RecordError else."""
    if not least <= value <= most:
        raise refused(
            code, f"请填写{zh}，{least} 至 {most} 的整数。", f"Give {en}: a whole number from {least} to {most}."
        )
    return value


def check_inside(actor: Actor, division: str) -> str:
    """A division of the actor's own area; raises RecordError else."""
    if not actor.scope.holds(division):
        raise refused("elsewhere", "请选择您辖区内的地方。", "Choose a place in your area.")
    return division


_FIRST_YEAR = 2000


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), f"training.{code}", zh, en)
