"""Every address stands in the registry, answers only what it should, and never shows a person without a record of it."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import timezone

from ciyou.apps.accounts import divisions
from ciyou.apps.accounts.models import SignIn
from ciyou.apps.audit.selectors import list_disclosures
from ciyou.core.access.roles import ROLES
from ciyou.web.guard import Access, Route, UndisclosedPersonalData, guarded
from ciyou.web.pages.leads import listing
from ciyou.web.routes import ROUTES
from ciyou.web.rulebook_links import LISTS
from tests.office import make_post, sign_in
from tests.web.addresses import address, unknown_parts
from tests.web.test_matrix import browser, refused_at_the_door

READ = [route for route in ROUTES if "GET" in route.methods]
FOR_ALL_TESTS = 10**9
READS_WHAT_IS_OPEN = "county_drafter"
MOST_QUERIES = 12
"""What the issue allows a list, a search or a child's page, the session, the sign-in and the record of disclosure included."""

OVER_THE_LIMIT = {
    "compare_children": 36,  # two whole files
    "field_bundle": 18,  # the same for few and for many children (tests/web/test_field_bundle.py)
    "request_copy": 32, "visit": 15, "print_child": 16, "hand_over": 15, "identifiers": 15,
    "letter_choices": 14, "arrange_cover": 14, "lead": 13,
    "apply": 18, "application": 16, "award_account": 16, "child_awards": 13,
    "ledger": 13, "leads": 13,  # 11 and 9 once the places to choose from are in memory
}  # fmt: skip
"""Pages that still ask more, and how much: a number here may only become smaller."""

NOT_A_QUESTION = re.compile(r"\s*(SAVEPOINT|RELEASE|ROLLBACK|SELECT current_setting)")
"""The frame of a transaction, and the one statement that raises PostgreSQL's wall."""

WAYS_IN = {
    *("sign_in", "sign_in_pin", "sign_in_code", "sign_in_factor", "sign_in_passkey", "sign_in_lost", "sign_in_post"),
    *("sign_in_enroll", "sign_in_enroll_passkey", "sign_in_device", "sign_out"),
}


@pytest.fixture(autouse=True)
def places_in_memory(monkeypatch):
    """Names of places and those to choose from stay in memory: whichever page a minute ends at would ask once more for each."""
    monkeypatch.setattr(divisions, "_KEPT_SECONDS", FOR_ALL_TESTS)
    monkeypatch.setattr(listing, "_KEPT_SECONDS", FOR_ALL_TESTS)


def read_by(scene, role):
    """Every address that a role is let in at, read by it: (route, answer, questions asked of the database, disclosures that it left).

    What it is refused is looked at in tests/web/test_matrix.py; what is open to everybody looks alike to all, and is read by one.
    """
    client = browser(scene.posts[role])
    divisions.division_names(divisions.path_of(scene.village))  # whichever page is first would ask
    left = len(list_disclosures())
    for route in READ:
        if unknown_parts(route, scene.ids) or refused_at_the_door(route, role):
            continue
        if route.access is Access.OPEN and role != READS_WHAT_IS_OPEN:
            continue
        # Once a minute a session notes that it is in use: whichever page that would be asks once more.
        SignIn.objects.update(last_seen_at=timezone.now())
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address(route, scene.ids))
        seen = list_disclosures()[left:]
        left += len(seen)
        if answer.status_code == 200:
            yield route, answer, sum(1 for one in asked if not NOT_A_QUESTION.match(one["sql"])), seen


def test_every_address_stands_in_the_registry():
    assert [pattern.name for pattern in get_resolver().url_patterns] == [route.name for route in ROUTES]
    assert len({route.name for route in ROUTES}) == len(ROUTES)


def test_without_a_sign_in_there_is_only_the_way_in_and_what_shows_nobody():
    opened = {route.name for route in ROUTES if route.access is Access.OPEN}
    law = {"rulebook", "rule_page", *(f"rulebook_{name}" for name in LISTS)}
    assert opened == WAYS_IN | law | {
        "field",
        "field_worker",
        "field_state",
        "follow",
        "self_check",
        "answer",
        "school_answer",
        "styleguide",
        "set_language",
        "livez",
        "readyz",
    }


@pytest.mark.any_database
def test_an_address_that_changes_something_refuses_to_be_read(ours):
    client = browser(ours.posts["county_drafter"])
    changing = [route for route in ROUTES if "GET" not in route.methods]
    assert changing
    answers = {route.name: client.get(address(route, ours.ids)).status_code for route in changing}
    assert {name: status for name, status in answers.items() if status != 405} == {}


@pytest.mark.parametrize("role", [code for code in ROLES if code != "local_operator"])
def test_what_a_role_reads_is_kept_nowhere_named_in_no_title_asks_little_and_leaves_a_record_of_who_saw_whom(
    role, ours
):
    wrong = []
    for route, answer, asked, left in read_by(ours, role):
        body = "" if answer.streaming else answer.content.decode("utf-8", "replace")
        title = body.partition("<title>")[2].partition("</title>")[0]
        if route.access is not Access.OPEN and "no-store" not in answer.headers.get("Cache-Control", ""):
            wrong.append((route.name, "may be kept"))
        if any(secret in title for secret in ours.secrets):
            wrong.append((route.name, "has a person in its title"))
        if asked > OVER_THE_LIMIT.get(route.name, MOST_QUERIES):
            wrong.append((route.name, f"asks {asked} times"))
        if route.access is Access.PERSONAL:
            said = [(one.action, one.actor_id) for one in left]
            if said != [(route.name, str(ours.posts[role].user_id))]:
                wrong.append((route.name, said))
        elif len(left) != any(word in body for word in ours.secrets[:4]):
            # The page of today belongs to every role; where it names children it must say so like any other.
            wrong.append((route.name, len(left)))
    assert wrong == []


@pytest.mark.any_database
@pytest.mark.parametrize("role", ["county_drafter", "child_director", "sysadmin", "auditor", "partner"])
def test_every_page_speaks_english_when_asked(role, ours):
    client = browser(ours.posts[role])
    client.cookies["ciyou_language"] = "en"
    silent = []
    for route in READ:
        if refused_at_the_door(route, role):
            continue
        answer = client.get(address(route, ours.ids))
        page = answer.content.decode("utf-8", "replace") if answer.status_code == 200 and not answer.streaming else ""
        if "<html" in page and not re.search(r'<html[^>]*lang="en"', page):
            silent.append(route.name)
    assert silent == []


def test_a_page_that_forgets_its_record_is_not_sent(client, officer):
    route = Route("x/", lambda request: HttpResponse("a child"), "x", Access.PERSONAL)
    request = client.get("/").wsgi_request
    assert sign_in(client, make_post()) is client
    with pytest.raises(UndisclosedPersonalData):
        guarded(route)(request)
