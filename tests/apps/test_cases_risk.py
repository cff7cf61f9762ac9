"""Risk of a child: a machine proposes, a person confirms, nothing goes down by itself, and the next visit moves in the same moment."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.assessments.models import RiskAssessment
from ciyou.apps.assessments.recording import NewAssessment
from ciyou.apps.assessments.refusals import AssessmentNotFound
from ciyou.apps.assessments.selectors import assessments_of_child, standing_tier
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.models import Task, TaskState
from ciyou.apps.cases.next_actions import children_without_next
from ciyou.apps.cases.risk_work import assess_risk, settle_tier
from ciyou.apps.cases.tasks import open_task
from ciyou.apps.cases.visit_following import (
    on_child_died,
    on_child_of_age,
    on_determination_made,
    on_people_merged,
    on_person_moved,
    plan_all_visits,
)
from ciyou.apps.cases.visits import record_no_change, record_visit
from ciyou.apps.cases.workload import workload_of
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.registry.models import NamedAccess, Person, PersonPlace
from ciyou.apps.registry.selectors import PersonNotFound
from ciyou.config.wiring import HANDLERS
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import AccessDenied, RecordError
from tests.case_builders import file_sibling, open_lead
from tests.office import COUNTY, OTHER_COUNTY, OTHER_VILLAGE, VILLAGE, file_child, make_actor, make_person, make_post
from tests.risk_builders import HIGH, assess, give_tier, harmless

pytestmark = pytest.mark.django_db
DEAD = {"father": {"dead": True}, "mother": {"dead": True}}
WHY = "走访看到的情况和表上不同"


def days_on(count: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=count)


def report(met: str) -> dict[str, str]:
    return {"visited_on": days_on(0).isoformat(), "met": met, "note": ""}


def visit_of(child) -> Task:
    return Task.objects.get(kind="visit_child", state="open", subject_id=str(child))


def no_visit(child) -> bool:
    return not Task.objects.filter(kind="visit_child", state="open", subject_id=str(child)).exists()


def determine(*children) -> None:
    determine_children(LOCAL_OPERATOR, child_ids=children, as_of=timezone.localdate(), cause="load")


def orphan(**more):
    child = file_child(**{**DEAD, **more})
    determine(child)
    return child


def protect(child) -> Person:
    Person.objects.filter(id=child).update(restricted=True)
    return Person.objects.get(id=child)


def name_worker(child, actor) -> None:
    NamedAccess.objects.create(
        person_id=child, user_id=actor.id, reason="case_worker", granted_by="local", granted_at=timezone.now()
    )


def deliver(news: str, *children) -> None:
    for handler in HANDLERS[news]:
        handler(child_ids=[str(one) for one in children])


def codes(error) -> set[tuple[str, str]]:
    return {(problem.code, problem.place.file) for problem in error.value.problems}


@pytest.fixture
def director():
    return make_actor("child_director")


@pytest.fixture
def supervisor():
    return make_actor("supervisor")


# -- assessing ------------------------------------------------------------------------------------------------------


def test_an_assessment_proposes_and_asks_a_person_and_changes_no_tier(director, supervisor):
    child = make_person()
    row = assess(director, child.id, **HIGH)
    assert (row.state, row.proposed, row.tier) == ("proposed", "high", "")
    assert standing_tier(child.id) == ""
    task = Task.objects.get(kind="confirm_risk_tier")
    assert (task.subject_id, task.queue_role, task.person_id) == (str(row.id), "supervisor", child.id)
    assert no_visit(child.id)


def test_what_was_answered_is_encrypted_and_read_back_as_it_was_said(director):
    child = make_person()
    row = assess(director, child.id, health="untreated", schooling="unknown")
    assert b"untreated" not in bytes(row.content)
    (line,) = assessments_of_child(director, child_id=child.id)
    assert line.content.answers["health"] == "untreated"
    assert (line.content.proposal.points, line.content.proposal.unknown) == (4, ("schooling",))
    assert (line.proposed, line.waits, line.own) == ("medium_low", True, True)


def test_silence_is_no_answer_and_every_gap_is_named(director):
    child = make_person()
    answers = harmless() | {"carer": "", "home": "palace"}
    given = NewAssessment(uuid.uuid4(), answers, timezone.localdate())
    with pytest.raises(RecordError) as refused:
        assess_risk(director, child_id=child.id, given=given)
    assert codes(refused) == {("risk.answer", "carer"), ("risk.answer", "home")}
    assert not RiskAssessment.objects.exists()


def test_the_same_form_twice_is_one_assessment(director):
    child = make_person()
    given = NewAssessment(uuid.uuid4(), harmless(), timezone.localdate())
    first, again = (assess_risk(director, child_id=child.id, given=given) for _ in range(2))
    assert first == again
    assert RiskAssessment.objects.count() == Task.objects.filter(kind="confirm_risk_tier").count() == 1
    with pytest.raises(RecordError, match=r"risk\.number_taken"):
        assess_risk(make_actor("child_director"), child_id=child.id, given=given)


def test_a_form_sent_again_after_it_was_settled_asks_nobody_and_takes_nothing_away(director, supervisor):
    child = make_person()
    given = NewAssessment(uuid.uuid4(), harmless(), timezone.localdate())
    assess_risk(director, child_id=child.id, given=given)
    settle_tier(supervisor, assessment_id=given.id, version=1, tier="low", reason="")
    assess_risk(director, child_id=child.id, given=given)
    assert not Task.objects.filter(kind="confirm_risk_tier", state="open").exists()

    newer = assess(director, child.id, **HIGH)
    assess_risk(director, child_id=child.id, given=given)
    assert Task.objects.get(kind="confirm_risk_tier", state="open").subject_id == str(newer.id)


def test_a_newer_assessment_takes_the_place_of_one_that_nobody_confirmed(director, supervisor):
    child = make_person()
    first, second = assess(director, child.id), assess(director, child.id, **HIGH)
    assert RiskAssessment.objects.get(id=first.id).state == "replaced"
    assert Task.objects.get(kind="confirm_risk_tier", state="open").subject_id == str(second.id)
    with pytest.raises(RecordError, match=r"risk\.moved_on"):
        settle_tier(supervisor, assessment_id=first.id, version=1, tier=first.proposed, reason="")


@pytest.mark.parametrize("days", [1, -31])
def test_the_day_of_an_assessment_is_not_in_the_future_and_not_long_ago(director, days):
    given = NewAssessment(uuid.uuid4(), harmless(), days_on(days))
    with pytest.raises(RecordError, match=r"risk\.assessed_on"):
        assess_risk(director, child_id=make_person().id, given=given)


def test_who_may_not_see_the_child_neither_assesses_nor_confirms_nor_reads(director):
    child = make_person()
    row = assess(director, child.id)
    stranger = make_actor("county_reviewer", division=OTHER_COUNTY)
    given = NewAssessment(uuid.uuid4(), harmless(), timezone.localdate())
    with pytest.raises(PersonNotFound):
        assess_risk(stranger, child_id=child.id, given=given)
    with pytest.raises(AssessmentNotFound):
        settle_tier(stranger, assessment_id=row.id, version=1, tier="low", reason="")
    with pytest.raises(PersonNotFound):
        assessments_of_child(stranger, child_id=child.id)
    with pytest.raises(AccessDenied):
        settle_tier(make_actor("partner"), assessment_id=row.id, version=1, tier="low", reason="")


# -- confirming -----------------------------------------------------------------------------------------------------


def test_the_proposed_tier_is_confirmed_without_a_reason_and_another_only_with_one(director, supervisor):
    child = make_person()
    row = assess(director, child.id)
    with pytest.raises(RecordError, match=r"risk\.reason"):
        settle_tier(supervisor, assessment_id=row.id, version=1, tier="high", reason="怕")
    confirmed = settle_tier(supervisor, assessment_id=row.id, version=1, tier="high", reason=WHY)
    assert (confirmed.tier, confirmed.before) == ("high", "")
    assert standing_tier(child.id) == "high"
    assert Task.objects.get(kind="confirm_risk_tier").state == TaskState.DONE
    (line,) = assessments_of_child(supervisor, child_id=child.id)
    assert (line.proposed, line.tier, line.reason) == ("low", "high", WHY)
    entry = LogEntry.objects.get(action="confirm_risk_tier")
    assert json.loads(entry.details) == {"proposed": "low", "tier": "high", "before": ""}


def test_a_lower_proposal_lowers_nothing_and_the_assessor_alone_cannot(director, supervisor):
    child = make_person()
    give_tier(supervisor, child.id, "high")
    row = assess(director, child.id)
    assert row.proposed == "low"
    plan_all_visits()
    determine(child.id)
    on_determination_made([str(child.id)])
    assert standing_tier(child.id) == "high"
    with pytest.raises(RecordError) as refused:
        settle_tier(director, assessment_id=row.id, version=1, tier="low", reason=WHY)
    assert codes(refused) == {("risk.second_person", "tier")}
    with pytest.raises(RecordError, match=r"risk\.reason"):
        settle_tier(supervisor, assessment_id=row.id, version=1, tier="low", reason="")
    settle_tier(supervisor, assessment_id=row.id, version=1, tier="low", reason=WHY)
    assert standing_tier(child.id) == "low"


def test_the_assessor_may_confirm_a_tier_that_goes_up(director):
    child = make_person()
    row = assess(director, child.id, **HIGH)
    assert settle_tier(director, assessment_id=row.id, version=1, tier="high", reason="").tier == "high"


def test_of_two_who_confirm_the_second_is_told(director, supervisor):
    row = assess(director, make_person().id)
    settle_tier(supervisor, assessment_id=row.id, version=1, tier="low", reason="")
    with pytest.raises(RecordError, match=r"risk\.moved_on"):
        settle_tier(make_actor("county_reviewer"), assessment_id=row.id, version=1, tier="low", reason="")


# -- visits ---------------------------------------------------------------------------------------------------------


def test_a_confirmed_tier_plans_the_visit_at_once_and_another_one_moves_it(director, supervisor):
    child = make_person()
    give_tier(supervisor, child.id, "low")
    first = visit_of(child.id)
    assert (first.due_on, first.plan_row, first.plan_days, first.plan_cause) == (days_on(90), "low_risk", 90, "tier")
    assert str(first.post_id) == director.post_id

    give_tier(supervisor, child.id, "high")
    moved = visit_of(child.id)
    assert moved.id == first.id
    assert (moved.due_on, moved.plan_row, moved.plan_cause) == (days_on(7), "high_risk", "tier")
    assert (moved.half_on, moved.escalate_on) == (days_on(4), days_on(11))
    assert LogEntry.objects.filter(action="plan_visits").count() == 2


def test_a_visit_that_should_have_been_by_the_new_tier_is_due_today_and_told_anew(director, supervisor):
    child = make_person()
    give_tier(supervisor, child.id, "low")
    Task.objects.filter(kind="visit_child").update(started_on=days_on(-40), stage_told=50)
    give_tier(supervisor, child.id, "high")
    task = visit_of(child.id)
    assert (task.due_on, task.stage_told, task.started_on) == (timezone.localdate(), 0, days_on(-40))


def test_a_category_gives_a_child_without_a_tier_its_visit_and_none_takes_it_away(director):
    child = orphan()
    on_determination_made([str(child)])
    task = visit_of(child)
    assert (task.due_on, task.plan_row, task.plan_cause) == (days_on(30), "priority_categories", "category")
    Person.objects.filter(id=child).update(status="of_age")
    plan_all_visits()
    ended = Task.objects.get(kind="visit_child")
    assert (ended.state, ended.reason) == ("withdrawn", "left_caseload")


def test_one_visit_to_a_household_serves_every_child_there(director):
    child = orphan()
    brother = file_sibling(child, key="b", **DEAD)
    determine(brother)
    plan_all_visits()
    assert {visit_of(child).plan_cause, visit_of(brother).plan_cause} == {"taken_in"}
    Task.objects.filter(kind="visit_child").update(started_on=days_on(-20), due_on=days_on(10))

    record_no_change(director, visit_id=uuid.uuid4(), child_id=child)

    done = Task.objects.filter(kind="visit_child", state="done")
    assert {task.person_id for task in done} == {child, brother}
    for one in (child, brother):
        assert (visit_of(one).due_on, visit_of(one).plan_cause) == (days_on(30), "visited")


def test_a_locked_door_is_no_visit_and_the_child_runs_late(director):
    child = orphan()
    plan_all_visits()
    Task.objects.filter(kind="visit_child").update(started_on=days_on(-40), due_on=days_on(-10))
    record_visit(director, visit_id=uuid.uuid4(), child_id=child, fields=report("nobody"))
    assert plan_all_visits() == 0
    assert (visit_of(child).started_on, visit_of(child).due_on) == (days_on(-40), days_on(-10))

    record_visit(director, visit_id=uuid.uuid4(), child_id=child, fields=report("other_adult"))
    assert Task.objects.filter(kind="visit_child", state="done").count() == 1
    assert visit_of(child).due_on == days_on(30)


def test_a_child_whose_lead_nobody_has_keeps_the_visit_of_the_nightly_job(director):
    child = file_child()
    lead = open_lead(child)
    assert plan_all_visits() == 1
    assert plan_all_visits() == 0
    assert visit_of(child).plan_cause == "taken_in"
    open_task(director, kind="verify_lead", subject_id=str(lead.id), division=VILLAGE, person_id=child, queue_role="supervisor")  # fmt: skip
    assert plan_all_visits() == 1
    assert no_visit(child)


def test_a_child_that_moves_is_visited_by_whoever_is_there(director):
    child = orphan()
    plan_all_visits()
    there = make_post("child_director", division=OTHER_VILLAGE)
    Person.objects.filter(id=child).update(division=OTHER_VILLAGE)
    Task.objects.filter(kind="visit_child").update(division=OTHER_VILLAGE)
    on_person_moved(person_id=str(child), new_division=OTHER_VILLAGE)
    task = visit_of(child)
    assert (task.post_id, task.division, task.plan_cause) == (there.id, OTHER_VILLAGE, "place")
    assert task.due_on == days_on(30)


def test_work_that_was_handed_over_stays_where_it_is(director):
    child = orphan()
    plan_all_visits()
    other = make_post("child_director")
    Task.objects.filter(kind="visit_child").update(post=other)
    assert plan_all_visits() == 0
    assert visit_of(child).post_id == other.id


@pytest.mark.parametrize(("news", "reason"), [(on_child_died, "died"), (on_child_of_age, "of_age")])
def test_nobody_is_sent_to_a_child_that_died_or_came_of_age(director, news, reason):
    child = orphan()
    plan_all_visits()
    news([str(child)])
    ended = Task.objects.get(kind="visit_child")
    assert (ended.state, ended.reason) == ("withdrawn", reason)


@pytest.mark.parametrize(("news", "reason"), [(on_child_died, "died"), (on_child_of_age, "of_age")])
def test_nobody_is_asked_for_a_tier_of_a_child_that_died_or_came_of_age(director, news, reason):
    child, other = make_person(), make_person()
    assess(director, child.id)
    still = assess(director, other.id)
    news([str(child.id)])
    ended = Task.objects.get(kind="confirm_risk_tier", person=child)
    assert (ended.state, ended.reason) == ("withdrawn", reason)
    assert Task.objects.get(kind="confirm_risk_tier", state="open").subject_id == str(still.id)


def test_of_two_files_that_both_wait_for_a_tier_the_newest_assessment_waits_on(director, supervisor):
    kept, dropped = make_person(), make_person()
    older, newer = assess(director, kept.id), assess(director, dropped.id, **HIGH)
    for model in (RiskAssessment, Task):
        model.objects.filter(person=dropped).update(person=kept)
    Person.objects.filter(id=dropped.id).update(status="merged")
    on_people_merged(kept=str(kept.id), dropped=str(dropped.id))
    states = {row.id: row.state for row in RiskAssessment.objects.all()}
    assert states == {older.id: "replaced", newer.id: "proposed"}
    assert Task.objects.get(kind="confirm_risk_tier", state="open").subject_id == str(newer.id)
    settle_tier(supervisor, assessment_id=newer.id, version=1, tier="high", reason="")
    assert not Task.objects.filter(kind="confirm_risk_tier", state="open").exists()


def test_two_files_of_one_child_have_one_next_visit(director):
    kept, dropped = orphan(), orphan()
    plan_all_visits()
    Task.objects.filter(subject_id=str(dropped)).update(person_id=kept)
    Person.objects.filter(id=dropped).update(status="merged")
    on_people_merged(str(kept))
    on_people_merged(kept=str(kept), dropped=str(dropped))
    assert Task.objects.filter(kind="visit_child", state="open").count() == 1
    assert visit_of(kept).person_id == kept


def test_a_protected_child_is_visited_by_a_named_worker_or_nobody_is_told(director):
    child = orphan()
    protect(child)
    plan_all_visits()
    assert no_visit(child)
    name_worker(child, director)
    plan_all_visits()
    assert str(visit_of(child).post_id) == director.post_id


def test_the_visit_of_a_child_that_becomes_protected_leaves_the_village(director):
    child, reviewer = orphan(), make_actor("county_reviewer", division=COUNTY)
    plan_all_visits()
    began = days_on(-10)
    Task.objects.filter(kind="visit_child").update(started_on=began, due_on=days_on(20))
    protected = protect(child)
    deliver("registry.protection_changed", child)
    ended = Task.objects.get(kind="visit_child")
    assert (ended.state, ended.reason, str(ended.post_id)) == ("withdrawn", "no_named_worker", director.post_id)

    name_worker(child, reviewer)
    plan_all_visits()
    assert str(visit_of(child).post_id) == reviewer.post_id
    Person.objects.filter(id=protected.id).update(restricted=False)
    deliver("registry.protection_changed", child)
    assert (str(visit_of(child).post_id), visit_of(child).plan_cause) == (director.post_id, "protection")


def test_a_named_worker_takes_over_the_visit_of_a_protected_child_by_its_day(director):
    child, reviewer = orphan(), make_actor("county_reviewer", division=COUNTY)
    plan_all_visits()
    Task.objects.filter(kind="visit_child").update(started_on=days_on(-10), due_on=days_on(20))
    name_worker(child, reviewer)
    protect(child)
    deliver("registry.protection_changed", child)
    task = visit_of(child)
    assert (str(task.post_id), task.division, task.due_on) == (reviewer.post_id, COUNTY, days_on(20))


# -- no child without a next action ---------------------------------------------------------------------------------


def test_the_list_of_children_without_a_next_action_is_empty_after_the_nightly_job(director, supervisor):
    child, elsewhere = orphan(), orphan(division="990102001001")
    found = children_without_next(supervisor)
    assert (found.total, [card.id for card in found.children]) == (1, [child])
    assert children_without_next(make_actor("county_drafter", division=OTHER_COUNTY)).children[0].id == elsewhere
    with pytest.raises(AccessDenied):
        children_without_next(director)

    assert plan_all_visits() == 2
    assert children_without_next(supervisor).total == 0
    assert plan_all_visits() == 0


def test_a_protected_child_is_on_no_list_of_children_without_a_next_action(director, supervisor):
    child = orphan()
    protect(child)
    name_worker(child, supervisor)
    assert children_without_next(supervisor).total == 0


def test_work_that_lies_in_another_place_is_a_next_action_behind_the_wall_too(director, supervisor):
    child = orphan()
    elsewhere = make_post("child_director", division="990102001001")
    open_task(LOCAL_OPERATOR, kind="visit_child", subject_id=str(child), division=OTHER_COUNTY, person_id=child, post_id=elsewhere.id)  # fmt: skip
    still = orphan(key="b")
    open_lead(make_person(division=VILLAGE).id, division=OTHER_COUNTY)  # in the caseload by a lead that lies elsewhere
    with walled(supervisor):
        found = children_without_next(supervisor)
        (load,) = [one for one in workload_of(supervisor) if one.post.division == VILLAGE]
    assert (found.total, still in [card.id for card in found.children]) == (2, True)
    assert load.children == 3


def test_a_child_of_another_place_with_a_place_here_stands_once_in_the_list_of_either(supervisor):
    child = orphan(division="990102001001")
    for place in (VILLAGE, "990101001002"):
        PersonPlace.objects.create(person_id=child, division=place, why="family")
    for actor in (supervisor, make_actor("county_drafter", division=OTHER_COUNTY)):
        found = children_without_next(actor)
        assert (found.total, [card.id for card in found.children]) == (1, [child])
    assert children_without_next(make_actor("supervisor", division="990101002000")).total == 0


def test_what_a_department_was_asked_is_no_next_action_of_ours(director, supervisor):
    child = orphan()
    plan_all_visits()
    Task.objects.filter(kind="visit_child").update(post=None, queue_role="", department="justice")
    assert [card.id for card in children_without_next(supervisor).children] == [child]


def test_a_child_outside_the_caseload_needs_no_next_action(supervisor):
    determine(make_person(division=VILLAGE).id)
    assert children_without_next(supervisor).total == 0
    assert children_without_next(make_actor("county_drafter", division=COUNTY)).total == 0
