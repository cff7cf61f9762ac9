"""Certificates: issued to whoever was there every time, printed, and checked by number and code."""

from __future__ import annotations

import datetime as dt
import hmac
import re
import secrets
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name, user_name
from ciyou.apps.accounts.tries import TryLimit, count_wrong_try, tried_too_often
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.documents.typesetting import typeset_file
from ciyou.apps.training.access import find_course
from ciyou.apps.training.courses import audience_of
from ciyou.apps.training.models import Attendance, Certificate, Course
from ciyou.apps.training.refusals import check_may, moved_on, not_found, refused
from ciyou.core.access.actor import DIVISION_DIGITS, LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.clock.months import add_months
from ciyou.packs import load_training, parameters_for
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.papers import paper_template

CODE_DIGITS, _TRIES, _COUNTY_DIGITS, _WRONG = 8, 5, 6, 10
_NUMBER = re.compile(r"(\d{6})(\d{4})(\d{5,7})")


@dataclass(frozen=True)
class CheckedCertificate:
    """What a certificate says that was found by its number and code; the name stays on the paper."""

    number: str
    title: str
    organizer: str
    hours: int
    issued_on: dt.date
    valid_to: dt.date | None

    @property
    def runs(self) -> bool:
        """Whether it holds today: it has no end, or has not come to it."""
        return self.valid_to is None or self.valid_to >= timezone.localdate()


def number_of(row: Certificate) -> str:
    """How the number of a certificate is printed: county, year, and the number within both."""
    return f"{row.county[:_COUNTY_DIGITS]}-{row.year}-{row.sequence:05d}"


def issue_certificates(actor: Actor, *, course_id: uuid.UUID) -> int:
    """Give a certificate to every worker who was at all sessions of a course that is over; returns how many are new.

    Raises RecordError for a course of people who are counted only, one that is not over, and one whose hours are not all recorded.
    """
    check_may(actor, Action.KEEP_TRAINING)
    for _attempt in range(_TRIES):
        try:
            with transaction.atomic():
                course = find_course(actor, course_id, lock=True)
                _check_over(course)
                made = _issue(actor, course)
                if made:
                    details = {"certificates": made}
                    record_action(actor, action="issue_certificates", subject=str(course.id), details=details)
                return made
        except IntegrityError:
            continue  # another course of this county took the number in the same moment
    raise moved_on()


def _check_over(course: Course) -> None:
    if course.called_off_at is not None:
        raise moved_on()
    if not audience_of(course).role:
        raise refused("counted", "这门课程只记人数，不发证书。", "People of this course are counted only; it has no certificates.")  # fmt: skip
    if course.ends_on > timezone.localdate():
        raise refused("not_over", "课程还没有结束，结束以后才能发证书。", "The course is not over; certificates come after it.")  # fmt: skip
    if not course.sessions.exists():
        raise refused("no_session", "请先登记到课，再发证书。", "Say first who was there.")
    held = sum(course.sessions.values_list("hours", flat=True))
    if held < course.hours:
        raise refused(
            "hours",
            f"计划 {course.hours} 小时，只登记了 {held} 小时。请先登记其余几天的到课，再发证书。",
            f"Of {course.hours} planned hours {held} are recorded. Enter the other days first, then issue certificates.",
        )


def _issue(actor: Actor, course: Course) -> int:
    """To those who were there each time and hold none of this course yet."""
    total = course.sessions.aggregate(count=Count("id"), last=Max("held_on"))
    there = (
        Attendance.objects.filter(session__course=course)
        .values("user")
        .annotate(times=Count("id"), place=Max("division"))
        .filter(times=total["count"])
        .order_by("place", "user")
    )
    held = set(course.certificates.values_list("user", flat=True))
    new = [row for row in there if row["user"] not in held]
    if not new:
        return 0
    hours = sum(course.sessions.values_list("hours", flat=True))
    today = timezone.localdate()
    county = course.division[:_COUNTY_DIGITS].ljust(DIVISION_DIGITS, "0")
    with walled(LOCAL_OPERATOR):  # numbers run within the county, wherever in it the course was
        first = _next_sequence(county, today.year)
        Certificate.objects.bulk_create(
            Certificate(
                course=course,
                user_id=row["user"],
                division=row["place"],
                county=county,
                year=today.year,
                sequence=sequence,
                code="".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS)),
                title=course.title,
                organizer=course.organizer,
                hours=hours,
                issued_on=today,
                issued_by=actor.id,
                valid_to=_valid_to(course.division, today),
            )
            for sequence, row in enumerate(new, start=first)
        )
    return len(new)


