"""`ciyou prove` as a person runs it: on the shipped packs, and on copies with a defect."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from ciyou.cli.main import main
from ciyou.packs.pack_files import SHIPPED

DAY = dt.date(2026, 11, 26)
GAP = "cn/proofs/no_parent_able.yaml"


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """A copy of the national pack and Sichuan's that a test may change."""
    for name in ("cn", "cn_51"):
        shutil.copytree(SHIPPED / name, tmp_path / name, ignore=shutil.ignore_patterns("rosters"))
    return tmp_path


def run(*words: str):
    return CliRunner().invoke(main, ["prove", "--as-of", DAY.isoformat(), *words])


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_known_gap_is_told_with_its_reason_in_both_languages_and_ends_with_0() -> None:
    chinese = run("--only", "gap.no_parent_able", "--division", "110101")
    assert chinese.exit_code == 0, chinese.output
    assert "父亲·被宣告失踪：是" in chinese.output and "已接受" in chinese.output
    english = run("--only", "gap.no_parent_able", "--division", "110101", "--lang", "en")
    assert "Father: Declared missing by a court: yes" in english.output
    assert "--suppose both_gone_one_missing=neither" in english.output


def test_where_the_place_has_read_the_case_there_is_no_gap() -> None:
    answer = json.loads(run("--only", "gap.no_parent_able", "--division", "510104", "--json").output)
    assert (answer["proved"], answer["findings"], answer["accepted"]) == (1, [], [])


def test_explain_shows_the_witness_in_the_same_gap(tmp_path: Path) -> None:
    done = run("--only", "gap.no_parent_able", "--division", "110101", "--out", str(tmp_path))
    assert done.exit_code == 0
    facts = tmp_path / "gap.no_parent_able-110101000000.json"
    place = ["--strict", "--as-of", DAY.isoformat(), "--division", "110101", "--json"]
    supposed = ["--suppose", "both_gone_one_missing=neither"]
    told = json.loads(CliRunner().invoke(main, ["explain", str(facts), *place, *supposed]).output)
    outcomes = {one["rule"]: one["outcome"] for one in told["decisions"]}
    assert (outcomes["orphan"], outcomes["de_facto_unattended"]) == ("no", "no")
    open_still = json.loads(CliRunner().invoke(main, ["explain", str(facts), *place]).output)
    assert {one["outcome"] for one in open_still["decisions"] if one["rule"] == "orphan"} == {"undetermined"}


def test_a_guard_taken_out_of_a_rule_is_found_and_ends_with_1(packs: Path) -> None:
    change(packs / "cn/categories/de_facto_unattended/rule.yaml", "and not bereft(child)", "")
    done = run(str(packs), "--only", "overlap.orphan_and_de_facto", "--json")
    answer = json.loads(done.output)
    assert done.exit_code == 1
    finding = answer["findings"][0]
    assert (finding["code"], finding["confirmed"]) == ("overlap.orphan_and_de_facto", True)
    assert finding["facts"]["child"]["adopted"] is False


def test_a_finding_outside_what_was_accepted_is_a_new_finding(packs: Path) -> None:
    change(packs / "cn/categories/de_facto_unattended/rule.yaml", "or gone(mother) and unable(father)", "")
    done = run(str(packs), "--only", "gap.no_parent_able", "--division", "51", "--json")
    answer = json.loads(done.output)
    assert done.exit_code == 1
    # Sichuan has answered, so what was accepted does not occur there; the clause that is gone leaves another gap.
    assert (len(answer["findings"]), answer["accepted"]) == (1, [])
    assert any(answer["findings"][0]["facts"]["mother"][name] for name in ("dead", "declared_dead", "declared_missing"))


def test_an_accepted_finding_that_no_longer_occurs_is_reported(packs: Path) -> None:
    for path in (packs / "cn/proofs").glob("*.yaml"):
        path.unlink()
    for folder in (packs / "cn/entitlements", packs / "cn_51"):
        shutil.rmtree(folder)
    for folder in (packs / "cn/categories").iterdir():
        if folder.name != "disabled":
            shutil.rmtree(folder)
    accepted = (
        "accepted:\n  - finding: imprecise.disabled\n    by: somebody\n    on: 2026-11-26\n"
        "    reason: {zh: 曾经如此。, en: It was so once.}\n"
    )
    (packs / "cn/proofs/accepted.yaml").write_text(accepted, encoding="utf-8")
    done = run(str(packs), "--lang", "en")
    assert done.exit_code == 1
    assert "the accepted “imprecise.disabled” no longer occurs" in done.output


def test_a_property_that_cannot_be_read_ends_with_2_and_says_where(packs: Path) -> None:
    change(packs / GAP, "not orphan and", "not orfan and")
    done = run(str(packs), "--only", "gap", "--division", "51", "--lang", "en")
    assert done.exit_code == 2
    assert f"{GAP}:" in done.stderr and "Did you mean “orphan”?" in done.stderr


def test_a_folder_that_is_not_there_ends_with_2() -> None:
    assert run("no-such-folder").exit_code == 2


@pytest.mark.parametrize("said", ["both_gone_one_missing=both", "no_such_key=1", "custody_min_months=six"])
def test_a_supposition_that_is_no_value_of_a_parameter_is_refused(said: str, tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text("{}", encoding="utf-8")
    done = CliRunner().invoke(
        main, ["explain", str(facts), "--as-of", "2026-01-01", "--division", "51", "--suppose", said, "--lang", "en"]
    )
    assert done.exit_code == 2
    assert "--suppose" in done.stderr
