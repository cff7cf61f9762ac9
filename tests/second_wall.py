"""The plan of the second wall: what the migrations of oversight say of every table, taken together."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ciyou.apps.oversight import migrations

_PLANS = [
    plan
    for found in iter_modules(migrations.__path__, f"{migrations.__name__}.")
    if hasattr(plan := import_module(found.name), "WALLED")
]
WALLED = {table: rows for plan in _PLANS for table, rows in plan.WALLED.items()}
"""Tables of which a request sees some rows only."""
OPEN = {table: rights for plan in _PLANS for table, rights in plan.OPEN.items()}
"""Tables that hold nothing about persons of a file, and what a request may do there."""
