"""Drafting a month, child by child in parts: each part is one transaction, so that a run killed anywhere goes on where it was."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.run_source import RunAward, next_children, run_awards
from ciyou.apps.disbursement.books import forget_lines
from ciyou.apps.disbursement.deriving import Derived, Deriver
from ciyou.apps.disbursement.hashing import lines_hash
from ciyou.apps.disbursement.holding import account_trouble, held_for
from ciyou.apps.disbursement.models import CollectivePayee, DueSchedule, MonthRun, Recovery, RunState
from ciyou.apps.disbursement.month_tasks import next_task, tell_both_counties
from ciyou.apps.disbursement.months import day_of, month_of
from ciyou.apps.disbursement.payee_snapshots import Payee, open_snapshot, payee_of_account, seal_snapshot
from ciyou.apps.disbursement.planning import AwardPlan, changes_of, plan_award
from ciyou.apps.disbursement.policies import holds_for
from ciyou.apps.disbursement.refusals import overtaken
from ciyou.apps.disbursement.storing import CHANGES, CLAIMS, HOLDS, LINES, PAYMENTS, Row, add_to_claims, put, rows_of
from ciyou.apps.disbursement.totals import note_totals
from ciyou.apps.entitlements.stored_statements import current_between
from ciyou.apps.registry.paying import Account, Standing, accounts, standings
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.awards.balance import RecoveryPlan
from ciyou.core.awards.dues import dues
from ciyou.core.awards.month import Month
from ciyou.core.rules.interpreter import Outcome

PART = 2000
Tell = Callable[[int, int], None]


def compute_run(run_id: uuid.UUID, *, part: int = PART, tell: Tell | None = None) -> str:
    """Compute a run to its end, from wherever it is; gives the state it ends in. A second process that computes it stops.

    Doing it again after an interruption loses and doubles nothing: the claims, lines and place of a part are one transaction.
    """
    run = MonthRun.objects.get(id=run_id)
    deriver = Deriver(month_of(run.month))
    while run.state == RunState.COMPUTING:
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            ended = _Part(run, deriver).compute(part)
        run.refresh_from_db()
        if tell is not None:
            tell(run.children_done, run.children_total)
        if ended:
            break
    if run.state == RunState.COMPUTING:
        _finish(run)
        run.refresh_from_db()
    return run.state


def _finish(run: MonthRun) -> None:
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        found = lines_hash(run.id)
        moved = MonthRun.objects.filter(id=run.id, state=RunState.COMPUTING).update(
            state=RunState.DRAFTED, lines_hash=found, drafted_at=timezone.now(), version=run.version + 1
        )
        if moved:
            note_totals(run.id)
            next_task(LOCAL_OPERATOR, run, RunState.DRAFTED)


@dataclass
class _Read:
    """What a part of the children is computed from."""

    awards: list[RunAward]
    derived: dict[uuid.UUID, Derived]
    written: list[DueSchedule]
    settled: dict[uuid.UUID, dict[Month, tuple[int, int]]]
    claims: dict[tuple[uuid.UUID, Month], int]
    before: dict[uuid.UUID, int]
    standings: dict[uuid.UUID, Standing]
    accounts: dict[uuid.UUID, Account]
    collective: dict[uuid.UUID, Payee]
    recoveries: dict[uuid.UUID, RecoveryPlan]


@dataclass
class _Part:
    """The next children of a run."""

    run: MonthRun
    deriver: Deriver
    holds: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)

    @property
    def month(self) -> Month:
        return month_of(self.run.month)

    def compute(self, size: int) -> bool:
        """Compute and write one part; True when there was none left. Raises Overtaken when another process was there first."""
        run = self.run
        people = next_children(county=run.county, series=run.series, after=run.position, limit=size)
        if not people:
            return True
        moved = MonthRun.objects.filter(id=run.id, state=RunState.COMPUTING, position=run.position).update(
            position=people[-1], children_done=run.children_done + len(people)
        )
        if not moved:
            raise overtaken()
        read = self._read(people[-1])
        self._write(read, self._plan(read))
        return False

    # -- reading ---------------------------------------------------------------------------------
    def _read(self, last: uuid.UUID) -> _Read:
        run, after = self.run, self.run.position
        awards = run_awards(county=run.county, series=run.series, after=after, last=last)
        ids = {award.id for award in awards}
        people = {award.person_id for award in awards}
        kept = _between(DueSchedule.objects.all(), "award__person_id", after, last).filter(award__series=run.series)
        determined = current_between(after=after, last=last)
        derived, written = self.deriver.derive(awards, determined, [row for row in kept if row.award_id in ids])
        settled, claims = self._claims(after, last, ids)
        return _Read(
            awards,
            derived,
            written,
            settled,
            claims,
            self._before(after, last, ids),
            standings(after=after, last=last, person_ids=people),
            accounts(after=after, last=last, person_ids=people),
            _collective(after, last),
            _recoveries(after, last),
        )

    def _claims(self, after: uuid.UUID | None, last: uuid.UUID, ids: set[uuid.UUID]):
        settled: dict[uuid.UUID, dict[Month, tuple[int, int]]] = defaultdict(dict)
        claims: dict[tuple[uuid.UUID, Month], int] = {}
        rows = rows_of(
            "SELECT claim.id, claim.award_id, claim.month, claim.paid_fen, claim.waived_fen FROM disbursement_paidmonth claim "
            "JOIN awards_award award ON award.id = claim.award_id "
            "WHERE award.person_id > %s AND award.person_id <= %s AND award.series = %s",
            [_hex(after), _hex(last), self.run.series],
        )
        texts: dict[object, uuid.UUID] = {one.hex: one for one in ids} | {one: one for one in ids}
        for claim, award_text, month_text, paid, waived in rows:
            award = texts.get(award_text)
            if award is not None:
                month = month_of(month_text)
                settled[award][month] = (paid, waived)
                claims[award, month] = claim
        return settled, claims

    def _before(self, after: uuid.UUID | None, last: uuid.UUID, ids: set[uuid.UUID]) -> dict[uuid.UUID, int]:
        """What each award got for its own month in the last run that was not cancelled."""
        previous = previous_run(self.run)
        if previous is None:
            return {}
        rows = rows_of(
            "SELECT claim.award_id, line.amount_fen FROM disbursement_paymentline line "
            "JOIN disbursement_payment payment ON payment.id = line.payment_id "
            "JOIN disbursement_paidmonth claim ON claim.id = line.claim_id "
            "WHERE payment.run_id = %s AND payment.person_id > %s AND payment.person_id <= %s "
            "AND payment.state NOT IN ('withheld', 'returned') AND line.kind = 'current'",
            [_hex(previous.id), _hex(after), _hex(last)],
        )
        texts: dict[object, uuid.UUID] = {one.hex: one for one in ids} | {one: one for one in ids}
        return {texts[award]: amount for award, amount in rows if award in texts}

    # -- weighing --------------------------------------------------------------------------------
    def _plan(self, read: _Read) -> list[AwardPlan]:
        by_child: dict[uuid.UUID, list[AwardPlan]] = defaultdict(list)
        for award in read.awards:
            by_child[award.person_id].append(self._plan_award(award, read))
        return [plan for person, plans in by_child.items() for plan in self._weigh(person, plans, read)]

    def _plan_award(self, award: RunAward, read: _Read) -> AwardPlan:
        derived = read.derived.get(award.id)
        settled = read.settled.get(award.id, {})
        if derived is None or award.duplicate:
            return AwardPlan(award, (), (), "duplicate" if award.duplicate else "undetermined")
        owed = dues(award.terms, derived.answers, self.month, ground_of=derived.ground_in(award))
        return plan_award(award, owed, settled, self.month, read.recoveries.get(award.id))

    def _weigh(self, person: uuid.UUID, plans: list[AwardPlan], read: _Read) -> Iterable[AwardPlan]:
        """The plans of one child after the reasons not to pay: what is held draws no line."""
        law_says_yes = any(self._says_yes(plan, read) for plan in plans)
        reason = held_for(
            read.standings.get(person), county=self.run.county, law_says_yes=law_says_yes, on=self.run.month
        )
        if not reason and person not in read.collective and any(plan.lines for plan in plans):
            reason = account_trouble(read.accounts.get(person))
        for plan in plans:
            why = (reason or _review_held(plan.award)) if plan.lines else ""
            if plan.held_ground:
                self._hold(plan, plan.held_ground, 0)
            if why:
                self._hold(plan, why, plan.amount_fen)
            kept = replace(plan, lines=()) if why else plan
            self._note_changes(kept, read, why or plan.held_ground)
            yield kept

    def _says_yes(self, plan: AwardPlan, read: _Read) -> bool:
        derived = read.derived.get(plan.award.id)
        return bool(derived and derived.answers and derived.answers[-1].outcome is Outcome.YES)

    def _hold(self, plan: AwardPlan, reason: str, amount_fen: int) -> None:
        award = plan.award
        self.holds.append((self.run.id.hex, award.id.hex, award.person_id.hex, reason[:32], "draft", amount_fen))

    def _note_changes(self, plan: AwardPlan, read: _Read, held: str) -> None:
        award = plan.award
        derived = read.derived.get(award.id)
        cause = {"standard": "standard", "facts": "facts"}.get(derived.cause if derived else "", "")
        found = changes_of(
            plan,
            before_fen=read.before.get(award.id, 0),
            seen_before=any(paid for paid, _waived in read.settled.get(award.id, {}).values()),
            cause=cause,
            held=held,
        )
        self.changes += [
            (
                self.run.id.hex,
                one.award_id.hex,
                one.person_id.hex,
                one.kind,
                one.cause[:16],
                one.before_fen,
                one.after_fen,
            )
            for one in found
        ]

    # -- writing ---------------------------------------------------------------------------------
    def _write(self, read: _Read, plans: Sequence[AwardPlan]) -> None:
        _put_schedules(read.written)
        claims = self._claim(plans, read)
        told: list[tuple[uuid.UUID, str, str, Month]] = []
        drawn: dict[uuid.UUID, list[tuple[AwardPlan, list[tuple[int, str, int]]]]] = defaultdict(list)
        for plan in plans:
            lines = [
                (claims[plan.award.id, line.month], line.kind.value, line.amount_fen)
                for line in plan.lines
                if (plan.award.id, line.month) in claims
            ]
            if len(lines) < len(plan.lines):
                missed = plan.amount_fen - sum(amount for _claim, _kind, amount in lines)
                self._hold(plan, "other_county", missed)
                told += [
                    (plan.award.id, plan.award.identity, plan.award.entitlement, line.month)
                    for line in plan.lines
                    if (plan.award.id, line.month) not in claims
                ]
            if lines and sum(amount for _claim, _kind, amount in lines) >= 0:
                drawn[plan.award.person_id].append((plan, lines))
        tell_both_counties(told)
        self._pay(drawn, read)
        put(HOLDS, self.holds)
        put(CHANGES, self.changes)

    def _claim(self, plans: Sequence[AwardPlan], read: _Read) -> dict[tuple[uuid.UUID, Month], int]:
        """The claims of every month that is drawn: what another award has claimed already is not among them."""
        wanted = [
            (plan.award, line.month)
            for plan in plans
            for line in plan.lines
            if (plan.award.id, line.month) not in read.claims
        ]
        if not wanted:
            return read.claims
        put(
            CLAIMS,
            [
                (award.id.hex, award.identity, award.entitlement, day_of(month).isoformat(), 0, 0)
                for award, month in wanted
            ],
        )
        after, last = self.run.position, max(award.person_id for award, _month in wanted)
        _settled, claims = self._claims(after, last, {award.id for award, _month in wanted})
        return {**read.claims, **claims}

    def _pay(self, drawn, read: _Read) -> None:
        run, payments, lines, added = self.run, [], [], []
        sequence = run.payments_count
        for person, parts in drawn.items():
            sequence += 1
            payment = uuid.uuid4()
            amount = 0
            for _plan, rows in parts:
                for claim, kind, fen in rows:
                    lines.append((run.id.hex, payment.hex, claim, kind, fen))
                    added.append((fen, claim))
                    amount += fen
            payee = read.collective.get(person) or payee_of_account(read.accounts[person])
            payments.append(
                (
                    payment.hex,
                    run.id.hex,
                    person.hex,
                    sequence,
                    payment_number(run, sequence),
                    parts[0][0].award.division,
                    amount,
                    seal_snapshot(payment, payee),
                    payee.account_id,
                    payee.collective,
                    "planned",
                    "",
                )
            )
        put(PAYMENTS, payments)
        put(LINES, lines)
        add_to_claims(added)
        MonthRun.objects.filter(id=run.id).update(payments_count=sequence)


def _review_held(award: RunAward) -> str:
    """The ground on which a person has to look at the award, where the place holds the money until then."""
    ground = award.review_for
    return ground if ground and holds_for(award.entitlement, award.division, ground) else ""


def payment_number(run: MonthRun, sequence: int) -> str:
    """The number that a payment carries in files: county, month, series and a counter."""
    return f"{run.county[:6]}-{run.month:%Y%m}-{run.series[:12]}-{sequence:06d}"


def previous_run(run: MonthRun) -> MonthRun | None:
    """The last run of the same series before this month that left the house."""
    rows = MonthRun.objects.filter(county=run.county, series=run.series, month__lt=run.month)
    return rows.filter(state__in=(RunState.CLOSED, RunState.SETTLED, RunState.HANDED)).order_by("-month").first()


def begin_again(run_id: uuid.UUID) -> None:
    """Forget what a returned run drew and let it be computed anew; doing it twice is doing it once."""
    run = MonthRun.objects.get(id=run_id)
    forget_lines(run_id)
    MonthRun.objects.filter(id=run_id, state=RunState.RETURNED, version=run.version).update(
        state=RunState.COMPUTING, position=None, children_done=0, payments_count=0, lines_hash="", amount_fen=0
    )


def _put_schedules(rows: list[DueSchedule]) -> None:
    fields = ["determination_id", "pack_version", "first_month", "through", "stretches"]
    DueSchedule.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["award"], update_fields=fields, batch_size=500
    )


def _collective(after: uuid.UUID | None, last: uuid.UUID) -> dict[uuid.UUID, Payee]:
    rows = _between(CollectivePayee.objects.filter(account__ended_at=None), "person_id", after, last)
    return {row.person_id: open_snapshot_of(row) for row in rows.select_related("account")}


def open_snapshot_of(row: CollectivePayee) -> Payee:
    """The collective account of a child."""
    return replace(open_snapshot(row.account.id, row.account.account), collective=True)


def _recoveries(after: uuid.UUID | None, last: uuid.UUID) -> dict[uuid.UUID, RecoveryPlan]:
    rows = _between(Recovery.objects.filter(kind="plan", result="approved"), "award__person_id", after, last)
    return {row.award_id: RecoveryPlan(month_of(row.first_month), row.most_fen, row.most_percent) for row in rows}


def _between(rows, column: str, after: uuid.UUID | None, last: uuid.UUID):
    rows = rows.filter(**{f"{column}__lte": last})
    return rows if after is None else rows.filter(**{f"{column}__gt": after})


def _hex(one: uuid.UUID | None) -> str:
    return "0" * 32 if one is None else one.hex