def _next_sequence(county: str, year: int) -> int:
    rows = Certificate.objects.filter(county=county, year=year)
    # Before there is a first one, the constraint on numbers lets one of two through and the other tries again.
    rows.select_for_update().filter(sequence=1).first()
    return (rows.aggregate(last=Max("sequence"))["last"] or 0) + 1


def months_valid(division: str, on: dt.date) -> int | None:
    """How many months a certificate holds in a place; None where the place says nothing."""
    value = parameters_for(division=division, as_of=on)[load_training(division=division).certificate_months].value
    return value if isinstance(value, int) else None


def _valid_to(division: str, on: dt.date) -> dt.date | None:
    months = months_valid(division, on)
    return None if months is None else add_months(on, months)


def print_certificate(actor: Actor, *, certificate_id: uuid.UUID, address: str) -> bytes:
    """A certificate as PDF: one's own, or of the area that one keeps. `address`: where it can be checked. Raises TrainingNotFound."""
    check_may(actor, Action.SEE_OWN_TRAINING)
    whose = Q(user=actor.id)
    if may_do(actor.role, Action.KEEP_TRAINING):
        whose |= Q(division__gte=actor.scope.first, division__lt=actor.scope.end)
    row = Certificate.objects.filter(whose, pk=certificate_id).first()
    if row is None:
        raise not_found()
    record_action(actor, action="print_certificate", subject=str(row.id))
    return typeset_file(
        paper_template("training_certificate", division=row.division), _words(row, address), root=SHIPPED
    )


def _words(row: Certificate, address: str) -> dict[str, object]:
    """It is written in Chinese whoever prints it."""
    until = f"{row.valid_to:%Y年%-m月%-d日}" if row.valid_to else "发证地没有规定"
    return {
        "title": "培训证书",
        "number": f"编号：{number_of(row)}",
        "name": user_name(row.user_id),
        "body": f"参加“{row.title}”，共 {row.hours} 小时，全程到课。",
        "rows": [
            ["主办单位", row.organizer],
            ["所在地方", division_name(row.division)],
            ["发证日期", f"{row.issued_on:%Y年%-m月%-d日}"],
            ["有效期至", until],
        ],
        "check": f"核验：在 {address} 输入编号和核验码 {row.code}",
        "issuer": division_name(row.county) + "民政部门",
    }


def check_certificate(actor: Actor, *, number: str, code: str) -> CheckedCertificate | None:
    """A certificate of any county by what is printed on it; None where no such one was issued. For everybody who works here.

    Raises RecordError after too many wrong tries, counted by who asks and by the number asked for.
    """
    found = _NUMBER.fullmatch(re.sub(r"\D", "", number))
    if found is None:
        return None
    county, year, sequence = found.groups()
    limits = (TryLimit(f"certificate:user:{actor.id}", _WRONG), TryLimit(f"certificate:number:{found[0]}", _WRONG))
    with walled(LOCAL_OPERATOR):
        if tried_too_often(limits):
            raise refused("often", "输错的次数太多，请一刻钟以后再试。", "Too many wrong tries; try again in a quarter of an hour.")  # fmt: skip
        row = Certificate.objects.filter(
            county=county.ljust(DIVISION_DIGITS, "0"), year=int(year), sequence=int(sequence)
        ).first()
        if row is None or not hmac.compare_digest(re.sub(r"\D", "", code).encode(), row.code.encode()):
            count_wrong_try(limits)
            return None
    return CheckedCertificate(number_of(row), row.title, row.organizer, row.hours, row.issued_on, row.valid_to)
