"""Special education: where a disabled child learns and who decided so; home-delivered schooling planned by the term, logged and measured."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.tasks import NewTask, end_task, open_tasks, posts_of_open
from ciyou.apps.schooling.access import county_of, find_placement, find_plan, speaks_for_schools
from ciyou.apps.schooling.contents import PlacementContent, SessionContent, seal, unseal
from ciyou.apps.schooling.models import HomePlan, HomeSession, SpecialPlacement
from ciyou.apps.schooling.places import lives_in, residence_in_area, task_of_education
from ciyou.apps.schooling.refusals import check_may, check_words, moved_on, not_found, refused
from ciyou.apps.schooling.steps import give_to_named
from ciyou.apps.schooling.working import child_of_form
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.packs import load_schooling

PLAN, HOLD = "plan_home_schooling", "hold_home_session"
HOME = "home_delivered"
KINDS = ("inclusive", "special_class", "special_school", HOME)
DECIDERS = ("committee", "education", "school", "guardian")
COUNTS = Q(sessions__struck_at=None)
"""Of the sessions of a plan those that were not struck out."""
MOST_TERM_DAYS, MOST_MINUTES, MOST_PERIODS, MOST_PLANNED = 220, 480, 12, 1500


@dataclass(frozen=True)
class NewPlacement:
    """A placement as a form states it; `id` is made by the form."""

    id: uuid.UUID
    child_id: uuid.UUID
    kind: str
    decided_by: str
    decided_on: dt.date | None
    school: str
    words: str = ""


@dataclass(frozen=True)
class TermPlan:
    """A term's plan as a form states it."""

    from_on: dt.date | None
    to_on: dt.date | None
    visits: int
    periods: int


@dataclass(frozen=True)
class HeldSession:
    """A session as a form states it; `id` is made by the form, so that one sent twice is one."""

    id: uuid.UUID
    held_on: dt.date | None
    minutes: int
    periods: int
    taught: str
    teacher: str


def record_placement(actor: Actor, *, wanted: NewPlacement) -> uuid.UUID:
    """Record where a child is to learn, and who decided so; an earlier placement ends. Raises PersonNotFound or RecordError."""
    check_may(actor, Action.DECIDE_SCHOOLING)
    child = child_of_form(actor, wanted.child_id)
    today = timezone.localdate()
    if wanted.kind not in KINDS or wanted.decided_by not in DECIDERS:
        raise refused("placement", "请选择安置方式，以及由谁决定。", "Choose the placement, and who decided it.")
    if wanted.decided_on is None or wanted.decided_on > today:
        raise refused(
            "decided_on", "请写明哪一天决定的，不能晚于今天。", "Give the day of the decision, not after today."
        )
    content = PlacementContent(child.name, check_words(wanted.school), check_words(wanted.words, least=0))
    with transaction.atomic():
        row, made = SpecialPlacement.objects.get_or_create(
            id=wanted.id,
            defaults={
                "child_id": child.id,
                "division": residence_in_area(actor, child),
                "kind": wanted.kind,
                "decided_by": wanted.decided_by,
                "decided_on": wanted.decided_on,
                "content": seal(wanted.id, content),
                "told_school": not child.restricted,
                "recorded_by": actor.id,
                "recorded_at": timezone.now(),
            },
        )
        if row.child_id != child.id:
            raise moved_on()
        if made:
            with walled(LOCAL_OPERATOR):
                _end_placements(SpecialPlacement.objects.filter(child_id=child.id, ended_on=None).exclude(id=row.id))
                _ask_for_plan(row)
            _log(actor, "record_placement", row, kind=row.kind)
    return row.id


