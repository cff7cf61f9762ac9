"""Reading lists of identities: a county its own, a department those that were sent to it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from ciyou.apps.exchange.identity_lists import PURPOSE
from ciyou.apps.exchange.identity_refusals import check_may, list_not_found
from ciyou.apps.exchange.importing import county_of
from ciyou.apps.exchange.listed_contents import ListedContent, open_listed, open_note
from ciyou.apps.exchange.models import IdentityList, ListedAnswer, ListedChange, ListedChild
from ciyou.apps.registry.identifying import mask_identifier
from ciyou.apps.registry.scoping import visible_people
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do

SHOWN = 50
LISTS_SHOWN = 60


@dataclass(frozen=True)
class ListCard:
    """One list with how far it is. `counts`: rows by answer ("" not yet) and by change; `unsettled`: not found or refused and not seen to."""

    id: uuid.UUID
    kind: str
    department: str
    month: str
    number: int
    hash: str
    made_at: dt.datetime
    sent_on: dt.date | None
    due_on: dt.date | None
    closed_on: dt.date | None
    answers: Mapping[str, int]
    changes: Mapping[str, int]
    unsettled: int
    answer_file: Mapping[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.answers.values())

    @property
    def waiting(self) -> int:
        """Rows without an answer."""
        return self.answers.get("", 0)

    @property
    def overdue(self) -> bool:
        return bool(self.due_on and not self.closed_on and self.due_on < timezone.localdate())


@dataclass(frozen=True)
class ListedRow:
    """One child of a list. `person_id`: for the county only, and only where its reader may open the file."""

    id: uuid.UUID
    person_id: uuid.UUID | None
    position: int
    change: str
    content: ListedContent
    answer: str
    note: str
    settled: bool


@dataclass(frozen=True)
class ListPage:
    """One page of a list. `persons` are whom it shows, for the record of the disclosure."""

    card: ListCard
    rows: tuple[ListedRow, ...]
    persons: tuple[uuid.UUID, ...]
    total: int
    page: int
    pages: int


def visible_lists(actor: Actor) -> QuerySet[IdentityList]:
    """The lists of the actor's county; for a department those that were sent to it there."""
    check_may(actor, Action.SEE_IDENTITY_LISTS)
    inside = IdentityList.objects.filter(county=county_of(actor))
    if _answers(actor):
        return inside.filter(department=actor.department).exclude(department="").exclude(sent_at=None)
    return inside


def find_list(actor: Actor, list_id: uuid.UUID) -> IdentityList:
    """One list that the actor may see; raises IdentityListNotFound."""
    row = visible_lists(actor).filter(id=list_id).first()
    if row is None:
        raise list_not_found()
    return row


def list_identity_lists(actor: Actor) -> tuple[ListCard, ...]:
    """The lists, the newest month first; they name nobody."""
    rows = list(visible_lists(actor).order_by("-month", "kind")[:LISTS_SHOWN])
    return _cards(rows)


def read_identity_list(actor: Actor, *, list_id: uuid.UUID, show: str = "", page: int = 1) -> ListPage:
    """One page of a list. `show`: an answer, a change, `waiting` (no answer), `unsettled`, "" for all. Raises IdentityListNotFound.

    The number is masked for the county, which has the file; the department works with it and reads it in full.
    """
    row = find_list(actor, list_id)
    rows = _narrowed(row.children.all(), show)
    seen: set[uuid.UUID] = set()
    if not _answers(actor):
        people = visible_people(actor, purpose=PURPOSE)
        rows = rows.filter(Q(person__in=people.values("pk")) | Q(change=ListedChange.GONE, person__restricted=False))
    total = rows.count()
    pages = max(1, -(-total // SHOWN))
    number = min(max(page, 1), pages)
    found = list(rows.order_by("position")[(number - 1) * SHOWN : number * SHOWN])
    if not _answers(actor):
        seen = set(
            visible_people(actor, purpose=PURPOSE)
            .filter(pk__in=[one.person_id for one in found])
            .values_list("pk", flat=True)
        )
    shown = tuple(_row(one, seen, masked=not _answers(actor)) for one in found)
    return ListPage(_cards([row])[0], shown, tuple(one.person_id for one in found), total, number, pages)


def _answers(actor: Actor) -> bool:
    return may_do(actor.role, Action.ANSWER_IDENTITY_LISTS)


def _narrowed(rows: QuerySet[ListedChild], show: str) -> QuerySet[ListedChild]:
    if show == "waiting":
        return rows.filter(answer="")
    if show == "unsettled":
        return rows.filter(answer__in=(ListedAnswer.NOT_FOUND, ListedAnswer.REFUSED), settled_at=None)
    if show in ListedAnswer.values:
        return rows.filter(answer=show)
    return rows.filter(change=show) if show in ListedChange.values else rows


def _cards(rows: Iterable[IdentityList]) -> tuple[ListCard, ...]:
    listed = list(rows)
    answers: dict[uuid.UUID, dict[str, int]] = {row.id: {} for row in listed}
    changes: dict[uuid.UUID, dict[str, int]] = {row.id: {} for row in listed}
    unsettled: dict[uuid.UUID, int] = {}
    of = ListedChild.objects.filter(list__in=listed).order_by()
    open_ones = Q(answer__in=(ListedAnswer.NOT_FOUND, ListedAnswer.REFUSED), settled_at=None)
    counted = of.values_list("list_id", "answer", "change").annotate(n=Count("id"), late=Count("id", filter=open_ones))
    for row, answer, change, count, late in counted:
        answers[row][answer] = answers[row].get(answer, 0) + count
        changes[row][change] = changes[row].get(change, 0) + count
        unsettled[row] = unsettled.get(row, 0) + late
    return tuple(_card(row, answers[row.id], changes[row.id], unsettled.get(row.id, 0)) for row in listed)


def _card(row: IdentityList, answers: Mapping[str, int], changes: Mapping[str, int], unsettled: int) -> ListCard:
    return ListCard(
        id=row.id,
        kind=row.kind,
        department=row.department,
        month=row.month,
        number=row.number,
        hash=row.hash,
        made_at=row.made_at,
        sent_on=timezone.localdate(row.sent_at) if row.sent_at else None,
        due_on=row.due_on,
        closed_on=timezone.localdate(row.closed_at) if row.closed_at else None,
        answers=answers,
        changes=changes,
        unsettled=unsettled,
        answer_file=row.answer_file,
    )


def _row(row: ListedChild, seen: set[uuid.UUID], *, masked: bool) -> ListedRow:
    content = open_listed(row.id, row.content)
    if masked and content.id_number:
        number = mask_identifier("id_card", content.id_number)
        content = replace(content, id_number=number)
    return ListedRow(
        id=row.id,
        person_id=row.person_id if row.person_id in seen else None,
        position=row.position,
        change=row.change,
        content=content,
        answer=row.answer,
        note=open_note(row.id, row.answer_note),
        settled=row.settled_at is not None,
    )
