"""What stands in one cell of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cell:
    """One cell: its label (for cards), how it looks (text | number | rules | late), and what stands in it."""

    label: str
    kind: str
    content: Any
