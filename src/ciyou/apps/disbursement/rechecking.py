"""Between the cut-off and the payment a child may die, move or change its card: asked again at approval and before money leaves."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import transaction

from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.run_source import RunAward, awards_by_id
from ciyou.apps.disbursement.books import withhold
from ciyou.apps.disbursement.deriving import Deriver, award_answers
from ciyou.apps.disbursement.holding import held_for
from ciyou.apps.disbursement.models import DueSchedule, Hold, MonthRun, Payment, PaymentState
from ciyou.apps.disbursement.months import month_of
from ciyou.apps.disbursement.payee_snapshots import open_snapshot, open_snapshot_of, standing_payees
from ciyou.apps.disbursement.storing import rows_of
from ciyou.apps.entitlements.stored_statements import CurrentDetermination, current_between
from ciyou.apps.registry.paying import account_ids, standings
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.rules.interpreter import Outcome

PART = 5000


def recheck(run: MonthRun, stage: str) -> int:
    """Take out of a run what may no longer be paid, each with its reason; returns how many payments it took out."""
    taken, after = 0, None
    while True:
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            payments = _next(run, after)
            if not payments:
                return taken
            last = payments[-1].person_id
            reasons = _reasons(run, payments, after, last)
            out = [one.id for one in payments if one.person_id in reasons]
            taken += _take_out(run, list(Payment.objects.filter(id__in=out)), reasons, stage) if out else 0
            after = last


class _Planned(NamedTuple):
    """What is asked again of a payment: a model's object would take three times as long, a hundred thousand times."""

    id: uuid.UUID
    person_id: uuid.UUID
    account_id: int | None
    collective: bool


def _next(run: MonthRun, after: uuid.UUID | None) -> list[_Planned]:
    rows = Payment.objects.filter(run=run, state=PaymentState.PLANNED).order_by("person_id")
    rows = rows if after is None else rows.filter(person_id__gt=after)
    return [_Planned(*row) for row in rows.values_list(*_Planned._fields)[:PART]]


def _reasons(
    run: MonthRun, payments: Sequence[_Planned], after: uuid.UUID | None, last: uuid.UUID
) -> dict[uuid.UUID, str]:
    people = {payment.person_id for payment in payments}
    files = standings(after=after, last=last, person_ids=people)
    cards = account_ids(after=after, last=last)
    moved = _other_institution(run, [one for one in payments if one.collective])
    changed = _changed_awards(run, after, last)
    found = {}
    for payment in payments:
        person = payment.person_id
        reason = held_for(files.get(person), county=run.county, law_says_yes=True, on=run.month)
        if not reason and files[person].status == "of_age" and not _law_says_yes(run, person):
            reason = "of_age"
        if not reason and not payment.collective and cards.get(person) != payment.account_id:
            reason = "account_changed"
        if not reason and person in moved:
            reason = "account_changed"
        reason = reason or changed.get(person, "")
        if reason:
            found[person] = reason
    return found


def _other_institution(run: MonthRun, payments: Sequence[_Planned]) -> set[uuid.UUID]:
    """Of the children who are paid through an institution, those whose institution or its account is another by now."""
    if not payments:
        return set()
    rows = standing_payees(run.county).filter(person__in=[one.person_id for one in payments]).select_related("account")
    now = {row.person_id: open_snapshot_of(row).number for row in rows}
    drafted = Payment.objects.filter(id__in=[one.id for one in payments]).values_list("person_id", "id", "account")
    return {person for person, key, cipher in drafted if now.get(person) != open_snapshot(key, cipher).number}


def _law_says_yes(run: MonthRun, person: uuid.UUID) -> bool:
    month = month_of(run.month)
    awards = _lines_by_child(run, person, person).get(person, {})
    answers = [one for award in awards for one in award_answers(award, month) if one.month == month]
    return any(one.outcome is Outcome.YES for one in answers)


