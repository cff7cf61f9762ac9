"""Questions that a page asks of one run's output folder (contracts: files), answered by scanning its Parquet files.

Every function takes the folder and returns plain Python values: rows are dicts keyed by the contract's column names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

Row = dict[str, Any]


@dataclass(frozen=True)
class LeadFilter:
    """Which leads: every field that is set narrows. `division` is a prefix of significant digits, `name` a part of a name.

    `rule` with `outcome` keeps the leads of children for whom that rule came out so (`presumed` means a presumed no);
    `rule` alone: it came out yes or undetermined.
    """

    rule: str = ""
    outcome: str = ""
    division: str = ""
    why: str = ""
    name: str = ""


def lead_divisions(folder: Path) -> list[str]:
    """The townships (9 digits) in which there are leads."""
    townships = _scan(folder, "leads").select(pl.col("division").str.slice(0, 9)).drop_nulls().unique()
    return [str(code) for code in townships.sort("division").collect()["division"]]


def rejected_rows(folder: Path) -> list[Row]:
    """Rows set aside, by roster, file, column and reason (in words: reason_zh, reason_en): how many, and the first row numbers."""
    grouped_by = ("roster", "file", "column", "reason_zh", "reason_en")
    table = _scan(folder, "rejected")
    if not set(grouped_by) <= set(table.collect_schema().names()):
        # A run in which no roster was read at all writes an empty table of the contract's columns only.
        return []
    grouped = table.group_by(grouped_by).agg(rows=pl.len().cast(pl.Int64), first_rows=pl.col("row").sort().head(20))
    return grouped.sort("roster", "file", pl.col("rows").neg(), "column", "reason_zh").collect().to_dicts()


def find_leads(folder: Path, wanted: LeadFilter, *, offset: int, limit: int) -> tuple[int, list[Row]]:
    """How many leads there are, and one page of them by rank, with name, sex and birth date of the child."""
    people = _scan(folder, "people").select("person_id", "name", "sex", "birth_date")
    table = _scan(folder, "leads").join(people, on="person_id", how="left")
    for condition in _conditions(wanted):
        table = table.filter(condition)
    if wanted.rule:
        table = table.join(_with_outcome(folder, wanted), on="person_id", how="semi")
    total = int(table.select(pl.len()).collect().item())
    page = table.sort("rank", "lead_id").slice(offset, limit).collect()
    return total, page.to_dicts()


def _conditions(wanted: LeadFilter) -> Iterable[pl.Expr]:
    if wanted.division:
        yield pl.col("division").str.starts_with(wanted.division)
    if wanted.why:
        yield pl.col("why") == wanted.why
    if wanted.name:
        yield pl.col("name").str.contains(wanted.name, literal=True)


def _with_outcome(folder: Path, wanted: LeadFilter) -> pl.LazyFrame:
    table = _scan(folder, "decisions").filter(pl.col("rule") == wanted.rule)
    presumed = pl.col("basis") == "presumed"
    match wanted.outcome:
        case "presumed":
            table = table.filter((pl.col("outcome") == "no") & presumed)
        case "no":
            table = table.filter((pl.col("outcome") == "no") & ~presumed)
        case "":
            table = table.filter(pl.col("outcome").is_in(["yes", "undetermined"]))
        case outcome:
            table = table.filter(pl.col("outcome") == outcome)
    return table.select("person_id")


def division_of(folder: Path, person_id: str) -> str | None:
    """The division whose rules decided about a child; None when there are no decisions about this person."""
    decided = _scan(folder, "decisions").filter(pl.col("person_id") == person_id).select("division").head(1).collect()
    return str(decided.item()) if decided.height else None


def people_of(folder: Path, person_ids: Iterable[str]) -> list[Row]:
    """These people."""
    return _scan(folder, "people").filter(pl.col("person_id").is_in(list(person_ids))).collect().to_dicts()


def relations_of(folder: Path, person_id: str) -> list[Row]:
    """Who is what to this person."""
    return _scan(folder, "relations").filter(pl.col("person_id") == person_id).collect().to_dicts()


def facts_of(folder: Path, person_ids: Iterable[str]) -> list[Row]:
    """Everything that was said about these people."""
    return _scan(folder, "facts").filter(pl.col("person_id").is_in(list(person_ids))).collect().to_dicts()


def links_of(folder: Path, person_ids: Iterable[str]) -> list[Row]:
    """The records that were found to be about these people."""
    return _scan(folder, "links").filter(pl.col("person_id").is_in(list(person_ids))).collect().to_dicts()


def _scan(folder: Path, name: str) -> pl.LazyFrame:
    return pl.scan_parquet(folder / f"{name}.parquet")
