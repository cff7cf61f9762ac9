"""Which database is used, and as whom the processes of an installation speak to it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ciyou.config.databases import AS_MACHINE, database_settings, forget_machine

URL = "postgresql://ciyou:secret@db.example.org/office?sslmode=verify-full"


def test_without_an_address_the_database_lies_in_the_state_folder(tmp_path):
    chosen = database_settings("", tmp_path)
    assert (chosen["ENGINE"], chosen["NAME"]) == ("django.db.backends.sqlite3", tmp_path / "ciyou.sqlite3")
    assert chosen["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_an_address_of_postgresql_is_used_with_what_it_asks_for(tmp_path):
    chosen = database_settings(URL, tmp_path)
    assert (chosen["HOST"], chosen["NAME"], chosen["USER"]) == ("db.example.org", "office", "ciyou")
    assert chosen["OPTIONS"] == {"sslmode": "verify-full", "options": AS_MACHINE}


@pytest.mark.parametrize("url", ["mysql://x@y/z", "sqlite:///x.db", "oracle://x@y/z", "nonsense"])
def test_any_other_database_is_refused_with_what_to_do(tmp_path, url):
    with pytest.raises(RuntimeError, match="postgresql://"):
        database_settings(url, tmp_path)


def test_the_process_that_serves_pages_is_nobody_until_a_request_says_who_asks(tmp_path):
    for options, kept in (("", ""), ("&options=-c%20work_mem%3D8MB", "-c work_mem=8MB")):
        databases = {"default": database_settings(URL + options, tmp_path)}
        forget_machine(databases)
        assert databases["default"]["OPTIONS"]["options"] == kept


def test_forgetting_the_machine_leaves_sqlite_as_it_is(tmp_path):
    databases = {"default": database_settings("", tmp_path)}
    forget_machine(databases)
    assert databases["default"] == database_settings("", tmp_path)


def test_the_server_loads_an_application_that_has_forgotten_the_machine(tmp_path):
    program = (
        "import ciyou.config.wsgi; from django.db import connections; "
        "print(repr(connections.settings['default']['OPTIONS'].get('options', '')))"
    )
    environment = {**os.environ, "CIYOU_HOME": str(tmp_path), "DATABASE_URL": URL}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "''"


def test_a_database_that_is_there_already_is_used_for_the_tests_as_well():
    script = Path(__file__).resolve().parents[2] / "scripts/with_postgresql.py"
    done = subprocess.run(
        [sys.executable, str(script), sys.executable, "-c", "import os; print(os.environ['DATABASE_URL'])"],
        env={**os.environ, "DATABASE_URL": URL},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == URL
