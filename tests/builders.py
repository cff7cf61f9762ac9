"""Builders of synthetic material for tests; everything irrelevant has a default."""

from __future__ import annotations

from pathlib import Path

from ciyou.batch.synth import synthesize


def make_delivery(tmp_path: Path, *, children: int = 200, seed: int = 1, name: str = "rosters", **options) -> Path:
    """A folder with a small synthetic delivery of eleven rosters, its truth and its map. `options` as of `synthesize`."""
    out = tmp_path / name
    synthesize(out=out, children=children, seed=seed, **options)
    return out
