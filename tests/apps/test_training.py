"""Training: who was there is all but who was away, a certificate needs every day, and a place without a standard measures nobody."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from django.utils import timezone

from ciyou.apps.accounts.models import Post, User
from ciyou.apps.accounts.selectors import holders_by_place
from ciyou.apps.cases import planning
from ciyou.apps.cases.models import Task
from ciyou.apps.oversight.training_figures import read_training_figures
from ciyou.apps.training import counting, watching
from ciyou.apps.training.certificates import check_certificate, issue_certificates, print_certificate
from ciyou.apps.training.courses import (
    HeldDay,
    call_off_course,
    correct_course_day,
    record_course_day,
    remove_course_day,
)
from ciyou.apps.training.models import Attendance, Certificate, CourseSession, PublicityActivity
from ciyou.apps.training.publicity import WrittenPublicity, correct_publicity, record_publicity, remove_publicity
from ciyou.apps.training.reading import list_courses, list_untrained, read_course, read_own_training
from ciyou.apps.training.refusals import TrainingNotFound
from ciyou.apps.training.watching import TRAIN, watch_training
from ciyou.core.errors import AccessDenied, RecordError
from ciyou.packs import load_clocks, parameters_for
from tests.office import COUNTY, OTHER_COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, make_actor
from tests.training_builders import held_today, new_course, training_office, yesterday

pytestmark = pytest.mark.django_db
THIS_YEAR = timezone.localdate().year


def code_of(refusal) -> str:
    return refusal.value.problems[0].code


def names_of(people) -> set[str]:
    return {str(one.user_id) for one in people}


def test_all_are_there_except_who_is_ticked_as_away_and_a_correction_says_it_anew():
    who = training_office()
    course = new_course(who.drafter)
    session = held_today(who.drafter, course, who.second)
    assert {str(one) for one in Attendance.objects.values_list("user", flat=True)} == {who.first.id}
    held = HeldDay(timezone.localdate(), 4, frozenset({uuid.UUID(who.first.id)}))
    correct_course_day(who.drafter, session_id=session, version=1, held=held)
    assert {str(one) for one in Attendance.objects.values_list("user", flat=True)} == {who.second.id}
    with pytest.raises(RecordError) as late:
        correct_course_day(who.drafter, session_id=session, version=1, held=held)
    assert code_of(late) == "training.moved_on"


def test_the_same_day_sent_twice_is_one():
    who = training_office()
    course, session = new_course(who.drafter), uuid.uuid4()
    for _time in range(2):
        record_course_day(who.drafter, course_id=course, session_id=session, held=HeldDay(timezone.localdate(), 6))
    assert (CourseSession.objects.count(), Attendance.objects.count()) == (1, 2)


def test_a_day_to_come_or_outside_the_course_is_refused():
    who = training_office()
    course = new_course(who.drafter)
    for day in (yesterday(), timezone.localdate() + dt.timedelta(days=1)):
        with pytest.raises(RecordError) as wrong:
            record_course_day(who.drafter, course_id=course, session_id=uuid.uuid4(), held=HeldDay(day, 6))
        assert code_of(wrong) == "training.held_on"
    assert not CourseSession.objects.exists()


def test_who_took_a_post_after_a_day_was_neither_there_nor_away_and_who_left_since_was_there():
    who, today = training_office(), timezone.localdate()
    Post.objects.filter(id=who.first.post_id).update(valid_from=today)
    Post.objects.filter(id=who.second.post_id).update(valid_to=today)
    course = new_course(who.drafter, starts_on=yesterday(), ends_on=today)
    assert names_of(read_course(who.drafter, course_id=course).expected) == {who.first.id, who.second.id}
    session = uuid.uuid4()
    record_course_day(who.drafter, course_id=course, session_id=session, held=HeldDay(yesterday(), 6))
    assert [str(one.user_id) for one in Attendance.objects.all()] == [who.second.id]
    (day,) = read_course(who.drafter, course_id=course).sessions
    assert (len(day.present), day.away) == (1, ())
    correct_course_day(who.drafter, session_id=session, version=1, held=HeldDay(today, 6))
    assert [str(one.user_id) for one in Attendance.objects.all()] == [who.first.id]


def test_whom_the_form_did_not_name_was_not_there():
    who = training_office()
    offered = frozenset({uuid.UUID(who.first.id), uuid.UUID(who.second.id)})
    make_actor("child_director", division=OTHER_VILLAGE)  # came while the form was open
    course, session = new_course(who.drafter), uuid.uuid4()
    held = HeldDay(timezone.localdate(), 6, frozenset({uuid.UUID(who.second.id)}), 0, offered)
    record_course_day(who.drafter, course_id=course, session_id=session, held=held)
    assert [str(one.user_id) for one in Attendance.objects.all()] == [who.first.id]
    correct_course_day(who.drafter, session_id=session, version=1, held=replace(held, away=frozenset()))
    assert {one.user_id for one in Attendance.objects.all()} == offered


def test_a_day_is_entered_once_and_taken_out_where_it_was_a_mistake():
    who = training_office()
    course = new_course(who.drafter)
    session = held_today(who.drafter, course)
    with pytest.raises(RecordError) as twice:
        held_today(who.drafter, course)
    assert code_of(twice) == "training.day_twice"
    with pytest.raises(RecordError) as moved:
        remove_course_day(who.drafter, session_id=session, version=7)
    assert code_of(moved) == "training.moved_on"
    remove_course_day(who.drafter, session_id=session, version=1)
    assert not CourseSession.objects.exists() and not Attendance.objects.exists()
    session = held_today(who.drafter, course)
    issue_certificates(who.drafter, course_id=course)
    with pytest.raises(RecordError) as shut:
        remove_course_day(who.drafter, session_id=session, version=1)
    assert code_of(shut) == "training.certified"


def test_no_certificate_while_hours_of_the_course_are_not_recorded():
    who = training_office()
    course = new_course(who.drafter, hours=12)
    held_today(who.drafter, course)
    assert not read_course(who.drafter, course_id=course).may_certify
    with pytest.raises(RecordError) as short:
        issue_certificates(who.drafter, course_id=course)
    assert code_of(short) == "training.hours"


def test_of_guardians_only_how_many_came_is_kept():
    who = training_office()
    course = new_course(who.drafter, audience="guardians", kind="family_education")
    held_today(who.drafter, course, heads=45)
    assert CourseSession.objects.get().heads == 45 and not Attendance.objects.exists()
    with pytest.raises(RecordError) as counted:
        issue_certificates(who.drafter, course_id=course)
    assert code_of(counted) == "training.counted"


def test_a_certificate_goes_to_whoever_was_there_every_day_once_and_shuts_the_attendance():
    who = training_office()
    course = new_course(who.drafter, starts_on=yesterday(), ends_on=timezone.localdate())
    held_today(who.drafter, course)
    held = HeldDay(yesterday(), 3, frozenset({uuid.UUID(who.second.id)}))
    record_course_day(who.drafter, course_id=course, session_id=uuid.uuid4(), held=held)
    assert issue_certificates(who.drafter, course_id=course) == 1
    assert issue_certificates(who.drafter, course_id=course) == 0
    row = Certificate.objects.get()
    assert (str(row.user_id), row.hours, row.sequence, row.division) == (who.first.id, 9, 1, VILLAGE)
    assert row.valid_to is None  # no place has said how long one holds
    with pytest.raises(RecordError) as shut:
        held_today(who.drafter, course)
    assert code_of(shut) == "training.certified"


def test_no_certificate_before_a_course_is_over_or_where_nobody_was_recorded():
    who = training_office()
    with pytest.raises(RecordError) as early:
        issue_certificates(who.drafter, course_id=new_course(who.drafter, ends_on=dt.date(THIS_YEAR + 1, 1, 1)))
    with pytest.raises(RecordError) as empty:
        issue_certificates(who.drafter, course_id=new_course(who.drafter))
    assert (code_of(early), code_of(empty)) == ("training.not_over", "training.no_session")


def test_a_certificate_is_genuine_by_number_and_code_only_also_in_another_county():
    who = training_office()
    course = new_course(who.drafter)
    held_today(who.drafter, course)
    issue_certificates(who.drafter, course_id=course)
    row = Certificate.objects.get(user=who.first.id)
    number = f"990101-{row.year}-{row.sequence:05d}"
    elsewhere = make_actor("county_drafter", division=OTHER_COUNTY)
    found = check_certificate(elsewhere, number=number, code=f" {row.code[:4]} {row.code[4:]}")
    assert found is not None and (found.title, found.hours, found.runs) == ("儿童主任轮训", 6, True)
    other = str((int(row.code) + 1) % 10**8).zfill(8)
    assert check_certificate(elsewhere, number=number, code=other) is None
    assert check_certificate(elsewhere, number="990101", code=row.code) is None
    for _try in range(9):
        check_certificate(make_actor("partner", division=OTHER_COUNTY), number=number, code=other)
    with pytest.raises(RecordError) as often:
        check_certificate(who.first, number=number, code=row.code)
    assert code_of(often) == "training.often"


def test_a_certificate_is_printed_for_its_holder_and_its_area_and_for_nobody_else():
    who = training_office()
    course = new_course(who.drafter)
    held_today(who.drafter, course)
    issue_certificates(who.drafter, course_id=course)
    row = Certificate.objects.get(user=who.first.id)
    assert print_certificate(who.first, certificate_id=row.id, address="x").startswith(b"%PDF")
    for other in (who.second, make_actor("county_drafter", division=OTHER_COUNTY)):
        with pytest.raises(TrainingNotFound):
            print_certificate(other, certificate_id=row.id, address="x")


def test_a_course_of_the_county_is_not_the_townships_to_write_and_another_countys_is_not_there():
    who = training_office()
    course = new_course(who.drafter)
    elsewhere = make_actor("county_drafter", division=OTHER_COUNTY)
    for other in (who.supervisor, elsewhere):
        with pytest.raises(TrainingNotFound):
            read_course(other, course_id=course)
        with pytest.raises(TrainingNotFound):
            held_today(other, course)
        assert list_courses(other, year=THIS_YEAR) == ()
    with pytest.raises(RecordError) as outside:
        new_course(who.supervisor)
    assert code_of(outside) == "training.elsewhere"
    assert [one.title for one in list_courses(who.drafter, year=THIS_YEAR)] == ["儿童主任轮训"]


def test_a_child_director_reads_its_own_and_keeps_nothing():
    who = training_office()
    held_today(who.drafter, new_course(who.drafter), who.second)
    assert read_own_training(who.first).hours_this_year == 6
    assert read_own_training(who.second).days == ()
    with pytest.raises(AccessDenied):
        list_courses(who.first, year=THIS_YEAR)


def test_who_was_trained_in_another_county_before_is_not_on_the_list_to_invite():
    who = training_office()
    held_today(who.drafter, new_course(who.drafter), who.second)
    moved = Post.objects.create(
        user_id=who.first.id, role="child_director", division="990102001001", valid_from=yesterday()
    )
    stays = make_actor("child_director", division="990102001002")
    found = dict(list_untrained(make_actor("county_drafter", division=OTHER_COUNTY), year=THIS_YEAR))
    assert names_of(found["child_directors"]) == {stays.id} and moved.user_id
    here = dict(list_untrained(who.drafter, year=THIS_YEAR))
    assert names_of(here["child_directors"]) == {who.second.id}
    assert names_of(here["supervisors"]) == {who.supervisor.id}


def test_a_course_is_called_off_only_before_anybody_was_there():
    who = training_office()
    held, course = new_course(who.drafter), new_course(who.drafter)
    held_today(who.drafter, held)
    with pytest.raises(RecordError) as refusal:
        call_off_course(who.drafter, course_id=held, version=1)
    assert code_of(refusal) == "training.held"
    call_off_course(who.drafter, course_id=course, version=1)
    assert [one.id for one in list_courses(who.drafter, year=THIS_YEAR)] == [held]


def test_an_activity_is_entered_once_corrected_and_taken_out_with_nothing_lost():
    who = training_office()
    key = uuid.uuid4()
    written = WrittenPublicity(yesterday(), TOWNSHIP, "safety", "集市设咨询台", 300, "折页")
    for _time in range(2):
        record_publicity(who.supervisor, publicity_id=key, written=written)
    better = WrittenPublicity(yesterday(), TOWNSHIP, "mind", "集市设咨询台", 320)
    correct_publicity(who.drafter, publicity_id=key, version=1, written=better)
    row = PublicityActivity.objects.get()
    assert (row.theme, row.reach, row.version) == ("mind", 320, 2)
    remove_publicity(who.drafter, publicity_id=key, version=2)
    assert PublicityActivity.objects.get().removed_at is not None
    with pytest.raises(RecordError):
        record_publicity(who.supervisor, publicity_id=uuid.uuid4(), written=WrittenPublicity(yesterday(), COUNTY, "mind", "讲座", 1))  # fmt: skip
    with pytest.raises(RecordError):
        record_publicity(
            who.drafter, publicity_id=uuid.uuid4(), written=WrittenPublicity(None, COUNTY, "mind", "讲座", 1)
        )


def test_figures_count_holders_and_who_of_them_was_trained_and_measure_nobody_without_a_standard():
    who = training_office()
    held_today(who.drafter, new_course(who.drafter), who.second)
    held_today(who.drafter, new_course(who.drafter, audience="residents", kind="other"), heads=80)
    written = WrittenPublicity(timezone.localdate(), TOWNSHIP, "safety", "集市设咨询台", 300)
    record_publicity(who.supervisor, publicity_id=uuid.uuid4(), written=written)
    for reader, place in ((make_actor("province_viewer"), "990100000000"), (who.drafter, TOWNSHIP)):
        found = read_training_figures(reader)
        directors = found.workers["child_directors"]
        assert (directors.holders[place], directors.trained[place], directors.hours[place]) == (2, 1, 6)
        assert not directors.measured and found.workers["supervisors"].trained[place] == 0
        assert found.publicity.by_theme == {"safety": (1, 300)}
    assert found.courses.heads == {(COUNTY, "residents"): 80}


def test_whose_account_was_closed_held_its_post_until_then_and_not_since():
    who, today = training_office(), timezone.localdate()
    Post.objects.filter(role="child_director").update(valid_from=today - dt.timedelta(days=400))
    closed_at = timezone.now() - dt.timedelta(days=3)
    User.objects.filter(id=who.second.id).update(is_active=False, deactivated_at=closed_at)

    def held(days: int) -> int:
        on = timezone.localdate(closed_at) + dt.timedelta(days=days)
        return sum(holders_by_place(who.drafter.scope, roles=("child_director",), on=on, digits=6).values())

    assert (held(-1), held(0), held(1), held(3)) == (2, 2, 1, 1)
    User.objects.filter(id=who.second.id).update(deactivated_at=None)  # it never could sign in
    assert held(-1) == 1
    course = new_course(who.drafter, starts_on=yesterday(), ends_on=today)
    assert names_of(read_course(who.drafter, course_id=course).expected) == {who.first.id}


def test_there_is_no_task_while_the_packs_have_no_clock_for_it():
    training_office()
    assert watch_training() == 0 and not Task.objects.exists()


def test_where_the_place_has_a_clock_the_supervisor_has_a_task_until_all_are_trained(monkeypatch):
    who, clocks = training_office(), dict(load_clocks(division=TOWNSHIP))
    clocks[TRAIN] = replace(clocks["plan_home_schooling"], code=TRAIN)  # as a place's pack would state it
    for room in (watching, planning):
        monkeypatch.setattr(room, "load_clocks", lambda *, division: clocks)
    assert (watch_training(), watch_training()) == (1, 1)
    task = Task.objects.get()
    assert (task.division, task.queue_role, task.state) == (TOWNSHIP, "supervisor", "open")
    held_today(who.drafter, new_course(who.drafter))
    assert watch_training() == 0
    assert Task.objects.get().state == "done"


def test_a_task_that_is_not_wanted_any_more_is_withdrawn():
    who = training_office()
    for subject in (f"{TOWNSHIP}:{THIS_YEAR}", f"{TOWNSHIP}:{THIS_YEAR - 2}"):
        day = timezone.localdate()
        Task.objects.create(
            kind=TRAIN, subject_id=subject, division=TOWNSHIP, queue_role=who.supervisor.role, started_on=day, due_on=day,
            half_on=day, escalate_on=day, created_at=timezone.now(),
        )  # fmt: skip
    assert watch_training() == 0  # the packs have no clock for it
    assert set(Task.objects.values_list("state", flat=True)) == {"withdrawn"}


def test_where_a_place_states_hours_a_year_its_holders_are_measured_by_them(monkeypatch):
    who, name = training_office(), "training_hours_child_director"
    held_today(who.drafter, new_course(who.drafter), who.second)
    stated = replace(parameters_for(division=COUNTY, as_of=timezone.localdate())[name], value=6)
    monkeypatch.setattr(counting, "load_parameter_rows", lambda key: (stated,) if key == name else ())
    monkeypatch.setattr(counting, "parameters_for", lambda *, division, as_of: {name: stated})
    found = read_training_figures(make_actor("province_viewer")).workers
    directors, supervisors = found["child_directors"], found["supervisors"]
    assert (directors.measured.total(), directors.reached.total(), supervisors.measured.total()) == (2, 1, 0)
