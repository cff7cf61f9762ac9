"""Reading cases: a child's with its plan and story, a short word of it for the child's page, and unmet needs in numbers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone

from ciyou.apps.accounts.selectors import PostCard
from ciyou.apps.plans.access import PURPOSE, ToldStep, case_of, case_with_story, listed_cases
from ciyou.apps.plans.closing import Matter, last_look, open_goals, open_matters
from ciyou.apps.plans.contents import open_words
from ciyou.apps.plans.goals import goals_of, owners_for
from ciyou.apps.plans.models import UNMET, CaseStage, ChildCase, PackageLine
from ciyou.apps.plans.package import Line, package_of, readable
from ciyou.apps.plans.refusals import check_may
from ciyou.apps.plans.standings import standings_of
from ciyou.apps.plans.transitions import CONFIRMER, TRANSITIONS, WORKER
from ciyou.apps.plans.weaknesses import DomainView, domains_of, unanswered
from ciyou.apps.registry.selectors import PersonCard, get_person
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import RESTRICTED, ceiling_of
from ciyou.packs.plans import PlanDomain


@dataclass(frozen=True)
class StepLine:
    """One step of the story; `by` "" is the machine."""

    step: str
    stage: str
    note: str
    by: str
    at: dt.datetime
    words: str


@dataclass(frozen=True)
class CaseView:
    """A child's case with its plan as the reader sees it. `steps_now`: what the reader may do; `missing`: weak domains without a goal.
    `own`: the reader asked for what waits now.
    """

    id: uuid.UUID
    child: PersonCard
    division: str
    stage: str
    reason: str
    since_on: dt.date
    looked_on: dt.date | None
    review_on: dt.date | None
    review_row: str
    late: bool
    version: int
    own: bool
    steps_now: tuple[str, ...]
    domains: tuple[DomainView, ...]
    missing: tuple[PlanDomain, ...]
    others: tuple[Line, ...]
    owners: tuple[PostCard, ...]
    story: tuple[StepLine, ...]
    unmet: int
    highest_class: int


@dataclass(frozen=True)
class UnmetCount:
    """How many children of a place do not have one thing that they need, by how it stands."""

    division: str
    domain: str
    kind: str
    code: str
    state: str
    children: int


def child_of_page(actor: Actor, *, child_id: uuid.UUID) -> PersonCard:
    """The child; raises PersonNotFound."""
    return get_person(actor, person_id=child_id, purpose=PURPOSE)


def read_case(actor: Actor, *, child_id: uuid.UUID) -> CaseView | None:
    """A child's case, open or closed last; None where there never was one. Raises PersonNotFound; the caller records the disclosure."""
    return read_case_of(actor, child_of_page(actor, child_id=child_id))


def read_case_of(actor: Actor, child: PersonCard) -> CaseView | None:
    """The same of a child whom the caller has found for this actor already (`child_of_page`)."""
    row, story = case_with_story(child.id)
    if row is None:
        return None
    standings, goals = standings_of(row), goals_of(row)
    lines = readable(actor, package_of(row, standings))
    domains = domains_of(actor, row, goals=goals, lines=lines, outcomes=standings.outcomes)
    placed = {one.domain.code for one in domains}
    steps = _steps_now(actor, row) if child.status == "active" and child.kind == "child" else ()
    return CaseView(
        id=row.id,
        child=child,
        division=row.division,
        stage=row.stage,
        reason=row.reason,
        since_on=row.since_on,
        looked_on=row.looked_on,
        review_on=row.review_on,
        review_row=row.review_row,
        late=row.review_on is not None and row.review_on < timezone.localdate(),
        version=row.version,
        own=row.asked_by == actor.id,
        steps_now=steps,
        domains=domains,
        missing=unanswered(domains),
        others=tuple(one for one in lines if one.domain not in placed),
        owners=owners_for(row) if "hand_in" in steps else (),
        story=_story(story),
        unmet=sum(one.state in UNMET for one in lines),
        highest_class=_highest(lines, domains),
    )


@dataclass(frozen=True)
class ClosingView:
    """A case that could be closed: what is still open about the child, and the last day on which somebody looked."""

    id: uuid.UUID
    division: str
    version: int
    matters: tuple[Matter, ...]
    last_look: dt.date | None


def read_closing(actor: Actor, child: PersonCard) -> ClosingView | None:
    """What stands in the way of closing a child's case; None where the reader could not ask for it now. The caller records the disclosure."""
    row = case_of(child.id)
    if row is None or child.status != "active" or "ask_closing" not in _steps_now(actor, row):
        return None
    matters = open_matters(actor, row, open_goals=open_goals(row))
    return ClosingView(row.id, row.division, row.version, matters, last_look(row))


def unmet_needs(actor: Actor) -> tuple[UnmetCount, ...]:
    """Unmet needs of the open cases of the actor's area by place, need and state; protected children and class 5 are in no number."""
    check_may(actor, Action.ASSIGN)
    cases = listed_cases(actor).exclude(stage=CaseStage.CLOSED)
    rows = PackageLine.objects.filter(case__in=cases.values("pk"), state__in=UNMET)
    rows = rows.filter(sensitivity__lte=min(ceiling_of(actor), RESTRICTED - 1))
    keys = ("case__division", "domain", "kind", "code", "state")
    counted = rows.order_by().values(*keys).annotate(children=Count("case")).order_by(*keys)
    return tuple(UnmetCount(*(one[key] for key in keys), one["children"]) for one in counted)


def _steps_now(actor: Actor, row: ChildCase) -> tuple[str, ...]:
    works, confirms = may_do(actor.role, Action.VISIT), may_do(actor.role, Action.REVIEW)
    own = row.asked_by == actor.id
    return tuple(
        name
        for name, one in TRANSITIONS.items()
        if row.stage in one.before
        and ((WORKER in one.ends and works) or (CONFIRMER in one.ends and confirms and not own))
    )


def _story(steps: Iterable[ToldStep]) -> tuple[StepLine, ...]:
    return tuple(
        StepLine(one.step, one.stage, one.note, one.by, one.at, open_words(one.id, one.words)) for one in steps
    )


def _highest(lines: tuple[Line, ...], domains: tuple[DomainView, ...]) -> int:
    """What is disclosed: a questionnaire's hint is of the strictest class."""
    hinted = any(ground.kind == "hint" for domain in domains for ground in domain.grounds)
    return RESTRICTED if hinted else max((3, *(one.sensitivity for one in lines)))
