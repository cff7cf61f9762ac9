"""One-time links: how a school without an account says whether the child is there. Of a token only its hash is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ciyou.apps.accounts.tries import TryLimit, count_wrong_try, tried_too_often
from ciyou.apps.audit.services import record_action, record_disclosure
from ciyou.apps.audit.wall import walled
from ciyou.apps.schooling.access import LINK, PURPOSE
from ciyou.apps.schooling.contents import CaseContent, open_case
from ciyou.apps.schooling.models import SchoolCase, SchoolLink, SchoolState
from ciyou.apps.schooling.refusals import check_may, link_unusable, moved_on, refused, too_many_tries
from ciyou.apps.schooling.steps import is_protected, withdraw_links
from ciyou.apps.schooling.transitions import SCHOOL
from ciyou.apps.schooling.working import take_word, taking
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.packs import load_schooling

WRONG_BY_ORIGIN = 20
_TOKEN_BYTES = 18


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


def needs_link(row: SchoolCase) -> bool:
    """Whether a school is named and has not spoken yet."""
    return row.state == SchoolState.PLACED and not row.school_said


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
        token, now = secrets.token_urlsafe(_TOKEN_BYTES), timezone.now()
        days = load_schooling(division=row.division).compulsory.link_days
        with walled(LOCAL_OPERATOR):
            withdraw_links(row)
            link = SchoolLink.objects.create(
                case=row,
                token_hash=_hash(token),
                made_at=now,
                made_by=actor.id,
                expires_at=now + dt.timedelta(days=days),
            )
        record_action(
            actor, action="make_school_link", subject=str(row.id), persons=[str(row.child_id)], highest_class=3
        )
    return NewSchoolLink(token, open_case(row.id, row.content).school, link.expires_at)


def open_school_link(*, token: str, origin: str) -> OpenedSchoolLink:
    """What a link shows; the disclosure is on record. Raises SchoolLinkUnusable, the same for used, run out, overtaken and forged.

    Looking does not use it up: a phone's preview must not. Answering does.
    """
    with walled(LOCAL_OPERATOR), transaction.atomic():
        link = _open(token, origin)
        if link is not None:
            return _opened(link, origin)
    raise link_unusable()


def answer_school_link(*, token: str, said: str, words: str, origin: str) -> None:
    """Take the word of whoever holds the link, once; of two at the same moment one. Raises SchoolLinkUnusable or RecordError."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        link = _open(token, origin)
        if link is not None:
            row = SchoolCase.objects.select_for_update(of=("self",)).get(id=link.case_id)
            if not _open_now().filter(id=link.id).update(used_at=timezone.now()):
                raise moved_on()
            take_word(LINK, row, said=said, words=words, end=SCHOOL)
            return
    raise link_unusable()


def _open_now() -> QuerySet[SchoolLink]:
    return SchoolLink.objects.filter(used_at=None, withdrawn_at=None, expires_at__gt=timezone.now())


def _open(token: str, origin: str) -> SchoolLink | None:
    """The open link of a token; None, and counted, for whatever is none."""
    limits = (TryLimit(f"link:{origin}", WRONG_BY_ORIGIN),)
    if tried_too_often(limits):
        raise too_many_tries()
    link = _open_now().filter(token_hash=_hash(token)).select_related("case").first()
    if link is not None and needs_link(link.case):
        return link
    count_wrong_try(limits)
    record_action(LOCAL_OPERATOR, action="refuse_school_link", origin=origin)
    return None


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


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
