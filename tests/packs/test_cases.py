"""Every worked case of every rule is a test of its own."""

from __future__ import annotations

from functools import cache

import pytest

from ciyou.packs import load_packs, load_rule_book
from ciyou.packs.cases import differences
from ciyou.packs.checking import read_all_cases

CASES = [case for folder in read_all_cases(load_packs()) for case in folder.cases]


@cache
def _book(division, as_of):
    return load_rule_book(division=division, as_of=as_of)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.overlay}-{case.rule}: {case.en}" for case in CASES])
def test_worked_case_holds(case):
    assert differences(case, _book(case.division, case.as_of)) == []
