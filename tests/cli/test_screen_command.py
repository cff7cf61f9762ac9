"""`ciyou screen` as a person types it, and the group of all commands."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner
from tests.batch.small_deliveries import CHILD_ID, FATHER_ID, MOTHER_ID

from ciyou.cli.main import COMMANDS, SUMMARIES, main

HEADER = "rec_id,姓名,性别,身份证号,出生日期,行政区划代码,户号,与户主关系,监护人一姓名,监护人一身份证号,监护人二姓名,监护人二身份证号"
ROWS = (
    f"h1,王建国,男,{FATHER_ID},1988-03-04,513322,H1,户主,,,,",
    f"h2,李秀梅,女,{MOTHER_ID},1990-05-06,513322,H1,配偶,,,,",
    f"h3,王浩宇,男,{CHILD_ID},2016/7/8,513322,H1,子,王建国,{FATHER_ID},李秀梅,{MOTHER_ID}",
)


@pytest.fixture
def rosters(tmp_path):
    """A folder with a household register of one family, as the police send it, and a list of deaths that names the mother."""
    folder = tmp_path / "rosters"
    folder.mkdir()
    (folder / "hukou.csv").write_text("\n".join((HEADER, *ROWS)) + "\n", encoding="gb18030")
    deaths = f"rec_id,姓名,身份证号,死亡日期\nd1,李秀梅,{MOTHER_ID},2024-01-01\n"
    (folder / "deaths.csv").write_text(deaths, encoding="utf-8")
    return folder


def _screen(rosters, out, *more):
    return CliRunner().invoke(main, ["screen", str(rosters), "--as-of", "2025-09-01", "--out", str(out), *more])


def test_screen_prints_a_summary_and_leaves_the_files(rosters, tmp_path):
    done = _screen(rosters, tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "孤儿" in done.output
    run = json.loads((tmp_path / "out/run.json").read_text(encoding="utf-8"))
    assert [(one["roster"], one["read"], one["used"], one["rejected"]) for one in run["rosters"]] == [
        ("health_deaths", 1, 1, 0),
        ("police_hukou", 3, 3, 0),
    ]
    assert run["people"] == {"adult": 2, "child": 1}


def test_screen_says_in_english_what_it_did_when_asked(rosters, tmp_path):
    done = _screen(rosters, tmp_path / "out", "--lang", "en")
    assert "Orphan" in done.output
    assert "set aside" in done.output


def test_screen_over_an_earlier_run_replaces_it(rosters, tmp_path):
    assert _screen(rosters, tmp_path / "out").exit_code == 0
    assert _screen(rosters, tmp_path / "out").exit_code == 0


def test_screen_refuses_an_engine_that_this_machine_lacks(rosters, tmp_path, monkeypatch):
    monkeypatch.setattr("ciyou.batch.engines.rule_runners.find_spec", lambda name: None)
    done = _screen(rosters, tmp_path / "out", "--link-engine", "spark", "--lang", "en")
    assert done.exit_code == 2
    assert "needs PySpark" in done.output
    assert not (tmp_path / "out").exists()


def test_screen_refuses_a_folder_without_rosters(tmp_path):
    (tmp_path / "empty").mkdir()
    assert _screen(tmp_path / "empty", tmp_path / "out").exit_code == 2


def test_encrypted_results_are_readable_with_the_key_only(rosters, tmp_path):
    out, key = tmp_path / "out", tmp_path / "results.key"
    assert _screen(rosters, out, "--encrypt", str(key)).exit_code == 0
    assert not list(out.glob("*.parquet"))
    assert key.stat().st_mode & 0o777 == 0o600
    opened = CliRunner().invoke(main, ["decrypt", str(out), "--key", str(key), "--out", str(tmp_path / "plain")])
    assert opened.exit_code == 0, opened.output
    assert (tmp_path / "plain/people.parquet").read_bytes()[:4] == b"PAR1"
    (tmp_path / "other.key").write_bytes(b"\x00" * 32)
    refused = CliRunner().invoke(
        main, ["decrypt", str(out), "--key", str(tmp_path / "other.key"), "--out", str(tmp_path / "no")]
    )
    assert refused.exit_code == 2
    assert not list((tmp_path / "no").iterdir())


def test_summary_and_run_file_never_name_a_restricted_category(rosters, tmp_path):
    done = _screen(rosters, tmp_path / "out")
    assert "艾滋" not in done.output
    assert "hiv" not in (tmp_path / "out/run.json").read_text(encoding="utf-8")


def test_help_lists_every_command_without_importing_any():
    code = "import sys; from ciyou.cli.main import main; main(['--help'], standalone_mode=False); print('duckdb' in sys.modules, 'django' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip().endswith("False False")
    assert all(name in shown for name in COMMANDS)
    assert set(SUMMARIES) == set(COMMANDS)


def test_unknown_command_ends_with_exit_code_2():
    assert CliRunner().invoke(main, ["scren"]).exit_code == 2
