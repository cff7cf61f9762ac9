"""`ciyou explain`: one child's facts in, every decision with its reasons out; bad input is told where and why."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from ciyou.cli.main import main

DE_FACTO = {
    "child": {"birth_date": "2015-05-01", "adopted": False},
    "father": {"dead": True},
    "mother": {
        "dead": False,
        "declared_dead": False,
        "declared_missing": False,
        "imprisoned": {"value": True, "term_months": 18},
    },
}


def run(tmp_path, document, *options):
    path = tmp_path / "child.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return CliRunner().invoke(main, ["explain", str(path), "--as-of", "2025-09-01", "--division", "513322", *options])


def decisions(tmp_path, document, *options):
    result = run(tmp_path, document, "--json", *options)
    assert result.exit_code == 0, result.output
    return {one["rule"]: one for one in json.loads(result.stdout)["decisions"]}


def test_every_rule_of_the_place_is_decided(tmp_path):
    found = decisions(tmp_path, DE_FACTO)
    assert {"orphan", "de_facto_unattended", "de_facto_living_allowance", "single_person_dibao"} <= set(found)


def test_a_dead_father_and_a_mother_in_prison_for_eighteen_months_make_a_child_de_facto_unattended(tmp_path):
    found = decisions(tmp_path, DE_FACTO)["de_facto_unattended"]
    assert (found["outcome"], found["basis"]) == ("yes", "presumed")
    assert any("民发〔2019〕62号" in source["cite"] for source in found["sources"])


def test_nothing_is_presumed_when_asked_to_be_strict(tmp_path):
    found = decisions(tmp_path, DE_FACTO, "--strict")["de_facto_unattended"]
    assert found["outcome"] == "undetermined"
    assert set(found["deciding_facts"]) == {"child.dead", "child.parents_untraceable"}


def test_what_is_stated_outranks_what_is_presumed(tmp_path):
    child = {**DE_FACTO["child"], "dead": True}
    found = decisions(tmp_path, {**DE_FACTO, "child": child})["de_facto_unattended"]
    assert (found["outcome"], found["basis"]) == ("no", "verified")


def test_an_empty_document_leaves_everything_open_and_says_what_would_decide(tmp_path):
    found = decisions(tmp_path, {})
    assert {one["outcome"] for one in found.values()} == {"undetermined"}
    assert all(one["deciding_facts"] for one in found.values())


def test_the_text_says_the_clause_and_the_presumption_in_the_language_asked_for(tmp_path):
    chinese = run(tmp_path, DE_FACTO, "--rule", "de_facto_unattended").stdout
    assert "推定是" in chinese
    assert "母亲·刑期（月）为 18" in chinese
    english = run(tmp_path, DE_FACTO, "--rule", "de_facto_unattended", "--lang", "en").stdout
    assert "presumed yes" in english
    assert "Mother: " in english


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        ('{"child": {', "facts.json", "child.json:1:"),
        ("[]", "facts.shape", "child, father, mother"),
        ({"father": {"ded": True}}, "fact.", "dead"),
        ({"uncle": {}}, "fact.", "uncle"),
        ({"child": {"birth_date": "2015-02-30"}}, "fact.", "birth_date"),
        ({"child": {"disability_grade": 9}}, "fact.", "disability_grade"),
    ],
)
def test_bad_facts_are_told_where_and_why_and_end_with_two(tmp_path, document, code, words):
    result = run(tmp_path, document, "--lang", "en")
    assert result.exit_code == 2
    assert code in result.stderr
    assert words in result.stderr
    assert result.stdout == ""


def test_an_unknown_rule_is_answered_with_those_there_are(tmp_path):
    result = run(tmp_path, DE_FACTO, "--rule", "orphans", "--lang", "en")
    assert result.exit_code == 2
    assert "orphan" in result.stderr


def test_a_missing_file_is_told_by_its_name_only(tmp_path):
    result = CliRunner().invoke(
        main, ["explain", str(tmp_path / "none.json"), "--as-of", "2025-09-01", "--division", "51"]
    )
    assert result.exit_code == 2
    assert "none.json" in result.stderr
    assert str(tmp_path) not in result.stderr


def test_a_rule_of_another_place_is_told_with_the_places_that_have_it(tmp_path):
    result = run(tmp_path, DE_FACTO, "--rule", "key_child_living_allowance", "--lang", "en")
    assert result.exit_code == 2
    assert "In 513322 there is no rule “key_child_living_allowance” on 2025-09-01" in result.output
    assert "cn_37 2021-06-01" in result.output
