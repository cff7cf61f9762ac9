"""Questions that a page asks of one run's output folder (contracts: files), answered by scanning its Parquet files.

Every function takes the folder and returns plain Python values: rows are dicts keyed by the contract's column names.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

Row = dict[str, Any]


def rejected_rows(folder: Path) -> list[Row]:
    """Rows set aside, by roster, file, column and reason (in words: reason_zh, reason_en): how many, and the first row numbers."""
    grouped_by = ("roster", "file", "column", "reason_zh", "reason_en")
    table = pl.scan_parquet(folder / "rejected.parquet")
    if not set(grouped_by) <= set(table.collect_schema().names()):
        # A run in which no roster was read at all writes an empty table of the contract's columns only.
        return []
    grouped = table.group_by(grouped_by).agg(rows=pl.len().cast(pl.Int64), first_rows=pl.col("row").sort().head(20))
    return grouped.sort("roster", "file", pl.col("rows").neg(), "column", "reason_zh").collect().to_dicts()