def _changed_awards(run: MonthRun, after: uuid.UUID | None, last: uuid.UUID) -> dict[uuid.UUID, str]:
    """Children whose award was ended or suspended, or of whom the law now says something else for the month, since the draft."""
    determined = current_between(after=after, last=last)
    rows = DueSchedule.objects.filter(award__person_id__lte=last, award__series=run.series)
    rows = rows if after is None else rows.filter(award__person_id__gt=after)
    moved = [
        award
        for award, person, held in rows.values_list("award_id", "award__person_id", "determination_id")
        if person in determined and determined[person].id != held
    ]
    by_child = _lines_by_child(run, after, last)
    drawn = {award for awards in by_child.values() for award in awards}
    found = {award.person_id: "facts_changed" for award in _answered_otherwise(run, moved, drawn, determined)}
    for award in awards_by_id(_ended_or_suspended(run, after, last)):
        month = month_of(run.month)
        if award.id in drawn and month not in award.terms.months(month):
            found[award.person_id] = "award_ended"
        elif award.id in drawn and any(month in stretch for stretch in award.terms.suspended):
            found[award.person_id] = "award_suspended"
    return found


def _ended_or_suspended(run: MonthRun, after: uuid.UUID | None, last: uuid.UUID) -> list[uuid.UUID]:
    rows = rows_of(
        "SELECT DISTINCT award.id FROM awards_award award "
        "WHERE award.person_id > %s AND award.person_id <= %s AND award.series = %s AND award.state <> 'active'",
        ["0" * 32 if after is None else after.hex, last.hex, run.series],
    )
    return [uuid.UUID(str(row[0])) for row in rows]


def _answered_otherwise(
    run: MonthRun,
    moved: Iterable[uuid.UUID],
    drawn: set[uuid.UUID],
    determined: dict[uuid.UUID, CurrentDetermination],
) -> list[RunAward]:
    awards = [award for award in awards_by_id(moved) if award.id in drawn]
    month = month_of(run.month)
    before = {award.id: award_answers(award.id, month) for award in awards}
    derived, _written = Deriver(month).derive(awards, determined, {})
    return [
        award
        for award in awards
        if award.id in derived
        and [(one.outcome, one.amount_fen) for one in derived[award.id][0].derived.answers if one.month == month]
        != [(one.outcome, one.amount_fen) for one in before[award.id] if one.month == month]
    ]


def _lines_by_child(run: MonthRun, after: uuid.UUID | None, last: uuid.UUID) -> dict[uuid.UUID, dict[uuid.UUID, int]]:
    """By child the awards of its lines in this run, with their sum."""
    at_least = ">=" if after == last else ">"
    rows = rows_of(
        "SELECT payment.person_id, claim.award_id, SUM(line.amount_fen) FROM disbursement_paymentline line "
        "JOIN disbursement_payment payment ON payment.id = line.payment_id "
        "JOIN disbursement_paidmonth claim ON claim.id = line.claim_id "
        f"WHERE payment.run_id = %s AND payment.person_id {at_least} %s AND payment.person_id <= %s "
        "GROUP BY payment.person_id, claim.award_id",
        [run.id.hex, "0" * 32 if after is None else after.hex, last.hex],
    )
    found: dict[uuid.UUID, dict[uuid.UUID, int]] = defaultdict(dict)
    for person, award, fen in rows:
        found[uuid.UUID(str(person))][uuid.UUID(str(award))] = int(fen)
    return found


def _take_out(run: MonthRun, payments: Sequence[Payment], reasons: dict[uuid.UUID, str], stage: str) -> int:
    if not payments:
        return 0
    people = sorted(payment.person_id for payment in payments)
    sums: dict[uuid.UUID, dict[uuid.UUID, int]] = {}
    for person in people:
        sums |= _lines_by_child(run, person, person)
    taken = 0
    for payment in payments:
        reason = reasons[payment.person_id]
        taken += withhold([payment], reason)
        Hold.objects.bulk_create(
            [
                Hold(run=run, award_id=award, person_id=payment.person_id, reason=reason, stage=stage, amount_fen=fen)
                for award, fen in sums.get(payment.person_id, {}).items()
            ],
            ignore_conflicts=True,
        )
    return taken
