"""Reading requests for places, placements, and home-delivered schooling: done, planned, and the place's standard."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone

from ciyou.apps.registry.selectors import cards_of
from ciyou.apps.schooling.access import (
    PURPOSE,
    find_placement,
    find_request,
    speaks_for_schools,
    visible,
    visible_placements,
)
from ciyou.apps.schooling.contents import PlaceContent, PlacementContent, SessionContent, unseal
from ciyou.apps.schooling.home import COUNTS, HOME, is_behind, may_strike
from ciyou.apps.schooling.models import HomePlan, HomeSession, PlaceRequest, PlaceState, SpecialPlacement
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.packs import load_schooling, parameters_for

_WEEK = 7


@dataclass(frozen=True)
class RequestLine:
    """One request for a place. `may_answer`, `may_settle`: what the actor can do with it now."""

    id: uuid.UUID
    child_id: uuid.UUID | None
    person_id: uuid.UUID
    child_name: str
    division: str
    school_year: int
    stage: str
    state: str
    reason: str
    content: PlaceContent
    asked_on: dt.date
    answered_on: dt.date | None
    may_answer: bool
    may_settle: bool
    version: int


@dataclass(frozen=True)
class Standard:
    """What the place asks of a stretch of days: visits and periods, None where nobody has said; then `ask` (zh, en) says whom to ask."""

    visits: int | None
    periods: int | None
    ask: tuple[str, str]


@dataclass(frozen=True)
class PlanView:
    """A term: what was planned, what was done, and what the place's standard makes of its days. `by_now`: the periods planned, by the days gone."""

    id: uuid.UUID
    from_on: dt.date
    to_on: dt.date
    visits: int
    periods: int
    visits_done: int
    periods_done: int
    last_held: dt.date | None
    running: bool
    behind: bool
    standard: Standard
    by_now: int


@dataclass(frozen=True)
class SessionLine:
    """One session: when, how long, what, by whom; `struck_on`: the day on which it was struck out, and why."""

    id: uuid.UUID
    held_on: dt.date
    minutes: int
    periods: int
    taught: str
    teacher: str
    struck_on: dt.date | None
    why_struck: str
    may_strike: bool


@dataclass(frozen=True)
class PlacementView:
    """Where a child learns. `plans`: the terms of home-delivered schooling, the latest first."""

    id: uuid.UUID
    child_id: uuid.UUID | None
    person_id: uuid.UUID
    child_name: str
    division: str
    kind: str
    decided_by: str
    decided_on: dt.date
    ended_on: dt.date | None
    content: PlacementContent
    plans: tuple[PlanView, ...]
    may_teach: bool


def list_requests(actor: Actor, *, everything: bool = False) -> tuple[RequestLine, ...]:
    """Requests for places, the longest waiting first; `everything`: also those that have ended (the latest 200)."""
    rows = visible(PlaceRequest.objects.all(), actor)
    if not everything:
        rows = rows.filter(state__in=(PlaceState.ASKED, PlaceState.OFFERED))
    return _requests(actor, rows.order_by("asked_on", "id")[:200])


def requests_of_child(actor: Actor, *, child_id: uuid.UUID) -> tuple[RequestLine, ...]:
    """The requests for places of one child that the actor may see, the latest first; the child itself the caller has."""
    rows = visible(PlaceRequest.objects.filter(child_id=child_id), actor, named=True).order_by("-asked_on")
    answers = may_do(actor.role, Action.DECIDE_SCHOOLING)
    return tuple(_request(row, False, answers, True, actor) for row in rows)


def read_request(actor: Actor, *, request_id: uuid.UUID) -> RequestLine:
    """One request; raises SchoolingNotFound."""
    return _requests(actor, [find_request(actor, request_id)])[0]


def _requests(actor: Actor, rows: Iterable[PlaceRequest]) -> tuple[RequestLine, ...]:
    listed, outside = list(rows), speaks_for_schools(actor)
    cards = {} if outside else cards_of(actor, person_ids=[one.child_id for one in listed], purpose=PURPOSE)
    answers = outside or may_do(actor.role, Action.DECIDE_SCHOOLING)
    return tuple(_request(row, outside, answers, row.child_id in cards, actor) for row in listed)


def _request(row: PlaceRequest, outside: bool, answers: bool, seen: bool, actor: Actor) -> RequestLine:
    content = unseal(PlaceContent, row.id, row.content)
    return RequestLine(
        id=row.id,
        child_id=row.child_id if seen else None,
        person_id=row.child_id,
        child_name=content.name if outside or seen else "",
        division=row.division,
        school_year=row.school_year,
        stage=row.stage,
        state=row.state,
        reason=row.reason,
        content=content,
        asked_on=row.asked_on,
        answered_on=row.answered_on,
        may_answer=answers and row.state == PlaceState.ASKED,
        may_settle=may_do(actor.role, Action.WORK_SCHOOLING) and row.state == PlaceState.OFFERED,
        version=row.version,
    )


