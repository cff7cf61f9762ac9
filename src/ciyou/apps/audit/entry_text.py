"""What of an entry is sealed: every column and the persons it is about, as one canonical text, the same on both databases."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Sequence

from django.db import connection

GENESIS = "0" * 64
"""What stands before the first link."""

_TEXT_COLUMNS = ("kind", "actor_id", "post_id", "role", "purpose", "action", "subject")
_LATER_COLUMNS = ("person_count", "fields", "details", "highest_class", "origin")
_AT = 1
_WITHOUT_FRACTION = len("2026-01-31 08:00:00")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def entry_columns(alias: str = "e") -> str:
    """The columns of an entry as SQL, in the order in which they are sealed; the time as text in UTC."""
    at = (
        f"to_char({alias}.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
        if connection.vendor == "postgresql"
        else f"CAST({alias}.at AS TEXT)"
    )
    plain = [f"{alias}.{name}" for name in (*_TEXT_COLUMNS, *_LATER_COLUMNS)]
    return ", ".join([f"{alias}.id", at, *plain])


def seal_of(secret: bytes, *, previous: str, row: Sequence[object], persons: Iterable[str]) -> str:
    """The keyed hash (HMAC-SHA256) over the link before and the entry: `row` as `entry_columns` gives it."""
    columns = list(row)
    if len(str(columns[_AT])) == _WITHOUT_FRACTION:
        # SQLite leaves out a fraction of zero; PostgreSQL writes it.
        columns[_AT] = f"{columns[_AT]}.000000"
    columns.append(sorted(persons))
    return hmac.digest(secret, f"{previous}\n{_encode(columns)}".encode(), "sha256").hex()
