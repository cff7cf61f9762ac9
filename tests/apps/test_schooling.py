"""School cases: found by themselves, closed by two words, never lost; places at school; home-delivered schooling measured."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ciyou.apps.accounts.one_time_links import LinkUnusable
from ciyou.apps.cases.models import Task
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.named_access import end_named_access
from ciyou.apps.schooling import following
from ciyou.apps.schooling.contacts import taught_on
from ciyou.apps.schooling.counting import count_home
from ciyou.apps.schooling.home import (
    HeldSession,
    NewPlacement,
    TermPlan,
    plan_term,
    record_placement,
    record_session,
    strike_session,
)
from ciyou.apps.schooling.links import answer_school_link, make_school_link, open_school_link
from ciyou.apps.schooling.lists import list_cases, read_case
from ciyou.apps.schooling.models import PlaceRequest, SchoolCase, SchoolLink, SpecialPlacement
from ciyou.apps.schooling.places import NewRequest, answer_request, ask_for_place, settle_request
from ciyou.apps.schooling.reading import list_home, list_requests, read_placement, standard_of
from ciyou.apps.schooling.refusals import SchoolingNotFound
from ciyou.apps.schooling.working import (
    end_by_document,
    name_school,
    record_school_visit,
    say_whether_back,
    settle_contradiction,
)
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import AccessDenied, RecordError
from ciyou.packs import load_schooling
from tests.office import OTHER_COUNTY, OTHER_VILLAGE, VILLAGE, file_child, make_actor, make_person
from tests.schooling_builders import (
    SCHOOL,
    case_of,
    found,
    missed_by_rosters,
    name_worker,
    open_work,
    placed,
    pupil,
    said,
    school_office,
    visited,
    years_ago,
)

pytestmark = pytest.mark.django_db
ORIGIN = "10.0.0.9"
VILLAGE_ASKED = ("confirm_school_village", "child_director", "")
SCHOOL_ASKED = ("confirm_school_side", "partner", "education")


WORDS = "记错了孩子"


def days(number: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=number)


def test_whom_the_rosters_miss_becomes_one_case_with_an_owner_and_a_clock_and_nobody_else():
    who = school_office()
    child, small, old, dead, unborn = pupil(), pupil(6), pupil(16), pupil(status="dead"), make_person(birth_date=None)
    protected = pupil(restricted=True)
    run_id = missed_by_rosters(child, small, old, dead, unborn, protected)
    following.on_run_loaded(run_id=run_id)  # news is delivered at least once
    row = SchoolCase.objects.get()
    assert (row.child_id, row.state, row.post_id) == (child.id, "found", uuid.UUID(who.director.post_id))
    assert open_work(row) == {("visit_out_of_school", "child_director", "")}
    assert row.due_on is not None and row.due_on > timezone.localdate()


@pytest.mark.parametrize(
    ("status", "opens"), [("dropped_out", True), ("none", True), ("enrolled", False), ("suspended", False)]
)
def test_a_child_of_whom_somebody_said_that_it_left_school_becomes_a_case_by_the_news_of_its_determination(
    status, opens
):
    school_office()
    child = file_child(born=years_ago(10), child={"school_status": status})
    presumed = file_child(born=years_ago(10), child={"school_status": ("none", "presumed", "x")})
    following.on_determination_made(child_ids=[str(child), str(presumed)])
    assert set(SchoolCase.objects.values_list("child_id", "cause")) == ({(child, "facts")} if opens else set())


@pytest.mark.parametrize("order", [("director", "education"), ("education", "director")])
def test_a_child_is_back_only_when_village_and_school_have_both_said_so(order):
    who = school_office()
    row = placed(who)
    assert open_work(row) == {VILLAGE_ASKED, SCHOOL_ASKED}
    first, second = (getattr(who, name) for name in order)
    row = said(first, row)
    assert row.state == "placed" and len(open_work(row)) == 1
    row = said(second, row)
    assert (row.state, row.end_reason, row.closed_at is not None, open_work(row)) == ("closed", "back", True, set())
    with pytest.raises(IntegrityError), transaction.atomic():
        SchoolCase.objects.filter(id=row.id).update(school_said="")


def test_what_contradicts_goes_to_the_county_which_cannot_call_the_child_back_by_itself():
    who = school_office()
    row = said(who.education, said(who.director, placed(who)), "not_back")
    assert row.state == "contradicted" and open_work(row) == {("settle_school_case", "county_reviewer", "")}
    with pytest.raises(AccessDenied):
        settle_contradiction(who.director, case_id=row.id, version=row.version, step="ask_again", words="再问")
    with pytest.raises(RecordError):
        end_by_document(who.reviewer, case_id=row.id, version=row.version, ending="back", document="县里说的")
    settle_contradiction(who.reviewer, case_id=row.id, version=row.version, step="ask_again", words="周一双方再看。")
    row = case_of(row.child)
    assert (row.state, row.village_said, row.school_said) == ("placed", "", "")
    assert open_work(row) == {VILLAGE_ASKED, SCHOOL_ASKED}
    row = said(who.director, said(who.education, row, "not_back"), "not_back")
    assert (row.state, open_work(row)) == ("visited", {("place_in_school", "partner", "education")})


def test_nobody_speaks_for_both_sides_and_who_comes_late_is_told():
    who = school_office()
    row = said(who.director, placed(who))
    row = said(who.director, row)  # the village again: no second side
    assert (row.state, row.school_said) == ("placed", "")
    health = make_actor("partner", department="health")
    with pytest.raises(SchoolingNotFound):
        name_school(health, case_id=row.id, version=row.version, school=SCHOOL)
    with pytest.raises(AccessDenied):
        say_whether_back(health, case_id=row.id, version=row.version, said="back")
    with pytest.raises(RecordError):
        say_whether_back(who.education, case_id=row.id, version=row.version - 1, said="back")
    with pytest.raises(SchoolingNotFound):  # nobody has told the department of it yet
        name_school(who.education, case_id=found().id, version=1, school=SCHOOL)
    with pytest.raises(RecordError):
        name_school(who.director, case_id=found().id, version=1, school=SCHOOL)


def test_a_school_without_an_account_answers_once_by_a_link_that_shows_no_reason_and_ends_with_the_step():
    who = school_office(education=False)
    row = placed(who)
    assert ("confirm_school_side", "child_director", "") in open_work(row)
    first = make_school_link(who.director, case_id=row.id, version=row.version)
    link = make_school_link(who.director, case_id=row.id, version=row.version)
    shown = open_school_link(token=link.token, origin=ORIGIN)
    assert (shown.told.name, shown.told.school, shown.told.reason, shown.told.plan) == (row.child.name, SCHOOL, "", "")
    for token in (first.token, "forged", link.token[:-1]):
        with pytest.raises(LinkUnusable):
            open_school_link(token=token, origin=ORIGIN)
    with pytest.raises(RecordError):
        answer_school_link(token=link.token, said="perhaps", words="", origin=ORIGIN)
    answer_school_link(token=link.token, said="back", words="三年级二班", origin=ORIGIN)
    with pytest.raises(LinkUnusable):
        answer_school_link(token=link.token, said="not_back", words="", origin=ORIGIN)
    row = said(who.director, case_of(row.child))
    assert (row.state, row.end_reason) == ("closed", "back")
    assert [one.words for one in read_case(who.director, case_id=row.id).steps if one.step == "school_back"] == [
        "三年级二班"
    ]
    assert link.token not in SchoolLink.objects.values_list("token_hash", flat=True)


def test_a_link_opens_nothing_once_it_ran_out_or_another_school_was_named():
    who = school_office(education=False)
    row = placed(who)
    link = make_school_link(who.director, case_id=row.id, version=row.version)
    name_school(who.director, case_id=row.id, version=row.version, school="东山小学")
    with pytest.raises(LinkUnusable):
        open_school_link(token=link.token, origin=ORIGIN)
    later = make_school_link(who.director, case_id=row.id, version=row.version + 1)
    SchoolLink.objects.update(expires_at=timezone.now())
    with pytest.raises(LinkUnusable):
        open_school_link(token=later.token, origin=ORIGIN)


@pytest.mark.parametrize(
    ("known", "reopens"),
    [(-1, False), (0, False), (1, True)],
    ids=["older roster", "roster of the day", "later roster"],
)
def test_a_later_roster_that_misses_the_child_again_opens_the_same_case_again(known, reopens):
    who = school_office()
    row = said(who.education, said(who.director, placed(who)))
    missed_by_rosters(row.child, known_on=days(known))
    again = case_of(row.child)
    assert (again.state, again.reopened) == (("found", 1) if reopens else ("closed", 0))
    assert open_work(again) == ({("visit_out_of_school", "child_director", "")} if reopens else set())
    assert len(read_case(who.director, case_id=row.id).steps) == (6 if reopens else 5)


@pytest.mark.parametrize("ending", ["postponed", "exempted", "moved_out"])
def test_a_case_ends_without_the_child_at_school_only_by_the_county_with_a_document(ending):
    who = school_office()
    row = visited(who)
    told = {"case_id": row.id, "version": row.version, "ending": ending, "until": days(100)}
    with pytest.raises(AccessDenied):
        end_by_document(who.supervisor, document="乙教〔2026〕7号", **told)
    with pytest.raises(RecordError):
        end_by_document(who.drafter, document=" ", **told)
    end_by_document(who.drafter, document="乙教〔2026〕7号", **told)
    row = case_of(row.child)
    assert (row.state, row.end_reason, open_work(row)) == ("closed", ending, set())
    missed_by_rosters(row.child, known_on=days(1))
    assert case_of(row.child).state == ("found" if ending == "moved_out" else "closed")
    following.watch_schooling(days(100))
    assert case_of(row.child).end_reason == ("" if ending == "moved_out" else ending)
    following.watch_schooling(days(101))
    assert case_of(row.child).state == ("closed" if ending == "exempted" else "found")


@pytest.mark.parametrize("until", [None, 0, 367])
def test_an_entry_is_put_off_until_a_day_that_the_packs_allow(until):
    who = school_office()
    row = visited(who)
    with pytest.raises(RecordError):
        end_by_document(
            who.drafter, case_id=row.id, version=row.version, ending="postponed", document="7号",
            until=None if until is None else days(until),
        )  # fmt: skip


def test_a_case_follows_its_child_and_ends_with_childhood_or_life():
    who = school_office()
    near, far, old, dead = (placed(who, found()) for _ in range(4))
    there = make_actor("child_director", division=OTHER_COUNTY[:6] + "001001")
    here = make_actor("child_director", division=OTHER_VILLAGE)
    for row, division in ((near, OTHER_VILLAGE), (far, there.scope.first)):
        Person.objects.filter(id=row.child_id).update(division=division)
        following.on_person_moved(person_id=str(row.child_id), new_division=division)
    near, far = case_of(near.child), case_of(far.child)
    assert (near.state, near.post_id) == ("placed", uuid.UUID(here.post_id))
    assert (far.state, far.post_id, far.told_school) == ("found", uuid.UUID(there.post_id), False)
    assert open_work(far) == {("visit_out_of_school", "child_director", "")}
    assert read_case(there, case_id=far.id).steps[-1].step == "handed_on"
    Person.objects.filter(id=old.child_id).update(birth_date=years_ago(16))
    assert following.watch_schooling() == 1
    following.on_child_died(child_ids=[str(dead.child_id)])
    assert (case_of(old.child).end_reason, case_of(dead.child).end_reason) == ("above_age", "died")
    assert Task.objects.filter(state="open").count() == 3


def test_a_protected_child_is_a_named_workers_and_the_education_department_is_told_no_more():
    who = school_office()
    row = placed(who)
    link = make_school_link(who.director, case_id=row.id, version=row.version)
    assert read_case(who.education, case_id=row.id).line.child_name == row.child.name
    Person.objects.filter(id=row.child_id).update(restricted=True)
    following.on_protection_changed(child_ids=[str(row.child_id)])
    for actor in (who.education, who.director, who.drafter):
        assert list_cases(actor).total == 0
        with pytest.raises(SchoolingNotFound):
            read_case(actor, case_id=row.id)
    with pytest.raises(LinkUnusable):
        open_school_link(token=link.token, origin=ORIGIN)
    assert open_work(row) == set()  # nobody is named: no queue is told that there is something
    assert following.watch_schooling() == 0
    name_worker(row.child, who.reviewer)
    assert (following.watch_schooling(), following.watch_schooling()) == (1, 0)
    asked = [("confirm_school_side", "county_reviewer", ""), ("confirm_school_village", "county_reviewer", "")]
    assert sorted(open_work(row)) == asked
    assert set(Task.objects.filter(subject_id=str(row.id), state="open").values_list("post_id", flat=True)) == {
        uuid.UUID(who.reviewer.post_id)
    }


def test_what_is_asked_and_planned_for_a_protected_child_is_a_named_workers_or_nobodys():
    who, child = school_office(), pupil()
    place = NewPlacement(uuid.uuid4(), child.id, "home_delivered", "committee", days(0), SCHOOL)
    record_placement(who.drafter, wanted=place)
    ask_for_place(who.director, wanted=NewRequest(uuid.uuid4(), child.id, "primary", "离家近"))
    row, request = SpecialPlacement.objects.get(), PlaceRequest.objects.get()
    Person.objects.filter(id=child.id).update(restricted=True)
    following.on_protection_changed(child_ids=[str(child.id)])
    assert open_work(row) == open_work(request) == set()
    name_worker(child, who.drafter)
    following.watch_schooling()
    assert open_work(row) == {("plan_home_schooling", "county_drafter", "")}
    assert open_work(request) == {("answer_school_place", "county_drafter", "")}
    Person.objects.filter(id=child.id).update(restricted=False)
    following.on_protection_changed(child_ids=[str(child.id)])
    assert open_work(row) == {("plan_home_schooling", "county_drafter", "")}


def test_when_a_named_workers_access_ends_what_is_asked_and_planned_is_of_who_is_named_now():
    who, child = school_office(), pupil(restricted=True)
    for actor in (who.drafter, who.reviewer):
        name_worker(child, actor)
    record_placement(
        who.drafter,
        wanted=NewPlacement(uuid.uuid4(), child.id, "home_delivered", "committee", days(0), SCHOOL),
    )
    ask_for_place(who.drafter, wanted=NewRequest(uuid.uuid4(), child.id, "primary", "离家近"))
    row, request = SpecialPlacement.objects.get(), PlaceRequest.objects.get()

    def owners():
        running = Task.objects.filter(subject_id__in=[str(row.id), str(request.id)], state="open").order_by("kind")
        return [(one.kind, str(one.post_id)) for one in running], {one.id for one in running}

    def asked_of(actor):
        return [("answer_school_place", actor.post_id), ("plan_home_schooling", actor.post_id)]

    (held, tasks) = owners()
    assert held == asked_of(who.drafter)
    assert (following.watch_schooling(), owners()[1]) == (1, tasks), (
        "who stays named keeps it; the plan is still missing"
    )
    end_named_access(LOCAL_OPERATOR, person_id=child.id, user_id=who.drafter.id, why="case_worker")
    following.watch_schooling()
    assert owners()[0] == asked_of(who.reviewer)
    end_named_access(LOCAL_OPERATOR, person_id=child.id, user_id=who.reviewer.id, why="case_worker")
    following.watch_schooling()
    assert owners()[0] == [], "nobody is told that there is something"
    name_worker(child, who.drafter)
    following.watch_schooling()
    assert owners()[0] == asked_of(who.drafter)


def test_of_two_placements_that_run_for_one_child_the_later_stays_when_its_files_become_one():
    who, kept, other = school_office(), pupil(), pupil()
    for child, day in ((kept, -9), (other, -3)):
        wanted = NewPlacement(uuid.uuid4(), child.id, "home_delivered", "committee", days(day), SCHOOL)
        record_placement(who.drafter, wanted=wanted)
    SpecialPlacement.objects.update(child=kept)
    following.on_people_merged(kept=str(kept.id))
    first, last = SpecialPlacement.objects.order_by("decided_on")
    assert (first.ended_on is None, last.ended_on, open_work(first)) == (False, None, set())
    assert open_work(last) == {("plan_home_schooling", "partner", "education")}
    following.on_people_unmerged(kept=str(kept.id), restored=str(other.id))
    assert open_work(last) == {("plan_home_schooling", "partner", "education")}


def test_of_two_files_of_one_child_the_furthest_case_stays():
    who = school_office()
    kept, dropped = pupil(), pupil()
    row, other = placed(who, found(dropped)), found(kept)
    SchoolCase.objects.filter(id=row.id).update(child=kept)
    following.on_people_merged(kept=str(kept.id))
    assert dict(SchoolCase.objects.values_list("id", "end_reason")) == {row.id: "", other.id: "merged"}


def test_a_list_shows_ones_own_area_late_first_and_the_department_only_what_it_was_told():
    who = school_office()
    first, late = found(), visited(who)
    SchoolCase.objects.filter(id=late.id).update(due_on=days(-1))
    assert [one.id for one in list_cases(who.supervisor).lines] == [late.id, first.id]
    assert [one.id for one in list_cases(who.director, show="late").lines] == [late.id]
    assert [one.id for one in list_cases(who.director, state="found").lines] == [first.id]
    told = list_cases(who.education)
    assert [(one.id, one.child_id, one.child_name) for one in told.lines] == [(late.id, None, late.child.name)]
    for actor in (make_actor("child_director", division=OTHER_VILLAGE), make_actor("partner", department="health")):
        assert list_cases(actor).total == 0
    with pytest.raises(AccessDenied):
        list_cases(make_actor("city_viewer"))
    with pytest.raises(RecordError):
        record_school_visit(who.director, case_id=first.id, version=1, found=type("V", (), {"reason": "none"}))


def test_a_place_is_asked_for_once_offered_or_refused_with_a_reason_and_taken_or_not():
    who, child = school_office(), pupil()
    wanted = NewRequest(uuid.uuid4(), child.id, "primary", "离家近的公办小学")
    for _twice in range(2):
        ask_for_place(who.director, wanted=wanted)
    row = PlaceRequest.objects.get()
    assert open_work(row) == {("answer_school_place", "partner", "education")}
    with pytest.raises(RecordError):
        answer_request(who.education, request_id=row.id, version=1)
    with pytest.raises(AccessDenied):
        answer_request(who.director, request_id=row.id, version=1, offered=SCHOOL)
    answer_request(who.education, request_id=row.id, version=1, offered=SCHOOL)
    assert open_work(row) == {("take_school_place", "child_director", "")}
    settle_request(who.director, request_id=row.id, version=2, taken=True)
    assert (PlaceRequest.objects.get().state, open_work(row)) == ("taken", set())
    other = ask_for_place(who.director, wanted=NewRequest(uuid.uuid4(), child.id, "primary", "再试一次"))
    answer_request(who.drafter, request_id=other, version=1, reason="full")
    assert list_requests(who.director) == ()
    told = {(one.state, one.reason) for one in list_requests(who.director, everything=True)}
    assert told == {("taken", ""), ("refused", "full")}


def test_home_delivered_schooling_is_planned_logged_and_measured_and_what_is_late_becomes_work():
    who, child = school_office(), pupil()
    with pytest.raises(AccessDenied):
        record_placement(
            who.director, wanted=NewPlacement(uuid.uuid4(), child.id, "home_delivered", "committee", days(-40), SCHOOL)
        )
    placement = record_placement(
        who.drafter, wanted=NewPlacement(uuid.uuid4(), child.id, "home_delivered", "committee", days(-40), SCHOOL)
    )
    row = SpecialPlacement.objects.get()
    assert open_work(row) == {("plan_home_schooling", "partner", "education")}
    plan = plan_term(who.education, placement_id=placement, term=TermPlan(days(-30), days(39), 20, 60))
    assert open_work(row) == set()
    with pytest.raises(RecordError):
        plan_term(who.drafter, placement_id=placement, term=TermPlan(days(39), days(80), 5, 5))
    held = HeldSession(uuid.uuid4(), days(-20), 120, 3, "数的认识", "陈老师")
    for _twice in range(2):
        record_session(who.education, plan_id=plan, held=held)
    assert following.watch_schooling() == 1 and open_work(row) == {("hold_home_session", "partner", "education")}
    for wrong in (days(-31), days(1), None):
        with pytest.raises(RecordError):
            record_session(who.education, plan_id=plan, held=HeldSession(uuid.uuid4(), wrong, 60, 1, "识字", "陈老师"))
    record_session(who.drafter, plan_id=plan, held=HeldSession(uuid.uuid4(), days(0), 60, 2, "识字", "陈老师"))
    with pytest.raises(RecordError) as twice:  # the form was sent once more from an earlier page
        record_session(who.education, plan_id=plan, held=HeldSession(uuid.uuid4(), days(0), 60, 2, "识字", " 陈老师"))
    assert open_work(row) == set() and following.watch_schooling() == 0
    view, log = read_placement(who.education, placement_id=placement)
    term = view.plans[0]
    assert [(one.held_on, one.taught) for one in log] == [(days(0), "识字"), (days(-20), "数的认识")]
    assert (term.visits, term.visits_done, term.periods, term.periods_done, term.behind) == (20, 2, 60, 5, False)
    assert [one.code for one in twice.value.problems] == ["schooling.held_already"]
    assert term.by_now == 26  # 31 of 70 days, of 60 periods
    assert term.standard.periods is None and term.standard.ask[0].startswith("请当地教育部门")
    assert [one.child_name for one in list_home(who.education)] == [child.name]
    assert list_home(who.supervisor) == ()  # it tells of a disability (class 4)

    for somebody, session, why in ((who.drafter, log[1].id, WORDS), (who.education, log[0].id, "")):
        with pytest.raises(RecordError):  # another's; without a reason
            strike_session(somebody, session_id=session, reason=why)
    strike_session(who.drafter, session_id=log[0].id, reason="孩子那天住院，记错了")
    with pytest.raises(RecordError):
        strike_session(who.education, session_id=log[0].id, reason=WORDS)
    assert open_work(row) == {("hold_home_session", "partner", "education")}  # at once as late as it was without it
    (view,), (struck, stays) = list_home(who.education), read_placement(who.drafter, placement_id=placement)[1]
    assert (view.plans[0].visits_done, view.plans[0].periods_done, view.plans[0].last_held) == (1, 3, days(-20))
    assert (struck.taught, struck.struck_on, struck.why_struck) == ("识字", days(0), "孩子那天住院，记错了")
    assert (struck.may_strike, stays.may_strike, stays.struck_on) == (False, False, None)
    assert taught_on([child.id], since=days(-60)) == {child.id: days(-20)}
    assert count_home(who.drafter.scope, today=days(0))["done"].total() == 3
    record_session(who.education, plan_id=plan, held=HeldSession(uuid.uuid4(), days(0), 45, 1, "识字", "陈老师"))
    following.on_child_died(child_ids=[str(child.id)])
    assert list_home(who.education) == ()


@pytest.mark.parametrize(
    ("division", "periods", "visits"),
    [("370100000000", 54, 20), ("340321000000", 7, 7), ("990101000000", None, None)],
    ids=["Shandong: 216 a year", "Huaiyuan: 30 visits a year of one period", "a place that has said nothing"],
)
def test_a_term_is_measured_by_its_share_of_the_places_year(division, periods, visits):
    first = dt.date(2026, 9, 1)
    measured = standard_of(division, first, first + dt.timedelta(days=69))  # ten of forty weeks
    assert (measured.periods, measured.visits) == (periods, visits)


def test_files_are_only_those_of_children():
    who, adult = school_office(), make_person(kind="adult")
    with pytest.raises(SchoolingNotFound):
        ask_for_place(who.director, wanted=NewRequest(uuid.uuid4(), adult.id, "primary", "离家近"))


def test_what_is_asked_and_placed_stands_where_a_migrant_child_lives():
    who = school_office()
    child = pupil(division=OTHER_COUNTY, residence_division=VILLAGE, places=(VILLAGE,))
    placement = NewPlacement(uuid.uuid4(), child.id, "home_delivered", "committee", days(0), SCHOOL)
    record_placement(who.drafter, wanted=placement)
    ask_for_place(who.director, wanted=NewRequest(uuid.uuid4(), child.id, "primary", "离家近"))
    assert [one.person_id for one in list_home(who.education)] == [child.id]
    following.on_person_moved(person_id=str(child.id), new_division=OTHER_COUNTY)
    row, request = SpecialPlacement.objects.get(), PlaceRequest.objects.get()
    assert (row.division, request.division, request.state) == (VILLAGE, VILLAGE, "asked")
    Person.objects.filter(id=child.id).update(residence_division="")
    following.on_person_moved(person_id=str(child.id), new_division=OTHER_COUNTY)
    row, request = SpecialPlacement.objects.get(), PlaceRequest.objects.get()
    assert (row.division, row.told_school, request.state, request.reason) == (OTHER_COUNTY, False, "not_taken", "moved")
    assert open_work(row) == {("plan_home_schooling", "county_drafter", "")} and open_work(request) == set()


def test_no_link_is_made_of_a_protected_child_and_two_named_workers_give_the_two_words():
    who = school_office()
    row = placed(who)
    Person.objects.filter(id=row.child_id).update(restricted=True)
    following.on_protection_changed(child_ids=[str(row.child_id)])
    for actor in (who.director, who.drafter, who.reviewer):
        name_worker(row.child, actor)
    following.watch_schooling()
    row = case_of(row.child)
    with pytest.raises(RecordError) as told:
        make_school_link(who.director, case_id=row.id, version=row.version)
    assert "问过学校" in told.value.problems[0].zh
    assert not read_case(who.director, case_id=row.id).needs_link
    assert "school_says" not in read_case(who.director, case_id=row.id).steps_now
    assert {"village_says", "school_says"} <= read_case(who.drafter, case_id=row.id).steps_now
    school = {"case_id": row.id, "said": "back", "words": "问了班主任，今天在校。", "for_school": True}
    with pytest.raises(AccessDenied):
        say_whether_back(who.director, version=row.version, **school)
    with pytest.raises(RecordError):
        say_whether_back(who.drafter, version=row.version, **(school | {"words": ""}))
    row = said(who.drafter, row)
    with pytest.raises(RecordError):  # one who speaks for one side never speaks for the other
        say_whether_back(who.drafter, version=row.version, **school)
    say_whether_back(who.reviewer, version=row.version, **school)
    assert (case_of(row.child).state, case_of(row.child).end_reason) == ("closed", "back")
    other = placed(who)
    with pytest.raises(RecordError):
        say_whether_back(who.drafter, version=other.version, **(school | {"case_id": other.id}))


def test_an_entry_put_off_begins_again_in_the_school_year_of_today_and_not_where_a_later_case_has_ended():
    who = school_office()
    again, back = placed(who), placed(who)
    ended = {"state": "closed", "end_reason": "postponed", "postponed_until": days(-1), "closed_at": timezone.now()}
    year = again.school_year
    SchoolCase.objects.update(**ended, school_year=year - 1)
    later = {"child": back.child, "division": back.division, "since_on": days(0), "opened_at": timezone.now()}
    SchoolCase.objects.create(
        id=uuid.uuid4(), **later, school_year=year, cause="roster", state="closed", end_reason="back",
        village_said="back", school_said="back", closed_at=timezone.now(),
    )  # fmt: skip
    assert following.watch_schooling() == 1
    assert (case_of(again.child).state, case_of(again.child).school_year) == ("found", year)
    assert SchoolCase.objects.get(id=back.id).state == "closed"
    SchoolCase.objects.filter(id=again.id).update(
        state="closed", end_reason="moved_out", closed_at=timezone.now() - dt.timedelta(days=9)
    )
    missed_by_rosters(again.child)
    assert (case_of(again.child).id, case_of(again.child).state) == (again.id, "found")


@pytest.mark.parametrize(
    ("day", "year"),
    [("2026-02-28", 2025), ("2026-03-01", 2026), ("2026-08-31", 2026), ("2026-09-01", 2026), ("2027-01-10", 2026)],
)
def test_from_the_month_of_the_packs_a_place_is_asked_for_in_the_coming_school_year(day, year):
    assert load_schooling(division=VILLAGE).compulsory.enrolment_year(dt.date.fromisoformat(day)) == year
