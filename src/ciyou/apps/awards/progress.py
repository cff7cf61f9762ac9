"""How an application stands, for whoever holds the receipt: number and code, no account, no name, nothing of the child."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ciyou.apps.accounts.tries import TryLimit, count_wrong_try, tried_too_often
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.models import Application, ApplicationState
from ciyou.apps.awards.numbering import CODE_DIGITS, code_hash, is_code, read_number
from ciyou.apps.awards.receiving import waited_since
from ciyou.apps.awards.refusals import refused
from ciyou.apps.awards.steps import content_of
from ciyou.apps.awards.whole_procedure import plan_of_whole
from ciyou.apps.cases.list_conditions import open_clocks
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import RecordError

WRONG_BY_NUMBER, WRONG_BY_ORIGIN = 5, 20
NOBODY = code_hash("0" * CODE_DIGITS)
"""Compared with where there is no such number, so that it takes as long."""


@dataclass(frozen=True)
class Standing:
    """Where an application stands: its step, since when, until when by law and by promise, and whether papers are missing.

    `whole_on`: the last day of the whole procedure, where the place states one.
    """

    number: str
    state: str
    since: dt.date
    statutory_on: dt.date | None
    promised_on: dt.date | None
    whole_on: dt.date | None
    received_on: dt.date
    decided_on: dt.date | None
    papers_missing: bool
    appeal_open: bool


def follow_application(*, number: str, code: str, origin: str) -> Standing:
    """How an application stands; raises RecordError for a wrong number or code (the same for both) and for too many wrong tries.

    Wrong tries are counted by the number asked for and by where they come from: neither says whether the number exists.
    """
    read = read_number(number)
    if read is None or len([one for one in code if one.isdigit()]) != CODE_DIGITS:
        raise wrong()
    key = "-".join(str(part) for part in read)
    limits = try_limits(key, origin)
    with walled(LOCAL_OPERATOR):
        check_tries(limits)
        row = Application.objects.filter(county=read[0], year=read[1], sequence=read[2]).first()
        if not is_code(code, row.code_hash if row is not None else NOBODY) or row is None:
            count_wrong_try(limits)
            record_action(LOCAL_OPERATOR, action="refuse_follow", origin=origin)
            problem = wrong()
        else:
            return _standing(row)
    raise problem


def try_limits(number: str, origin: str) -> tuple[TryLimit, ...]:
    """What wrong tries are counted by: the number asked for, and where they come from."""
    return (TryLimit(f"follow:number:{number}", WRONG_BY_NUMBER), TryLimit(f"follow:origin:{origin}", WRONG_BY_ORIGIN))


def wrong() -> RecordError:
    """The one answer to a wrong number and to a wrong code."""
    return refused(
        "follow.wrong",
        "受理编号或查询码不对。请对照回执再输一次；回执丢失的，请带身份证件到受理单位补领查询码。",
        "The receipt number or the code is not right. Compare both with the slip; if it is lost, a new code is given where you applied.",
    )


def check_tries(limits: tuple[TryLimit, ...]) -> None:
    """Raises RecordError where there were too many wrong tries."""
    if tried_too_often(limits):
        raise refused(
            "follow.often",
            "输错的次数太多，请一刻钟以后再试。也可以到村（居）、乡镇请工作人员代查。",
            "There were too many wrong tries; try again in a quarter of an hour, or ask at the village or township.",
        )


def _standing(row: Application) -> Standing:
    clocks = open_clocks(str(row.id))
    clock = clocks[0] if clocks else None
    whole = plan_of_whole(row, row.steps.order_by("at", "id").values_list("step", "at"))
    return Standing(
        number=row.number,
        state=row.state,
        since=waited_since(row),
        statutory_on=clock.statutory_on if clock else None,
        promised_on=clock.promised_on if clock else None,
        whole_on=whole.due_on if whole else None,
        received_on=row.received_on,
        decided_on=row.decided_on,
        papers_missing=row.state == ApplicationState.RETURNED and bool(content_of(row).missing),
        appeal_open=row.appeals.filter(result="").exists(),
    )
