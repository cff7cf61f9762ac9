"""What may be read of assessments: the versions of a child, the tier that stands, and the tiers of many children for the machine."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.assessments.contents import AssessmentContent, open_content, open_reason
from ciyou.apps.assessments.models import AssessmentState, RiskAssessment
from ciyou.apps.registry.scoping import only_visible
from ciyou.apps.registry.selectors import get_person
from ciyou.core.access.actor import Actor, Purpose

PURPOSE = Purpose.SERVE
SHOWN = 50
_PART = 500


@dataclass(frozen=True)
class AssessmentLine:
    """One assessment with its answers and what became of it; `tier` "" while nobody confirmed one."""

    id: uuid.UUID
    division: str
    assessed_on: dt.date
    content: AssessmentContent
    proposed: str
    tier: str
    reason: str
    state: str
    recorded_by: str
    recorded_at: dt.datetime
    confirmed_by: str
    confirmed_at: dt.datetime | None
    version: int
    own: bool

    @property
    def waits(self) -> bool:
        """Whether a person has yet to confirm a tier."""
        return self.state == AssessmentState.PROPOSED


def assessments_of_child(actor: Actor, *, child_id: uuid.UUID) -> tuple[AssessmentLine, ...]:
    """All versions of a child, newest first; the caller records the disclosure. Raises PersonNotFound."""
    get_person(actor, person_id=child_id, purpose=PURPOSE)
    rows = only_visible(RiskAssessment.objects.filter(person_id=child_id), actor, purpose=PURPOSE)
    found = list(rows.order_by("-recorded_at", "-id")[:SHOWN])
    names = user_names({one for row in found for one in (row.recorded_by, row.confirmed_by)} - {""}) if found else {}
    return tuple(_line(actor, row, names) for row in found)


def standing_answers(actor: Actor, *, child_id: uuid.UUID) -> Mapping[str, str]:
    """The answers of the assessment of a child whose tier a person confirmed last; the caller records the disclosure (one query).

    Empty where there is none, or the actor may not see the child.
    """
    rows = RiskAssessment.objects.filter(person_id=child_id, confirmed_at__isnull=False)
    row = only_visible(rows, actor, purpose=PURPOSE).order_by("-confirmed_at", "-recorded_at", "-id").first()
    return open_content(row.id, row.content).answers if row is not None else {}


def latest_answers(
    actor: Actor, *, child_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, tuple[dt.date, Mapping[str, str]]]:
    """By child, the day of its last assessment and what was answered, of those whom the actor may see (one query)."""
    rows = RiskAssessment.objects.filter(person__in=list(child_ids))
    found = {}
    for row in only_visible(rows, actor, purpose=PURPOSE).order_by("assessed_on", "recorded_at"):
        found[row.person_id] = row
    return {child: (row.assessed_on, open_content(row.id, row.content).answers) for child, row in found.items()}


def standing_tier(child_id: uuid.UUID) -> str:
    """The tier of a child that the caller may show, as a person confirmed it last; "" where nobody has."""
    return standing_tiers([child_id]).get(child_id, "")


def standing_tiers(child_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """By child, the tier that a person confirmed last; children without one are left out."""
    ids, found = list(child_ids), {}
    for start in range(0, len(ids), _PART):
        rows = RiskAssessment.objects.filter(person__in=ids[start : start + _PART], state=AssessmentState.CONFIRMED)
        found.update(dict(rows.order_by("confirmed_at", "recorded_at").values_list("person_id", "tier")))
    return found


def tiers_among(people: QuerySet) -> dict[uuid.UUID, str]:
    """By child of a queryset of persons, the tier that a person confirmed last (one query); children without one are left out."""
    rows = RiskAssessment.objects.filter(person__in=people.values("pk"), state=AssessmentState.CONFIRMED)
    return dict(rows.order_by("confirmed_at", "recorded_at").values_list("person_id", "tier").iterator(chunk_size=5000))


def tier_of_each() -> Subquery:
    """The tier that a person confirmed last, as a column of a queryset of persons; None where nobody has."""
    rows = RiskAssessment.objects.filter(person=OuterRef("pk"), state=AssessmentState.CONFIRMED)
    return Subquery(rows.order_by("-confirmed_at", "-recorded_at").values("tier")[:1])


def last_two_tiers(child_id: uuid.UUID) -> tuple[str, str]:
    """The tier of a child before the one that stands, and the one that stands, as persons confirmed them; "" where there is none."""
    rows = RiskAssessment.objects.filter(person=child_id, state=AssessmentState.CONFIRMED)
    found = list(rows.order_by("-confirmed_at", "-recorded_at").values_list("tier", flat=True)[:2])
    now, before = (*found, "", "")[:2]
    return before, now


def children_with_tier() -> frozenset[uuid.UUID]:
    """The children of whom a person has confirmed a tier: for the machine that plans visits, shown to nobody."""
    rows = RiskAssessment.objects.filter(state=AssessmentState.CONFIRMED, person__status="active")
    return frozenset(rows.values_list("person_id", flat=True))


def with_confirmed_tier() -> Exists:
    """Persons of whom a person has confirmed a tier: a condition on a queryset of persons."""
    return Exists(RiskAssessment.objects.filter(person=OuterRef("pk"), state=AssessmentState.CONFIRMED))


def with_risk_assessment() -> Exists:
    """Persons whose risk was ever assessed: a condition on a queryset of persons."""
    return Exists(RiskAssessment.objects.filter(person=OuterRef("pk")))


def _line(actor: Actor, row: RiskAssessment, names: Mapping[str, str]) -> AssessmentLine:
    return AssessmentLine(
        id=row.id,
        division=row.division,
        assessed_on=row.assessed_on,
        content=open_content(row.id, row.content),
        proposed=row.proposed,
        tier=row.tier,
        reason=open_reason(row.id, row.reason) if row.reason else "",
        state=row.state,
        recorded_by=names.get(row.recorded_by, ""),
        recorded_at=row.recorded_at,
        confirmed_by=names.get(row.confirmed_by, ""),
        confirmed_at=row.confirmed_at,
        version=row.version,
        own=row.recorded_by == actor.id,
    )


def every_assessment() -> QuerySet:
    """All assessments, for the machine that counts how they stand."""
    return RiskAssessment.objects.all()
