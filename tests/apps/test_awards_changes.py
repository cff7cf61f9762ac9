"""Awards: changed by two people, looked at again when something happens, never stopped by themselves; notices; the open progress."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.awards import following
from ciyou.apps.awards.appeals import answer_appeal, receive_appeal
from ciyou.apps.awards.application_lists import ApplicationQuery, list_applications, read_application
from ciyou.apps.awards.changes import WishedChange, decide_change, preview_change, propose_change
from ciyou.apps.awards.checking import Opinion
from ciyou.apps.awards.deciding import decide_application
from ciyou.apps.awards.drafting import Draft, draft_decision
from ciyou.apps.awards.handing_over import decide_hand_over, propose_hand_over
from ciyou.apps.awards.models import Appeal, Application, Award, AwardChange, Paper, PublicNotice
from ciyou.apps.awards.notices import post_notice, remove_notice
from ciyou.apps.awards.progress import WRONG_BY_NUMBER, follow_application
from ciyou.apps.awards.proposals import list_proposals
from ciyou.apps.awards.receiving import complete_application, renew_code
from ciyou.apps.awards.reviews import keep_award
from ciyou.apps.awards.run_source import awards_by_id
from ciyou.apps.awards.steps import content_of
from ciyou.apps.cases.models import Task
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.services import grant_named_access, merge_people, move_person
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.core.awards.dues import Stretch
from ciyou.core.awards.month import Month
from ciyou.core.errors import AccessDenied, RecordError, RunError
from tests.award_builders import DIBAO, HIV, awarded, checked, drafted, entitled_child, received, version_of
from tests.office import OTHER_COUNTY, make_actor

pytestmark = pytest.mark.django_db


def today():
    return timezone.localdate()


def this_month() -> Month:
    return Month.of(today())


def code_of(error) -> str:
    return error.value.problems[0].code


def open_kinds(subject) -> set[str]:
    return set(Task.objects.filter(subject_id=str(subject), state="open").values_list("kind", flat=True))


def fresh(award) -> Award:
    return Award.objects.get(id=award.id)


def wished(
    kind="end", ground="circumstance_ended", *, month=None, on=None, reason="父亲已经回家抚养孩子"
) -> WishedChange:
    return WishedChange(uuid.uuid4(), kind, ground, on or today(), reason, month or this_month().plus(2))


def proposed(award, change=None, *, by=None) -> AwardChange:
    found = propose_change(
        by or make_actor("county_drafter"),
        award_id=award.id,
        version=fresh(award).version,
        wished=change or wished(),
    )
    return AwardChange.objects.get(id=found)


def made(award, change, *, by=None, accepted=True, words="") -> None:
    decide_change(
        by or make_actor("county_reviewer"),
        change_id=change.id,
        version=fresh(award).version,
        accepted=accepted,
        words=words,
    )


def test_an_award_ends_only_when_a_second_person_makes_it_and_the_family_is_told_in_writing():
    award = awarded(entitled_child())
    change = proposed(award)
    assert fresh(award).state == "active"
    assert open_kinds(award.id) == {"decide_change"}
    made(award, change)
    ended = fresh(award)
    assert (ended.state, ended.ended_for) == ("ended", "circumstance_ended")
    assert Month.of(ended.last_month) == this_month().plus(1)
    assert Paper.objects.filter(kind="ending").count() == 1
    assert open_kinds(award.id) == set()


def test_whoever_proposes_a_change_does_not_make_it():
    award, reviewer = awarded(entitled_child()), make_actor("county_reviewer")
    change = proposed(award, by=reviewer)
    with pytest.raises(RecordError) as error:
        made(award, change, by=reviewer)
    assert code_of(error) == "application.same_person"
    with pytest.raises(AccessDenied):
        made(award, change, by=make_actor("county_drafter"))


def test_where_no_source_says_the_month_a_person_chooses_it_and_sees_the_effect_first():
    award, drafter = awarded(entitled_child()), make_actor("county_drafter")
    open_month = WishedChange(uuid.uuid4(), "end", "died", today(), "孩子因病去世")
    with pytest.raises(RecordError) as error:
        preview_change(drafter, award_id=award.id, wished=open_month)
    assert code_of(error) == "award.from_month"
    effect = preview_change(drafter, award_id=award.id, wished=wished(month=this_month().plus(3)))
    assert (effect.from_month, effect.last_month, effect.by_rule) == (this_month().plus(3), this_month().plus(2), False)
    assert not AwardChange.objects.exists()


def test_a_change_refused_leaves_the_award_as_it_is():
    award = awarded(entitled_child())
    change = proposed(award)
    made(award, change, accepted=False, words="情况没有查实，请再核对。")
    assert fresh(award).state == "active"
    proposed(award)


def test_a_second_proposal_waits_for_the_first_and_the_same_form_is_one():
    award, drafter, change = awarded(entitled_child()), make_actor("county_drafter"), wished()
    proposed(award, change, by=drafter)
    proposed(award, change, by=drafter)
    with pytest.raises(RecordError) as error:
        proposed(award)
    assert code_of(error) == "award.change_open"


def test_a_suspended_award_pays_nothing_until_it_is_resumed():
    award = awarded(entitled_child())
    made(award, proposed(award, wished("suspend")))
    assert fresh(award).state == "suspended"
    (running,) = awards_by_id([award.id])
    assert running.terms.suspended == (Stretch(this_month().plus(2)),)
    made(award, proposed(award, wished("resume", "", month=this_month().plus(4))))
    (running,) = awards_by_id([award.id])
    assert fresh(award).state == "active"
    assert running.terms.suspended == (Stretch(this_month().plus(2), this_month().plus(3)),)


def test_a_suspension_resumed_from_its_own_month_never_was():
    award = awarded(entitled_child())
    made(award, proposed(award, wished("suspend")))
    made(award, proposed(award, wished("resume", "", month=this_month().plus(2))))
    assert awards_by_id([award.id])[0].terms.suspended == ()


@pytest.mark.parametrize(
    ("handler", "ground"), [(following.on_child_died, "died"), (following.on_child_of_age, "of_age")]
)
def test_what_happens_to_a_child_opens_a_review_and_stops_nothing(handler, ground):
    award = awarded(entitled_child())
    handler(child_ids=[str(award.person_id)])
    handler(child_ids=[str(award.person_id)])
    looked = fresh(award)
    assert (looked.state, looked.review_for) == ("active", ground)
    assert open_kinds(award.id) == {"review_award"}


def test_an_award_that_the_law_no_longer_gives_is_looked_at():
    child = entitled_child()
    award = awarded(child)
    following.on_determination_made(child_ids=[str(child)])
    assert fresh(award).review_for == ""
    Award.objects.filter(id=award.id).update(entitlement="orphan_living_allowance")
    following.on_determination_made(child_ids=[str(child)])
    assert fresh(award).review_for == "circumstance_ended"


def test_a_review_ends_with_a_reason_and_the_award_goes_on():
    award = awarded(entitled_child())
    following.on_child_of_age(child_ids=[str(award.person_id)])
    keep_award(
        make_actor("county_drafter"),
        award_id=award.id,
        version=fresh(award).version,
        reason="仍在普通高中就读，按本地规定继续发放。",
    )
    assert fresh(award).review_for == ""
    assert open_kinds(award.id) == set()


def test_a_move_inside_the_county_takes_the_award_along():
    child = entitled_child()
    award = awarded(child)
    following.on_person_moved(person_id=str(child), old_division="990101001001", new_division="990101001002")
    assert (fresh(award).division, fresh(award).review_for) == ("990101001002", "")


def test_a_move_to_another_county_is_handed_over_by_two_people_there():
    child = entitled_child()
    award = awarded(child)
    there = OTHER_COUNTY[:6] + "001001"
    move_person(make_actor("county_drafter"), person_id=child, division=there, on=today())
    following.on_person_moved(person_id=str(child), old_division="990101001001", new_division=there)
    assert fresh(award).review_for == "moved"
    drafter = make_actor("county_drafter", division=OTHER_COUNTY)
    effect = propose_hand_over(
        drafter, award_id=award.id, version=fresh(award).version, change_id=uuid.uuid4(), reason="孩子已随祖母迁入本县"
    )
    change = AwardChange.objects.get()
    taken = decide_hand_over(
        make_actor("county_reviewer", division=OTHER_COUNTY),
        change_id=change.id,
        version=fresh(award).version,
        accepted=True,
    )
    old, new = fresh(award), Award.objects.get(id=taken)
    assert (old.state, Month.of(old.last_month)) == ("ended", effect.last_month)
    assert (new.division, Month.of(new.first_month), new.continues_id) == (there, effect.from_month, old.id)
    assert new.identity == old.identity


def test_an_award_that_has_not_moved_is_not_taken_over():
    award = awarded(entitled_child())
    with pytest.raises(RecordError) as error:
        propose_hand_over(
            make_actor("county_drafter"),
            award_id=award.id,
            version=1,
            change_id=uuid.uuid4(),
            reason="没有迁移，不应移交",
        )
    assert code_of(error) == "award.not_moved"


def test_a_merge_keeps_one_award_and_the_double_waits_for_a_person():
    first, second = entitled_child("m1"), entitled_child("m2")
    kept, double = awarded(first), awarded(second)
    merge_people(make_actor("county_drafter"), keep=first, drop=second)
    following.on_people_merged(kept=str(first), dropped=str(second))
    following.on_people_merged(kept=str(first), dropped=str(second))
    rows = {row.id: row for row in Award.objects.filter(person_id=first)}
    assert set(rows) == {kept.id, double.id}
    assert [row.duplicate_of_id for row in (rows[kept.id], rows[double.id])] == [None, kept.id]
    assert rows[double.id].review_for == "merged"
    with pytest.raises(RecordError) as error:
        proposed(double, wished("suspend"))
    assert code_of(error) == "award.duplicate"
    made(double, proposed(double, wished("end", "merged")))


def test_of_two_open_applications_of_one_child_the_younger_is_withdrawn():
    first, second = entitled_child("m1"), entitled_child("m2")
    one, other = received(first), received(second)
    merge_people(make_actor("county_drafter"), keep=second, drop=first)
    following.on_people_merged(kept=str(second), dropped=str(first))
    states = dict(Application.objects.values_list("id", "state"))
    assert (states[one.id], states[other.id]) == ("received", "withdrawn")
    assert not Application.objects.filter(person_id=first).exists()


def test_nothing_is_posted_for_a_child_whose_programme_forbids_it():
    found = checked(entitled_child())
    with pytest.raises(RecordError) as error:
        post_notice(make_actor("supervisor"), application_id=found)
    assert code_of(error) == "notice.forbidden"
    assert not PublicNotice.objects.exists()


def test_where_a_notice_is_required_the_decision_waits_until_it_is_over():
    child = entitled_child()
    found = checked(child, entitlement=DIBAO)
    assert "post_notice" in open_kinds(found)
    clerk = make_actor("supervisor")
    ends_on = post_notice(clerk, application_id=found)
    assert ends_on == today() + dt.timedelta(days=7)
    assert Paper.objects.get().kind == "public_notice"
    with pytest.raises(RecordError) as error:
        remove_notice(clerk, application_id=found, objections=0, words="")
    assert code_of(error) == "notice.running"
    draft_decision(
        make_actor("county_drafter"),
        application_id=found,
        version=version_of(found),
        draft=Draft("refuse", "家庭人均收入高于标准。"),
    )
    PublicNotice.objects.update(ends_on=today())
    with pytest.raises(RecordError) as error:
        remove_notice(clerk, application_id=found, objections=1, words="")
    assert code_of(error) == "notice.objections"
    remove_notice(clerk, application_id=found, objections=0, words="")
    assert "public_notice" not in open_kinds(found)


def test_a_verification_waits_for_the_family_s_authorisation_and_needs_a_report():
    waiting = received(entitled_child(), entitlement=DIBAO, brought=frozenset({"bank_card"}))
    assert Application.objects.get(id=waiting.id).state == "returned"
    clerk = make_actor("supervisor")
    complete_application(clerk, application_id=waiting.id, version=1, brought=["verification_authorisation"])
    row = Application.objects.get(id=waiting.id)
    assert row.state == "received"
    assert content_of(row).authorized_on == today().isoformat()
    with pytest.raises(RecordError) as error:
        checked(entitled_child(), entitlement=DIBAO, opinion=Opinion("agree", compared=frozenset({"police"})))
    assert code_of(error) == "application.report"


def refused_application() -> uuid.UUID:
    found = drafted(entitled_child(), draft=Draft("refuse", "母亲已释放并与孩子同住。"))
    decide_application(
        make_actor("county_approver"), application_id=found, version=version_of(found), decision="accept"
    )
    return found


def test_an_appeal_is_answered_by_somebody_who_did_not_decide():
    found = refused_application()
    appeal = receive_appeal(
        make_actor("supervisor"), appeal_id=uuid.uuid4(), application_id=found, words="母亲仍在外地，没有回家。"
    )
    assert "answer_appeal" in open_kinds(found)
    decider = Application.objects.get(id=found).decided_by
    approver = make_actor("county_approver")
    same = type(approver)(decider, approver.role, approver.scope, approver.purposes, approver.post_id)
    with pytest.raises(RecordError) as error:
        answer_appeal(same, appeal_id=appeal, result="reopened", words="重新核实，请再办。")
    assert code_of(error) == "application.same_person"
    answer_appeal(make_actor("county_reviewer"), appeal_id=appeal, result="reopened", words="经核实，母亲没有回家。")
    assert Appeal.objects.get().result == "reopened"
    assert Application.objects.get(id=found).state == "checked"
    assert "draft_decision" in open_kinds(found)


def test_whoever_holds_the_receipt_sees_where_it_stands_and_nothing_of_the_child():
    receipt = received(entitled_child())
    found = follow_application(number=receipt.number, code=receipt.code, origin="1.2.3.4")
    assert (found.state, found.number) == ("received", receipt.number)
    assert found.statutory_on > found.promised_on > today()
    assert not [value for value in vars(found).values() if "孩" in str(value)]


def test_a_wrong_code_and_a_number_that_nobody_has_sound_the_same():
    receipt = received(entitled_child())
    told = []
    for number, code in ((receipt.number, "00000000"), ("990101-2026-09999", receipt.code)):
        with pytest.raises(RecordError) as error:
            follow_application(number=number, code=code, origin="1.2.3.4")
        told.append(error.value.problems)
    assert told[0] == told[1]


def test_wrong_tries_are_limited_also_for_the_right_code():
    receipt = received(entitled_child())
    wrong = "".join(str((int(one) + 1) % 10) for one in receipt.code)
    for _try in range(WRONG_BY_NUMBER):
        with pytest.raises(RecordError) as error:
            follow_application(number=receipt.number, code=wrong, origin=f"1.2.3.{_try}")
        assert code_of(error) == "follow.wrong"
    with pytest.raises(RecordError) as error:
        follow_application(number=receipt.number, code=receipt.code, origin="9.9.9.9")
    assert code_of(error) == "follow.often"


def test_a_new_code_ends_the_old_one():
    receipt = received(entitled_child())
    renewed = renew_code(make_actor("supervisor"), application_id=receipt.id, version=1)
    follow_application(number=receipt.number, code=renewed.code, origin="1.2.3.4")
    if renewed.code != receipt.code:
        with pytest.raises(RecordError):
            follow_application(number=receipt.number, code=receipt.code, origin="1.2.3.4")


def test_the_list_of_the_entitled_names_those_for_whom_nobody_applied():
    applied, waiting, unconfirmed = entitled_child("p1"), entitled_child("p2"), entitled_child("p3", confirmed=False)
    received(applied)
    found = list_proposals(make_actor("supervisor"))
    assert [line.child_id for line in found.lines if line.entitlement == "de_facto_living_allowance"] == [waiting]
    assert unconfirmed not in {line.child_id for line in found.lines}
    Person.objects.filter(id=waiting).update(restricted=True)
    assert list_proposals(make_actor("supervisor")).total == 0


def named(child):
    """A drafter and a colleague who are named workers of the child's case."""
    workers = [make_actor("county_drafter"), make_actor("county_approver")]
    for worker in workers:
        grant_named_access(
            LOCAL_OPERATOR,
            person_id=child,
            user_id=worker.id,
            purpose=Purpose.SERVE,
            why="case_worker",
            reason="指定办理人员",
            ends_at=None,
        )
    return workers


def test_what_is_restricted_is_applied_for_by_named_workers_only_and_stands_in_no_list():
    child = entitled_child(child={"hiv_infected": True, "recognized_tekun": False, "disability_grade": 0})
    with pytest.raises(RecordError) as error:
        received(child, by=make_actor("county_drafter"), entitlement=HIV)
    assert code_of(error) == "application.entitlement"
    drafter, _approver = named(child)
    receipt = received(child, by=drafter, entitlement=HIV, brought=frozenset({"bank_card"}))
    assert read_application(drafter, application_id=receipt.id).sensitivity == 5
    for actor in (drafter, make_actor("county_drafter")):
        assert list_applications(actor, query=ApplicationQuery(state="")).total == 0
    with pytest.raises(RunError):
        read_application(make_actor("county_drafter"), application_id=receipt.id)
    assert {task.queue_role for task in Task.objects.filter(subject_id=str(receipt.id))} <= {"county_drafter"}
    assert all(task.post_id for task in Task.objects.filter(subject_id=str(receipt.id)))


def test_a_refused_child_is_proposed_again_only_after_a_new_determination():
    found = refused_application()
    child = Application.objects.get(id=found).person_id
    assert child not in {line.child_id for line in list_proposals(make_actor("supervisor")).lines}
