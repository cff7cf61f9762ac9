"""The ledger: whose children are in it, under which filters, and what a row tells."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
from django.utils import timezone

from ciyou.apps.cases.models import Lead, Task, Visit, VisitedChild
from ciyou.apps.entitlements.models import Determination, Outcome
from ciyou.apps.oversight import ledger
from ciyou.apps.oversight.ledger import list_ledger, matching
from ciyou.apps.oversight.ledger_query import DEFAULT_COLUMNS, LedgerQuery, read_query
from ciyou.apps.oversight.saved_views import delete_view, save_view, saved_views
from ciyou.core.errors import RecordError
from tests.office import COUNTY, OTHER_COUNTY, OTHER_VILLAGE, VILLAGE, make_actor, make_person, make_post

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)
AT = dt.datetime(2026, 11, 1, 8, 0, tzinfo=dt.UTC)


def _determine(person, rules=(), state="proposed"):
    made = Determination.objects.create(
        person=person,
        as_of=TODAY,
        division=person.division,
        pack_version="v",
        facts_hash="f",
        hash="h",
        content=b"",
        cause="load",
        state=state,
        known_at=AT,
        made_at=AT,
    )
    for rule, outcome, basis in rules:
        Outcome.objects.create(
            determination=made, person=person, rule=rule, kind="category", outcome=outcome, basis=basis
        )


def _lead(person, state="new", **fields):
    return Lead.objects.create(
        linkage_id=str(uuid.uuid4()),
        person=person,
        why="possible_category",
        rank=1,
        division=person.division,
        queue="county",
        state=state,
        opened_at=AT,
        **fields,
    )


def _task(person, due_on, **fields):
    return Task.objects.create(
        kind="verify_lead",
        person=person,
        subject_id=str(uuid.uuid4()),
        division=person.division,
        started_on=due_on,
        due_on=due_on,
        half_on=due_on,
        escalate_on=due_on,
        created_at=AT,
        **fields,
    )


def _visit(person, day):
    post = make_post("child_director")
    visit = Visit.objects.create(
        id=uuid.uuid4(), post=post, division=person.division, visited_on=day, content=b"", recorded_at=AT
    )
    VisitedChild.objects.create(visit=visit, person=person)


def _found(actor, **query):
    return {row.person_id for row in list_ledger(actor, query=LedgerQuery(**query), today=TODAY).rows}


def test_an_officer_finds_the_children_of_the_county_and_nobody_elses():
    own, elsewhere = make_person(), make_person(division="990102001001")
    adult = make_person(kind="adult")
    found = _found(make_actor())
    assert own.id in found
    assert not {elsewhere.id, adult.id} & found


def test_a_child_director_finds_only_the_village():
    own, neighbor = make_person(), make_person(division=OTHER_VILLAGE)
    assert _found(make_actor("child_director")) == {own.id}
    assert neighbor.id in _found(make_actor("supervisor"))


@pytest.mark.parametrize("role", ["city_viewer", "auditor", "sysadmin", "partner"])
def test_a_role_that_sees_no_persons_finds_nobody(role):
    make_person()
    assert _found(make_actor(role)) == set()


def test_a_child_with_two_places_stands_in_the_ledger_once():
    child = make_person(places=(OTHER_VILLAGE, COUNTY))
    page = list_ledger(make_actor(), query=LedgerQuery(), today=TODAY)
    assert [row.person_id for row in page.rows] == [child.id]
    assert page.total == 1


def test_a_protected_file_is_in_no_list_and_in_no_count():
    make_person(restricted=True)
    page = list_ledger(make_actor(), query=LedgerQuery(), today=TODAY)
    assert (page.rows, page.total) == ((), 0)


def test_the_filter_of_a_category_finds_yes_and_undetermined_unless_one_is_asked_for():
    orphan, perhaps, presumed, plain = (make_person() for _ in range(4))
    _determine(orphan, [("orphan", "yes", "verified")])
    _determine(perhaps, [("orphan", "undetermined", "rostered")])
    _determine(presumed, [("orphan", "no", "presumed")])
    _determine(plain)
    actor = make_actor()
    assert _found(actor, rule="orphan") == {orphan.id, perhaps.id}
    assert _found(actor, rule="orphan", outcome="yes") == {orphan.id}
    assert _found(actor, rule="orphan", outcome="presumed") == {presumed.id}
    assert _found(actor, rule="orphan", outcome="no") == {plain.id}
    assert _found(actor, rule="orphan", basis="rostered") == {perhaps.id}


def test_a_restricted_category_cannot_be_asked_for():
    child = make_person()
    _determine(child, [("hiv_infected", "yes", "verified")])
    assert _found(make_actor(), rule="hiv_infected") == set()


def test_not_visited_for_thirty_days_means_no_visit_since():
    never, long_ago, lately = make_person(), make_person(), make_person()
    _visit(long_ago, TODAY - dt.timedelta(days=31))
    _visit(lately, TODAY - dt.timedelta(days=30))
    assert _found(make_actor(), unvisited=30) == {never.id, long_ago.id}


def test_overdue_is_what_was_due_before_today():
    late, today = make_person(), make_person()
    _task(late, TODAY - dt.timedelta(days=1))
    _task(today, TODAY)
    actor = make_actor()
    assert _found(actor, task="overdue") == {late.id}
    assert _found(actor, task="open") == {late.id, today.id}


def test_the_village_does_not_learn_that_a_department_was_asked():
    child = make_person()
    _task(child, TODAY, department="justice")
    director = make_actor("child_director")
    assert _found(director, task="open") == set()
    (row,) = list_ledger(director, query=LedgerQuery(), today=TODAY).rows
    assert row.work.due_on is None
    (row,) = list_ledger(make_actor(), query=LedgerQuery(), today=TODAY).rows
    assert row.work.due_on == TODAY


def test_leads_and_determinations_are_found_by_their_state():
    new, closed, without = make_person(), make_person(), make_person()
    _lead(new)
    _lead(closed, "closed")
    _determine(closed, state="confirmed")
    actor = make_actor()
    assert _found(actor, lead="open") == {new.id}
    assert _found(actor, lead="none") == {without.id}
    assert _found(actor, determination="confirmed") == {closed.id}
    assert _found(actor, determination="none") == {new.id, without.id}


def test_an_age_range_counts_full_years_on_both_sides():
    born = {years: make_person(birth_date=dt.date(2026 - years, 11, 24)) for years in (5, 6, 15, 16)}
    turns_six_tomorrow = make_person(birth_date=dt.date(2020, 11, 25))
    found = _found(make_actor(), age_from=6, age_to=15)
    assert found == {born[6].id, born[15].id}
    assert turns_six_tomorrow.id not in found


def test_a_place_is_a_range_of_divisions_down_to_the_village():
    here, there = make_person(), make_person(division=OTHER_VILLAGE)
    actor = make_actor()
    assert _found(actor, place=VILLAGE) == {here.id}
    assert _found(actor, place="990101001000") == {here.id, there.id}
    assert _found(actor, place=OTHER_COUNTY) == set()


def test_pages_follow_one_another_without_a_gap_or_a_repetition():
    children = {make_person().id for _ in range(30)}
    actor = make_actor()
    first = list_ledger(actor, query=LedgerQuery(), today=TODAY)
    second = list_ledger(actor, query=LedgerQuery(page=2), today=TODAY)
    assert (first.total, first.pages, len(first.rows), len(second.rows)) == (30, 2, 25, 5)
    assert {row.person_id for row in (*first.rows, *second.rows)} == children


def test_an_address_carries_a_query_there_and_back_and_never_a_name():
    query = LedgerQuery(
        place=VILLAGE, rule="orphan", outcome="yes", age_from=6, unvisited=30, columns=("age", "owner"), size=50
    )
    asked = dict(part.split("=") for part in query.address().split("&"))
    assert read_query(asked, columns=("age", "owner")) == query
    assert read_query({"name": "小明"}).address() == ""
    assert LedgerQuery().address() == ""


def test_what_is_no_choice_is_left_out_of_a_query():
    assert read_query({"place": "99", "outcome": "maybe", "size": "77", "page": "-1", "sort": "name; drop"}) == (
        LedgerQuery()
    )
    assert read_query({}, columns=("nonsense",)).columns == DEFAULT_COLUMNS


def test_a_page_of_rows_takes_the_same_few_queries_however_many_rows(django_assert_max_num_queries):
    for _ in range(25):
        child = make_person()
        _determine(child, [("orphan", "yes", "verified")])
        _lead(child)
        _task(child, TODAY)
    actor = make_actor()
    with django_assert_max_num_queries(6):
        assert len(list_ledger(actor, query=LedgerQuery(), today=TODAY).rows) == 25


def test_a_view_is_kept_for_its_user_alone_and_replaced_under_the_same_name():
    one, other = make_actor(), make_actor()
    save_view(one, name=" 未走访 ", query="unvisited=30")
    save_view(one, name="未走访", query="unvisited=60")
    (view,) = saved_views(one)
    assert (view.name, view.query) == ("未走访", "unvisited=60")
    assert saved_views(other) == ()
    delete_view(other, view_id=view.id)
    assert saved_views(one) == (view,)
    delete_view(one, view_id=view.id)
    assert saved_views(one) == ()


def test_a_view_without_a_name_is_refused():
    with pytest.raises(RecordError):
        save_view(make_actor(), name="  ", query="")


def test_matching_is_a_queryset_without_doubles_for_actions_over_all_pages():
    child = make_person(places=(OTHER_VILLAGE,))
    _lead(child)
    _lead(child, "closed", closed_at=timezone.now())
    assert list(matching(make_actor(), query=LedgerQuery(), today=TODAY).values_list("pk", flat=True)) == [child.id]


@pytest.mark.parametrize("limit", (2, 3))
def test_a_list_beyond_the_limit_says_that_there_are_more_and_is_not_counted_again(monkeypatch, limit):
    monkeypatch.setattr(ledger, "load_limits", lambda: {"ledger_count": SimpleNamespace(value=limit)})
    monkeypatch.setattr(ledger, "_beyond_limit", {})
    actor = make_actor("county_drafter", division=COUNTY)
    for _ in range(3):
        make_person(division=VILLAGE)
    found = list_ledger(actor, query=LedgerQuery(), today=TODAY)
    assert (found.total, found.capped) == (limit, limit == 2)
    make_person(division=VILLAGE)
    again = list_ledger(actor, query=LedgerQuery(page=2, sort="name"), today=TODAY)
    assert (again.total, again.capped) == (limit, True)
    assert not list_ledger(make_actor("county_drafter", division=OTHER_COUNTY), query=LedgerQuery(), today=TODAY).total
    assert not list_ledger(actor, query=LedgerQuery(sex="male", age_from=140), today=TODAY).total
