"""The weights of comparisons in bits, read from a versioned file; reckoned with in whole tenths, so that sums do not depend on order."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("weights.json")


@lru_cache(maxsize=1)
def _content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return content


def weights_version() -> str:
    """The version of the file."""
    return str(_content()["version"])


def tenths(*path: str) -> int:
    """The weight at `path` (such as "born", "same") in tenths of a bit."""
    found: Any = _content()
    for step in path:
        found = found[step]
    return round(float(found) * 10)


def amount(*path: str) -> int:
    """A whole number of the file that is no weight."""
    return tenths(*path) // 10
