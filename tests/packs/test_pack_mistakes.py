"""Each kind of mistake in a pack is found, at its file and line, in words that say what to do."""

from __future__ import annotations

import pytest

from ciyou.core.errors import PackError
from ciyou.packs import load_packs, load_warnings

DISABLED = "cn/categories/disabled/rule.yaml"
ORPHAN = "cn/categories/orphan/rule.yaml"
DE_FACTO = "cn/categories/de_facto_unattended/rule.yaml"
DISABLED = "cn/categories/disabled/rule.yaml"
CASES = "cn/categories/disabled/cases.yaml"
SOURCES = "cn/sources.yaml"
SCATTERED = "cn/standards/orphan_scattered_standard.csv"
TERM = "cn/parameters/custody_min_months.yaml"

# (what is wrong, file to change, text, replacement, expected code, expected file, a text on the expected line afterwards)
MISTAKES = [
    ("YAML that cannot be read", DISABLED, "versions:", "versions: [", "pack.yaml_syntax", DISABLED, None),
    ("an unknown key", DISABLED, "measure: M6", "mesure: M6", "pack.unknown_key", DISABLED, "mesure"),
    ("a missing key", DISABLED, "measure: M6\n", "", "pack.missing_key", DISABLED, "code:"),
    ("a key twice", DISABLED, "measure: M6", "measure: M6\nmeasure: M1", "pack.duplicate_key", DISABLED, "measure: M1"),
    ("a measure that is none", DISABLED, "measure: M6", "measure: M60", "pack.unknown_choice", DISABLED, "M60"),
    ("a fact twice in a case", CASES, "disability_type: mental", "disability_type: mental, disability_type: limb", "pack.duplicate_key", CASES, "mental, disability_type: limb"),
    ("no source", DISABLED, "sources: [{document: gf_2016_36", "note_: [{document: gf_2016_36", "pack.no_source", DISABLED, "- from"),
    ("an undeclared source", DISABLED, "gf_2016_36", "gf_2016_63", "pack.unknown_source", DISABLED, "gf_2016_63"),
    ("an unknown source kind", SOURCES, "kind: regulation, number: 国办发〔2010〕54号", "kind: rule, number: 国办发〔2010〕54号", "pack.source_kind", SOURCES, "kind: rule"),
    ("an unknown confidence", SOURCES, "date: 2010-11-16, confidence: H", "date: 2010-11-16, confidence: Z", "pack.source_confidence", SOURCES, "confidence: Z"),
    ("no number and no date", SOURCES, "（民政部、财政部）, date: 2012,", "（民政部、财政部）,", "pack.source_unnumbered", SOURCES, "hiv_2012"),
    ("a statistic as standard", SCATTERED, "2650,bj_2023_246,H", "2650,stat_2024_mid,H", "pack.statistic_as_standard", SCATTERED, "stat_2024_mid"),
    ("a statistic as a rule's source", DISABLED, "gf_2016_36", "stat_2021", "pack.statistic_as_standard", DISABLED, "stat_2021"),
    ("an unknown fact", DISABLED, "child.disability_grade", "child.disability_grad", "rule.unknown_fact", DISABLED, "disability_grad "),
    ("an unknown rule", DE_FACTO, "minor(child) and", "minor(child) and not orphans and", "rule.unknown_name", DE_FACTO, "orphans"),
    ("an unknown predicate", DE_FACTO, "and (unable(father)", "and (unabel(father)", "rule.unknown_function", DE_FACTO, "unabel"),
    ("an unknown parameter", DE_FACTO, "param.both_gone", "param.both_gon", "rule.unknown_parameter", DE_FACTO, "param.both_gon_"),
    ("a type error", DISABLED, "disability_grade >= 1", "disability_grade >= 'one'", "rule.kinds", DISABLED, "'one'"),
    ("a code that is no option", "cn/categories/tekun/rule.yaml", "'enrolled'", "'enroled'", "rule.unknown_code", "cn/categories/tekun/rule.yaml", "'enroled'"),
    ("brackets", DE_FACTO, "or gone(father) and unable(mother)", "or (gone(father) and unable(mother)", "rule.syntax", DE_FACTO, None),
    ("a mistake inside a predicate", "cn/predicates/gone.yaml", "p.declared_missing", "p.declared_lost", "rule.unknown_fact", "cn/predicates/gone.yaml", "declared_lost"),
    ("rules in a circle", DISABLED, "minor(child) and", "minor(child) and not home_delivered_schooling and", "pack.rule_cycle", DISABLED, "- from"),
    ("a date that does not exist", DISABLED, "from: 2016-06-13", "from: 2016-02-30", "pack.bad_date", DISABLED, "2016-02-30"),
    ("a date in a table", SCATTERED, "11,北京市,2023-07-01", "11,北京市,2023-7-1", "pack.bad_date", SCATTERED, "2023-7-1"),
    ("an end before the beginning", DISABLED, "from: 2016-06-13", "from: 2016-06-13\n    to: 2015-01-01", "pack.period", DISABLED, "to: 2015"),
    ("overlapping versions", "cn/predicates/unable.yaml", "from: 2020-01-01", "from: 2020-01-01\n    to: 2021-06-30", "pack.overlap", "cn/predicates/unable.yaml", "from: 2021-01-01"),
    ("overlapping standards", SCATTERED, "4403,深圳市,2021-01-01,2021-12-31", "4403,深圳市,2021-01-01,2022-12-31", "pack.overlap", SCATTERED, "4403,深圳市,2022"),
    ("a code unlike its folder", DISABLED, "code: disabled", "code: handicapped", "pack.code_name", DISABLED, "handicapped"),
    ("fen instead of yuan", SCATTERED, "2650,bj", "265000,bj", "pack.out_of_bounds", SCATTERED, "265000"),
    ("a term in days", TERM, "value: 6", "value: 180", "pack.out_of_bounds", TERM, "value: 180"),
    ("an option that is none", "cn_51/parameters/both_gone_one_missing.yaml", "value: orphan", "value: orphans", "pack.unknown_choice", "cn_51/parameters/both_gone_one_missing.yaml", "orphans"),
    ("a place outside the pack's", "cn_51/standards/orphan_scattered_standard.csv", "5101,", "3501,", "pack.division_outside", "cn_51/standards/orphan_scattered_standard.csv", "3501,"),
    ("a wrong division", SCATTERED, "410928,", "41092,", "pack.division", SCATTERED, "41092,"),
    ("a wrong table header", SCATTERED, "amount_yuan", "amount", "pack.columns", SCATTERED, "amount"),
    ("a cell too few", SCATTERED, "11,北京市,", "11,", "pack.columns", SCATTERED, "11,2023"),
    ("an undeclared department", "cn/facts/household.yaml", "suppliers: [civil_affairs]", "suppliers: [civil_affair]", "pack.unknown_department", "cn/facts/household.yaml", "[civil_affair]"),
    ("the village asked about HIV", "cn/facts/child.yaml", "suppliers: [disease_control], askable: [department]", "suppliers: [disease_control], askable: [village]", "pack.village_asked", "cn/facts/child.yaml", "hiv_infected"),
    ("no unknown case", CASES, "outcome: undetermined, deciding: [child.disability_grade]", "outcome: yes", "pack.missing_case", CASES, "code:"),
    ("a case that does not hold", CASES, "expect: {outcome: yes}", "expect: {outcome: no}", "pack.case_failed", CASES, "四级听力"),
    ("one side of a threshold only", CASES, "birth_date: 2008-06-01}", "birth_date: 2009-06-01, dead: true}", "pack.missing_threshold_case", CASES, "code:"),
    ("one side of a change in time only", "cn/categories/de_facto_unattended/cases.yaml", "as_of: 2020-12-31", "as_of: 2021-12-31", "pack.missing_dated_case", "cn/categories/de_facto_unattended/cases.yaml", "code:"),
    ("an unknown fact in a case", CASES, "disability_type: mental", "disability_typ: mental", "fact.unknown_name", CASES, "disability_typ:"),
    ("a value outside the domain in a case", CASES, "disability_grade: 1", "disability_grade: 7", "fact.domain", CASES, "grade: 7"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "where", "line_text"),
    [row[1:] for row in MISTAKES],
    ids=[row[0] for row in MISTAKES],
)
def test_mistake_is_found_at_its_place(packs, file, old, new, code, where, line_text):
    packs.change(file, old, new)
    found = packs.found()
    if line_text is None:
        assert (code, where) in {(one, path) for one, path, _ in found}
    else:
        assert (code, where, packs.line_of(where, line_text)) in found


