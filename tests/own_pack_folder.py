"""A pack that a place keeps for itself, as an officer would write it: a row, a rule that widens, a form of visits. Nobody has decided this."""

from __future__ import annotations

from tests.visit_form_folder import write_form

PLACE = """code: cn_51
division: "51"
extends: cn
name: {zh: 四川省, en: Sichuan}
"""
SOURCES = """own_2026_invented: {kind: notice, number: null, title: 关于助学补助的通知（虚构）, date: 2026-01-05, confidence: H, note: 虚构文件}
"""
ROWS = """code: study_grant_higher
rows:
  - {division: "51", from: 2023-09-01, value: 7000, document: own_2026_invented, confidence: H}
"""
RULE = """code: continued_study_grant
change: widen
versions:
  - from: 2026-01-05
    sources: [{document: own_2026_invented, confidence: H}]
    when: |
      age(child) >= 18 and at_school(child) and child.recognized_orphan_before_18 and child.school_stage == 'higher'
"""
CASES = """code: continued_study_grant
common:
  division: "510104"
  as_of: 2026-06-01
  facts:
    child: {birth_date: 2006-09-01, dead: false, recognized_orphan_before_18: true, recognized_de_facto_before_18: false, school_stage: higher, school_status: enrolled}
cases:
  - name: {zh: 孤儿读大学也发, en: An orphan in higher education has it too}
    expect: {outcome: yes, amount_yuan: 7000}
  - name: {zh: 不在读, en: Not at school}
    facts: {child: {school_status: dropped_out}}
    expect: {outcome: no}
  - name: {zh: 是否在读未知, en: Not known whether it is at school}
    facts: {child: {school_status: unknown}}
    expect: {outcome: undetermined}
"""
FILES = {
    "place.yaml": PLACE,
    "sources.yaml": SOURCES,
    "parameters/study_grant_higher.yaml": ROWS,
    "entitlements/continued_study_grant/rule.yaml": RULE,
    "entitlements/continued_study_grant/cases.yaml": CASES,
}


def write_own_pack(folder, *, files=FILES):
    """Write the pack into a folder of own packs; its folder."""
    for name, text in files.items():
        path = folder / "cn_51" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    write_form(folder)
    return folder / "cn_51"
