"""What to find out first, as pages: within how many queries, what a village reads, and the record that is left."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.entitlements.tallies import keep_tallies
from ciyou.core.access.actor import LOCAL_OPERATOR
from tests.office import OTHER_COUNTY, VILLAGE, file_child, make_post, sign_in

pytestmark = pytest.mark.django_db
QUERIES = 12
FACT = "household.near_dibao"


@pytest.fixture
def child():
    """A child of whose father nothing adverse is known, with everything added up."""
    found = file_child(mother={"imprisoned": True, "imprisoned.term_months": 36})
    determine_children(LOCAL_OPERATOR, child_ids=[found], as_of=timezone.localdate(), cause="load")
    keep_tallies()
    return found


def browser(role="county_drafter", **fields):
    return sign_in(Client(headers={"host": "127.0.0.1"}), make_post(role, **fields))


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def test_a_county_reads_its_list_with_few_queries(child):
    client = browser()
    client.get("/triage/")
    with CaptureQueriesContext(connection) as queries:
        page = text_of(client.get("/triage/"))
    assert "单独查清" in page
    assert len(queries) <= QUERIES


def test_the_children_of_a_fact_are_shown_with_the_step_that_asks_and_leave_a_record(child):
    page = text_of(browser().get("/triage/children/", {"fact": FACT, "place": VILLAGE}))
    assert f"/children/{child}/" in page
    assert f"/visits/child/{child}/" in page
    entry = LogEntry.objects.filter(subject="triage").latest("id")
    assert [one.person_id for one in entry.persons.all()] == [str(child)]


def test_a_village_is_not_told_what_only_departments_know_and_nobody_of_class_five(child):
    for role in ("child_director", "county_drafter"):
        page = text_of(browser(role).get("/triage/"))
        assert "艾滋" not in page
    assert "服刑" not in text_of(browser("child_director").get("/triage/"))


def test_another_county_finds_no_child_by_the_address(child):
    page = text_of(browser(division=OTHER_COUNTY).get("/triage/children/", {"fact": FACT, "place": VILLAGE}))
    assert str(child) not in page
    assert "这里没有孩子" in page


@pytest.mark.parametrize("query", ["fact=%25&page=9", "fact=child.hiv_infected", "fact=x.y&place=abc", "page=-1", ""])
def test_an_address_that_nobody_offered_is_an_empty_list(child, query):
    assert "这里没有孩子" in text_of(browser().get(f"/triage/children/?{query}"))
