"""Rounds: who is taken in, what answers, what happens to a child on the way, and that nothing stops by itself."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.awards import rounds as award_rounds
from ciyou.apps.awards.models import Award
from ciyou.apps.awards.rounds import open_due_rounds, start_round, warn_of_ends
from ciyou.apps.cases import round_following
from ciyou.apps.cases.escalation import escalate_tasks
from ciyou.apps.cases.expiries import WarningNotFound, coming_ends, see_to
from ciyou.apps.cases.models import ChildCheck, Round, Task
from ciyou.apps.cases.round_lists import RoundNotFound, households_due, list_rounds, round_coverage
from ciyou.apps.cases.visits import record_no_change, record_visit, visit_form
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.registry.models import Fact, NamedAccess, Person
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import AccessDenied, RecordError
from ciyou.packs import load_rounds
from tests.case_builders import file_sibling
from tests.office import COUNTY, OTHER_COUNTY, OTHER_VILLAGE, VILLAGE, file_child, make_actor, make_post

pytestmark = pytest.mark.django_db
YEARLY, MONTHLY = "yearly_review", "monthly_management"
ORPHAN = {"father": {"dead": True}, "mother": {"dead": True}}


def today():
    return timezone.localdate()


@pytest.fixture
def drafter():
    return make_actor("county_drafter")


@pytest.fixture
def director():
    return make_actor("child_director")


def orphan(key="a", **more):
    """A child both of whose parents are dead: an orphan by the rules."""
    school = {"school_stage": "primary", "school_status": "enrolled"}
    child = file_child(key, **{**ORPHAN, "child": school, **more})
    determine(child)
    return child


def determine(*children):
    determine_children(LOCAL_OPERATOR, child_ids=children, as_of=today(), cause="load")


def give_award(child, **fields):
    return Award.objects.create(
        person_id=child, identity=f"file:{child.hex}", entitlement="orphan_living_allowance", series="children_living",
        division=VILLAGE, amount_fen=135000, first_month=today().replace(day=1), awarded_on=today(), awarded_by="local",
        **fields,
    )  # fmt: skip


def test_a_round_takes_in_whom_the_rules_or_an_award_concern_and_gives_each_to_the_villages_director(drafter, director):
    child, other = orphan(), file_child("n")
    determine(other)
    awarded = file_child("w")
    determine(awarded)
    give_award(awarded)

    opened = start_round(drafter, kind=YEARLY, on=today())

    assert (opened.children, opened.repeated) == (2, False)
    assert {row.person_id for row in ChildCheck.objects.all()} == {child, awarded}
    row = ChildCheck.objects.get(person_id=child)
    assert row.checks == ["survival", "placement", "school"]
    task = Task.objects.get(subject_id=str(row.id))
    assert (task.kind, str(task.post_id), task.person_id) == ("check_in_round", director.post_id, child)
    assert LogEntry.objects.filter(action="open_round").count() == 1


def test_a_round_opened_twice_does_nothing_twice_and_takes_in_only_who_has_come_since(drafter, director):
    orphan()
    first = start_round(drafter, kind=YEARLY, on=today())
    again = start_round(drafter, kind=YEARLY, on=today())
    assert (again.id, again.children, again.repeated) == (first.id, 0, True)
    assert (Round.objects.count(), ChildCheck.objects.count(), Task.objects.filter(kind="check_in_round").count()) == (
        1,
        1,
        1,
    )
    assert LogEntry.objects.filter(action="open_round").count() == 1

    orphan("b")
    assert start_round(drafter, kind=YEARLY, on=today()).children == 1
    assert ChildCheck.objects.count() == 2


def test_only_the_countys_drafter_opens_a_round_and_only_one_that_there_is(drafter, director):
    for role in ("child_director", "supervisor", "county_reviewer", "county_approver"):
        with pytest.raises(AccessDenied):
            start_round(make_actor(role), kind=YEARLY, on=today())
    with pytest.raises(RecordError, match=r"round\.kind"):
        start_round(drafter, kind="weekly", on=today())


def test_no_source_says_when_a_round_opens_so_none_opens_by_itself_until_the_place_says_so(drafter, monkeypatch):
    orphan()
    assert open_due_rounds(today()) == 0
    from dataclasses import replace

    kinds = load_rounds(division=COUNTY)
    told = {MONTHLY: replace(kinds[MONTHLY], opens_day=1), YEARLY: replace(kinds[YEARLY], opens_month=2, opens_day=1)}
    monkeypatch.setattr(award_rounds, "load_rounds", lambda **_where: told)
    assert open_due_rounds(dt.date(2026, 1, 31)) == 1
    assert open_due_rounds(dt.date(2026, 1, 31)) == 0
    assert open_due_rounds(dt.date(2026, 2, 1)) == 2
    assert sorted(Round.objects.values_list("kind", "period")) == [
        (MONTHLY, "2026-01"), (MONTHLY, "2026-02"), (YEARLY, "2026"),
    ]  # fmt: skip
    assert set(Round.objects.values_list("opened_by", flat=True)) == {"local"}


def test_no_change_is_one_tap_that_answers_for_brothers_and_sisters_and_says_again_what_is_on_file(drafter, director):
    child = orphan()
    sibling = file_sibling(child, key="b", **ORPHAN, child={"school_stage": "junior"})
    determine(sibling)
    start_round(drafter, kind=YEARLY, on=today())

    form = visit_form(director, child_id=child)
    assert {one.id for one in form.children} == {child, sibling}
    recorded = record_no_change(director, visit_id=uuid.uuid4(), child_id=child)

    rows = ChildCheck.objects.filter(person_id__in=(child, sibling))
    assert {(row.state, row.visit_id, row.answered_by) for row in rows} == {("same", recorded.id, director.id)}
    assert not Task.objects.filter(kind="check_in_round", state="open").exists()
    said = Fact.objects.get(person_id=child, name="school_stage", source="visit")
    assert (said.basis, said.reference) == ("verified", str(recorded.id))


def test_a_change_is_told_on_the_form_of_the_visit_which_asks_what_the_round_asks(drafter, director):
    child = orphan()
    start_round(drafter, kind=YEARLY, on=today())
    form = visit_form(director, child_id=child)
    keys = {question.definition.name: question.key for part in form.parts for question in part.questions}
    assert {"adopted", "in_institution", "school_stage", "school_status"} <= set(keys)
    fields = {"visited_on": today().isoformat(), "met": "guardian", keys["school_status"]: "dropped_out"}

    record_visit(director, visit_id=uuid.uuid4(), child_id=child, fields=fields)

    assert ChildCheck.objects.get(person_id=child).state == "changed"
    assert Task.objects.get(kind="check_in_round").state == "done"


def test_a_visit_that_repeats_what_is_on_file_is_no_change(drafter, director):
    child = orphan()
    start_round(drafter, kind=YEARLY, on=today())
    form = visit_form(director, child_id=child)
    keys = {question.definition.name: question.key for part in form.parts for question in part.questions}
    fields = {"visited_on": today().isoformat(), "met": "guardian", keys["school_stage"]: "primary"}
    record_visit(director, visit_id=uuid.uuid4(), child_id=child, fields=fields)
    assert ChildCheck.objects.get(person_id=child).state == "same"


def test_a_visit_made_before_the_round_was_opened_does_not_answer_it(drafter, director):
    child = orphan()
    start_round(drafter, kind=YEARLY, on=today())
    fields = {"visited_on": (today() - dt.timedelta(days=3)).isoformat(), "met": "guardian"}
    record_visit(director, visit_id=uuid.uuid4(), child_id=child, fields=fields)
    assert ChildCheck.objects.get(person_id=child).state == "due"


def test_what_nobody_answers_goes_up_and_stops_no_money(drafter, director):
    child = orphan()
    award = give_award(child)
    start_round(drafter, kind=YEARLY, on=today())
    before = Award.objects.filter(id=award.id).values().get()

    escalate_tasks(today() + dt.timedelta(days=400))

    task = Task.objects.get(kind="check_in_round")
    assert (task.state, task.stage_told, task.escalated_to) == ("open", 150, "county_approver")
    assert ChildCheck.objects.get().state == "due"
    assert Award.objects.filter(id=award.id).values().get() == before


def test_a_child_that_died_leaves_the_round_and_one_of_eighteen_stays_in_it(drafter, director):
    child, grown = orphan(), orphan("g", born=dt.date(today().year - 17, 1, 1))
    start_round(drafter, kind=YEARLY, on=today())
    round_following.on_child_died([str(child)])
    Person.objects.filter(id=grown).update(status="of_age")

    row = ChildCheck.objects.get(person_id=child)
    assert (row.state, row.left_for) == ("left", "died")
    assert Task.objects.get(subject_id=str(row.id)).state == "withdrawn"
    record_no_change(director, visit_id=uuid.uuid4(), child_id=grown)
    assert ChildCheck.objects.get(person_id=grown).state == "same"


def test_who_moves_inside_the_county_goes_to_the_other_village_and_who_leaves_it_leaves_the_round(drafter, director):
    near, far = orphan(), orphan("f")
    other = make_post("child_director", division=OTHER_VILLAGE)
    start_round(drafter, kind=YEARLY, on=today())
    round_following.on_person_moved(person_id=str(near), new_division=OTHER_VILLAGE)
    round_following.on_person_moved(person_id=str(far), new_division=OTHER_COUNTY)

    row = ChildCheck.objects.get(person_id=near)
    task = Task.objects.get(subject_id=str(row.id))
    assert (row.state, row.division, task.post_id, task.division) == ("due", OTHER_VILLAGE, other.id, OTHER_VILLAGE)
    gone = ChildCheck.objects.get(person_id=far)
    assert (gone.state, gone.left_for) == ("left", "moved")
    assert Task.objects.get(subject_id=str(gone.id)).state == "withdrawn"


def test_of_two_files_that_become_one_the_child_stands_once_in_the_round(drafter, director):
    kept, dropped, alone = orphan(), orphan("d"), orphan("e")
    start_round(drafter, kind=YEARLY, on=today())
    round_following.on_people_merged(kept=str(kept), dropped=str(dropped))
    assert ChildCheck.objects.get(person_id=dropped).left_for == "merged"
    newcomer = file_child("x")
    round_following.on_people_merged(kept=str(newcomer), dropped=str(alone))
    assert ChildCheck.objects.get(person_id=newcomer).state == "due"


def test_coverage_counts_by_village_what_is_due_late_answered_and_changed(drafter, director):
    here, there = orphan(), orphan("b", division=OTHER_VILLAGE)
    opened = start_round(drafter, kind=YEARLY, on=today())
    record_no_change(director, visit_id=uuid.uuid4(), child_id=here)
    ChildCheck.objects.filter(person_id=there).update(due_on=today() - dt.timedelta(days=1))

    card, lines = round_coverage(make_actor("supervisor"), round_id=opened.id)

    found = {line.division: line.coverage for line in lines}
    assert (card.coverage.total, card.coverage.answered, card.coverage.due, card.coverage.overdue) == (2, 1, 1, 1)
    assert (found[VILLAGE].same, found[OTHER_VILLAGE].overdue) == (1, 1)
    assert [line.division for line in lines] == [OTHER_VILLAGE, VILLAGE]
    assert {line.division: str(line.post_id or "") for line in lines}[VILLAGE] == director.post_id


def test_another_countys_round_is_not_there_and_its_households_neither(drafter, director):
    orphan()
    opened = start_round(drafter, kind=YEARLY, on=today())
    stranger = make_actor("county_drafter", division=OTHER_COUNTY)
    with pytest.raises(RoundNotFound):
        round_coverage(stranger, round_id=opened.id)
    assert list_rounds(stranger) == ()
    assert households_due(stranger, village=VILLAGE, limit=10) == (0, ())
    assert households_due(make_actor("partner"), village=VILLAGE, limit=10) == (0, ())


def test_a_village_reads_its_households_with_what_it_may_know_and_not_what_a_department_said(drafter, director):
    child = orphan(child={"school_stage": "primary", "disability_type": "limb", "disability_grade": 1})
    sibling = file_sibling(child, key="b", **ORPHAN)
    determine(sibling)
    start_round(drafter, kind=YEARLY, on=today())

    total, households = households_due(director, village=VILLAGE, limit=10)

    assert total == 1
    (household,) = households
    assert {one.card.id for one in household.children} == {child, sibling}
    first = next(one for one in household.children if one.card.id == child)
    known = {fact.definition.name: fact.known for fact in first.facts}
    assert known["school_stage"].value == "primary"
    assert known["disability_grade"] is None


def test_a_protected_child_is_asked_of_a_named_worker_only_and_stands_in_no_count(drafter, director):
    child = orphan()
    Person.objects.filter(id=child).update(restricted=True)
    opened = start_round(drafter, kind=YEARLY, on=today())
    assert not Task.objects.filter(kind="check_in_round").exists()
    card, lines = round_coverage(drafter, round_id=opened.id)
    assert (card.coverage.total, lines) == (0, ())
    assert households_due(director, village=VILLAGE, limit=10) == (0, ())

    second = orphan("s")
    Person.objects.filter(id=second).update(restricted=True)
    NamedAccess.objects.create(
        person_id=second, user_id=director.id, purpose="verify", why="case_worker", reason="主办", granted_by="local",
        granted_at=timezone.now(),
    )  # fmt: skip
    start_round(drafter, kind=YEARLY, on=today())
    assert str(Task.objects.get(kind="check_in_round").post_id) == director.post_id


def test_of_what_ends_soon_its_owner_is_told_once_and_sees_to_it(drafter, director):
    soon = today() + dt.timedelta(days=20)
    born = soon.replace(year=soon.year - 18) if (soon.month, soon.day) != (2, 29) else dt.date(soon.year - 18, 2, 28)
    child = orphan(born=born)
    ends = (1, "rostered", "federation_cards", None, today() + dt.timedelta(days=30))
    disabled = file_child("c", child={"disability_grade": ends})
    determine(disabled)
    give_award(child, last_month=today().replace(day=1))

    assert warn_of_ends(today()) == 3
    assert warn_of_ends(today()) == 0

    mine = {(line.code, line.child.id, line.ends_on) for line in coming_ends(drafter)}
    assert ("birthday", child, soon) in mine and ("award_end", child) in {line[:2] for line in mine}
    (line,) = coming_ends(director)
    assert (line.code, line.child.id, line.ends_on) == ("certificate", disabled, today() + dt.timedelta(days=30))
    with pytest.raises(WarningNotFound):
        see_to(make_actor("county_drafter", division=OTHER_COUNTY), task_id=line.task_id, done="renewed")
    with pytest.raises(RecordError, match=r"expiry\.done"):
        see_to(director, task_id=line.task_id, done="whatever")
    see_to(director, task_id=line.task_id, done="renewed")
    assert coming_ends(director) == ()
    assert warn_of_ends(today()) == 0
    assert Award.objects.get().state == "active"


def test_nobody_is_warned_of_an_agreement_whose_term_no_source_names():
    from ciyou.packs import load_warnings

    assert load_warnings(division="51")["agreement"].term_months is None
