"""Dibao where a child lives: taken and decided there, the county of registration heard, and no month paid twice."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from ciyou.apps.accounts.models import Post
from ciyou.apps.awards.application_lists import read_application
from ciyou.apps.awards.changes import WishedChange, propose_change
from ciyou.apps.awards.deciding import decide_application
from ciyou.apps.awards.drafting import Draft
from ciyou.apps.awards.following import on_person_moved
from ciyou.apps.awards.models import Application, ApplicationStep, Award, Paper, PublicNotice
from ciyou.apps.awards.notices import post_notice, remove_notice
from ciyou.apps.awards.proposals import offers_for_child
from ciyou.apps.awards.refusals import ApplicationNotFound, AwardNotFound
from ciyou.apps.awards.residence import (
    ENDED,
    NOT_PAID,
    PAID,
    HomeAnswer,
    answer_home,
    note_home_letter,
    read_home_question,
)
from ciyou.apps.cases.models import Task
from ciyou.apps.registry.services import move_person
from ciyou.core.awards.month import Month
from ciyou.core.errors import RecordError
from tests.award_builders import version_of
from tests.office import make_actor
from tests.residence_builders import (
    AT_RESIDENCE,
    HOME,
    HOME_VILLAGE,
    LIVES,
    LIVES_TOWNSHIP,
    LIVES_VILLAGE,
    OPEN_PLACE,
    both_places,
    checked_there,
    drafted_there,
    resident_child,
    row_of,
    taken_there,
)

pytestmark = pytest.mark.django_db


def code_of(error) -> str:
    return error.value.problems[0].code


def open_kinds(subject) -> set[tuple[str, str]]:
    rows = Task.objects.filter(subject_id=str(subject), state="open")
    return set(rows.values_list("kind", "division"))


def notice_over(places, application) -> None:
    """Posted, its days gone by, taken down."""
    post_notice(places.counter, application_id=application)
    PublicNotice.objects.filter(application_id=application).update(ends_on=timezone.localdate())
    remove_notice(places.counter, application_id=application, objections=0, words="")


def test_it_is_taken_checked_and_decided_where_the_child_lives_with_the_clocks_of_dibao():
    places = both_places()
    child = resident_child(places)
    application = checked_there(places, child)
    assert (row_of(application).division, row_of(application).county) == (LIVES_VILLAGE, LIVES)
    answer_home(places.home, application_id=application, answer=HomeAnswer(NOT_PAID))
    notice_over(places, application)
    drafted_there(places, application)
    assert open_kinds(application) == {("decide_dibao", LIVES)}
    task = Task.objects.get(subject_id=str(application), kind="decide_dibao")
    assert task.statutory_on is not None
    award = decide_application(
        places.approver, application_id=application, version=version_of(application), decision="accept"
    )
    made = Award.objects.get(id=award)
    assert (made.division, made.series, made.amount_fen) == (LIVES_VILLAGE, "dibao", 30000)
    assert Month.of(made.first_month) == Month.of(timezone.localdate()).plus(1)


def test_without_the_authorisation_to_verify_it_waits_and_a_notice_of_seven_days_comes_before_the_decision():
    places = both_places()
    child = resident_child(places)
    receipt = taken_there(places, child, brought=frozenset({"residence_permit", "bank_card"}))
    assert row_of(receipt.id).state == "returned"
    other = checked_there(places, resident_child(places))
    answer_home(places.home, application_id=other, answer=HomeAnswer(NOT_PAID))
    assert ("post_notice", LIVES_TOWNSHIP) in open_kinds(other)
    drafted_there(places, other)
    with pytest.raises(RecordError) as error:
        decide_application(places.approver, application_id=other, version=version_of(other), decision="accept")
    assert code_of(error) == "notice.not_over"
    ends = post_notice(places.counter, application_id=other)
    assert ends == timezone.localdate() + dt.timedelta(days=7)


def test_only_a_counter_of_the_residence_takes_it_and_the_registration_is_not_offered_it():
    places = both_places()
    child = resident_child(places)
    codes = [
        {
            one.rules.rule.code
            for one in offers_for_child(actor, child_id=child, division=HOME_VILLAGE, residence=LIVES_VILLAGE)
        }
        for actor in (places.counter, places.home)
    ]
    assert [AT_RESIDENCE in found for found in codes] == [True, False]
    with pytest.raises(RecordError) as error:
        taken_there(places, child, by=places.home)
    assert code_of(error) == "application.not_residence"


def test_a_child_that_lives_where_it_is_registered_cannot_be_applied_for_so():
    places = both_places()
    child = resident_child(places, lives=HOME_VILLAGE, confirmed=False)
    with pytest.raises(RecordError) as error:
        taken_there(places, child, by=make_actor("supervisor", division="410102001000"))
    assert code_of(error) == "application.not_residence"


def test_where_the_packs_do_not_say_it_is_taken_and_nothing_is_approved_until_the_place_has_said():
    places = both_places(OPEN_PLACE)
    child = resident_child(places, lives=OPEN_PLACE)
    application = checked_there(places, child)
    assert read_application(places.counter, application_id=application).rules.place_is_open
    answer_home(places.home, application_id=application, answer=HomeAnswer(NOT_PAID))
    with pytest.raises(RecordError) as error:
        drafted_there(places, application)
    assert code_of(error) == "application.not_entitled"


def test_the_county_of_registration_is_asked_with_a_clock_and_reads_the_question_only():
    places = both_places()
    child = resident_child(places)
    application = taken_there(places, child).id
    assert ("answer_home_county", HOME) in open_kinds(application)
    question = read_home_question(places.home, application_id=application)
    assert (question.child.id, question.entitlement, question.division, question.word) == (
        child,
        AT_RESIDENCE,
        LIVES_VILLAGE,
        None,
    )
    with pytest.raises(ApplicationNotFound):
        read_application(places.home, application_id=application)
    for stranger in (places.drafter, make_actor("county_drafter", division="110101000000")):
        with pytest.raises(ApplicationNotFound):
            read_home_question(stranger, application_id=application)


def test_the_same_form_twice_asks_once():
    places = both_places()
    child = resident_child(places)
    first = taken_there(places, child)
    taken_there(places, child, id=first.id)
    assert Task.objects.filter(kind="answer_home_county").count() == 1


def test_nothing_is_approved_before_the_registration_was_heard_but_a_refusal_in_writing_can_be_made():
    places = both_places()
    child = resident_child(places)
    application = checked_there(places, child)
    with pytest.raises(RecordError) as error:
        drafted_there(places, application)
    assert code_of(error) == "application.home_unheard"
    drafted_there(places, application, Draft("refuse", words="家庭月人均收入高于本市低保标准。"))
    decide_application(places.approver, application_id=application, version=version_of(application), decision="accept")
    assert row_of(application).state == "refused"
    assert Paper.objects.filter(application_id=application, kind="refusal").exists()
    assert ("refuse_dibao_in_writing", LIVES_TOWNSHIP) in open_kinds(application)
    task = Task.objects.get(subject_id=str(application), kind="refuse_dibao_in_writing")
    assert task.statutory_on is not None


def test_a_family_that_is_paid_there_is_not_paid_here_until_that_has_ended_and_then_from_the_month_after():
    places = both_places()
    child = resident_child(places)
    application = checked_there(places, child)
    answer_home(places.home, application_id=application, answer=HomeAnswer(PAID))
    with pytest.raises(RecordError) as error:
        drafted_there(places, application)
    assert code_of(error) == "application.paid_at_home"
    next_month = Month.of(timezone.localdate()).plus(1)
    answer_home(places.home, application_id=application, answer=HomeAnswer(ENDED, next_month))
    with pytest.raises(RecordError) as error:
        drafted_there(places, application)
    assert code_of(error) == "application.home_month"
    answer_home(places.home, application_id=application, answer=HomeAnswer(ENDED, next_month.plus(-1)))
    drafted_there(places, application)
    assert row_of(application).state == "drafted"


def test_an_answer_is_one_of_three_and_an_end_has_its_month():
    places = both_places()
    application = taken_there(places, resident_child(places)).id
    for wrong in (HomeAnswer("maybe"), HomeAnswer(ENDED), HomeAnswer(NOT_PAID, Month(2026, 1))):
        with pytest.raises(RecordError) as error:
            answer_home(places.home, application_id=application, answer=wrong)
        assert code_of(error) == "application.home_answer"


def test_an_answer_by_letter_is_noted_with_how_and_does_not_stand_over_the_countys_own():
    places = both_places()
    application = checked_there(places, resident_child(places))
    with pytest.raises(RecordError) as error:
        note_home_letter(
            places.drafter, application_id=application, version=version_of(application), answer=HomeAnswer(NOT_PAID)
        )
    assert code_of(error) == "application.home_how"
    said = HomeAnswer(NOT_PAID, words="电话询问户籍地民政局，对方书面回函第3号。")
    note_home_letter(places.drafter, application_id=application, version=version_of(application), answer=said)
    notice_over(places, application)
    drafted_there(places, application)
    answer_home(places.home, application_id=application, answer=HomeAnswer(PAID))
    with pytest.raises(RecordError) as error:
        note_home_letter(places.drafter, application_id=application, version=version_of(application), answer=said)
    assert code_of(error) == "application.moved_on"
    with pytest.raises(RecordError) as error:
        decide_application(
            places.approver, application_id=application, version=version_of(application), decision="accept"
        )
    assert code_of(error) == "application.paid_at_home"


def test_a_registration_that_does_not_work_here_is_asked_by_letter():
    places = both_places()
    child = resident_child(places)
    Post.objects.filter(division=HOME).delete()
    application = taken_there(places, child).id
    step = ApplicationStep.objects.get(application_id=application, step="ask_home")
    assert step.outcome == "letter"
    assert not Task.objects.filter(kind="answer_home_county").exists()


def award_there(places, child) -> Award:
    application = checked_there(places, child)
    answer_home(places.home, application_id=application, answer=HomeAnswer(NOT_PAID))
    notice_over(places, application)
    drafted_there(places, application)
    found = decide_application(
        places.approver, application_id=application, version=version_of(application), decision="accept"
    )
    return Award.objects.get(id=found)


def test_what_runs_at_the_registration_in_the_same_series_is_never_paid_here_too():
    places = both_places()
    child = resident_child(places)
    application = checked_there(places, child)
    answer_home(places.home, application_id=application, answer=HomeAnswer(NOT_PAID))
    Award.objects.create(
        person_id=child,
        identity=f"file:{child.hex}",
        entitlement="single_person_dibao",
        series="dibao",
        division=HOME_VILLAGE,
        amount_fen=20000,
        first_month=dt.date(2026, 1, 1),
        awarded_on=dt.date(2025, 12, 1),
        awarded_by="somebody",
    )
    with pytest.raises(RecordError) as error:
        drafted_there(places, application)
    assert code_of(error) == "application.paid_elsewhere"
    assert read_home_question(places.home, application_id=application).running_here == ("single_person_dibao",)


def test_the_registration_sees_that_it_runs_and_cannot_change_or_take_it():
    places = both_places()
    award = award_there(places, resident_child(places))
    wished = WishedChange(award.id, "suspend", "gave_up", timezone.localdate(), "家里说不要了。", None)
    with pytest.raises(AwardNotFound):
        propose_change(places.home, award_id=award.id, version=award.version, wished=wished)


def test_a_move_of_the_residence_to_another_county_opens_a_review_and_of_the_registration_none():
    places = both_places()
    child = resident_child(places)
    award = award_there(places, child)
    on = timezone.localdate()
    move_person(places.home, person_id=child, division="410105001001", residence_division=None, on=on)
    on_person_moved(person_id=str(child), old_division=HOME_VILLAGE, new_division="410105001001")
    assert (Award.objects.get(id=award.id).review_for, Award.objects.get(id=award.id).division) == ("", LIVES_VILLAGE)
    move_person(places.counter, person_id=child, division="410105001001", residence_division="410105001001", on=on)
    on_person_moved(person_id=str(child), old_division="410105001001", new_division="410105001001")
    assert Award.objects.get(id=award.id).review_for == "moved"
    assert Application.objects.get(id=award.application_id).division == LIVES_VILLAGE
