"""Complaints about burdens for show and about the system: sent by anybody who works here, answered in the county, by name to nobody."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.list_conditions import due_days
from ciyou.apps.cases.rounds import county_of
from ciyou.apps.cases.tasks import end_task, open_task
from ciyou.apps.oversight.models import Complaint
from ciyou.apps.oversight.refusals import check_may, not_found_here, refused, somebody_was_first
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope
from ciyou.core.access.roles import Action, may_do
from ciyou.vault.fields import decrypt_text, encrypt_text

TASK = "answer_complaint"
ABOUT = ("twice", "proof", "ranking", "errand", "broken", "other")
READERS = ("county_approver", "committee_office")
"""Who answers: the one whom the sender chose, so that nobody has to complain to whom it is about."""
NOBODY = "-"
"""Who sent a complaint that was erased."""
OTHER, LEAST_WORDS, MOST_WORDS, SHOWN = "other", 4, 500, 100


@dataclass(frozen=True)
class ComplaintCard:
    """One complaint. Its reader learns the sender's role, and neither name nor village; `mine`: the reader sent it."""

    id: uuid.UUID
    about: str
    words: str
    role: str
    reader: str
    made_at: dt.datetime
    due_on: dt.date | None
    answer: str
    answered_at: dt.datetime | None
    mine: bool
    version: int


def may_complain(actor: Actor) -> bool:
    """Whether there is a county that would answer: posts above it go to their own authority."""
    return actor.scope.first[4:6] != "00"


def readers_for(actor: Actor) -> tuple[str, ...]:
    """Who could answer this actor."""
    return tuple(one for one in READERS if one != actor.role)


def complain(actor: Actor, *, complaint_id: uuid.UUID, about: str, reader: str, words: str) -> uuid.UUID:
    """Send a complaint; `complaint_id` is made by the form, sent twice it is one. Raises RecordError for what is missing."""
    said = " ".join(words.split())
    if not may_complain(actor):
        raise refused("complaint_place", "请向本级主管部门反映。", "Tell the authority of your own level.")
    if about not in ABOUT:
        raise refused("complaint_about", "请选择要反映的是哪一类。", "Choose what it is about.")
    if reader not in readers_for(actor):
        raise refused("complaint_reader", "请选择由谁答复。", "Choose who is to answer.")
    if len(said) > MOST_WORDS or (about == OTHER and len(said) < LEAST_WORDS):
        raise refused(
            "complaint_words",
            f"请写几句是什么事，最多 {MOST_WORDS} 个字。",
            f"Say in a few words what it is, at most {MOST_WORDS} characters.",
        )
    county = county_of(actor.scope.first)
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        if Complaint.objects.filter(id=complaint_id).exists():
            return complaint_id
        Complaint.objects.create(
            id=complaint_id,
            user_id=actor.id,
            role=actor.role,
            division=county,
            reader=reader,
            about=about,
            content=encrypt_text(keyring(), said, context=_context(complaint_id)),
            made_at=timezone.now(),
        )
        open_task(LOCAL_OPERATOR, kind=TASK, subject_id=str(complaint_id), division=county, queue_role=reader)
        record_action(actor, action="complain", subject=str(complaint_id), details={"about": about})
    return complaint_id


def own_complaints(actor: Actor) -> tuple[ComplaintCard, ...]:
    """What the actor sent, with the answers, the latest first."""
    return _cards(actor, Complaint.objects.filter(user_id=actor.id).order_by("-made_at"))


def complaints_to_read(actor: Actor) -> tuple[ComplaintCard, ...]:
    """What was sent to the actor's role in its county, open ones first; nothing for other roles, nor of the actor's own."""
    if not may_do(actor.role, Action.ANSWER_COMPLAINT):
        return ()
    return _cards(actor, _to_read(actor).order_by(F("answered_at").desc(nulls_first=True), "made_at"))


def answer_complaint(actor: Actor, *, complaint_id: uuid.UUID, version: int, words: str) -> None:
    """Answer a complaint that was sent to the actor's role. Raises NotFoundHere, or RecordError for an empty answer."""
    check_may(actor, Action.ANSWER_COMPLAINT)
    if not _to_read(actor).filter(id=complaint_id).exists():
        raise not_found_here()
    said = " ".join(words.split())
    if not LEAST_WORDS <= len(said) <= MOST_WORDS:
        raise refused(
            "complaint_answer",
            f"请写明怎么办、什么时候改，{LEAST_WORDS} 至 {MOST_WORDS} 个字。",
            f"Say what will be done and by when, in {LEAST_WORDS} to {MOST_WORDS} characters.",
        )
    with transaction.atomic():
        changed = Complaint.objects.filter(id=complaint_id, answered_at=None, version=version).update(
            answer=encrypt_text(keyring(), said, context=f"{_context(complaint_id)}:answer"),
            answered_by=actor.id,
            answered_at=timezone.now(),
            version=F("version") + 1,
        )
        if not changed:
            raise somebody_was_first()
        end_task(actor, kind=TASK, subject_id=str(complaint_id))
        record_action(actor, action="answer_complaint", subject=str(complaint_id))


def old_complaints(scope: DivisionScope, before: dt.date) -> tuple[uuid.UUID, ...]:
    """Complaints of an area that were answered before a day, and of which it is still known who sent them."""
    moment = timezone.make_aware(dt.datetime.combine(before, dt.time()))
    inside = Complaint.objects.filter(division__gte=scope.first, division__lt=scope.end)
    old = inside.filter(answered_at__lt=moment).exclude(user_id=NOBODY)
    return tuple(old.order_by("id").values_list("id", flat=True))


def erase_complaints(complaint_ids: Collection[uuid.UUID]) -> int:
    """Erase the words, the answer, and who sent and who answered; how many. What it was about, role, county and days stay."""
    for one in complaint_ids:
        nothing = encrypt_text(keyring(), "", context=_context(one))
        Complaint.objects.filter(id=one).update(user_id=NOBODY, content=nothing, answer=None, answered_by=NOBODY)
    return len(complaint_ids)


def _to_read(actor: Actor) -> QuerySet[Complaint]:
    place = {"division__gte": actor.scope.first, "division__lt": actor.scope.end}
    return Complaint.objects.filter(**place, reader=actor.role).exclude(user_id__in=(actor.id, NOBODY))


def _cards(actor: Actor, rows: QuerySet[Complaint]) -> tuple[ComplaintCard, ...]:
    found = list(rows[:SHOWN])
    with walled(LOCAL_OPERATOR):  # the task is the county's
        dues = due_days(kind=TASK, subject_ids=[str(row.id) for row in found]) if found else {}
    return tuple(_card(row, dues.get(str(row.id)), mine=row.user_id == actor.id) for row in found)


def _card(row: Complaint, due_on: dt.date | None, *, mine: bool) -> ComplaintCard:
    said = decrypt_text(keyring(), bytes(row.content), context=_context(row.id))
    sealed = bytes(row.answer) if row.answer is not None else None
    answer = decrypt_text(keyring(), sealed, context=f"{_context(row.id)}:answer") if sealed is not None else ""
    return ComplaintCard(
        row.id, row.about, said, row.role, row.reader, row.made_at, due_on, answer, row.answered_at, mine, row.version
    )


def _context(complaint_id: uuid.UUID) -> str:
    return f"oversight.complaint:{complaint_id}"
