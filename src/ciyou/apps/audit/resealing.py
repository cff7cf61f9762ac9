"""New keys for old values: rotation, writing everything anew, and what still needs which key."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from ciyou.apps.audit.keys import change_keyring, keyring
from ciyou.apps.audit.models import ChainLink
from ciyou.apps.audit.sealed_columns import BlindColumn, SealedColumn, SealedFolder, sealed_here
from ciyou.core.errors import Place, Problem, VaultError
from ciyou.vault.fields import blind_index_with, decrypt_bytes, encrypt_bytes, key_id_of
from ciyou.vault.keyring import Key, Keyring, KeyUse

BATCH = 500

Tell = Callable[[str, int], None]
"""Called with what is being worked on and how many of it were looked at."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Resealed:
    """How many values were written anew, and which cannot be read at all (`registry.Fact.value 17`): they keep their old key."""

    written: int
    unreadable: tuple[str, ...]


def reseal(tell: Tell | None = None) -> Resealed:
    """Write every encrypted value and file anew that was not written with the current key. May be stopped and run again."""
    written, unreadable = 0, []
    ring = keyring()
    for column in sealed_here().columns:
        for rows in _batches(column.model, column.column, column.columns()):
            with transaction.atomic():
                for row in rows:
                    try:
                        written += _reseal_value(ring, column, row)
                    except VaultError:
                        unreadable.append(f"{column.model}.{column.column} {row['pk']}")
            _tell(tell, f"{column.model}.{column.column}", len(rows))
    for folder in sealed_here().folders:
        for path in _files(folder):
            try:
                written += _reseal_file(ring, folder, path)
            except VaultError:
                unreadable.append(f"{folder.setting} {path.name}")
            _tell(tell, folder.setting, 1)
    return Resealed(written, tuple(unreadable))


def rotate_index(tell: Tell | None = None) -> int:
    """A new key for the blind indexes: all are computed with it, then key and indexes change in one transaction; how many.

    An index cannot be told the key that it was made with, so there is no time in which both are searched. Writers wait meanwhile.
    """
    changed = keyring().rotated(KeyUse.INDEX)
    count = _put_indexes(changed, tell, at_the_end=lambda: change_keyring(lambda _ring: changed))
    # What was written in that moment by somebody who still held the old key.
    return count + put_indexes(tell)


def put_indexes(tell: Tell | None = None) -> int:
    """Compute every blind index with the current key and write those that differ (after a crash, or a restored backup); how many."""
    count = _put_indexes(keyring(), tell, at_the_end=lambda: None)
    for one in sealed_here().remade:
        resolve_name(one.make)()
    return count


def uses_of_keys(tell: Tell | None = None) -> Counter[str]:
    """How many values, files, indexes and links of the log need each key, by key id."""
    needed: Counter[str] = Counter()
    for column in sealed_here().columns:
        for rows in _batches(column.model, column.column, ()):
            needed.update(key_id_of(row[column.column]) for row in rows)
            _tell(tell, f"{column.model}.{column.column}", len(rows))
    for folder in sealed_here().folders:
        needed.update(key_id_of(_beginning(path)) for path in _files(folder))
    links = ChainLink.objects.order_by().values("key_id").annotate(count=models.Count("position"))
    needed.update({row["key_id"]: row["count"] for row in links})
    needed[keyring().current(KeyUse.INDEX).id] += _count_indexes()
    for one in sealed_here().remade:
        rows = apps.get_model(one.model)._base_manager.order_by().values(one.column).annotate(count=models.Count("pk"))
        needed.update({row[one.column]: row["count"] for row in rows})
    return needed


def destroy_key(key_id: str, tell: Tell | None = None) -> None:
    """Take an old key out of the key file for good; raises VaultError for a current key, or while anything still needs it."""
    ring = keyring()
    key, kept = ring.by_id(key_id), ring.without(key_id)
    count = _stale_indexes(ring, key_id) if key.use is KeyUse.INDEX else uses_of_keys(tell)[key_id]
    if count:
        raise VaultError(
            Problem(
                Place(),
                "vault.key_needed",
                f"还有 {count} 项要用密钥 {key_id} 才能读出或核对，不能销毁。请先运行 ciyou keys reseal；用于审计链的旧密钥须一直保留。",
                f"{count} things can only be read or checked with key {key_id}: it is not destroyed. First run `ciyou keys reseal`; old keys of the log are kept for ever.",
            )
        )
    change_keyring(lambda _ring: kept)


