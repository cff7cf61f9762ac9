"""Asking with a questionnaire: what is refused, who reads the result, and what a flagged answer sets going whatever the total."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.care.asking import NewAnswers, record_answers
from ciyou.apps.care.assessing import record_assessment
from ciyou.apps.care.contents import Assessment
from ciyou.apps.care.instruments import offers_for
from ciyou.apps.care.models import FilledQuestionnaire
from ciyou.apps.care.refusals import FilledNotFound
from ciyou.apps.care.selectors import filled_of_child, read_alerted, read_filled
from ciyou.apps.cases.models import Task
from ciyou.apps.cases.worklist import today
from ciyou.apps.registry.models import IdentityDecision
from ciyou.apps.registry.named_access import grant_named_access
from ciyou.apps.registry.selectors import PersonNotFound, get_person, read_merge
from ciyou.apps.registry.services import merge_people, unmerge_people
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.core.errors import AccessDenied, RecordError
from ciyou.packs import load_questionnaires
from tests.office import COUNTY, OTHER_COUNTY, OTHER_VILLAGE, VILLAGE, make_actor, make_person, make_post

pytestmark = pytest.mark.django_db
PSC = load_questionnaires(division=VILLAGE)["psc_17"]
PHQ = load_questionnaires(division=VILLAGE)["phq_a"]
SAID = Assessment("referred", "told", "村卫生室李医生在孩子家里见了孩子，明早陪去县医院。")


def born(age: int) -> dt.date:
    """A birth date of somebody who is so old today."""
    day = timezone.localdate()
    return day.replace(year=day.year - age) - dt.timedelta(days=40)


def given(file=PSC, digits="", consent="guardian_agreed", **fields) -> NewAnswers:
    """A form: one digit an item, `-` for a blank; zeros where nothing else is said."""
    digits = digits or "0" * len(file.scoring.items)
    answers = {item: "" if one == "-" else one for item, one in zip(file.scoring.items, digits, strict=True)}
    return NewAnswers(
        uuid.uuid4(), file.code, answers | fields.pop("more", {}), consent, fields.pop("on", timezone.localdate())
    )


def youth(**fields):
    return make_person(birth_date=born(15), **fields)


def flagged(actor, child, **fields) -> uuid.UUID:
    """A PHQ-A of one point: the last item, of self-harm."""
    return record_answers(actor, child_id=child.id, given=given(PHQ, "000000001", "child_agreed", **fields))


def code_of(error) -> list[str]:
    return [one.code for one in error.value.problems]


def tasks(filled_id) -> set[tuple[str, str, str]]:
    rows = Task.objects.filter(subject_id=str(filled_id), state="open")
    return {(row.kind, str(row.post_id or ""), row.queue_role) for row in rows}


@pytest.mark.parametrize(
    "vector", [one for one in PSC.vectors if one.expected.get("points")], ids=lambda one: str(one.answers)[:30]
)
def test_every_vector_of_the_pack_comes_out_the_same_once_it_is_stored(vector):
    child = make_person(birth_date=born(vector.age))
    actor = make_actor("child_director")
    answers = {item: "" if one is None else str(one) for item, one in vector.answers.items()}
    wanted = NewAnswers(uuid.uuid4(), "psc_17", answers, "guardian_agreed", timezone.localdate())
    filled = record_answers(actor, child_id=child.id, given=wanted)
    measured = {one.scale: one for one in read_filled(actor, filled_id=filled).line.result.result.measured}
    for scale, points in vector.expected["points"].items():
        assert measured[scale].points == points
    for scale, reached in vector.expected.get("reached", {}).items():
        assert measured[scale].reached is reached


def test_nothing_that_was_said_or_found_stands_readable_in_the_database():
    child, actor = youth(), make_actor("child_director")
    row = FilledQuestionnaire.objects.get(id=flagged(actor, child))
    for cipher in (row.content, row.result):
        assert b"self_harm" not in bytes(cipher)
        assert b"answers" not in bytes(cipher)


def test_any_point_on_self_harm_is_work_for_the_asker_and_the_supervisor_the_same_day_whatever_the_total():
    make_post("supervisor")
    actor, child = make_actor("child_director"), youth()
    filled = flagged(actor, child)
    assert tasks(filled) == {
        ("assess_in_person", actor.post_id, "child_director"),
        ("see_to_assessment", "", "supervisor"),
    }
    assert {row.due_on for row in Task.objects.filter(subject_id=str(filled))} == {timezone.localdate()}
    view = read_filled(actor, filled_id=filled)
    assert view.line.result.raised == ("self_harm",)
    assert view.line.result.result.of("total").reached is False


def test_without_a_supervisor_the_county_is_told():
    make_post("county_drafter")
    actor, child = make_actor("child_director"), youth()
    assert ("see_to_assessment", "", "county_drafter") in tasks(flagged(actor, child))


def test_a_supervisor_who_asked_is_not_the_one_who_is_told():
    make_post("county_drafter")
    supervisor, child = make_actor("supervisor"), youth()
    assert ("see_to_assessment", "", "county_drafter") in tasks(flagged(supervisor, child))


def test_no_flag_opens_no_task_and_a_blank_one_is_told_as_unknown():
    actor, child = make_actor("child_director"), youth()
    quiet = record_answers(actor, child_id=child.id, given=given(PHQ, "111111110", "child_agreed"))
    blank = record_answers(actor, child_id=child.id, given=given(PHQ, "11111111-", "child_agreed"))
    assert (tasks(quiet), tasks(blank)) == (set(), set())
    assert read_filled(actor, filled_id=blank).line.result.unanswered == ("self_harm",)
    assert read_filled(actor, filled_id=quiet).line.result.unanswered == ()


def test_an_answer_that_does_not_exist_names_its_question_and_nothing_is_recorded():
    actor, child = make_actor("child_director"), make_person(birth_date=born(8))
    with pytest.raises(RecordError) as error:
        record_answers(actor, child_id=child.id, given=given(PSC, "0" * 17, more={"q7": "3", "q99": "1"}))
    assert code_of(error) == ["care.item", "care.answer"]
    assert ("第 2 题" in error.value.problems[1].zh, str(error.value.problems[1].place)) == (True, "q7")
    assert not FilledQuestionnaire.objects.exists()


def test_a_form_without_any_answer_or_with_a_day_to_come_is_refused():
    actor, child = make_actor("child_director"), make_person(birth_date=born(8))
    for wrong, code in (
        (given(PSC, "-" * 17), "care.blank"),
        (given(on=timezone.localdate() + dt.timedelta(days=1)), "care.asked_on"),
        (given(on=timezone.localdate() - dt.timedelta(days=31)), "care.asked_on"),
        (given(on=None), "care.asked_on"),
    ):
        with pytest.raises(RecordError) as error:
            record_answers(actor, child_id=child.id, given=wrong)
        assert code_of(error) == [code]


def test_only_what_fits_the_age_is_asked_and_a_slot_never():
    actor = make_actor("child_director")
    for child, file, consent, code in (
        (make_person(birth_date=born(8)), "phq_a", "guardian_agreed", "care.unfit"),
        (make_person(birth_date=born(3)), "psc_17", "guardian_agreed", "care.unfit"),
        (make_person(birth_date=None), "psc_17", "guardian_agreed", "care.no_age"),
        (make_person(birth_date=born(8)), "sdq", "guardian_agreed", "care.unfit"),
    ):
        wanted = NewAnswers(uuid.uuid4(), file, {"q1": "1"}, consent, timezone.localdate())
        with pytest.raises(RecordError) as error:
            record_answers(actor, child_id=child.id, given=wanted)
        assert code_of(error) == [code]


def test_what_is_offered_begins_with_the_default_and_says_which_have_no_texts():
    child = get_person(make_actor(), person_id=make_person(birth_date=born(12)).id, purpose=Purpose.SERVE)
    offers = offers_for(child, timezone.localdate())
    assert offers.fitting[0].code == "psc_17"
    assert {"sdq", "mht"} <= {one.code for one in offers.slots}


@pytest.mark.parametrize(
    ("age", "consent", "allowed"),
    [
        (13, "guardian_agreed", True),
        (13, "child_agreed", False),
        (14, "child_agreed", True),
        (14, "child_agreed_guardian_not_told", True),
        (14, "guardian_agreed", False),
        (14, "", False),
    ],
)
def test_below_fourteen_the_guardian_agrees_and_from_fourteen_the_child(age, consent, allowed):
    actor, child = make_actor("child_director"), make_person(birth_date=born(age))
    if allowed:
        record_answers(actor, child_id=child.id, given=given(consent=consent))
        return
    with pytest.raises(RecordError) as error:
        record_answers(actor, child_id=child.id, given=given(consent=consent))
    assert code_of(error) == ["care.consent"]


def test_the_same_form_sent_twice_is_one_and_another_cannot_take_its_number():
    actor, child, form = make_actor("child_director"), make_person(birth_date=born(8)), given()
    assert record_answers(actor, child_id=child.id, given=form) == record_answers(actor, child_id=child.id, given=form)
    assert FilledQuestionnaire.objects.count() == 1
    with pytest.raises(RecordError) as error:
        record_answers(make_actor("supervisor"), child_id=child.id, given=form)
    assert code_of(error) == ["care.number_taken"]


@pytest.mark.parametrize(
    ("role", "division"),
    [
        ("child_director", OTHER_VILLAGE),
        ("county_drafter", OTHER_COUNTY),
        ("supervisor", "990102001000"),
        ("city_viewer", None),
        ("partner", COUNTY),
        ("institution", COUNTY),
        ("auditor", COUNTY),
        ("sysadmin", COUNTY),
    ],
)
def test_nobody_outside_asks_or_reads_anything(role, division):
    child = make_person(birth_date=born(8))
    filled = record_answers(make_actor("child_director"), child_id=child.id, given=given())
    other = make_actor(role, division=division)
    with pytest.raises((PersonNotFound, AccessDenied)):
        record_answers(other, child_id=child.id, given=given())
    with pytest.raises(PersonNotFound):
        filled_of_child(other, child_id=child.id)
    with pytest.raises((FilledNotFound, PersonNotFound)):
        read_filled(other, filled_id=filled)
    with pytest.raises((FilledNotFound, PersonNotFound)):
        read_alerted(other, filled_id=filled)


def test_a_result_is_read_by_whoever_asked_and_by_named_workers_only():
    make_post("supervisor")
    actor, child = make_actor("child_director"), youth()
    filled = flagged(actor, child)
    for other in (make_actor("child_director"), make_actor("supervisor"), make_actor("county_approver")):
        assert filled_of_child(other, child_id=child.id) == ()
        with pytest.raises(FilledNotFound):
            read_filled(other, filled_id=filled)
    named = make_actor("county_reviewer")
    grant_named_access(
        LOCAL_OPERATOR, person_id=child.id, user_id=named.id, purpose=Purpose.SERVE, why="case_worker", reason="主办", ends_at=None
    )  # fmt: skip
    assert [one.id for one in filled_of_child(named, child_id=child.id)] == [filled]
    assert read_filled(named, filled_id=filled).answers.answers["q9"] == 1


def test_who_is_told_learns_that_a_child_must_be_seen_and_nothing_of_why():
    supervisor, actor, child = make_actor("supervisor"), make_actor("child_director"), youth()
    filled = flagged(actor, child)
    kinds = {group.kind: group.items[0] for group in today(supervisor, on=timezone.localdate()).groups}
    assert kinds["see_to_assessment"].person_id == child.id
    told = read_alerted(supervisor, filled_id=filled)
    assert (told.reads, told.raised, told.child.id) == (False, (), child.id)
    assert read_alerted(actor, filled_id=filled).raised == ("self_harm",)
    with pytest.raises(FilledNotFound):
        read_alerted(make_actor("county_approver"), filled_id=filled)


def test_writing_down_who_saw_the_child_ends_both_tasks_once_and_the_supervisor_still_reads_nothing():
    supervisor, actor, child = make_actor("supervisor"), make_actor("child_director"), youth()
    filled = flagged(actor, child)
    record_assessment(supervisor, filled_id=filled, version=1, said=SAID)
    assert tasks(filled) == set()
    view = read_filled(actor, filled_id=filled)
    assert (view.line.state, view.assessment) == ("assessed", SAID)
    with pytest.raises(RecordError) as error:
        record_assessment(actor, filled_id=filled, version=1, said=SAID)
    assert code_of(error) == ["care.moved_on"]
    with pytest.raises(FilledNotFound):
        read_alerted(supervisor, filled_id=filled)


def test_an_assessment_says_what_came_of_it_whether_the_guardian_knows_and_what_is_next():
    make_post("supervisor")
    actor, child = make_actor("child_director"), youth()
    with pytest.raises(RecordError) as error:
        record_assessment(actor, filled_id=flagged(actor, child), version=1, said=Assessment("fine", "", "好"))
    assert code_of(error) == ["care.outcome", "care.guardian", "care.words"]


def test_what_was_before_is_read_oldest_first_and_of_one_questionnaire_only():
    actor, child = make_actor("child_director"), youth()
    day = timezone.localdate()
    for days, digits in ((20, "100000000"), (10, "110000000")):
        record_answers(
            actor, child_id=child.id, given=given(PHQ, digits, "child_agreed", on=day - dt.timedelta(days=days))
        )
    record_answers(actor, child_id=child.id, given=given(consent="child_agreed"))
    last = record_answers(actor, child_id=child.id, given=given(PHQ, "111000000", "child_agreed"))
    view = read_filled(actor, filled_id=last)
    assert [one.result.result.of("total").points for one in view.earlier] == [1, 2]


def test_the_log_says_that_something_was_asked_and_nothing_of_it():
    make_post("supervisor")
    actor, child = make_actor("child_director"), youth()
    filled = flagged(actor, child)
    entry = LogEntry.objects.filter(action="record_questionnaire").get()
    assert (entry.subject, entry.highest_class) == (str(filled), 5)
    assert "phq" not in str(entry.details) + str(entry.fields)


def test_a_merge_takes_questionnaires_and_tasks_over_and_undoing_it_gives_them_back():
    make_post("supervisor")
    actor, officer = make_actor("child_director"), make_actor("county_drafter")
    kept, dropped = youth(name="张甲"), youth(name="张甲")
    filled = flagged(actor, dropped)
    merge_people(officer, keep=kept.id, drop=dropped.id, reason="same_family")
    assert [one.id for one in filled_of_child(actor, child_id=kept.id)] == [filled]
    assert read_filled(actor, filled_id=filled).answers.answers["q9"] == 1
    assert set(Task.objects.filter(subject_id=str(filled)).values_list("person_id", flat=True)) == {kept.id}
    merge = IdentityDecision.objects.get(decision="merge")
    assert unmerge_people(officer, decision_id=merge.id, reason="two_numbers") == "undone"
    assert filled_of_child(actor, child_id=kept.id) == ()
    assert [one.id for one in filled_of_child(actor, child_id=dropped.id)] == [filled]
    assert set(Task.objects.filter(subject_id=str(filled)).values_list("person_id", flat=True)) == {dropped.id}


def test_what_was_asked_since_a_merge_is_not_told_to_whoever_undoes_it_but_for_named_workers():
    actor, officer = make_actor("child_director"), make_actor("county_drafter")
    kept, dropped = youth(name="张甲"), youth(name="张甲")
    merge_people(officer, keep=kept.id, drop=dropped.id, reason="same_family")
    record_answers(actor, child_id=kept.id, given=given(PHQ, "000000000", "child_agreed"))
    merge = IdentityDecision.objects.get(decision="merge")
    undoing = read_merge(officer, child_id=kept.id, merge_id=merge.id).undoing
    assert {line.what for line in undoing.since} == {""}
    grant_named_access(
        LOCAL_OPERATOR, person_id=kept.id, user_id=officer.id, purpose=Purpose.SERVE, why="case_worker", reason="主办", ends_at=None
    )  # fmt: skip
    undoing = read_merge(officer, child_id=kept.id, merge_id=merge.id).undoing
    assert "care.FilledQuestionnaire" in {line.what for line in undoing.since}
