"""`ciyou triage` over the results of a screening: the same numbers as the core adds up, and by hand for three children."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from ciyou.batch.triage import triage_run
from ciyou.cli.main import main
from ciyou.core.errors import RunError
from ciyou.core.rules.triage import Worth

DEAD, HELD, STAGE, HIV = "father.dead", "mother.imprisoned", "child.school_stage", "child.hiv_infected"
HERE, THERE = "513322001001", "510104001001"
COLUMNS = ("person_id", "rule", "division", "outcome", "amount_fen", "floor_fen", "ceiling_fen", "deciding_facts")
ROWS = [
    ("a", "de_facto_unattended", HERE, "undetermined", None, None, None, [DEAD]),
    ("a", "de_facto_living_allowance", HERE, "undetermined", None, 0, 148_400, [DEAD]),
    ("b", "de_facto_unattended", HERE, "undetermined", None, None, None, [DEAD, HELD]),
    ("b", "de_facto_living_allowance", HERE, "undetermined", None, 0, 100_000, [DEAD, HELD]),
    ("b", "orphan", HERE, "no", None, None, None, []),
    ("c", "compulsory_living_aid", THERE, "undetermined", None, 0, 125_000, [STAGE]),
    ("c", "hiv_living_allowance", THERE, "undetermined", None, 0, 148_400, [HIV]),
    ("c", "medical_assistance", THERE, "yes", None, 0, None, [STAGE]),
]


@pytest.fixture
def results(tmp_path):
    """An output folder with the decisions about three children."""
    columns = dict(zip(COLUMNS, map(list, zip(*ROWS, strict=True)), strict=True))
    pq.write_table(pa.table(columns), tmp_path / "decisions.parquet")
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    return tmp_path


def test_each_fact_is_worth_what_it_settles_alone_and_what_only_with_others(results):
    assert triage_run(results) == {
        DEAD: Worth(2, 1, 1, 148_400, 0, 1, 100_000),
        HELD: Worth(1, 0, 0, 0, 0, 1, 100_000),
        STAGE: Worth(1, 1, 0, 10_416, 1, 0, 0),
    }


def test_a_roster_is_worth_what_all_its_facts_together_settle(results):
    found = triage_run(results, rosters=True)
    assert found["health_deaths"] == Worth(2, 1, 1, 148_400, 0, 1, 100_000)
    assert found["justice_custody"] == Worth(1, 0, 0, 0, 0, 1, 100_000)
    assert found["education_school_roll"] == Worth(1, 1, 0, 10_416, 1, 0, 0)
    assert "health_major_illness" not in found


def test_a_place_sees_its_own_children_only(results):
    assert set(triage_run(results, division="51")) == {DEAD, HELD, STAGE}
    assert set(triage_run(results, division="510104")) == {STAGE}


def test_the_command_puts_the_most_money_first_and_says_what_alone_means(results):
    done = CliRunner().invoke(main, ["triage", str(results), "--lang", "en"], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert "Father: " in lines[1]
    assert "¥1,484.00" in lines[1]
    assert "Of several amounts of one child the largest counts" in done.output
    assert "HIV" not in done.output


def test_as_json_every_line_is_there_in_its_order(results):
    done = CliRunner().invoke(main, ["triage", str(results), "--by", "roster", "--json"])
    found = json.loads(done.output)
    assert found[0]["key"] == "health_deaths"
    assert found[0]["alone_fen"] == 148_400


def test_a_folder_without_a_run_is_refused_with_what_to_give(tmp_path):
    with pytest.raises(RunError) as refused:
        triage_run(tmp_path)
    assert refused.value.problems[0].code == "run.none"
