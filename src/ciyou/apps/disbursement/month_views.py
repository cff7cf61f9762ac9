"""What is shown of a month: its steps with who and when, its sums, what is held, what changed, its payments, its files."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from ciyou.apps.disbursement.asked_hand_overs import Asked, asked_of
from ciyou.apps.disbursement.models import (
    HandOver,
    Hold,
    MonthChange,
    MonthRun,
    Payment,
    PaymentLine,
    PaymentState,
    ResultFile,
    ResultProblem,
    RunState,
)
from ciyou.apps.disbursement.payee_snapshots import masked, open_snapshot
from ciyou.apps.disbursement.policies import funding_of, series_of
from ciyou.apps.disbursement.refusals import check_may, not_found_here
from ciyou.apps.disbursement.results import open_line
from ciyou.apps.disbursement.runs import county_of, find_run
from ciyou.apps.disbursement.totals import Totals, totals_of
from ciyou.apps.registry.selectors import PersonCard, cards_of
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action
from ciyou.core.access.verdict import RESTRICTED
from ciyou.packs import load_rule_book

SHOWN = 50


@dataclass(frozen=True)
class RunCard:
    """A month in the list."""

    id: uuid.UUID
    series: str
    month: dt.date
    state: str
    payments: int
    amount_fen: int
    percent: int


@dataclass(frozen=True)
class Step:
    """One step of a month: who took it and when; `by` "" as long as nobody has."""

    code: str
    by: str
    at: dt.datetime | None
    current: bool


@dataclass(frozen=True)
class FundingShare:
    """Who bears how much of a month; `source` "" is what no pack says: ask the place."""

    source: str
    amount_fen: int


@dataclass(frozen=True)
class RunView:
    """A month as its page shows it."""

    card: RunCard
    county: str
    cutoff_on: dt.date
    version: int
    reason: str
    steps: tuple[Step, ...]
    totals: Totals
    holds: tuple[tuple[str, int, int], ...]
    changes: tuple[tuple[str, int, int, int], ...]
    funding: tuple[FundingShare, ...]
    hand_overs: tuple[HandOver, ...]
    lines_hash: str
    asked: Asked

    @property
    def done(self) -> bool:
        return self.card.state in (RunState.CLOSED, RunState.CANCELLED)


@dataclass(frozen=True)
class PaymentRow:
    """One payment in a list. `person` None: a protected file that the actor is not named for."""

    id: uuid.UUID
    number: str
    person: PersonCard | None
    division: str
    amount_fen: int
    account: str
    holder: str
    collective: bool
    state: str
    reason: str
    again: bool
    parts: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class HoldRow:
    """One award that is not paid, with the reason."""

    person: PersonCard | None
    award_id: uuid.UUID
    reason: str
    stage: str
    amount_fen: int


@dataclass(frozen=True)
class ChangeRow:
    """One line of the list of changes."""

    person: PersonCard | None
    kind: str
    cause: str
    before_fen: int
    after_fen: int


@dataclass(frozen=True)
class ProblemRow:
    """A line of a result file that could not be taken."""

    id: uuid.UUID
    file: str
    line: int
    code: str
    cells: Mapping[str, str]
    settled_by: str
    note: str


def months_of(actor: Actor) -> tuple[RunCard, ...]:
    """The months of the actor's county, the latest first."""
    check_may(actor, Action.SEE_PAYMENTS)
    rows = MonthRun.objects.filter(county=county_of(actor)).order_by("-month", "-begun_at")[:60]
    return tuple(_card(row) for row in rows)


def series_here(actor: Actor) -> tuple[str, ...]:
    """The monthly runs that the actor's county pays."""
    return series_of(county_of(actor))


def _card(row: MonthRun) -> RunCard:
    percent = 100 * row.children_done // row.children_total if row.children_total else 0
    return RunCard(row.id, row.series, row.month, row.state, row.payments_count, row.amount_fen, min(percent, 100))


def read_month(actor: Actor, *, run_id: object) -> RunView:
    """One month; raises NotFoundHere for another county's."""
    run = find_run(actor, run_id)
    hand_overs = tuple(
        HandOver.objects.filter(run=run)
        .defer("application", "roster", "collective")
        .annotate(has_collective=Q(collective__isnull=False))
        .order_by("number")
    )
    holds = Hold.objects.filter(run=run).order_by().values_list("reason").annotate(n=Count("id"), fen=Sum("amount_fen"))
    changes = (
        MonthChange.objects.filter(run=run)
        .order_by()
        .values_list("kind")
        .annotate(n=Count("id"), before=Sum("before_fen"), after=Sum("after_fen"))
    )
    return RunView(
        card=_card(run),
        county=run.county,
        cutoff_on=run.cutoff_on,
        version=run.version,
        reason=run.reason,
        steps=_steps(run, hand_overs),
        totals=totals_of(run.id),
        holds=tuple(sorted(holds)),
        changes=tuple(sorted(changes)),
        funding=_funding(run),
        hand_overs=hand_overs,
        lines_hash=run.lines_hash,
        asked=asked_of(run),
    )


