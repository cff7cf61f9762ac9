"""The one-time link of a school case: how a school without an account says whether the child is there."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from ciyou.apps.audit.services import record_action, record_disclosure
from ciyou.apps.audit.wall import walled
from ciyou.apps.schooling.access import LINK, PURPOSE
from ciyou.apps.schooling.contents import CaseContent, open_case
from ciyou.apps.schooling.models import SchoolCase, SchoolLink
from ciyou.apps.schooling.refusals import check_may, moved_on, refused
from ciyou.apps.schooling.steps import LINKS, is_protected, needs_link
from ciyou.apps.schooling.transitions import SCHOOL
from ciyou.apps.schooling.working import take_word, taking
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.packs import load_schooling


@dataclass(frozen=True)
class NewSchoolLink:
    """A link as it is handed over: the token is shown once and kept nowhere."""

    token: str
    school: str
    expires_at: dt.datetime


@dataclass(frozen=True)
class OpenedSchoolLink:
    """What whoever holds the link is shown: the child's name, sex and birthday, and the school; not why it was not there."""

    division: str
    told: CaseContent
    expires_at: dt.datetime


def make_school_link(actor: Actor, *, case_id: uuid.UUID, version: int) -> NewSchoolLink:
    """A link for the school that was named; one that was made before opens nothing any more. Raises RecordError where nothing is asked,
    and for a protected child.
    """
    check_may(actor, Action.WORK_SCHOOLING)
    with taking(actor, case_id, version=version) as row:
        if not needs_link(row):
            raise refused("no_link", "现在不需要学校答复。", "The school has nothing to answer now.")
        if is_protected(row):
            raise refused(
                "protected",
                "这个孩子的档案受保护，不能给学校链接。请县里指定的工作人员问过学校，在个案页上登记学校的答复；或者凭文件办结。",
                "This child's file is protected: no link goes to a school. A named county worker asks the school and records its word on the page of the case, or ends it by document.",
            )
        days = load_schooling(division=row.division).compulsory.link_days
        with walled(LOCAL_OPERATOR):
            token, link = LINKS.make(row, by=actor, days=days)
        record_action(
            actor, action="make_school_link", subject=str(row.id), persons=[str(row.child_id)], highest_class=3
        )
    return NewSchoolLink(token, open_case(row.id, row.content).school, link.expires_at)


def open_school_link(*, token: str, origin: str) -> OpenedSchoolLink:
    """What a link shows; the disclosure is on record. Raises LinkUnusable, the same for used, run out, overtaken and forged.

    Looking does not use it up: a phone's preview must not. Answering does.
    """
    return LINKS.enter(token, origin=origin, then=lambda link: _opened(link, origin))


def answer_school_link(*, token: str, said: str, words: str, origin: str) -> None:
    """Take the word of whoever holds the link, once; of two at the same moment one. Raises LinkUnusable or RecordError."""
    LINKS.enter(token, origin=origin, then=lambda link: _answered(link, said, words))


def _answered(link: SchoolLink, said: str, words: str) -> None:
    row = SchoolCase.objects.select_for_update(of=("self",)).get(id=link.case_id)
    if not LINKS.use(link):
        raise moved_on()
    take_word(LINK, row, said=said, words=words, end=SCHOOL)


def _opened(link: SchoolLink, origin: str) -> OpenedSchoolLink:
    row = link.case
    content = open_case(row.id, row.content)
    record_disclosure(
        LINK,
        purpose=PURPOSE,
        action="open_school_link",
        persons=[str(row.child_id)],
        fields=("birth_date", "name", "sex"),
        highest_class=3,
        origin=origin,
        subject=str(row.id),
    )
    told = CaseContent(name=content.name, sex=content.sex, birth_date=content.birth_date, school=content.school)
    return OpenedSchoolLink(row.division, told, link.expires_at)
