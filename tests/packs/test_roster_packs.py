"""The eleven rosters: what they say about themselves and about people, and how the loader refuses a pack with mistakes."""

from __future__ import annotations

import shutil

import pytest

from ciyou.batch.rosters import find_rosters, normalize
from ciyou.core.errors import PackError
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.roster_pack import ColumnValue, ConstantValue, Coverage, PeriodEnd, ShareValue
from ciyou.packs.rosters_loader import load_roster_packs

PACKS = {pack.code: pack for pack in load_roster_packs(division="")}
CUSTODY = "cn/rosters/justice_custody/roster.yaml"


def facts(code, name):
    return [fact for fact in PACKS[code].facts if fact.fact == name]


def silent(code):
    return {(one.of, one.fact, one.value) for one in PACKS[code].silence}


def test_the_eleven_rosters_are_there():
    assert sorted(PACKS) == [
        "civil_affairs_assistance",
        "court_rulings",
        "education_school_roll",
        "federation_disability",
        "health_births",
        "health_deaths",
        "health_major_illness",
        "insurance_enrolment",
        "justice_custody",
        "police_hukou",
        "police_missing",
    ]


@pytest.mark.parametrize("code", sorted(PACKS))
def test_every_roster_says_why_it_may_be_used_how_long_it_is_kept_and_whom_it_holds(code):
    pack = PACKS[code]
    assert pack.legal_basis and all(source.title for source in pack.legal_basis)
    assert pack.retention_months > 0 and pack.retention_zh and pack.retention_en
    assert pack.purpose_zh and pack.purpose_en and pack.coverage_zh and pack.coverage_en


@pytest.mark.parametrize("code", sorted(PACKS))
def test_the_sample_of_every_roster_holds_usable_rows_and_a_bad_one(code, tmp_path):
    shutil.copy(SHIPPED / "cn" / "rosters" / code / "sample.csv", tmp_path / f"{code}.csv")
    (summary,) = normalize(find_rosters(tmp_path, tuple(PACKS.values())), work_folder=tmp_path / "work")
    assert (summary.roster, summary.used, summary.rejected) == (code, 2, 1)


def test_only_partial_rosters_are_those_that_miss_people_living_elsewhere():
    partial = {code for code, pack in PACKS.items() if pack.coverage is Coverage.PARTIAL}
    assert partial == {"education_school_roll", "insurance_enrolment", "health_births"}


def test_a_record_of_custody_yields_the_circumstance_its_term_and_its_beginning_until_the_term_ends():
    period = PeriodEnd(start="start_date", months="term_months")
    (circumstance,) = facts("justice_custody", "imprisoned")
    assert circumstance.value == ConstantValue(True) and circumstance.of == "parent"
    assert circumstance.when == {"custody_kind": ("imprisoned",)}
    assert (circumstance.valid_from, circumstance.valid_to) == ("start_date", period)
    assert facts("justice_custody", "in_detox.term_months")[0].value == ColumnValue("term_months")
    assert facts("justice_custody", "confined.since")[0].value == ColumnValue("start_date")


def test_the_share_of_dibao_is_the_households_amount_divided_by_its_members():
    (share,) = facts("civil_affairs_assistance", "dibao_share_fen")
    assert share.value == ShareValue("monthly_amount_fen", "household_size")
    assert (share.of, share.when) == ("child", {"assistance_kind": ("dibao",)})


def test_hiv_is_said_only_by_its_own_disease_value_and_never_by_silence():
    (hiv,) = facts("health_major_illness", "hiv_infected")
    assert hiv.when == {"disease": ("hiv",)}
    assert silent("health_major_illness") == {("person", "severely_ill", False)}


def test_silence_presumes_a_no_and_that_of_births_nothing():
    assert silent("justice_custody") == {("parent", name, False) for name in ("imprisoned", "in_detox", "confined")}
    assert silent("federation_disability") == {("person", "disability_type", "none"), ("person", "disability_grade", 0)}
    assert silent("health_deaths") == {("person", "dead", False)}
    assert silent("police_missing") == {("parent", "lost_contact", False), ("parent", "deported", False)}
    assert silent("health_births") == set()


