"""Whatever happens, in whatever order: paid + outstanding = due, the books agree with the lines, and a draft replays to the same lines."""

from __future__ import annotations

import random

import pytest

from ciyou.apps.awards.models import Award
from ciyou.apps.disbursement.books import differences_in_books
from ciyou.apps.disbursement.child_account import account_of_award
from ciyou.apps.disbursement.computing import compute_run
from ciyou.apps.disbursement.models import MonthRun, PaidMonth, Payment
from ciyou.apps.disbursement.reissuing import give_back_payments, reissue_payments
from ciyou.apps.disbursement.runs import cancel_run, draft_again, return_run
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.services import NewStatement, record_roster_facts
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.awards.month import Month
from tests.month_builders import Desk, orphan, with_account

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.parametrize("seed", range(6))
def test_paid_and_outstanding_are_what_is_due_after_any_history(seed):
    chance, desk = random.Random(seed), Desk()
    children = [orphan(key=f"h{seed}{number}", first="2023-11") for number in range(4)]
    months = iter(Month(2023, 12).plus(step) for step in range(6))
    for month in months:
        something_happens(chance, children)
        run = desk.draft(str(month))
        if chance.random() < 0.4:
            run = drafted_again(desk, run)
        if chance.random() < 0.2:
            cancel_run(desk.drafter, run_id=run.id, version=run.version, reason="重新起草这个月")
            continue
        pay(chance, desk, run, children)
        check_books(desk, month)
    check_books(desk, Month(2024, 6))


def something_happens(chance: random.Random, children) -> None:
    """A fact that changes the amount or the answer, a suspension, a death, an end."""
    child = chance.choice(children)
    match chance.randrange(5):
        case 0:
            said = NewStatement("in_institution", chance.random() < 0.5, "rostered")
            key = Person.objects.get(id=child).linkage_id
            record_roster_facts(
                LOCAL_OPERATOR, facts=[(key, said, "civil_affairs_assistance")], run_id=f"r{chance.random()}"
            )
            determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=Month(2026, 11).first_day, cause="facts")
        case 1:
            Person.objects.filter(id=child).update(status=chance.choice(("dead", "active")))
        case 2:
            Award.objects.filter(person_id=child).update(last_month=chance.choice((None, "2024-02-01")))
        case 3:
            Award.objects.filter(person_id=child).update(amount_fen=chance.choice((120_000, 135_000)))


def drafted_again(desk: Desk, run: MonthRun) -> MonthRun:
    """Returned and drafted again: nothing happened in between, so the lines are the same."""
    before = run.lines_hash
    return_run(desk.reviewer, run_id=run.id, version=run.version, reason="请再核对一遍")
    run.refresh_from_db()
    draft_again(desk.drafter, run_id=run.id, version=run.version)
    compute_run(run.id, part=1)
    run.refresh_from_db()
    assert run.lines_hash == before
    return run


def pay(chance: random.Random, desk: Desk, run: MonthRun, children) -> None:
    """Approved, handed over, some of it failed and sent again or given back, closed."""
    run = desk.approve(run)
    if not Payment.objects.filter(run=run, state="planned").exists():
        cancel_run(desk.drafter, run_id=run.id, version=run.version, reason="没有可以发放的")
        return
    run = desk.hand(run)
    failing = {one.number: "账号错误" for one in Payment.objects.filter(run=run, state="sent") if chance.random() < 0.3}
    desk.answer(run, failing)
    for payment in Payment.objects.filter(run=run, state="failed"):
        if chance.random() < 0.5:
            with_account(payment.person_id)
            reissue_payments(desk.drafter, run_id=run.id, payment_ids=[payment.id])
        else:
            give_back_payments(desk.drafter, run_id=run.id, payment_ids=[payment.id], reason="退回后下个月再发")
    if Payment.objects.filter(run=run, state="planned").exists():
        desk.hand(run)
        desk.answer(run)
    run.refresh_from_db()
    desk.close(run) if run.state == "settled" else None
    assert run.state == "closed"


def check_books(desk: Desk, through: Month) -> None:
    """Of every award and month: settled + outstanding = due; of every claim: what is kept is the sum of its lines."""
    assert differences_in_books() == ()
    for award in Award.objects.all():
        account = account_of_award(desk.drafter, award_id=award.id, through=through)
        for one in account.months:
            assert one.balance.settled_fen + one.balance.outstanding_fen == one.balance.due_fen
        paid = sum(one.balance.paid_fen for one in account.months)
        assert paid == sum(PaidMonth.objects.filter(award=award).values_list("paid_fen", flat=True))
