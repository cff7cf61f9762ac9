"""A screening comes to life: who is put on file, which leads there are, and what a second run changes."""

from __future__ import annotations

import json

import pytest

from ciyou.apps.cases.lead_lists import LeadQuery, list_leads
from ciyou.apps.cases.leads import assign_leads, begin_visit, load_run
from ciyou.apps.cases.load_leads import open_record
from ciyou.apps.cases.loading import LoadStopped
from ciyou.apps.cases.models import Lead, LeadLoad, Task
from ciyou.apps.entitlements.models import Determination
from ciyou.apps.registry.models import Fact, Identifier, Person, Relationship
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import AccessDenied, RunError
from tests.apps.screening_folder import AS_OF, child_lead, record_lead, write_screening
from tests.office import COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, make_actor, make_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(tmp_path):
    """Loads leads as run `number`."""

    def load_leads(*leads, number=1, **folder):
        written = write_screening(tmp_path / f"out{number}", leads, **folder)
        return load_run(LOCAL_OPERATOR, folder=written, run_id=f"run{number}", division=COUNTY)

    return load_leads


def states():
    return dict(Lead.objects.order_by("linkage_id").values_list("linkage_id", "state"))


def open_steps(linkage_id):
    lead = Lead.objects.get(linkage_id=linkage_id)
    rows = Task.objects.filter(subject_id=str(lead.id), state="open")
    return [(row.kind, row.queue_role, row.post_id) for row in rows]


def test_a_lead_brings_its_child_and_parents_on_file_and_nobody_else(load):
    load(child_lead("c1"))
    assert set(Person.objects.values_list("linkage_id", "kind")) == {
        ("c1", "child"),
        ("c1f", "adult"),
        ("c1m", "adult"),
    }
    assert set(Relationship.objects.values_list("kind", flat=True)) == {"father", "mother"}
    assert Fact.objects.filter(person__linkage_id="c1f", name="dead").count() == 1
    assert Identifier.objects.filter(person__linkage_id="c1m", kind="phone").count() == 1


def test_the_child_of_a_lead_is_determined_as_of_the_screenings_day(load):
    load(child_lead("c1"))
    made = Determination.objects.get(person__linkage_id="c1")
    assert (made.as_of, made.cause) == (AS_OF, "load")


def test_brothers_and_sisters_are_related_when_both_have_a_lead(load):
    load(child_lead("c1"), child_lead("c2"), siblings=[("c1", "c2"), ("c1", "c9")])
    pairs = Relationship.objects.filter(kind="sibling").values_list("person__linkage_id", "other__linkage_id")
    assert list(pairs) == [("c1", "c2")]


def test_a_lead_goes_to_the_villages_director_else_to_the_township_else_to_the_county(load):
    director = make_post("child_director", division=VILLAGE)
    make_post("supervisor", division=TOWNSHIP)
    report = load(
        child_lead("c1", division=VILLAGE),
        child_lead("c2", division=OTHER_VILLAGE),
        child_lead("c3", division="990101002001"),
        child_lead("c4", division=COUNTY),
        child_lead("c5", division=None),
        record_lead("r1"),
    )
    assert open_steps("l-c1") == [("verify_lead", "child_director", director.id)]
    assert open_steps("l-c2") == [("assign_lead", "supervisor", None)]
    for nowhere in ("l-c3", "l-c4", "l-c5", "l-r1"):
        assert open_steps(nowhere) == [("assign_lead", "county_drafter", None)]
    counts = {key: report[key] for key in ("to_villages", "villages", "to_townships", "to_county")}
    assert counts == {"to_villages": 1, "villages": 1, "to_townships": 1, "to_county": 4}


def test_a_child_whose_place_nobody_knows_is_on_file_in_the_countys_queue(load):
    load(child_lead("c1", division=None))
    child = Person.objects.get(linkage_id="c1")
    assert (child.division, child.division_resolved) == (COUNTY, False)
    assert list_leads(make_actor("county_drafter"), query=LeadQuery(), today=AS_OF, offset=0, limit=9).total == 1


def test_loading_the_same_results_twice_changes_nothing(load):
    load(child_lead("c1"), record_lead("r1"))
    before = (states(), Fact.objects.count(), Task.objects.count(), Determination.objects.count())
    report = load(child_lead("c1"), record_lead("r1"))
    assert (states(), Fact.objects.count(), Task.objects.count(), Determination.objects.count()) == before
    assert (report["new"], report["refreshed"]) == (0, 2)


