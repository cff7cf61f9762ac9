"""The library that reads and writes workbooks."""

from __future__ import annotations

import importlib
from typing import Any


def openpyxl() -> Any:
    """The library, imported when the first workbook is opened: every command reads packs, few hold one, and it is a third of their start."""
    return importlib.import_module("openpyxl")