def list_home(actor: Actor) -> tuple[PlacementView, ...]:
    """The children who are taught at home now."""
    return _placements(
        actor, visible_placements(actor).filter(kind=HOME, ended_on=None).order_by("division", "id")[:200]
    )


def placements_of_child(actor: Actor, *, child_id: uuid.UUID) -> tuple[PlacementView, ...]:
    """Where one child learned and learns, the latest first, as far as the actor may see it."""
    return _placements(actor, visible_placements(actor, named=True).filter(child_id=child_id).order_by("-recorded_at"))


def read_placement(actor: Actor, *, placement_id: uuid.UUID) -> tuple[PlacementView, tuple[SessionLine, ...]]:
    """One placement with its log, the latest session first (at most 200); raises SchoolingNotFound."""
    row = find_placement(actor, placement_id)
    sessions = HomeSession.objects.filter(plan__placement=row).order_by("-held_on", "-id")
    return _placements(actor, [row])[0], tuple(_session(actor, one) for one in sessions[:200])


def _session(actor: Actor, row: HomeSession) -> SessionLine:
    content = unseal(SessionContent, row.id, row.content)
    return SessionLine(
        id=row.id,
        held_on=row.held_on,
        minutes=row.minutes,
        periods=row.periods,
        taught=content.taught,
        teacher=content.teacher,
        struck_on=row.struck_at and timezone.localdate(row.struck_at),
        why_struck=content.struck,
        may_strike=may_strike(actor, row),
    )


def _placements(actor: Actor, rows: Iterable[SpecialPlacement]) -> tuple[PlacementView, ...]:
    listed, outside = list(rows), speaks_for_schools(actor)
    cards = {} if outside else cards_of(actor, person_ids=[one.child_id for one in listed], purpose=PURPOSE)
    plans: dict[uuid.UUID, list[PlanView]] = {}
    by_id = {row.id: row for row in listed}
    for plan in measured(HomePlan.objects.filter(placement__in=list(by_id))).order_by("-from_on"):
        plan.placement = by_id[plan.placement_id]
        plans.setdefault(plan.placement_id, []).append(plan_view(plan))
    teaches = outside or may_do(actor.role, Action.DECIDE_SCHOOLING)
    return tuple(
        PlacementView(
            id=row.id,
            child_id=row.child_id if row.child_id in cards else None,
            person_id=row.child_id,
            child_name=unseal(PlacementContent, row.id, row.content).name,
            division=row.division,
            kind=row.kind,
            decided_by=row.decided_by,
            decided_on=row.decided_on,
            ended_on=row.ended_on,
            content=unseal(PlacementContent, row.id, row.content),
            plans=tuple(plans.get(row.id, ())),
            may_teach=teaches and row.kind == HOME and row.ended_on is None,
        )
        for row in listed
    )


def measured(plans: QuerySet[HomePlan]) -> QuerySet[HomePlan]:
    """Plans with what was done: `visits_done`, `periods_done`, `last_held`."""
    return plans.annotate(
        visits_done=Count("sessions", filter=COUNTS),
        periods_done=Sum("sessions__periods", filter=COUNTS),
        last_held=Max("sessions__held_on", filter=COUNTS),
    )


def plan_view(plan: HomePlan) -> PlanView:
    """A measured plan beside the standard of its place."""
    today = timezone.localdate()
    return PlanView(
        id=plan.id,
        from_on=plan.from_on,
        to_on=plan.to_on,
        visits=plan.visits,
        periods=plan.periods,
        visits_done=plan.visits_done,
        periods_done=plan.periods_done or 0,
        last_held=plan.last_held,
        running=plan.from_on <= today <= plan.to_on,
        behind=plan.placement.ended_on is None and is_behind(plan, plan.last_held, today),
        standard=standard_of(plan.placement.division, plan.from_on, plan.to_on),
        by_now=plan.periods * ((today - plan.from_on).days + 1) // ((plan.to_on - plan.from_on).days + 1),
    )


def standard_of(division: str, from_on: dt.date, to_on: dt.date) -> Standard:
    """What the place's standard makes of these days, rounded down: its share of the year's numbers, else so much a week. Unknown stays unknown."""
    home = load_schooling(division=division).home
    values = parameters_for(division=division, as_of=from_on)
    weeks = min(((to_on - from_on).days + 1) // _WEEK, home.school_weeks)

    def known(key: str) -> int | None:
        value = values[key].value
        return value if isinstance(value, int) else None

    weekly, per_visit = known(home.weekly_visits), known(home.periods_per_visit)
    yearly_visits, yearly_periods = known(home.yearly_visits), known(home.yearly_periods)
    visits = _share(yearly_visits, weeks, home.school_weeks)
    if visits is None and weekly is not None:
        visits = weekly * weeks
    periods = _share(yearly_periods, weeks, home.school_weeks)
    if periods is None and visits is not None and per_visit is not None:
        periods = visits * per_visit
    asked = values[home.yearly_periods]
    return Standard(visits, periods, (asked.ask_zh, asked.ask_en))


def _share(yearly: int | None, weeks: int, school_weeks: int) -> int | None:
    return None if yearly is None else yearly * weeks // school_weeks
