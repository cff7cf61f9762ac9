"""The table of 线索分派: for every village how its leads stand, and how much its child director has on hand."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from ciyou.apps.accounts.selectors import PostCard, posts_in
from ciyou.apps.cases.lead_access import visible_leads
from ciyou.apps.cases.lead_lists import overdue_steps
from ciyou.apps.cases.models import Lead, LeadState
from ciyou.apps.registry.selectors import protected_ids
from ciyou.core.access.actor import Actor

COLUMNS = ("new", "assigned", "visiting", "reported", "closed", "overdue")


@dataclass(frozen=True)
class DirectorLoad:
    """A child director and how many open leads are with them, of any village."""

    post: PostCard
    open_leads: int


@dataclass(frozen=True)
class PlaceLoad:
    """One division: its leads by state (and `overdue`), and who is there for it; no director: nobody is."""

    division: str
    counts: Mapping[str, int]
    directors: tuple[DirectorLoad, ...]

    @property
    def total(self) -> int:
        """Its leads that are not closed."""
        return sum(self.counts.get(state, 0) for state in ("new", "assigned", "visiting", "reported"))


def distribution_of(actor: Actor, *, today: dt.date) -> tuple[PlaceLoad, ...]:
    """Every division of the actor's scope in which there are leads or a child director, by code (four queries)."""
    counts: dict[str, Counter[str]] = {}
    rows = visible_leads(actor).order_by()
    for division, state, count in rows.values_list("division", "state").annotate(Count("id")):
        counts.setdefault(division, Counter())[state] += count
    late = overdue_steps(actor, today).exclude(person__in=protected_ids(actor)).order_by()
    for division, count in late.values_list("division").annotate(Count("id")):
        counts.setdefault(division, Counter())["overdue"] += count
    directors = _directors(actor)
    return tuple(
        PlaceLoad(division, counts.get(division, Counter()), directors.get(division, ()))
        for division in sorted({*counts, *directors})
    )


def _directors(actor: Actor) -> dict[str, tuple[DirectorLoad, ...]]:
    found: dict[str, tuple[DirectorLoad, ...]] = {}
    posts = posts_in(actor, division=actor.scope.first, role="child_director")
    load = _open_by_post()
    for post in posts:
        found[post.division] = (*found.get(post.division, ()), DirectorLoad(post, load.get(post.id, 0)))
    return found


def _open_by_post() -> dict[uuid.UUID, int]:
    rows = Lead.objects.exclude(state=LeadState.CLOSED).filter(post__isnull=False).order_by()
    return dict(rows.values_list("post").annotate(Count("id")))
