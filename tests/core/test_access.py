"""Who may see what: refused unless role, class, place and purpose all allow it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ciyou.core.access.actor import LOCAL_OPERATOR, DivisionScope, Purpose
from ciyou.core.access.redaction import WITHHELD, Withheld, _redact
from ciyou.core.access.verdict import may_see
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.deciding import Unknown
from ciyou.core.rules.reason import Reason

COUNTY = replace(LOCAL_OPERATOR, scope=DivisionScope.below("513322"))


@pytest.mark.parametrize("sensitivity", [1, 2, 3, 4])
def test_the_local_operator_sees_classes_up_to_four_everywhere(sensitivity):
    assert may_see(LOCAL_OPERATOR, sensitivity=sensitivity, division="350000000000", purpose=Purpose.VERIFY).allowed


def test_class_five_is_hidden_from_the_local_operator_whatever_the_purpose():
    for purpose in Purpose:
        verdict = may_see(LOCAL_OPERATOR, sensitivity=5, division="513322101201", purpose=purpose)
        assert (verdict.allowed, verdict.reason) == (False, "class")


def test_a_role_that_nobody_defined_sees_nothing():
    stranger = replace(LOCAL_OPERATOR, role="passer_by")
    assert may_see(stranger, sensitivity=1, division=None, purpose=None).reason == "role"


@pytest.mark.parametrize("purpose", [None, Purpose.PAY])
def test_personal_data_needs_a_purpose_that_the_actor_holds(purpose):
    assert may_see(LOCAL_OPERATOR, sensitivity=3, division="513322101201", purpose=purpose).reason == "purpose"


@pytest.mark.parametrize(
    ("division", "reason"),
    [
        ("513322101201", "allowed"),
        ("513322", "allowed"),
        ("513322999999", "allowed"),
        ("513323000000", "scope"),
        ("513321999999", "scope"),
        ("5133", "scope"),
        (None, "no_division"),
        ("", "no_division"),
    ],
)
def test_a_scope_is_a_half_open_range_of_divisions(division, reason):
    assert may_see(COUNTY, sensitivity=3, division=division, purpose=Purpose.VERIFY).reason == reason


def test_what_is_withheld_leaves_an_explanation_with_all_that_stands_below_it():
    secret = Reason(
        "儿童·甲", "Child: A", None, unknown=Unknown(Entity.CHILD, "secret"), children=(Reason("乙", "B", True),)
    )
    named = Reason("不属于：秘密类别", "Not: secret category", True)
    plain = Reason("丙", "C", True)
    told = _redact(
        Reason("全部", "all", None, children=(secret, named, plain)), Withheld(frozenset({"secret"}), ("秘密类别",))
    )
    assert [child.zh for child in told.children] == [WITHHELD[0], "丙"]
    assert told.children[0].truth is None
    assert told.children[0].children == ()
