"""The normalized records of all rosters as two tables: whom each record is about, and which guardians it names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ciyou.batch.engines.duckdb_store import Store, quoted

# Tables:
#   roster_offset: roster, first_rid, path
#   rec:     a record: rid, rec_id, roster, name, reading, placeholder, sex, idn, id_bd, birth_date, division, town, village, household_no,
#            relation (to the head of the household), phone, id_text (a number that is not valid), elder (a number in the child's field
#            that belongs to somebody a generation older), unnamed_of (the mother's name in "李梅之子")
#   mention: a guardian named by a record: rid, slot (1, 2), name, reading, idn
# `idn` is the first 17 digits of a valid ID number: the 18th follows from them, and numbers join faster than text.
_ID = "try_cast(substr({column}, 1, 17) AS BIGINT)"
_OPTIONAL = (
    "town",
    "village",
    "household_no",
    "placeholder_of",
    "relation_to_head",
    "phone",
    "id_text",
    "guardian_id_in_field",
)


def load_records(store: Store, rosters: Mapping[str, Path]) -> None:
    """Fill `rec` and `mention` from normalized Parquet files by roster code."""
    store.empty("roster_offset", {"roster": "VARCHAR", "first_rid": "INTEGER", "path": "VARCHAR"})
    store.empty("rec", _REC)
    store.empty(
        "mention", {"rid": "INTEGER", "slot": "TINYINT", "name": "VARCHAR", "reading": "VARCHAR", "idn": "BIGINT"}
    )
    offset = 1  # a cluster without a number is -rid, and 0 would be none of them
    for roster in sorted(rosters):
        path = rosters[roster]
        store.run(f"INSERT INTO roster_offset VALUES ({quoted(roster)}, {offset}, {quoted(str(path))})")
        columns = store.parquet_columns(path)
        _load_own(store, roster, path, offset, columns)
        for slot in (1, 2):
            if f"g{slot}_name" in columns:
                _load_guardian(store, path, offset, slot, columns)
        offset += store.number(f"SELECT count(*) FROM read_parquet({quoted(str(path))})")


_REC = {
    "rid": "INTEGER",
    "rec_id": "VARCHAR",
    "roster": "VARCHAR",
    "name": "VARCHAR",
    "reading": "VARCHAR",
    "placeholder": "BOOLEAN",
    "sex": "VARCHAR",
    "idn": "BIGINT",
    "id_bd": "DATE",
    "birth_date": "DATE",
    "division": "VARCHAR",
    "town": "VARCHAR",
    "village": "VARCHAR",
    "household_no": "VARCHAR",
    "relation": "VARCHAR",
    "phone": "VARCHAR",
    "id_text": "VARCHAR",
    "elder": "BIGINT",
    "unnamed_of": "VARCHAR",
}


def _load_own(store: Store, roster: str, path: Path, offset: int, columns: Mapping[str, str]) -> None:
    given = {name: name if name in columns else "NULL" for name in _OPTIONAL}
    store.run(
        f"""INSERT INTO rec SELECT {offset} + file_row_number, rec_id, {quoted(roster)}, coalesce(name, ''),
        coalesce(name_reading, ''), {given["placeholder_of"]} IS NOT NULL, CAST(sex AS VARCHAR), {_ID.format(column="id_no")}, id_birth_date,
        birth_date, division, {given["town"]}, {given["village"]}, {given["household_no"]},
        CAST({given["relation_to_head"]} AS VARCHAR), {given["phone"]}, CASE WHEN id_no IS NULL THEN {given["id_text"]} END,
        {_ID.format(column=f"CAST({given['guardian_id_in_field']} AS VARCHAR)")}, {given["placeholder_of"]}
        FROM read_parquet({quoted(str(path))}, file_row_number = true)"""
    )


def _load_guardian(store: Store, path: Path, offset: int, slot: int, columns: Mapping[str, str]) -> None:
    reading = f"g{slot}_reading" if f"g{slot}_reading" in columns else "''"
    identity = _ID.format(column=f"g{slot}_id") if f"g{slot}_id" in columns else "NULL"
    store.run(
        f"""INSERT INTO mention SELECT {offset} + file_row_number, {slot}, coalesce(g{slot}_name, ''), coalesce({reading}, ''), {identity}
        FROM read_parquet({quoted(str(path))}, file_row_number = true)
        WHERE coalesce(g{slot}_name, '') <> '' OR {identity} IS NOT NULL"""
    )


ID_BIRTH = "make_date(CAST({idn} // 10000000 % 10000 AS INTEGER), CAST({idn} // 100000 % 100 AS INTEGER), CAST({idn} // 1000 % 100 AS INTEGER))"
ID_SEX = "CASE WHEN {idn} % 2 = 1 THEN 'male' ELSE 'female' END"


def birth_of(idn: str) -> str:
    """SQL: the date of birth in an ID number held as 17 digits."""
    return ID_BIRTH.format(idn=idn)


def sex_of(idn: str) -> str:
    """SQL: the sex in an ID number held as 17 digits."""
    return ID_SEX.format(idn=idn)
