"""The time of a whole procedure, as a place states it: told where it is stated, and while it runs."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from ciyou.apps.awards.application_lists import read_application
from ciyou.apps.awards.checking import Opinion, check_application
from ciyou.apps.awards.models import Application, ApplicationStep
from ciyou.apps.awards.progress import follow_application
from ciyou.apps.awards.receiving import complete_application, withdraw_application
from ciyou.apps.awards.whole_procedure import plan_of_whole, plan_whole
from tests.award_builders import CODES, DE_FACTO, DIBAO, ORPHAN, entitled_child, received, version_of
from tests.office import make_actor

MONDAY = dt.date(2026, 11, 2)
HUNAN_VILLAGE, HUNAN_TOWNSHIP = "430102001001", "430102001000"


@pytest.mark.parametrize(
    ("entitlement", "division", "by"),
    [
        (ORPHAN, "370826", dt.date(2026, 11, 3)),
        (ORPHAN, "431081", dt.date(2026, 11, 3)),
        (ORPHAN, "410302", dt.date(2026, 11, 30)),
        (DIBAO, "370202", dt.date(2026, 11, 30)),
        (DIBAO, "410102", dt.date(2026, 12, 7)),
        (DE_FACTO, "430102", dt.date(2026, 12, 14)),
    ],
)
def test_the_last_day_counts_the_working_days_that_the_place_states(entitlement, division, by):
    assert plan_whole(entitlement, division, MONDAY).due_on == by


def test_the_law_of_a_province_and_the_promise_of_a_city_are_told_apart():
    by_law, promised = plan_whole(DE_FACTO, "430102", MONDAY), plan_whole(DIBAO, "410102", MONDAY)
    assert (by_law.statutory_on, by_law.promised_on) == (dt.date(2026, 12, 14), None)
    assert (promised.statutory_on, promised.promised_on) == (None, dt.date(2026, 12, 7))


@pytest.mark.parametrize("entitlement", [ORPHAN, DE_FACTO, DIBAO, "tekun_support"])
def test_our_own_default_is_told_nobody(entitlement):
    assert plan_whole(entitlement, "510104", MONDAY) is None


def in_hunan(role: str = "supervisor"):
    return make_actor(role, division=HUNAN_TOWNSHIP)


def steps_of(application_id):
    return ApplicationStep.objects.filter(application_id=application_id).order_by("at", "id").values_list("step", "at")


@pytest.mark.django_db
def test_the_applicant_and_the_office_see_the_same_day():
    officer = in_hunan()
    receipt = received(entitled_child(division=HUNAN_VILLAGE), by=officer)
    expected = plan_whole(DE_FACTO, HUNAN_VILLAGE, timezone.localdate()).due_on
    found = follow_application(number=receipt.number, code=receipt.code, origin="1.2.3.4")
    assert found.whole_on == expected > found.statutory_on
    assert read_application(officer, application_id=receipt.id).whole.due_on == expected


@pytest.mark.django_db
def test_a_place_that_states_nothing_shows_nothing():
    receipt = received(entitled_child())
    assert follow_application(number=receipt.number, code=receipt.code, origin="1.2.3.4").whole_on is None


@pytest.mark.django_db
def test_the_time_stands_still_while_papers_are_missing_and_runs_from_the_day_they_were_complete():
    officer = in_hunan()
    receipt = received(entitled_child(division=HUNAN_VILLAGE), by=officer)
    check_application(officer, application_id=receipt.id, version=1, opinion=Opinion("return", "请补充判决书。"))
    row = Application.objects.get(id=receipt.id)
    assert plan_of_whole(row, steps_of(row.id)) is None
    complete_application(
        officer, application_id=row.id, version=version_of(row.id), brought=frozenset({*CODES, "asked_for"})
    )
    Application.objects.filter(id=row.id).update(received_on=timezone.localdate() - dt.timedelta(days=40))
    row.refresh_from_db()
    assert plan_of_whole(row, steps_of(row.id)) == plan_whole(DE_FACTO, HUNAN_VILLAGE, timezone.localdate())


@pytest.mark.django_db
def test_what_is_withdrawn_or_reopened_after_an_appeal_has_no_such_day():
    officer = in_hunan()
    receipt = received(entitled_child(division=HUNAN_VILLAGE), by=officer)
    row = Application.objects.get(id=receipt.id)
    reopened = [("receive", timezone.now()), ("reopen", timezone.now())]
    assert plan_of_whole(row, reopened) is None
    withdraw_application(officer, application_id=row.id, version=1, reason="家里人来电撤回申请。")
    row.refresh_from_db()
    assert plan_of_whole(row, steps_of(row.id)) is None
