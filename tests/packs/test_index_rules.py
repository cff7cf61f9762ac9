"""How places say their standards move: what the formulas say of the published rows, and what the loader refuses."""

from __future__ import annotations

from fractions import Fraction

import pytest
from click.testing import CliRunner

from ciyou.cli.main import main
from ciyou.core.errors import PackError
from ciyou.packs import index_findings, load_index_rules, load_rule_book, parameters_for
from ciyou.packs.index_rules import project

FILE = "cn/index_rules/changsha_scattered_dibao.yaml"


def verdicts(code):
    return {
        (one.row.division, str(one.row.valid_from)): one.verdict for one in index_findings() if one.rule.code == code
    }


def rule(code):
    return next(one for one in load_index_rules() if one.code == code)


def test_fujians_rows_of_2024_are_those_of_2023_times_the_published_growth():
    found = [one for one in index_findings(division="35") if str(one.row.valid_from) == "2024-07-01"]
    assert {(one.rule.code, one.row.key, one.computed_fen, one.verdict) for one in found} == {
        ("fujian_income_growth", "orphan_institution_standard", 221_300, "fits"),
        ("fujian_income_growth", "orphan_scattered_standard", 179_200, "fits"),
        ("institution_above_scattered", "orphan_institution_standard", 179_200, "fits"),
    }


def test_nowhere_is_the_institution_rate_below_the_scattered_one():
    found = verdicts("institution_above_scattered")
    assert len(found) >= 30 and set(found.values()) == {"fits"}


def test_ningbos_share_of_consumption_is_its_own_and_cannot_be_checked():
    assert rule("ningbo_institution_consumption").times == Fraction(4, 5)
    assert verdicts("ningbo_institution_consumption") == {("3302", "2022-04-01"): "not_on_file"}


def test_a_growth_that_was_not_published_is_not_made_up():
    assert verdicts("fujian_income_growth")["35", "2025-07-01"] == "not_on_file"
    assert set(verdicts("shenzhen_cpi").values()) == {"not_on_file"}


def test_zhejiangs_scattered_rates_are_four_fifths_of_the_institution_rate():
    assert verdicts("zhejiang_scattered_share") == {
        ("3301", "2023-06-01"): "fits",
        ("3301", "2023-07-01"): "fits",
        ("3302", "2022-04-01"): "fits",
    }


def test_changsha_pays_twice_and_three_times_dibao():
    assert verdicts("changsha_scattered_dibao") == {("430102", "2023-01-01"): "fits"}
    assert verdicts("changsha_institution_dibao") == {("430102", "2023-01-01"): "fits"}


def test_a_published_rate_below_the_formula_is_told_and_stays_as_it_is():
    (found,) = [one for one in index_findings(division="4207") if one.rule.code == "hubei_institution_share"]
    assert (found.computed_fen, found.verdict) == (224_000, "differs")
    paid = parameters_for(division="420704", as_of=found.row.valid_from)["orphan_institution_standard"]
    assert paid.value == found.published_fen == 220_000


def test_a_rate_known_from_a_weak_source_is_no_proof_of_a_formula():
    assert verdicts("chengdu_five_percent") == {}


def test_a_projection_is_in_whole_yuan_and_changes_no_standard():
    before = parameters_for(division="350104", as_of=_today())["orphan_scattered_standard"].value
    assert project(rule("fujian_income_growth"), before, rate=Fraction(5, 100)) == 198_600  # 1891 × 1.05 = 1985.55
    assert project(rule("tekun_dibao"), 75_000) == 97_500
    assert project(rule("sichuan_no_formula"), 135_000, rate=Fraction(1, 10)) is None
    assert parameters_for(division="350104", as_of=_today())["orphan_scattered_standard"].value == before


def test_no_formula_stands_in_a_rule_book():
    codes = {one.code for one in load_index_rules()}
    assert not codes & set(load_rule_book(division="35", as_of=_today()).by_code)


def _today():
    return max(one.row.valid_from for one in index_findings(division="35"))


def test_the_command_tells_agreement_and_places_without_a_formula():
    result = CliRunner().invoke(main, ["packs", "formulas", "--lang", "en"])
    assert result.exit_code == 0
    assert "differs (computed 2240 yuan); the published one holds" in result.output
    assert "51 No formula is published" in result.output
    only = CliRunner().invoke(main, ["packs", "formulas", "--division", "3301", "--lang", "en"])
    assert "3302" not in only.output and "3301 2023-07-01" in only.output


def test_the_command_refuses_what_is_no_division():
    assert CliRunner().invoke(main, ["packs", "formulas", "--division", "abc"]).exit_code == 2


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('times: "2"', 'times: "two"', "pack.bad_ratio"),
        ('times: "2"', 'times: "1/0"', "pack.bad_ratio"),
        ("of: dibao_standard", "of: custody_min_months", "pack.not_a_standard"),
        ("targets: [orphan_scattered_standard]", "targets: [orphan_standard]", "pack.not_a_standard"),
        ("kind: share", "kind: shares", "pack.unknown_choice"),
        ("document: furong_2023_page", "document: nothing", "pack.unknown_source"),
        ("code: changsha_scattered_dibao", "code: other", "pack.code_name"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_place(packs, old, new, code):
    packs.change(FILE, old, new)
    with pytest.raises(PackError) as refused:
        load_index_rules(root=packs.root)
    assert {(one.code, one.place.file) for one in refused.value.problems} == {(code, FILE)}
