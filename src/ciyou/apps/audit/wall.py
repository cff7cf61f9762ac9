"""The second wall: what the database itself shows to a request, whatever the query says (PostgreSQL row-level security)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from ciyou.apps.audit.row_security import ROLE, SETTINGS
from ciyou.core.access.actor import Actor
from ciyou.core.access.verdict import ceiling_of

_PERSONAL = 3
_NAMES = ("role", *(f"ciyou.{name}" for name in SETTINGS))
# One round trip: what was set before, and at once what holds from now on. All of it ends with the transaction.
_EXCHANGE = f"SELECT {', '.join(f'current_setting({name!r}, true)' for name in _NAMES)}, {', '.join(f'set_config({name!r}, %s, true)' for name in _NAMES)}"


@contextmanager
def walled(actor: Actor) -> Iterator[None]:
    """Run what follows in one transaction in which the database shows only what lies in the actor's scope.

    Inside another wall it holds for the block alone: `walled(LOCAL_OPERATOR)` is how a service does for the machine what its
    caller may ask for but not see. SQLite has no such wall, and no transaction is opened there: its transactions are immediate, and
    every page that is read would wait for every writer.
    """
    if connection.vendor != "postgresql":
        yield
        return
    if not connection.in_atomic_block:
        with transaction.atomic():
            _exchange(_values(actor))
            yield
        return
    before = _exchange(_values(actor))
    try:
        yield
    finally:
        # After a statement that failed nothing more is executed: rolling it back takes our settings with it.
        if connection.connection.info.transaction_status == TransactionStatus.INTRANS:
            _exchange(before)


def _values(actor: Actor) -> tuple[str, ...]:
    persons = "on" if ceiling_of(actor) >= _PERSONAL else "off"
    scope = actor.scope
    return (ROLE, scope.first, scope.end, actor.id, actor.post_id, actor.department, persons)


def _exchange(values: Sequence[str]) -> tuple[str, ...]:
    """Set the values; gives those that held before. Below Django's cursor: it belongs to the transaction, like its BEGIN."""
    with connection.wrap_database_errors:
        row = connection.connection.execute(_EXCHANGE, list(values)).fetchone()
    return tuple(value or "" for value in row[: len(_NAMES)])
