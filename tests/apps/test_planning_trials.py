"""Trials of a change on the children on file: counts only, the maker's own, nothing sensitive, nobody protected."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.planning.models import PolicyTrial
from ciyou.apps.planning.selectors import TrialNotFound, get_trial, list_trials
from ciyou.apps.planning.services import NewTrial, cancel_trial, check_wish, start_trial
from ciyou.apps.planning.tasks import mark_silent_trials, try_now
from ciyou.apps.planning.wishes import Wish
from ciyou.apps.registry.models import Person
from ciyou.core.errors import AccessDenied, PackError
from tests.office import file_child, make_actor

pytestmark = pytest.mark.django_db
COUNTY, VILLAGE = "519901000000", "519901001001"
FIRST = dt.date(2026, 1, 1)
DEAD = {"dead": True}
KNOWN = {"chose_tekun": False, "in_institution": False, "hiv_infected": False}


def higher(value: str = "1500") -> Wish:
    return Wish("parameter", "orphan_scattered_standard", FIRST, value=value)


def orphans(count: int, *, division: str = VILLAGE):
    return [file_child(division=division, child=KNOWN, father=DEAD, mother=DEAD) for _ in range(count)]


def tried(actor, wish, *, drawn: int = 0):
    trial_id = start_trial(actor, new=NewTrial(uuid.uuid4(), wish, drawn))
    assert try_now(trial_id) == "done"
    return get_trial(actor, trial_id=trial_id)


@pytest.fixture
def setter():
    return make_actor("standard_setter", division=COUNTY)


def test_the_children_on_file_are_counted_and_protected_ones_are_not(setter):
    children = orphans(8)
    orphans(3, division="519902001001")
    Person.objects.filter(id=children[0]).update(restricted=True)
    told = tried(setter, higher()).told
    assert told.findings.children == 7
    assert told.places["gain"].total.count == 7
    assert told.months["after_fen"] == [7 * 150_000] * 12


def test_what_is_kept_holds_no_child_and_the_reading_stands_in_the_log(setter):
    children = orphans(6)
    trial = tried(setter, higher())
    kept = str(PolicyTrial.objects.get(id=trial.id).findings)
    assert not any(str(child) in kept for child in children)
    entry = LogEntry.objects.get(action="planning.run_trial")
    assert (entry.kind, entry.person_count, entry.subject) == ("disclosure", 6, str(trial.id))
    assert "child.hiv" not in entry.fields
    assert LogEntry.objects.get(action="start_trial").actor_id == setter.id


def test_a_trial_is_its_maker_s_own(setter):
    trial = tried(setter, higher(), drawn=200)
    for other in (
        make_actor("standard_setter", division=COUNTY),
        make_actor("county_drafter", division="519902000000"),
    ):
        with pytest.raises(TrialNotFound):
            get_trial(other, trial_id=trial.id)
        assert list_trials(other) == ()
        cancel_trial(other, trial_id=trial.id)
    assert get_trial(setter, trial_id=trial.id).status == "done"


@pytest.mark.parametrize("role", ["child_director", "supervisor", "committee_office", "auditor", "partner"])
def test_whoever_makes_no_policy_tries_none(role):
    with pytest.raises(AccessDenied):
        start_trial(make_actor(role), new=NewTrial(uuid.uuid4(), higher()))


def test_a_value_in_the_wrong_unit_is_refused_before_anything_is_counted(setter):
    with pytest.raises(PackError, match=r"yuan or fen|元还是分"):
        start_trial(setter, new=NewTrial(uuid.uuid4(), higher("150000")))
    assert not PolicyTrial.objects.exists()


def test_a_definition_may_not_begin_to_count_by_a_sensitive_fact_of_real_children(setter):
    wish = Wish("predicate", "minor", FIRST, when="age(c) < 18 and not c.dead and c.hiv_infected")
    with pytest.raises(PackError) as refused:
        check_wish(setter, wish=wish, on_files=True)
    assert refused.value.problems[0].code == "lab.class"
    check_wish(setter, wish=wish, on_files=False)


def test_a_mistake_in_a_text_says_where_in_the_text(setter):
    with pytest.raises(PackError) as refused:
        check_wish(setter, wish=Wish("rule", "orphan", FIRST, when="minor(child)\nand chld.dead"), on_files=True)
    place = refused.value.problems[0].place
    assert (place.file, place.line) == ("when", 2)


def test_a_form_sent_twice_is_one_trial(setter):
    new = NewTrial(uuid.uuid4(), higher(), 100)
    assert start_trial(setter, new=new) == start_trial(setter, new=new)
    assert PolicyTrial.objects.count() == 1


def test_a_trial_stopped_in_the_queue_never_runs(setter):
    trial_id = start_trial(setter, new=NewTrial(uuid.uuid4(), higher(), 100))
    cancel_trial(setter, trial_id=trial_id)
    assert try_now(trial_id) == "skipped"
    assert get_trial(setter, trial_id=trial_id).status == "cancelled"


def test_a_trial_whose_worker_died_is_found_out(setter):
    trial_id = start_trial(setter, new=NewTrial(uuid.uuid4(), higher(), 100))
    PolicyTrial.objects.filter(id=trial_id).update(status="running", alive_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert mark_silent_trials() == 1
    assert get_trial(setter, trial_id=trial_id).status == "interrupted"


def test_a_viewer_of_a_province_tries_on_drawn_children_of_the_province():
    told = tried(make_actor("province_viewer", division="510000000000"), higher("1800"), drawn=3_000).told
    assert told.findings.children == 3_000
    assert all(place.startswith("51") and len(place) == 4 for place in told.findings.places())
