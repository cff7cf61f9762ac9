"""The database that tests begin with, installations and databases of their own beside it, and their end.

To bring an empty database up to date takes Django many seconds. What wants one gets a copy of one that was brought up to date once
for this state of the migrations; how an installation comes to be by itself is shown by tests/e2e/test_serving.py.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import django
import psycopg
from django.conf import LazySettings

import ciyou
from ciyou.cli.demo import DATABASE

SERVER = os.environ.get("DATABASE_URL", "")
"""On PostgreSQL: where databases are made, each state folder having one of its own as each has its own keys. On SQLite: nothing."""


@contextlib.contextmanager
def own_installation(home: Path, *, empty: bool = False) -> Iterator[dict[str, str]]:
    """The environment of an installation on the kind of database that these tests run on, for processes that are started with it.

    This process keeps the tests' own database. `empty`: without tables, and without its folder.
    """
    environment = {**os.environ, "CIYOU_HOME": str(home), "DJANGO_SETTINGS_MODULE": "ciyou.config.settings"}
    if not SERVER:
        if not empty:
            give_tables(home)
        yield environment
        return
    name, environment["DATABASE_URL"] = create_database(home.name, empty=empty)
    try:
        yield environment
    finally:
        drop_database(name)


def give_tables(home: Path) -> None:
    """Put an empty database with all tables into a state folder; nothing on PostgreSQL, and nothing where one is."""
    if SERVER or (home / DATABASE).exists():
        return
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(_up_to_date() / DATABASE, home / DATABASE)
    (home / DATABASE).chmod(0o600)


def create_database(purpose: str, *, empty: bool = False) -> tuple[str, str]:
    """A database on the server of the tests: its name and its address."""
    name, like = f"{purpose}_{uuid.uuid4().hex[:8]}", "template1" if empty else _template()
    with _administrator() as administrator:
        administrator.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
    return name, _address(name)


def drop_database(name: str) -> None:
    """Remove it with the connections that are left on it.

    Not `WITH (FORCE)`: that is refused whenever autovacuum, which belongs to nobody but the superuser, happens to be at work there.
    """
    with _administrator() as administrator:
        administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
            [name],
        )
        administrator.execute(f"DROP DATABASE {name}")


def begin_with_tables(settings: LazySettings) -> contextlib.AbstractContextManager[object]:
    """Let the database of this process of the tests begin as a copy too: open while Django makes it, which then finds nothing to migrate."""
    ours = settings.DATABASES["default"]
    if SERVER:
        ours["TEST"]["TEMPLATE"] = _template()
        return contextlib.nullcontext()
    # In memory, where Django will look for it; it is there as long as somebody is connected with it.
    memory = sqlite3.connect("file:memorydb_default?mode=memory&cache=shared", uri=True)
    with contextlib.closing(sqlite3.connect(_up_to_date() / DATABASE)) as made:
        made.backup(memory)
    return contextlib.closing(memory)


@cache
def _template() -> str:
    """The name of the database on the server that others are copies of; made by whichever process needs it first."""
    name = f"up_to_date_{_state()}"
    with _only_one(name), _administrator() as administrator:
        if administrator.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        administrator.execute(f"CREATE DATABASE making_{name}")
        with tempfile.TemporaryDirectory() as home:
            _migrate({"CIYOU_HOME": home, "DATABASE_URL": _address(f"making_{name}")})
        administrator.execute(f"ALTER DATABASE making_{name} RENAME TO {name}")
    return name


@cache
def _up_to_date() -> Path:
    """The state folder that others are copies of."""
    folder = Path(tempfile.gettempdir()) / f"ciyou-tests-{os.getuid()}" / _state()
    with _only_one(folder.name):
        if not folder.exists():
            folder.parent.mkdir(mode=0o700, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder.parent) as home:
                _migrate({"CIYOU_HOME": f"{home}/made"})
                Path(home, "made").rename(folder)
    return folder


def _migrate(more: dict[str, str]) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "ciyou.config.settings", **more}
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@cache
def _state() -> str:
    """A short name for what the tables follow from: the migrations and Django."""
    found = hashlib.sha256(django.__version__.encode())
    for file in sorted(Path(ciyou.__file__).parent.glob("apps/*/migrations/*.py")):
        found.update(file.name.encode() + file.read_bytes())
    return found.hexdigest()[:16]


@contextlib.contextmanager
def _only_one(name: str) -> Iterator[None]:
    """One process of the tests at a time."""
    with Path(tempfile.gettempdir(), f"ciyou-tests-{os.getuid()}-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _administrator() -> psycopg.Connection:
    return psycopg.connect(SERVER, autocommit=True)


def _address(name: str) -> str:
    return SERVER.rpartition("/")[0] + f"/{name}"