def test_every_mistake_is_told_in_both_languages_with_an_end(packs):
    packs.change(DISABLED, "measure: M6", "mesure: M6").change(SCATTERED, "2650,bj", "265000,bj")
    for problem in packs.problems():
        assert problem.zh.rstrip().endswith(("。", "？"))
        assert problem.en.rstrip().endswith((".", "?"))


def test_all_mistakes_of_all_files_are_raised_at_once(packs):
    packs.change(DISABLED, "measure: M6", "mesure: M6").change(SCATTERED, "2650,bj", "265000,bj")
    with pytest.raises(PackError) as raised:
        load_packs(packs.root)
    assert {problem.place.file for problem in raised.value.problems} == {DISABLED, SCATTERED}


def test_the_column_of_a_mistake_inside_a_long_expression_is_exact(packs):
    packs.change(DE_FACTO, "or gone(mother) and unable(father)", "or gone(mother) and unabel(father)")
    (problem,) = [one for one in packs.problems() if one.code == "rule.unknown_function"]
    line = (packs.root / DE_FACTO).read_text(encoding="utf-8").splitlines()[problem.place.line - 1]
    assert line[problem.place.column - 1 :].startswith("unabel")


def test_a_rule_without_cases_is_refused(packs):
    (packs.root / CASES).unlink()
    assert ("pack.missing_file", CASES, 0) in packs.found()


