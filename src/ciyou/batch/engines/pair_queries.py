"""The pairs of a run that people compare, for loading them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from ciyou.batch.engines.result_queries import Row


def pair_rows(folder: Path) -> list[Row]:
    """Every pair, the doubtful first by rank; `bits` is what the linking weighed, where it says so. Empty for a run of a time before them."""
    if not (folder / "pairs.parquet").exists():
        return []
    pairs = pl.read_parquet(folder / "pairs.parquet")
    review = pl.scan_parquet(folder / "review.parquet")
    if "bits" in review.collect_schema().names():
        weighed = (
            review.select("rec_id_a", "rec_id_b", "bits")
            .drop_nulls()
            .unique(["rec_id_a", "rec_id_b"], keep="first", maintain_order=True)
        )
        pairs = pairs.join(weighed.collect(), on=["rec_id_a", "rec_id_b"], how="left", maintain_order="left")
    return pairs.to_dicts()
