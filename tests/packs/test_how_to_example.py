"""The example of docs/how-to/add-a-rule.md, copied as it stands there, is a sound rule with a sound overlay."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ciyou.packs import load_payments
from ciyou.packs.checking import check_packs
from ciyou.packs.pack_files import SHIPPED

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```yaml\n# (cn_\d+/\S+\.yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RULE = "cn_21/entitlements/winter_heating_aid/rule.yaml"


@pytest.fixture
def example(tmp_path):
    """A folder of packs with the files of the example laid in; a file that is there already gets the lines at its end."""
    for name in ("cn", "cn_21"):
        shutil.copytree(SHIPPED / name, tmp_path / name, ignore=shutil.ignore_patterns("rosters"))
    blocks = BLOCK.findall((ROOT / "docs/how-to/add-a-rule.md").read_text(encoding="utf-8"))
    for file, text in blocks:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        path.write_text(before + text, encoding="utf-8")
    assert RULE in {file for file, _ in blocks}
    return tmp_path


def problems_here(example):
    """What the check finds in the place of the example: the nation's cases of places that were not copied fail."""
    return [one for one in check_packs(example).problems if one.place.file.startswith("cn_21/")]


def test_the_example_is_checked_without_a_mistake_beside_its_payment(example):
    assert problems_here(example) == []
    assert load_payments(division="210102", root=example)["winter_heating_aid"].paid == "yearly"


def test_the_example_without_its_source_names_the_file_to_write_it_in(example):
    sources = example / "cn_21/sources.yaml"
    kept = [line for line in sources.read_text(encoding="utf-8").splitlines() if "heating_2025" not in line]
    sources.write_text("\n".join(kept) + "\n", encoding="utf-8")
    found = [problem for problem in problems_here(example) if problem.place.file == RULE]
    assert [problem.code for problem in found] == ["pack.unknown_source"]
    assert "cn_21/sources.yaml" in found[0].en


def test_the_example_with_yuan_for_fen_is_refused_and_says_so(example):
    rule = example / RULE
    rule.write_text(rule.read_text(encoding="utf-8").replace("150000", "1500"), encoding="utf-8")
    found = [problem for problem in problems_here(example) if problem.code == "pack.case_failed"]
    assert found
    assert all("rule.yaml is in fen, cases are in yuan" in problem.en for problem in found)
    assert "amount_yuan should be 1500 but is 15;" in found[0].en


def test_the_example_without_an_amount_in_its_cases_is_refused(example):
    cases = example / RULE.replace("rule.yaml", "cases.yaml")
    cases.write_text(cases.read_text(encoding="utf-8").replace(", amount_yuan: 1500", ""), encoding="utf-8")
    found = {(problem.code, problem.place.file) for problem in problems_here(example)}
    assert found == {("pack.missing_amount_case", cases.relative_to(example).as_posix())}


def test_a_case_that_stays_open_names_the_facts_it_lacks(example):
    cases = example / RULE.replace("rule.yaml", "cases.yaml")
    text = cases.read_text(encoding="utf-8").replace(
        "outcome: undetermined, deciding: [mother.imprisoned, mother.imprisoned.term_months]", "outcome: yes"
    )
    cases.write_text(text, encoding="utf-8")
    found = [problem.en for problem in problems_here(example) if problem.code == "pack.case_failed"]
    assert any(
        "outcome should be yes but is undetermined (mother.imprisoned, mother.imprisoned.term_months)" in text
        for text in found
    )


def test_a_case_on_a_day_before_the_rule_names_the_day(example):
    cases = example / RULE.replace("rule.yaml", "cases.yaml")
    cases.write_text(cases.read_text(encoding="utf-8").replace("2026-06-01", "2025-06-01"), encoding="utf-8")
    found = [problem.en for problem in problems_here(example) if problem.code == "pack.case_failed"]
    assert any(
        "In 210102000000 there is no such rule on 2025-06-01: look at the case's `as_of`" in text for text in found
    )


def test_the_check_starts_while_the_shipped_packs_are_half_written():
    """Nothing that the command imports may read the packs: a mistake in them would be a traceback, not a sentence."""
    asked = "import ciyou.cli.packs; from ciyou.packs import loading; print(loading._packs_below.cache_info().misses)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