_ORDER = ("draft", "review", "approve", "hand_over", "settle", "close")
_AT = {
    RunState.COMPUTING: 0,
    RunState.RETURNED: 0,
    RunState.DRAFTED: 1,
    RunState.REVIEWED: 2,
    RunState.APPROVED: 3,
    RunState.HANDED: 4,
    RunState.SETTLED: 5,
    RunState.CLOSED: 6,
    RunState.CANCELLED: 6,
}


def _steps(run: MonthRun, hand_overs: Sequence[HandOver]) -> tuple[Step, ...]:
    handed = hand_overs[0].by if hand_overs else ""
    who = {
        "draft": (run.drafted_by, run.drafted_at),
        "review": (run.reviewed_by, run.reviewed_at),
        "approve": (run.approved_by, run.approved_at),
        "hand_over": (handed, run.handed_at),
        "settle": ("", run.settled_at),
        "close": ("", run.closed_at),
    }
    return tuple(Step(code, *who[code], current=place == _AT[RunState(run.state)]) for place, code in enumerate(_ORDER))


def _funding(run: MonthRun) -> tuple[FundingShare, ...]:
    """By who bears it, of everything the run pays; what no pack divides stays undivided."""
    lines = PaymentLine.objects.filter(payment__run=run).exclude(
        payment__state__in=(PaymentState.WITHHELD, PaymentState.RETURNED)
    )
    sums = lines.order_by().values_list("claim__entitlement").annotate(fen=Sum("amount_fen"))
    found: dict[str, int] = defaultdict(int)
    for entitlement, fen in sums:
        shares = funding_of(entitlement, run.county)
        if shares is None:
            found[""] += fen
            continue
        left = fen
        for source, percent in list(shares.items())[:-1]:
            found[source] += fen * percent // 100
            left -= fen * percent // 100
        found[list(shares)[-1]] += left
    return tuple(FundingShare(source, fen) for source, fen in found.items())


def read_card(actor: Actor, *, run_id: object) -> RunCard:
    """What stands above every list of a month; raises NotFoundHere for another county's."""
    return _card(find_run(actor, run_id))


def reasons_of(actor: Actor, *, run_id: object) -> tuple[str, ...]:
    """For which reasons a month holds something."""
    rows = Hold.objects.filter(run=find_run(actor, run_id)).order_by("reason")
    return tuple(rows.values_list("reason", flat=True).distinct())


@dataclass(frozen=True)
class PaymentQuery:
    """Which payments a list shows. `kind` arrears | recovery (payments that hold some) | collective (through an institution)."""

    state: str = ""
    kind: str = ""
    division: str = ""
    number: str = ""


def payments_of(
    actor: Actor, *, run_id: object, query: PaymentQuery, page: int
) -> tuple[RunCard, int, tuple[PaymentRow, ...]]:
    """A month, how many of its payments fit, and a page of them; raises NotFoundHere for another county's."""
    run = find_run(actor, run_id)
    rows = _fitting(Payment.objects.filter(run=run), query)
    total = rows.count()
    shown = list(rows.order_by("sequence")[(page - 1) * SHOWN : page * SHOWN])
    people = _people(actor, [row.person_id for row in shown])
    parts = _parts(run, shown, actor)
    return _card(run), total, tuple(_payment(row, people, parts) for row in shown)


def _fitting(rows: QuerySet[Payment], query: PaymentQuery) -> QuerySet[Payment]:
    if query.state in set(PaymentState):
        rows = rows.filter(state=query.state)
    if query.kind in ("arrears", "recovery"):
        rows = rows.filter(lines__kind=query.kind).distinct()
    elif query.kind == "collective":
        rows = rows.filter(collective=True)
    if query.division.isdigit():
        rows = rows.filter(division__startswith=query.division[:12])
    if query.number:
        rows = rows.filter(number__endswith=query.number[-48:])
    return rows


