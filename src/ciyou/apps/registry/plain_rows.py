"""A row as plain values: what its table holds encrypted is opened, so that a row is the same under whatever keys it lies."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache

from django.apps import apps
from django.db import models

from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.sealed_columns import BlindColumn, SealedColumn, sealed_here
from ciyou.core.errors import VaultError
from ciyou.vault.fields import blind_index, decrypt_bytes, encrypt_bytes
from ciyou.vault.keyring import Keyring

Values = dict[str, object]
"""Column → value as JSON writes it: bytes as base64, of an encrypted column `{"opened": base64}`, of its index INDEXED."""

OPENED = "opened"
INDEXED: Mapping[str, object] = {"indexed": True}
"""There was an index: it follows from the value of its encrypted column and from the key, and is made anew."""


def values_of(row: models.Model) -> Values:
    """Every column of a row. What cannot be opened stays as it lies in the table, and so does its index."""
    values = {field.attname: _plain(row, field) for field in row._meta.concrete_fields}
    return opened(row._meta.label, values, keyring())


def opened(label: str, values: Mapping[str, object], ring: Keyring) -> Values:
    """Columns of a row as they lie in its table, with those opened that are encrypted, where the columns say what for."""
    found = dict(values)
    for column in _sealed_in(label):
        cipher = values.get(column.column)
        if isinstance(cipher, str):
            try:
                plain = decrypt_bytes(ring, base64.b64decode(cipher), context=column.context_of(values))
            except (VaultError, KeyError):
                continue
            found[column.column] = {OPENED: base64.b64encode(plain).decode()}
    for index in _blind_in(label):
        if isinstance(values.get(index.column), str) and values[index.column] and _is_opened(found, index.sealed):
            found[index.column] = dict(INDEXED)
    return found


def stored(label: str, values: Mapping[str, object], *, of: Mapping[str, object] | None = None) -> dict[str, object]:
    """Plain values as the columns of a row hold them, sealed and indexed with the keys of today.

    `of`: the whole row, where these are some of its columns. An index follows its value.
    """
    ring, row = keyring(), {**(of or {}), **values}
    fields = {field.attname: field for field in apps.get_model(label)._meta.concrete_fields}
    found = {name: _column(fields[name], value) for name, value in values.items() if not isinstance(value, Mapping)}
    for column in _sealed_in(label):
        if column.column in values and _is_opened(row, column):
            context = column.context_of(row)
            found[column.column] = encrypt_bytes(ring, _bytes_of(row, column), context=context)
    for index in _blind_in(label):
        if row.get(index.column) == INDEXED and {index.column, index.sealed.column} & values.keys():
            text = index.value_of(_bytes_of(row, index.sealed).decode())
            found[index.column] = blind_index(ring, field=index.field.format_map(row), value=text)
    return found


@cache
def _sealed_in(label: str) -> tuple[SealedColumn, ...]:
    return tuple(column for column in sealed_here().columns if column.model == label)


@cache
def _blind_in(label: str) -> tuple[BlindColumn, ...]:
    return tuple(index for index in sealed_here().blind if index.sealed.model == label)


def _plain(row: models.Model, field: models.Field) -> object:
    if getattr(row, field.attname) is None:
        return None
    return field.value_to_string(row)


def _column(field: models.Field, value: object) -> object:
    found = None if value is None else field.to_python(value)
    return bytes(found) if isinstance(found, memoryview) else found


def _is_opened(values: Mapping[str, object], column: SealedColumn) -> bool:
    value = values.get(column.column)
    return isinstance(value, Mapping) and OPENED in value


def _bytes_of(values: Mapping[str, object], column: SealedColumn) -> bytes:
    value = values[column.column]
    assert isinstance(value, Mapping)
    return base64.b64decode(value[OPENED])
