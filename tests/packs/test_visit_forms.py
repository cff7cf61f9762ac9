"""Forms that a place adds to a visit: what is read of a workbook, what is refused with sheet and line, and that unknown is no no."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from click.testing import CliRunner
from tests.packs.conftest import PackCopy
from tests.visit_form_folder import CHOICES, DEFINITION, SURVEY, VECTORS, limit, row, write_form

from ciyou.cli.packs import packs as packs_command
from ciyou.core.errors import PackError
from ciyou.core.forms import fill
from ciyou.packs import load_packs, load_visit_forms
from ciyou.packs.beside_rules import check_beside_rules
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.visit_forms import _load
from ciyou.packs.xlsform_check import check_forms

DAY = dt.date(2026, 11, 2)


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    """One copy of the packs for all; each test writes the form anew."""
    root = tmp_path_factory.mktemp("packs")
    for name in ("cn", "cn_35", "cn_51"):
        shutil.copytree(SHIPPED / name, root / name, ignore=shutil.ignore_patterns("rosters"))
    return PackCopy(root)


def run(*arguments):
    return CliRunner().invoke(packs_command, [*map(str, arguments), "--lang", "en"])


def read(packs, **form):
    write_form(packs.root, **form)
    _load.cache_clear()
    return load_visit_forms(division="5101", root=packs.root)


def refused(packs, **form):
    """(code, file, line) of what the loader says."""
    with pytest.raises(PackError) as found:
        read(packs, **form)
    assert all(one.zh and one.en and one.zh.endswith(("。", "？")) for one in found.value.problems)
    return {
        (one.code.removeprefix("pack."), one.place.file.rpartition("/")[2], one.place.line)
        for one in found.value.problems
    }


def codes(found):
    return {code for code, _file, _line in found}


def test_no_form_is_shipped_where_no_document_names_its_fields():
    assert [load_visit_forms(division=place) for place in ("51", "4401", "22")] == [{}, {}, {}]


def test_a_form_of_a_place_is_read_checked_by_the_standards_reader_and_stays_there(packs):
    form = read(packs)["winter"]
    assert [one.row.name for one in form.rows] == [
        "heated", "why", "cold_rooms", "what", "looked_on", "dibao", "beds", "advice",
    ]  # fmt: skip
    assert (set(form.facts), len(form.vectors)) == ({"dibao"}, 7)
    assert [one.heading[0] for one in form.rows if one.heading[0]] == ["不取暖的家"] * 3
    assert load_visit_forms(division="35", root=packs.root) == {}
    assert list(check_forms(load_packs(packs.root))) == []


def test_a_form_begun_by_the_command_passes_once_its_document_is_named(packs):
    write_form(packs.root)
    target = packs.root / "cn_51/visit_forms/example/form.xlsx"
    _load.cache_clear()
    done = run("form", "example", "--new", "--out", target)
    assert done.exit_code == 0, done.output
    assert run("form", "example", "--new", "--out", target).exit_code == 2, "nothing that is there is written over"
    with pytest.raises(PackError) as found:
        load_visit_forms(division="51", root=packs.root)
    assert {one.code for one in found.value.problems} == {"pack.no_source"}
    _load.cache_clear()
    beside = target.with_name("form.yaml")
    beside.write_text(
        beside.read_text(encoding="utf-8").replace("sources: []", "sources: [{document: gf_2016_36}]"), encoding="utf-8"
    )
    form = load_visit_forms(division="51", root=packs.root)["example"]
    assert [one.row.name for one in form.rows] == ["example_asked", "example_how_many"]
    assert list(check_forms(load_packs(packs.root))) == []
    shutil.rmtree(target.parent)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (row("image", "photo", "照片", "Photograph"), "form_type"),
        (row("geopoint", "where", "在哪里", "Where"), "form_type"),
        (row("decimal", "size", "面积", "Size"), "form_type"),
        (row("select_one", "plain", "问", "Asked"), "form_type"),
        (row("select_one nowhere", "plain", "问", "Asked"), "form_choices"),
        (row("integer", "Big Name", "问", "Asked"), "form_name"),
        (row("integer", "heated", "问", "Asked"), "form_name"),
        (row("integer", "more", "问", ""), "form_label"),
        (row("integer", "more", "打卡几次", "How often"), "form_words"),
        (row("integer", "more", "几次", "How many points"), "form_words"),
        (row("note", "more", "答的是 ${heated}", "It was ${heated}"), "form_words"),
        (row("integer", "more", "问", "Asked", required="yes"), "form_required"),
        (row("integer", "more", "问", "Asked", constraint=". > 3"), "form_label"),
        (row("integer", "more", "问", "Asked", calculation="1"), "form_column"),
        (row("integer", "more", "问", "Asked", relevant="${nobody} = 1"), "form_expression"),
        (row("integer", "more", "问", "Asked", relevant="${heated} = 'perhaps'"), "form_expression"),
        (row("integer", "more", "问", "Asked", relevant="${heated} = ''"), "form_expression"),
        (row("integer", "more", "问", "Asked", relevant="${cold_rooms} div 2 = 1"), "form_expression"),
        (row("integer", "more", "问", "Asked", relevant="count(${why}) > 1"), "form_expression"),
        (row("integer", "more", "问", "Asked", relevant="${why} = 'fuel'"), "form_expression"),
        (row("integer", "more", "问", "Asked", relevant=". > 1"), "form_expression"),
        (row("integer", "more", "问", "Asked", relevant="(((((" * 20), "form_expression"),
        (row("integer", "more", "问", "Asked", **limit(". + 1")), "form_expression"),
        (row("calculate", "more", calculation="${heated} = 'yes'"), "form_expression"),
        (row("text", "dibao_since", "问", "Asked", relevant="selected(${heated}, 'yes') and ${dibao} = 3"), "form_expression"),
        (row("end group"), "form_group"),
        (row("begin group", "open", "一组", "A group"), "form_group"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_at_a_door_is_refused_with_its_sheet_and_line(packs, line, code):
    found = refused(packs, survey=(*SURVEY, line))
    assert (code, "survey", len(SURVEY) + 2) in found, found


def test_a_seventh_question_of_every_household_needs_a_condition(packs):
    more = [row("integer", f"more{number}", "问", "Asked") for number in range(4)]
    assert codes(refused(packs, survey=(*SURVEY, *more))) == {"form_long"}


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        (row("integer", "dibao", "问", "Asked"), False),
        (row("select_one reasons", "dibao", "问", "Asked"), False),
        (row("integer", "size", "几口人", "How many"), True),
        (row("integer", "size", "几口人", "How many", **limit(". > 0")), False),
    ],
)
def test_a_question_that_is_a_fact_asks_it_as_the_fact_is(packs, line, fits):
    survey = (SURVEY[0], line)
    vectors = "vectors:\n  - answers: {heated: yes, size: '3'}\n" if fits else "vectors: []\n"
    if fits:
        assert set(read(packs, survey=survey, vectors=vectors)["winter"].facts) == {"size"}
    else:
        assert ("form_fact", "survey", 3) in refused(packs, survey=survey, vectors=vectors)


def test_a_form_takes_no_choice_away_from_a_question_that_decides(packs):
    survey = (row("select_one some", "school_status", "在上学吗？", "At school?"),)
    some = (("some", "enrolled", "在读", "Enrolled"), ("some", "dropped_out", "辍学", "Dropped out"))
    child = DEFINITION.replace("household", "child")
    assert codes(refused(packs, survey=survey, choices=some, definition=child, vectors="vectors: []\n")) == {
        "form_fact"
    }


@pytest.mark.parametrize(
    ("when", "line"),
    [
        ("child.severely_ill", row("text", "since", "从什么时候？", "Since when?")),
        ("every_visit", row("select_one yes_no", "severely_ill", "患重病吗？", "Gravely ill?")),
    ],
)
def test_a_form_is_of_the_class_of_the_facts_that_it_asks_for_or_about(packs, when, line):
    about = DEFINITION.replace("household", "child").replace("every_visit", when)
    found = refused(packs, survey=(line,), definition=about, vectors="vectors:\n  - answers: {}\n")
    assert "visit_form_class_of_facts" in codes(found), found
    higher = about.replace("class: 3", "class: 4")
    assert (
        read(packs, survey=(line,), definition=higher, vectors="vectors:\n  - answers: {}\n")["winter"].sensitivity == 4
    )


def test_a_fact_that_only_a_department_can_say_is_no_question_of_a_form(packs):
    survey = (row("select_one yes_no", "hiv_infected", "问", "Asked"),)
    found = refused(packs, survey=survey, definition=DEFINITION.replace("household", "child"), vectors="vectors: []\n")
    assert codes(found) == {"form_fact"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("sources: [{document: gf_2016_36}]", "sources: []", "no_source"),
        ("class: 3", "class: 5", "visit_form_class"),
        ("when: every_visit", "when: child.no_such_fact", "unknown_fact"),
        ("about: household", "about: village", "unknown_choice"),
        ("code: winter", "code: summer", "code_name"),
    ],
)
def test_a_form_says_for_whom_on_what_and_how_sensitive(packs, old, new, code):
    found = codes(refused(packs, definition=DEFINITION.replace(old, new)))
    assert code in found or (any("fact" in one or "name" in one for one in found) and code == "unknown_fact"), found


def test_choices_and_settings_are_held_against_their_rules(packs):
    assert ("form_choice", "choices", 7) in refused(
        packs, choices=(*CHOICES, ("yes_no", "unknown", "不知道", "Not known"))
    )
    assert ("form_id", "settings", 2) in refused(packs, form_id="summer")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("values: {beds: 5}", "values: {beds: 6}", "form_vector"),
        ("values: {beds: 5}", "values: {beds: --5}", "form_vector"),
        ("asked: {what: no, advice: no}", "asked: {what: yes, advice: no}", "form_vector"),
        ("refused: [why, cold_rooms, looked_on]", "refused: [cold_rooms, looked_on]", "form_vector"),
        ("what: yes, ", "", "form_untried"),
        ("asked: {heated: yes, why", "asked: {heating: yes, why", "form_vector_name"),
    ],
)
def test_a_vector_that_comes_out_otherwise_or_tries_too_little_is_refused(packs, old, new, code):
    assert old in VECTORS
    assert code in codes(refused(packs, vectors=VECTORS.replace(old, new)))


def test_unknown_is_not_taken_for_no_and_what_is_not_asked_is_unknown(packs):
    rows = read(packs)["winter"].plain_rows
    nobody_knows = fill(rows, {"heated": "unknown"}, today=DAY)
    assert (nobody_knows.asked["why"], nobody_knows.asked["advice"]) == (None, None)
    hidden = fill(rows, {"heated": "yes", "why": "other", "cold_rooms": "9"}, today=DAY)
    assert (hidden.asked["what"], hidden.values["beds"], hidden.refused) == (False, None, ())


@pytest.mark.parametrize("changed", [{"zh": "他家是低保户吗？"}, {"kind": "select_one said"}, {"kind": "integer"}])
def test_a_fact_that_two_forms_ask_is_asked_alike_in_both(packs, changed):
    words = ("村里知道他家领低保吗？", "Does the household receive dibao?")
    said = {"kind": "select_one yes_no", "zh": words[0], **changed}
    other = {
        "code": "early",
        "definition": DEFINITION.replace("code: winter", "code: early"),
        "choices": (*CHOICES, ("said", "yes", "领", "Yes"), ("said", "no", "不领", "No")),
        "vectors": "vectors: []\n",
    }
    try:
        write_form(packs.root, survey=(row("select_one yes_no", "dibao", *words),), **other)
        assert set(read(packs)) == {"early", "winter"}
        write_form(packs.root, survey=(row(said["kind"], "dibao", said["zh"], words[1]),), **other)
        assert ("form_fact_otherwise", "survey", 9) in refused(packs)
    finally:
        shutil.rmtree(packs.root / "cn_51/visit_forms/early")


def test_the_check_of_a_folder_of_packs_reads_its_forms(packs):
    write_form(packs.root, survey=(*SURVEY, row("barcode", "code", "码", "Code")))
    _load.cache_clear()
    found = [str(one.place) for one in check_beside_rules(packs.root)]
    assert "cn_51/visit_forms/winter/form.xlsx/survey:12" in found
