"""What a comparison found becomes items: new ones, known ones as they were left, changed ones opened again, vanished ones closed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.wall import walled
from ciyou.apps.exchange.comparison import Found
from ciyou.apps.exchange.contents import blind_of, mark_of, seal_content
from ciyou.apps.exchange.models import ExchangeItem, ItemState
from ciyou.core.access.actor import LOCAL_OPERATOR

_BATCH = 500
_CHANGED = (
    *("kind", "division", "elsewhere", "mark", "content", "state", "decision", "decided_by", "decided_at", "note"),
    *("found_at", "gone_at", "version"),
)
Key = tuple[uuid.UUID | None, str, str]
"""(child, keyed hash of a stranger, field): what one item is about."""


@dataclass(slots=True)
class _Known:
    id: uuid.UUID
    kind: str
    mark: str
    state: str
    elsewhere: bool
    seen: bool = False


class ItemStore:
    """The items of one mapping of a county while a comparison runs over them; each part is one transaction, and may be written again."""

    def __init__(self, county: str, mapping: str) -> None:
        self._county, self._mapping, self._ring = county, mapping, keyring()
        with walled(LOCAL_OPERATOR):
            self._known = self._read()

    def _read(self) -> dict[Key, _Known]:
        rows = ExchangeItem.objects.filter(county=self._county, mapping=self._mapping)
        fields = ("person_id", "blind", "field", "id", "kind", "mark", "state", "elsewhere")
        return {
            (person, blind, field): _Known(*rest)
            for person, blind, field, *rest in rows.values_list(*fields).iterator(chunk_size=5000)
        }

    def write(self, part: Iterable[Found]) -> None:
        """Take in one part of what was found."""
        new: list[ExchangeItem] = []
        changed: list[ExchangeItem] = []
        for found in part:
            mark = mark_of(found.content, ring=self._ring)
            key = (found.person_id, blind_of(found.content.key, ring=self._ring), found.field)
            known = self._known.get(key)
            if known is None:
                self._known[key] = _Known(uuid.uuid4(), found.kind, mark, ItemState.OPEN, found.elsewhere, seen=True)
                new.append(self._row(self._known[key].id, key, found, mark))
                continue
            known.seen = True
            if known.state == ItemState.GONE or (known.kind, known.mark, known.elsewhere) != (
                found.kind,
                mark,
                found.elsewhere,
            ):
                changed.append(self._row(known.id, key, found, mark))
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            ExchangeItem.objects.bulk_create(new, batch_size=_BATCH, ignore_conflicts=True)
            ExchangeItem.objects.bulk_update(changed, _CHANGED, batch_size=_BATCH)

    def _row(self, item_id: uuid.UUID, key: Key, found: Found, mark: str) -> ExchangeItem:
        return ExchangeItem(
            id=item_id,
            county=self._county,
            mapping=self._mapping,
            kind=found.kind,
            person_id=key[0],
            blind=key[1],
            field=found.field,
            division=found.division,
            elsewhere=found.elsewhere,
            mark=mark,
            content=seal_content(item_id, found.content, ring=self._ring),
            found_at=timezone.now(),
        )

    def close_vanished(self) -> int:
        """Close what this comparison did not find any more, settled or not; how many there were."""
        gone = [known.id for known in self._known.values() if not known.seen and known.state != ItemState.GONE]
        now = timezone.now()
        for start in range(0, len(gone), _BATCH):
            with transaction.atomic(), walled(LOCAL_OPERATOR):
                ExchangeItem.objects.filter(id__in=gone[start : start + _BATCH]).update(
                    state=ItemState.GONE, gone_at=now
                )
        return len(gone)
