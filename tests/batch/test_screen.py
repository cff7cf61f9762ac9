"""From linked records to decisions and leads: what is known, presumed, open, and what reaches a worker."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest
from tests.batch import small_deliveries
from tests.batch.small_deliveries import (
    CUSTODY,
    DEATHS,
    FAMILY,
    FATHER,
    FATHER_ID,
    HUKOU,
    MISSING,
    MOTHER,
    MOTHER_ID,
    SCHOOL,
    screen_rosters,
)

from ciyou.batch.run_folder import open_run_folder
from ciyou.batch.screen import Settings, check_engines
from ciyou.core.errors import RunError

FATHER_DEAD = {"name": "王建国", "id_no": FATHER_ID, "death_date": dt.date(2024, 1, 1)}
MOTHER_DEAD = {"name": "李秀梅", "id_no": MOTHER_ID, "death_date": dt.date(2023, 1, 1)}
FATHER_JAILED = {
    "name": "王建国",
    "id_no": FATHER_ID,
    "custody_kind": "imprisoned",
    "start_date": dt.date(2024, 1, 1),
    "term_months": 60,
}


def test_child_of_parents_in_no_list_of_misfortune_is_presumed_not_an_orphan_and_no_lead(tmp_path):
    run = screen_rosters(tmp_path, {HUKOU: FAMILY})
    assert run.decision("orphan") == ("no", "presumed")
    assert run.lead_of() is None


def test_child_of_two_dead_parents_is_an_orphan_and_a_lead(tmp_path):
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, DEATHS: [FATHER_DEAD, MOTHER_DEAD]})
    assert run.decision("orphan")[0] == "yes"
    assert run.lead_of() in {"entitled", "entitled_presumed"}


def test_child_of_a_dead_mother_and_a_jailed_father_is_de_facto_unattended(tmp_path):
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, DEATHS: [MOTHER_DEAD], CUSTODY: [FATHER_JAILED]})
    assert run.decision("de_facto_unattended")[0] == "yes"


def test_one_dead_parent_makes_a_lead_although_the_answer_is_a_presumed_no(tmp_path):
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, DEATHS: [MOTHER_DEAD]})
    assert run.decision("de_facto_unattended") == ("no", "presumed")
    assert run.lead_of() == "one_parent_adverse"


def test_without_the_list_of_deaths_nobody_is_presumed_alive(tmp_path):
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, DEATHS: None})
    outcome, _ = run.decision("orphan")
    asked = run.rows(
        f"SELECT deciding_facts FROM decisions WHERE rule = 'orphan' AND person_id = '{run.person_of('police_hukou-2')}'"
    )
    assert outcome == "undetermined"
    assert {"father.dead", "mother.dead"} <= set(asked[0][0])


@pytest.mark.parametrize("roster", ["court_rulings", "federation_disability", DEATHS, CUSTODY])
def test_a_roster_that_was_not_delivered_makes_no_lead_of_a_child_of_able_parents(tmp_path, roster):
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, roster: None})
    assert run.lead_of() is None


def test_trouble_of_one_parent_is_a_lead_although_the_courts_list_was_not_delivered(tmp_path):
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, DEATHS: [FATHER_DEAD], "court_rulings": None})
    assert run.decision("de_facto_unattended")[0] == "undetermined"
    assert run.lead_of() == "open_with_adverse"


def test_nothing_is_presumed_of_a_father_whom_no_roster_names(tmp_path):
    child = {**FAMILY[2], "g1_name": "", "g1_id": None, "relation_to_head": None}
    run = screen_rosters(tmp_path, {HUKOU: (MOTHER, child), DEATHS: [MOTHER_DEAD]})
    assert run.decision("orphan", "police_hukou-1")[0] == "undetermined"
    assert run.lead_of("police_hukou-1") is not None


def test_sentence_that_has_ended_says_nothing_any_more(tmp_path):
    ended = {**FATHER_JAILED, "start_date": dt.date(2020, 1, 1), "term_months": 12}
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, DEATHS: [MOTHER_DEAD], CUSTODY: [ended]})
    assert run.decision("de_facto_unattended") == ("no", "presumed")


def test_adverse_record_of_somebody_unknown_is_a_lead_of_its_own(tmp_path):
    unknown = {"name": "孙悦然", "missing_kind": "lost_contact", "accepted_on": dt.date(2024, 1, 1)}
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, MISSING: [unknown]})
    assert run.rows("SELECT rec_id, person_id, why FROM leads") == [("police_missing-0", None, "adverse_record_alone")]


def test_rosters_that_contradict_each_other_leave_a_fact_open(tmp_path):
    school = [
        {"name": "王浩宇", "id_no": FAMILY[2]["id_no"], "school_status": status}
        for status in ("enrolled", "dropped_out")
    ]
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, SCHOOL: school})
    person = run.person_of("police_hukou-2")
    assert run.rows(f"SELECT value FROM facts WHERE person_id = '{person}' AND fact = 'school_status' ORDER BY 1") == [
        ('"dropped_out"',),
        ('"enrolled"',),
    ]


def test_every_child_gets_a_decision_on_every_rule(tmp_path):
    run = screen_rosters(tmp_path, {HUKOU: FAMILY})
    rules = run.rows("SELECT count(*), count(DISTINCT rule) FROM decisions")
    assert rules[0][0] == rules[0][1] >= 18


def test_what_only_some_children_need_is_open_for_nobody_else(tmp_path, monkeypatch):
    monkeypatch.setattr(small_deliveries, "AS_OF", dt.date(2026, 6, 1))
    run = screen_rosters(tmp_path, {HUKOU: FAMILY})
    of_few = (
        "family_poverty guardianship_missing tekun_possible tekun_support living_allowance_after_18 fast_emergency_aid "
        "temporary_aid_for_costs temporary_aid_recognized_family rental_housing_referral dibao_at_residence"
    )
    decided = dict(run.rows("SELECT rule, outcome FROM decisions"))
    assert {decided[rule] for rule in of_few.split()} == {"no"}


def test_restricted_rules_stand_in_no_count_and_in_no_lead(tmp_path):
    run = screen_rosters(tmp_path, {HUKOU: FAMILY, DEATHS: [FATHER_DEAD, MOTHER_DEAD]})
    assert "hiv" not in json.dumps(run.run)
    assert run.rows(
        "SELECT count(*) FROM leads WHERE list_contains(list_transform(rules, lambda x: contains(x, 'hiv')), true)"
    ) == [(0,)]


def test_two_runs_give_identical_files(tmp_path):
    rosters = {HUKOU: FAMILY, DEATHS: [FATHER_DEAD], CUSTODY: [FATHER_JAILED]}
    first, second = (screen_rosters(tmp_path, rosters, out=name) for name in ("one", "two"))
    for path in sorted(first.out.glob("*.parquet")):
        assert path.read_bytes() == (second.out / path.name).read_bytes(), path.name


def test_output_folder_is_private_and_holds_the_files_of_the_contract(tmp_path):
    run = screen_rosters(tmp_path, {HUKOU: (FATHER,)})
    names = "decisions differences facts hints identifiers inputs leads links pairs people rejected relations review"
    assert sorted(path.name for path in run.out.iterdir()) == [
        *(f"{name}.parquet" for name in names.split()),
        "run.json",
    ]
    assert run.out.stat().st_mode & 0o777 == 0o700


def test_numbers_and_telephones_are_kept_of_the_families_of_leads_only(tmp_path):
    child = {**FAMILY[0], "phone": "13800000001"}
    run = screen_rosters(tmp_path, {HUKOU: [child, *FAMILY[1:]], DEATHS: [MOTHER_DEAD], CUSTODY: [FATHER_JAILED]})
    rows = pl.read_parquet(run.out / "identifiers.parquet")
    assert {FATHER_ID, MOTHER_ID} <= set(rows.filter(pl.col("kind") == "id_card")["value"])
    assert set(rows.filter(pl.col("kind") == "phone")["value"]) == {"13800000001"}
    nobody = screen_rosters(tmp_path, {HUKOU: FAMILY}, out="quiet")
    assert pl.read_parquet(nobody.out / "identifiers.parquet").is_empty()


def test_one_address_a_person_is_kept_of_the_families_of_leads_and_it_is_the_registers(tmp_path):
    home = "测试县东镇上村 12 号"
    child = {**FAMILY[0], "address": home}
    school = {"name": child["name"], "id_no": child["id_no"], "address": "测试县东镇中心小学"}
    delivered = {HUKOU: [child, *FAMILY[1:]], SCHOOL: [school], DEATHS: [MOTHER_DEAD], CUSTODY: [FATHER_JAILED]}
    rows = pl.read_parquet(screen_rosters(tmp_path, delivered).out / "identifiers.parquet")
    assert rows.filter(pl.col("kind") == "address").select("value", "roster").rows() == [(home, HUKOU)]


def test_folder_with_foreign_files_is_refused_and_untouched(tmp_path):
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RunError), open_run_folder(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_leftovers_of_a_killed_run_are_cleared(tmp_path):
    (tmp_path / "out/.work/final").mkdir(parents=True)
    (tmp_path / "out/.work/final/people.parquet").write_bytes(b"half")
    (tmp_path / "out/.lock").write_text("12345", encoding="ascii")
    run = screen_rosters(tmp_path, {HUKOU: FAMILY})
    assert not (run.out / ".work").exists()


def test_folder_in_use_is_refused(tmp_path):
    with open_run_folder(tmp_path / "out"), pytest.raises(RunError), open_run_folder(tmp_path / "out"):
        pass


def test_engine_that_nobody_knows_is_refused():
    with pytest.raises(RunError) as refused:
        check_engines(Settings(as_of=dt.date(2025, 9, 1), link_engine="polars"))
    assert [problem.code for problem in refused.value.problems] == ["run.engine"]


@pytest.mark.parametrize(
    ("asked", "instead"), [("rules_engine", "--rules-engine polars"), ("link_engine", "--link-engine duckdb")]
)
def test_spark_without_pyspark_and_java_is_refused_with_what_to_install(monkeypatch, asked, instead):
    monkeypatch.setattr("ciyou.batch.engines.rule_runners.find_spec", lambda name: None)
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    with pytest.raises(RunError) as refused:
        check_engines(Settings(as_of=dt.date(2025, 9, 1), **{asked: "spark"}))
    assert [problem.code for problem in refused.value.problems] == ["run.engine_pyspark", "run.engine_java"]
    assert "requirements/spark.txt" in refused.value.problems[0].text("en")
    assert "Java 17" in refused.value.problems[1].text("zh")
    assert all(instead in problem.text(lang) for problem in refused.value.problems for lang in ("zh", "en"))


def test_duckdb_as_rules_engine_gives_the_same_files(tmp_path):
    rosters = {HUKOU: FAMILY, DEATHS: [MOTHER_DEAD], CUSTODY: [FATHER_JAILED]}
    first = screen_rosters(tmp_path, rosters, out="polars")
    other = screen_rosters(tmp_path, rosters, out="duckdb", engine="duckdb")
    for name in ("decisions", "leads", "facts"):
        assert (first.out / f"{name}.parquet").read_bytes() == (other.out / f"{name}.parquet").read_bytes()