# -- mistakes ------------------------------------------------------------------------------------------
@pytest.fixture
def root(tmp_path):
    """A copy of the shipped packs that a test may spoil."""
    return shutil.copytree(SHIPPED, tmp_path / "packs", ignore=shutil.ignore_patterns("*.py", "__pycache__"))


def spoil(root, old, new, file=CUSTODY):
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as error:
        load_roster_packs(division="510199", root=root)
    return error.value.problems


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("department: justice", "department: justise", "pack.unknown_department"),
        ("document: mf_2019_62", "document: mf_2019_26", "pack.unknown_source"),
        ("fact: imprisoned,", "fact: imprisonned,", "fact.unknown_name"),
        ("value: true", "value: 1", "fact.domain"),
        ("from: start_date", "from: begin_date", "pack.unknown_column"),
        ("from: start_date", "from: organ", "pack.fact_column_type"),
        ("column: term_months, from", "column: organ, from", "pack.fact_column_type"),
        ("{custody_kind: imprisoned}", "{custody_kind: imprisonment}", "pack.unknown_choice"),
        ("type: integer", "type: whole", "pack.unknown_choice"),
        ("headers: [organ,", "headers: [term_months, organ,", "pack.ambiguous_header"),
        ("in_detox: [强制隔离戒毒,", "in_detox: [服刑, 强制隔离戒毒,", "pack.ambiguous_word"),
        ("retention: {months: 12, ", "retention: {", "pack.missing_key"),
        ("subject: adult", "subject: adult\ncolour: red", "pack.unknown_key"),
        ("person_columns: [rec_id,", "person_columns: [rec_no,", "pack.unknown_column"),
        ("code: justice_custody", "code: custody", "pack.code_name"),
        ("value: true, from", "value: true, column: term_months, from", "pack.fact_value"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_what_to_do(root, old, new, code):
    problems = spoil(root, old, new)
    assert code in [problem.code for problem in problems]
    assert {problem.place.file for problem in problems} == {CUSTODY}
    assert all(problem.place.line > 0 and problem.zh.endswith(("。", "？")) for problem in problems)


def test_mistakes_of_several_rosters_are_reported_at_once(root):
    (root / "cn/rosters/court_rulings/sample.csv").unlink()
    found = {(problem.place.file, problem.code) for problem in spoil(root, "subject: adult", "subject: grown")}
    assert found == {(CUSTODY, "pack.unknown_choice"), ("cn/rosters/court_rulings/sample.csv", "pack.no_sample")}


def test_a_roster_without_any_legal_basis_is_refused(root):
    path = root / CUSTODY
    text = path.read_text(encoding="utf-8")
    start, end = text.index("legal_basis:"), text.index("retention:")
    path.write_text(text[:start] + "legal_basis: []\n" + text[end:], encoding="utf-8")
    with pytest.raises(PackError) as error:
        load_roster_packs(division="", root=root)
    assert [problem.code for problem in error.value.problems] == ["pack.no_legal_basis"]


def test_a_sample_must_hold_the_required_columns(root):
    (problem,) = spoil(root, "羁押类别,", "羁押的类别种,", file="cn/rosters/justice_custody/sample.csv")
    assert (problem.code, problem.place.line) == ("pack.sample_column", 1)


def test_a_province_may_replace_a_roster_for_itself_only(root):
    folder = shutil.copytree(root / "cn/rosters/police_missing", root / "cn_51/rosters/police_missing")
    path = folder / "roster.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("default: complete", "default: partial"), encoding="utf-8")

    def coverage(division):
        return {pack.code: pack.coverage for pack in load_roster_packs(division=division, root=root)}["police_missing"]

    assert coverage("510199") is Coverage.PARTIAL
    assert coverage("350100") is Coverage.COMPLETE
