"""What people do with a school case: visit, name a school, say whether the child is there, settle a contradiction, end it by a document."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from ciyou.apps.registry.selectors import PersonCard, get_person
from ciyou.apps.schooling.access import PURPOSE, find_case, speaks_for_schools
from ciyou.apps.schooling.contents import open_case
from ciyou.apps.schooling.models import SchoolCase
from ciyou.apps.schooling.refusals import check_may, check_words, moved_on, not_found, refused
from ciyou.apps.schooling.steps import is_protected, move
from ciyou.apps.schooling.transitions import COUNTY, ENDINGS, POSTPONED, SCHOOL, VILLAGE, WORDS
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.packs import load_schooling


@dataclass(frozen=True)
class SchoolVisit:
    """What a visit found: why the child is not at school (a code of the packs), more in words, and what is planned."""

    reason: str
    words: str
    plan: str


@contextmanager
def taking(actor: Actor, case_id: uuid.UUID, *, version: int) -> Iterator[SchoolCase]:
    """A case locked for a step, still as the actor saw it. Raises SchoolingNotFound, or RecordError where it has moved on."""
    with transaction.atomic():
        row = find_case(actor, case_id, lock=True)
        if row.version != version:
            raise moved_on()
        yield row


def record_school_visit(actor: Actor, *, case_id: uuid.UUID, version: int, found: SchoolVisit) -> None:
    """What the visit found. From now on the education department may read the child's name, unless the child is protected."""
    check_may(actor, Action.WORK_SCHOOLING)
    with taking(actor, case_id, version=version) as row:
        if found.reason not in load_schooling(division=row.division).compulsory.reasons:
            raise refused("reason", "请选择没有上学的原因。", "Choose why the child is not at school.")
        child = get_person(actor, person_id=row.child_id, purpose=PURPOSE)
        content = replace(
            open_case(row.id, row.content),
            **told_of(child),
            reason=found.reason,
            reason_words=check_words(found.words, least=0),
            plan=check_words(found.plan),
        )
        move(actor, row, step="visit", end=_end_of(actor), content=content, told_school=not child.restricted)


def name_school(actor: Actor, *, case_id: uuid.UUID, version: int, school: str) -> None:
    """Name the school that takes the child, or where it learns already; both sides then say whether it is there."""
    if not may_do(actor.role, Action.WORK_SCHOOLING):
        check_may(actor, Action.ANSWER_SCHOOLING)
    with taking(actor, case_id, version=version) as row:
        named = check_words(school)
        content = replace(open_case(row.id, row.content), school=named)
        move(actor, row, step="place", end=_end_of(actor), words=named, content=content)


def say_whether_back(
    actor: Actor, *, case_id: uuid.UUID, version: int, said: str, words: str = "", for_school: bool = False
) -> None:
    """The village's word, or the education department's for the school: back or not. One who speaks for one side never speaks for the other.

    `for_school`: what the school told a named worker of the county who asked it, with whom was asked; only of a protected child, which no
    link and no department may know of.
    """
    school_side = speaks_for_schools(actor)
    if not school_side:
        check_may(actor, Action.DECIDE_SCHOOLING if for_school else Action.WORK_SCHOOLING)
    with taking(actor, case_id, version=version) as row:
        if is_protected_for(actor, row):
            _check_other_side(actor, row, VILLAGE if for_school else SCHOOL)
            words = check_words(words) if for_school else words
        elif for_school:
            raise refused(
                "school_side",
                "学校的话由教育部门或者持链接的学校来说；只有受保护的孩子由县里指定的工作人员登记。",
                "The department or the school by its link gives the school's word; only of a protected child a named county worker records it.",
            )
        take_word(actor, row, said=said, words=words, end=SCHOOL if school_side or for_school else VILLAGE)


def is_protected_for(actor: Actor, row: SchoolCase) -> bool:
    """Whether the case is a protected child's that the actor sees as its named worker; the education department sees none."""
    return not speaks_for_schools(actor) and is_protected(row)


def _check_other_side(actor: Actor, row: SchoolCase, side: str) -> None:
    """Raises RecordError where the actor has given the word of the other side already."""
    given = row.village_said if side == VILLAGE else row.school_said
    last = row.steps.filter(step__startswith=f"{side}_").order_by("at").last() if given else None
    if last is not None and last.by == actor.id:
        raise refused(
            "both_sides",
            "另一边的话已经由您登记；这一边请另一位指定的工作人员来登记。",
            "You have given the word of the other side; let another named worker give this one.",
        )


def take_word(actor: Actor, row: SchoolCase, *, said: str, words: str, end: str) -> None:
    """Take one side's word at a locked case; raises RecordError."""
    if said not in WORDS:
        raise refused("said", "请选择孩子在不在学校。", "Choose whether the child is at school.")
    move(actor, row, step=f"{end}_says", end=end, words=check_words(words, least=0), note=said)


def settle_contradiction(actor: Actor, *, case_id: uuid.UUID, version: int, step: str, words: str) -> None:
    """Village and school said different things: the county has both asked again, or has the child placed anew. It cannot say back itself."""
    check_may(actor, Action.DECIDE_SCHOOLING)
    if step not in ("ask_again", "place_again"):
        raise refused("settling", "请选择怎样核清。", "Choose how it is settled.")
    with taking(actor, case_id, version=version) as row:
        move(actor, row, step=step, end=COUNTY, words=check_words(words))


def end_by_document(  # what the form asks
    actor: Actor, *, case_id: uuid.UUID, version: int, ending: str, document: str, until: dt.date | None = None
) -> None:
    """End it without the child at school: put off or exempted with the document, or handed to where it moved, with to whom.

    Raises RecordError without a document, and for an entry put off without a day or for longer than the packs allow.
    """
    check_may(actor, Action.DECIDE_SCHOOLING)
    if ending not in ENDINGS:
        raise refused("ending", "请选择办结的原因。", "Choose why it ends.")
    with taking(actor, case_id, version=version) as row:
        day = _postponed_until(row, until) if ending == POSTPONED else None
        content = replace(open_case(row.id, row.content), document=check_words(document))
        move(
            actor,
            row,
            step="end",
            end=COUNTY,
            words=content.document,
            note=ending,
            content=content,
            postponed_until=day,
        )


def _postponed_until(row: SchoolCase, until: dt.date | None) -> dt.date:
    today = timezone.localdate()
    last = today + dt.timedelta(days=load_schooling(division=row.division).compulsory.postponed_days)
    if until is None or not today < until <= last:
        raise refused(
            "until",
            f"请写明缓学到哪一天：明天起，最迟 {last.isoformat()}。",
            f"Give the day until which entry is put off: from tomorrow until {last.isoformat()}.",
        )
    return until


def told_of(child: PersonCard) -> dict[str, str]:
    """What the school's side is told of a child."""
    return {
        "name": child.name,
        "sex": child.sex,
        "birth_date": child.birth_date.isoformat() if child.birth_date else "",
    }


def child_of_form(actor: Actor, child_id: uuid.UUID) -> PersonCard:
    """The child that a form is about; raises PersonNotFound, or SchoolingNotFound where it is no child with an open file."""
    child = get_person(actor, person_id=child_id, purpose=PURPOSE)
    if child.kind != "child" or child.status != "active":
        raise not_found()
    return child


def _end_of(actor: Actor) -> str:
    if speaks_for_schools(actor):
        return SCHOOL
    return COUNTY if may_do(actor.role, Action.DECIDE_SCHOOLING) else VILLAGE
