"""The weights of comparisons, read from their versioned file."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from ciyou.core.linkage.weights import Weights

_FILE = Path(__file__).with_name("weights.json")


@lru_cache(maxsize=1)
def linkage_weights() -> Weights:
    """The weights by which this version links."""
    return Weights(json.loads(_FILE.read_text(encoding="utf-8")))


def weights_version() -> str:
    """The version of the file."""
    return linkage_weights().version


def tenths(*path: str) -> int:
    """The weight at `path` (such as "born", "same") in tenths of a bit."""
    return linkage_weights().tenths(*path)


def amount(*path: str) -> int:
    """A whole number of the file that is no weight."""
    return linkage_weights().amount(*path)
