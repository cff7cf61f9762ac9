"""The demo's county: no child without a next action, nothing open without an owner and a clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.e2e.conftest import own_database

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_nothing_in_the_demo_county_is_nobodys(server):
    command = [
        sys.executable,
        "-c",
        "from ciyou.cli.main import main; main()",
        "loops",
        "--json",
        "--home",
        str(server.home),
    ]
    known = {**os.environ, **own_database(str(server.home))}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=known)
    assert done.returncode == 0, done.stderr + done.stdout
    report = json.loads(done.stdout)
    assert (report["children_without_next_action"], report["amiss"]) == (0, 0)
    by_kind = {one["kind"]: one for one in report["loops"]}
    assert by_kind["lead"]["open"] > 0
    assert by_kind["application"]["open"] > 0
    assert [one["kind"] for one in (*report["loops"], *report["tasks"]) if one["ownerless"] or one["clockless"]] == []
