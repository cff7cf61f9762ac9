"""The hash of one row of the log: over its columns in a fixed order and the hash of the row before."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

GENESIS = "0" * 64
COLUMNS = (
    "at",
    "actor_id",
    "role",
    "purpose",
    "action",
    "subject",
    "person_ids",
    "person_count",
    "fields",
    "highest_class",
    "origin",
)


def hash_of(row: Mapping[str, Any], previous_hash: str) -> str:
    """SHA-256 in hexadecimal of the row's canonical JSON, chained to the previous row."""
    content = [previous_hash, *(_canonical(row[column]) for column in COLUMNS)]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _canonical(value: Any) -> Any:
    # The database gives times back in its own zone: the moment counts, not how it is written.
    return value.astimezone(dt.UTC).isoformat() if isinstance(value, dt.datetime) else value
