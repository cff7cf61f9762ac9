"""What a department answers to a list of identities, child by child, and how the county sees to what was not found or refused."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.tasks import end_task, open_task
from ciyou.apps.exchange.identity_lists import ANSWER, HIGHEST_CLASS
from ciyou.apps.exchange.identity_reading import find_list
from ciyou.apps.exchange.identity_refusals import check_may, list_not_found, moved_on, refused
from ciyou.apps.exchange.listed_contents import seal_note
from ciyou.apps.exchange.models import IdentityList, ListedAnswer, ListedChild
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action

SETTLE = "settle_identity"
"""The county's task about what a department did not find or refused, and its clock."""
UNSETTLED = (ListedAnswer.NOT_FOUND, ListedAnswer.REFUSED)
NOTE_LENGTH = 200
SAID = ("answer", "answer_note", "answered_by", "answered_at", "settled_by", "settled_at")


@dataclass(frozen=True)
class GivenAnswer:
    """What is said of one row: one of ListedAnswer, and words (needed for a refusal)."""

    answer: str
    note: str = ""


def answer_identity_list(actor: Actor, *, list_id: uuid.UUID, answers: Mapping[uuid.UUID, GivenAnswer]) -> int:
    """Record what the department says of some rows, all or nothing; how many. Until the last row is answered each may be corrected.

    With the last answer the department's task ends; what was not found or refused becomes the county's task at once. Raises
    RecordError for an unknown answer, a refusal without a reason, a row of another list, or a list that is answered already.
    """
    check_may(actor, Action.ANSWER_IDENTITY_LISTS)
    return record_answers(actor, find_list(actor, list_id), answers)


def record_answers(actor: Actor, row: IdentityList, answers: Mapping[uuid.UUID, GivenAnswer]) -> int:
    """The same for a list that the caller has found for the actor: a department answers, or the county reads its file."""
    if not answers:
        raise refused("nothing_said", "请先选择至少一个孩子的回执。", "Choose an answer for at least one child first.")
    for given in answers.values():
        _check_answer(given)
    with transaction.atomic():
        _lock_open(row)
        rows = {one.id: one for one in row.children.filter(id__in=list(answers))}
        if set(rows) != set(answers):
            raise list_not_found()
        for listed_id, given in answers.items():
            _put(actor, rows[listed_id], given)
        ListedChild.objects.bulk_update(rows.values(), SAID)
        _follow(actor, row)
        _note(actor, "answer_identity_list", row, rows.values())
    return len(rows)


def _lock_open(row: IdentityList) -> None:
    """Whoever answers holds the list until the end: two last answers would else both leave it open."""
    if IdentityList.objects.select_for_update().get(id=row.id).closed_at is not None:
        raise moved_on()


def _check_answer(given: GivenAnswer) -> None:
    if given.answer not in ListedAnswer.values:
        raise refused("answer", "请从列出的回执中选择。", "Choose one of the answers that are listed.")
    if given.answer == ListedAnswer.REFUSED and not given.note.strip():
        raise refused("reason", "选了“不予落实”的，请写明原因。", "Where you refuse, say why.")
    if len(given.note) > NOTE_LENGTH:
        raise refused("note", f"说明最多 {NOTE_LENGTH} 字。", f"A note has at most {NOTE_LENGTH} characters.")


def _put(actor: Actor, listed: ListedChild, given: GivenAnswer) -> None:
    """Another answer than the one the county has seen to is to be seen to anew."""
    if given.answer != listed.answer:
        listed.settled_by, listed.settled_at = "", None
    listed.answer, listed.answer_note = given.answer, seal_note(listed.id, given.note.strip())
    listed.answered_by, listed.answered_at = actor.id, timezone.now()


def _follow(actor: Actor, row: IdentityList) -> None:
    """The machine writes for the department: the county's task is not its own."""
    with walled(LOCAL_OPERATOR):
        if unsettled(row).exists():
            open_task(actor, kind=SETTLE, subject_id=str(row.id), division=row.county, queue_role="county_drafter")
        else:
            end_task(actor, kind=SETTLE, subject_id=str(row.id))
        if not row.children.filter(answer="").exists():
            IdentityList.objects.filter(id=row.id).update(closed_at=timezone.now())
            end_task(actor, kind=ANSWER, subject_id=str(row.id))


def unsettled(row: IdentityList) -> QuerySet[ListedChild]:
    """The rows of a list that the department did not find or refused, and that nobody has seen to."""
    return row.children.filter(answer__in=UNSETTLED, settled_at=None)


def settle_listed_child(actor: Actor, *, list_id: uuid.UUID, listed_id: uuid.UUID) -> None:
    """The county has seen to a child that a department did not find or refused; after the last one its task ends.

    Raises RecordError when there is nothing (more) to see to.
    """
    check_may(actor, Action.SEND_IDENTITY_LISTS)
    row = find_list(actor, list_id)
    with transaction.atomic():
        found = unsettled(row).filter(id=listed_id)
        rows = list(found)
        if not found.update(settled_by=actor.id, settled_at=timezone.now()):
            raise moved_on()
        if not unsettled(row).exists():
            end_task(actor, kind=SETTLE, subject_id=str(row.id))
        _note(actor, "settle_listed_child", row, rows)


def _note(actor: Actor, action: str, row: IdentityList, rows: Iterable[ListedChild]) -> None:
    listed = list(rows)
    counts = {f"answer.{code}": sum(one.answer == code for one in listed) for code in ListedAnswer.values}
    record_action(
        actor,
        action=action,
        subject=str(row.id),
        persons=[str(one.person_id) for one in listed],
        details={"rows": len(listed), **counts},
        highest_class=HIGHEST_CLASS,
    )
