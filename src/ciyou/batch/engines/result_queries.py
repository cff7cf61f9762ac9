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


def _scan(folder: Path, name: str) -> pl.LazyFrame:
    return pl.scan_parquet(folder / f"{name}.parquet")