def test_a_folder_without_a_national_pack_is_refused(tmp_path, packs):
    (packs.root / "cn/place.yaml").unlink()
    assert "pack.no_national_pack" in {problem.code for problem in packs.problems()}


def test_one_pack_folder_can_be_checked_by_itself(packs):
    packs.change(DISABLED, "measure: M6", "mesure: M6")
    packs.root = packs.root / "cn"
    assert "pack.unknown_key" in {problem.code for problem in packs.problems()}


def test_a_parameter_that_says_it_only_informs_and_is_read_by_a_rule_is_noted(packs):
    informs = "informs:\n  of: [orphann]\n  why: {zh: 不作判断, en: It decides nothing}\nrows:"
    packs.change("cn/parameters/preschool_aid.yaml", "rows:", informs)
    assert packs.found() == {
        ("pack.informs_and_decides", "cn/parameters/preschool_aid.yaml", 1),
        ("pack.unknown_rule", "cn/parameters/preschool_aid.yaml", 1),
    }


def test_a_warning_whose_code_leaves_no_room_for_child_and_day_is_refused(packs):
    text = (packs.root / "cn/warnings/near_dibao_end_hint.yaml").read_text(encoding="utf-8")
    longer = "near_dibao_recognition_hint"
    packs.add(f"cn/warnings/{longer}.yaml", text.replace("code: near_dibao_end_hint", f"code: {longer}"))
    with pytest.raises(PackError) as raised:
        load_warnings(division="51", root=packs.root)
    (problem,) = raised.value.problems
    assert (problem.code, problem.place.file) == ("pack.warning_code", f"cn/warnings/{longer}.yaml")
