"""Entering a course, and saying who was there: all but those who were away, or how many came."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.accounts.selectors import PostCard, post_cards, posts_on_days
from ciyou.apps.audit.services import record_action
from ciyou.apps.training.access import find_course, find_session
from ciyou.apps.training.models import Attendance, Course, CourseSession
from ciyou.apps.training.refusals import check_day, check_inside, check_may, check_number, check_text, moved_on, refused
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action
from ciyou.packs import load_training
from ciyou.packs.training import Audience

WORDS_LENGTH, MOST_HOURS, MOST_HEADS, LONGEST_DAYS, DAY_HOURS = 80, 400, 1_000_000, 366, 24


@dataclass(frozen=True)
class WrittenCourse:
    """A course as it was written; `ends_on` None for one of a single day."""

    audience: str
    kind: str
    title: str
    organizer: str
    hours: int
    division: str
    starts_on: dt.date | None
    ends_on: dt.date | None = None


@dataclass(frozen=True)
class HeldDay:
    """One day of a course: its hours; the users who were away of those expected, or how many people came.

    `offered`: the users whom the form named; whoever came into a post meanwhile was asked of by nobody. None: all who are expected.
    """

    held_on: dt.date | None
    hours: int
    away: frozenset[uuid.UUID] = frozenset()
    heads: int = 0
    offered: frozenset[uuid.UUID] | None = None


def audience_of(course: Course) -> Audience:
    """For whom a course is, as the packs of its place say; counted by heads where they no longer know the word."""
    known = load_training(division=course.division).audiences
    return known.get(course.audience, Audience(course.audience, course.audience, course.audience, "", ""))


def record_course(actor: Actor, *, course_id: uuid.UUID, written: WrittenCourse) -> uuid.UUID:
    """Enter a course of the actor's area; sent twice it is one. Raises RecordError for what is incomplete."""
    check_may(actor, Action.KEEP_TRAINING)
    values = _checked(actor, written)
    with transaction.atomic():
        _row, made = Course.objects.get_or_create(
            id=course_id, defaults={**values, "recorded_by": actor.id, "recorded_at": timezone.now()}
        )
        find_course(actor, course_id)
        if made:
            record_action(actor, action="record_course", subject=str(course_id), details={"audience": written.audience})
    return course_id


def call_off_course(actor: Actor, *, course_id: uuid.UUID, version: int) -> None:
    """Say that a course was not held, or was entered by mistake; raises RecordError once somebody was recorded as there."""
    check_may(actor, Action.KEEP_TRAINING)
    with transaction.atomic():
        row = find_course(actor, course_id, lock=True)
        if row.sessions.exists():
            raise refused(
                "held",
                "这门课程已经登记过到课，不能取消。请更正那一次的到课。",
                "Attendance stands on this course; correct that session instead.",
            )
        _touch(row, version, called_off_at=timezone.now())
        record_action(actor, action="call_off_course", subject=str(row.id))


def record_course_day(actor: Actor, *, course_id: uuid.UUID, session_id: uuid.UUID, held: HeldDay) -> None:
    """Say who was there on a day of a course; sent twice it is one. Raises RecordError for a day to come or outside the course."""
    check_may(actor, Action.KEEP_TRAINING)
    with transaction.atomic():
        course = find_course(actor, course_id, lock=True)
        _check_open(course)
        values = _checked_day(course, held)
        _check_free(course, held, session_id)
        row, made = CourseSession.objects.get_or_create(
            id=session_id, defaults={**values, "course": course, "recorded_by": actor.id, "recorded_at": timezone.now()}
        )
        if row.course_id != course.id:
            raise moved_on()
        if made:
            _be_there(row, _present(expected_at(actor, course, row.held_on), held))
            record_action(actor, action="record_course_day", subject=str(row.id))


def correct_course_day(actor: Actor, *, session_id: uuid.UUID, version: int, held: HeldDay) -> None:
    """Say again who was there, or how many. Raises RecordError once certificates were issued, or where somebody was first."""
    check_may(actor, Action.KEEP_TRAINING)
    with transaction.atomic():
        row = find_session(actor, session_id, lock=True)
        _check_open(row.course)
        values = _checked_day(row.course, held)
        _check_free(row.course, held, session_id)
        mine = CourseSession.objects.filter(id=row.id, version=version)
        if not mine.update(**values, version=F("version") + 1):
            raise moved_on()
        same_day = row.held_on == values["held_on"]
        offered = offered_at(actor, row) if same_day else expected_at(actor, row.course, values["held_on"])
        row.attendances.all().delete()
        _be_there(row, _present(offered, held))
        record_action(actor, action="correct_course_day", subject=str(row.id))


def remove_course_day(actor: Actor, *, session_id: uuid.UUID, version: int) -> None:
    """Take out a day that was entered by mistake, with its attendance. Raises RecordError as `correct_course_day`."""
    check_may(actor, Action.KEEP_TRAINING)
    with transaction.atomic():
        row = find_session(actor, session_id, lock=True)
        _check_open(row.course)
        if row.version != version:
            raise moved_on()
        details = {"course": str(row.course_id), "held_on": row.held_on.isoformat()}
        row.delete()
        record_action(actor, action="remove_course_day", subject=str(session_id), details=details)


