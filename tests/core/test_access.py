"""Who may see what: refused unless role, class, place and purpose all allow it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope, Purpose, significant_digits
from ciyou.core.access.redaction import BY_DEPARTMENT, WITHHELD, Withheld, _redact
from ciyou.core.access.roles import ROLES, SEPARATED, Action, may_do
from ciyou.core.access.verdict import may_see
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import StatedFact
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


def actor(role, division="513322000000"):
    """Somebody in a post of this role."""
    return Actor("u1", role, DivisionScope.of(division), ROLES[role].purposes, post_id="p1")


@pytest.mark.parametrize("purpose", [None, Purpose.AUDIT])
def test_personal_data_needs_a_purpose_that_the_actor_holds(purpose):
    drafter = actor("county_drafter")
    assert may_see(drafter, sensitivity=3, division="513322101201", purpose=purpose).reason == "purpose"


@pytest.mark.parametrize(
    ("role", "highest"),
    [
        ("child_director", 3),
        ("supervisor", 3),
        ("county_drafter", 4),
        ("county_reviewer", 4),
        ("county_approver", 4),
        ("committee_office", 4),
        ("city_viewer", 2),
        ("province_viewer", 2),
        ("nation_viewer", 2),
        ("standard_setter", 2),
        ("partner", 2),
        ("institution", 2),
        ("auditor", 2),
        ("sysadmin", 2),
        ("secadmin", 2),
        ("auditadmin", 2),
    ],
)
def test_each_role_sees_classes_up_to_its_own_and_no_further(role, highest):
    someone = actor(role)
    purpose = next(iter(someone.purposes), None)
    seen = [c for c in range(1, 6) if may_see(someone, sensitivity=c, division="513322101201", purpose=purpose).allowed]
    assert seen == list(range(1, highest + 1))


def test_every_role_of_the_contracts_is_known_and_tested():
    assert set(ROLES) == {
        *("child_director", "supervisor", "county_drafter", "county_reviewer", "county_approver", "committee_office"),
        *("city_viewer", "province_viewer", "nation_viewer", "standard_setter", "partner", "institution"),
        *("auditor", "sysadmin", "secadmin", "auditadmin", "local_operator"),
    }


def test_a_named_worker_sees_class_five_in_scope_but_naming_opens_nothing_to_a_role_that_sees_no_persons():
    see = {"sensitivity": 5, "division": "513322101201", "named": True}
    assert may_see(actor("child_director"), purpose=Purpose.SERVE, **see).allowed
    assert may_see(actor("sysadmin"), purpose=Purpose.SERVE, **see).reason == "class"
    assert may_see(actor("partner"), purpose=Purpose.SERVE, **see).reason == "class"
    elsewhere = {**see, "division": "513323101201"}
    assert may_see(actor("county_drafter"), purpose=Purpose.SERVE, **elsewhere).reason == "scope"


def test_the_tasks_of_the_three_administrators_never_lie_in_one_role():
    for one in SEPARATED:
        for other in SEPARATED - {one}:
            # Both who make posts and who approve them look at the list of the staff; that is no task of either.
            assert ROLES[one].actions & ROLES[other].actions <= {Action.SUPPORT_STAFF}
        assert ROLES[one].ceiling == 2


def test_a_role_may_do_only_what_stands_in_its_row():
    assert may_do("county_reviewer", Action.CONFIRM)
    assert not may_do("county_drafter", Action.CONFIRM)
    assert not may_do("child_director", Action.EXPORT)
    assert not may_do("passer_by", Action.VISIT)


@pytest.mark.parametrize(
    ("code", "digits"),
    [
        ("000000000000", ""),
        ("510000000000", "51"),
        ("513300000000", "5133"),
        ("513322000000", "513322"),
        ("513322101000", "513322101"),
        ("513322101201", "513322101201"),
        ("110100000000", "1101"),
        ("513300000001", "513300000001"),
    ],
)
def test_a_division_code_counts_by_its_deepest_level_that_is_named(code, digits):
    assert significant_digits(code) == digits
    assert DivisionScope.of(code).holds(code)


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


SECRETS = Withheld(
    facts=frozenset({"secret", "dead", "imprisoned"}),
    words=("秘密类别", "死亡", "服刑在押"),
    restricted=frozenset({"secret"}),
    restricted_words=("秘密类别",),
    askable=frozenset({"dead"}),
    readable=frozenset({(Entity.FATHER, "dead", "visit")}),
)


def said(name, source="health_deaths"):
    """A reason that tells a known fact of the father."""
    return Reason(
        f"父亲·{name}：是", f"Father: {name}: yes", True, said=(StatedFact(Entity.FATHER, name, True, source=source),)
    )


def told_of(*reasons):
    """What is left to read of steps side by side."""
    return [child.zh for child in _redact(Reason("全部", "all", None, children=reasons), SECRETS).children]


def test_what_is_restricted_leaves_an_explanation_with_all_that_stands_below_it():
    secret = Reason(
        "儿童·甲", "Child: A", None, unknown=Unknown(Entity.CHILD, "secret"), children=(Reason("乙", "B", True),)
    )
    named = Reason("不属于：秘密类别", "Not: secret category", True)
    plain = Reason("丙", "C", True)
    told = _redact(Reason("全部", "all", None, children=(secret, named, plain)), SECRETS)
    assert [child.zh for child in told.children] == [WITHHELD[0], "丙"]
    assert told.children[0].truth is None
    assert told.children[0].children == ()


def test_a_parents_circumstance_is_told_as_verified_by_a_department_and_its_number_is_not():
    assert told_of(said("imprisoned", "justice_custody"), said("dead")) == [BY_DEPARTMENT[0]]
    assert told_of(Reason("父亲“死亡或失踪”", "Father: dead or missing", True, children=(said("dead"),))) == [
        BY_DEPARTMENT[0]
    ]


def test_what_a_village_found_out_by_a_visit_and_what_it_is_to_ask_stay_readable():
    unknown = Reason("父亲·dead：未知", "Father: dead: unknown", None, unknown=Unknown(Entity.FATHER, "dead"))
    assert told_of(said("dead", "visit"), unknown) == ["父亲·dead：是", "父亲·dead：未知"]


def test_a_village_is_not_asked_about_custody():
    unknown = Reason("父亲·甲：未知", "unknown", None, unknown=Unknown(Entity.FATHER, "imprisoned"))
    assert told_of(unknown) == [BY_DEPARTMENT[0]]
