"""Drafting a month, child by child in parts: each part is one transaction, so that a run killed anywhere goes on where it was."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.run_source import RunAward, next_children
from ciyou.apps.disbursement.books import forget_lines
from ciyou.apps.disbursement.deriving import Deriver
from ciyou.apps.disbursement.hashing import lines_hash
from ciyou.apps.disbursement.holding import account_trouble, held_for
from ciyou.apps.disbursement.models import MonthRun, RunState
from ciyou.apps.disbursement.month_tasks import next_task, tell_both_counties
from ciyou.apps.disbursement.months import day_of, month_of
from ciyou.apps.disbursement.part_reading import PartRead, read_claims, read_part
from ciyou.apps.disbursement.payee_snapshots import payee_of_account, seal_snapshot
from ciyou.apps.disbursement.planning import AwardPlan, changes_of, plan_award
from ciyou.apps.disbursement.policies import holds_for
from ciyou.apps.disbursement.refusals import overtaken
from ciyou.apps.disbursement.storing import (
    CHANGES,
    CLAIMS,
    HOLDS,
    LINES,
    PAYMENTS,
    SCHEDULES,
    Row,
    add_to_claims,
    put,
)
from ciyou.apps.disbursement.totals import note_totals
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.awards.month import Month

PART = 2000
Tell = Callable[[int, int], None]


def compute_run(run_id: uuid.UUID, *, part: int = PART, tell: Tell | None = None) -> str:
    """Compute a run to its end, from wherever it is; gives the state it ends in. A second process that computes it stops.

    Doing it again after an interruption loses and doubles nothing: the claims, lines and place of a part are one transaction.
    """
    run = MonthRun.objects.get(id=run_id)
    deriver = Deriver(month_of(run.month))
    while run.state == RunState.COMPUTING and (waiting := _waiting(run)):
        # An award that comes in between lies in a part that is still to be read, or is found when nobody is waiting any more.
        for start in range(0, len(waiting), part):
            with transaction.atomic(), walled(LOCAL_OPERATOR):
                _Part(run, deriver).compute(waiting[start : start + part])
            run.refresh_from_db()
            if tell is not None:
                tell(run.children_done, run.children_total)
            if run.state != RunState.COMPUTING:
                break
    if run.state == RunState.COMPUTING:
        _finish(run)
        run.refresh_from_db()
    return run.state


def _waiting(run: MonthRun) -> list[uuid.UUID]:
    """Every child behind the run's place: asked once, not once a part (the database looks through all of them each time)."""
    with walled(LOCAL_OPERATOR):
        return next_children(county=run.county, series=run.series, after=run.position, limit=_ALL)


