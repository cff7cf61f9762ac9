"""No child without a next action: who is in the caseload, and who of them has no open task with an owner and a day. The list must be empty."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from ciyou.apps.assessments.selectors import with_confirmed_tier
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.lead_access import check_may
from ciyou.apps.cases.models import Lead, LeadState, Task, TaskState
from ciyou.apps.entitlements.list_conditions import with_category
from ciyou.apps.registry.narrowing import each_has, in_two_parts
from ciyou.apps.registry.round_children import children_on_file
from ciyou.apps.registry.scoping import only_visible
from ciyou.apps.registry.selectors import PersonCard, cards_of
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope, Purpose, significant_digits
from ciyou.core.access.roles import Action

SHOWN = 200
_COUNTY_DIGITS = 6
VISIT = "visit_child"
"""The kind of the task of a regular visit, and of its clock."""


@dataclass(frozen=True)
class WithoutNext:
    """The children whom nobody has to see to next, as far as the actor may know of them; `total` counts also those not shown."""

    total: int
    children: tuple[PersonCard, ...]


def open_visits_among(child_ids: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Of these children those with an open regular visit (no query for none)."""
    ids = list(child_ids)
    if not ids:
        return frozenset()
    rows = Task.objects.filter(kind=VISIT, state=TaskState.OPEN, person__in=ids)
    return frozenset(one for one in rows.values_list("person_id", flat=True) if one is not None)


def caseload() -> QuerySet:
    """The children in the caseload: with an open file and a category, a confirmed tier, or an open lead."""
    return children_on_file().filter(_looked_after())


def _looked_after() -> Q:
    looked_into = Lead.objects.filter(person=OuterRef("pk")).exclude(state=LeadState.CLOSED)
    return Q(with_category() | with_confirmed_tier() | Exists(looked_into))


def without_next_action(*, besides: str = "", area: DivisionScope | None = None) -> QuerySet:
    """The children of the caseload for whom nobody has an open task (of another kind than `besides`): for the machine.

    What a department was asked is not ours to do and is no next action. `area`: where most of these children and most of the work
    about them lie, if the caller looks there only; it changes how the question is asked, not what is found.
    """
    owned = Task.objects.filter(state=TaskState.OPEN, department="")
    owned = owned.filter(Q(post__isnull=False) | ~Q(queue_role="")).exclude(kind=besides)
    children = children_on_file()
    if area is not None and len(significant_digits(area.first)) >= _COUNTY_DIGITS:
        # The work of a county is read once and kept as a set; only who is not in it is asked for one by one.
        inside = owned.filter(division__gte=area.first, division__lt=area.end, person__isnull=False)
        children = children.exclude(pk__in=inside.order_by().values("person"))
    # Of nearly every child there is such work: asked first, the rest is asked of few. (As a join PostgreSQL asks it last.)
    return children.exclude(each_has(owned)).filter(_looked_after())


def children_without_next(actor: Actor) -> WithoutNext:
    """The list for whoever hands out work in a township or county; the caller records the disclosure. Raises AccessDenied.

    A protected child is not on it: who is named for its case stands on the page that protects it.
    """
    check_may(actor, Action.ASSIGN)
    found = in_two_parts(_seen_without_next(actor), actor.scope, "division", "id")
    # Whose work lies in another place has a next action; the actor's own wall would hide the task, not the child.
    with walled(LOCAL_OPERATOR):
        # All of them at once: to count them a database looks at every child of the area once more.
        ids = [child for _, child in found.order_by("division", "id")]
    cards = cards_of(actor, person_ids=ids[:SHOWN], purpose=Purpose.SERVE) if ids else {}
    return WithoutNext(len(ids), tuple(cards[one] for one in ids[:SHOWN] if one in cards))


def _seen_without_next(actor: Actor) -> QuerySet:
    return only_visible(
        without_next_action(area=actor.scope).filter(restricted=False), actor, purpose=Purpose.SERVE, person=""
    )
