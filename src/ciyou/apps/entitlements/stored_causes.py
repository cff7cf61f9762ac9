"""Why something came out otherwise, as it is kept: encrypted for one determination, and read as far as a reader may."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ciyou.apps.audit.keys import keyring
from ciyou.core.access.redaction import Statement
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.facts.definition import Entity, Value
from ciyou.core.rules.causes import Cause, CauseKind
from ciyou.packs import load_vocabulary
from ciyou.vault.fields import decrypt_bytes, encrypt_bytes

_DATE = "date"


def seal_causes(determination_id: object, causes: Iterable[Cause]) -> bytes:
    """The causes, encrypted for this determination; b"" for none."""
    rows = [_row(cause) for cause in causes]
    if not rows:
        return b""
    written = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    return encrypt_bytes(keyring(), written, context=_context(determination_id))


def open_causes(determination_id: object, cipher: bytes) -> tuple[Cause, ...]:
    """The causes again; raises VaultError when they were changed or their key is missing."""
    if not cipher:
        return ()
    rows = json.loads(decrypt_bytes(keyring(), bytes(cipher), context=_context(determination_id)))
    return tuple(_cause(row) for row in rows)


def causes_for(
    causes: Iterable[Cause], *, ceiling: int, readable: frozenset[Statement] = frozenset()
) -> tuple[Cause, ...]:
    """Causes as far as a reader of a class may know of them.

    Of a fact above it stays only that somebody told something of this member of the family (`name` ""); of a restricted one (class
    5) nothing. `readable` are single statements that may be read all the same.
    """
    found = (_for_reader(cause, ceiling, readable) for cause in causes)
    return tuple(dict.fromkeys(cause for cause in found if cause is not None))


def highest_class_of(causes: Iterable[Cause]) -> int:
    """The highest class of the facts that causes name; 0 where they name none."""
    found = (load_vocabulary().find(cause.entity, cause.name) for cause in causes if cause.entity)
    return max((definition.sensitivity for definition in found if definition), default=0)


def _for_reader(cause: Cause, ceiling: int, readable: frozenset[Statement]) -> Cause | None:
    if cause.entity is None:
        return cause
    definition = load_vocabulary().find(cause.entity, cause.name)
    if definition is None:
        return None
    if definition.sensitivity <= ceiling or (cause.entity, cause.name, cause.source) in readable:
        return cause
    if definition.sensitivity >= RESTRICTED:
        return None
    return Cause(CauseKind.FACT, cause.entity, rules=cause.rules)


def _context(determination_id: object) -> str:
    return f"entitlements.determination:{determination_id}:causes"


def _row(cause: Cause) -> dict[str, Any]:
    """Only what is said; a date among the values is marked as one."""
    told = {
        "kind": cause.kind.value,
        "entity": cause.entity.value if cause.entity else None,
        "name": cause.name or None,
        "before": _written(cause.before),
        "after": _written(cause.after),
        "source": cause.source or None,
        "day": cause.day.isoformat() if cause.day else None,
        "count": cause.count,
        "rules": list(cause.rules),
    }
    return {key: value for key, value in told.items() if value is not None}


def _written(value: Value | None) -> Any:
    return {_DATE: value.isoformat()} if isinstance(value, dt.date) else value


def _cause(row: dict[str, Any]) -> Cause:
    cause = Cause(CauseKind(row["kind"]), name=row.get("name", ""), source=row.get("source", ""))
    return replace(
        cause,
        entity=Entity(row["entity"]) if "entity" in row else None,
        before=_read(row.get("before")),
        after=_read(row.get("after")),
        day=dt.date.fromisoformat(row["day"]) if "day" in row else None,
        count=row.get("count"),
        rules=tuple(row["rules"]),
    )


def _read(stored: Any) -> Value | None:
    found: Value | None = dt.date.fromisoformat(stored[_DATE]) if isinstance(stored, dict) else stored
    return found
