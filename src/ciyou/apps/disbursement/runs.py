"""The steps of a month: drafted, reviewed and approved by three different people, handed to finance, settled, closed."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.run_source import count_children
from ciyou.apps.disbursement.books import forget_lines
from ciyou.apps.disbursement.computing import begin_again
from ciyou.apps.disbursement.hashing import check_lines
from ciyou.apps.disbursement.models import MonthRun, ResultProblem, RunState
from ciyou.apps.disbursement.month_tasks import next_task
from ciyou.apps.disbursement.rechecking import recheck
from ciyou.apps.disbursement.refusals import check_may, not_found_here, refused, somebody_was_first
from ciyou.apps.disbursement.refusals import check_reason as reason_of
from ciyou.apps.disbursement.totals import note_totals, totals_of
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, significant_digits
from ciyou.core.access.roles import Action
from ciyou.core.awards.month import Month

AHEAD = 1
"""How many months before its time a month may be drafted."""

BEFORE_LEAVING = (
    RunState.COMPUTING,
    RunState.DRAFTED,
    RunState.RETURNED,
    RunState.REVIEWED,
    RunState.APPROVED,
)


@dataclass(frozen=True)
class MonthWish:
    """Which month of which series is to be drafted, and until when what is known counts. `run_id` is made by the form."""

    run_id: uuid.UUID
    series: str
    month: Month
    cutoff_on: dt.date


def begin_month(actor: Actor, *, wish: MonthWish, today: dt.date) -> uuid.UUID:
    """Open the draft of a month of the actor's county; computing it is the worker's. A form sent twice opens one.

    Only a person begins one: with the machine as its drafter, two people would do for the three. Raises RecordError for a month in
    the future, a month that has a run, or while another run of the series is open.
    """
    check_may(actor, Action.DRAFT_PAYMENTS)
    county = county_of(actor)
    _check_wish(wish, today)
    with transaction.atomic():
        if MonthRun.objects.filter(id=wish.run_id, county=county).exists():
            return wish.run_id
        _check_free(county, wish)
        with walled(LOCAL_OPERATOR):
            children = count_children(county=county, series=wish.series)
        if not children:
            raise refused(
                "no_awards",
                "本县这一类还没有待遇，没有可以起草的发放。请先办理申请。",
                "The county has no award of this kind yet, so there is nothing to pay. Decide applications first.",
            )
        try:
            with transaction.atomic():
                MonthRun.objects.create(
                    id=wish.run_id,
                    county=county,
                    series=wish.series,
                    month=wish.month.first_day,
                    cutoff_on=wish.cutoff_on,
                    children_total=children,
                    drafted_by=actor.id,
                    begun_at=timezone.now(),
                )
        except IntegrityError as error:
            raise _open_already() from error
        record_action(actor, action="begin_month", subject=str(wish.run_id), details={"month": str(wish.month)})
    return wish.run_id


def _check_wish(wish: MonthWish, today: dt.date) -> None:
    if wish.month > Month.of(today).plus(AHEAD):
        raise refused(
            "month_ahead",
            "发放月份太靠后；最多提前一个月起草。请改选月份。",
            "This month is too far ahead; a month may be drafted one month early. Choose another month.",
        )
    if not wish.month.plus(-2).first_day <= wish.cutoff_on <= wish.month.plus(1).last_day:
        raise refused(
            "cutoff",
            "截止日应在发放月份前后；请改正。",
            "The cut-off day lies near the month that is paid; correct it.",
        )


def _check_free(county: str, wish: MonthWish) -> None:
    rows = MonthRun.objects.filter(county=county, series=wish.series).exclude(state=RunState.CANCELLED)
    if rows.filter(month=wish.month.first_day).exists():
        raise refused(
            "month_there",
            "这个月已经有一批发放；请打开它继续办理。补发的金额会自动列入下个月。",
            "This month has a run already; open it and go on there. What is still owed comes with the next month by itself.",
        )
    if rows.exclude(state=RunState.CLOSED).exists():
        raise _open_already()


def _open_already():
    return refused(
        "open_already",
        "这一类还有一个月没有办结；请先办结或撤销它，再起草新的月份。",
        "Another month of this kind is still open; close or cancel it before you draft a new one.",
    )


def county_of(actor: Actor) -> str:
    """The county that the actor works in; raises RecordError for a post that is not a county's."""
    digits = significant_digits(actor.scope.first)
    if len(digits) != 6:
        raise refused(
            "county_only",
            "发放由县级办理；请用县级岗位登录。",
            "Disbursement is the county's work; sign in with a post of the county.",
        )
    return digits.ljust(12, "0")


def find_run(actor: Actor, run_id: object) -> MonthRun:
    """A run of the actor's county; raises NotFoundHere otherwise."""
    check_may(actor, Action.SEE_PAYMENTS)
    found = MonthRun.objects.filter(id=run_id).first() if _is_id(run_id) else None
    if found is None or not actor.scope.holds(found.county):
        raise not_found_here()
    return found


def _is_id(value: object) -> bool:
    try:
        uuid.UUID(str(value))
    except ValueError:
        return False
    return True


