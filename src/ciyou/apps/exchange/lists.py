"""Reading what was found: the counts, one page of items with both sides, and what could not be read."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db.models import Count, QuerySet

from ciyou.apps.accounts.selectors import user_names
from ciyou.apps.exchange.contents import ItemContent, open_content
from ciyou.apps.exchange.decisions import FINAL, decisions_for
from ciyou.apps.exchange.importing import county_of
from ciyou.apps.exchange.models import ExchangeFile, ExchangeItem, ItemKind, ItemState
from ciyou.apps.exchange.refusals import check_may
from ciyou.apps.exchange.settling import PURPOSE, column_of, visible_items
from ciyou.apps.registry.identifying import mask_identifier
from ciyou.apps.registry.listed_identifiers import listed_id_numbers
from ciyou.apps.registry.selectors import PersonCard, cards_of
from ciyou.core.access.actor import Actor, DivisionScope
from ciyou.packs import load_exchange_mappings
from ciyou.packs.exchange_mappings import BIRTH_DATE, ID_NUMBER, NAME, ExchangeColumn, ExchangeMapping

SHOWN = 25
KIND_ORDER = (ItemKind.ONLY_HERE, ItemKind.ONLY_THERE, ItemKind.DIFFERS)
LATEST = 10


@dataclass(frozen=True)
class ItemQuery:
    """Which items: `kind` and `state` of the models, `field` a column that differs, `decision`, `place` a 12-digit division; "": any."""

    kind: str = ""
    state: str = ItemState.OPEN
    field: str = ""
    decision: str = ""
    place: str = ""


@dataclass(frozen=True)
class FileCard:
    """A file that was compared, or is being. `percent` of its rows."""

    id: uuid.UUID
    mapping: str
    name: str
    rows: int
    percent: int
    done: bool
    by: str
    at: dt.datetime
    compared_at: dt.datetime | None
    counts: Mapping[str, int]
    problems: tuple[tuple[int, str, str], ...]
    can_be_compared: bool


@dataclass(frozen=True)
class Told:
    """A child as the other system tells of it; the number masked."""

    name: str
    sex: str
    birth_date: str
    id_number: str


@dataclass(frozen=True)
class ItemRow:
    """One item ready to show. `child`: the file here; `told`: what the other system says of a child. `allowed`: decisions that it has."""

    id: uuid.UUID
    kind: str
    state: str
    child: PersonCard | None
    number: str
    told: Told | None
    division: str
    elsewhere: bool
    column: ExchangeColumn | None
    field: str
    content: ItemContent
    allowed: tuple[str, ...]
    decision: str
    decided_by: str
    decided_at: dt.datetime | None
    note: str
    may_reopen: bool
    found_at: dt.datetime


@dataclass(frozen=True)
class ItemPage:
    """One page of items. `query` is what was asked, its kind filled in; `counts` by (kind, state); `fields`: which columns differ, how often."""

    rows: tuple[ItemRow, ...]
    query: ItemQuery
    total: int
    page: int
    pages: int
    counts: Mapping[tuple[str, str], int]
    fields: Mapping[str, int]


def mappings_of(actor: Actor) -> tuple[ExchangeMapping, ...]:
    """The mappings of the actor's county, the narrowest place's first."""
    check_may(actor)
    return tuple(load_exchange_mappings(division=county_of(actor)).values())


def files_of(actor: Actor) -> tuple[FileCard, ...]:
    """The latest files of the actor's county, newest first."""
    check_may(actor)
    rows = list(ExchangeFile.objects.filter(county=county_of(actor)).defer("content").order_by("-at")[:LATEST])
    kept = set(
        ExchangeFile.objects.filter(id__in=[row.id for row in rows]).exclude(content=None).values_list("id", flat=True)
    )
    names = user_names({row.by for row in rows})
    return tuple(_card(row, names.get(row.by, ""), row.id in kept) for row in rows)


