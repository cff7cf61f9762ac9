"""What stands in the rows and cells of the ledger."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cell:
    """One cell: its label (for cards), how it looks (text | number | rules | late), and what stands in it."""

    label: str
    kind: str
    content: Any


@dataclass(frozen=True)
class ShownRow:
    """One child, ready to read."""

    person_id: uuid.UUID
    name: str
    address: str
    protected: bool
    cells: tuple[Cell, ...]
