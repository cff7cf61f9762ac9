"""Reading awards: of a child, one with its changes, and in bulk for the monthly run."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import Q, QuerySet
from django.utils import timezone

from ciyou.apps.awards.access import PURPOSE, county_of, find_award, inside, known_classes
from ciyou.apps.awards.changes import MADE, RESUME, SUSPEND
from ciyou.apps.awards.contents import open_change
from ciyou.apps.awards.models import Award, AwardChange, AwardState
from ciyou.apps.awards.papers import PaperCard, papers_of
from ciyou.apps.awards.paying import PayingRules, paying_rules
from ciyou.apps.awards.refusals import check_may
from ciyou.apps.registry.deciding import places_of
from ciyou.apps.registry.selectors import PersonCard, get_person
from ciyou.core.access.actor import Actor, DivisionScope
from ciyou.core.access.roles import Action, may_do
from ciyou.core.awards.dues import AwardTerms, Stretch
from ciyou.core.awards.month import Month

BATCH = 1000


@dataclass(frozen=True)
class AwardLine:
    """One award of a child. `review_for`: a ground on which somebody has to look at it."""

    id: uuid.UUID
    entitlement: str
    division: str
    amount_fen: int
    first_month: dt.date
    last_month: dt.date | None
    state: str
    ended_for: str
    review_for: str
    duplicate: bool
    version: int


@dataclass(frozen=True)
class ChangeLine:
    """A change of an award, proposed or settled; `by` and `decided_by` are users' ids."""

    id: uuid.UUID
    kind: str
    ground: str
    event_on: dt.date
    from_month: dt.date
    reason: str
    refusal: str
    by: str
    proposed_at: dt.datetime
    result: str
    decided_by: str
    decided_at: dt.datetime | None


@dataclass(frozen=True)
class AwardView:
    """One award with its changes and what the actor may do now. `moved_here`: to be taken over by the actor's county."""

    line: AwardLine
    child: PersonCard
    rules: PayingRules
    changes: tuple[ChangeLine, ...]
    papers: tuple[PaperCard, ...]
    application_id: uuid.UUID | None
    proposal: ChangeLine | None
    may_propose: bool
    may_keep: bool
    may_decide: bool
    own_proposal: bool
    moved_here: bool
    sensitivity: int


def awards_of_child(actor: Actor, *, child_id: uuid.UUID) -> tuple[AwardLine, ...]:
    """The awards of a child that the caller may show, running ones first."""
    if not may_do(actor.role, Action.SEE_APPLICATIONS):
        return ()
    rows = Award.objects.filter(person_id=child_id, sensitivity__lte=known_classes(actor, child_id))
    lines = [line_of(row) for row in rows.order_by("-first_month", "id")]
    return tuple(sorted(lines, key=lambda line: line.state == AwardState.ENDED))


def line_of(row: Award) -> AwardLine:
    """A row as a line."""
    return AwardLine(
        id=row.id,
        entitlement=row.entitlement,
        division=row.division,
        amount_fen=row.amount_fen,
        first_month=row.first_month,
        last_month=row.last_month,
        state=row.state,
        ended_for=row.ended_for,
        review_for=row.review_for,
        duplicate=row.duplicate_of_id is not None,
        version=row.version,
    )


def read_award(actor: Actor, *, award_id: uuid.UUID) -> AwardView:
    """One award; raises AwardNotFound."""
    row = find_award(actor, award_id)
    changes = tuple(_change(one) for one in AwardChange.objects.filter(award=row).order_by("proposed_at", "id"))
    proposal = next((one for one in changes if not one.result), None)
    proposes, running = may_do(actor.role, Action.CHANGE_AWARD), row.state != AwardState.ENDED
    own = proposal is not None and proposal.by == actor.id
    place = places_of([row.person_id]).get(row.person_id, "")
    return AwardView(
        line=line_of(row),
        child=get_person(actor, person_id=row.person_id, purpose=PURPOSE),
        rules=paying_rules(row.entitlement, row.division, timezone.localdate()),
        changes=changes,
        papers=papers_of(award_id=row.id),
        application_id=row.application_id,
        proposal=proposal,
        may_propose=proposes and running and proposal is None,
        may_keep=proposes and bool(row.review_for) and proposal is None and row.duplicate_of_id is None,
        may_decide=proposal is not None and not own and may_do(actor.role, Action.DECIDE_CHANGE),
        own_proposal=own,
        moved_here=running and bool(place) and county_of(place) != county_of(row.division) and actor.scope.holds(place),
        sensitivity=row.sensitivity,
    )


