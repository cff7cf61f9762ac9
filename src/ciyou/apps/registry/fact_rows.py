"""Many facts at once: rows prepared for the database directly, because making a model of each takes most of a large load's time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from ciyou.apps.audit.keys import keyring
from ciyou.apps.registry.models import Fact
from ciyou.apps.registry.sealing import seal_fact
from ciyou.apps.registry.statements import CheckedStatement
from ciyou.core.access.actor import Actor

_FIELDS = tuple(field for field in Fact._meta.local_concrete_fields if not field.primary_key)
_NAMES = tuple(field.attname for field in _FIELDS)
_PERSON, _MOMENT, _DAY = (Fact._meta.get_field(name) for name in ("person", "recorded_at", "valid_from"))


class FactRows:
    """Rows of one load: the same source of knowledge, recorder and moment for all of them."""

    def __init__(self, actor: Actor, *, now: dt.datetime, reference: str) -> None:
        self._ring = keyring()
        self._days: dict[dt.date | None, object] = {None: None}
        self._rows: list[tuple[object, ...]] = []
        self._same = {
            "reference": reference,
            "recorded_at": _MOMENT.get_db_prep_save(now, connection),
            "recorded_by": actor.id,
            "recorded_in": actor.scope.first,
            "superseded_at": None,
            "evidence_id": None,
        }

    def add(self, person: UUID, source: str, one: CheckedStatement) -> None:
        """Prepare one statement, its value encrypted."""
        row = self._same | {
            "person_id": _PERSON.get_db_prep_save(person, connection),
            "name": one.name,
            "value": seal_fact(person, one.name, one.value, ring=self._ring),
            "sensitivity": one.definition.sensitivity,
            "basis": one.basis,
            "source": source,
            "valid_from": self._day(one.period[0]),
            "valid_to": self._day(one.period[1]),
        }
        self._rows.append(tuple(row[name] for name in _NAMES))

    def write(self) -> int:
        """Insert what was prepared; gives how many."""
        _insert(self._rows)
        written, self._rows = len(self._rows), []
        return written

    def _day(self, day: dt.date | None) -> object:
        if day not in self._days:
            self._days[day] = _DAY.get_db_prep_save(day, connection)
        return self._days[day]


def _insert(rows: Sequence[tuple[object, ...]]) -> None:
    """One statement for all rows. Many by `executemany`, or by one VALUES list, take PostgreSQL twenty times as long."""
    quote = connection.ops.quote_name
    into = f"INSERT INTO {quote(Fact._meta.db_table)} ({', '.join(quote(field.column) for field in _FIELDS)})"
    with connection.cursor() as cursor:
        if not rows:
            return
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in _FIELDS)
            cursor.execute(
                f"{into} SELECT * FROM unnest({arrays})", [list(column) for column in zip(*rows, strict=True)]
            )
        else:
            cursor.executemany(f"{into} VALUES ({', '.join(['%s'] * len(_FIELDS))})", list(rows))
