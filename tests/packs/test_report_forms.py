"""Forms of official statistics: what is shipped, what a place rewrites, and what the loader refuses."""

from __future__ import annotations

import shutil

import pytest

from ciyou.core.awards.period import PeriodKind
from ciyou.core.errors import PackError
from ciyou.packs import load_report_forms
from ciyou.packs.pack_files import SHIPPED

HEAD = """code: civil_affairs_monthly
name: {zh: 月报, en: Monthly}
period: month
source: {document: mca_statistics}
items:
"""
GOOD = "  - {code: orphans, name: {zh: 孤儿, en: Orphans}, unit: {zh: 人, en: persons}, figure: children_paid, entitlements: [orphan_living_allowance]}\n"


def pack(tmp_path, text, *, overlay=False):
    """A copy of the national pack with the monthly form rewritten, in it or in an overlay for 51."""
    shutil.copytree(SHIPPED / "cn", tmp_path / "cn")
    folder = tmp_path / "cn"
    if overlay:
        folder = tmp_path / "cn_51"
        folder.mkdir()
        (folder / "place.yaml").write_text(
            'code: cn_51\nextends: cn\ndivision: "51"\nname: {zh: 某省, en: A province}\n', encoding="utf-8"
        )
    (folder / "reports").mkdir(exist_ok=True)
    (folder / "reports/civil_affairs_monthly.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def refusals(tmp_path, text):
    with pytest.raises(PackError) as refused:
        load_report_forms(division="51", root=pack(tmp_path, text))
    return [problem.code for problem in refused.value.problems]


def test_every_shipped_form_is_sourced_unverified_and_says_of_each_item_what_fills_it_or_why_nothing_does():
    forms = load_report_forms(division="990101001001")
    assert {form.period for form in forms.values()} == {PeriodKind.MONTH, PeriodKind.QUARTER}
    for form in forms.values():
        assert not form.verified
        assert form.source is not None and form.source.confidence == "C"
        for item in form.items:
            assert bool(item.figure) != bool(item.missing_zh)
            assert item.zh and item.en and item.unit_zh and item.unit_en


def test_a_place_rewrites_a_form(tmp_path):
    forms = load_report_forms(division="51", root=pack(tmp_path, HEAD + GOOD, overlay=True))
    assert [item.code for item in forms["civil_affairs_monthly"].items] == ["orphans"]
    assert "civil_affairs_quarterly" in forms
    assert len(load_report_forms(division="11", root=tmp_path)["civil_affairs_monthly"].items) > 1


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (GOOD + GOOD, "item_twice"),
        (GOOD.replace("figure: children_paid", "figure: children_payed"), "unknown_choice"),
        (GOOD.replace("orphan_living_allowance", "orphan_living_alowance"), "unknown_entitlement"),
        (GOOD.replace(", figure: children_paid", ""), "item_unfilled"),
        (GOOD.replace("}\n", ", missing: {zh: 问, en: Ask}}\n"), "item_unfilled"),
        (GOOD.replace("children_paid", "standard"), "item_incomplete"),
        (GOOD.replace("children_paid", "posts"), "item_incomplete"),
        (GOOD.replace("}\n", ", parameter: no_such}\n"), "unknown_parameter"),
    ],
)
def test_a_form_with_a_mistake_is_refused(item, code, tmp_path):
    assert f"pack.{code}" in refusals(tmp_path, HEAD + item)
