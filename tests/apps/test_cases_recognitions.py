"""Whoever recognized a household is told before the recognition runs out, where its months are known; nothing stops by itself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from ciyou.apps.awards.rounds import warn_of_ends
from ciyou.apps.cases.expiries import coming_ends
from ciyou.core.clock.months import add_months
from ciyou.packs import load_warnings, parameters_for, suggested_value
from tests.office import file_child, make_actor

pytestmark = pytest.mark.django_db


def _said(value: bool, since: dt.date):
    return (value, "rostered", "civil_affairs_assistance", since, None)


def test_a_recognition_of_known_months_is_told_before_it_runs_out():
    drafter, day = make_actor("county_drafter"), timezone.localdate()
    since = add_months(day, -11)
    soon = file_child("soon", household={"rigid_expenditure": _said(True, since)})
    file_child("fresh", household={"rigid_expenditure": _said(True, add_months(day, -2))})
    file_child("over", household={"rigid_expenditure": _said(True, add_months(day, -14))})
    file_child("never", household={"rigid_expenditure": _said(False, since)})

    assert warn_of_ends(day) == 1
    assert [(line.code, line.child.id, line.ends_on) for line in coming_ends(drafter)] == [
        ("rigid_recognition", soon, add_months(since, 12))
    ]


def test_where_only_a_weak_source_says_for_how_long_it_is_a_hint_that_says_so():
    drafter, day = make_actor("county_drafter"), timezone.localdate()
    since = add_months(day, -11)
    near = file_child("near", household={"near_dibao": _said(True, since)})
    assert parameters_for(division="99", as_of=day)["near_dibao_valid_months"].value is None
    assert warn_of_ends(day) == 1
    assert [(line.code, line.child.id, line.ends_on) for line in coming_ends(drafter)] == [
        ("near_dibao_end_hint", near, add_months(since, 12))
    ]
    hint = load_warnings(division="99")["near_dibao_end_hint"]
    assert "可信度 L" in hint.name("zh")
    assert "confidence L" in hint.name("en")


def test_a_firm_source_tells_and_the_hint_is_silent():
    day = timezone.localdate()
    assert suggested_value("near_dibao_valid_months", division="42", as_of=day) == 24
    assert suggested_value("rigid_valid_months", division="42", as_of=day) is None
