"""Reading awards: of a child, and one with its changes. What the monthly run reads is in `run_source`."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.awards.access import PURPOSE, classes_of, county_of, find_award, is_of_residence, known_classes
from ciyou.apps.awards.contents import open_change
from ciyou.apps.awards.models import Award, AwardChange, AwardState
from ciyou.apps.awards.papers import PaperCard, papers_of
from ciyou.apps.awards.paying import PayingRules, paying_rules
from ciyou.apps.registry.deciding import places_of
from ciyou.apps.registry.plain_rows import stored
from ciyou.apps.registry.selectors import PersonCard, get_person
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import RESTRICTED


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
    sensitivity: int
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


def recorded_awards(
    actor: Actor, rows: Iterable[Mapping[str, object]], *, person_id: uuid.UUID, named: bool
) -> tuple[AwardLine, ...]:
    """The awards of a child as a merge of two files recorded them, that the caller may show. `named`: a named worker of the child's case."""
    if not may_do(actor.role, Action.SEE_APPLICATIONS):
        return ()
    kept = (Award(**stored(Award._meta.label, values)) for values in rows)
    shown = [row for row in kept if row.person_id == person_id and row.sensitivity <= classes_of(named=named)]
    return tuple(line_of(row) for row in shown)


def awards_to_review(
    *, person_ids: Collection[uuid.UUID], ground: str, series: str
) -> tuple[tuple[uuid.UUID, AwardLine], ...]:
    """Of these children the awards of a monthly series that wait to be looked at on a ground, each with its child; none of the strictest
    class. The caller knows which of the children the actor may see.
    """
    rows = Award.objects.filter(person__in=person_ids, review_for=ground, series=series, sensitivity__lt=RESTRICTED)
    return tuple((row.person_id, line_of(row)) for row in rows.order_by("first_month", "id"))


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
        sensitivity=row.sensitivity,
        version=row.version,
    )


def read_award(actor: Actor, *, award_id: uuid.UUID) -> AwardView:
    """One award; raises AwardNotFound."""
    row = find_award(actor, award_id)
    changes = tuple(_change(one) for one in AwardChange.objects.filter(award=row).order_by("proposed_at", "id"))
    proposal = next((one for one in changes if not one.result), None)
    proposes, running = may_do(actor.role, Action.CHANGE_AWARD), row.state != AwardState.ENDED
    own = proposal is not None and proposal.by == actor.id
    place = "" if is_of_residence(row) else places_of([row.person_id]).get(row.person_id, "")
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


def award_of_change(actor: Actor, *, change_id: uuid.UUID) -> tuple[uuid.UUID, str]:
    """The award that a change is about, and the change's kind; raises AwardNotFound."""
    found = AwardChange.objects.filter(id=change_id).values_list("award_id", "kind").first()
    award_id, kind = found or (None, "")
    return find_award(actor, award_id).id, kind
