"""An installation of an earlier release is brought up to date without losing a row, on the database that these tests run on."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

import pytest
from django.db import connection

from tests.throwaway import own_installation

RUN = "11111111-1111-4111-8111-111111111111"
FIRST = {"audit": "0002", "rosters": "0001"}
"""What the first release left behind: a log in its first form, screenings, and no sign-in yet."""

ADD_DISCLOSURE = """
INSERT INTO audit_disclosurerecord (at, actor_id, role, purpose, action, subject, person_ids, person_count, fields, highest_class,
    origin, previous_hash, hash)
VALUES ('2026-11-01 08:00:00+00:00', 'local', 'local_operator', 'verify', %s, %s, %s, %s, %s, 4, '127.0.0.1', %s, %s)
"""
ADD_RUN = """
INSERT INTO rosters_screeningrun (id, status, origin, stage, percent, problems, as_of, division, file_names, input_folder,
    output_folder, created_by, created_at, started_at, alive_at, finished_at, cancel_requested)
VALUES (%s, 'done', 'upload', '', 100, '[]', '2026-11-01', '', '["hukou.csv"]', '/in', '/out', 'local',
    '2026-11-01 08:00:00+00:00', NULL, NULL, NULL, %s)
"""
PRELUDE = "import json, sys, django; django.setup(); from django.db import connection; cursor = connection.cursor()\n"


@dataclass
class Installation:
    """A database of its own, reached by other processes only: this process keeps the tests' database."""

    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        return self._run("-m", "django", *arguments)

    def execute(self, statements: list[tuple[str, list[object]]]) -> None:
        program = PRELUDE + "for sql, values in json.loads(sys.argv[1]): cursor.execute(sql, values)"
        self._run("-c", program, json.dumps(statements))

    def rows(self, sql: str) -> list[list[object]]:
        program = PRELUDE + "cursor.execute(sys.argv[1]); print(json.dumps(cursor.fetchall(), default=str))"
        return json.loads(self._run("-c", program, sql))

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def first_release(tmp_path_factory):
    """The first release with a screening and two disclosures, brought up to date once for all tests that only look at it."""
    home = tmp_path_factory.mktemp("released") / "released"
    with own_installation(home, empty=True) as environment:
        made = Installation(environment)
        for app, migration in FIRST.items():
            made.manage("migrate", app, migration, "--verbosity", "0")
        canceled = False if connection.vendor == "postgresql" else 0
        made.execute(
            [
                (ADD_RUN, [RUN if connection.vendor == "postgresql" else RUN.replace("-", ""), canceled]),
                (ADD_DISCLOSURE, ["screen", RUN, "[]", 24736, '["rosters"]', "0" * 64, "a" * 64]),
                (ADD_DISCLOSURE, ["child", RUN, '["p1", "p2"]', 2, '["name", "sex"]', "a" * 64, "b" * 64]),
            ]
        )
        made.manage("migrate", "--verbosity", "0")
        yield made


def test_everything_the_first_release_knew_is_there_after_the_upgrade(first_release):
    assert [str(row[0]).replace("-", "") for row in first_release.rows("SELECT id FROM rosters_screeningrun")] == [
        RUN.replace("-", "")
    ]
    log = first_release.rows(
        "SELECT kind, actor_id, purpose, action, subject, person_count, fields, highest_class, details FROM audit_logentry ORDER BY id"
    )
    assert [row[:8] for row in log] == [
        ["disclosure", "local", "verify", "screen", RUN, 24736, '["rosters"]', 4],
        ["disclosure", "local", "verify", "child", RUN, 2, '["name","sex"]', 4],
    ]
    assert [json.loads(str(row[8])) for row in log] == [{"first_form_hash": "a" * 64}, {"first_form_hash": "b" * 64}]
    assert first_release.rows("SELECT person_id FROM audit_personseen ORDER BY person_id") == [["p1"], ["p2"]]


def test_the_upgraded_log_still_refuses_every_change(first_release):
    for statement in ("UPDATE audit_logentry SET actor_id = 'x'", "DELETE FROM audit_personseen"):
        with pytest.raises(AssertionError, match="append-only"):
            first_release.execute([(statement, [])])


def test_upgrading_twice_changes_nothing(first_release):
    first_release.manage("migrate", "--verbosity", "0")
    assert first_release.rows("SELECT count(*) FROM audit_logentry") == [[2]]
    assert first_release.manage("migrate", "--check", "--verbosity", "0") == ""
