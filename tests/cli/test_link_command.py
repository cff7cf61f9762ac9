"""`ciyou link`: what it writes, that it is the linker of a screening, what it refuses, and what a junk number may not do."""

from __future__ import annotations

import getpass
import hashlib
import io
import json
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from django.core.management import call_command
from django.utils import timezone
from msoffcrypto import OfficeFile
from openpyxl import load_workbook
from tests.batch.small_deliveries import HUKOU, SCHOOL, id_number, screen_rosters
from tests.builders import make_delivery

from ciyou.apps.audit.models import LogEntry
from ciyou.batch.linkage.anchors import MOST_NAMES
from ciyou.cli.main import main

TABLES = ("people", "links", "relations", "review", "rejected")
NUMBERS = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏"


def _run(command, rosters, out, *more):
    return CliRunner().invoke(main, [command, str(rosters), "--as-of", "2025-09-01", "--out", str(out), *more])


@pytest.fixture(scope="module")
def rosters(tmp_path_factory):
    return make_delivery(tmp_path_factory.mktemp("link"), children=150, seed=5, file_format="csv")


@pytest.fixture(scope="module")
def linked(rosters, tmp_path_factory):
    out = tmp_path_factory.mktemp("linked") / "out"
    done = _run("link", rosters, out, "--lang", "en")
    assert done.exit_code == 0, done.output
    return out, done.output


def test_every_used_record_belongs_to_exactly_one_person_and_the_run_file_counts_them(linked):
    out, said = linked
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    links = pq.read_table(out / "links.parquet")
    assert links.num_rows == len(set(links["rec_id"].to_pylist())) == sum(one["used"] for one in run["rosters"])
    assert sum(run["links"].values()) == links.num_rows
    assert sum(run["review"].values()) >= pq.read_table(out / "review.parquet").num_rows
    assert "Same valid ID number and compatible name" in said


def test_linking_twice_gives_the_same_bytes(linked, rosters, tmp_path):
    out, _ = linked
    assert _run("link", rosters, tmp_path / "again").exit_code == 0
    for table in TABLES:
        assert (tmp_path / "again" / f"{table}.parquet").read_bytes() == (out / f"{table}.parquet").read_bytes()


def test_a_screening_links_as_the_command_does_and_is_not_overwritten_by_it(linked, rosters, tmp_path):
    out, _ = linked
    assert _run("screen", rosters, tmp_path / "screened").exit_code == 0
    for table in TABLES:
        assert (tmp_path / "screened" / f"{table}.parquet").read_bytes() == (out / f"{table}.parquet").read_bytes()
    refused = _run("link", rosters, tmp_path / "screened", "--lang", "en")
    assert refused.exit_code == 2
    assert "holds a screening" in refused.output
    assert (tmp_path / "screened/decisions.parquet").exists()


def test_what_needs_decisions_says_that_a_linking_holds_none(linked):
    refused = CliRunner().invoke(main, ["triage", str(linked[0]), "--lang", "en"])
    assert refused.exit_code == 2
    assert "decides nothing" in refused.output


def _households(number, names):
    """School records of different children who all bear one valid number, and one child whose number is its own."""
    own = {"name": "王浩宇", "id_no": id_number("2016-07-08", 33)}
    return {HUKOU: [own], SCHOOL: [own, *({"name": name, "id_no": number} for name in names)]}


def test_a_number_beside_too_many_names_is_nobodys_and_is_counted(tmp_path):
    # A chain of names, each one character from the next: without the guard resemblance would join them.
    names = [f"李{first}{second}" for first, second in pairwise(NUMBERS)]
    assert len(names) > MOST_NAMES
    run = screen_rosters(tmp_path, _households(id_number("2015-01-01", 11), names))
    people = {run.person_of(f"education_school_roll-{number}") for number in range(1, len(names) + 1)}
    assert len(people) == len(names)
    assert run.person_of("education_school_roll-0") == run.person_of("police_hukou-0")
    assert run.run["guards"] == {
        "id_numbers_of_many": 1,
        "records_under_them": len(names),
        "largest_cluster": 2,
    }


def test_a_number_beside_few_names_is_still_the_familys_to_sort_out(tmp_path):
    number = id_number("2015-01-01", 11)
    run = screen_rosters(tmp_path, _households(number, ["李天地", "李天地", "赵玄黄"]))
    assert run.person_of("education_school_roll-1") == run.person_of("education_school_roll-2")
    assert run.person_of("education_school_roll-3") != run.person_of("education_school_roll-1")
    assert run.run["guards"]["id_numbers_of_many"] == 0


def _requests(folder, out) -> str:
    said = io.StringIO()
    call_command("ask_corrections", str(folder), "--out", str(out), "--lang", "en", stdout=said, stderr=said)
    return said.getvalue()


def logged() -> list[dict]:
    return [json.loads(one.details) for one in LogEntry.objects.filter(action="ask_corrections")]


@pytest.mark.django_db
def test_each_department_gets_a_workbook_that_opens_with_its_password_only(linked, tmp_path):
    said = _requests(linked[0], tmp_path / "requests")
    asked = pq.read_table(linked[0] / "corrections.parquet").to_pylist()
    lines = [line.split("  ") for line in said.splitlines()]
    assert {line[0] for line in lines} == {str(tmp_path / "requests" / f"{one['roster']}.xlsx") for one in asked}
    for path, count, password in lines:
        with Path(path).open("rb") as file:
            locked = OfficeFile(file)
            locked.load_key(password=password)
            plain = io.BytesIO()
            locked.decrypt(plain)
        letter, listed = load_workbook(plain).worksheets
        (noted,) = [one for one in logged() if one["roster"] == Path(path).stem]
        assert noted["rows"] == int(count)
        assert noted["sha256"] == hashlib.sha256(Path(path).read_bytes()).hexdigest()
        assert getpass.getuser() in letter["A6"].value
        assert f"{timezone.localdate()}" in letter["A6"].value
        rows = list(listed.iter_rows(values_only=True))[1:]
        assert len(rows) == int(count)
        assert count in letter["A3"].value
        stated = {(str(one["rec_id"]), one["stated"]) for one in asked}
        assert {(str(row[2]), row[4]) for row in rows} <= stated


@pytest.mark.django_db
def test_a_roster_that_no_pack_of_the_place_names_is_refused_in_a_sentence(linked, tmp_path):
    folder = tmp_path / "linked"
    folder.mkdir()
    (folder / "run.json").write_bytes((linked[0] / "run.json").read_bytes())
    rows = pq.read_table(linked[0] / "corrections.parquet")
    where = rows.column_names.index("roster")
    pq.write_table(rows.set_column(where, "roster", [["town_list"] * rows.num_rows]), folder / "corrections.parquet")
    said = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("ask_corrections", str(folder), "--out", str(tmp_path / "out"), "--lang", "en", stderr=said)
    assert "name no roster town_list" in said.getvalue()
    assert not (tmp_path / "out").exists()
    assert not logged()
