"""Drafting a month, child by child in parts: each part is one transaction, so that a run killed anywhere goes on where it was."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from itertools import accumulate

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.run_source import next_children
from ciyou.apps.disbursement.ahead import Asked, prepared_ahead, workers_for
from ciyou.apps.disbursement.books import forget_lines
from ciyou.apps.disbursement.deriving import Deriver
from ciyou.apps.disbursement.drawing import Drawing
from ciyou.apps.disbursement.hashing import carried_on
from ciyou.apps.disbursement.log_carrying import log_carried_beside
from ciyou.apps.disbursement.models import MonthRun, RunState
from ciyou.apps.disbursement.month_tasks import next_task, tell_both_counties
from ciyou.apps.disbursement.months import month_of
from ciyou.apps.disbursement.numbering import numbers_begin
from ciyou.apps.disbursement.part_reading import claims_stamp
from ciyou.apps.disbursement.preparing import DrawnAward, DrawnChild, Prepared, fen_of, hold_row, prepare_part
from ciyou.apps.disbursement.refusals import overtaken
from ciyou.apps.disbursement.storing import (
    CHANGES,
    HOLDS,
    PAYMENTS,
    SCHEDULES,
    Row,
    count_written_rows,
    expect_many_rows,
    put,
)
from ciyou.apps.disbursement.totals import note_totals
from ciyou.apps.registry.hex_ids import HexId
from ciyou.batch.garbage import heap_set_aside
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.awards.month import Month

PART = 4000
WORTH_GROWING = 1000
Tell = Callable[[int, int], None]


def compute_run(run_id: uuid.UUID, *, part: int = PART, tell: Tell | None = None, workers: int | None = None) -> str:
    """Compute a run to its end, from wherever it is; gives the state it ends in. A second process that computes it stops.

    Doing it again after an interruption loses and doubles nothing: the claims, lines and place of a part are one transaction.
    `workers`: how many processes prepare parts ahead (None: by the number of children and processors); it changes no result.
    """
    expect_many_rows()
    run = MonthRun.objects.get(id=run_id)
    crew = workers_for(run.children_total - run.children_done, workers)
    with heap_set_aside(), log_carried_beside() if crew else nullcontext():
        _compute_parts(run, part, tell, crew)
        if run.state == RunState.COMPUTING:
            count_written_rows()
            _finish(run)
            run.refresh_from_db()
    return run.state


def _compute_parts(run: MonthRun, part: int, tell: Tell | None, crew: int) -> None:
    deriver, this_round = Deriver(month_of(run.month)), uuid.uuid4()
    while run.state == RunState.COMPUTING and (waiting := _waiting(run)):
        # An award that comes in between lies in a part that is still to be read, or is found when nobody is waiting any more.
        counts = _sizes(len(waiting), part, growing=crew > 0)
        ends = [waiting[place - 1] for place in accumulate(counts)]
        asked = [
            Asked(this_round, run.id, after, last) for after, last in zip([_place_of(run), *ends], ends, strict=False)
        ]
        with closing(prepared_ahead(asked, workers=crew)) as ahead:
            for count, prepared in zip(counts, ahead, strict=False):
                with transaction.atomic(), walled(LOCAL_OPERATOR):
                    _write_part(run, deriver, prepared, count)
                run.refresh_from_db()
                if tell is not None:
                    tell(run.children_done, run.children_total)
                if run.state != RunState.COMPUTING:
                    break


def _sizes(children: int, part: int, *, growing: bool) -> list[int]:
    """How many children the parts have, in order; `growing`: the first are small, so that writing begins while others are prepared."""
    sizes, size = [], max(part // 16, 1) if growing and part >= WORTH_GROWING else part
    while children > 0:
        sizes.append(min(size, children))
        children -= size
        size = min(size * 2, part)
    return sizes


def _waiting(run: MonthRun) -> list[HexId]:
    """Every child behind the run's place: asked once, not once a part (the database looks through all of them each time)."""
    with walled(LOCAL_OPERATOR):
        return next_children(county=run.county, series=run.series, after=_place_of(run), limit=_ALL)


def _place_of(run: MonthRun) -> HexId | None:
    return None if run.position is None else run.position.hex


_ALL = 10_000_000


def _finish(run: MonthRun) -> None:
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        moved = MonthRun.objects.filter(id=run.id, state=RunState.COMPUTING).update(
            state=RunState.DRAFTED, drafted_at=timezone.now(), version=run.version + 1
        )
        if moved:
            note_totals(run.id)
            next_task(LOCAL_OPERATOR, run, RunState.DRAFTED)


