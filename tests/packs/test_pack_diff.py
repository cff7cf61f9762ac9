"""`ciyou packs diff`: a change made by hand, and what it must change, worked out by hand."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import polars as pl
import pytest
from click.testing import CliRunner

from ciyou.batch.population_changes import compare_population
from ciyou.cli.packs import packs as packs_command
from ciyou.packs.comparing import changed_cases, compare_packs

DAY = dt.date(2026, 6, 1)
FUJIAN = "cn_35/standards/orphan_scattered_standard.csv"


@pytest.fixture
def after(packs, tmp_path_factory):
    """The packs after: three places as they are shipped."""
    return shutil.copytree(packs.root, tmp_path_factory.mktemp("after") / "packs")


@pytest.fixture
def before(packs, after):
    """The packs before: in Fujian a scattered orphan had 1,791 yuan and not 1,891."""
    packs.change(FUJIAN, "35,福建省,2025-07-01,,,1891", "35,福建省,2025-07-01,,,1791")
    return packs


def family(child, division, *, orphan):
    """A child of ten with a father and a mother: (people, relations, facts)."""
    people = [(child, "child", division), (f"{child}f", "adult", division), (f"{child}m", "adult", division)]
    relations = [(child, "father", f"{child}f"), (child, "mother", f"{child}m")]
    facts = [(child, name, value) for name, value in CHILD.items()]
    facts += [(f"{child}{who}", name, value) for who in "fm" for name, value in {**PARENT, "dead": orphan}.items()]
    return people, relations, facts


CHILD = {
    "birth_date": "2016-03-01", "dead": False, "adopted": False, "parents_untraceable": False, "in_institution": False,
    "recognized_tekun": False, "hiv_infected": False, "household.dibao": False,
}  # fmt: skip
PARENT = {
    "declared_dead": False, "declared_missing": False, "imprisoned": False, "in_detox": False, "confined": False, "severely_ill": False,
    "disability_grade": 0, "disability_type": "none", "lost_contact": False, "guardianship_revoked": False, "deported": False,
}  # fmt: skip


@pytest.fixture
def run(tmp_path):
    """A screening of three: orphans in Fuzhou and in Chengdu, and a child in Fuzhou whose parents live."""
    folder = tmp_path / "run"
    folder.mkdir()
    families = [
        family("a", "350104000000", orphan=True),
        family("b", "350104000000", orphan=False),
        family("c", "510104000000", orphan=True),
    ]
    people, relations, facts = ([row for one in families for row in one[part]] for part in range(3))
    pl.DataFrame(people, schema=["person_id", "kind", "division"], orient="row").write_parquet(
        folder / "people.parquet"
    )
    pl.DataFrame(relations, schema=["person_id", "relation", "other_id"], orient="row").write_parquet(
        folder / "relations.parquet"
    )
    rows = [(*row[:2], json.dumps(row[2]), None, None, "police_hukou", "rostered") for row in facts]
    schema = {
        "person_id": pl.String, "fact": pl.String, "value": pl.String, "valid_from": pl.Date, "valid_to": pl.Date, "source": pl.String,
        "basis": pl.String,
    }  # fmt: skip
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(folder / "facts.parquet")
    (folder / "run.json").write_text("{}", encoding="utf-8")
    return folder


def test_one_changed_amount_is_one_difference_told_with_both_values(before, after):
    (found,) = compare_packs(before.root, after, as_of=DAY)
    assert (found.kind, found.what, found.code, found.place.en) == (
        "parameter",
        "changed",
        "orphan_scattered_standard",
        "Fujian",
    )
    assert [line[:10] for line in found.lines["en"]] == ["−¥1,791.00", "+¥1,891.00"]


def test_the_cases_that_come_out_otherwise_are_those_paid_by_the_changed_amount(before, after):
    total, changes = changed_cases(before.root, after)
    assert total > 400
    # An HIV-infected child has the same standard; an orphan over 18 may have it, so that the case has it for a ceiling.
    assert {(one.case.rule, one.old.amount_fen, one.new.amount_fen) for one in changes if one.new.amount_fen} == {
        ("orphan_living_allowance", 179100, 189100),
        ("hiv_living_allowance", 179100, 189100),
    }
    bounds = {
        (one.old.floor_fen, one.old.ceiling_fen, one.new.floor_fen, one.new.ceiling_fen)
        for one in changes
        if not one.new.amount_fen
    }
    assert bounds == {(179100, 233500, 189100, 233500), (0, 179100, 0, 189100)}
    assert all(one.case.division.startswith("35") and one.case.as_of >= dt.date(2025, 7, 1) for one in changes)


def test_of_three_children_only_the_orphan_in_fujian_gets_100_yuan_more(before, after, run):
    found = compare_population(run, old=before.root, new=after, as_of=DAY, sample=10)
    assert found.children == 3
    (change,) = found.changes
    assert (change.rule, change.old, change.new) == ("orphan_living_allowance", "yes", "yes")
    assert (change.children, change.difference_fen, change.unsettled) == (1, 10_000, 0)
    (example,) = change.examples
    assert (example.division, example.old.amount_fen, example.new.amount_fen) == ("350104000000", 179100, 189100)


def test_decided_as_if_all_lived_in_fujian_both_orphans_get_more(before, after, run):
    found = compare_population(run, old=before.root, new=after, as_of=DAY, division="350200", sample=10)
    assert [(one.rule, one.children, one.difference_fen) for one in found.changes] == [
        ("orphan_living_allowance", 2, 20_000)
    ]


def test_a_narrowed_condition_is_told_in_words_and_refuses_whom_it_refuses(packs, after, run):
    packs.change(
        "cn/categories/orphan/rule.yaml",
        "minor(child) and orphan_in_law(child)",
        "age(child) < 10 and orphan_in_law(child)",
    )
    found = compare_population(run, old=after, new=packs.root, as_of=DAY, division="36", sample=10)
    orphans = next(one for one in found.changes if one.rule == "orphan")
    assert (orphans.old, orphans.new, orphans.children) == ("yes", "no", 2)
    texts = compare_packs(after, packs.root, as_of=DAY)
    rule = next(one for one in texts if one.code == "orphan")
    assert "+  Child: age in full years; must be below 10" in rule.lines["en"]
    assert "−  Child: living and under 18" in rule.lines["en"]


def test_the_command_ends_with_0_1_or_2(before, after, run, tmp_path):
    command = CliRunner()
    same = command.invoke(packs_command, ["diff", str(after), str(after), "--lang", "en"])
    assert (same.exit_code, same.output) == (0, "The two are the same.\n")
    words = ["diff", str(before.root), str(after), "--run", str(run), "--as-of", DAY.isoformat(), "--lang", "en"]
    changed = command.invoke(packs_command, words)
    assert changed.exit_code == 1
    assert "yes → yes · 1 children · money +¥100.00 (per month)" in changed.output
    assert "Dead: yes (from rosters)" in changed.output
    assert command.invoke(packs_command, ["diff", str(tmp_path / "nothing")]).exit_code == 2
    broken = shutil.copytree(before.root, tmp_path / "broken")  # a folder is read once in a process
    (broken / "cn/categories/disabled/rule.yaml").write_text("code: disabled\n", encoding="utf-8")
    assert command.invoke(packs_command, ["diff", str(broken), str(after)]).exit_code == 2