def _payment(row: Payment, people: Mapping[uuid.UUID, PersonCard], parts) -> PaymentRow:
    payee = open_snapshot(row.id, row.account)
    person = people.get(row.person_id)
    return PaymentRow(
        row.id,
        row.number,
        person,
        row.division,
        row.amount_fen,
        masked(payee.number),
        payee.holder if person else "",
        row.collective,
        row.state,
        row.reason,
        row.reissue_of_id is not None,
        parts.get(row.id, ()) if person else (),
    )


def _parts(
    run: MonthRun, payments: Iterable[Payment], actor: Actor
) -> dict[uuid.UUID, tuple[tuple[str, int, int], ...]]:
    """By payment, for each kind of line: how many months and fen."""
    rows = PaymentLine.objects.filter(payment__in=[row.id for row in payments]).order_by()
    found: dict[uuid.UUID, list[tuple[str, int, int]]] = defaultdict(list)
    for payment, kind, count, fen in rows.values_list("payment_id", "kind").annotate(
        n=Count("id"), fen=Sum("amount_fen")
    ):
        found[payment].append((kind, count, fen))
    return {payment: tuple(sorted(listed, reverse=True)) for payment, listed in found.items()}


def holds_of(actor: Actor, *, run_id: object, reason: str, page: int) -> tuple[int, tuple[HoldRow, ...]]:
    """What a month does not pay, with the reasons."""
    run = find_run(actor, run_id)
    rows = Hold.objects.filter(run=run)
    rows = rows.filter(reason=reason) if reason else rows
    shown = list(rows.order_by("reason", "id")[(page - 1) * SHOWN : page * SHOWN])
    people = _people(actor, [row.person_id for row in shown])
    return rows.count(), tuple(
        HoldRow(people.get(row.person_id), row.award_id, row.reason, row.stage, row.amount_fen) for row in shown
    )


def changes_in(actor: Actor, *, run_id: object, kind: str, page: int) -> tuple[int, tuple[ChangeRow, ...]]:
    """The list of changes 增减变动表 against the last month."""
    run = find_run(actor, run_id)
    rows = MonthChange.objects.filter(run=run)
    rows = rows.filter(kind=kind) if kind else rows
    shown = list(rows.order_by("kind", "id")[(page - 1) * SHOWN : page * SHOWN])
    people = _people(actor, [row.person_id for row in shown])
    return rows.count(), tuple(
        ChangeRow(people.get(row.person_id), row.kind, row.cause, row.before_fen, row.after_fen) for row in shown
    )


def _people(actor: Actor, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, PersonCard]:
    return cards_of(actor, person_ids=ids, purpose=Purpose.PAY)


@dataclass(frozen=True)
class ResultView:
    """What came back of a month: its sums, its files, its failed payments and the lines that could not be taken."""

    card: RunCard
    totals: Totals
    files: tuple[ResultFile, ...]
    failed: tuple[PaymentRow, ...]
    problems: tuple[ProblemRow, ...]


def read_results(actor: Actor, *, run_id: object) -> ResultView:
    """The results of a month, open problems first; raises NotFoundHere for another county's."""
    run = find_run(actor, run_id)
    totals = totals_of(run.id)
    rows = Payment.objects.filter(run=run, state=PaymentState.FAILED).order_by("sequence")
    # The database would look through the whole month for those that are not there.
    failed = list(rows[:SHOWN]) if totals.count(PaymentState.FAILED) else []
    people = _people(actor, [row.person_id for row in failed])
    rows = ResultProblem.objects.filter(file__run=run).select_related("file").defer("file__content")
    return ResultView(
        _card(run),
        totals,
        tuple(ResultFile.objects.filter(run=run).defer("content").order_by("at")),
        tuple(_payment(row, people, {}) for row in failed),
        tuple(
            ProblemRow(row.id, row.file.name, row.line, row.code, open_line(row), row.settled_by, row.note)
            for row in rows.order_by("-settled_at", "file_id", "line")[:500]
        ),
    )


def problem_month(actor: Actor, *, problem_id: object) -> uuid.UUID:
    """The month that a line belongs to; raises NotFoundHere for another county's."""
    row = ResultProblem.objects.filter(id=problem_id).select_related("file").defer("file__content").first()
    if row is None:
        raise not_found_here()
    return find_run(actor, row.file.run_id).id


def entitlement_names(county: str, day: dt.date, lang: str) -> dict[str, str]:
    """The entitlements by their names; of the strictest class none is named."""
    rules = load_rule_book(division=county, as_of=day).rules
    return {rule.code: rule.en if lang == "en" else rule.zh for rule in rules if rule.sensitivity < RESTRICTED}