def plan_term(actor: Actor, *, placement_id: uuid.UUID, term: TermPlan) -> uuid.UUID:
    """Plan a term of home-delivered schooling: the education department, or the county for it. Raises RecordError for days that overlap."""
    _check_teaches(actor)
    days = (term.to_on - term.from_on).days if term.from_on and term.to_on else 0
    if not 0 < days <= MOST_TERM_DAYS:
        raise refused(
            "term",
            "请写明这个学期从哪天到哪天，最长 220 天。",
            "Give the first and the last day of the term, at most 220 days apart.",
        )
    if not (0 < term.visits <= MOST_PLANNED and term.visits <= term.periods <= MOST_PLANNED):
        raise refused(
            "planned",
            f"请写明计划上门几次、共几课时；课时不能少于次数，最多 {MOST_PLANNED} 课时。",
            f"Give how many visits and how many periods in all; not fewer periods than visits, at most {MOST_PLANNED}.",
        )
    with transaction.atomic():
        placement = find_placement(actor, placement_id, lock=True)
        if placement.kind != HOME or placement.ended_on is not None:
            raise refused("not_home", "这个孩子现在不是送教上门。", "The child is not taught at home now.")
        if HomePlan.objects.filter(placement=placement, from_on__lte=term.to_on, to_on__gte=term.from_on).exists():
            raise refused("overlap", "这段日子已经有计划了。", "There is a plan for some of these days already.")
        with walled(LOCAL_OPERATOR):
            plan = HomePlan.objects.create(
                placement=placement,
                from_on=term.from_on,
                to_on=term.to_on,
                visits=term.visits,
                periods=term.periods,
                recorded_by=actor.id,
                recorded_at=timezone.now(),
            )
            end_task(actor, kind=PLAN, subject_id=str(placement.id))
        _log(actor, "plan_home_schooling", placement, periods=term.periods, visits=term.visits)
    return plan.id


def record_session(actor: Actor, *, plan_id: uuid.UUID, held: HeldSession) -> uuid.UUID:
    """Log one visit at which the child was taught. Raises RecordError for a day outside the plan or after today, and for empty words."""
    _check_teaches(actor)
    plan = find_plan(actor, plan_id)
    last = min(plan.to_on, timezone.localdate())
    if held.held_on is None or not plan.from_on <= held.held_on <= last:
        raise refused(
            "held_on",
            f"日期须在本学期内，不能晚于今天：{plan.from_on.isoformat()} 至 {last.isoformat()}。",
            f"The day lies in the term and not after today: {plan.from_on.isoformat()} to {last.isoformat()}.",
        )
    if not (0 < held.minutes <= MOST_MINUTES and 0 < held.periods <= MOST_PERIODS):
        raise refused(
            "length",
            f"请写明多少分钟（最多 {MOST_MINUTES}）、几课时（最多 {MOST_PERIODS}）。",
            f"Give how many minutes (at most {MOST_MINUTES}) and how many periods (at most {MOST_PERIODS}).",
        )
    content = SessionContent(check_words(held.taught), check_words(held.teacher))
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        _check_new(plan, held, content)
        row, made = HomeSession.objects.get_or_create(
            id=held.id,
            defaults={
                "plan": plan,
                "held_on": held.held_on,
                "minutes": held.minutes,
                "periods": held.periods,
                "content": seal(held.id, content),
                "recorded_by": actor.id,
                "recorded_at": timezone.now(),
            },
        )
        if row.plan_id != plan.id:
            raise moved_on()
        if made:
            end_task(actor, kind=HOLD, subject_id=str(plan.placement_id))
            _log(actor, "record_home_session", plan.placement, minutes=held.minutes, periods=held.periods)
    return row.id


def _check_new(plan: HomePlan, held: HeldSession, content: SessionContent) -> None:
    """Whoever goes back and sends the form once more would log the lesson twice."""
    same_day = plan.sessions.filter(held_on=held.held_on, struck_at=None).exclude(id=held.id)
    if any(unseal(SessionContent, one.id, one.content).teacher == content.teacher for one in same_day):
        raise refused(
            "held_already",
            "这一天这位老师的送教已经记过了，不用再记。",
            "What this teacher taught on this day is logged already.",
        )


def may_strike(actor: Actor, session: HomeSession) -> bool:
    """Whoever logged it, and the education department."""
    return session.struck_at is None and (session.recorded_by == actor.id or speaks_for_schools(actor))


def strike_session(actor: Actor, *, session_id: uuid.UUID, reason: str) -> None:
    """Strike out a session that was logged wrongly: it stays with the reason, and counts nowhere. Raises SchoolingNotFound or RecordError."""
    _check_teaches(actor)
    with transaction.atomic():
        row = HomeSession.objects.select_for_update(of=("self",)).filter(id=session_id).first()
        if row is None:
            raise not_found()
        plan = find_plan(actor, row.plan_id)
        if row.struck_at is not None:
            raise moved_on()
        if not may_strike(actor, row):
            raise refused(
                "not_yours_to_strike",
                "只有记这一次的人或者教育部门能划掉它。",
                "Only whoever logged it, or the education department, strikes it out.",
            )
        content = replace(unseal(SessionContent, row.id, row.content), struck=check_words(reason))
        with walled(LOCAL_OPERATOR):
            HomeSession.objects.filter(id=row.id).update(
                content=seal(row.id, content), struck_by=actor.id, struck_at=timezone.now()
            )
            if plan.placement.kind == HOME and plan.placement.ended_on is None:
                _remind(plan.placement, timezone.localdate())
        _log(actor, "strike_home_session", plan.placement, minutes=row.minutes, periods=row.periods)


