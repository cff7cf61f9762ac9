"""Backup, wipe, restore, verify: the drill, with everything that may go wrong with files and keys."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.throwaway import own_installation

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "correct horse battery"
pytestmark = [pytest.mark.slow]

FILL = """
import datetime as dt, pathlib, sys, uuid
import django; django.setup()
from django.conf import settings
from django.utils import timezone
from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.services import record_disclosure
from ciyou.apps.registry.models import Fact, Identifier
from ciyou.apps.registry.sealing import blind_identifier, seal_fact, seal_identifier
from ciyou.apps.rosters.models import ScreeningRun
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.vault.fields import encrypt_bytes
from tests.office import make_person, make_post
make_post()
now = timezone.now()
for _ in range(20):
    child = make_person(name="甲\\t乙\\\\丙\\n丁")
    Fact.objects.create(person=child, name="dead", value=seal_fact(child.id, "dead", True), sensitivity=4, basis="verified",
        source="visit", recorded_at=now, recorded_by="x")
    Identifier.objects.create(person=child, kind="id_card", cipher=seal_identifier(child.id, "id_card", "110101201605010000"),
        blind=blind_identifier("id_card", "110101201605010000"), source="police_hukou", recorded_at=now)
    record_disclosure(LOCAL_OPERATOR, purpose=Purpose.SERVE, action="child", persons=[str(child.id)], fields=["name"],
        highest_class=3, origin="127.0.0.1")
key = uuid.UUID(int=1)
(settings.EVIDENCE / str(key)).write_bytes(encrypt_bytes(keyring(), b"a picture", context=f"registry.evidence:{key}"))
folder = settings.DELIVERIES / "one"
folder.mkdir()
(folder / "户籍.csv").write_text("rec_id", encoding="utf-8")
ScreeningRun.objects.create(as_of=now.date(), input_folder=str(folder), output_folder=str(settings.RESULTS / "one"),
    created_by="local", created_at=now)
"""
ROWS = """
import hashlib, json
import django; django.setup()
from django.db import connection
found = {}
with connection.cursor() as cursor:
    for name in sorted(connection.introspection.table_names(cursor)):
        key = connection.introspection.get_primary_key_columns(cursor, name)
        made_by_restore = "WHERE action <> 'restore'" if name == "audit_logentry" else ""
        cursor.execute(f"SELECT * FROM {name} {made_by_restore} ORDER BY {', '.join(key)}")
        rows = [[bytes(cell).hex() if isinstance(cell, (bytes, memoryview)) else str(cell) for cell in row] for row in cursor]
        found[name] = [len(rows), hashlib.sha256(json.dumps(rows).encode()).hexdigest()]
print(json.dumps(found))
"""
ASK = """
import json
import django; django.setup()
from ciyou.apps.registry.models import Fact, Identifier, Person
from ciyou.apps.registry.sealing import blind_identifier, open_fact
from ciyou.apps.rosters.models import ScreeningRun
fact = Fact.objects.first()
print(json.dumps({
    "fact": open_fact(fact.person_id, fact.name, fact.value),
    "found_by_number": Identifier.objects.filter(blind=blind_identifier("id_card", "110101201605010000")).count(),
    "name": fact.person.name,
    "input": ScreeningRun.objects.get().input_folder,
    "next_person": bool(Person.objects.create(kind="child", division="990101001001", name="新", created_at=fact.recorded_at,
        updated_at=fact.recorded_at)),
}))
"""
WRITE = """
import django, sys, time; django.setup()
from ciyou.apps.audit.services import record_disclosure
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
end = time.monotonic() + 60
print("started", flush=True)
while time.monotonic() < end:
    record_disclosure(LOCAL_OPERATOR, purpose=Purpose.SERVE, action="busy", persons=["a", "b"], fields=[], highest_class=3, origin="")