def _change(row: AwardChange) -> ChangeLine:
    content = open_change(row.id, row.content)
    return ChangeLine(
        id=row.id,
        kind=row.kind,
        ground=row.ground,
        event_on=row.event_on,
        from_month=row.from_month,
        reason=content.reason,
        refusal=content.refusal,
        by=row.proposed_by,
        proposed_at=row.proposed_at,
        result=row.result,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )


@dataclass(frozen=True)
class RunAward:
    """One award as the monthly run takes it.

    `held_for`: a person has to look at it on this ground, and the place holds the money until then ("" otherwise). A double that
    two merged files left is not among the awards of a run at all.
    """

    id: uuid.UUID
    person_id: uuid.UUID
    identity: str
    entitlement: str
    sensitivity: int
    series: str
    division: str
    state: str
    review_for: str
    held_for: str
    version: int
    terms: AwardTerms


def awards_for_run(actor: Actor, *, division: str, series: str, through: Month) -> Iterator[RunAward]:
    """Every award of a place (and below) in a series that begins by a month: also ended ones, which may owe or be owed.

    In the order of their ids, in batches of 1000 with two queries each. It shows nothing to anybody: whoever asks answers for
    what becomes of it. The place lies in the actor's scope, else there is nothing.
    """
    check_may(actor, Action.SEE_APPLICATIONS, Action.MANAGE_SYSTEM)
    below = DivisionScope.of(division)
    rows = Award.objects.filter(inside(actor, "division"), division__gte=below.first, division__lt=below.end)
    rows = rows.filter(series=series, first_month__lte=through.first_day, duplicate_of=None)
    return _in_parts(rows)


def run_awards(award_ids: Iterable[uuid.UUID]) -> Iterator[RunAward]:
    """The same for awards by their ids, for an engine that has asked for access itself."""
    wanted = iter(award_ids)
    while part := list(islice(wanted, BATCH)):
        yield from _part(list(Award.objects.filter(id__in=part).order_by("id")))


def _in_parts(rows: QuerySet[Award]) -> Iterator[RunAward]:
    last: uuid.UUID | None = None
    while True:
        part = list((rows if last is None else rows.filter(id__gt=last)).order_by("id")[:BATCH])
        if not part:
            return
        last = part[-1].id
        yield from _part(part)


def _part(rows: Sequence[Award]) -> Iterator[RunAward]:
    stretches = _suspensions([row.id for row in rows])
    today = timezone.localdate()
    for row in rows:
        yield RunAward(
            id=row.id,
            person_id=row.person_id,
            identity=row.identity,
            entitlement=row.entitlement,
            sensitivity=row.sensitivity,
            series=row.series,
            division=row.division,
            state=row.state,
            review_for=row.review_for,
            held_for=_held(row, today),
            version=row.version,
            terms=AwardTerms(
                first_month=Month.of(row.first_month),
                amount_fen=row.amount_fen,
                last_month=Month.of(row.last_month) if row.last_month else None,
                suspended=stretches.get(row.id, ()),
            ),
        )


def _held(row: Award, today: dt.date) -> str:
    if not row.review_for:
        return ""
    stops = paying_rules(row.entitlement, row.division, today).stops
    stop = stops.get(row.review_for)
    return row.review_for if stop is not None and stop.hold_until_reviewed else ""


def _suspensions(award_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, tuple[Stretch, ...]]:
    """By award, the months in which it is suspended: from each suspension that was made to the resumption after it."""
    made = Q(result=MADE, kind__in=(SUSPEND, RESUME))
    rows = AwardChange.objects.filter(made, award_id__in=list(award_ids)).order_by("decided_at", "id")
    found: dict[uuid.UUID, list[Stretch]] = {}
    for award, kind, day in rows.values_list("award_id", "kind", "from_month"):
        listed, month = found.setdefault(award, []), Month.of(day)
        if kind == SUSPEND:
            listed.append(Stretch(month))
        elif listed and listed[-1].last is None:
            before = listed.pop()
            if month > before.first:  # resumed from its own first month: it never stopped
                listed.append(Stretch(before.first, month.plus(-1)))
    return {award: tuple(listed) for award, listed in found.items()}
