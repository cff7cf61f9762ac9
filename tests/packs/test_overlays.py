"""What a place may do to a rule: replace, widen, tier, switch off; and which place wins."""

from __future__ import annotations

import datetime as dt

import pytest

from ciyou.core.facts.state import FactState
from ciyou.core.rules.interpreter import decide_all
from ciyou.packs import load_packs, load_rule_book, read_facts
from ciyou.packs.binding import bind_rules
from ciyou.packs.located_yaml import Notes
from ciyou.packs.rule_files import ONE_DAY, turning_days

TODAY = dt.date(2026, 6, 1)
CASES = """
code: {code}
common: {{division: "{division}", as_of: 2026-06-01}}
cases:
  - {{name: {{zh: 是, en: Yes}}, facts: {yes}, expect: {{outcome: yes}}}}
  - {{name: {{zh: 否, en: No}}, facts: {no}, expect: {{outcome: no}}}}
  - {{name: {{zh: 未知, en: Unknown}}, facts: {{child: {{dead: false}}}}, expect: {{outcome: undetermined}}}}
"""
YES = "{child: {birth_date: 2016-01-01, dead: false, disability_grade: 1}}"
NO = "{child: {birth_date: 2016-01-01, dead: false, disability_grade: 0, severely_ill: false}}"
SOURCE = "sources: [{document: local, confidence: M}]"


def _overlay(packs, *, change, version, code="disabled", folder="cn_51", division="51", cases=None):
    sources = packs.root / folder / "sources.yaml"
    before = sources.read_text(encoding="utf-8") if sources.exists() else ""
    local = "local: {kind: notice, number: 测试〔2026〕1号, confidence: M}\n"
    packs.add(f"{folder}/sources.yaml", before + local)
    packs.add(
        f"{folder}/categories/{code}/rule.yaml",
        f"code: {code}\nchange: {change}\nversions:\n  - {{from: 2020-01-01, {SOURCE}{version}}}\n",
    )
    written = cases or CASES.format(code=code, division=division, yes=YES, no=NO)
    packs.add(f"{folder}/categories/{code}/cases.yaml", written)
    return packs


def _outcome(packs, facts, *, rule="disabled", division="510104"):
    book = load_rule_book(division=division, as_of=TODAY, root=packs.root)
    return decide_all(book, FactState.on(TODAY, read_facts(facts, book.vocabulary)))[rule].outcome


ILL = {"child": {"birth_date": "2016-01-01", "dead": False, "disability_grade": 0, "severely_ill": True}}
GRADE_4 = {"child": {"birth_date": "2016-01-01", "dead": False, "disability_grade": 4, "severely_ill": False}}


def test_a_place_may_widen_a_rule(packs):
    _overlay(packs, change="widen", version=", when: minor(child) and child.severely_ill")
    assert packs.found() == set()
    assert _outcome(packs, ILL) == "yes"
    assert _outcome(packs, GRADE_4) == "yes"
    assert _outcome(packs, ILL, division="350104") == "no"


def test_a_place_may_replace_a_rule(packs):
    _overlay(packs, change="replace", version=", when: child.disability_grade == 1")
    assert _outcome(packs, GRADE_4) == "no"
    assert _outcome(packs, GRADE_4, division="350104") == "yes"


def test_a_place_may_switch_a_rule_off_and_references_to_it_read_as_no(packs):
    off = CASES.split("cases:", maxsplit=1)[0].format(code="migrant", division="51") + (
        "cases:\n  - {name: {zh: 停用, en: Off}, facts: {child: {dead: false}}, expect: {outcome: not_in_force}}\n"
    )
    _overlay(packs, change="off", version="", code="migrant", cases=off)
    assert packs.found() == set()
    book = load_rule_book(division="510104", as_of=TODAY, root=packs.root)
    assert "migrant" not in book.by_code
    assert book.by_code["left_behind"].needs == ()


def test_a_place_may_tier_an_amount(packs):
    _overlay(packs, change="widen", version=", when: minor(child) and child.severely_ill")  # declares the source
    packs.add(
        "cn_51/entitlements/orphan_living_allowance/rule.yaml",
        "code: orphan_living_allowance\nchange: tier\nversions:\n"
        f"  - {{from: 2020-01-01, {SOURCE}, amount: 'percent(orphan_rate(child), 110)'}}\n",
    )
    packs.add(
        "cn_51/entitlements/orphan_living_allowance/cases.yaml",
        """
code: orphan_living_allowance
common:
  division: "511902"
  as_of: 2026-06-01
  facts:
    child: {birth_date: 2016-01-01, dead: false, adopted: false, in_institution: false, recognized_tekun: false}
    father: {dead: true}
cases:
  - {name: {zh: 是, en: Yes}, facts: {mother: {dead: true}}, expect: {outcome: yes, amount_yuan: 1485}}
  - {name: {zh: 否, en: No}, facts: {child: {adopted: true}}, expect: {outcome: no}}
  - {name: {zh: 未知, en: Unknown}, facts: {}, expect: {outcome: undetermined}}
""",
    )
    # 1350 × 110 % = 1485; the nation's own two cases in Sichuan rightly fail now, as the amount there has changed
    failing = {problem.place.file for problem in packs.problems()}
    assert failing == {"cn/entitlements/orphan_living_allowance/cases.yaml"}


def test_the_narrowest_place_wins(packs):
    packs.add(
        "cn_5101/place.yaml",
        'code: cn_5101\ndivision: "5101"\nextends: cn\nname: {zh: 成都市, en: Chengdu}\n',
    )
    _overlay(packs, change="replace", version=", when: child.disability_grade == 1")
    _overlay(
        packs.change("cn_51/sources.yaml", "local:", "local_51:").change(
            "cn_51/categories/disabled/rule.yaml", "document: local", "document: local_51"
        ),
        change="replace",
        version=", when: child.disability_grade >= 1",
        folder="cn_5101",
        division="5101",
    )
    assert _outcome(packs, GRADE_4, division="510104") == "yes"
    assert _outcome(packs, GRADE_4, division="511902") == "no"


@pytest.mark.parametrize(("change", "code"), [("new", "disabled"), ("widen", "no_such_rule")])
def test_a_change_must_fit_what_is_there(packs, change, code):
    _overlay(packs, change=change, version=", when: child.severely_ill", code=code)
    assert "pack.change" in {problem.code for problem in packs.problems()}


def test_a_verified_weak_source_decides(packs):
    packs.change(
        "cn/sources.yaml",
        "gbf_2021_42: {kind: regulation,",
        "gbf_2021_42: {verified_by: 王测试 2026-05-01, kind: regulation,",
    )
    book = load_rule_book(division="130102", as_of=TODAY, root=packs.root)
    assert book.parameters["premium_full_tekun"].value is True


def test_days_between_which_no_text_changes_share_their_rules_and_no_day_gets_those_of_another():
    pack_set = load_packs()
    chain = pack_set.chain("440103")
    turns = sorted(set(turning_days(version for pack in chain for version in pack.versions())))
    for turn, next_turn in zip(turns, [*turns[1:], dt.date(2100, 1, 1)], strict=True):
        last = next_turn - ONE_DAY
        shared = load_rule_book(division="440103", as_of=turn).rules
        assert load_rule_book(division="440103", as_of=last).rules is shared
        for day in (turn, last):
            assert bind_rules(pack_set, chain=chain, as_of=day, notes=Notes()) == shared, day
