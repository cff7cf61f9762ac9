"""Reading training: the courses of an area, one of them, its publicity, what a worker holds, and who was not trained in a year."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from ciyou.apps.accounts.selectors import PostCard, division_names, posts_in
from ciyou.apps.audit.wall import walled
from ciyou.apps.training.access import find_course, find_publicity, find_session, visible
from ciyou.apps.training.certificates import number_of
from ciyou.apps.training.courses import audience_of, expected_on_days, expected_till_now, offered_at
from ciyou.apps.training.models import Attendance, Certificate, Course, CourseSession, PublicityActivity
from ciyou.apps.training.refusals import check_may
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.packs import load_training


@dataclass(frozen=True)
class CourseLine:
    """A course in the list. `named`: attendance is by name; `present`: attendances by name, or heads counted, over all its sessions."""

    id: uuid.UUID
    division: str
    place: str
    kind: str
    audience: str
    title: str
    organizer: str
    hours: int
    starts_on: dt.date
    ends_on: dt.date
    named: bool
    sessions: int
    hours_held: int
    present: int
    called_off: bool
    version: int


@dataclass(frozen=True)
class SessionLine:
    """One held day: who was there and who of those expected on it was not, or how many came."""

    id: uuid.UUID
    held_on: dt.date
    hours: int
    heads: int | None
    present: tuple[str, ...]
    away: tuple[str, ...]
    version: int


@dataclass(frozen=True)
class CertificateLine:
    """A certificate as it is listed."""

    id: uuid.UUID
    number: str
    user_name: str
    title: str
    hours: int
    issued_on: dt.date
    valid_to: dt.date | None
    ended: bool


@dataclass(frozen=True)
class CourseView:
    """One course with its days and certificates; `expected`: whom the form of a new day offers (empty where people are counted).

    `may_certify`: it is over and all its hours were held; `open`: days may be entered and corrected.
    """

    line: CourseLine
    sessions: tuple[SessionLine, ...]
    expected: tuple[PostCard, ...]
    certificates: tuple[CertificateLine, ...]
    open: bool
    may_certify: bool


@dataclass(frozen=True)
class SessionView:
    """One held day to be corrected: whom the form offers, each with whether it was there."""

    id: uuid.UUID
    course_id: uuid.UUID
    title: str
    held_on: dt.date
    hours: int
    heads: int | None
    offered: tuple[tuple[PostCard, bool], ...]
    version: int


@dataclass(frozen=True)
class AttendedDay:
    """A day that a worker attended."""

    held_on: dt.date
    title: str
    organizer: str
    hours: int


@dataclass(frozen=True)
class OwnTraining:
    """What a worker attended, the newest first, its hours this year, and its certificates."""

    days: tuple[AttendedDay, ...]
    hours_this_year: int
    certificates: tuple[CertificateLine, ...]


@dataclass(frozen=True)
class PublicityLine:
    """An entry of the log of publicity."""

    id: uuid.UUID
    held_on: dt.date
    division: str
    place: str
    theme: str
    activity: str
    reach: int
    materials: str
    version: int


def in_year(year: int, field: str) -> Q:
    """The condition that a day lies in a calendar year."""
    return Q(**{f"{field}__gte": dt.date(year, 1, 1), f"{field}__lt": dt.date(year + 1, 1, 1)})


def list_courses(actor: Actor, *, year: int) -> tuple[CourseLine, ...]:
    """The courses of the actor's area that ran in a year, the latest first; without those called off."""
    rows = visible(Course.objects.filter(called_off_at=None), actor)
    rows = rows.filter(starts_on__lt=dt.date(year + 1, 1, 1), ends_on__gte=dt.date(year, 1, 1))
    return _lines(list(rows.order_by("-starts_on", "title", "id")))


def _lines(found: Sequence[Course]) -> tuple[CourseLine, ...]:
    held = CourseSession.objects.filter(course__in=[one.id for one in found]).order_by()
    days = {
        row["course"]: row for row in held.values("course").annotate(n=Count("id"), h=Sum("hours"), heads=Sum("heads"))
    }
    there = Attendance.objects.filter(session__course__in=[one.id for one in found]).order_by()
    named = dict(there.values_list("session__course").annotate(n=Count("user", distinct=True)))
    names = division_names({one.division for one in found})
    return tuple(_line(one, names[one.division], days.get(one.id, {}), named.get(one.id, 0)) for one in found)


def _line(row: Course, place: str, days: dict[str, int | None], present: int) -> CourseLine:
    named = bool(audience_of(row).role)
    return CourseLine(
        id=row.id,
        division=row.division,
        place=place,
        kind=row.kind,
        audience=row.audience,
        title=row.title,
        organizer=row.organizer,
        hours=row.hours,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        named=named,
        sessions=days.get("n") or 0,
        hours_held=days.get("h") or 0,
        present=present if named else days.get("heads") or 0,
        called_off=row.called_off_at is not None,
        version=row.version,
    )


