"""Monthly lists of identities 身份名单: a county drafts one for a department, and sends it once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from ciyou.apps.audit.services import record_action, record_disclosure
from ciyou.apps.cases.planning import plan_task
from ciyou.apps.cases.tasks import open_task
from ciyou.apps.entitlements.list_conditions import confirmed_categories
from ciyou.apps.exchange.identity_refusals import check_may, list_not_found, moved_on, refused
from ciyou.apps.exchange.importing import county_of
from ciyou.apps.exchange.listed_contents import ListedContent, hash_of_list, open_listed, seal_listed
from ciyou.apps.exchange.models import IdentityList, ListedChange, ListedChild
from ciyou.apps.registry.listed_identifiers import listed_id_numbers
from ciyou.apps.registry.scoping import visible_people
from ciyou.apps.registry.selectors import PersonCard, cards_of
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action
from ciyou.packs import load_identity_lists
from ciyou.packs.identity_lists import IdentityListKind

ANSWER = "answer_identity_list"
"""The department's task and its clock."""
PURPOSE = Purpose.SERVE
HIGHEST_CLASS = 4
PART = 500
Contents = Mapping[uuid.UUID, ListedContent]


@dataclass(frozen=True)
class MadeList:
    """A draft: how many children are told of, by what changed since the list before."""

    id: uuid.UUID
    counts: Mapping[str, int]


def make_identity_list(actor: Actor, *, kind: str, on: dt.date) -> MadeList:
    """Draft the list of a kind for the month of a day, from what people have confirmed by now; a draft that is there is made anew.

    Protected files are on none, nor is anything of class 5. Raises RecordError for a kind that the place has not, or once it was sent.
    """
    check_may(actor, Action.SEND_IDENTITY_LISTS)
    county = county_of(actor)
    found = load_identity_lists(division=county).get(kind)
    if found is None:
        raise refused("kind", "本地没有这种身份名单。请从页面上重新选择。", "The place has no such list. Choose again on the page.")  # fmt: skip
    try:
        with transaction.atomic():
            row = _draft(actor, county, found, f"{on:%Y-%m}")
            counts = _fill(row, _contents(actor, county, found), _told_before(row))
            details = {"kind": kind, "month": row.month, **counts}
            record_action(
                actor,
                action="make_identity_list",
                subject=str(row.id),
                details=details,
                highest_class=HIGHEST_CLASS,
            )
    except IntegrityError as first:  # somebody else made it in the same moment
        raise moved_on() from first
    return MadeList(row.id, counts)


def _draft(actor: Actor, county: str, kind: IdentityListKind, month: str) -> IdentityList:
    lists = IdentityList.objects.filter(county=county, kind=kind.code)
    row = lists.select_for_update().filter(month=month).first()
    if row is not None and row.sent_at is not None:
        raise refused(
            "sent_already",
            "本月的名单已经发出，不能重新生成；新的变化会进入下个月的名单。",
            "This month's list has been sent and is not made again; what changes now stands in the next month's.",
        )
    if row is None:
        row = IdentityList(county=county, kind=kind.code, month=month)
        row.number = (lists.aggregate(last=Max("number"))["last"] or 0) + 1
    row.department, row.made_by, row.made_at = kind.department, actor.id, timezone.now()
    row.save()
    row.children.all().delete()
    return row


def _contents(actor: Actor, county: str, kind: IdentityListKind) -> dict[uuid.UUID, ListedContent]:
    """What is told of each child whom a confirmed determination entitles, as far as the officer may see it."""
    confirmed = confirmed_categories(county, rules={*kind.entitlements, *kind.identities})
    entitled = [child for child, found in confirmed.items() if set(found.rules) & set(kind.entitlements)]
    contents: dict[uuid.UUID, ListedContent] = {}
    for start in range(0, len(entitled), PART):
        ids = entitled[start : start + PART]
        cards = cards_of(actor, person_ids=ids, purpose=PURPOSE)
        wanted = "id_number" in kind.columns
        numbers = listed_id_numbers(actor, person_ids=ids, purpose=PURPOSE, unmasked=True) if wanted else {}
        for child in ids:
            card = cards.get(child)
            if card is not None and not card.restricted:
                contents[child] = _content(card, numbers.get(child, ""), confirmed[child].rules, kind)
    return contents


def _content(card: PersonCard, number: str, rules: tuple[str, ...], kind: IdentityListKind) -> ListedContent:
    told = {
        "name": card.name,
        "id_number": number,
        "birth_date": card.birth_date.isoformat() if card.birth_date else "",
        "sex": card.sex,
        "identities": tuple(code for code in kind.identities if code in rules),
        "entitlements": tuple(code for code in kind.entitlements if code in rules),
    }
    return ListedContent(**{name: value for name, value in told.items() if name in kind.columns}).salted()


