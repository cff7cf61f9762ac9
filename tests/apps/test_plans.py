"""The case of a child: planned against every weakness, agreed to and closed by another person, and following its child."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.audit.models import OutboxEvent
from ciyou.apps.cases import worklist
from ciyou.apps.cases.child_work import tasks_on_child
from ciyou.apps.cases.models import Task
from ciyou.apps.cases.risk_work import settle_tier
from ciyou.apps.cases.tasks import end_task, open_task
from ciyou.apps.cases.visits import record_no_change
from ciyou.apps.partners.models import Referral
from ciyou.apps.plans.casework import (
    agree_to_plan,
    ask_to_close,
    close_case,
    hand_in_plan,
    keep_case_open,
    open_case,
    reopen_case,
    review_plan_unchanged,
    send_plan_back,
)
from ciyou.apps.plans.conferences import (
    NewDecision,
    add_decision,
    call_conference,
    conferences_of,
    hold_conference,
    settle_decision,
)
from ciyou.apps.plans.following import (
    look_at_cases,
    on_child_died,
    on_people_merged,
    on_people_unmerged,
    on_person_moved,
    on_protection_changed,
    on_tier_confirmed,
)
from ciyou.apps.plans.goals import NewGoal, end_goal, set_goal
from ciyou.apps.plans.lists import read_case, unmet_needs
from ciyou.apps.plans.models import CaseConference, ChildCase, PackageLine, PlanGoal
from ciyou.apps.plans.package import say_need
from ciyou.apps.plans.refusals import CaseNotFound
from ciyou.apps.registry.models import IdentityDecision, NamedAccess, Person
from ciyou.apps.registry.selectors import PersonNotFound
from ciyou.apps.registry.services import merge_people, unmerge_people
from ciyou.config.wiring import HANDLERS
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import AccessDenied, RecordError
from tests.award_builders import DE_FACTO, awarded, entitled_child, received
from tests.office import COUNTY, OTHER_COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, file_child, make_actor, make_post
from tests.referral_builders import Sending, provider_of, sent
from tests.risk_builders import assess, give_tier

pytestmark = pytest.mark.django_db
WORDS = "孩子和家里都看过了"


def days_on(count: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=count)


@pytest.fixture
def office():
    """A director and a supervisor, and a reviewer of the county."""
    return {
        "director": make_actor("child_director"),
        "supervisor": make_actor("supervisor", division=TOWNSHIP),
        "reviewer": make_actor("county_reviewer", division=COUNTY),
    }


def row_of(child) -> ChildCase:
    return ChildCase.objects.filter(person_id=child).latest("opened_at")


def at(child) -> dict:
    row = row_of(child)
    return {"case_id": row.id, "version": row.version}


def refusal(step, *arguments, **named) -> str:
    with pytest.raises(RecordError) as told:
        step(*arguments, **named)
    return told.value.problems[0].code


def goal(office, child, domain: str, *, due_on=None, post=None) -> uuid.UUID:
    owner = post or uuid.UUID(office["director"].post_id)
    wanted = NewGoal(uuid.uuid4(), domain, "让他回到学校", owner, due_on or days_on(60))
    return set_goal(office["director"], **at(child), wanted=wanted)


def answer_all(office, child) -> None:
    """A goal in every domain that is weak."""
    for one in read_case(office["director"], child_id=child).missing:
        goal(office, child, one.code)


def weak_child(office) -> uuid.UUID:
    """A child with a confirmed tier; its assessment says that it is out of school and that nobody knows how it lives."""
    child = file_child()
    row = assess(office["director"], child, schooling="out", livelihood="unknown")
    settle_tier(office["supervisor"], assessment_id=row.id, version=row.version, tier="medium_low", reason=WORDS)
    open_case(office["director"], child_id=child)
    return child


def in_action(office) -> uuid.UUID:
    child = weak_child(office)
    answer_all(office, child)
    hand_in_plan(office["director"], **at(child))
    agree_to_plan(office["supervisor"], **at(child))
    return child


def kinds_open(child) -> set[str]:
    return set(Task.objects.filter(person_id=child, state="open").values_list("kind", flat=True))


def test_a_plan_is_complete_only_when_every_weak_domain_has_an_owned_goal(office):
    child = weak_child(office)
    row = row_of(child)
    assert (row.stage, [one.step for one in row.steps.order_by("at")]) == ("planning", ["open", "take_in", "assess"])
    view = read_case(office["director"], child_id=child)
    grounds = {(one.domain.code, ground.kind, ground.code) for one in view.domains for ground in one.grounds}
    assert {("schooling", "answer", "schooling"), ("living", "not_known", "livelihood")} <= grounds
    assert {"schooling", "living"} <= {one.code for one in view.missing}
    assert refusal(hand_in_plan, office["director"], **at(child)) == "plan.incomplete"
    assert refusal(goal, office, child, "schooling", due_on=days_on(-1)) == "plan.due_on"
    assert (
        refusal(goal, office, child, "schooling", post=make_post("county_drafter", division=OTHER_COUNTY).id)
        == "plan.owner"
    )
    assert refusal(goal, office, child, "no_such") == "plan.domain"
    answer_all(office, child)
    assert read_case(office["director"], child_id=child).missing == ()
    hand_in_plan(office["director"], **at(child))
    assert "agree_plan" in kinds_open(child)
    assert refusal(goal, office, child, "schooling") == "plan.moved_on"
    with pytest.raises(AccessDenied):
        agree_to_plan(office["director"], **at(child))
    assert refusal(send_plan_back, office["supervisor"], **at(child), words="") == "plan.words"
    send_plan_back(office["supervisor"], **at(child), words=WORDS)
    hand_in_plan(office["supervisor"], **at(child))
    assert refusal(agree_to_plan, office["supervisor"], **at(child)) == "plan.own"
    agree_to_plan(office["reviewer"], **at(child))
    assert {"review_plan", "reach_goal"} <= kinds_open(child)
    assert not {"draft_plan", "agree_plan"} & kinds_open(child)


def line_of(child, code: str) -> tuple[str, str]:
    look_at_cases()
    return PackageLine.objects.values_list("state", "source").get(case=row_of(child), code=code)


def test_the_package_follows_determinations_applications_and_awards_and_is_counted(office):
    child = entitled_child(division=VILLAGE)
    director, reviewer = office["director"], office["reviewer"]
    open_case(director, child_id=child)
    assert row_of(child).stage == "assessment"  # a category stands, and nobody has confirmed a tier
    assert line_of(child, DE_FACTO) == ("due", "determination")
    said = {"kind": "entitlement", "code": DE_FACTO}
    assert refusal(say_need, director, **at(child), **said, state="in_place") == "plan.derived"
    assert refusal(say_need, director, **at(child), **said, state="not_needed") == "plan.need_reason"
    say_need(director, **at(child), **said, state="not_needed", why="家里不愿意申请")
    assert line_of(child, DE_FACTO) == ("not_needed", "entered")
    assert not [one for one in unmet_needs(reviewer) if one.code == DE_FACTO]
    received(child)  # whoever applies has said otherwise
    assert line_of(child, DE_FACTO) == ("applied", "application")
    say_need(director, **at(child), kind="rights", code="hukou", state="due")
    assert refusal(say_need, director, **at(child), kind="rights", code="no_such", state="due") == "plan.need"
    # Of class 4: a village neither enters it nor reads it.
    assert refusal(say_need, director, **at(child), kind="psych", code="counseling", state="due") == "plan.need"
    say_need(reviewer, **at(child), kind="psych", code="counseling", state="due")
    counted = {(one.division, one.domain, one.code, one.state): one.children for one in unmet_needs(reviewer)}
    assert counted[VILLAGE, "living", DE_FACTO, "applied"] == 1
    assert counted[VILLAGE, "psyche", "counseling", "due"] == 1
    assert "counseling" not in {one.code for one in unmet_needs(office["supervisor"])}
    assert unmet_needs(make_actor("county_reviewer", division=OTHER_COUNTY)) == ()
    with pytest.raises(AccessDenied):
        unmet_needs(director)
    Person.objects.filter(id=child).update(restricted=True)
    assert unmet_needs(reviewer) == ()


def test_an_award_and_a_referral_fill_the_package_by_themselves(office):
    award = awarded(entitled_child())
    open_case(office["director"], child_id=award.person_id)
    assert line_of(award.person_id, DE_FACTO) == ("in_place", "award")
    who = Sending(office["director"], office["supervisor"], make_actor(), Person.objects.get(id=award.person_id), None)
    who = Sending(*(who.director, who.supervisor, who.drafter, who.child), provider_of(who.drafter))
    row = sent(who)
    assert line_of(award.person_id, "medical_check") == ("applied", "referral")
    Referral.objects.filter(id=row.id).update(state="not_arrived")
    assert line_of(award.person_id, "medical_check") == ("due", "referral")


def test_one_tap_reviews_and_what_is_open_or_unseen_stops_closing(office):
    child = in_action(office)
    director, supervisor = office["director"], office["supervisor"]
    review = Task.objects.get(kind="review_plan", state="open")
    assert (review.due_on, row_of(child).review_row) == (days_on(90), "medium_low_risk")
    ChildCase.objects.update(looked_on=days_on(-95), review_on=days_on(-5))
    look_at_cases()
    assert (row_of(child).stage, read_case(director, child_id=child).late) == ("review", True)
    closing = {"reason": "stable", "words": WORDS}
    assert refusal(ask_to_close, director, **at(child), **closing) == "plan.open_matters"
    for one in PlanGoal.objects.all():
        assert refusal(end_goal, director, **at(child), goal_id=one.id, state="dropped", words="") == "plan.words"
        end_goal(director, **at(child), goal_id=one.id, state="reached", words="")
    assert "reach_goal" not in kinds_open(child)
    open_task(LOCAL_OPERATOR, kind="settle_identity", subject_id="x", division=VILLAGE, person_id=child)
    assert refusal(ask_to_close, director, **at(child), **closing) == "plan.open_matters"
    end_task(LOCAL_OPERATOR, kind="settle_identity", subject_id="x")
    assert refusal(ask_to_close, director, **at(child), **closing) == "plan.last_look"
    review_plan_unchanged(director, **at(child))
    assert (row_of(child).stage, row_of(child).review_on) == ("action", days_on(90))
    ChildCase.objects.update(looked_on=days_on(-95))
    record_no_change(director, visit_id=uuid.uuid4(), child_id=child)  # a visit is a last look as well
    assert refusal(ask_to_close, director, **at(child), reason="no_such", words=WORDS) == "plan.reason"
    before = at(child)
    ask_to_close(director, **at(child), **closing)
    assert refusal(ask_to_close, director, **before, **closing) == "plan.moved_on"
    with pytest.raises(AccessDenied):
        close_case(director, **at(child))
    keep_case_open(supervisor, **at(child), words="再看一看上学的事")
    assert row_of(child).stage == "planning"
    answer_all(office, child)
    ask_goals = PlanGoal.objects.filter(state="open")
    for one in ask_goals:
        end_goal(director, **at(child), goal_id=one.id, state="reached", words="")
    ask_to_close(supervisor, **at(child), **closing)
    assert refusal(close_case, supervisor, **at(child)) == "plan.own"
    close_case(office["reviewer"], **at(child))
    assert not kinds_open(child) & {"review_plan", "confirm_closing", "draft_plan", "reach_goal"}
    assert refusal(open_case, director, child_id=child) == "plan.closed"
    reopen_case(director, **at(child), words="又不上学了")
    view = read_case(director, child_id=child)
    assert view.stage == "planning"
    assert view.missing  # what was reached before the case was closed answers nothing now
    assert refusal(hand_in_plan, director, **at(child)) == "plan.incomplete"
    assert {"close", "reopen", "keep_open", "agree"} <= {one.step for one in view.story}
    assert ChildCase.objects.count() == 1


def test_a_new_tier_moves_the_review_at_once_and_the_case_follows_its_child(office):
    child = in_action(office)
    give_tier(office["supervisor"], child, "high")
    news = OutboxEvent.objects.filter(name="assessments.tier_confirmed").latest("id")
    for handler in HANDLERS[news.name]:
        handler(**news.payload)
    task = Task.objects.get(kind="review_plan", state="open")
    assert (task.due_on, row_of(child).review_row) == (days_on(30), "high_risk")
    on_tier_confirmed([str(child)])
    assert row_of(child).steps.filter(step="tier").count() == 1

    other = make_actor("child_director", division=OTHER_VILLAGE)
    Person.objects.filter(id=child).update(division=OTHER_VILLAGE)
    on_person_moved(str(child), OTHER_VILLAGE)
    owners = set(
        Task.objects.filter(kind__in=("review_plan", "reach_goal"), state="open").values_list("post_id", flat=True)
    )
    assert {str(one) for one in owners} == {other.post_id}
    assert {str(one.post_id) for one in PlanGoal.objects.all()} == {other.post_id}

    Person.objects.filter(id=child).update(restricted=True)
    on_protection_changed([str(child)])
    assert not kinds_open(child) & {"review_plan", "reach_goal"}
    with pytest.raises(PersonNotFound):
        read_case(other, child_id=child)
    named = {"granted_by": "local", "granted_at": timezone.now(), "reason": "case_worker"}
    NamedAccess.objects.create(person_id=child, user_id=office["reviewer"].id, **named)
    on_protection_changed([str(child)])
    assert str(Task.objects.get(kind="review_plan", state="open").post_id) == office["reviewer"].post_id
    assert "reach_goal" in kinds_open(child)

    on_child_died([str(child)])
    assert (row_of(child).stage, row_of(child).reason) == ("closed", "died")
    assert not kinds_open(child) & {"review_plan", "reach_goal"}


def test_of_two_files_of_one_child_one_case_goes_on_and_an_undoing_gives_both_back(office):
    kept, dropped = in_action(office), in_action(office)
    goals = PlanGoal.objects.count()
    drafter = make_actor("county_drafter")
    merge_people(drafter, keep=kept, drop=dropped)
    on_people_merged(kept=str(kept), dropped=str(dropped))
    cases = ChildCase.objects.filter(person_id=kept)
    assert sorted(cases.values_list("stage", "reason")) == [("action", ""), ("closed", "merged")]
    assert PlanGoal.objects.filter(case__stage="action").count() == goals
    unmerge_people(drafter, decision_id=IdentityDecision.objects.latest("at").id, reason="two_numbers")
    assert {row_of(kept).stage, row_of(dropped).stage} == {"action"}
    assert PlanGoal.objects.filter(case__person_id=dropped, state="open").count() == goals // 2


def test_a_conference_decides_who_does_what_by_when_and_its_decision_is_work(office):
    child, reviewer, director = in_action(office), office["reviewer"], office["director"]
    teacher = make_actor("partner", department="education")
    called = {"held_on": days_on(0), "agenda": "上学和户口", "departments": ["education", "police"]}
    with pytest.raises(AccessDenied):
        call_conference(director, **at(child), conference_id=uuid.uuid4(), **called)
    nobody = {**called, "departments": []}
    assert refusal(call_conference, reviewer, **at(child), conference_id=uuid.uuid4(), **nobody) == "plan.conference"
    key = call_conference(reviewer, **at(child), conference_id=uuid.uuid4(), **called)
    about = {"conference_id": key, "version": 1}
    theirs = Task.objects.filter(kind__in=("hold_conference", "attend_conference"))
    assert {(one.kind, str(one.post_id), one.department, one.person_id, one.due_on) for one in theirs} == {
        ("hold_conference", reviewer.post_id, "", child, days_on(0)),
        ("attend_conference", "None", "education", None, days_on(0)),  # nobody of the police works here
    }
    seen = {
        one: "hold_conference" in {task.kind for task in tasks_on_child(one, child_id=child)}
        for one in (reviewer, director)
    }
    assert seen == {reviewer: True, director: False}
    (line,) = worklist.today(teacher, on=days_on(0)).groups[0].items
    assert (line.kind, line.name, line.person_id) == ("attend_conference", "", None)
    theirs.filter(kind="hold_conference").delete()  # called before there was such work
    look_at_cases()
    assert theirs.get(kind="hold_conference").queue_role == "county_drafter"
    owner = uuid.UUID(director.post_id)
    wanted = NewDecision(uuid.uuid4(), "安排插班", "education", "县教育局李老师", owner, days_on(10))
    assert refusal(add_decision, reviewer, **about, wanted=wanted) == "plan.moved_on"
    assert refusal(hold_conference, reviewer, **about, came=[], minutes=WORDS) == "plan.nobody_came"
    CaseConference.objects.update(held_on=days_on(1))
    assert refusal(hold_conference, reviewer, **about, came=["education"], minutes=WORDS) == "plan.not_held_yet"
    CaseConference.objects.update(held_on=days_on(0))
    hold_conference(reviewer, **about, came=["education"], minutes=WORDS)
    assert set(theirs.values_list("state", flat=True)) == {"done"}
    about["version"] = 2
    other = dataclasses.replace(wanted, department="court")
    assert refusal(add_decision, reviewer, **about, wanted=other) == "plan.department"
    for _twice in range(2):
        add_decision(reviewer, **about, wanted=wanted)
    task = Task.objects.get(kind="carry_out_decision", state="open")
    assert (task.due_on, str(task.post_id)) == (days_on(10), director.post_id)
    (seen,) = conferences_of(reviewer, child_id=child)
    assert (seen.agenda, dict(seen.asked)) == ("上学和户口", {"police": False, "education": True})
    (narrow,) = conferences_of(director, child_id=child)  # the decision that is its own, and nothing else
    assert (narrow.agenda, narrow.minutes, narrow.asked, narrow.decisions[0].what) == ("", "", {}, "安排插班")
    assert conferences_of(office["supervisor"], child_id=child) == ()
    for one in PlanGoal.objects.all():
        end_goal(director, **at(child), goal_id=one.id, state="reached", words="")
    assert refusal(ask_to_close, director, **at(child), reason="stable", words=WORDS) == "plan.open_matters"
    with pytest.raises(CaseNotFound):
        settle_decision(office["supervisor"], decision_id=wanted.id, outcome="已入学")
    cover = make_actor("child_director")
    Task.objects.filter(id=task.id).update(post_id=cover.post_id)  # as while somebody stands in
    assert conferences_of(cover, child_id=child)[0].decisions[0].mine
    assert conferences_of(director, child_id=child) == ()
    Task.objects.filter(id=task.id).update(post_id=director.post_id)
    settle_decision(director, decision_id=wanted.id, outcome="已入学")
    assert "carry_out_decision" not in kinds_open(child)
    assert conferences_of(director, child_id=child) == ()  # what is done is no longer its to read
    call_conference(reviewer, **at(child), conference_id=uuid.uuid4(), **called)
    ask_to_close(director, **at(child), reason="stable", words=WORDS)
    assert theirs.filter(state="open").count() == 2
    close_case(office["supervisor"], **at(child))
    assert not theirs.filter(state="open").exists()


def test_a_decision_stays_with_whom_the_county_chose_and_never_falls_to_a_village(office):
    child, reviewer = in_action(office), office["reviewer"]
    drafter = make_actor("county_drafter", division=COUNTY)
    called = {"held_on": days_on(0), "agenda": "上学和户口", "departments": ["education"]}
    key = call_conference(reviewer, **at(child), conference_id=uuid.uuid4(), **called)
    hold_conference(reviewer, conference_id=key, version=1, came=["education"], minutes=WORDS)
    for chosen in (drafter, office["director"]):
        wanted = NewDecision(uuid.uuid4(), "安排插班", "education", "李老师", uuid.UUID(chosen.post_id), days_on(10))
        add_decision(reviewer, conference_id=key, version=2, wanted=wanted)
    coming = uuid.uuid4()
    make_actor("partner", department="education")
    call_conference(reviewer, **at(child), conference_id=coming, **called | {"held_on": days_on(9)})
    other = make_actor("child_director", division=OTHER_VILLAGE)
    Person.objects.filter(id=child).update(division=OTHER_VILLAGE)
    on_person_moved(str(child), OTHER_VILLAGE)
    host, guests = (Task.objects.filter(kind=f"{one}_conference", state="open") for one in ("hold", "attend"))
    assert (str(host.get().post_id), host.get().due_on, guests.count()) == (reviewer.post_id, days_on(9), 1)
    tasks = Task.objects.filter(kind="carry_out_decision", state="open")
    assert [str(one) for one in tasks.values_list("post_id", flat=True)] == [drafter.post_id] * 2
    assert conferences_of(other, child_id=child) == ()
    for hidden in (True, False):
        Person.objects.filter(id=child).update(restricted=hidden)
        on_protection_changed([str(child)])
        assert guests.count() == (not hidden), "departments are told nothing of a protected child"
    assert str(host.get().post_id) == drafter.post_id
    assert [str(one) for one in tasks.values_list("post_id", flat=True)] == [drafter.post_id] * 2
    assert conferences_of(other, child_id=child) == ()
    on_child_died([str(child)])
    assert not host.exists() and not guests.exists()


def test_a_case_and_its_goals_follow_a_merge_and_its_undoing_to_another_village(office):
    other = make_actor("child_director", division=OTHER_VILLAGE)
    drafter = make_actor("county_drafter")

    def owners(child) -> set[str]:
        tasks = Task.objects.filter(person_id=child, state="open", kind__in=("review_plan", "reach_goal"))
        return {str(one) for one in tasks.values_list("post_id", flat=True)}

    def merge(kept, dropped) -> None:
        merge_people(drafter, keep=kept, drop=dropped)
        on_people_merged(kept=str(kept), dropped=str(dropped))

    def undo(kept, dropped) -> None:
        unmerge_people(drafter, decision_id=IdentityDecision.objects.latest("at").id, reason="two_numbers")
        on_people_unmerged(kept=str(kept), restored=str(dropped))

    kept, dropped = file_child(division=OTHER_VILLAGE), in_action(office)
    merge(kept, dropped)
    assert (row_of(kept).division, owners(kept)) == (OTHER_VILLAGE, {other.post_id})
    undo(kept, dropped)
    assert (row_of(dropped).division, owners(dropped)) == (VILLAGE, {office["director"].post_id})

    there = in_action(office)
    Person.objects.filter(id=there).update(division=OTHER_VILLAGE)
    on_person_moved(str(there), OTHER_VILLAGE)
    merge(there, dropped)
    assert owners(there) == {other.post_id}
    undo(there, dropped)
    assert (owners(dropped), owners(there)) == ({office["director"].post_id}, {other.post_id})
