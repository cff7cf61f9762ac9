"""The decision, by somebody who neither took, checked nor drafted: an award, or a refusal in writing with reasons."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.utils import timezone

from ciyou.apps.audit.services import publish_event
from ciyou.apps.awards.access import find_application, is_own_work
from ciyou.apps.awards.drafting import APPROVE, REFUSE, amount_of, confirmed_yes, first_month
from ciyou.apps.awards.models import Application, ApplicationState, Award
from ciyou.apps.awards.notices import check_notice_over
from ciyou.apps.awards.papers import issue_paper
from ciyou.apps.awards.paying import TOWNSHIP, PayingRules, paying_rules
from ciyou.apps.awards.refusals import check_may, check_reason, moved_on, refused, same_person
from ciyou.apps.awards.residence import check_paid_once
from ciyou.apps.awards.steps import DECIDE, DRAFT, REFUSAL, TELL, content_of, end_step, note, open_step, take_step
from ciyou.apps.registry.identities import identities_of
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action
from ciyou.core.awards.month import Month

ACCEPT, RETURN = "accept", "return"
_TRIES = 5


def decide_application(
    actor: Actor, *, application_id: uuid.UUID, version: int, decision: str, words: str = "", origin: str = ""
) -> uuid.UUID | None:
    """Decide as drafted, or return the draft with a reason; gives the award's id where one was made.

    Raises RecordError for whoever worked on it before, while a notice runs, and where facts have changed since the draft.
    """
    check_may(actor, Action.DECIDE_APPLICATION)
    for _attempt in range(_TRIES):
        try:
            with transaction.atomic():
                return _decide(actor, application_id, version, decision, words, origin)
        except IntegrityError:
            continue  # another paper of this county took the number in the same moment
    raise moved_on()


def _decide(
    actor: Actor, application_id: uuid.UUID, version: int, decision: str, words: str, origin: str
) -> uuid.UUID | None:
    row = find_application(actor, application_id, lock=True)
    if row.state != ApplicationState.DRAFTED or row.version != version:
        raise moved_on()
    rules = paying_rules(row.entitlement, row.division, timezone.localdate())
    _check_decider(actor, row, rules)
    if decision == RETURN:
        return _return(actor, row, rules, words)
    if decision != ACCEPT:
        raise refused(
            "application.decision", "请选择同意还是退回。", "Choose whether to decide as drafted or to return it."
        )
    if row.outcome == REFUSE:
        return _refuse(actor, row, origin)
    assert row.outcome == APPROVE
    return _approve(actor, row, rules, origin)


def _check_decider(actor: Actor, row: Application, rules: PayingRules) -> None:
    if actor.role == "supervisor" and rules.decided_by != TOWNSHIP:
        raise same_person(
            "这一项由县级民政部门决定；乡镇（街道）只提出核查意见。",
            "The county decides on this; the township gives its opinion only.",
        )
    if is_own_work(actor, (row.received_by, row.checked_by, row.drafted_by)):
        raise same_person(
            "受理、核查、拟定和决定不能是同一个人；请由另一位审批人决定。",
            "Whoever took, checked or drafted it does not decide it; let another approver decide.",
        )


def _return(actor: Actor, row: Application, rules: PayingRules, words: str) -> None:
    content = replace(content_of(row), decision_words=check_reason(words))
    take_step(actor, row, version=row.version, step="send_back", content=content, state=ApplicationState.CHECKED)
    end_step(actor, row, DECIDE)
    open_step(actor, row, DRAFT, role="supervisor" if rules.decided_by == TOWNSHIP else "")


def _refuse(actor: Actor, row: Application, origin: str) -> None:
    _close(actor, row, ApplicationState.REFUSED)
    done = Application.objects.get(id=row.id)
    issue_paper(actor, kind="refusal", application=done, origin=origin)
    open_step(actor, done, REFUSAL)
    publish_event("awards.application_refused", application_id=str(row.id), child_ids=[str(row.person_id)])


def _approve(actor: Actor, row: Application, rules: PayingRules, origin: str) -> uuid.UUID:
    check_notice_over(row, rules.notice)
    amount, month = _still_right(row, rules)
    _close(actor, row, ApplicationState.APPROVED, amount_fen=amount, first_month=month.first_day)
    done = Application.objects.get(id=row.id)
    award = Award.objects.create(
        application=done,
        person_id=row.person_id,
        identity=identities_of([row.person_id])[row.person_id],
        entitlement=row.entitlement,
        sensitivity=row.sensitivity,
        series=rules.series,
        division=row.division,
        amount_fen=amount,
        first_month=month.first_day,
        awarded_on=timezone.localdate(),
        awarded_by=actor.id,
    )
    issue_paper(actor, kind="approval_form", application=done, origin=origin)
    if "care_agreement" in rules.papers:
        issue_paper(actor, kind="care_agreement", application=done, origin=origin)
    open_step(actor, done, TELL)
    publish_event("awards.award_made", award_id=str(award.id), child_ids=[str(row.person_id)])
    return award.id


def _still_right(row: Application, rules: PayingRules) -> tuple[int, Month]:
    """Amount and first month on the day of the decision; raises RecordError where the draft no longer says what is known."""
    found, content = confirmed_yes(row), content_of(row)
    assert found.decision is not None
    amount = amount_of(found.decision, row.amount_fen)
    if amount != row.amount_fen:
        raise refused(
            "application.amount_changed",
            "拟定之后标准或情况变了，金额已不同。请退回，由经办人重新拟定。",
            "The standard or the facts have changed since the draft, and so has the amount. Return it to be drafted again.",
        )
    fact_on = dt.date.fromisoformat(content.fact_on) if content.fact_on else None
    chosen = Month.of(row.first_month) if row.first_month else None
    month = first_month(row, rules, fact_on=fact_on, chosen=chosen, decided_on=timezone.localdate())
    check_paid_once(row, rules, month)
    return amount, month


def _close(actor: Actor, row: Application, state: ApplicationState, **changes: object) -> None:
    take_step(
        actor,
        row,
        version=row.version,
        step="decide",
        outcome=row.outcome,
        state=state,
        decided_by=actor.id,
        decided_on=timezone.localdate(),
        **changes,
    )
    end_step(actor, row, DECIDE)


def tell_applicant(actor: Actor, *, application_id: uuid.UUID) -> None:
    """Note that the applicant was told the decision, and given the paper that goes with it."""
    check_may(actor, Action.APPLY)
    with transaction.atomic():
        row = find_application(actor, application_id, lock=True)
        if row.state not in (ApplicationState.APPROVED, ApplicationState.REFUSED):
            raise moved_on()
        take_step(actor, row, version=row.version, step="tell")
        end_step(actor, row, TELL)
        end_step(actor, row, REFUSAL)
        note(actor, "tell_applicant", row)
