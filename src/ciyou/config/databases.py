"""Which database: SQLite in the state folder, or PostgreSQL by DATABASE_URL."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import dj_database_url

POSTGRESQL = "django.db.backends.postgresql"
# What the worker, the command line and the tests are to the database: the machine, which sees every row (apps/audit/wall.py).
AS_MACHINE = "-c ciyou.user=local"


def database_settings(url: str, home: Path) -> dict[str, Any]:
    """Django's settings for the database of this installation; raises RuntimeError for any other kind of database."""
    if not url:
        return _sqlite(home / "ciyou.sqlite3")
    try:
        found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    except ValueError as error:
        raise RuntimeError(_UNKNOWN) from error
    if found.get("ENGINE") != POSTGRESQL:
        raise RuntimeError(_UNKNOWN)
    options = found.setdefault("OPTIONS", {})
    options["options"] = f"{options.get('options', '')} {AS_MACHINE}".strip()
    return found


def forget_machine(databases: MutableMapping[str, Any]) -> None:
    """The process that serves pages is nobody, until a request says who asks: what forgets the wall finds no row."""
    options = databases["default"].get("OPTIONS", {})
    if AS_MACHINE in options.get("options", ""):
        options["options"] = options["options"].replace(AS_MACHINE, "").strip()


_UNKNOWN = "DATABASE_URL must begin with postgresql:// ; leave it empty to use SQLite in the state folder."


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # Deferred transactions fail with "database is locked" as soon as two processes write (measured: 1,871 of 2,000).
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
