"""The one-time link of a referral: how a receiver without an account answers."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction

from ciyou.apps.accounts.one_time_links import LinkDoor
from ciyou.apps.audit.services import record_action, record_disclosure
from ciyou.apps.audit.wall import walled
from ciyou.apps.partners.access import LINK, PURPOSE
from ciyou.apps.partners.answering import ACCEPT, ANSWERS, Answer, link_step, take_answer
from ciyou.apps.partners.contents import ReferralContent, open_content
from ciyou.apps.partners.models import AnswerLink, Referral, ReferralState
from ciyou.apps.partners.referring import service_of
from ciyou.apps.partners.refusals import check_may, moved_on, refused
from ciyou.apps.partners.steps import RECEIVER, SENDER, taking
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action

LINKS = LinkDoor(
    AnswerLink,
    "referral",
    "referral__provider",
    lambda link: link_step(link.referral) == link.step,
    "refuse_answer_link",
)


@dataclass(frozen=True)
class NewLink:
    """A link as it is handed over: the token is shown once and kept nowhere. `step`: what it answers."""

    token: str
    step: str
    expires_at: dt.datetime


@dataclass(frozen=True)
class OpenedLink:
    """What whoever holds the link is shown: what was sent to this receiver, and nothing else of the child."""

    step: str
    provider: str
    division: str
    service: str
    urgency: str
    arrived: bool
    content: ReferralContent
    expires_at: dt.datetime


@dataclass(frozen=True)
class Answered:
    """What came of an answer: the step taken, and the link for what is said later, where something is."""

    step: str
    next_link: NewLink | None


def make_link(actor: Actor, *, referral_id: uuid.UUID, version: int) -> NewLink:
    """A link for what the receiver answers next; one that was made before for this referral opens nothing any more.

    Raises RecordError where the receiver has nothing to answer.
    """
    check_may(actor, Action.REFER)
    with transaction.atomic(), taking(actor, referral_id, end=SENDER, version=version) as row:
        if not link_step(row):
            raise refused("no_link", "现在不需要对方答复。", "The receiver has nothing to answer now.")
        with walled(LOCAL_OPERATOR):
            link = _new_link(actor, row)
        record_action(
            actor,
            action="make_answer_link",
            subject=str(row.id),
            persons=[str(row.child_id)],
            details={"step": link.step},
            highest_class=row.sensitivity,
        )
    return link


def _new_link(actor: Actor, row: Referral) -> NewLink:
    days = service_of(row.division, row.service).link_days
    token, link = LINKS.make(row, by=actor, days=days, step=link_step(row))
    return NewLink(token, link.step, link.expires_at)


def open_link(*, token: str, origin: str) -> OpenedLink:
    """What a link shows; the disclosure is on record. Raises LinkUnusable, the same for used, run out, overtaken and forged.

    Looking does not use it up: a phone's preview must not. Answering does.
    """
    return LINKS.enter(token, origin=origin, then=lambda link: _opened(link, origin))


def answer_by_link(*, token: str, answer: Answer, origin: str) -> Answered:
    """Take the answer of whoever holds the link, once; of two at the same moment one. Raises LinkUnusable or RecordError."""
    return LINKS.enter(token, origin=origin, then=lambda link: _answered(link, answer))


def _answered(link: AnswerLink, answer: Answer) -> Answered:
    if answer.step not in ANSWERS[link.step]:
        raise refused("answer", "请选择怎样答复。", "Choose how to answer.")
    row = Referral.objects.select_for_update(of=("self",)).select_related("provider").get(id=link.referral_id)
    take_answer(LINK, row, answer, end=RECEIVER)
    if not LINKS.use(link):
        raise moved_on()
    return Answered(answer.step, _new_link(LINK, row) if link_step(row) else None)


def _opened(link: AnswerLink, origin: str) -> OpenedLink:
    row = link.referral
    content = open_content(row.id, row.content)
    record_disclosure(
        LINK,
        purpose=PURPOSE,
        action="open_answer_link",
        persons=[str(row.child_id)],
        fields=sorted(content.fields),
        highest_class=row.sensitivity,
        origin=origin,
        subject=str(row.id),
    )
    return OpenedLink(
        step=link.step,
        provider=row.provider.name,
        division=row.division,
        service=row.service,
        urgency=row.urgency,
        arrived=row.state == ReferralState.ARRIVED,
        content=content,
        expires_at=link.expires_at,
    )


__all__ = (
    "ACCEPT",
    "Answered",
    "NewLink",
    "OpenedLink",
    "answer_by_link",
    "make_link",
    "open_link",
)