"""
BALANCE = """
import django; django.setup()
from ciyou.apps.audit.models import LogEntry, PersonSeen
print(LogEntry.objects.filter(action="busy").count(), PersonSeen.objects.filter(entry__action="busy").count())
"""


@dataclass
class Installation:
    """A state folder with its database, worked on by commands only."""

    home: Path
    environment: dict[str, str]

    def ciyou(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from ciyou.cli.main import main; main()", *arguments]
        environment = {**self.environment, "CIYOU_LANG": "en", **more}
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)

    def run(self, program: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program], env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


class Places:
    """Makes installations on the kind of database that these tests run on; on PostgreSQL each has a database of its own."""

    def __init__(self, folder: Path, opened: contextlib.ExitStack) -> None:
        self.folder, self.opened = folder, opened

    def make(self, name: str, *, empty: bool = True) -> Installation:
        home = self.folder / name
        environment = self.opened.enter_context(own_installation(home, empty=empty))
        environment.pop("CIYOU_KEY_FILE", None)
        return Installation(home, environment)


@pytest.fixture
def places(tmp_path):
    """Makes installations and removes their databases afterwards."""
    with contextlib.ExitStack() as opened:
        yield Places(tmp_path, opened)


@pytest.fixture
def office(places):
    """An installation with children, facts, evidence, a delivery and a log."""
    made = places.make("home", empty=False)
    done = subprocess.run(
        [sys.executable, "-m", "django", "prepare"], env=made.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    made.run(FILL)
    return made


@pytest.fixture
def backup(office, tmp_path):
    """A backup of it, and its key file kept elsewhere."""
    done = office.ciyou("backup", "--out", str(tmp_path / "x.backup"))
    assert done.returncode == 0, done.stderr
    shutil.copy(office.home / "keys.json", tmp_path / "keys.json")
    return tmp_path / "x.backup"


def restored(places, backup, keys, **more) -> tuple[Installation, subprocess.CompletedProcess[str]]:
    made = places.make("new")
    return made, made.ciyou("restore", str(backup), "--home", str(made.home), "--keys", str(keys), **more)


def test_what_was_wiped_comes_back_row_by_row_and_file_by_file(office, backup, places, tmp_path):
    rows = json.loads(office.run(ROWS))
    evidence = (office.home / "evidence" / str(uuid.UUID(int=1))).read_bytes()
    shutil.rmtree(office.home)
    made, done = restored(places, backup, tmp_path / "keys.json")
    assert (done.returncode, done.stderr) == (0, "")
    after = json.loads(made.run(ROWS))
    assert {name: count for name, count in after.items() if rows.get(name) != count} == changed_by_restore(after)
    assert rows["registry_fact"][0] == 20
    assert (made.home / "evidence" / str(uuid.UUID(int=1))).read_bytes() == evidence
    assert (made.home / "deliveries/one/户籍.csv").read_text(encoding="utf-8") == "rec_id"
    assert json.loads(made.run(ASK)) == {
        "fact": True,
        "found_by_number": 20,
        "name": "甲\t乙\\丙\n丁",
        "input": str(made.home / "deliveries/one"),
        "next_person": True,
    }
    assert made.ciyou("audit", "verify").returncode == 0
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def changed_by_restore(after):
    """The folders of screenings are where the new state folder is; SQLite counts the log's own new entry."""
    return {name: after[name] for name in ("rosters_screeningrun", "sqlite_sequence") if name in after}


def test_a_key_file_older_than_the_backup_is_refused_and_nothing_is_left(office, places, tmp_path):
    shutil.copy(office.home / "keys.json", tmp_path / "old.json")
    assert office.ciyou("keys", "rotate", "--use", "field").returncode == 0
    assert office.ciyou("backup", "--out", str(tmp_path / "x.backup")).returncode == 0
    made, done = restored(places, tmp_path / "x.backup", tmp_path / "old.json")
    assert done.returncode == 2
    assert "older than the backup" in done.stderr
    assert not made.home.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "old.json", "x.backup"]


def test_a_backup_that_was_changed_is_refused_and_nothing_is_left(office, backup, places, tmp_path):
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 1
    backup.write_bytes(content)
    made, done = restored(places, backup, tmp_path / "keys.json")
    assert done.returncode == 2
    assert "changed" in done.stderr
    assert not made.home.exists()


def test_a_state_folder_with_anything_in_it_is_never_overwritten(office, backup, tmp_path):
    before = sorted(path.name for path in office.home.iterdir())
    done = office.ciyou("restore", str(backup), "--home", str(office.home), "--keys", str(tmp_path / "keys.json"))
    assert done.returncode == 2
    assert "restore.home_not_empty" in done.stderr
    assert sorted(path.name for path in office.home.iterdir()) == before


def test_a_backup_is_not_written_over_an_earlier_one_unless_asked(office, backup):
    before = backup.read_bytes()
    done = office.ciyou("backup", "--out", str(backup))
    assert (done.returncode, "backup.exists" in done.stderr) == (2, True)
    assert backup.read_bytes() == before
    assert office.ciyou("backup", "--out", str(backup), "--overwrite").returncode == 0


def test_keys_in_a_file_of_their_own_open_with_the_passphrase_and_restore_the_backup(office, places, tmp_path):
    keys = tmp_path / "x.keys"
    out = ("backup", "--out", str(tmp_path / "x.backup"), "--keys", str(keys))
    assert office.ciyou(*out, CIYOU_KEY_PASSPHRASE=PASSPHRASE).returncode == 0
    made, done = restored(places, tmp_path / "x.backup", keys, CIYOU_KEY_PASSPHRASE="another one altogether")
    assert (done.returncode, made.home.exists()) == (2, False)
    done = made.ciyou(
        *("restore", str(tmp_path / "x.backup"), "--home", str(made.home), "--keys", str(keys)),
        CIYOU_KEY_PASSPHRASE=PASSPHRASE,
    )
    assert done.returncode == 0, done.stderr
    assert "secret" not in (made.home / "keys.json").read_text(encoding="ascii")
    assert made.ciyou("audit", "verify").returncode == 2
    assert made.ciyou("audit", "verify", CIYOU_KEY_PASSPHRASE=PASSPHRASE).returncode == 0


def test_after_a_restore_with_newer_keys_children_are_still_found_by_number(office, backup, places, tmp_path):
    assert office.ciyou("keys", "rotate", "--use", "index").returncode == 0
    made, done = restored(places, backup, office.home / "keys.json")
    assert done.returncode == 0, done.stderr
    assert json.loads(made.run(ASK))["found_by_number"] == 20


def test_a_backup_made_while_others_write_holds_one_moment(office, places, tmp_path):
    shutil.copy(office.home / "keys.json", tmp_path / "keys.json")
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITE], env=office.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        writer.stdout.readline()
        done = office.ciyou("backup", "--out", str(tmp_path / "x.backup"))
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    assert done.returncode == 0, done.stderr
    made, done = restored(places, tmp_path / "x.backup", tmp_path / "keys.json")
    assert done.returncode == 0, done.stderr
    entries, persons = map(int, made.run(BALANCE).split())
    assert entries > 0
    assert persons == 2 * entries