def review_run(actor: Actor, *, run_id: object, version: int) -> None:
    """Stand behind a draft as the second person. Raises RecordError when its lines changed or somebody was first."""
    check_may(actor, Action.REVIEW_PAYMENTS)
    run = find_run(actor, run_id)
    if run.drafted_by == actor.id:
        raise own_step()
    with transaction.atomic():
        with walled(LOCAL_OPERATOR):
            check_lines(run)
        _step(
            actor, run, version, RunState.DRAFTED, RunState.REVIEWED, reviewed_by=actor.id, reviewed_at=timezone.now()
        )


def approve_run(actor: Actor, *, run_id: object, version: int) -> int:
    """Approve a reviewed month as the third person; what may no longer be paid is taken out first. Returns how many that were."""
    check_may(actor, Action.APPROVE_PAYMENTS)
    run = find_run(actor, run_id)
    if actor.id in (run.drafted_by, run.reviewed_by):
        raise own_step()
    _check_step(run, version, RunState.REVIEWED)
    taken = recheck(run, "approve")
    with transaction.atomic():
        with walled(LOCAL_OPERATOR):
            check_lines(run)
            note_totals(run.id)
        _step(
            actor, run, version, RunState.REVIEWED, RunState.APPROVED, approved_by=actor.id, approved_at=timezone.now()
        )
    return taken


def return_run(actor: Actor, *, run_id: object, version: int, reason: str) -> None:
    """Send a month back to its drafter with a reason, while nothing has left the house."""
    check_may(actor, Action.REVIEW_PAYMENTS, Action.APPROVE_PAYMENTS)
    why = reason_of(reason)
    run = find_run(actor, run_id)
    if run.state not in (RunState.DRAFTED, RunState.REVIEWED, RunState.APPROVED):
        raise somebody_was_first()
    with transaction.atomic():
        _step(actor, run, version, run.state, RunState.RETURNED, reason=why, **_UNSIGNED)


def draft_again(actor: Actor, *, run_id: object, version: int) -> None:
    """Begin a returned month anew; whoever does it is its drafter now. The computing is the worker's."""
    check_may(actor, Action.DRAFT_PAYMENTS)
    run = find_run(actor, run_id)
    _check_step(run, version, RunState.RETURNED)
    begin_again(run.id)
    with transaction.atomic():
        MonthRun.objects.filter(id=run.id).update(drafted_by=actor.id, drafted_at=None)
        record_action(actor, action="draft_again", subject=str(run.id))


def cancel_run(actor: Actor, *, run_id: object, version: int, reason: str) -> None:
    """Cancel a month of which nothing left the house; what it drew is outstanding again."""
    check_may(actor, Action.DRAFT_PAYMENTS, Action.APPROVE_PAYMENTS)
    why = reason_of(reason)
    run = find_run(actor, run_id)
    if run.state not in BEFORE_LEAVING:
        raise refused(
            "left_already",
            "名册已送交财政，不能撤销；请按发放结果继续办理。",
            "The roster is with finance, so the month cannot be cancelled; go on with the results.",
        )
    if run.state != RunState.RETURNED:
        with transaction.atomic():
            _step(actor, run, version, run.state, RunState.RETURNED, reason=why, **_UNSIGNED)
        run.refresh_from_db()
    forget_lines(run.id)
    with transaction.atomic():
        _step(actor, run, run.version, RunState.RETURNED, RunState.CANCELLED, reason=why)


def close_run(actor: Actor, *, run_id: object, version: int) -> None:
    """Close the book of a month: only when it adds up and no line of a result file is left over."""
    check_may(actor, Action.DRAFT_PAYMENTS, Action.APPROVE_PAYMENTS)
    run = find_run(actor, run_id)
    if ResultProblem.objects.filter(file__run=run, settled_at=None).exists():
        raise refused(
            "problems_open",
            "结果文件中还有未处理的行；请先逐行处理，再办结。",
            "Lines of the result file are still open; settle each of them before you close the month.",
        )
    if not totals_of(run.id).adds_up:
        raise refused(
            "not_added_up",
            "账还没有对平：还有在途的，或失败后没有重发也没有退回的款项。请先处理。",
            "The book does not add up: something is on its way, or failed and was neither sent again nor given back. Deal with it first.",
        )
    with transaction.atomic():
        _step(actor, run, version, RunState.SETTLED, RunState.CLOSED, closed_at=timezone.now())


_UNSIGNED = {"reviewed_by": "", "reviewed_at": None, "approved_by": "", "approved_at": None}


def own_step():
    """Three different people: whoever took a step before takes no other one."""
    return refused(
        "own_step",
        "起草、复核、审批须由三个不同的人办理；您已办理过其中一步，请交给另一人。",
        "Three different people draft, review and approve; you took one of these steps already, so hand it to somebody else.",
    )


def _check_step(run: MonthRun, version: int, state: str) -> None:
    if run.state != state or run.version != version:
        raise somebody_was_first()


def _step(actor: Actor, run: MonthRun, version: int, before: str, after: str, **values: object) -> None:
    """Move a run by compare-and-swap, with its record in the log."""
    moved = MonthRun.objects.filter(id=run.id, state=before, version=version).update(
        state=after, version=F("version") + 1, hand_over_asked={}, **values
    )
    if not moved:
        raise somebody_was_first()
    next_task(actor, run, after)
    record_action(actor, action=f"month_{after}", subject=str(run.id), details={"payments": run.payments_count})
