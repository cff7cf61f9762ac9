"""Databases of their own beside the one of the tests (PostgreSQL), and their end."""

from __future__ import annotations

import os
import uuid

from django.db.backends.utils import CursorWrapper


def create_database(cursor: CursorWrapper, purpose: str) -> tuple[str, str]:
    """An empty database on the server of the tests: its name and its address."""
    name = f"{purpose}_{uuid.uuid4().hex[:8]}"
    cursor.execute(f"CREATE DATABASE {name}")
    return name, os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"


def drop_database(cursor: CursorWrapper, name: str) -> None:
    """Remove it with the connections that are left on it.

    Not `WITH (FORCE)`: that is refused whenever autovacuum, which belongs to nobody but the superuser, happens to be at work there.
    """
    cursor.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user", [name]
    )
    cursor.execute(f"DROP DATABASE {name}")
