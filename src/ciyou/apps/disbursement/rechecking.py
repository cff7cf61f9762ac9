"""Between the cut-off and the payment a child may die, move or change its card: asked again at approval and before money leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Sum

from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.run_source import RunAward, awards_by_id, awards_not_active
from ciyou.apps.disbursement.books import withhold
from ciyou.apps.disbursement.deriving import Deriver, award_answers
from ciyou.apps.disbursement.holding import held_for
from ciyou.apps.disbursement.models import DueSchedule, Hold, MonthRun, Payment, PaymentLine, PaymentState
from ciyou.apps.disbursement.months import month_of
from ciyou.apps.disbursement.payee_snapshots import open_snapshot, open_snapshot_of, standing_payees
from ciyou.apps.disbursement.policies import paid_at_residence
from ciyou.apps.disbursement.storing import hexed, rows_of
from ciyou.apps.entitlements.stored_statements import CurrentDetermination, current_of
from ciyou.apps.registry.hex_ids import HexId, hex_id
from ciyou.apps.registry.paying import account_ids, standings_of
from ciyou.core.access.actor import LOCAL_OPERATOR, DivisionScope
from ciyou.core.rules.interpreter import Outcome

PART = 5000


def recheck(run: MonthRun, stage: str) -> int:
    """Take out of a run what may no longer be paid, each with its reason; returns how many payments it took out."""
    with walled(LOCAL_OPERATOR):
        doubtful = _doubtful(run)
    taken = 0
    for first in range(0, len(doubtful), PART):
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            rows = Payment.objects.filter(run=run, state=PaymentState.PLANNED)
            payments = list(rows.filter(person__in=doubtful[first : first + PART]).order_by("person_id"))
            reasons = _reasons(run, payments)
            taken += _take_out(run, [one for one in payments if one.person_id.hex in reasons], reasons, stage)
    return taken


def _doubtful(run: MonthRun) -> list[HexId]:
    """Of all children whom a run pays, those of whom anything is not as it was drafted; whether that is a reason is asked then.

    One question to the database: nearly nobody is among them, and the others need not be read again one by one.
    """
    scope = DivisionScope.of(run.county)
    rows = rows_of(
        "SELECT payment.person_id FROM disbursement_payment payment "
        "JOIN registry_person person ON person.id = payment.person_id "
        "LEFT JOIN registry_payeeaccount account ON account.person_id = payment.person_id AND account.ended_at IS NULL "
        "WHERE payment.run_id = %s AND payment.state = 'planned' AND ("
        "payment.collective OR COALESCE(account.id, 0) <> COALESCE(payment.account_id, 0) "
        "OR person.status <> 'active' OR person.division < %s OR person.division >= %s "
        "OR EXISTS (SELECT 1 FROM awards_award award "
        "LEFT JOIN disbursement_dueschedule schedule ON schedule.award_id = award.id "
        "LEFT JOIN entitlements_determination made ON made.person_id = award.person_id AND made.current "
        "WHERE award.person_id = payment.person_id AND award.series = %s "
        "AND (award.state <> 'active' OR made.id <> schedule.determination_id "
        "OR (made.id IS NOT NULL AND schedule.award_id IS NOT NULL AND schedule.determination_id IS NULL)))) "
        "ORDER BY payment.person_id",
        [run.id.hex, scope.first, scope.end, run.series],
    )
    return [hexed(row[0]) for row in rows]


def _reasons(run: MonthRun, payments: Sequence[Payment]) -> dict[HexId, str]:
    people = [payment.person_id.hex for payment in payments]
    files, cards = standings_of(people), account_ids(people)
    residents = _paid_at_residence(run, people)
    moved = _other_institution(run, [one for one in payments if one.collective])
    changed = _changed_awards(run, people)
    found = {}
    for payment in payments:
        person = payment.person_id.hex
        reason = held_for(
            files.get(person),
            county=run.county,
            law_says_yes=True,
            on=run.month,
            at_residence=person in residents,
        )
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


def _paid_at_residence(run: MonthRun, people: Sequence[HexId]) -> set[HexId]:
    """Of these children those who are paid something in this run that is claimed where they live."""
    codes = paid_at_residence(run.county)
    lines = PaymentLine.objects.filter(payment__run=run, payment__person__in=people, claim__entitlement__in=codes)
    return set(lines.values_list(hex_id("payment__person_id"), flat=True))


def _other_institution(run: MonthRun, payments: Sequence[Payment]) -> set[HexId]:
    """Of the children who are paid through an institution, those whose institution or its account is another by now."""
    if not payments:
        return set()
    rows = standing_payees(run.county).filter(person__in=[one.person_id for one in payments]).select_related("account")
    now = {row.person_id: open_snapshot_of(row).number for row in rows}
    return {
        one.person_id.hex for one in payments if now.get(one.person_id) != open_snapshot(one.id, one.account).number
    }


def _law_says_yes(run: MonthRun, person: HexId) -> bool:
    month = month_of(run.month)
    awards = _lines_by_child(run, [person]).get(person, {})
    answers = [one for award in awards for one in award_answers(award, month) if one.month == month]
    return any(one.outcome is Outcome.YES for one in answers)


def _changed_awards(run: MonthRun, people: Sequence[HexId]) -> dict[HexId, str]:
    """Children whose award was ended or suspended, or of whom the law now says something else for the month, since the draft."""
    determined = current_of(people)
    rows = DueSchedule.objects.filter(award__person__in=people, award__series=run.series)
    moved = [
        award
        for award, person, held in rows.values_list(
            hex_id("award_id"), hex_id("award__person_id"), hex_id("determination_id")
        )
        if person in determined and determined[person].id != held
    ]
    drawn = {award for awards in _lines_by_child(run, people).values() for award in awards}
    found = {award.person_id: "facts_changed" for award in _answered_otherwise(run, moved, drawn, determined)}
    for award in awards_not_active(people, series=run.series):
        month = month_of(run.month)
        if award.id in drawn and month not in award.terms.months(month):
            found[award.person_id] = "award_ended"
        elif award.id in drawn and any(month in stretch for stretch in award.terms.suspended):
            found[award.person_id] = "award_suspended"
    return found


def _answered_otherwise(
    run: MonthRun,
    moved: Iterable[HexId],
    drawn: set[HexId],
    determined: dict[HexId, CurrentDetermination],
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


def _lines_by_child(run: MonthRun, people: Sequence[HexId]) -> dict[HexId, dict[HexId, int]]:
    """By child the awards of its lines in this run, with their sum."""
    lines = PaymentLine.objects.filter(payment__run=run, payment__person__in=people).order_by()
    sums = lines.values_list(hex_id("payment__person_id"), hex_id("claim__award_id")).annotate(fen=Sum("amount_fen"))
    found: dict[HexId, dict[HexId, int]] = defaultdict(dict)
    for person, award, fen in sums:
        found[person][award] = fen
    return found


def _take_out(run: MonthRun, payments: Sequence[Payment], reasons: dict[HexId, str], stage: str) -> int:
    sums = _lines_by_child(run, [payment.person_id.hex for payment in payments])
    taken = 0
    for payment in payments:
        reason = reasons[payment.person_id.hex]
        taken += withhold([payment], reason)
        Hold.objects.bulk_create(
            [
                Hold(run=run, award_id=award, person_id=payment.person_id, reason=reason, stage=stage, amount_fen=fen)
                for award, fen in sums.get(payment.person_id.hex, {}).items()
            ],
            ignore_conflicts=True,
        )
    return taken
