"""`ciyou lab`: on drawn children and on what a screening left behind."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from ciyou.batch.reading import screen_folder
from ciyou.batch.run_record import RunRecord, watch_nothing
from ciyou.batch.screen import Settings
from ciyou.batch.synth.delivery import synthesize
from ciyou.cli.main import main

AS_OF = dt.date(2025, 9, 1)


@pytest.fixture
def change(tmp_path):
    path = tmp_path / "change.yaml"
    path.write_text(
        "from: 2026-01-01\nchanges:\n  - {parameter: orphan_scattered_standard, division: '51', value: 1800}\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    synthesize(out=folder / "rosters", children=400, seed=3, as_of=AS_OF, progress=lambda made, wanted: None)
    screen_folder(
        folder / "rosters", out=folder / "run", settings=Settings(as_of=AS_OF), record=RunRecord(watch_nothing)
    )
    return folder / "run"


def run(*arguments):
    return CliRunner().invoke(main, ["lab", *map(str, arguments), "--lang", "en"])


def table(answer, code):
    return next(one for one in json.loads(answer.stdout) if one["code"] == code)


def test_drawn_children_give_tables_and_a_workbook(change, tmp_path):
    out = tmp_path / "out.xlsx"
    answer = run(change, "--synthetic", 5_000, "--division", "5199", "--out", out)
    assert answer.exit_code == 0, answer.output
    assert "5000 children" in answer.stdout
    assert load_workbook(out).worksheets[0]["A2"].value == "2026-01"


def test_a_run_s_children_come_out_as_the_run_itself_decided(change, screened):
    decided = pl.read_parquet(screened / "decisions.parquet").filter(
        pl.col("rule") == "de_facto_living_allowance",
        pl.col("division").str.starts_with("51"),  # whose place nobody knows is not touched by a change of Sichuan's
    )
    came_out = {outcome: decided.filter(pl.col("outcome") == outcome).height for outcome in ("yes", "undetermined")}
    # As of the run's own day nothing but the standard differs from what the run decided.
    same_day = change.read_text(encoding="utf-8").replace("2026-01-01", "2025-09-01")
    change.write_text(same_day, encoding="utf-8")
    answer = run(change, "--population", screened, "--json")
    assert answer.exit_code == 0, answer.output
    rows = {row[0]: row for row in table(answer, "rules")["rows"]}
    found = rows["De-facto unattended child's basic living allowance"]
    assert came_out["undetermined"] >= 5
    assert (found[1], found[7]) == (came_out["yes"], came_out["undetermined"])


def test_one_population_is_asked_for(change):
    answer = run(change)
    assert answer.exit_code == 2
    assert "--synthetic" in answer.stderr


def test_a_mistake_ends_with_its_line(change):
    change.write_text("changes:\n  - {parameter: nothing, value: 1}\n", encoding="utf-8")
    answer = run(change, "--synthetic", 10)
    assert answer.exit_code == 2
    assert "change.yaml:2:17" in answer.stderr


def test_a_folder_without_a_run_is_refused(change, tmp_path):
    answer = run(change, "--population", tmp_path)
    assert answer.exit_code == 2
    assert "ciyou screen" in answer.stderr