def test_a_load_that_was_stopped_in_the_middle_is_completed_by_the_next(tmp_path):
    folder = write_screening(tmp_path / "out", [child_lead("c1"), record_lead("r1")])
    with pytest.raises(LoadStopped):
        load_run(LOCAL_OPERATOR, folder=folder, run_id="run1", watch=lambda done, total: done < 1)
    assert states() == {"l-c1": "new"}
    assert LeadLoad.objects.get().finished_at is None
    load_run(LOCAL_OPERATOR, folder=folder, run_id="run1")
    assert set(states()) == {"l-c1", "l-r1"}
    assert open_steps("l-c1") == [("assign_lead", "county_drafter", None)]


def test_what_a_later_screening_no_longer_names_ends_if_nobody_has_begun(load):
    load(child_lead("c1"), child_lead("c2"))
    report = load(child_lead("c2"), number=2)
    gone = Lead.objects.get(linkage_id="l-c1")
    assert (gone.state, gone.result_reason) == ("closed", "no_longer_in_rosters")
    assert open_steps("l-c1") == []
    assert report["ended"] == 1


def test_what_somebody_is_visiting_is_kept_and_marked_although_it_is_gone(load):
    director = make_post("child_director", division=VILLAGE)
    load(child_lead("c1"))
    lead = Lead.objects.get()
    begin_visit(make_actor_of(director), lead_id=lead.id)
    report = load(child_lead("c2"), number=2)
    lead.refresh_from_db()
    assert (lead.state, lead.gone_at is not None, report["kept"]) == ("visiting", True, 1)


def test_a_screening_without_one_of_the_earlier_rosters_ends_nothing(load):
    load(child_lead("c1"))
    load(child_lead("c2"), number=2, rosters=("health_deaths",))
    assert states()["l-c1"] == "new"


def test_a_lead_that_ended_as_gone_is_opened_again_when_the_rosters_name_it_again(load):
    load(child_lead("c1"), child_lead("c2"))
    load(child_lead("c2"), number=2)
    load(child_lead("c1"), child_lead("c2"), number=3)
    assert states()["l-c1"] == "new"
    assert open_steps("l-c1") == [("assign_lead", "county_drafter", None)]


def test_a_closed_lead_stays_closed_unless_the_rosters_say_more_than_then(load):
    load(child_lead("c1"))
    Lead.objects.update(state="closed", result="not_in_difficulty")
    load(child_lead("c1"), number=2)
    assert states()["l-c1"] == "closed"
    load(child_lead("c1", rules=["de_facto_living_allowance", "orphan_living_allowance"]), number=3)
    assert states()["l-c1"] == "new"


def test_what_rests_on_restricted_rules_alone_never_becomes_a_lead(load):
    load(child_lead("c1", rules=["hiv_living_allowance"]), child_lead("c2", deciding=["child.hiv_infected"]))
    assert set(states()) == {"l-c2"}
    assert Lead.objects.get().deciding == []


def test_an_adverse_record_is_kept_encrypted_and_shown_to_the_county_only(load):
    load(record_lead("r1"))
    lead = Lead.objects.get()
    assert "某甲".encode() not in bytes(lead.record)
    assert open_record(lead)["name"] == "某甲"
    found = list_leads(make_actor("county_drafter"), query=LeadQuery(), today=AS_OF, offset=0, limit=9)
    assert [line.name for line in found.leads] == ["某甲"]
    assert list_leads(make_actor("supervisor"), query=LeadQuery(), today=AS_OF, offset=0, limit=9).total == 0


def test_an_assigned_lead_keeps_its_owner_when_it_is_loaded_again(load):
    load(child_lead("c1"))
    director = make_post("child_director", division=VILLAGE)
    assign_leads(make_actor("county_drafter"), lead_ids=[Lead.objects.get().id], post_id=director.id)
    load(child_lead("c1", rank=5), number=2)
    lead = Lead.objects.get()
    assert (lead.state, lead.post_id, lead.rank) == ("assigned", director.id, 5)
    assert open_steps("l-c1") == [("verify_lead", "child_director", director.id)]


def test_a_folder_that_is_no_screening_or_is_encrypted_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(RunError, match=r"run\.none"):
        load_run(LOCAL_OPERATOR, folder=tmp_path, run_id="run1")
    (tmp_path / "run.json").write_text(json.dumps({"settings": {"encrypted": True}}), encoding="utf-8")
    with pytest.raises(RunError, match=r"run\.encrypted"):
        load_run(LOCAL_OPERATOR, folder=tmp_path, run_id="run1")


def test_only_who_may_screen_may_load(tmp_path):
    with pytest.raises(AccessDenied):
        load_run(make_actor("supervisor"), folder=tmp_path, run_id="run1")


def make_actor_of(post):
    from ciyou.apps.accounts.selectors import actor_of

    return actor_of(post)
