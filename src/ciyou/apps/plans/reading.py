"""A child's plan by itself, without what is weak and what can be done next: for the card on the child's page and for paper."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.plans.access import case_of
from ciyou.apps.plans.goals import GoalLine, goals_of
from ciyou.apps.plans.package import Line, package_of, readable
from ciyou.apps.plans.standings import standings_of
from ciyou.apps.registry.selectors import PersonCard
from ciyou.core.access.actor import Actor


@dataclass(frozen=True)
class PlanView:
    """The goals and the package of a case, as far as the reader may read them by its class."""

    id: uuid.UUID
    child: PersonCard
    division: str
    stage: str
    looked_on: dt.date | None
    review_on: dt.date | None
    goals: tuple[GoalLine, ...]
    lines: tuple[Line, ...]

    @property
    def late(self) -> bool:
        return self.review_on is not None and self.review_on < timezone.localdate()

    @property
    def open_goals(self) -> int:
        return sum(one.is_open for one in self.goals)

    @property
    def idle_goals(self) -> int:
        """Open goals that nobody owns, or whose last day is over."""
        return sum(one.is_open and (one.late or not one.owner) for one in self.goals)

    @property
    def needs(self) -> Counter[str]:
        """How many things the child needs, by how they stand."""
        return Counter(one.state for one in self.lines)

    @property
    def highest_class(self) -> int:
        return max((3, *(one.sensitivity for one in self.lines)))


def read_plan(actor: Actor, child: PersonCard) -> PlanView | None:
    """Of a child whom the caller has found for this actor (three queries); None where there never was a case. The caller records the disclosure."""
    row = case_of(child.id)
    if row is None:
        return None
    return PlanView(
        id=row.id,
        child=child,
        division=row.division,
        stage=row.stage,
        looked_on=row.looked_on,
        review_on=row.review_on,
        goals=goals_of(row),
        lines=readable(actor, package_of(row, standings_of(row))),
    )
