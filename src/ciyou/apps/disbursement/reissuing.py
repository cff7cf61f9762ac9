"""Money that came back: sent again to a corrected account, or given back for good so that it is owed once more."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.disbursement.books import give_back
from ciyou.apps.disbursement.holding import account_trouble
from ciyou.apps.disbursement.models import MonthRun, Payment, PaymentState
from ciyou.apps.disbursement.numbering import payment_number
from ciyou.apps.disbursement.payee_snapshots import (
    Payee,
    open_snapshot,
    open_snapshot_of,
    payee_of_account,
    seal_snapshot,
    standing_payees,
)
from ciyou.apps.disbursement.refusals import check_may, check_reason, refused
from ciyou.apps.disbursement.runs import find_run
from ciyou.apps.disbursement.settling import settle_if_done
from ciyou.apps.registry.paying import account_of
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action

SAME_ACCOUNT_MAY_WORK = ("account_closed", "bank_refused")
"""After these reasons the bank may take the same account a second time; after others the account has to be corrected first."""


def reissue_payments(actor: Actor, *, run_id: object, payment_ids: Iterable[object]) -> tuple[int, int]:
    """Plan failed payments anew, to the account that now stands on file; (how many, how many still have the refused account).

    They leave with the next hand-over of the same run. A payment is sent again once: the database refuses a second time.
    """
    check_may(actor, Action.DRAFT_PAYMENTS)
    run = find_run(actor, run_id)
    done = waiting = 0
    for payment in _failed(run, payment_ids):
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            payee = _payee_now(run, payment)
            if payee is None:
                waiting += 1
            elif _moved_on(payment):
                _plan_again(run, payment, payee)
                done += 1
    if done:
        with transaction.atomic():
            record_action(actor, action="reissue_payments", subject=str(run.id), details={"payments": done})
    return done, waiting


def _failed(run: MonthRun, payment_ids: Iterable[object]) -> list[Payment]:
    rows = Payment.objects.filter(run=run, state=PaymentState.FAILED, id__in=list(payment_ids))
    return list(rows.order_by("sequence"))


def _payee_now(run: MonthRun, payment: Payment) -> Payee | None:
    """Where the money goes now; None while the account that was refused still stands, or none does."""
    collective = standing_payees(run.county).select_related("account").filter(person=payment.person_id).first()
    if collective is not None:
        return _unless_refused(payment, open_snapshot_of(collective))
    account = account_of(payment.person_id)
    if account_trouble(account):
        return None
    return _unless_refused(payment, payee_of_account(account))


def _unless_refused(payment: Payment, payee: Payee) -> Payee | None:
    """The account, unless it is the one that the bank refused for good."""
    before = open_snapshot(payment.id, payment.account)
    same = (before.holder, before.bank, before.number) == (payee.holder, payee.bank, payee.number)
    return None if same and payment.reason not in SAME_ACCOUNT_MAY_WORK else payee


def _moved_on(payment: Payment) -> bool:
    return bool(Payment.objects.filter(id=payment.id, state=PaymentState.FAILED).update(state=PaymentState.REISSUED))


def _plan_again(run: MonthRun, payment: Payment, payee: Payee) -> None:
    last = Payment.objects.filter(run=run).aggregate(last=Max("sequence"))["last"]
    again = Payment(
        id=uuid.uuid4(),
        run=run,
        person_id=payment.person_id,
        sequence=last + 1,
        number=payment_number(run, last + 1),
        division=payment.division,
        amount_fen=payment.amount_fen,
        account_id=payee.account_id,
        collective=payee.collective,
        reissue_of=payment,
    )
    again.account = seal_snapshot(again.id, payee)
    again.save(force_insert=True)
    MonthRun.objects.filter(id=run.id).update(version=F("version") + 1)


def give_back_payments(actor: Actor, *, run_id: object, payment_ids: Iterable[object], reason: str) -> int:
    """Do not send failed payments again: their months are outstanding and come with the next run; returns how many."""
    check_may(actor, Action.DRAFT_PAYMENTS, Action.APPROVE_PAYMENTS)
    why = check_reason(reason)
    run = find_run(actor, run_id)
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        done = give_back(_failed(run, payment_ids), why)
        if not done:
            raise refused(
                "none_failed",
                "所选款项已由别人处理，或没有失败；请刷新。",
                "What you chose was dealt with by somebody else, or did not fail; reload.",
            )
        MonthRun.objects.filter(id=run.id).update(version=F("version") + 1)
        settle_if_done(run.id)
        record_action(actor, action="give_back_payments", subject=str(run.id), details={"payments": done})
    return done


def mark_all_paid(actor: Actor, *, run_id: object, today=None) -> int:
    """Where finance answers with a list of failures only: whatever is still on its way was paid."""
    check_may(actor, Action.APPROVE_PAYMENTS)
    run = find_run(actor, run_id)
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        done = Payment.objects.filter(run=run, state=PaymentState.SENT).update(
            state=PaymentState.PAID, settled_on=today or timezone.localdate()
        )
        MonthRun.objects.filter(id=run.id).update(version=F("version") + 1)
        settle_if_done(run.id)
        record_action(actor, action="mark_all_paid", subject=str(run.id), details={"payments": done})
    return done
