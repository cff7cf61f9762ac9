"""What is told of clusters while they are weighed, as the search for one person reads it too: for measuring one against the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ciyou.batch.engines.duckdb_store import Store
from ciyou.core.linkage.told import Told, ToldKin, ToldRecord


def told_of(store: Store, clusters: Iterable[int]) -> Mapping[int, Told]:
    """From `bearer`, `bearer_born` and `bearer_kin` (see `weighed_keys.block`), by cluster."""
    listed = ", ".join(str(int(cluster)) for cluster in clusters)
    records, births, kin = (
        _by_cluster(store, f"SELECT {columns} FROM {table} WHERE aid IN ({listed}) ORDER BY ALL")
        for table, columns in (
            ("bearer", "aid, name, reading, unnamed, sex, county, town, village, phone, digits, roster"),
            ("bearer_born", "aid, born, lunar"),
            ("bearer_kin", "aid, gid, kin_name, kin_reading"),
        )
    )
    return {
        aid: Told(
            records=tuple(map(_record, records.get(aid, ()))),
            births=tuple(born for born, lunar in births.get(aid, ()) if not lunar),
            lunar=tuple(born for born, lunar in births.get(aid, ()) if lunar),
            kin=tuple(ToldKin(number_of(gid), name or "", reading or "") for gid, name, reading in kin.get(aid, ())),
            number=number_of(aid) if aid > 0 else "",
        )
        for aid in records
    }


def number_of(digits: int | None) -> str:
    """The first 17 digits of a number as text."""
    return "" if digits is None else f"{digits:017d}"


def _record(row: list[Any]) -> ToldRecord:
    name, reading, unnamed, *told = ("" if cell is None else cell for cell in row)
    return ToldRecord(name, reading, bool(unnamed), *map(str, told))


def _by_cluster(store: Store, query: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for aid, *row in store.rows(query):
        found.setdefault(int(str(aid)), []).append(row)
    return found