def _reseal_value(ring: Keyring, column: SealedColumn, row: Row) -> int:
    cipher = bytes(row[column.column])
    if key_id_of(cipher) == ring.current(KeyUse.FIELD).id:
        return 0
    context = column.context_of(row)
    fresh = encrypt_bytes(ring, decrypt_bytes(ring, cipher, context=context), context=context)
    # Only if nobody wrote meanwhile: a newer value has the new key already.
    rows = apps.get_model(column.model)._base_manager.filter(pk=row["pk"], **{column.column: cipher})
    return rows.update(**{column.column: fresh})


def _reseal_file(ring: Keyring, folder: SealedFolder, path: Path) -> int:
    cipher = path.read_bytes()
    if key_id_of(cipher) == ring.current(KeyUse.FIELD).id:
        return 0
    context = folder.context.format(name=path.name)
    made = path.with_suffix(".new")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(encrypt_bytes(ring, decrypt_bytes(ring, cipher, context=context), context=context))
        file.flush()
        os.fsync(file.fileno())
    made.replace(path)
    return 1


def _put_indexes(ring: Keyring, tell: Tell | None, *, at_the_end: Callable[[], object]) -> int:
    key, count = ring.current(KeyUse.INDEX), 0
    # Computed before anybody has to wait; what changes in between is found by the second pass.
    changes = [(blind, list(_new_indexes(key, blind, tell))) for blind in sealed_here().blind]
    with transaction.atomic():
        for blind, changed in changes:
            _write_indexes(blind.sealed.model, blind.column, "id", [(one.fresh, one.row) for one in changed])
            for copy in sealed_here().copied:
                if copy.of == blind:
                    _write_indexes(copy.model, copy.column, copy.column, [(one.fresh, one.old) for one in changed])
            count += len(changed)
        at_the_end()
    return count


def _write_indexes(model: str, column: str, where: str, pairs: Iterable[tuple[str, object]]) -> None:
    """Write to a column wherever another has a value: (what to write, the value). Nobody else writes the table meanwhile."""
    table = apps.get_model(model)._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        cursor.executemany(f"UPDATE {table} SET {column} = %s WHERE {where} = %s", pairs)


class _NewIndex(NamedTuple):
    row: object
    old: str
    fresh: str


def _new_indexes(key: Key, blind: BlindColumn, tell: Tell | None) -> Iterator[_NewIndex]:
    ring, sealed = keyring(), blind.sealed
    for rows in _batches(sealed.model, sealed.column, (blind.column, *blind.columns())):
        for row in rows:
            if not row[blind.column]:
                continue
            text = decrypt_bytes(ring, row[sealed.column], context=sealed.context_of(row)).decode()
            fresh = blind_index_with(key, field=blind.field.format_map(row), value=blind.value_of(text))
            if fresh != row[blind.column]:
                yield _NewIndex(row["pk"], row[blind.column], fresh)
        _tell(tell, f"{sealed.model}.{blind.column}", len(rows))


def _stale_indexes(ring: Keyring, old: str) -> int:
    key = ring.current(KeyUse.INDEX)
    stale = sum(1 for blind in sealed_here().blind for _ in _new_indexes(key, blind, None))
    return stale + sum(
        apps.get_model(one.model)._base_manager.filter(**{one.column: old}).count() for one in sealed_here().remade
    )


def _count_indexes() -> int:
    with transaction.atomic():
        return sum(
            apps.get_model(blind.sealed.model)._base_manager.exclude(**{blind.column: ""}).count()
            for blind in sealed_here().blind
        )


def _batches(model: str, column: str, others: Iterable[str]) -> Iterator[list[Row]]:
    """Rows with something in a column, in the order of their keys, some hundred at a time; short transactions in between."""
    manager, last = apps.get_model(model)._base_manager, None
    names = tuple(dict.fromkeys(("pk", column, *others)))
    while True:
        rows = manager.exclude(**{column: None}).exclude(**{column: b""}).order_by("pk")
        if last is not None:
            rows = rows.filter(pk__gt=last)
        with transaction.atomic():
            found = list(rows.values(*names)[:BATCH])
        if not found:
            return
        yield found
        last = found[-1]["pk"]


def _files(folder: SealedFolder) -> Iterator[Path]:
    return (path for path in sorted(Path(getattr(settings, folder.setting)).iterdir()) if path.suffix != ".new")


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64)


def _tell(tell: Tell | None, what: str, count: int) -> None:
    if tell is not None:
        tell(what, count)
