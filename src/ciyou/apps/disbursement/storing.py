"""Rows of a run written in bulk: a million lines in seconds, on either database.

Measured: Django's own objects take five times as long at a million rows, most of it in building them.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from ciyou.apps.disbursement.log_carrying import PAGES

Row = tuple[object, ...]


@dataclass(frozen=True)
class Table:
    """A table with the columns that are written and their types on PostgreSQL; `keep`: a row that is
    there already stays; `key`: it is written over."""

    name: str
    columns: tuple[tuple[str, str], ...]
    keep: bool = False
    key: str = ""

    @property
    def names(self) -> str:
        return ", ".join(f'"{name}"' for name, _type in self.columns)


PAYMENTS = Table(
    "disbursement_payment",
    (
        ("id", "uuid"),
        ("run_id", "uuid"),
        ("person_id", "uuid"),
        ("sequence", "int"),
        ("number", "text"),
        ("division", "text"),
        ("amount_fen", "bigint"),
        ("account", "bytea"),
        ("account_id", "bigint"),
        ("collective", "boolean"),
        ("state", "text"),
        ("reason", "text"),
    ),
)
SCHEDULES = Table(
    "disbursement_dueschedule",
    (
        ("award_id", "uuid"),
        ("determination_id", "uuid"),
        ("pack_version", "text"),
        ("first_month", "date"),
        ("through", "date"),
        ("stretches", "jsonb"),
    ),
    key="award_id",
)
HOLDS = Table(
    "disbursement_hold",
    (
        ("run_id", "uuid"),
        ("award_id", "uuid"),
        ("person_id", "uuid"),
        ("reason", "text"),
        ("stage", "text"),
        ("amount_fen", "bigint"),
    ),
    keep=True,
)
CHANGES = Table(
    "disbursement_monthchange",
    (
        ("run_id", "uuid"),
        ("award_id", "uuid"),
        ("person_id", "uuid"),
        ("kind", "text"),
        ("cause", "text"),
        ("before_fen", "bigint"),
        ("after_fen", "bigint"),
    ),
    keep=True,
)


def expect_many_rows() -> None:
    """Let this connection keep more of the database in memory: SQLite's 2 MB are too few for the indexes of a million lines."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -262144")
            cursor.execute("PRAGMA mmap_size = 4294967296")
            cursor.execute(f"PRAGMA wal_autocheckpoint = {PAGES}")


def count_written_rows() -> None:
    """Tell PostgreSQL now how many rows a run has written, not when it next counts by itself.

    Measured: the question whom a run may no longer pay took 43 s for 20,000 payments that nobody had counted yet, and 0.3 s afterwards.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(_WRITTEN)}")


_WRITTEN = (
    "disbursement_payment",
    "disbursement_paymentline",
    "disbursement_paidmonth",
    "disbursement_dueschedule",
    "disbursement_hold",
)


_QUOTED = ("text", "jsonb", "bytea")


def arrays_of(columns: Sequence[tuple[str, str]], rows: Iterable[Row]) -> list[object]:
    """The columns of rows as PostgreSQL writes arrays; `columns`: their names and types.

    Measured: its driver takes three times as long to write lists, which was half of what this process does in a run.
    """
    return [
        _array(map(_quoted if kind in _QUOTED else str, column), column)
        for (_name, kind), column in zip(columns, zip(*rows, strict=True), strict=True)
    ]


def _array(texts: Iterable[str], values: Sequence[object]) -> str:
    if None in values:
        texts = ("NULL" if value is None else text for text, value in zip(texts, values, strict=True))
    return "{" + ",".join(texts) + "}"


def _quoted(value: object) -> str:
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    text = str(value)
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def put(table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; ids as hexadecimal text, days as ISO text."""
    if not rows:
        return
    end = _end(table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{kind}[]" for _name, kind in table.columns)
            statement = f'INSERT INTO "{table.name}" ({table.names}) SELECT * FROM unnest({arrays}){end}'
            cursor.execute(statement, arrays_of(table.columns, rows))
            return
        places = ", ".join(["%s"] * len(table.columns))
        cursor.executemany(f'INSERT INTO "{table.name}" ({table.names}) VALUES ({places}){end}', rows)


def _end(table: Table) -> str:
    if table.key:
        others = [name for name, _type in table.columns if name != table.key]
        written = ", ".join(f'"{name}" = excluded."{name}"' for name in others)
        return f' ON CONFLICT ("{table.key}") DO UPDATE SET {written}'
    return " ON CONFLICT DO NOTHING" if table.keep else ""


def add_to_claims(amounts: Iterable[tuple[int, int]]) -> None:
    """Add fen (below 0: take away) to what is paid of claims: (fen, claim)."""
    rows = [row for row in amounts if row[0]]
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "UPDATE disbursement_paidmonth SET paid_fen = paid_fen + added.fen "
                "FROM unnest(%s::bigint[], %s::bigint[]) AS added(fen, claim) WHERE id = added.claim",
                [list(column) for column in zip(*rows, strict=True)],
            )
            return
        cursor.executemany("UPDATE disbursement_paidmonth SET paid_fen = paid_fen + %s WHERE id = %s", rows)


def rows_of(statement: str, values: Sequence[object]) -> list[Row]:
    """The rows of a query as the database gives them, without a model: for a million small rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def hexed(one: object) -> str:
    """An id as SQLite keeps it, and PostgreSQL takes it; of nobody: the lowest there is."""
    return "0" * 32 if one is None else one.hex if isinstance(one, uuid.UUID) else str(one).replace("-", "")


def as_uuid(one: object) -> uuid.UUID:
    """An id as either database gives it."""
    return one if isinstance(one, uuid.UUID) else uuid.UUID(str(one))


def as_json(one: object) -> str:
    """JSON as text, in one form."""
    return one if isinstance(one, str) else json.dumps(one)
