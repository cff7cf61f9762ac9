"""Reading the log: auditors only, each within their place, newest first."""

from __future__ import annotations

import datetime as dt

import pytest

from ciyou.apps.audit.chain_state import chain_state, check_latest_links, export_head
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.audit.reading import EntryFilter, list_entries, who_looked
from ciyou.apps.audit.sealing import seal_entries
from ciyou.apps.audit.services import record_action, record_disclosure
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.core.access.roles import ROLES
from ciyou.core.errors import AccessDenied
from tests.office import COUNTY, make_actor

pytestmark = pytest.mark.django_db
NATION = "000000000000"


@pytest.fixture
def auditor():
    """An auditor of the whole installation."""
    return make_actor("auditor", division=NATION)


def look_at(person_id: str, *, actor=LOCAL_OPERATOR, action: str = "child") -> int:
    return record_disclosure(
        actor,
        purpose=Purpose.SERVE,
        action=action,
        persons=[person_id, "another"],
        fields=("name", "birth_date"),
        highest_class=3,
        origin="127.0.0.1",
    )


def test_an_auditor_learns_who_looked_when_why_and_at_what(auditor):
    officer = make_actor("county_drafter")
    look_at("c1", actor=officer)
    record_action(officer, action="record_visit", persons=["c1"])
    look_at("c2", actor=officer)
    done, looked = who_looked(auditor, person_id="c1")
    assert (looked.actor_id, looked.role, looked.purpose) == (officer.id, "county_drafter", "serve")
    assert (looked.fields, looked.highest_class, looked.origin) == (("birth_date", "name"), 3, "127.0.0.1")
    assert (done.kind, done.action) == ("action", "record_visit")


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"auditor", "auditadmin"}))
def test_nobody_else_reads_the_log(role):
    actor = LOCAL_OPERATOR if role == "local_operator" else make_actor(role)
    for read in (
        lambda: who_looked(actor, person_id="c1"),
        lambda: list_entries(actor, wanted=EntryFilter(), posts=()),
        lambda: chain_state(actor),
        lambda: check_latest_links(actor, count=5),
        lambda: export_head(actor),
    ):
        with pytest.raises(AccessDenied):
            read()


def test_an_auditor_of_a_county_asks_about_persons_of_that_county_only():
    county = make_actor("auditor", division=COUNTY)
    look_at("c1")
    assert who_looked(county, person_id="c1") == ()
    assert who_looked(county, person_id="c1", visible=lambda _person: False) == ()
    assert len(who_looked(county, person_id="c1", visible=lambda _person: True)) == 1


def test_an_auditor_of_a_county_reads_only_what_was_done_from_its_posts():
    county, officer = make_actor("auditor", division=COUNTY), make_actor("county_drafter")
    look_at("c1", actor=officer)
    look_at("c1", actor=make_actor("county_drafter", division="990102000000"))
    look_at("c1")
    page = list_entries(county, wanted=EntryFilter(), posts=(officer.post_id, ""))
    assert [entry.actor_id for entry in page.entries] == [officer.id]


def test_entries_come_newest_first_a_page_at_a_time(auditor):
    numbers = [look_at(f"c{n}") for n in range(5)]
    first = list_entries(auditor, wanted=EntryFilter(), posts=(), size=2)
    second = list_entries(auditor, wanted=EntryFilter(), posts=(), size=2, before=first.before)
    last = list_entries(auditor, wanted=EntryFilter(), posts=(), size=2, before=second.before)
    assert [one.id for page in (first, second, last) for one in page.entries] == numbers[::-1]
    assert last.before is None


def test_entries_are_found_by_user_action_and_day(auditor):
    officer = make_actor("county_drafter")
    wanted = look_at("c1", actor=officer, action="history")
    look_at("c1", actor=officer)
    look_at("c1", action="history")
    LogEntry.objects.create(
        at=dt.datetime(2026, 3, 1, 23, 59, tzinfo=dt.timezone(dt.timedelta(hours=8))),
        **{"kind": "action", "actor_id": "u", "role": "auditor", "action": "x", "person_count": 0},
        **{"fields": "[]", "details": "{}", "highest_class": 2, "origin": ""},
    )
    both = EntryFilter(user_id=officer.id, actions=("history",))
    assert [one.id for one in list_entries(auditor, wanted=both, posts=()).entries] == [wanted]
    for day, count in ((dt.date(2026, 3, 1), 1), (dt.date(2026, 3, 2), 0)):
        on = EntryFilter(first_day=day, last_day=day)
        assert len(list_entries(auditor, wanted=on, posts=()).entries) == count


def test_checking_and_exporting_are_noted_and_shown(auditor):
    look_at("c1")
    seal_entries()
    assert check_latest_links(auditor, count=10).sound
    assert export_head(auditor).position == 1
    state = chain_state(auditor)
    assert (state.position, state.unsealed) == (1, 2)
    assert state.last_check is not None
    assert state.last_check.details == {"checked": 1, "findings": 0, "position": 1}
    assert state.last_export is not None
    assert state.last_export.actor_id == auditor.id
