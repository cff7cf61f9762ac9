"""The sealer: gives every entry of the log its link in the chain. Actions and pages only add entries; they never wait for this."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from django.db import IntegrityError, connection, transaction

from ciyou.apps.audit.entry_text import GENESIS, entry_columns, seal_of
from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.models import ChainLink
from ciyou.vault.keyring import KeyUse

BATCH = 2_000
INSERTED = 200
LOOK_BACK = 20_000
"""On PostgreSQL a long transaction commits entries with smaller numbers than others that are sealed already."""

Tell = Callable[[int], None]
_BETWEEN = "\x1f"
log = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()


def seal_entries(*, everything: bool = False, tell: Tell | None = None) -> int:
    """Seal every entry that has no link yet, oldest first; how many.

    Looks back a bounded number of entries, or with `everything` through the whole log (hourly, and when the worker starts). Two
    sealers at once cannot fork the chain: a position exists once, and the second one's batch is refused as a whole.
    """
    with _one_at_a_time:
        after = 0 if everything else _floor()
        sealed = 0
        while rows := _unsealed(after):
            if not _add_links(rows):
                log.warning("Another process seals at the same time; the rest is left to it.")
                return sealed
            sealed += len(rows)
            after = rows[-1][0]
            if tell is not None:
                tell(sealed)
    return sealed


def seal_everything() -> int:
    """The hourly pass through the whole log."""
    return seal_entries(everything=True)


def persons_of(entry_ids: Sequence[int]) -> dict[int, list[str]]:
    """Whom these entries are about; `entry_ids` must lie close together (one range is read)."""
    joined = "string_agg" if connection.vendor == "postgresql" else "group_concat"
    sql = (
        f"SELECT entry_id, count(*), {joined}(person_id, %s) FROM audit_personseen"
        " WHERE entry_id BETWEEN %s AND %s GROUP BY entry_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [_BETWEEN, min(entry_ids), max(entry_ids)])
        return {entry_id: _split(count, text) for entry_id, count, text in cursor.fetchall()}


def _split(count: int, text: str) -> list[str]:
    persons = text.split(_BETWEEN)
    # A forged id that holds the separator itself must not pass for several persons.
    return persons if len(persons) == count else [text]


def _floor() -> int:
    newest = ChainLink.objects.order_by("-entry_id").values_list("entry_id", flat=True).first()
    return max((newest or 0) - LOOK_BACK, 0)


def _unsealed(after: int) -> list[tuple[object, ...]]:
    sql = (
        f"SELECT {entry_columns()} FROM audit_logentry e"
        " WHERE e.id > %s AND NOT EXISTS (SELECT 1 FROM audit_chainlink l WHERE l.entry_id = e.id)"
        " ORDER BY e.id LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [after, BATCH])
        return cursor.fetchall()


def _add_links(rows: Sequence[Sequence[object]]) -> bool:
    """Compute first, write at the end: other writers wait for the insert alone."""
    key = keyring().current(KeyUse.AUDIT)
    persons = persons_of([row[0] for row in rows])
    position, previous = ChainLink.objects.order_by("-position").values_list("position", "hash").first() or (0, GENESIS)
    links = []
    for row in rows:
        position += 1
        previous = seal_of(key.secret, previous=previous, row=row, persons=persons.get(row[0], ()))
        links.append((position, row[0], key.id, previous))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for start in range(0, len(links), INSERTED):
                part = links[start : start + INSERTED]
                values = ", ".join(["(%s, %s, %s, %s)"] * len(part))
                cursor.execute(
                    f"INSERT INTO audit_chainlink (position, entry_id, key_id, hash) VALUES {values}",
                    [value for link in part for value in link],
                )
    except IntegrityError:
        return False
    return True
