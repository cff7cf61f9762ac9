"""Who gets a new lead: the village's child director, else the township's supervisor, else the county's queue."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.accounts.selectors import level_of, post_for
from ciyou.apps.audit.services import record_action
from ciyou.apps.cases.lead_access import COUNTY, TOWNSHIP, VILLAGE, check_may
from ciyou.apps.cases.models import Lead, LeadState
from ciyou.apps.cases.steps import ASSIGN, VERIFY, begin_steps, end_steps, supervisor_of
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action

BATCH = 500


@dataclass
class Distribution:
    """Where new leads went: how many to how many villages, to township desks, and into the county's queue."""

    to_villages: int = 0
    to_townships: int = 0
    to_county: int = 0
    villages: set[str] = field(default_factory=set)

    def counts(self) -> dict[str, int]:
        """The same as plain numbers."""
        return {
            "to_villages": self.to_villages,
            "villages": len(self.villages),
            "to_townships": self.to_townships,
            "to_county": self.to_county,
        }


def distribute(actor: Actor, run_id: str = "") -> Distribution:
    """Give every new lead of the actor's scope (of one run, or all) to whoever is there for its place; twice changes nothing.

    A record that leads to no child, and a place nobody is there for, is the county's.
    """
    check_may(actor, Action.ASSIGN)
    new = Lead.objects.filter(state=LeadState.NEW, division__gte=actor.scope.first, division__lt=actor.scope.end)
    if run_id:
        new = new.filter(run_id=run_id)
    done = Distribution()
    rows = iter(new.order_by("division", "id").values_list("id", flat=True))
    ids = list(rows)
    for batch in _batches(ids):
        with transaction.atomic():
            leads = list(Lead.objects.filter(id__in=batch, state=LeadState.NEW).select_for_update())
            route_leads(actor, leads, done)
    record_action(actor, action="distribute_leads", subject=str(run_id), details=done.counts())
    return done


def route_leads(actor: Actor, leads: list[Lead], done: Distribution) -> None:
    """Give these new leads to posts and queues, in the caller's transaction."""
    by_place: dict[str, list[Lead]] = {}
    for lead in leads:
        by_place.setdefault("" if lead.person_id is None else lead.division, []).append(lead)
    for division, group in by_place.items():
        _route(actor, division, group, done)


def _route(actor: Actor, division: str, leads: list[Lead], done: Distribution) -> None:
    director = _director_of(division)
    if director is not None:
        _assign(actor, leads, director)
        done.to_villages += len(leads)
        done.villages.add(division)
        return
    queue = TOWNSHIP if division and _level(division) in ("village", "township") and supervisor_of(division) else COUNTY
    Lead.objects.filter(id__in=[lead.id for lead in leads]).exclude(queue=queue).update(
        queue=queue, version=F("version") + 1
    )
    begin_steps(actor, leads, ASSIGN, queue=queue)
    if queue == TOWNSHIP:
        done.to_townships += len(leads)
    else:
        done.to_county += len(leads)


def _director_of(division: str) -> uuid.UUID | None:
    if not division or _level(division) != "village":
        return None
    return post_for(division=division, role="child_director", on=timezone.localdate())


def _level(division: str) -> str:
    return level_of(division)


def _assign(actor: Actor, leads: list[Lead], post_id: uuid.UUID) -> None:
    Lead.objects.filter(id__in=[lead.id for lead in leads], state=LeadState.NEW).update(
        state=LeadState.ASSIGNED,
        queue=VILLAGE,
        post_id=post_id,
        assigned_at=timezone.now(),
        version=F("version") + 1,
    )
    end_steps(actor, leads, ASSIGN)
    begin_steps(actor, leads, VERIFY, post_id=post_id)


def _batches(ids: Iterable[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    rows = iter(ids)
    while batch := list(islice(rows, BATCH)):
        yield batch