def read_course(actor: Actor, *, course_id: uuid.UUID) -> CourseView:
    """One course of the actor's area; raises TrainingNotFound."""
    row = find_course(actor, course_id)
    (line,) = _lines([row])
    certificates = _certificates(Certificate.objects.filter(course=row))
    is_open = not line.called_off and not certificates
    over = row.ends_on <= timezone.localdate()
    return CourseView(
        line=line,
        sessions=_sessions(actor, row),
        expected=expected_till_now(actor, row) if is_open else (),
        certificates=certificates,
        open=is_open,
        may_certify=line.named and over and line.hours_held >= line.hours and not line.called_off,
    )


def _sessions(actor: Actor, course: Course) -> tuple[SessionLine, ...]:
    there: dict[uuid.UUID, dict[uuid.UUID, str]] = {}
    rows = Attendance.objects.filter(session__course=course).order_by("division", "user__full_name", "id")
    for session, user, name in rows.values_list("session", "user", "user__full_name"):
        there.setdefault(session, {})[user] = name
    held = list(course.sessions.order_by("held_on", "id"))
    expected = expected_on_days(actor, course, [one.held_on for one in held])
    return tuple(
        SessionLine(
            id=one.id,
            held_on=one.held_on,
            hours=one.hours,
            heads=one.heads,
            present=tuple(there.get(one.id, {}).values()),
            away=tuple(
                card.user_name for card in expected.get(one.held_on, ()) if card.user_id not in there.get(one.id, {})
            ),
            version=one.version,
        )
        for one in held
    )


def read_session(actor: Actor, *, session_id: uuid.UUID) -> SessionView:
    """One held day of the actor's area, to be corrected; raises TrainingNotFound."""
    row = find_session(actor, session_id)
    there = set(row.attendances.values_list("user", flat=True))
    offered = tuple((card, card.user_id in there) for card in offered_at(actor, row))
    return SessionView(row.id, row.course_id, row.course.title, row.held_on, row.hours, row.heads, offered, row.version)


def _certificates(rows: QuerySet[Certificate]) -> tuple[CertificateLine, ...]:
    today = timezone.localdate()
    return tuple(
        CertificateLine(
            id=row.id,
            number=number_of(row),
            user_name=row.user.full_name,
            title=row.title,
            hours=row.hours,
            issued_on=row.issued_on,
            valid_to=row.valid_to,
            ended=row.valid_to is not None and row.valid_to < today,
        )
        for row in rows.select_related("user").order_by("-issued_on", "county", "-year", "sequence")
    )


def read_own_training(actor: Actor) -> OwnTraining:
    """What the actor attended wherever it worked, and the certificates that it holds."""
    check_may(actor, Action.SEE_OWN_TRAINING)
    rows = Attendance.objects.filter(user=actor.id).order_by("-session__held_on", "id")
    fields = ("session__held_on", "session__course__title", "session__course__organizer", "session__hours")
    days = tuple(AttendedDay(*row) for row in rows.values_list(*fields))
    year = timezone.localdate().year
    return OwnTraining(
        days=days,
        hours_this_year=sum(one.hours for one in days if one.held_on.year == year),
        certificates=_certificates(Certificate.objects.filter(user=actor.id)),
    )


def list_untrained(actor: Actor, *, year: int) -> tuple[tuple[str, tuple[PostCard, ...]], ...]:
    """By audience code the workers of the actor's area, holding a post today, who attended nothing in a year; by place and name.

    Who was trained elsewhere before it came here was trained.
    """
    check_may(actor, Action.KEEP_TRAINING)
    here = actor.scope.first
    return tuple(
        (one.code, untrained(actor, division=here, role=one.role, year=year))
        for one in load_training(division=here).workers
    )


def untrained(actor: Actor, *, division: str, role: str, year: int) -> tuple[PostCard, ...]:
    """Who holds a post of a role in a division today, stand-ins aside, and attended nothing in a year, wherever that was."""
    cards = {one.user_id: one for one in posts_in(actor, division=division, role=role) if not one.on_cover}
    with walled(LOCAL_OPERATOR):
        trained = set(trained_in(year).filter(user__in=list(cards)).values_list("user", flat=True))
    return tuple(card for user, card in cards.items() if user not in trained)


def trained_in(year: int) -> QuerySet[Attendance]:
    """Every attendance of a year."""
    return Attendance.objects.filter(in_year(year, "session__held_on"))


def list_publicity(actor: Actor, *, year: int) -> tuple[PublicityLine, ...]:
    """The publicity of the actor's area in a year, the latest first."""
    rows = visible(PublicityActivity.objects.filter(in_year(year, "held_on"), removed_at=None), actor)
    found = list(rows.order_by("-held_on", "division", "id"))
    names = division_names({one.division for one in found})
    return tuple(_publicity_line(one, names[one.division]) for one in found)


def read_publicity(actor: Actor, *, publicity_id: uuid.UUID) -> PublicityLine:
    """One entry of the log; raises TrainingNotFound."""
    row = find_publicity(actor, publicity_id)
    return _publicity_line(row, division_names((row.division,))[row.division])


def _publicity_line(row: PublicityActivity, place: str) -> PublicityLine:
    return PublicityLine(
        row.id, row.held_on, row.division, place, row.theme, row.activity, row.reach, row.materials, row.version
    )
