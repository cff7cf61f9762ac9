"""What is loaded from a run's output folder into the registry: its leads, and the families of the children they are about.

Rows are dicts keyed by the contract's column names. Every function scans the Parquet files once: ask for many people at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from ciyou.batch.engines.result_queries import Row

LEAD_COLUMNS = ("lead_id", "person_id", "rec_id", "why", "rules", "deciding_facts", "division", "expected_gain_fen", "rank")  # fmt: skip
_ABSENT: dict[str, pl.DataType] = {"rules": pl.List(pl.String), "deciding_facts": pl.List(pl.String)}


def lead_rows(folder: Path) -> list[Row]:
    """Every lead, children first by person, then the records that lead to nobody."""
    table = pl.scan_parquet(folder / "leads.parquet")
    missing = set(LEAD_COLUMNS) - set(table.collect_schema().names())
    table = table.with_columns(pl.lit(None, dtype=_ABSENT.get(name, pl.String())).alias(name) for name in missing)
    wanted = table.select(LEAD_COLUMNS).sort("person_id", "lead_id", nulls_last=True)
    return wanted.collect().to_dicts()


def children_of_run(folder: Path, limit: int) -> dict[str, str]:
    """The first children of a run by id, each with its division."""
    people = pl.scan_parquet(folder / "people.parquet").filter(pl.col("kind") == "child").sort("person_id").head(limit)
    return {
        row["person_id"]: row["division"] or "" for row in people.select("person_id", "division").collect().to_dicts()
    }


def family_relations(folder: Path, child_ids: Iterable[str]) -> list[Row]:
    """Who is what to these children."""
    return _of_people(folder, "relations", child_ids)


def loaded_people(folder: Path, person_ids: Iterable[str]) -> list[Row]:
    """These people."""
    return _of_people(folder, "people", person_ids)


def loaded_facts(folder: Path, person_ids: Iterable[str]) -> list[Row]:
    """Everything that was said of these people, those of one person together."""
    return _of_people(folder, "facts", person_ids)


def loaded_identifiers(folder: Path, person_ids: Iterable[str]) -> list[Row]:
    """Numbers and telephones of these people; nothing where the run is of a time before they were kept."""
    if not (folder / "identifiers.parquet").exists():
        return []
    return _of_people(folder, "identifiers", person_ids)


def people_of_records(folder: Path, record_ids: Iterable[str]) -> dict[str, Row]:
    """By record: its roster and the person it was found to be about, with name, sex and birth date."""
    links = pl.scan_parquet(folder / "links.parquet").filter(pl.col("rec_id").is_in(list(record_ids)))
    people = pl.scan_parquet(folder / "people.parquet")
    found = links.select("rec_id", "roster", "person_id").join(people, on="person_id", how="left").collect()
    return {row["rec_id"]: row for row in found.to_dicts()}


def _of_people(folder: Path, name: str, person_ids: Iterable[str]) -> list[Row]:
    wanted = pl.scan_parquet(folder / f"{name}.parquet").filter(pl.col("person_id").is_in(list(person_ids)))
    return wanted.sort("person_id", maintain_order=True).collect().to_dicts()