_ALL = 10_000_000


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
class _Part:
    """The next children of a run."""

    run: MonthRun
    deriver: Deriver
    holds: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)

    @property
    def month(self) -> Month:
        return month_of(self.run.month)

    def compute(self, people: Sequence[uuid.UUID]) -> None:
        """Compute and write one part. Raises Overtaken when another process was there first."""
        run = self.run
        moved = MonthRun.objects.filter(id=run.id, state=RunState.COMPUTING, position=run.position).update(
            position=people[-1], children_done=run.children_done + len(people)
        )
        if not moved:
            raise overtaken()
        read = read_part(run, self.deriver, people[-1])
        self._write(read, self._plan(read))

    # -- weighing --------------------------------------------------------------------------------
    def _plan(self, read: PartRead) -> list[AwardPlan]:
        by_child: dict[uuid.UUID, list[AwardPlan]] = defaultdict(list)
        for award in read.awards:
            by_child[award.person_id].append(self._plan_award(award, read))
        return [plan for person, plans in by_child.items() for plan in self._weigh(person, plans, read)]

    def _plan_award(self, award: RunAward, read: PartRead) -> AwardPlan:
        found = read.owed.get(award.id)
        if found is None or award.duplicate:
            return AwardPlan(award, (), "duplicate" if award.duplicate else "undetermined")
        return plan_award(award, found[0], read.claims.get(award.id, {}), self.month, read.recoveries.get(award.id))

    def _weigh(self, person: uuid.UUID, plans: list[AwardPlan], read: PartRead) -> Iterable[AwardPlan]:
        """The plans of one child after the reasons not to pay: what is held draws no line."""
        law_says_yes = any(found[0].derived.says_yes for plan in plans if (found := read.owed.get(plan.award.id)))
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

    def _hold(self, plan: AwardPlan, reason: str, amount_fen: int) -> None:
        award = plan.award
        self.holds.append((self.run.id.hex, award.id.hex, award.person_id.hex, reason[:32], "draft", amount_fen))

    def _note_changes(self, plan: AwardPlan, read: PartRead, held: str) -> None:
        award = plan.award
        _owed, cause = read.owed.get(award.id, (None, ""))
        found = changes_of(
            plan,
            before_fen=read.before.get(award.id, 0),
            seen_before=any(paid for paid, _waived, _claim in read.claims.get(award.id, {}).values()),
            cause=cause if cause in ("standard", "facts") else "",
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
    def _write(self, read: PartRead, plans: Sequence[AwardPlan]) -> None:
        put(SCHEDULES, read.written)
        self._claim(plans, read)
        drawn: dict[uuid.UUID, list[tuple[AwardPlan, list[tuple[int, str, int]]]]] = defaultdict(list)
        taken: list[tuple[uuid.UUID, str, str, Month]] = []
        for plan in plans:
            claims = read.claims.get(plan.award.id, {})
            lines = [
                (claims[day][2], line.kind.value, line.amount_fen)
                for line in plan.lines
                if (day := day_of(line.month).isoformat()) in claims
            ]
            if len(lines) < len(plan.lines):
                missed = plan.amount_fen - sum(amount for _claim, _kind, amount in lines)
                self._hold(plan, "other_county", missed)
                award = plan.award
                taken += [
                    (award.id, award.identity, award.entitlement, line.month)
                    for line in plan.lines
                    if day_of(line.month).isoformat() not in claims
                ]
            if lines and sum(amount for _claim, _kind, amount in lines) >= 0:
                drawn[plan.award.person_id].append((plan, lines))
        tell_both_counties(taken)
        self._pay(drawn, read)
        put(HOLDS, self.holds)
        put(CHANGES, self.changes)

    def _claim(self, plans: Sequence[AwardPlan], read: PartRead) -> None:
        """Claim every month that is drawn for the first time: what another award has claimed already is not among the claims."""
        wanted = [
            (plan.award, day)
            for plan in plans
            for line in plan.lines
            if (day := day_of(line.month).isoformat()) not in read.claims.get(plan.award.id, {})
        ]
        if not wanted:
            return
        put(CLAIMS, [(award.id.hex, award.identity, award.entitlement, day, 0, 0) for award, day in wanted])
        awards = {award.id for award, _day in wanted}
        last = max(award.person_id for award, _day in wanted)
        found = read_claims(self.run, last, awards, since=min(day for _award, day in wanted))
        for award, days in found.items():
            read.claims.setdefault(award, {}).update(days)

    def _pay(self, drawn, read: PartRead) -> None:
        run, payments, lines, added = self.run, [], [], []
        sequence, ring = run.payments_count, keyring()
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
                    seal_snapshot(payment, payee, ring),
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


def begin_again(run_id: uuid.UUID) -> None:
    """Forget what a returned run drew and let it be computed anew; doing it twice is doing it once."""
    run = MonthRun.objects.get(id=run_id)
    forget_lines(run_id)
    MonthRun.objects.filter(id=run_id, state=RunState.RETURNED, version=run.version).update(
        state=RunState.COMPUTING, position=None, children_done=0, payments_count=0, lines_hash="", amount_fen=0
    )