def expected_at(actor: Actor, course: Course, on: dt.date) -> tuple[PostCard, ...]:
    """The workers whom a course is for in its place who held their posts on a day; see `expected_on_days`."""
    return expected_on_days(actor, course, (on,)).get(on, ())


def expected_on_days(actor: Actor, course: Course, days: Collection[dt.date]) -> dict[dt.date, tuple[PostCard, ...]]:
    """The same by day, each worker once, by place and name; nobody where people are only counted."""
    role = audience_of(course).role
    found = posts_on_days(actor, division=course.division, role=role, days=days) if role else {}
    return {day: _once(cards) for day, cards in found.items()}


def expected_till_now(actor: Actor, course: Course) -> tuple[PostCard, ...]:
    """Whom the form of a new day offers, whichever day it will be: all who were expected on a day of the course so far."""
    last = min(course.ends_on, timezone.localdate())
    days = [course.starts_on + dt.timedelta(days=one) for one in range((last - course.starts_on).days + 1)]
    cards = [card for found in expected_on_days(actor, course, days).values() for card in found]
    return _once(sorted(cards, key=_by_place))


def offered_at(actor: Actor, session: CourseSession) -> tuple[PostCard, ...]:
    """Whom a form of a held day offers: those who were there, and those who were expected on that day."""
    there = session.attendances.values_list("post_id", flat=True)
    was = sorted(post_cards(there).values(), key=_by_place)
    return _once([*was, *expected_at(actor, session.course, session.held_on)])


def _by_place(card: PostCard) -> tuple[str, str, str]:
    return card.division, card.user_name, str(card.id)


def _once(cards: Iterable[PostCard]) -> tuple[PostCard, ...]:
    found: dict[uuid.UUID, PostCard] = {}
    for card in cards:
        found.setdefault(card.user_id, card)
    return tuple(found.values())


def _present(cards: Sequence[PostCard], held: HeldDay) -> list[PostCard]:
    asked = [card for card in cards if held.offered is None or card.user_id in held.offered]
    return [card for card in asked if card.user_id not in held.away]


def _be_there(session: CourseSession, cards: Iterable[PostCard]) -> None:
    Attendance.objects.bulk_create(
        Attendance(session=session, user_id=card.user_id, post_id=card.id, division=card.division) for card in cards
    )


def _touch(row: Course, version: int, **changes: object) -> None:
    if not Course.objects.filter(id=row.id, version=version, called_off_at=None).update(
        **changes, version=F("version") + 1
    ):
        raise moved_on()


def _check_open(course: Course) -> None:
    if course.called_off_at is not None:
        raise moved_on()
    if course.certificates.exists():
        raise refused(
            "certified",
            "已经发过证书，到课情况不再更改。",
            "Certificates were issued: attendance does not change any more.",
        )


def _check_free(course: Course, held: HeldDay, session_id: uuid.UUID) -> None:
    if course.sessions.filter(held_on=held.held_on).exclude(id=session_id).exists():
        raise refused(
            "day_twice",
            "这一天已经登记过到课，请更正那一次。",
            "Attendance of this day stands already; correct that entry.",
        )


def _checked(actor: Actor, written: WrittenCourse) -> dict[str, object]:
    division = check_inside(actor, written.division)
    pack = load_training(division=division)
    if written.audience not in pack.audiences or written.kind not in pack.kinds:
        raise refused("kind", "请选择对象和类别。", "Choose for whom the course is, and its kind.")
    starts = check_day(written.starts_on, code="starts_on")
    ends = written.ends_on or starts
    if not dt.timedelta(0) <= ends - starts < dt.timedelta(days=LONGEST_DAYS):
        raise refused(
            "ends_on",
            "结束日期不能早于开始日期，也不能晚一年以上。",
            "A course ends on or after the day on which it begins, and within a year.",
        )
    return {
        "division": division,
        "kind": written.kind,
        "audience": written.audience,
        "title": check_text(written.title, code="title", least=2, most=WORDS_LENGTH, zh="课程名称", en="the course's name"),
        "organizer": check_text(written.organizer, code="organizer", least=2, most=WORDS_LENGTH, zh="主办单位", en="who holds it"),
        "hours": check_number(written.hours, code="hours", least=1, most=MOST_HOURS, zh="小时数", en="the hours"),
        "starts_on": starts,
        "ends_on": ends,
    }  # fmt: skip


def _checked_day(course: Course, held: HeldDay) -> dict[str, object]:
    on = check_day(held.held_on, code="held_on", latest=timezone.localdate())
    if not course.starts_on <= on <= course.ends_on:
        raise refused("held_on", "日期不在课程的起止日期之内。", "The day is not within those of the course.")
    hours = check_number(held.hours, code="hours", least=1, most=DAY_HOURS, zh="小时数", en="the hours")
    by_name = bool(audience_of(course).role)
    heads = None if by_name else check_number(held.heads, code="heads", least=1, most=MOST_HEADS, zh="人数", en="how many came")  # fmt: skip
    return {"held_on": on, "hours": hours, "heads": heads}
