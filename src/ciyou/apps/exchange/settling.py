"""Settling what a comparison found: a person says what is done, and it is done with the services of the room it belongs to."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.told_leads import ToldChild, open_told_lead
from ciyou.apps.exchange.contents import ItemContent, open_content
from ciyou.apps.exchange.decisions import FINAL, MAKE_LEAD, NEEDS_NOTE, TAKE_THEIRS, decisions_for
from ciyou.apps.exchange.importing import county_of, follow_task
from ciyou.apps.exchange.models import ExchangeItem, ItemState
from ciyou.apps.exchange.refusals import (
    check_may,
    check_note,
    no_decision,
    none_chosen,
    not_found_here,
    refused,
    somebody_was_first,
)
from ciyou.apps.registry.scoping import protected_ids, visible_people
from ciyou.apps.registry.services import record_identifier
from ciyou.apps.registry.taking_over import take_over_value
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.facts.definition import Value
from ciyou.packs import load_exchange_mappings
from ciyou.packs.exchange_mappings import BIRTH_DATE, CIRCUMSTANCE, ID_NUMBER, NAME, ExchangeColumn

PURPOSE = Purpose.VERIFY
SOURCE = "national_child_welfare"
"""By what our facts name that system as their source."""
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Settlement:
    """What is decided about items. `since`: from which day a value that is taken holds here; None: it always did."""

    decision: str
    note: str = ""
    since: dt.date | None = None


def visible_items(actor: Actor) -> QuerySet[ExchangeItem]:
    """What was found for the actor's county, protected children left out."""
    check_may(actor)
    rows = ExchangeItem.objects.filter(county__gte=actor.scope.first, county__lt=actor.scope.end)
    hidden = protected_ids(actor)
    return rows.exclude(person__in=hidden) if hidden else rows


def settle_items(actor: Actor, *, item_ids: Collection[uuid.UUID], settlement: Settlement) -> int:
    """Settle items in one way; gives how many. Raises RecordError where one does not allow it or was settled already; then none is.

    Taking their value records a verified fact; making a lead hands the child to the county's queue.
    """
    check_may(actor)
    ids = list(dict.fromkeys(item_ids))[: MOST_AT_ONCE + 1]
    if not ids:
        raise none_chosen()
    if len(ids) > MOST_AT_ONCE:
        raise refused("too_many", f"一次最多处理 {MOST_AT_ONCE} 项。", f"At most {MOST_AT_ONCE} are settled at once.")
    note = check_note(settlement.note) if settlement.decision in NEEDS_NOTE else settlement.note.strip()[:400]
    with transaction.atomic():
        items = _open_items(actor, ids)
        for item in items:
            _settle(actor, item, settlement)
        ended = ExchangeItem.objects.filter(id__in=ids, state=ItemState.OPEN).update(
            state=ItemState.SETTLED,
            decision=settlement.decision,
            decided_by=actor.id,
            decided_at=timezone.now(),
            note=note,
            version=F("version") + 1,
        )
        if ended != len(ids):
            raise somebody_was_first()
        _log(actor, "settle_exchange_items", items, settlement.decision)
        _follow(actor)
    return ended


def reopen_item(actor: Actor, *, item_id: uuid.UUID) -> None:
    """Open a settled item again; raises RecordError where something was done in our own files."""
    with transaction.atomic():
        item = _found(actor, [item_id])[0]
        if item.state != ItemState.SETTLED:
            raise somebody_was_first()
        if item.decision in FINAL:
            raise refused(
                "done_already",
                "这一项已经在本系统中办了（建线索或记入事实），不能撤回；请在孩子的档案或线索中更正。",
                "This was carried out in our own files (a lead, or a fact) and is not taken back here; correct it there.",
            )
        ExchangeItem.objects.filter(id=item.id).update(
            state=ItemState.OPEN, decision="", decided_by="", decided_at=None, note="", version=F("version") + 1
        )
        _log(actor, "reopen_exchange_item", [item], item.decision)
        _follow(actor)


def _found(actor: Actor, ids: Sequence[uuid.UUID]) -> list[ExchangeItem]:
    """These items under a lock; raises NotFoundHere unless the actor sees every one and its child."""
    people = visible_people(actor, purpose=PURPOSE)
    rows = visible_items(actor).filter(id__in=ids).filter(Q(person=None) | Q(person__in=people.values("pk")))
    items = list(rows.select_for_update(of=("self",)).order_by("id"))
    if len(items) != len(ids):
        raise not_found_here()
    return items


def _open_items(actor: Actor, ids: Sequence[uuid.UUID]) -> list[ExchangeItem]:
    items = _found(actor, ids)
    if any(item.state != ItemState.OPEN for item in items):
        raise somebody_was_first()
    return items


def _settle(actor: Actor, item: ExchangeItem, settlement: Settlement) -> None:
    content, column = open_content(item.id, item.content), column_of(item)
    allowed = decisions_for(
        item.kind,
        elsewhere=item.elsewhere,
        on_file=item.person_id is not None,
        column=column,
        theirs=content.theirs,
    )
    if settlement.decision not in allowed:
        raise no_decision()
    if settlement.decision == MAKE_LEAD:
        _make_lead(actor, item, content)
    elif settlement.decision == TAKE_THEIRS and column is not None:
        _take_theirs(actor, item, column, content, settlement.since)


def column_of(item: ExchangeItem) -> ExchangeColumn | None:
    """The column of the mapping in which the two sides differ; None for a whole child, or where the mapping lost it."""
    mapping = load_exchange_mappings(division=item.county).get(item.mapping)
    return mapping.column(item.field) if mapping and item.field else None


def _make_lead(actor: Actor, item: ExchangeItem, content: ItemContent) -> None:
    row = content.row
    child = ToldChild(
        key=f"told{item.id.hex}",
        source=SOURCE,
        name=row.get(NAME, ""),
        sex=row.get("person.sex", ""),
        birth_date=row.get(BIRTH_DATE, ""),
        division=item.division,
    )
    open_told_lead(actor, child=child)


def _take_theirs(
    actor: Actor, item: ExchangeItem, column: ExchangeColumn, content: ItemContent, since: dt.date | None
) -> None:
    assert item.person_id is not None
    if column.value == ID_NUMBER:
        record_identifier(actor, person_id=item.person_id, kind="id_card", value=content.theirs, source=SOURCE)
        return
    if column.fact is None:
        raise no_decision()
    entity, name = column.fact
    is_circumstance = name == CIRCUMSTANCE
    take_over_value(
        actor,
        child_id=item.person_id,
        entity=entity,
        name=content.theirs if is_circumstance else name,
        value=True if is_circumstance else fact_value(column, content.theirs),
        since=since,
        source=SOURCE,
        reference=str(item.id),
    )


def fact_value(column: ExchangeColumn, plain: str) -> Value:
    """A plain form as a fact has it."""
    match column.shape.kind:
        case "code" if column.shape.codes == ("true", "false"):
            return plain == "true"
        case "integer" | "money":
            return int(plain)
        case "date":
            return dt.date.fromisoformat(plain)
        case _:
            return plain


def _log(actor: Actor, action: str, items: Sequence[ExchangeItem], decision: str) -> None:
    record_action(
        actor,
        action=action,
        subject=str(items[0].id) if len(items) == 1 else "",
        persons=[str(item.person_id) for item in items if item.person_id],
        details={"decision": decision, "items": len(items)},
        highest_class=3,
    )


def _follow(actor: Actor) -> None:
    with walled(LOCAL_OPERATOR):
        follow_task(county_of(actor))
