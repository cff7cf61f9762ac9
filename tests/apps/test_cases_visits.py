"""Visits: what is asked, what an answer does, and that a form sent twice is one visit."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.cases.models import Lead, Visit, VisitedChild
from ciyou.apps.cases.questions import FormProblems
from ciyou.apps.cases.visit_forms import VisitNotPossible
from ciyou.apps.cases.visits import open_visit_content, record_no_change, record_visit, visit_form
from ciyou.apps.entitlements.models import Determination, Outcome
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.registry.models import Fact, Relationship
from ciyou.apps.registry.reading import owned_rows, stated
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import AccessDenied, RecordError
from tests.case_builders import file_sibling, open_lead, parent_of
from tests.office import OTHER_VILLAGE, file_child, make_actor

pytestmark = pytest.mark.django_db
IN_PRISON = {"imprisoned": True, "imprisoned.term_months": 36}
NEVER_IN_A_VILLAGE = ("imprisoned", "in_detox", "confined", "hiv_infected", "declared_missing", "guardianship_revoked")


def today():
    return timezone.localdate()


@pytest.fixture
def visitor():
    return make_actor("child_director")


def half_known(key="a", **more):
    """A child whose mother is in prison; of its father only that no roster of the dead has him is known."""
    child = file_child(key, mother=IN_PRISON, father={"lost_contact": (True, "rostered", "police_missing")}, **more)
    determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=today(), cause="load")
    return child


def field(form, name, *, entity=None):
    """The field of a question of a form."""
    for part in form.parts:
        for question in part.questions:
            for one in (question, *question.attributes):
                if one.definition.name == name and (entity is None or part.subject.entity == entity):
                    return one.key
    raise AssertionError(name)


def asked(form):
    return {(part.subject.entity.value, question.definition.name) for part in form.parts for question in part.questions}


def report(form, **more):
    fields = {"visited_on": today().isoformat(), "met": "guardian", "note": ""}
    for child in form.children:
        fields[f"seen:{child.id}"] = "yes"
        fields[f"result:{child.id}"] = "confirmed"
    return {**fields, **more}


def known(child):
    return {
        (one.entity.value, one.name): one
        for one in map(stated, owned_rows(child, moment=None))
        if one.source == "visit"
    }


def test_the_form_asks_exactly_the_deciding_facts_that_a_village_may_be_asked(visitor):
    child = half_known()
    open_lead(child)
    form = visit_form(visitor, child_id=child)
    deciding = {name for row in Outcome.objects.filter(person_id=child) for name in row.deciding}
    decided = {".".join(name.split(".")[:2]) for name in deciding}
    assert {f"{entity}.{name}" for entity, name in asked(form)} <= decided
    assert not {name.partition(".")[0] for _entity, name in asked(form)} & set(NEVER_IN_A_VILLAGE)


def test_what_a_department_said_is_not_told_by_asking_only_since_when(visitor):
    child = half_known("z")
    open_lead(child)
    form = visit_form(visitor, child_id=child)
    assert ("father", "lost_contact") in asked(form)
    assert ("father", "lost_contact.since") not in asked(form)
    (question,) = [
        one
        for part in form.parts
        if part.subject.entity == "father"
        for one in part.questions
        if one.shape == "bool" and one.attributes
    ]
    assert question.known is None


def test_without_a_determination_the_form_asks_what_the_lead_says_and_never_what_only_a_department_knows(visitor):
    child = file_child("b")
    lead = open_lead(
        child, deciding=["father.working_away", "mother.imprisoned", "param.lost_contact_months", "household.dibao"]
    )
    form = visit_form(visitor, lead_id=lead.id)
    assert asked(form) == {("household", "dibao"), ("father", "working_away")}
    assert [one.definition.name for part in form.parts for q in part.questions for one in q.attributes] == [
        "working_away.since"
    ]


def test_brothers_and_sisters_with_open_leads_stand_on_one_form_and_share_what_is_said_of_their_parents(visitor):
    first = file_child("c1")
    second = file_sibling(first, key="c2")
    third = file_sibling(first, key="c3")
    for child in (first, second):
        open_lead(child, deciding=["father.working_away", "child.boarding", "household.dibao"])
    form = visit_form(visitor, child_id=first)
    assert {child.id for child in form.children} == {first, second}
    assert third not in {child.id for child in form.children}
    assert [part.subject.key for part in form.parts if part.subject.entity == "father"] == [
        f"father:{parent_of(first, 'father')}"
    ]
    fields = report(
        form,
        **{
            field(form, "working_away"): "yes",
            field(form, "working_away.since"): "2025-02-10",
            field(form, "dibao"): "no",
            f"q:child:{first}:boarding": "yes",
            f"q:child:{second}:boarding": "no",
        },
    )
    record_visit(visitor, visit_id=uuid.uuid4(), child_id=first, fields=fields)
    father = parent_of(first, "father")
    assert Fact.objects.filter(person_id=father, name="working_away", source="visit").count() == 1
    assert (known(first)["child", "boarding"].value, known(second)["child", "boarding"].value) == (True, False)
    assert known(first)["household", "dibao"].value is known(second)["household", "dibao"].value is False
    assert set(Lead.objects.values_list("state", "result")) == {("reported", "confirmed")}


def test_a_circumstance_is_true_since_the_day_that_was_said_and_anything_else_since_the_visit(visitor):
    child = file_child("d")
    open_lead(child, deciding=["father.working_away", "father.lost_contact"])
    form = visit_form(visitor, child_id=child)
    day = today() - dt.timedelta(days=3)
    fields = report(
        form,
        visited_on=day.isoformat(),
        **{
            field(form, "working_away"): "yes",
            field(form, "working_away.since"): "2025-02-10",
            field(form, "lost_contact"): "no",
            field(form, "lost_contact.since"): "2020-01-01",
        },
    )
    record_visit(visitor, visit_id=uuid.uuid4(), child_id=child, fields=fields)
    said = known(child)
    assert said["father", "working_away"].valid_from == dt.date(2025, 2, 10)
    assert said["father", "lost_contact"].valid_from == day
    assert ("father", "lost_contact.since") not in said  # asked after a yes only
    assert said["father", "working_away"].basis.code == "verified"


def test_what_somebody_does_not_know_is_not_recorded(visitor):
    child = file_child("e")
    open_lead(child, deciding=["father.working_away", "household.dibao"])
    form = visit_form(visitor, child_id=child)
    recorded = record_visit(
        visitor, visit_id=uuid.uuid4(), child_id=child, fields=report(form, **{field(form, "working_away"): "unknown"})
    )
    assert recorded.facts == 0
    assert known(child) == {}


def test_a_forged_field_for_prison_is_not_an_answer(visitor):
    child = file_child("f")
    open_lead(child, deciding=["father.working_away"])
    form = visit_form(visitor, child_id=child)
    forged = {f"q:father:{parent_of(child, 'father')}:imprisoned": "yes", f"q:child:{child}:hiv_infected": "yes"}
    record_visit(visitor, visit_id=uuid.uuid4(), child_id=child, fields=report(form, **forged))
    assert known(child) == {}


def test_a_visit_makes_the_determination_again_and_the_lead_asks_only_what_is_left(visitor):
    child = half_known("g")
    lead = open_lead(child, deciding=["father.lost_contact.since"])
    form = visit_form(visitor, child_id=child)
    gone = {
        field(form, "lost_contact", entity="father"): "yes",
        field(form, "lost_contact.since", entity="father"): "2024-01-15",
    }
    record_visit(visitor, visit_id=uuid.uuid4(), child_id=child, fields=report(form, **gone))
    made = Determination.objects.get(person_id=child, current=True)
    assert made.cause == "visit"
    assert Outcome.objects.get(person_id=child, rule="de_facto_unattended").outcome == "yes"
    assert "father.lost_contact.since" not in Lead.objects.get(id=lead.id).deciding


def test_a_form_sent_twice_is_one_visit(visitor):
    child = file_child("h")
    open_lead(child, deciding=["household.dibao"])
    form, visit_id = visit_form(visitor, child_id=child), uuid.uuid4()
    fields = report(form, **{field(form, "dibao"): "yes"})
    first = record_visit(visitor, visit_id=visit_id, child_id=child, fields=fields)
    second = record_visit(visitor, visit_id=visit_id, child_id=child, fields=fields)
    assert (first.repeated, second.repeated) == (False, True)
    assert second.child_ids == (child,)
    assert Visit.objects.count() == VisitedChild.objects.count() == 1
    assert LogEntry.objects.filter(action="record_visit").count() == 1


def test_the_number_of_somebody_elses_visit_cannot_be_used(visitor):
    child = file_child("i")
    open_lead(child, deciding=["household.dibao"])
    form, visit_id = visit_form(visitor, child_id=child), uuid.uuid4()
    record_visit(visitor, visit_id=visit_id, child_id=child, fields=report(form))
    with pytest.raises(RecordError):
        record_visit(make_actor("supervisor"), visit_id=visit_id, child_id=child, fields=report(form))


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"visited_on": "2999-01-01"}, "visited_on"),
        ({"visited_on": "2020-01-01"}, "visited_on"),
        ({"visited_on": ""}, "visited_on"),
        ({"met": ""}, "met"),
        ({"note": "字" * 501}, "note"),
        ({"result": ""}, "result"),
        ({"met": "nobody"}, "result"),
        ({"result": "cannot_be_found"}, "reason"),
        ({"size": "0"}, "size"),
        ({"size": "三"}, "size"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_recorded(visitor, changed, wrong):
    child = file_child("j")
    open_lead(child, deciding=["household.size"])
    form = visit_form(visitor, child_id=child)
    names = {"result": f"result:{child}", "reason": f"reason:{child}", "size": field(form, "size")}
    fields = report(form, **{names.get(name, name): value for name, value in changed.items()})
    with pytest.raises(FormProblems) as refused:
        record_visit(visitor, visit_id=uuid.uuid4(), child_id=child, fields=fields)
    assert set(refused.value.by_field) == {names.get(wrong, wrong)}
    assert Visit.objects.count() == 0


def test_thirty_days_back_is_recorded_thirty_one_is_not(visitor):
    child = file_child("k")
    open_lead(child)
    form = visit_form(visitor, child_id=child)
    for days, accepted in ((30, True), (31, False)):
        fields = report(form, visited_on=(today() - dt.timedelta(days=days)).isoformat())
        if accepted:
            record_visit(visitor, visit_id=uuid.uuid4(), child_id=child, fields=fields)
        else:
            with pytest.raises(FormProblems):
                record_visit(visitor, visit_id=uuid.uuid4(), child_id=child, fields=fields)


def test_when_nothing_can_be_said_yet_the_lead_stays_open(visitor):
    child = file_child("l")
    lead = open_lead(child)
    form = visit_form(visitor, child_id=child)
    fields = report(form, met="nobody", **{f"result:{child}": "not_yet"})
    record_visit(visitor, visit_id=uuid.uuid4(), child_id=child, fields=fields)
    assert Lead.objects.get(id=lead.id).result == ""
    assert VisitedChild.objects.get().result == ""


def test_no_change_is_one_step_and_verifies_again_what_a_village_may_state(visitor):
    child = file_child("m", father={"working_away": True}, mother=IN_PRISON, household={"dibao": True})
    lead = open_lead(child, why="open_with_adverse")
    recorded = record_no_change(visitor, visit_id=uuid.uuid4(), child_id=child)
    assert recorded.facts == len(known(child))
    assert {("father", "working_away"), ("household", "dibao")} <= set(known(child))
    assert ("mother", "imprisoned") not in known(child)
    assert ("father", "dead") not in known(child)  # only presumed: a tap does not make silence knowledge
    visit = Visit.objects.get()
    assert (visit.no_change, visit.visited_on) == (True, today())
    assert Lead.objects.get(id=lead.id).result == ""


def test_no_change_confirms_a_lead_whose_roster_facts_already_decide(visitor):
    child = file_child("n", household={"dibao": True})
    lead = open_lead(child, why="entitled")
    record_no_change(visitor, visit_id=uuid.uuid4(), child_id=child)
    assert Lead.objects.get(id=lead.id).result == "confirmed"


def test_a_parent_without_a_file_gets_one_when_something_is_said_of_them(visitor):
    child = file_child("o")
    Relationship.objects.filter(person_id=child, kind="father").update(superseded_at=timezone.now())
    open_lead(child, deciding=["father.working_away"])
    form = visit_form(visitor, child_id=child)
    fields = report(form, **{field(form, "working_away"): "yes"})
    record_visit(visitor, visit_id=uuid.uuid4(), child_id=child, fields=fields)
    assert known(child)["father", "working_away"].value is True


def test_what_was_met_and_noted_is_stored_unreadable(visitor):
    child = file_child("p")
    open_lead(child)
    form = visit_form(visitor, child_id=child)
    record_visit(visitor, visit_id=uuid.uuid4(), child_id=child, fields=report(form, note="奶奶说爸爸在东莞"))
    visit = Visit.objects.get()
    assert "东莞".encode() not in bytes(visit.content)
    assert open_visit_content(visit)["note"] == "奶奶说爸爸在东莞"
    details = " ".join(LogEntry.objects.values_list("details", flat=True))
    assert "东莞" not in details


def test_another_villages_child_and_an_unknown_one_are_equally_not_there(visitor):
    elsewhere = file_child("q", division=OTHER_VILLAGE)
    for child in (elsewhere, uuid.uuid4()):
        with pytest.raises(VisitNotPossible):
            visit_form(visitor, child_id=child)
    lead = open_lead(elsewhere, division=OTHER_VILLAGE)
    with pytest.raises(VisitNotPossible):
        visit_form(visitor, lead_id=lead.id)


def test_a_partner_does_not_visit():
    child = file_child("r")
    with pytest.raises(AccessDenied):
        record_visit(make_actor("partner", department="police"), visit_id=uuid.uuid4(), child_id=child, fields={})
