"""The columns of normalized records: those of every roster, then those of its pack."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from ciyou.packs.roster_pack import ColumnType, RosterColumn, RosterPack

PERSON_FIELDS = (
    pa.field("rec_id", pa.string(), nullable=False),
    pa.field("roster", pa.string(), nullable=False),
    pa.field("name", pa.string(), nullable=False),
    pa.field("name_reading", pa.string(), nullable=False),
    pa.field("placeholder_of", pa.string()),
    pa.field("sex", pa.string()),
    pa.field("id_no", pa.string()),
    pa.field("id_flag", pa.string(), nullable=False),
    pa.field("id_text", pa.string()),
    pa.field("birth_date", pa.date32()),
    pa.field("id_birth_date", pa.date32()),
    pa.field("division", pa.string()),
    pa.field("town", pa.string()),
    pa.field("village", pa.string()),
    pa.field("phone", pa.string()),
    pa.field("household_no", pa.string()),
    pa.field("g1_name", pa.string(), nullable=False),
    pa.field("g1_reading", pa.string(), nullable=False),
    pa.field("g1_id", pa.string()),
    pa.field("g2_name", pa.string(), nullable=False),
    pa.field("g2_reading", pa.string(), nullable=False),
    pa.field("g2_id", pa.string()),
    pa.field("guardian_id_in_field", pa.string()),
)
"""Grain: a row that is used; key: rec_id (unique in the delivery).

Names and readings are "" where there is none. `id_no`, `g1_id`, `g2_id` stand only when valid; `id_text` is the cleaned number
also when it is not. `guardian_id_in_field` is a valid number that stood in a child's field but belongs to somebody older.
"""
LAST_FIELDS = (pa.field("source_file", pa.string()), pa.field("source_row", pa.int32()))
"""Where the row stood: the file and its row, counted from 1 as a spreadsheet does."""

REJECTED_SCHEMA = pa.schema(
    [pa.field(name, pa.string()) for name in ("roster", "file")]
    + [pa.field("row", pa.int32())]
    + [pa.field(name, pa.string()) for name in ("column", "value_kind", "reason", "reason_zh", "reason_en")]
)
"""Grain: a row set aside; key: (file, row). The value itself is never kept."""

ADDRESS = pa.field("address", pa.string())
"""As it was written: for reaching the families of leads, and nothing else. Places are compared by `town` and `village`."""

_NOT_KEPT = frozenset(("cert_no", "address"))
_ARROW_TYPES: Mapping[ColumnType, pa.DataType] = {
    ColumnType.INTEGER: pa.int32(),
    ColumnType.MONEY_YUAN: pa.int64(),
    ColumnType.DATE: pa.date32(),
    ColumnType.BOOLEAN: pa.bool_(),
}


def own_columns(pack: RosterPack) -> tuple[RosterColumn, ...]:
    """The columns of a pack that its normalized records carry beyond those of every roster."""
    shared = {field.name for field in PERSON_FIELDS} | _NOT_KEPT
    return tuple(column for column in pack.columns if column.name not in shared)


def _arrow_type(column: RosterColumn) -> pa.DataType:
    return pa.int64() if column.is_long else _ARROW_TYPES.get(column.type, pa.string())


def schema_of(pack: RosterPack) -> pa.Schema:
    """The columns of a roster's normalized file."""
    own = (pa.field(column.name, _arrow_type(column)) for column in own_columns(pack))
    address = [ADDRESS] if any(column.name == ADDRESS.name for column in pack.columns) else []
    return pa.schema([*PERSON_FIELDS, *address, *own, *LAST_FIELDS])
