"""The command that serves: it starts, refuses what it should, survives what is killed, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import free_port, start_server

pytestmark = [pytest.mark.slow]

COMMAND = [sys.executable, "-c", "from ciyou.cli.main import main; main()", "serve"]


def processes_with(home):
    """Ids of the processes whose environment names this state folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"CIYOU_HOME={home}\0".encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except (OSError, PermissionError):
            continue
    return found


def wait_until(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


linux_only = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="Reads /proc to find processes.")


@linux_only
def test_a_stopped_server_leaves_no_process(tmp_path):
    server = start_server(tmp_path / "home", tables=False)  # it makes its tables itself
    assert len(processes_with(server.home)) >= 3
    assert server.stop() == 0
    assert wait_until(lambda: processes_with(server.home) == [])


@linux_only
def test_a_killed_server_leaves_no_process_and_starts_again_on_the_same_port(tmp_path):
    server = start_server(tmp_path / "home")
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    assert wait_until(lambda: processes_with(server.home) == [])
    start_server(server.home, port=server.port).stop()


@linux_only
@pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="writes into the SQLite file itself")
def test_a_killed_worker_is_replaced_and_its_screening_can_be_run_again(tmp_path, request):
    server = start_server(tmp_path / "home")
    try:
        database = sqlite3.connect(server.home / "ciyou.sqlite3")
        request.addfinalizer(database.close)
        with database:
            database.execute(
                "INSERT INTO rosters_screeningrun (id, status, origin, stage, percent, problems, as_of, division, file_names,"
                " input_folder, output_folder, created_by, created_at, alive_at, cancel_requested, followed, linked) VALUES"
                " ('00000000000000000000000000000001', 'running', 'upload', 'read', 10, '[]', '2025-09-01', '', '[]', 'x', 'y',"
                " 'local', '2025-09-01 00:00:00', datetime('now'), 0, '{}', '{}')"
            )
        worker = next(pid for pid in processes_with(server.home) if is_worker(pid))
        os.kill(worker, signal.SIGKILL)
        query = "SELECT status FROM rosters_screeningrun"
        assert wait_until(lambda: database.execute(query).fetchone() == ("interrupted",))
        # Whoever signs in finds it there with the button to run it again (tests/web).
        assert wait_until(lambda: any(is_worker(pid) for pid in processes_with(server.home) if pid != worker))
    finally:
        server.stop()


def is_worker(pid):
    return b"\0work\0" in Path(f"/proc/{pid}/cmdline").read_bytes()


def run_serve(*arguments, home):
    return subprocess.run(
        [*COMMAND, "--home", str(home), *arguments], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.10", "::", "example.org", ""])
def test_any_address_but_this_machines_own_is_refused_with_a_reason(tmp_path, address):
    done = run_serve("--address", address, "--lang", "en", home=tmp_path / "home")
    assert done.returncode == 2
    assert "TLS proxy only" in done.stderr
    assert done.stdout == ""


def test_a_port_that_is_taken_is_refused_with_a_reason(tmp_path):
    import socket

    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = run_serve("--port", str(port), home=tmp_path / "home")
    assert done.returncode == 2
    assert "serve.port" in done.stderr


def test_the_state_folder_can_be_read_by_its_owner_only(tmp_path):
    server = start_server(tmp_path / "home", tables=False)
    server.stop()
    modes = {path.name: path.stat().st_mode & 0o777 for path in [server.home, *server.home.iterdir()]}
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}


def test_readiness_says_when_tables_are_missing(tmp_path):
    environment = {**os.environ, "CIYOU_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "ciyou.config.settings"}
    script = (
        "import django, json; django.setup()\n"
        "from django.test import Client\n"
        "client = Client(headers={'host': '127.0.0.1'})\n"
        "print(json.dumps([client.get('/livez').status_code, client.get('/readyz').status_code]))"
    )
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout) == [200, 503]
