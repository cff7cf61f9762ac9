"""Tiers, indicators and visit intervals: what is shipped says that it is no law, what a place may restate, what the loader refuses."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from ciyou.cli.main import main
from ciyou.core.errors import PackError
from ciyou.core.risk import GROUPS, NOT_ASSESSED, shortest_interval
from ciyou.packs import load_risk, load_visit_intervals

TIERS, INDICATORS, CASES = "cn/risk/tiers.yaml", "cn/risk/indicators.yaml", "cn/risk/cases.yaml"
LOW = "visit_intervals/low_risk.yaml"


def refusals(load, root, division="51"):
    with pytest.raises(PackError) as refused:
        load(division=division, root=root)
    return {(problem.code, problem.place.file) for problem in refused.value.problems}


def test_what_is_shipped_is_a_default_and_says_so_in_both_languages():
    found = load_risk(division="990101001001")
    assert (found.policy_default, found.verified) == (True, False)
    assert all("不是法律" in zh and "not law" in en for zh, en in found.notes)
    assert {one.group for one in found.asked.indicators} == set(GROUPS)
    assert found.asked.unknown_points >= 1
    for row in load_visit_intervals(division="990101001001").values():
        assert row.policy_default or row.sources
        assert "不是法律规定" in row.note_zh
        assert "not law" in row.note_en


def test_what_the_law_names_stands_with_its_article():
    sourced = {one.code for one in load_risk(division="51").asked.indicators if one.sourced}
    assert sourced == {"carer", "unattended", "lives_alone", "contact"}


def test_guangdong_cites_its_own_notice_for_tiers_and_colors():
    found = load_risk(division="4401")
    assert [(one.code, one.color) for one in found.asked.tiers] == [
        ("low", "green"),
        ("medium_low", "blue"),
        ("medium_high", "yellow"),
        ("high", "red"),
    ]
    assert [source.id for source in found.sources] == ["gd_guardianship_plan_2024"]
    assert load_risk(division="51").sources == ()


@pytest.mark.parametrize(
    ("tier", "rules", "days"),
    [
        ("high", {"orphan"}, 7),
        ("medium_high", set(), 14),
        ("medium_low", set(), 30),
        ("low", {"orphan"}, 90),
        (NOT_ASSESSED, {"left_behind"}, 30),
        (NOT_ASSESSED, {"dibao_member"}, 90),
    ],
)
def test_the_default_intervals_are_those_of_the_fact_sheet(tier, rules, days):
    rows = load_visit_intervals(division="51").values()
    assert shortest_interval(rows, tier=tier, rules=frozenset(rules)).days == days


def test_a_place_restates_an_interval_for_itself_only(packs):
    text = (packs.root / "cn" / LOW).read_text(encoding="utf-8")
    packs.add(f"cn_51/{LOW}", text.replace("days: 90", "days: 60"))
    assert load_visit_intervals(division="510107", root=packs.root)["low_risk"].days == 60
    assert load_visit_intervals(division="35", root=packs.root)["low_risk"].days == 90


def test_a_place_with_other_tiers_has_to_bring_everything_that_names_them(packs):
    packs.add("cn_51/risk/tiers.yaml", (packs.root / TIERS).read_text(encoding="utf-8"))
    packs.change("cn_51/risk/tiers.yaml", "code: high,", "code: grave,")
    assert refusals(load_risk, packs.root) == {("pack.unknown_choice", INDICATORS)}
    assert load_risk(division="35", root=packs.root).asked.tiers[-1].code == "high"


def test_a_tier_without_an_interval_is_refused(packs):
    (packs.root / "cn" / LOW).unlink()
    assert refusals(load_visit_intervals, packs.root) == {("pack.visit_interval_missing", "cn_51/visit_intervals")}


MISTAKES = (
    (TIERS, "unknown_points: 1", "unknown_points: 0", "pack.risk_unknown"),
    (TIERS, "from_points: 4", "from_points: 9", "pack.risk_tiers"),
    (TIERS, "color: red", "color: pink", "pack.unknown_choice"),
    (INDICATORS, "policy_default: true", "policy_default: false", "pack.missing_key"),
    (INDICATORS, "at_least: high", "at_least: hihg", "pack.unknown_choice"),
    (INDICATORS, "points: 0", "points: 1", "pack.risk_answers"),
    (INDICATORS, "code: schooling", "code: health", "pack.duplicate_code"),
)
WRONG_CASES = (
    (CASES, "tier: medium_low", "tier: low", "pack.case_failed"),
    (CASES, "contact: less", "contact: mostly", "pack.unknown_choice"),
    (CASES, "home: hazards", "home: safe", "pack.risk_threshold"),
)


@pytest.mark.parametrize("mistakes", [MISTAKES, WRONG_CASES], ids=["definitions", "cases"])
def test_the_loader_refuses_all_mistakes_at_once(packs, mistakes):
    for file, old, new, _code in mistakes:
        packs.change(file, old, new)
    assert refusals(load_risk, packs.root) == {(code, file) for file, _old, _new, code in mistakes}


def test_cases_without_an_open_one_are_refused(packs):
    text = (packs.root / CASES).read_text(encoding="utf-8").splitlines()
    packs.add(CASES, "\n".join(line for line in text if "unknown" not in line))
    assert refusals(load_risk, packs.root) == {("pack.risk_unknown_case", CASES)}


def test_the_check_of_all_packs_looks_at_them(packs):
    packs.change("cn/visit_intervals/high_risk.yaml", "days: 7", "days: 0")
    found = CliRunner().invoke(main, ["packs", "check", str(packs.root)])
    assert found.exit_code == 1
    assert "visit_intervals/high_risk.yaml" in found.output
