"""Names of divisions, where the delivery brought a list of them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

PLACES_FILE = "divisions.csv"
_SIGNIFICANT = (2, 4, 6, 9, 12)


def place_name(names: Mapping[str, str], division: str | None) -> str:
    """The name of a division from its county down, as far as the list knows it; "" where it knows nothing.

    A code may be given short (9 digits for a township).
    """
    if not division:
        return ""
    full = division.ljust(12, "0")
    parts = [names.get(full[:digits].ljust(12, "0"), "") for digits in _SIGNIFICANT[2:] if full[:digits].strip("0")]
    return "".join(dict.fromkeys(part for part in parts if part))


@lru_cache(maxsize=16)
def read_places(folder: Path) -> Mapping[str, str]:
    """12-digit code → name, from `divisions.csv` (columns code, name) of a delivery; empty when there is none."""
    path = folder / PLACES_FILE
    if not path.is_file():
        return MappingProxyType({})
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        return MappingProxyType({row["code"].ljust(12, "0"): row["name"] for row in rows if row.get("code")})