def _write_part(run: MonthRun, deriver: Deriver, prepared: Prepared, count: int) -> None:
    """Write one part. Raises Overtaken when another process was there first."""
    moved = MonthRun.objects.filter(id=run.id, state=RunState.COMPUTING, position=prepared.after).update(
        position=prepared.last, children_done=run.children_done + count
    )
    if not moved:
        raise overtaken()
    if claims_stamp(run.series, after=prepared.after, last=prepared.last) != prepared.stamp:
        # Paid back or waived since it was prepared: weighed again, on what nobody else can change now.
        prepared = prepare_part(run, deriver, after=prepared.after, last=prepared.last)
    put(SCHEDULES, prepared.schedules)
    books = _Books(run, prepared.drawn, list(prepared.holds))
    drawing = Drawing.of(books.paid)
    if drawing.claim() < drawing.new:
        books.hold_taken(drawing.taken())
        drawing = Drawing.of(books.paid)
    tell_both_counties(books.taken)
    _pay(run, books.paid)
    if drawing.draw() < drawing.lines:
        raise overtaken()
    put(HOLDS, books.holds)
    put(CHANGES, prepared.changes)


@dataclass
class _Books:
    """What of a part is paid, and the months that another award claimed first: they are held, and both counties hear of it."""

    run: MonthRun
    paid: list[DrawnChild]
    holds: list[Row]
    taken: list[tuple[HexId, str, str, Month]] = field(default_factory=list)

    def hold_taken(self, taken: Collection[tuple[HexId, str]]) -> None:
        """Leave out these months, and an award of which less than nothing is then left."""
        left = [
            child._replace(awards=[self._without(child, award, taken) for award in child.awards]) for child in self.paid
        ]
        kept = [child._replace(awards=[award for award in child.awards if award.lines]) for child in left]
        self.paid = [child for child in kept if child.awards]

    def _without(self, child: DrawnChild, award: DrawnAward, taken: Collection[tuple[HexId, str]]) -> DrawnAward:
        missed = [(day, fen) for day, _kind, fen, _claimed in award.lines if (award.award_id, day) in taken]
        if not missed:
            return award
        fen = sum(fen for _day, fen in missed)
        self.holds.append(hold_row(self.run, award.award_id, child.person_id, "other_county", fen))
        self.taken += [(award.award_id, award.identity, award.entitlement, month_of(day)) for day, _fen in missed]
        own = tuple(line for line in award.lines if (award.award_id, line[0]) not in taken)
        left = fen_of(own)
        return award._replace(lines=own, fen=left) if left >= 0 else award._replace(lines=(), fen=0)


def _pay(run: MonthRun, drawn: Sequence[DrawnChild]) -> None:
    begin, this = numbers_begin(run), run.id.hex
    payments = [
        (
            child.payment_id,
            this,
            child.person_id,
            sequence,
            f"{begin}{sequence:06d}",
            child.division,
            sum([award.fen for award in child.awards]),
            child.account,
            child.account_id,
            child.collective,
            "planned",
            "",
        )
        for sequence, child in enumerate(drawn, start=run.payments_count + 1)
    ]
    put(PAYMENTS, payments)
    MonthRun.objects.filter(id=run.id).update(
        payments_count=run.payments_count + len(drawn),
        lines_hash=carried_on(run.lines_hash, _texts(drawn)),
    )


def _texts(drawn: Sequence[DrawnChild]) -> Iterator[list[str]]:
    """The lines of each payment as the hash over a run takes them; children in the same situation share theirs but for the award."""
    kept: dict[int, list[str]] = {}
    for child in drawn:
        texts = []
        for award in child.awards:
            if id(award.lines) not in kept:
                kept[id(award.lines)] = [f"|{day}|{kind}|{fen}" for day, kind, fen, _claimed in award.lines]
            texts += [award.award_id + rest for rest in kept[id(award.lines)]]
        yield texts


def begin_again(run_id: uuid.UUID) -> None:
    """Forget what a returned run drew and let it be computed anew; doing it twice is doing it once."""
    run = MonthRun.objects.get(id=run_id)
    forget_lines(run_id)
    MonthRun.objects.filter(id=run_id, state=RunState.RETURNED, version=run.version).update(
        state=RunState.COMPUTING, position=None, children_done=0, payments_count=0, lines_hash="", amount_fen=0
    )
