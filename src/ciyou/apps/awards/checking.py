"""The township's check: what the data say, an opinion, or back to the applicant for what is missing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from ciyou.apps.awards.access import find_application
from ciyou.apps.awards.models import Application, ApplicationState
from ciyou.apps.awards.paying import REQUIRED, TOWNSHIP, PayingRules, paying_rules
from ciyou.apps.awards.refusals import check_may, check_reason, moved_on, refused, same_person
from ciyou.apps.awards.steps import CHECK, COMPLETE, DRAFT, POST, SUPERVISOR, content_of, end_step, open_step, take_step
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action
from ciyou.packs import load_departments

AGREE, DISAGREE, RETURN = "agree", "disagree", "return"
REPORT_LENGTH = 2000


@dataclass(frozen=True)
class Opinion:
    """What the township found. `compared`: the departments whose data were held against the application; `report` of a verification."""

    outcome: str
    words: str = ""
    compared: frozenset[str] = frozenset()
    report: str = ""


def check_application(actor: Actor, *, application_id: uuid.UUID, version: int, opinion: Opinion) -> None:
    """Give the township's opinion, or return the application for what is missing; opens the next step.

    Raises RecordError for an opinion that rests on nothing, a verification without its report, and a step taken already.
    """
    check_may(actor, Action.CHECK_APPLICATION)
    with transaction.atomic():
        row = find_application(actor, application_id, lock=True)
        if row.state != ApplicationState.RECEIVED:
            raise moved_on()
        _check_not_other_counter(actor, row)
        rules = paying_rules(row.entitlement, row.division, timezone.localdate())
        if opinion.outcome == RETURN:
            _return(actor, row, version, opinion)
        else:
            _give(actor, row, version, opinion, rules)


def _check_not_other_counter(actor: Actor, row: Application) -> None:
    """A counter elsewhere took it in: the place of the child's registration checks it."""
    if not actor.scope.holds(row.division):
        raise same_person(
            "这份申请由孩子户籍地的乡镇（街道）核查；这里只负责受理和告知。",
            "The township of the child's registration checks this; here it was only taken in.",
        )


def _return(actor: Actor, row: Application, version: int, opinion: Opinion) -> None:
    words = check_reason(opinion.words)
    content = replace(content_of(row), missing_words=words)
    take_step(actor, row, version=version, step="return", content=content, state=ApplicationState.RETURNED)
    end_step(actor, row, CHECK)
    open_step(actor, row, COMPLETE)


def _give(actor: Actor, row: Application, version: int, opinion: Opinion, rules: PayingRules) -> None:
    content = replace(
        content_of(row),
        compared=tuple(sorted(_compared(opinion.compared))),
        check_outcome=_outcome(opinion.outcome),
        check_words=check_reason(opinion.words)
        if opinion.outcome == DISAGREE
        else " ".join(opinion.words.split())[:400],
        report=_report(opinion, rules),
    )
    if rules.verification and not content.authorized_on:
        raise refused(
            "application.authorization",
            "还没有家庭成员的核对授权书，不能核查。请先退回补齐授权书。",
            "The family has not authorized the verification. Return the application for it first.",
        )
    take_step(
        actor,
        row,
        version=version,
        step="check",
        outcome=opinion.outcome,
        content=content,
        state=ApplicationState.CHECKED,
        checked_by=actor.id,
    )
    end_step(actor, row, CHECK)
    if rules.notice == REQUIRED and opinion.outcome == AGREE:
        open_step(actor, row, POST)
    open_step(actor, row, DRAFT, role=SUPERVISOR if rules.decided_by == TOWNSHIP else "")


def _compared(chosen: Iterable[str]) -> frozenset[str]:
    known = frozenset(chosen) & frozenset(load_departments())
    if not known:
        raise refused(
            "application.compared",
            "请勾选与哪些部门的数据比对过。",
            "Tick the departments whose data were compared.",
        )
    return known


def _outcome(outcome: str) -> str:
    if outcome not in (AGREE, DISAGREE):
        raise refused(
            "application.opinion",
            "请选择核查意见。",
            "Choose an opinion: agree, disagree, or return for what is missing.",
        )
    return outcome


def _report(opinion: Opinion, rules: PayingRules) -> str:
    report = opinion.report.strip()
    if rules.verification and not 10 <= len(report) <= REPORT_LENGTH:
        raise refused(
            "application.report",
            f"请写明家庭经济状况核对的结果（10 至 {REPORT_LENGTH} 个字）。",
            f"Write what the verification of the family's means has found (10 to {REPORT_LENGTH} characters).",
        )
    return report