def remind_late_sessions(day: dt.date) -> int:
    """Plans that are missing and sessions that fell behind, as tasks; how many are late. Part of the daily job."""
    rows = SpecialPlacement.objects.filter(kind=HOME, ended_on=None).order_by("id")
    return sum(_remind(row, day) for row in rows)


def _remind(row: SpecialPlacement, day: dt.date) -> bool:
    running = row.plans.filter(from_on__lte=day, to_on__gte=day)
    plan = running.annotate(last=Max("sessions__held_on", filter=COUNTS)).first()
    if plan is None and not row.plans.filter(from_on__gt=day).exists():
        _ask_for_plan(row)
        return True
    if plan is not None and is_behind(plan, plan.last, day):
        open_tasks(LOCAL_OPERATOR, tasks=_task(HOLD, row))
        return True
    return False


def is_behind(plan: HomePlan, last_held: dt.date | None, day: dt.date) -> bool:
    """Whether a running plan has had no session for too long."""
    days = load_schooling(division=plan.placement.division).home.late_days
    return plan.from_on <= day <= plan.to_on and (day - (last_held or plan.from_on)).days > days


def end_home_schooling(child_ids: Iterable[object]) -> None:
    """The placements of these children end with them."""
    _end_placements(SpecialPlacement.objects.filter(child_id__in=list(child_ids), ended_on=None))


def end_older_placements(child_id: object) -> None:
    """Of two placements that run, since two files are one child, the one decided last stays."""
    running = SpecialPlacement.objects.filter(child_id=child_id, ended_on=None).order_by("-decided_on", "-recorded_at")
    _end_placements(list(running)[1:])


def hand_on_placements(child_id: object, *, moved: bool) -> None:
    """The child's owner is another, or its place: its placement goes along, with what work was open. Another county's department was not told of it."""
    for row in SpecialPlacement.objects.filter(child_id=child_id, ended_on=None):
        lives = (lives_in(row.child_id) if moved else "") or row.division
        told = row.told_school and county_of(lives) == county_of(row.division)
        SpecialPlacement.objects.filter(id=row.id).update(division=lives, told_school=told)
        row.refresh_from_db()
        open_tasks(LOCAL_OPERATOR, tasks=[task for kind in _end_work(row) for task in _task(kind, row)])


def give_placements_to_named() -> int:
    """Of protected children taught at home: the open work is of whoever is named now, and nobody's without; how many changed hands. Part of
    the daily job.
    """
    changed = 0
    for row in SpecialPlacement.objects.filter(child__restricted=True, kind=HOME, ended_on=None):
        running = posts_of_open((PLAN, HOLD), str(row.id))
        changed += give_to_named(running, str(row.id), [task for kind in running for task in _task(kind, row)])
    return changed


def _end_placements(rows: Iterable[SpecialPlacement]) -> None:
    for row in rows:
        SpecialPlacement.objects.filter(id=row.id).update(ended_on=timezone.localdate())
        _end_work(row)


def _end_work(row: SpecialPlacement) -> list[str]:
    """End its tasks; gives the kinds that were open."""
    return [
        kind for kind in (PLAN, HOLD) if end_task(LOCAL_OPERATOR, kind=kind, subject_id=str(row.id), state="withdrawn")
    ]


def _ask_for_plan(row: SpecialPlacement) -> None:
    if row.kind == HOME:
        open_tasks(LOCAL_OPERATOR, tasks=_task(PLAN, row))


def _task(kind: str, row: SpecialPlacement) -> list[NewTask]:
    task = task_of_education(kind, row.id, row.child_id, row.division, told=row.told_school)
    return [task] if task else []


def _check_teaches(actor: Actor) -> None:
    if not speaks_for_schools(actor):
        check_may(actor, Action.DECIDE_SCHOOLING)


def _log(actor: Actor, action: str, row: SpecialPlacement, **details: str | int) -> None:
    record_action(
        actor,
        action=action,
        subject=str(row.id),
        persons=[str(row.child_id)],
        details=dict(details),
        highest_class=4,
    )