def _told_before(row: IdentityList) -> dict[uuid.UUID, ListedContent]:
    """What the last list that was sent told, without those it called gone."""
    lists = IdentityList.objects.filter(county=row.county, kind=row.kind, month__lt=row.month)
    before = lists.exclude(sent_at=None).order_by("-month").first()
    if before is None:
        return {}
    rows = before.children.exclude(change=ListedChange.GONE).values_list("person_id", "id", "content")
    return {person: open_listed(listed, content) for person, listed, content in rows}


def _fill(row: IdentityList, now: Contents, before: Contents) -> dict[str, int]:
    # Of a child that is gone its name and number are told, and nothing else that has changed since.
    gone = {
        child: ListedContent(told.name, told.id_number).salted() for child, told in before.items() if child not in now
    }
    contents = {**now, **gone}
    names = sorted(contents, key=lambda child: (contents[child].name, str(child)))
    listed = [
        _listed(row, place, child, contents[child], _change(child, now, before))
        for place, child in enumerate(names, start=1)
    ]
    ListedChild.objects.bulk_create(listed, batch_size=PART)
    row.hash = hash_of_list(one.hash for one in listed)
    row.save(update_fields=["hash"])
    return {change.value: sum(one.change == change for one in listed) for change in ListedChange}


def _change(child: uuid.UUID, now: Contents, before: Contents) -> ListedChange:
    if child not in now:
        return ListedChange.GONE
    if child not in before:
        return ListedChange.NEW
    return ListedChange.SAME if now[child] == before[child] else ListedChange.CHANGED


def _listed(
    row: IdentityList, place: int, child: uuid.UUID, content: ListedContent, change: ListedChange
) -> ListedChild:
    key = uuid.uuid4()
    return ListedChild(
        id=key,
        list=row,
        person_id=child,
        position=place,
        change=change,
        content=seal_listed(key, content),
        hash=content.hash(),
    )


def send_identity_list(actor: Actor, *, list_id: uuid.UUID, shown: str, origin: str = "") -> dt.date:
    """Send a draft to its department, once; the day by which it is to answer. `shown` is the hash of what the officer has read.

    Raises RecordError when it was made anew or sent meanwhile, is empty, or one of its children has been protected since.
    """
    check_may(actor, Action.SEND_IDENTITY_LISTS)
    with transaction.atomic():
        row = IdentityList.objects.filter(id=list_id, county=county_of(actor)).first()
        if row is None:
            raise list_not_found()
        people = list(row.children.values_list("person_id", flat=True))
        _check_sendable(actor, row, people)
        due = plan_task(ANSWER, row.county, timezone.localdate()).due_on
        # Of two who send it in the same moment one finds it sent.
        taken = IdentityList.objects.filter(id=row.id, sent_at=None, hash=shown)
        if not taken.update(sent_by=actor.id, sent_at=timezone.now(), due_on=due):
            raise moved_on()
        open_task(
            actor,
            kind=ANSWER,
            subject_id=str(row.id),
            division=row.county,
            queue_role="partner",
            department=row.department,
        )
        _note_sending(actor, row, people, origin)
    return due


def _check_sendable(actor: Actor, row: IdentityList, people: list[uuid.UUID]) -> None:
    if not people:
        raise refused("empty", "名单上没有孩子，不用发出。", "There is no child on the list; nothing is to be sent.")
    free = visible_people(actor, purpose=PURPOSE).filter(restricted=False)
    present = row.children.exclude(change=ListedChange.GONE)
    if present.exclude(person__in=free.values("pk")).exists():
        raise refused(
            "make_again",
            "名单生成之后，有孩子的档案已特别保护、合并或迁出。请重新生成，再发出。",
            "Since the list was made, a child's file was protected, merged or moved away. Make it again, then send it.",
        )


def _note_sending(actor: Actor, row: IdentityList, people: list[uuid.UUID], origin: str) -> None:
    persons = [str(one) for one in people]
    kind = load_identity_lists(division=row.county).get(row.kind)
    record_disclosure(
        actor,
        purpose=PURPOSE,
        action="send_identity_list",
        persons=persons,
        fields=kind.columns if kind else ("name",),
        highest_class=HIGHEST_CLASS,
        origin=origin,
        subject=str(row.id),
    )
    details = {"department": row.department, "month": row.month, "children": len(persons), "sha256": row.hash}
    record_action(
        actor,
        action="send_identity_list",
        subject=str(row.id),
        details=details,
        highest_class=HIGHEST_CLASS,
        origin=origin,
    )
