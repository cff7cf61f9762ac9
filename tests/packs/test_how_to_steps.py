"""The steps of docs/how-to/add-a-rule.md for a made-up city: what `ciyou packs new` begins, filled in, is checked and answers by the month."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from ciyou.core.awards.law import answers
from ciyou.core.awards.month import Month, months_from
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import Basis, StatedFact
from ciyou.core.rules.book import RuleKind
from ciyou.packs import load_clocks, load_payments, load_rule_book
from ciyou.packs.beginning import begin_rule
from ciyou.packs.checking import check_packs
from ciyou.packs.pack_files import SHIPPED

MADE_UP = Path(__file__).parent / "made_up_county"
CODE, COUNTY, ORPHAN_BORN = "winter_heating_subsidy", "990101", dt.date(2016, 3, 1)
MODES = ("monthly_run", "once", "yearly")
BLANKS = {
    "name: {zh: , en: }": "name: {zh: 虚构补助, en: Made-up aid}",
    "apply: {zh: , en: }": "apply: {zh: 向乡镇申请。, en: Apply at the township.}",
    "measure: ": "measure: M1",
    "- from: ": "- from: 2026-01-01",
    "param.dibao_standard": "30000",
    "en: It holds}, expect: {outcome: yes}": "en: It holds}, expect: {outcome: yes, amount_yuan: 300}",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The nation and the made-up city: one rule filled in as the page says, and one more of each way of being paid."""
    folder = tmp_path_factory.mktemp("packs")
    shutil.copytree(SHIPPED / "cn", folder / "cn", ignore=shutil.ignore_patterns("rosters"))
    begun = begin_rule("cn_9901", CODE, kind=RuleKind.ENTITLEMENT, paid="monthly_run", root=folder)
    assert {path.relative_to(folder) for path in begun} <= {
        path.relative_to(MADE_UP) for path in MADE_UP.rglob("*.yaml")
    }
    shutil.copytree(MADE_UP, folder, dirs_exist_ok=True)
    for paid in MODES:
        for path in begin_rule("cn_9901", f"aid_{paid}", kind=RuleKind.ENTITLEMENT, paid=paid, root=folder):
            text = path.read_text(encoding="utf-8").replace(f"aid_{paid}_document", "made_up_heating_2026")
            for blank, words in BLANKS.items():
                text = text.replace(blank, words)
            path.write_text(text, encoding="utf-8")
    return folder


def test_what_was_begun_and_filled_in_has_no_mistake(root):
    found = [one.en for one in check_packs(root).problems if one.place.file.startswith("cn_9901/")]
    assert found == []
    payments = load_payments(division=COUNTY, root=root)
    assert {paid: payments[f"aid_{paid}"].paid for paid in MODES} == {paid: paid for paid in MODES}
    periods = {rule.code: str(rule.period) for rule in _book(root, dt.date(2026, 12, 1)).rules}
    assert [periods[f"aid_{paid}"] for paid in MODES] == ["month", "once", "year"]


def test_the_places_own_deadline_is_that_of_this_rule_alone(root):
    payments, clocks = load_payments(division=COUNTY, root=root), load_clocks(division=COUNTY, root=root)
    assert clocks[payments[CODE].clocks["decide"]].statutory.amount == 10
    assert clocks[payments["aid_monthly_run"].clocks["decide"]].statutory is None
    assert payments[CODE].clocks["decide"] not in load_clocks(division="51", root=root)


def test_the_money_is_due_in_the_months_of_winter_only(root):
    known = [
        (Entity.CHILD, "birth_date", ORPHAN_BORN),
        *((Entity.CHILD, name, False) for name in ("dead", "adopted", "in_institution")),
        (Entity.FATHER, "dead", True),
        (Entity.MOTHER, "dead", True),
    ]
    found = answers(
        CODE,
        [StatedFact(entity, name, value, Basis.VERIFIED, "test") for entity, name, value in known],
        months_from(Month(2026, 11), Month(2027, 12)),
        book_at=lambda day: _book(root, day),
        judged_on=load_payments(division=COUNTY, root=root)[CODE].judged_on.value,
        law_changes=[dt.date(2027, 3, 1), dt.date(2027, 11, 1)],
    )
    assert {one.outcome.value for one in found} == {"yes"}
    assert [one.amount_fen for one in found] == [20000] * 4 + [0] * 8 + [20000] * 2


def _book(root, day):
    return load_rule_book(division=COUNTY, as_of=day, root=root)
