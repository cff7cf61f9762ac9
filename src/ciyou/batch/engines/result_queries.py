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


def count_outcomes(folder: Path) -> list[Row]:
    """Children by rule, outcome and whether the answer rests on silence: rule, outcome, presumed, children."""
    table = _scan(folder, "decisions").with_columns(presumed=pl.col("basis") == "presumed")
    counted = table.group_by("rule", "outcome", "presumed").agg(children=pl.len())
    return counted.sort("rule", "outcome", "presumed").collect().to_dicts()


def count_people(folder: Path) -> dict[str, int]:
    """People by kind."""
    counted = _scan(folder, "people").group_by("kind").agg(people=pl.len()).collect()
    return {str(row["kind"]): row["people"] for row in counted.to_dicts()}


def count_links(folder: Path) -> dict[str, int]:
    """Records that were used, by roster."""
    return _count_by(folder, "links", "roster")


def count_reviews(folder: Path) -> int:
    """Pairs of records that a person should look at."""
    return int(_scan(folder, "review").select(pl.len()).collect().item())


def count_leads(folder: Path) -> dict[str, int]:
    """Leads by why."""
    return _count_by(folder, "leads", "why")


def lead_divisions(folder: Path) -> list[str]:
    """The townships (9 digits) in which there are leads."""
    townships = _scan(folder, "leads").select(pl.col("division").str.slice(0, 9)).drop_nulls().unique()
    return [str(code) for code in townships.sort("division").collect()["division"]]


def rejected_rows(folder: Path) -> list[Row]:
    """Rows set aside, by roster, column, kind of value and reason: how many, and the first row numbers."""
    table = _scan(folder, "rejected").group_by("roster", "column", "value_kind", "reason")
    grouped = table.agg(rows=pl.len(), first_rows=pl.col("row").sort().head(20))
    return grouped.sort("roster", pl.col("rows").neg(), "column", "reason").collect().to_dicts()


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


def decisions_of(folder: Path, person_ids: Iterable[str]) -> list[Row]:
    """Every decision about these children."""
    return _scan(folder, "decisions").filter(pl.col("person_id").is_in(list(person_ids))).collect().to_dicts()


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


def _count_by(folder: Path, name: str, column: str) -> dict[str, int]:
    counted = _scan(folder, name).group_by(column).agg(rows=pl.len()).sort(column).collect()
    return {str(row[column]): row["rows"] for row in counted.to_dicts()}


def _scan(folder: Path, name: str) -> pl.LazyFrame:
    return pl.scan_parquet(folder / f"{name}.parquet")