def _card(row: ExchangeFile, by: str, kept: bool) -> FileCard:
    return FileCard(
        id=row.id,
        mapping=row.mapping,
        name=row.name,
        rows=row.rows,
        percent=min(99, row.position * 100 // row.rows) if row.rows else 0,
        done=row.done,
        by=by,
        at=row.at,
        compared_at=row.compared_at,
        counts=row.counts,
        problems=tuple((int(line), str(title), str(code)) for line, title, code in row.problems),
        can_be_compared=kept,
    )


def counts_of(actor: Actor) -> dict[tuple[str, str], int]:
    """How many items there are by (kind, state)."""
    return _by_kind(_tally(visible_items(actor)))


Tally = dict[tuple[str, str, str], int]


def _tally(items: QuerySet[ExchangeItem]) -> Tally:
    """How many items there are by (kind, state, field), in one question."""
    rows = items.order_by().values_list("kind", "state", "field").annotate(count=Count("id"))
    return {(kind, state, field): count for kind, state, field, count in rows}


def _by_kind(tally: Tally) -> dict[tuple[str, str], int]:
    found = Counter[tuple[str, str]]()
    for (kind, state, _field), count in tally.items():
        found[kind, state] += count
    return dict(found)


def list_items(actor: Actor, *, query: ItemQuery, page: int = 1) -> ItemPage:
    """One page of items, by place; without a kind, of the first that has any. Children whom the actor does not see are not among them."""
    visible = visible_items(actor)
    tally = _tally(visible)
    counts = _by_kind(tally)
    kind = query.kind or next((str(one) for one in KIND_ORDER if counts.get((one, query.state))), KIND_ORDER[0])
    asked = replace(query, kind=kind, field=query.field if kind == ItemKind.DIFFERS else "")
    items = _narrowed(visible, asked)
    total = items.order_by().count() if asked.place or asked.decision else _total(tally, asked)
    pages = max(1, -(-total // SHOWN))
    number = min(max(page, 1), pages)
    found = list(items.order_by("division", "id")[(number - 1) * SHOWN : number * SHOWN])
    fields = {
        field: count for (of, state, field), count in tally.items() if (of, state) == (kind, asked.state) and field
    }
    return ItemPage(_rows(actor, found), asked, total, number, pages, counts, fields)


def _total(tally: Tally, query: ItemQuery) -> int:
    return sum(
        count
        for (kind, state, field), count in tally.items()
        if kind == query.kind and query.state in ("", state) and query.field in ("", field)
    )


def _narrowed(items: QuerySet[ExchangeItem], query: ItemQuery) -> QuerySet[ExchangeItem]:
    for name in ("kind", "state", "field", "decision"):
        if getattr(query, name):
            items = items.filter(**{name: getattr(query, name)})
    if query.place:
        place = DivisionScope.of(query.place)
        items = items.filter(division__gte=place.first, division__lt=place.end)
    return items


def _rows(actor: Actor, items: Iterable[ExchangeItem]) -> tuple[ItemRow, ...]:
    listed = list(items)
    ids = {item.person_id for item in listed if item.person_id}
    cards = cards_of(actor, person_ids=ids, purpose=PURPOSE)
    numbers = listed_id_numbers(actor, person_ids=ids, purpose=PURPOSE, unmasked=False)
    names = user_names({item.decided_by for item in listed})
    return tuple(
        _row(item, cards.get(item.person_id) if item.person_id else None, numbers, names)
        for item in listed
        if item.person_id is None or item.person_id in cards
    )


def _row(
    item: ExchangeItem, child: PersonCard | None, numbers: Mapping[uuid.UUID, str], names: Mapping[str, str]
) -> ItemRow:
    content, column = open_content(item.id, item.content), column_of(item)
    settled = item.state == ItemState.SETTLED
    return ItemRow(
        id=item.id,
        kind=item.kind,
        state=item.state,
        child=child,
        number=numbers.get(child.id, "") if child else "",
        told=_told(content.row) if content.row else None,
        division=item.division,
        elsewhere=item.elsewhere,
        column=column,
        field=item.field,
        content=content,
        allowed=decisions_for(
            item.kind,
            elsewhere=item.elsewhere,
            on_file=item.person_id is not None,
            column=column,
            theirs=content.theirs,
        )
        if item.state == ItemState.OPEN
        else (),
        decision=item.decision,
        decided_by=names.get(item.decided_by, ""),
        decided_at=item.decided_at,
        note=item.note,
        may_reopen=settled and item.decision not in FINAL,
        found_at=item.found_at,
    )


def _told(row: Mapping[str, str]) -> Told:
    number = row.get(ID_NUMBER, "")
    return Told(
        name=row.get(NAME, ""),
        sex=row.get("person.sex", ""),
        birth_date=row.get(BIRTH_DATE, ""),
        id_number=mask_identifier("id_card", number) if number else "",
    )
