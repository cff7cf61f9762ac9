"""What a run pays for a part of its children, read and weighed: nothing is written yet, so another process can do it ahead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ciyou.apps.audit.keys import keyring
from ciyou.apps.awards.run_source import RunAward
from ciyou.apps.disbursement.deriving import Deriver
from ciyou.apps.disbursement.holding import account_trouble, held_for
from ciyou.apps.disbursement.models import MonthRun
from ciyou.apps.disbursement.months import day_of, month_of
from ciyou.apps.disbursement.ordered_ids import ordered_id
from ciyou.apps.disbursement.part_reading import PartRead, Stamp, read_part, settled_months
from ciyou.apps.disbursement.payee_snapshots import payee_of_account, seal_snapshot
from ciyou.apps.disbursement.planning import AwardPlan, Settled, changes_of, plan_award
from ciyou.apps.disbursement.policies import holds_for, paid_at_residence
from ciyou.apps.disbursement.storing import Row
from ciyou.apps.registry.hex_ids import HexId, dashed
from ciyou.core.awards.balance import Line

DrawnLines = tuple[tuple[str, str, int, bool], ...]
"""Of each line the month's first day, the kind, the fen, and whether the month is claimed already."""


def fen_of(lines: DrawnLines) -> int:
    """What these lines pay together."""
    return sum(fen for _day, _kind, fen, _claimed in lines)


class DrawnAward(NamedTuple):
    """The lines of one award, and what they pay together."""

    award_id: HexId
    identity: str
    entitlement: str
    lines: DrawnLines
    fen: int


class DrawnChild(NamedTuple):
    """One payment: what is drawn for a child, and its account, encrypted for this payment."""

    payment_id: HexId
    person_id: HexId
    division: str
    account: bytes
    account_id: int | None
    collective: bool
    awards: list[DrawnAward]


@dataclass
class Prepared:
    """A part of a run, ready to be written if its claims are still what `stamp` says."""

    after: HexId | None
    last: HexId
    stamp: Stamp
    schedules: list[Row] = field(default_factory=list)
    holds: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)
    drawn: list[DrawnChild] = field(default_factory=list)


def prepare_part(run: MonthRun, deriver: Deriver, *, after: HexId | None, last: HexId) -> Prepared:
    """Read and weigh the children behind `after` up to `last`, inside the caller's wall."""
    read = read_part(run, deriver, after=after, last=last)
    made = Prepared(after, last, read.stamp, schedules=read.written)
    _Weighing(run, read, made, deriver).draw()
    return made


def hold_row(run: MonthRun, award_id: HexId, person_id: HexId, reason: str, fen: int) -> Row:
    """What is not paid, and why."""
    return (run.id.hex, award_id, person_id, reason[:32], "draft", fen)


@dataclass
class _Weighing:
    run: MonthRun
    read: PartRead
    made: Prepared
    deriver: Deriver

    def draw(self) -> None:
        by_child: dict[HexId, list[AwardPlan]] = defaultdict(list)
        for award in self.read.awards:
            by_child[award.person_id].append(self._plan(award))
        ring = keyring()
        for person, plans in by_child.items():
            paid = [plan for plan in self._weigh(person, plans) if plan.lines]
            if not paid:
                continue
            payee = self.read.collective.get(person) or payee_of_account(self.read.accounts[person])
            payment = ordered_id().hex
            self.made.drawn.append(
                DrawnChild(
                    payment,
                    person,
                    paid[0].award.division,
                    seal_snapshot(dashed(payment), payee, ring),
                    payee.account_id,
                    payee.collective,
                    [self._drawn(plan) for plan in paid],
                )
            )

    def _drawn(self, plan: AwardPlan) -> DrawnAward:
        award, lines = plan.award, plan.lines
        # Shared, as plans are: a part then goes from process to process in a fraction of the time.
        if id(lines) not in self.deriver.drawn:
            drawn = _as_drawn(lines, self._settled(award))
            self.deriver.drawn[id(lines)] = lines, drawn, fen_of(drawn)
        _lines, drawn, fen = self.deriver.drawn[id(lines)]
        return DrawnAward(award.id, award.identity, award.entitlement, drawn, fen)

    def _plan(self, award: RunAward) -> AwardPlan:
        read = self.read
        found = read.owed.get(award.id)
        if found is None or award.duplicate:
            return AwardPlan(award, (), "duplicate" if award.duplicate else "undetermined")
        owed, recovery = found[0], read.recoveries.get(award.id)
        # Children in the same situation who were paid the same are weighed once.
        key = (id(owed), read.settled.get(award.id, ""))
        same = None if recovery else self.deriver.planned.get(key)
        if same is not None:
            return replace(same, award=award)
        plan = plan_award(award, owed, self._settled(award), month_of(self.run.month), recovery)
        if not recovery:
            self.deriver.planned[key] = plan
        return plan

    def _settled(self, award: RunAward) -> Settled:
        return settled_months(self.read.settled.get(award.id, ""))

    def _weigh(self, person: HexId, plans: list[AwardPlan]) -> Iterable[AwardPlan]:
        """The plans of one child after the reasons not to pay: what is held draws no line."""
        run, read = self.run, self.read
        law_says_yes = any(found[0].derived.says_yes for plan in plans if (found := read.owed.get(plan.award.id)))
        reason = held_for(
            read.standings.get(person),
            county=run.county,
            law_says_yes=law_says_yes,
            on=run.month,
            at_residence=any(plan.award.entitlement in paid_at_residence(run.county) for plan in plans),
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
            self._note_changes(kept, why or plan.held_ground)
            yield kept

    def _hold(self, plan: AwardPlan, reason: str, fen: int) -> None:
        self.made.holds.append(hold_row(self.run, plan.award.id, plan.award.person_id, reason, fen))

    def _note_changes(self, plan: AwardPlan, held: str) -> None:
        award, read = plan.award, self.read
        _owed, cause = read.owed.get(award.id, (None, ""))
        found = changes_of(
            plan,
            before_fen=read.before.get(award.id, 0),
            seen_before=any(paid for paid, _waived in self._settled(award).values()),
            cause=cause if cause in ("standard", "facts") else "",
            held=held,
        )
        ids = (self.run.id.hex, award.id, award.person_id)
        self.made.changes += [(*ids, one.kind, one.cause[:16], one.before_fen, one.after_fen) for one in found]


def _as_drawn(lines: Iterable[Line], settled: Settled) -> DrawnLines:
    named = ((day_of(line.month).isoformat(), line) for line in lines)
    return tuple((day, line.kind.value, line.amount_fen, day in settled) for day, line in named)


def _review_held(award: RunAward) -> str:
    """The ground on which a person has to look at the award, where the place holds the money until then."""
    ground = award.review_for
    return ground if ground and holds_for(award.entitlement, award.division, ground) else ""
