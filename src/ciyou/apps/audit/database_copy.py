"""The whole database as files, and back: the same on SQLite and PostgreSQL for whoever makes a backup.

SQLite gives its own file, copied while others write. PostgreSQL gives one file per table in COPY's text form, read in one
transaction: it needs no program of PostgreSQL's and does not depend on the version of the server.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from ciyou.core.errors import Place, Problem, RunError

SQLITE_NAME = "ciyou.sqlite3"
_TABLES = "tables.json"


@dataclass(frozen=True)
class Table:
    """One table: its columns in the order of its file, and the columns of its key."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


def copy_out(folder: Path) -> None:
    """Write the database into a folder as it is at one moment, whoever writes meanwhile."""
    if connection.vendor == "sqlite":
        _copy_sqlite(Path(connection.settings_dict["NAME"]), folder / SQLITE_NAME)
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        tables = _tables(cursor)
        for table in tables:
            with (folder / f"{table.name}.copy").open("wb") as out, cursor.copy(_select(table)) as rows:
                out.writelines(bytes(row) for row in rows)
    stored = {table.name: {"columns": table.columns, "key": table.key} for table in tables}
    (folder / _TABLES).write_text(json.dumps(stored), encoding="utf-8")


def check_copy(folder: Path) -> None:
    """Raises RunError when a copied SQLite database is damaged (the hashes of a backup say it is the same, not that it was sound)."""
    with contextlib.closing(sqlite3.connect(folder / SQLITE_NAME)) as database:
        if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise RunError(
                Problem(
                    Place(),
                    "restore.database",
                    "备份中的数据库已损坏；请改用另一份备份。",
                    "The database in the backup is damaged; take another backup.",
                )
            )


def applied_migrations() -> list[list[str]]:
    """The state of the tables: every migration that was applied."""
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


def check_migrations(applied: list[list[str]]) -> None:
    """Raises RunError when the backup is of a newer release than this one."""
    known = MigrationExecutor(connection).loader.disk_migrations
    unknown = sorted(f"{app}.{name}" for app, name in applied if (app, name) not in known)
    if unknown:
        raise RunError(
            Problem(
                Place(),
                "restore.newer",
                f"备份来自更新的版本（{', '.join(unknown[:3])}）；请先升级本系统再恢复。",
                f"The backup is of a newer release ({', '.join(unknown[:3])}); upgrade this installation first.",
            )
        )


def copy_in(folder: Path, *, applied: list[list[str]]) -> None:
    """Make the tables in an empty PostgreSQL database as they were, and fill them; call it in a transaction.

    Raises RunError for a database that has tables.
    """
    with connection.cursor() as cursor:
        if connection.introspection.table_names(cursor):
            raise RunError(
                Problem(
                    Place(),
                    "restore.not_empty",
                    "DATABASE_URL 指向的数据库不是空的，没有做任何改动；请新建一个空数据库再恢复。",
                    "The database of DATABASE_URL is not empty; nothing was changed. Create an empty one and restore into it.",
                )
            )
    executor = MigrationExecutor(connection)
    executor.migrate(_last_of_each_app(executor, {(app, name) for app, name in applied}))
    stored = json.loads((folder / _TABLES).read_text(encoding="utf-8"))
    with _failure_told(), connection.cursor() as cursor, _rows_free(cursor):
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for name, about in stored.items():
            # Rows that migrations put there come back from the backup; the log is still empty and would refuse this.
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{name}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'DELETE FROM "{name}"')
            columns = ", ".join(f'"{column}"' for column in about["columns"])
            with (
                (folder / f"{name}.copy").open("rb") as source,
                cursor.copy(f'COPY "{name}" ({columns}) FROM STDIN') as rows,
            ):
                while chunk := source.read(1 << 20):
                    rows.write(chunk)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)


@contextlib.contextmanager
def _failure_told() -> Iterator[None]:
    """What the database says of a row it refuses may hold what stands in the row: only the kind of its complaint is told."""
    try:
        yield
    except DatabaseError as error:
        kind = type(error).__name__
        raise RunError(
            Problem(
                Place(),
                "restore.refused",
                f"数据库没有接受备份中的数据（{kind}），没有恢复任何内容；请改用另一份备份。",
                f"The database did not take what the backup holds ({kind}); nothing was restored. Take another backup.",
            )
        ) from None


def _last_of_each_app(executor: MigrationExecutor, applied: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Where to migrate to: going through an earlier migration of an app after a later one would undo the later one."""
    nodes = executor.loader.graph.node_map
    return sorted(
        one
        for one in applied & set(nodes)
        if not any(child.key in applied and child.key[0] == one[0] for child in nodes[one].children)
    )


def _copy_sqlite(source: Path, target: Path) -> None:
    with contextlib.closing(sqlite3.connect(source)) as read, contextlib.closing(sqlite3.connect(target)) as write:
        # In one step: it reads one state of the write-ahead log, and a writer does not make it begin again.
        read.backup(write, pages=-1)


def _tables(cursor: Any) -> list[Table]:
    cursor.execute(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0"
        " AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY c.relname, a.attnum"
    )
    columns: dict[str, list[str]] = {}
    for table, column in cursor.fetchall():
        columns.setdefault(table, []).append(column)
    introspection = connection.introspection
    return [
        Table(name, tuple(found), tuple(introspection.get_primary_key_columns(cursor, name) or found))
        for name, found in columns.items()
    ]


def _select(table: Table) -> str:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    order = ", ".join(f'"{column}"' for column in table.key)
    return f'COPY (SELECT {columns} FROM "{table.name}" ORDER BY {order}) TO STDOUT'


def _models() -> list[type[Any]]:
    return [*apps.get_models(include_auto_created=True), MigrationRecorder.Migration]


@contextlib.contextmanager
def _rows_free(cursor: Any) -> Iterator[None]:
    """COPY writes to no table behind row-level security: the owner steps around the wall, and builds it up again."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relnamespace = current_schema()::regnamespace"
    )
    forced = [name for (name,) in cursor.fetchall()]
    for name in forced:
        cursor.execute(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY')
    yield
    for name in forced:
        cursor.execute(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY')
