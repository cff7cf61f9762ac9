"""Every address stands in the registry, answers only what it should, and never shows a person without a record of it."""

from __future__ import annotations

import pytest
from django.urls import get_resolver

from ciyou.apps.audit.selectors import list_disclosures
from ciyou.web.guard import Access, Route, UndisclosedPersonalData, guarded
from ciyou.web.routes import ROUTES
from tests.web.made_results import CHILD, FATHER, MOTHER, NAME, SECOND

PERSONAL = [route.name for route in ROUTES if route.access is Access.PERSONAL]
PAGES = [route.name for route in ROUTES if "GET" in route.methods and route.name not in ("livez", "readyz")]


def test_every_address_stands_in_the_registry_with_its_class_of_access():
    assert [pattern.name for pattern in get_resolver().url_patterns] == [route.name for route in ROUTES]
    assert {route.name for route in ROUTES if route.access is Access.OPEN} == {
        "styleguide",
        "set_language",
        "livez",
        "readyz",
    }


def test_the_tests_know_every_address(addresses):
    assert set(addresses) == {route.name for route in ROUTES}


@pytest.mark.parametrize("name", [route.name for route in ROUTES if "GET" not in route.methods])
def test_an_address_that_changes_something_refuses_to_be_read(client, addresses, name):
    assert client.get(addresses[name]).status_code == 405


@pytest.mark.parametrize("name", PERSONAL)
def test_every_page_with_personal_data_leaves_one_record_of_who_saw_whom(client, addresses, run, name):
    response = client.get(addresses[name])
    assert response.status_code == 200
    (record,) = list_disclosures(subject=str(run.id))
    assert (record.action, record.actor_id, record.purpose) == (name, "local", "verify")
    assert CHILD in record.person_ids


def test_the_record_of_a_childs_page_names_the_whole_family_and_its_most_sensitive_class(client, addresses, run):
    client.get(addresses["child"])
    (record,) = list_disclosures(subject=str(run.id))
    assert set(record.person_ids) == {CHILD, FATHER, MOTHER, SECOND}
    assert record.highest_class == 4


@pytest.mark.parametrize("name", [name for name in PAGES if name not in PERSONAL])
def test_no_other_page_shows_anybody_or_leaves_a_record(client, addresses, name):
    response = client.get(addresses[name])
    assert response.status_code == 200
    assert NAME not in response.content.decode()
    assert list_disclosures() == ()


def test_a_page_that_forgets_its_record_is_not_sent(rf, db):
    route = Route("x/", lambda request: _answer(), "child", Access.PERSONAL)
    with pytest.raises(UndisclosedPersonalData):
        guarded(route)(rf.get("/x/"))


def _answer():
    from django.http import HttpResponse

    return HttpResponse("a child")


@pytest.mark.parametrize("name", PERSONAL)
def test_pages_with_personal_data_are_never_kept_anywhere(client, addresses, name):
    assert "no-store" in client.get(addresses[name]).headers["Cache-Control"]


@pytest.mark.parametrize("name", PAGES)
def test_titles_and_addresses_hold_no_personal_data(client, addresses, name):
    page = client.get(addresses[name]).content.decode()
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert NAME not in title
    assert NAME not in addresses[name]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_speaks_english_when_asked(client, addresses, name):
    client.cookies["ciyou_language"] = "en"
    page = client.get(addresses[name])
    if page.content:
        assert 'lang="en"' in page.content.decode() or name == "screening_progress"


@pytest.mark.parametrize("name", PAGES)
def test_no_page_asks_the_database_more_than_a_few_times(client, addresses, name, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        client.get(addresses[name])
