"""What one run pays for one child: pure, from what is due and what is settled to lines, holds and changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ciyou.apps.awards.run_source import RunAward
from ciyou.apps.disbursement.deriving import Owed
from ciyou.apps.disbursement.months import month_of
from ciyou.apps.registry.hex_ids import HexId
from ciyou.core.awards.balance import Balance, Line, LineKind, RecoveryPlan, plan_lines
from ciyou.core.awards.dues import Why
from ciyou.core.awards.month import Month

Settled = Mapping[str, tuple[int, int]]
"""By the month's first day, as tables write it: what was paid and what was waived, in fen."""


@dataclass(frozen=True, slots=True)
class AwardPlan:
    """The lines that a run draws for one award, and what became of the month itself."""

    award: RunAward
    lines: tuple[Line, ...]
    held_ground: str = ""

    @property
    def current_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines if line.kind is LineKind.CURRENT)

    @property
    def amount_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)

    def sum_of(self, kind: LineKind) -> int:
        return sum(line.amount_fen for line in self.lines if line.kind is kind)


@dataclass(frozen=True, slots=True)
class Change:
    """How an award differs from the month before."""

    award_id: HexId
    person_id: HexId
    kind: str
    cause: str
    before_fen: int
    after_fen: int


def plan_award(
    award: RunAward, owed: Owed, settled: Settled, run: Month, recovery: RecoveryPlan | None = None
) -> AwardPlan:
    """The lines of one award. Months that are settled to the fen are left aside before anything is weighed."""
    due = owed.fen
    open_days = [day for day, (paid, waived) in settled.items() if waived or due.get(day, 0) != paid]
    open_days += [day for day, fen in due.items() if fen and day not in settled]
    account = tuple(Balance(month_of(day), due.get(day, 0), *settled.get(day, (0, 0))) for day in sorted(open_days))
    lines = plan_lines(account, run, recovery=recovery) if account else ()
    last = owed.dues[-1] if owed.dues else None
    held = (last.review or "held") if last is not None and last.why is Why.HELD and last.month == run else ""
    return AwardPlan(award, lines, held)


def changes_of(plan: AwardPlan, *, before_fen: int, seen_before: bool, cause: str, held: str) -> list[Change]:
    """The lines of 增减变动表 for one award: what it got last month, what it gets now, and why that is another amount."""
    award, after = plan.award, plan.current_fen
    found = []
    if after != before_fen:
        kind, why = _kind(award, before_fen, after, seen_before), cause or "decision"
        if kind in ("suspended", "ended") or (after == 0 and held):
            why = held or "decision"
        found.append(Change(award.id, award.person_id, kind, why, before_fen, after))
    for line_kind in (LineKind.ARREARS, LineKind.RECOVERY):
        amount = plan.sum_of(line_kind)
        if amount:
            found.append(Change(award.id, award.person_id, line_kind.value, cause or "decision", 0, amount))
    return found


def _kind(award: RunAward, before: int, after: int, seen_before: bool) -> str:
    if before == 0:
        return "resumed" if seen_before else "new"
    if after == 0:
        return "ended" if award.state == "ended" else "suspended"
    return "raised" if after > before else "lowered"
