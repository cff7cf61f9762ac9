"""What came of a visit: for whoever made it, and for those who see the children."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from ciyou.apps.cases.added_answers import AddedAnswers, child_of, open_added
from ciyou.apps.cases.models import Visit, VisitedChild
from ciyou.apps.cases.visit_forms import VisitNotPossible
from ciyou.apps.cases.visits import open_visit_content
from ciyou.apps.entitlements.selectors import current_determination
from ciyou.apps.entitlements.views import DeterminationView
from ciyou.apps.registry.selectors import cards_of
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.errors import Place, Problem


@dataclass(frozen=True)
class VisitedOutcome:
    """One child after a visit: its result, and what is decided now as far as the actor may see it."""

    id: uuid.UUID
    name: str
    lead_id: uuid.UUID | None
    result: str
    determination: DeterminationView | None


@dataclass(frozen=True)
class VisitOutcome:
    """One recorded visit."""

    id: uuid.UUID
    visited_on: dt.date
    no_change: bool
    children: tuple[VisitedOutcome, ...]
    added: tuple[AddedAnswers, ...] = ()
    above: int = 0
    """How many more of the place's forms were answered, of a class above the reader's."""

    @property
    def highest_class(self) -> int:
        """The highest class of what it says."""
        return max((3, *(one.sensitivity for one in self.added)))


def visit_outcome(actor: Actor, *, visit_id: uuid.UUID) -> VisitOutcome:
    """A visit whose children the actor may see; raises VisitNotPossible."""
    visit = Visit.objects.filter(id=visit_id).first()
    rows = list(VisitedChild.objects.filter(visit_id=visit_id).order_by("id"))
    cards = cards_of(actor, person_ids=[row.person_id for row in rows], purpose=Purpose.VERIFY)
    seen = [row for row in rows if row.person_id in cards]
    if visit is None or not seen:
        raise VisitNotPossible(
            Problem(
                Place(),
                "visit.not_found",
                "没有这次走访，或者不在您的工作范围内。请从“今日”重新进入。",
                "There is no such visit, or it is outside your area. Come in again from “Today”.",
            )
        )
    children = tuple(
        VisitedOutcome(
            row.person_id,
            cards[row.person_id].name,
            row.lead_id,
            row.result,
            current_determination(actor, child_id=row.person_id, purpose=Purpose.VERIFY),
        )
        for row in seen
    )
    answered = _added(visit, seen=frozenset(row.person_id for row in seen), every=len(seen) == len(rows))
    added = tuple(one for one in answered if one.sensitivity <= ceiling_of(actor))
    return VisitOutcome(visit.id, visit.visited_on, visit.no_change, children, added, len(answered) - len(added))


def _added(visit: Visit, *, seen: frozenset[uuid.UUID], every: bool) -> tuple[AddedAnswers, ...]:
    """The answers to the place's own forms about the household and the children that the reader sees, of every class.

    Whoever asked reads no more than their class allows: the next holder of a post has it too.

    A child whose file was merged since is not among them under that id: its answers are for whoever sees every child of the visit.
    """
    return tuple(
        one for one in open_added(open_visit_content(visit)) if every or child_of(one) is None or child_of(one) in seen
    )
