"""Whose school cases, places and placements are: the village's and county's that see the child, and the county's education department's."""

from __future__ import annotations

import uuid
from typing import TypeVar

from django.db.models import Model, QuerySet

from ciyou.apps.registry.scoping import visible_people
from ciyou.apps.schooling.models import HomePlan, PlaceRequest, SchoolCase, SpecialPlacement
from ciyou.apps.schooling.refusals import check_may, not_found
from ciyou.core.access.actor import DIVISION_DIGITS, Actor, DivisionScope, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import ceiling_of

PURPOSE = Purpose.SERVE
EDUCATION = "education"
"""The department of the packs that speaks for schools."""
LINK = Actor(id="link", role="partner", scope=DivisionScope.below(""), purposes=frozenset({PURPOSE}))
"""Whoever answers by a one-time link: nobody's account. What it may do is what the link says."""
SENSITIVE = 4
_COUNTY_DIGITS = 6
About = TypeVar("About", bound=Model)


def speaks_for_schools(actor: Actor) -> bool:
    """Whether the actor is the education department's."""
    return may_do(actor.role, Action.ANSWER_SCHOOLING) and actor.department == EDUCATION


def visible(rows: QuerySet[About], actor: Actor, *, named: bool = False) -> QuerySet[About]:
    """The rows of a table of this room that the actor may see; of a protected child only the `named` worker's own, one by one."""
    check_may(actor, Action.SEE_SCHOOLING)
    inside = rows.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)
    if may_do(actor.role, Action.ANSWER_SCHOOLING):
        return inside.filter(told_school=True) if speaks_for_schools(actor) else inside.none()
    people = visible_people(actor, purpose=PURPOSE)
    people = people if named else people.filter(restricted=False)
    return inside.filter(child__in=people.values("pk"))


def find_case(actor: Actor, case_id: object, *, lock: bool = False) -> SchoolCase:
    """One case that the actor may see; raises SchoolingNotFound. `lock`: of two who take a step the second waits."""
    return _find(SchoolCase.objects.all(), actor, case_id, lock=lock)


def find_request(actor: Actor, request_id: object, *, lock: bool = False) -> PlaceRequest:
    """One request for a place that the actor may see; raises SchoolingNotFound."""
    return _find(PlaceRequest.objects.all(), actor, request_id, lock=lock)


def find_placement(actor: Actor, placement_id: object, *, lock: bool = False) -> SpecialPlacement:
    """One placement that the actor may see; raises SchoolingNotFound."""
    return _find(visible_placements(actor, named=True), actor, placement_id, lock=lock)


def visible_placements(actor: Actor, *, named: bool = False) -> QuerySet[SpecialPlacement]:
    """The placements that the actor may see: they tell of a disability (class 4), so that a village and a township see none by default."""
    rows = visible(SpecialPlacement.objects.all(), actor, named=named)
    return rows if speaks_for_schools(actor) or ceiling_of(actor) >= SENSITIVE else rows.none()


def find_plan(actor: Actor, plan_id: uuid.UUID) -> HomePlan:
    """A plan of home-delivered schooling that the actor may see; raises SchoolingNotFound."""
    plan = HomePlan.objects.filter(id=plan_id).first()
    if plan is None:
        raise not_found()
    plan.placement = find_placement(actor, plan.placement_id)
    return plan


def _find(rows: QuerySet[About], actor: Actor, row_id: object, *, lock: bool) -> About:
    seen = visible(rows, actor, named=True)
    seen = seen.select_for_update(of=("self",)) if lock else seen
    found = seen.filter(pk=row_id).first()
    if found is None:
        raise not_found()
    return found


def county_of(division: str) -> str:
    """The county's code of a division's."""
    return division[:_COUNTY_DIGITS].ljust(DIVISION_DIGITS, "0")
