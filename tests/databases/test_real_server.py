"""The real server on this database: its processes, its role and its transactions, as no test inside one transaction has them."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from bench.office_server import Browser, office, served

from tests.throwaway import own_installation

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A small county with its officers, made by the tool that makes the large ones for measurements."""
    folder = tmp_path_factory.mktemp("homes") / "office"
    with own_installation(folder) as environment, pytest.MonkeyPatch.context() as patch:
        command = [sys.executable, "-m", "bench.office_county", "--children", "60"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        if "DATABASE_URL" in environment:
            patch.setenv("DATABASE_URL", environment["DATABASE_URL"])
        yield folder


@pytest.fixture(scope="module")
def port(home):
    """The port on which it is served."""
    with served(home) as number:
        yield number


@pytest.fixture
def browser(port):
    """Opens browsers; their connections end with the test."""
    with contextlib.ExitStack() as opened:
        yield lambda session="": opened.enter_context(Browser(port, session))


def test_an_officer_lists_searches_and_opens_a_child(home, browser):
    found = office(home)
    officer = browser(found["officers"][0])
    child = found["writers"][0]["children"][0]
    listed, searched = officer.get("/ledger/"), officer.post("/search/found/", {"text": "zhao"})
    opened = officer.get(f"/children/{child}/")
    assert [listed.status, searched.status, opened.status] == [200, 200, 200]
    assert "60" in listed.body.decode()


def test_a_child_director_records_a_visit_and_finds_no_other_villages_child(home, browser):
    mine, other = office(home)["writers"][:2]
    director = browser(mine["cookie"])
    form = {"visit_id": str(uuid.uuid4())}
    assert director.post(f"/visits/child/{mine['children'][0]}/no-change/", form).status == 302
    assert director.get(f"/children/{other['children'][0]}/").status == 404
    assert director.post(f"/visits/child/{other['children'][0]}/no-change/", form).status == 404


def test_nobody_is_served_without_a_session(browser):
    assert browser().get("/ledger/").status == 302
    assert browser("0" * 32).get("/ledger/").status == 302
