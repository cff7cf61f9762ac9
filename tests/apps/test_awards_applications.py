"""Applications: numbers without gaps, who takes which step, what is refused, what a decision makes."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.awards.checking import Opinion, check_application
from ciyou.apps.awards.deciding import decide_application, tell_applicant
from ciyou.apps.awards.drafting import Draft, draft_decision
from ciyou.apps.awards.models import Application, ApplicationStep, Award, Paper
from ciyou.apps.awards.papers import read_paper
from ciyou.apps.awards.receiving import complete_application, withdraw_application
from ciyou.apps.cases.models import Task
from ciyou.core.errors import AccessDenied, RecordError
from tests.award_builders import (
    AMOUNT,
    MOTHER,
    awarded,
    checked,
    drafted,
    entitled_child,
    received,
    version_of,
)
from tests.office import COUNTY, TOWNSHIP, VILLAGE, make_actor, make_post

pytestmark = pytest.mark.django_db


def open_kinds(subject) -> set[str]:
    return set(Task.objects.filter(subject_id=str(subject), state="open").values_list("kind", flat=True))


def code_of(error) -> str:
    return error.value.problems[0].code


def test_receipt_numbers_count_within_county_and_year_without_gaps():
    first, second = received(entitled_child("a")), received(entitled_child("b"))
    year = timezone.localdate().year
    assert (first.number, second.number) == (f"990101-{year}-00001", f"990101-{year}-00002")
    assert len(first.code) == 8
    assert first.code != second.code


def test_the_same_form_sent_twice_is_one_application_and_the_code_is_shown_once():
    child, key, clerk = entitled_child(), uuid.uuid4(), make_actor("supervisor")
    first = received(child, by=clerk, id=key)
    again = received(child, by=clerk, id=key)
    assert (again.id, again.number, again.code) == (first.id, first.number, "")
    assert Application.objects.count() == 1


def test_a_second_open_application_for_the_same_is_refused():
    child = entitled_child()
    received(child)
    with pytest.raises(RecordError) as error:
        received(child)
    assert code_of(error) == "application.open_already"


def test_what_is_awarded_is_not_applied_for_again():
    child = entitled_child()
    awarded(child)
    with pytest.raises(RecordError) as error:
        received(child)
    assert code_of(error) == "application.awarded_already"


def test_only_what_is_not_on_file_is_asked_for_and_what_is_missing_waits_with_a_clock():
    child = entitled_child()
    receipt = received(child, brought=frozenset())
    row = Application.objects.get(id=receipt.id)
    assert row.state == "returned"
    assert open_kinds(row.id) == {"complete_application"}
    clerk = make_actor("supervisor")
    with pytest.raises(RecordError):
        complete_application(clerk, application_id=row.id, version=row.version, brought=[])
    complete_application(clerk, application_id=row.id, version=row.version, brought=["bank_card"])
    assert Application.objects.get(id=row.id).state == "received"
    assert open_kinds(row.id) == {"check_application"}


def test_the_township_checks_within_fifteen_working_days_by_law_and_ten_by_promise():
    make_post("supervisor", division=TOWNSHIP)
    receipt = received(entitled_child())
    task = Task.objects.get(subject_id=str(receipt.id))
    assert (task.kind, task.queue_role, task.division) == ("check_application", "supervisor", TOWNSHIP)
    assert task.due_on == task.promised_on < task.statutory_on


def test_where_a_township_has_no_supervisor_the_county_checks():
    receipt = received(entitled_child(), by=make_actor("county_drafter"))
    assert Task.objects.get(subject_id=str(receipt.id)).queue_role == "county_drafter"


def test_a_child_director_takes_an_application_and_the_work_goes_up_to_the_township():
    make_post("supervisor", division=TOWNSHIP)
    receipt = received(entitled_child(), by=make_actor("child_director"))
    row = Application.objects.get(id=receipt.id)
    assert (row.channel, row.received_in, row.county) == ("director", VILLAGE, COUNTY)


def test_a_child_of_another_village_is_not_there_for_a_child_director():
    child = entitled_child()
    with pytest.raises(Exception) as error:
        received(child, by=make_actor("child_director", division="990101001002"))
    assert code_of(error) == "registry.person_unknown"


def test_the_reviewer_takes_no_applications():
    with pytest.raises(AccessDenied):
        received(entitled_child(), by=make_actor("county_reviewer"))


def test_every_mistake_of_the_form_is_told_at_once():
    with pytest.raises(RecordError) as error:
        received(entitled_child(), applicant=type(MOTHER)("", "neighbour", "1" * 70))
    assert [problem.code for problem in error.value.problems] == [
        "application.name",
        "application.relation",
        "application.contact",
    ]


def test_a_proposal_rests_on_a_confirmed_determination():
    with pytest.raises(RecordError) as error:
        received(entitled_child(confirmed=False), proposed=True)
    assert code_of(error) == "application.not_found_entitled"
    receipt = received(entitled_child(), proposed=True, applicant=type(MOTHER)())
    assert Application.objects.get(id=receipt.id).channel == "proposed"


def test_a_check_names_the_data_it_compared_and_a_disagreement_its_reason():
    receipt, clerk = received(entitled_child()), make_actor("supervisor")
    for opinion in (
        Opinion("agree"),
        Opinion("disagree", compared=frozenset({"police"})),
        Opinion("", compared=frozenset({"police"})),
    ):
        with pytest.raises(RecordError):
            check_application(clerk, application_id=receipt.id, version=1, opinion=opinion)
    check_application(
        clerk, application_id=receipt.id, version=1, opinion=Opinion("agree", compared=frozenset({"police"}))
    )
    assert open_kinds(receipt.id) == {"draft_decision"}


def test_a_check_returns_what_lacks_something_and_says_what():
    receipt, clerk = received(entitled_child()), make_actor("supervisor")
    check_application(
        clerk, application_id=receipt.id, version=1, opinion=Opinion("return", "请补监护人的身份证复印件")
    )
    assert open_kinds(receipt.id) == {"complete_application"}
    with pytest.raises(RecordError) as error:
        complete_application(clerk, application_id=receipt.id, version=2, brought=["bank_card"])
    assert code_of(error) == "application.asked_for"
    complete_application(clerk, application_id=receipt.id, version=2, brought=["asked_for"])
    assert open_kinds(receipt.id) == {"check_application"}


def test_of_two_who_check_at_once_the_second_is_told():
    receipt, clerk = received(entitled_child()), make_actor("supervisor")
    agreed = Opinion("agree", compared=frozenset({"police"}))
    check_application(clerk, application_id=receipt.id, version=1, opinion=agreed)
    with pytest.raises(RecordError) as error:
        check_application(make_actor("supervisor"), application_id=receipt.id, version=1, opinion=agreed)
    assert code_of(error) == "application.moved_on"


def test_an_approval_needs_a_determination_that_a_person_confirmed():
    found = checked(entitled_child(confirmed=False))
    with pytest.raises(RecordError) as error:
        draft_decision(
            make_actor("county_drafter"), application_id=found, version=version_of(found), draft=Draft("approve")
        )
    assert code_of(error) == "application.unconfirmed"


def test_an_approval_of_what_the_law_does_not_give_is_refused():
    child = entitled_child(mother={"imprisoned": False})
    found = checked(child)
    with pytest.raises(RecordError) as error:
        draft_decision(
            make_actor("county_drafter"), application_id=found, version=version_of(found), draft=Draft("approve")
        )
    assert code_of(error) == "application.not_entitled"


def test_the_decision_is_made_by_somebody_who_did_not_work_on_it():
    found = drafted(entitled_child())
    row = Application.objects.get(id=found)
    for worker in (row.received_by, row.checked_by, row.drafted_by):
        approver = make_actor("county_approver")
        same = type(approver)(worker, approver.role, approver.scope, approver.purposes, approver.post_id)
        with pytest.raises(RecordError) as error:
            decide_application(same, application_id=found, version=row.version, decision="accept")
        assert code_of(error) == "application.same_person"


def test_an_approval_makes_an_award_from_the_next_month_and_the_form():
    child = entitled_child()
    award = awarded(child)
    today = timezone.localdate()
    next_month = (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    assert (award.first_month, award.state, award.series) == (next_month, "active", "children_living")
    assert award.amount_fen == AMOUNT
    assert award.identity == f"file:{child.hex}"
    assert {paper.kind for paper in Paper.objects.all()} == {"approval_form"}
    assert open_kinds(award.application_id) == {"tell_applicant"}
    tell_applicant(make_actor("supervisor"), application_id=award.application_id)
    assert open_kinds(award.application_id) == set()


def test_a_refusal_has_reasons_is_in_writing_and_numbered():
    child = entitled_child()
    found = checked(child)
    drafter = make_actor("county_drafter")
    with pytest.raises(RecordError) as error:
        draft_decision(drafter, application_id=found, version=version_of(found), draft=Draft("refuse"))
    assert code_of(error) == "application.refusal_reason"
    reasons = Draft("refuse", "母亲已于上月释放并与孩子同住。")
    draft_decision(drafter, application_id=found, version=version_of(found), draft=reasons)
    decide_application(
        make_actor("county_approver"), application_id=found, version=version_of(found), decision="accept"
    )
    paper = Paper.objects.get()
    assert (paper.kind, paper.number) == ("refusal", f"〔{timezone.localdate().year}〕民儿不确第1号")
    assert read_paper(make_actor("county_drafter"), paper_id=paper.id).document.startswith(b"%PDF")
    assert not Award.objects.exists()
    assert open_kinds(found) == {"refuse_in_writing"}


def test_a_draft_goes_back_with_a_reason():
    found = drafted(entitled_child())
    approver = make_actor("county_approver")
    decide_application(
        approver, application_id=found, version=version_of(found), decision="return", words="请核对金额是否扣减低保。"
    )
    assert Application.objects.get(id=found).state == "checked"
    assert open_kinds(found) == {"draft_decision"}


def test_a_withdrawn_application_leaves_no_work():
    receipt = received(entitled_child())
    clerk = make_actor("supervisor")
    withdraw_application(clerk, application_id=receipt.id, version=1, reason="监护人书面撤回申请")
    assert Application.objects.get(id=receipt.id).state == "withdrawn"
    assert open_kinds(receipt.id) == set()
    received(Application.objects.get(id=receipt.id).person_id)


def test_every_step_is_on_the_timeline():
    award = awarded(entitled_child())
    steps = ApplicationStep.objects.filter(application=award.application_id).order_by("id")
    assert list(steps.values_list("step", flat=True)) == ["receive", "check", "draft", "decide"]


def test_another_county_finds_nothing():
    receipt = received(entitled_child())
    with pytest.raises(Exception) as error:
        withdraw_application(
            make_actor("county_drafter", division="990102000000"),
            application_id=receipt.id,
            version=1,
            reason="不是本县的孩子",
        )
    assert code_of(error) == "application.not_found"


def test_where_the_determination_leaves_the_amount_open_the_drafter_gives_it_within_its_bounds():
    found, drafter = checked(entitled_child()), make_actor("county_drafter")
    for amount in (None, 0, -5):
        with pytest.raises(RecordError) as error:
            draft_decision(
                drafter, application_id=found, version=version_of(found), draft=Draft("approve", amount_fen=amount)
            )
        assert code_of(error) == "application.amount"
    with pytest.raises(RecordError) as error:
        draft_decision(
            drafter, application_id=found, version=version_of(found), draft=Draft("approve", amount_fen=135_000_00)
        )
    assert code_of(error) == "application.amount_unit"


def test_where_the_law_says_the_amount_nobody_types_another():
    at_home = {"recognized_tekun": False, "disability_grade": 0, "in_institution": False}
    child = entitled_child(division="513322001001", child=at_home)
    clerk = make_actor("supervisor", division="513322001000")
    receipt = received(child, by=clerk)
    check_application(
        clerk, application_id=receipt.id, version=1, opinion=Opinion("agree", compared=frozenset({"police"}))
    )
    drafter = make_actor("county_drafter", division="513322000000")
    draft_decision(drafter, application_id=receipt.id, version=2, draft=Draft("approve", amount_fen=999999))
    assert Application.objects.get(id=receipt.id).amount_fen == 135000
