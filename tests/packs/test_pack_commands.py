"""`ciyou packs check` and `ciyou facts` as a person runs them."""

from __future__ import annotations

import json

from click.testing import CliRunner

from ciyou.cli.facts import facts
from ciyou.cli.packs import packs as packs_command
from ciyou.core.facts.definition import Entity
from ciyou.packs.loading import load_fact_lists


def test_checking_the_shipped_packs_finds_nothing():
    result = CliRunner().invoke(packs_command, ["check", "--lang", "en"])
    assert result.exit_code == 0
    assert "No mistakes found." in result.output


def test_checking_a_broken_copy_prints_place_and_ends_with_1(packs):
    packs.change("cn/categories/disabled/rule.yaml", "measure: M6", "mesure: M6")
    result = CliRunner().invoke(packs_command, ["check", str(packs.root), "--lang", "en"])
    assert result.exit_code == 1
    assert "cn/categories/disabled/rule.yaml:4:1: “mesure” has no meaning here" in result.output


def test_checking_a_folder_that_is_not_there_ends_with_2():
    result = CliRunner().invoke(packs_command, ["check", "no-such-folder"])
    assert result.exit_code == 2


def test_facts_as_json_name_every_fact_with_its_domain():
    result = CliRunner().invoke(facts, ["--json"])
    records = {(record["about"][0], record["name"]): record for record in json.loads(result.output)}
    assert result.exit_code == 0
    assert records["child", "hiv_infected"]["sensitivity"] == 5
    assert "mental" in records["parent", "disability_type"]["options"]


def test_facts_can_be_looked_up_while_a_rule_is_half_written(packs):
    packs.change("cn/categories/disabled/rule.yaml", "measure: M6", "measure: ")
    vocabulary, departments = load_fact_lists(root=packs.root)
    assert "civil_affairs" in departments
    assert vocabulary.find(Entity.CHILD, "birth_date") is not None


def test_facts_are_shown_in_the_language_asked_for():
    assert "出生日期" in CliRunner().invoke(facts, []).output
    assert "Birth date" in CliRunner().invoke(facts, ["--lang", "en"]).output
