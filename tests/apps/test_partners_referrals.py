"""A child referred and back: drafted, sent, answered, planned, followed, closed; each state with an owner and a clock."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.audit.delivery import deliver_events
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.cases.escalation import escalate_tasks
from ciyou.apps.cases.models import Task
from ciyou.apps.cases.worklist import tasks_of
from ciyou.apps.partners.contents import open_content
from ciyou.apps.partners.following import expire_referrals, on_child_died
from ciyou.apps.partners.grounds import change_ground
from ciyou.apps.partners.lists import hop_figures, list_referrals, read_referral, referrals_of_child
from ciyou.apps.partners.models import Referral, ReferralState, ReferralStep, ServiceSlots
from ciyou.apps.partners.providers import offer_slots
from ciyou.apps.partners.referring import (
    draft_referral,
    offered_fields,
    refer_now,
    review_ground,
    send_referral,
    service_of,
)
from ciyou.apps.partners.refusals import ReferralNotFound
from ciyou.apps.partners.returning import close_referral, plan_return, record_follow_up, withdraw_referral
from ciyou.apps.partners.steps import move
from ciyou.apps.partners.transitions import CLOCKS, ENDINGS, MACHINE, OPEN, RECEIVER, SENDER, TRANSITIONS, every_clock
from ciyou.apps.registry.lifecycle import move_person
from ciyou.apps.registry.merging import merge_people
from ciyou.apps.registry.models import IdentityDecision, NamedAccess, Person
from ciyou.apps.registry.selectors import get_person
from ciyou.apps.registry.services import NewStatement, record_roster_facts
from ciyou.apps.registry.unmerging import unmerge_people
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.core.errors import AccessDenied, RecordError
from ciyou.packs import load_clocks
from tests.office import COUNTY, OTHER_COUNTY, file_child, make_actor, make_person, make_post
from tests.referral_builders import SERVICE, answered, days_ago, drafted, row_of, sending, sent, wanted_by

pytestmark = pytest.mark.django_db


def code_of(error) -> list[str]:
    return [problem.code for problem in error.value.problems]


def tasks(row) -> set[tuple[str, str, str]]:
    found = Task.objects.filter(subject_id=str(row.id), state="open")
    return {(one.kind, one.queue_role, str(one.post_id or "")) for one in found}


def replied(who, row):
    answered_row = answered(who.director, accepted(who, row), "reply", advice="watch", words="半年后再来看。")
    return answered_row


def accepted(who, row):
    move(make_actor("partner"), row, step="accept", end=RECEIVER)
    return row_of(row.id)


# -- the table --------------------------------------------------------------------------------------------------------


def test_every_open_state_has_a_clock_of_the_packs_and_a_way_to_its_end():
    assert set(CLOCKS) == set(OPEN)
    assert set(every_clock()) | {"review_referral_ground"} <= set(load_clocks(division=COUNTY))
    for state in OPEN:
        reached, seen = {state}, set()
        while reached - seen:
            one = (reached - seen).pop()
            seen.add(one)
            reached |= {found.after.value for found in TRANSITIONS.values() if one in found.before}
        assert "closed" in reached, state


@pytest.mark.parametrize("step", TRANSITIONS)
def test_a_step_is_taken_in_its_states_and_by_its_ends_only(step):
    row = drafted(sending())
    for state in ReferralState:
        for end in (SENDER, RECEIVER, MACHINE):
            Referral.objects.filter(id=row.id).update(state=state)
            row.refresh_from_db()
            if state in TRANSITIONS[step].before and end in TRANSITIONS[step].ends:
                move(LOCAL_OPERATOR, row, step=step, end=end)
                assert row_of(row.id).state == TRANSITIONS[step].after
            else:
                with pytest.raises(RecordError):
                    move(LOCAL_OPERATOR, row, step=step, end=end)
                assert row_of(row.id).state == state


def test_of_two_who_take_a_step_with_what_they_saw_one_is_told_that_it_moved_on():
    row = sent(sending())
    first, second = row_of(row.id), row_of(row.id)
    move(LOCAL_OPERATOR, first, step="accept", end=RECEIVER)
    with pytest.raises(RecordError) as error:
        move(LOCAL_OPERATOR, second, step="refuse", end=RECEIVER, note="full")
    assert code_of(error) == ["referral.moved_on"]
    assert (row_of(row.id).state, ReferralStep.objects.filter(referral=row).count()) == ("accepted", 3)


# -- the way there and back -------------------------------------------------------------------------------------------


def test_a_referral_goes_there_and_back_and_always_has_one_owner_and_one_clock():
    who = sending()
    row = drafted(who)
    mine = who.director.post_id
    assert tasks(row) == {("send_referral", "child_director", mine)}
    send_referral(who.director, referral_id=row.id, version=row.version)
    assert tasks(row) == {("accept_referral", "child_director", mine)}
    row = accepted(who, row_of(row.id))
    assert tasks(row) == {("arrive_referral", "child_director", mine)}
    row = answered(who.director, row, "arrive")
    assert tasks(row) == {("reply_referral", "child_director", mine)}
    row = answered(who.director, row, "reply", advice="aid", findings="双眼近视，需配镜。", words="半年后复查。")
    assert tasks(row) == {("plan_return", "child_director", mine)}
    plan_return(
        who.director, referral_id=row.id, version=row.version, what="配镜，坐前排。", next_on=timezone.localdate()
    )
    assert tasks(row) == {("follow_return", "child_director", mine)}
    record_follow_up(who.director, referral_id=row.id, version=row_of(row.id).version, words="已戴镜上课。")
    assert tasks(row) == {("close_referral", "child_director", mine)}
    close_referral(who.director, referral_id=row.id, version=row_of(row.id).version, reason="helped")
    row = row_of(row.id)
    assert (tasks(row), row.state, row.end_reason, row.due_on) == (set(), "closed", "helped", None)
    story = [one.step for one in ReferralStep.objects.filter(referral=row).order_by("at")]
    assert story == ["draft", "send", "accept", "arrive", "reply", "plan", "follow", "close"]
    logged = set(LogEntry.objects.filter(subject=str(row.id)).values_list("action", flat=True))
    assert {f"{step}_referral" for step in story[1:]} <= logged


def test_the_follow_up_is_due_on_the_day_that_the_plan_names():
    who = sending()
    row, day = replied(who, sent(who)), timezone.localdate() + dt.timedelta(days=60)
    plan_return(who.director, referral_id=row.id, version=row.version, what="配镜。", next_on=day)
    task = Task.objects.get(subject_id=str(row.id), kind="follow_return", state="open")
    assert (row_of(row.id).due_on, task.due_on, task.started_on) == (day, day, day)


@pytest.mark.parametrize(("days", "taken"), [(-1, False), (0, True), (180, True), (181, False), (365_000, False)])
def test_a_follow_up_is_neither_past_nor_later_than_the_packs_allow(days, taken):
    who = sending()
    row, day = replied(who, sent(who)), timezone.localdate() + dt.timedelta(days=days)
    if taken:
        plan_return(who.director, referral_id=row.id, version=row.version, what="配镜。", next_on=day)
    else:
        with pytest.raises(RecordError) as error:
            plan_return(who.director, referral_id=row.id, version=row.version, what="配镜。", next_on=day)
        assert code_of(error) == ["referral.next_on"]
    assert row_of(row.id).state == ("planned" if taken else "replied")


def test_only_chosen_fields_go_along_and_what_is_on_file_goes_as_it_is_there():
    who = sending()
    row = sent(who, fields={"asked": "视力", "name": "别的名字"})
    content = open_content(row.id, row.content)
    assert content.fields == {
        "name": who.child.name, "birth_date": "2016-05-01", "asked": "视力",
    }  # fmt: skip
    assert who.child.name.encode() not in bytes(row.content)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"fields": {}}, "field_missing"),
        ({"consent_by": ""}, "consent"),
        ({"consent_on": timezone.localdate() + dt.timedelta(days=1)}, "consent"),
        ({"ground": "child"}, "too_young"),
        ({"ground": "emergency"}, "words"),
        ({"ground": "nobody"}, "ground"),
        ({"service": "no_such"}, "service"),
        ({"service": "social_work"}, "not_offered"),
        ({"purpose": ""}, "words"),
    ],
)
def test_a_referral_without_what_it_needs_is_refused_with_what_is_missing(said, code):
    who = sending()
    with pytest.raises(RecordError) as error:
        drafted(who, **said)
    assert code_of(error) == [f"referral.{code}"]
    assert not Referral.objects.exists()


def test_a_child_of_fourteen_may_consent_itself():
    who = sending()
    who.child.birth_date = dt.date(2010, 1, 1)
    who.child.save()
    assert drafted(who, ground="child").ground == "child"


def test_a_form_sent_twice_is_one_referral():
    who = sending()
    wanted = wanted_by(who)
    assert draft_referral(who.director, wanted=wanted) == draft_referral(who.director, wanted=wanted) == wanted.id
    assert Referral.objects.count() == 1


def test_a_form_sent_twice_goes_once():
    who = sending()
    wanted = wanted_by(who)
    assert refer_now(who.director, wanted=wanted) == refer_now(who.director, wanted=wanted) == wanted.id
    assert list(ReferralStep.objects.filter(referral=wanted.id).order_by("at").values_list("step", flat=True)) == [
        "draft", "send",
    ]  # fmt: skip


def test_the_id_of_anothers_referral_is_no_way_to_it():
    who = sending()
    row = sent(who)
    with pytest.raises(ReferralNotFound):
        draft_referral(who.supervisor, wanted=wanted_by(who, id=row.id))
    assert row_of(row.id).sent_by == who.director.id


def test_in_an_emergency_it_goes_without_consent_and_another_person_looks_at_the_ground():
    who = sending()
    row = sent(
        who,
        ground="emergency",
        consent_by="",
        consent_on=None,
        emergency="孩子呕吐不止，联系不上家长。",
        urgency="urgent",
    )
    assert tasks(row) == {
        ("accept_urgent_referral", "child_director", who.director.post_id), ("review_referral_ground", "supervisor", ""),
    }  # fmt: skip
    with pytest.raises(AccessDenied):
        review_ground(who.director, referral_id=row.id, version=row.version)
    review_ground(who.supervisor, referral_id=row.id, version=row.version)
    assert row_of(row.id).ground_reviewed_by == who.supervisor.id
    assert tasks(row) == {("accept_urgent_referral", "child_director", who.director.post_id)}


def in_emergency(who, **fields):
    said = {"ground": "emergency", "consent_by": "", "consent_on": None, "emergency": "孩子呕吐不止，联系不上家长。"}
    return sent(who, **{**said, **fields})


def test_whoever_looks_at_the_ground_of_a_referral_above_its_class_is_shown_the_ground_until_it_has_looked():
    who = sending()
    typed = {"observed": "不会走路"}
    row = in_emergency(who, service="rehabilitation", fields=typed)
    Person.objects.filter(id=who.child.id).update(restricted=True)
    outside = make_actor("supervisor", division="990102001000")
    view = read_referral(who.supervisor, referral_id=row.id)
    assert (row.sensitivity, view.narrow, view.line.service, view.content.emergency) == (
        4, True, "rehabilitation", "孩子呕吐不止，联系不上家长。",
    )  # fmt: skip
    assert (view.content.fields, view.content.purpose, view.line.child_id, view.line.child_name) == ({}, "", None, "")
    assert (view.line.provider, view.steps, view.steps_now, view.may_review) == ("", (), frozenset(), True)
    with pytest.raises(ReferralNotFound):
        read_referral(outside, referral_id=row.id)
    review_ground(who.supervisor, referral_id=row.id, version=row.version)
    assert row_of(row.id).ground_reviewed_by == who.supervisor.id
    with pytest.raises(ReferralNotFound):
        read_referral(who.supervisor, referral_id=row.id)


def test_a_ground_that_is_not_accepted_needs_a_reason_that_its_sender_reads_and_its_receiver_does_not():
    post = make_post("partner", department="health")
    who = sending(post_id=post.id)
    row = in_emergency(who)
    no = {"referral_id": row.id, "version": row.version, "accepted": False}
    with pytest.raises(RecordError) as error:
        review_ground(who.supervisor, **no)
    assert code_of(error) == ["referral.words"]
    review_ground(who.supervisor, **no, reason="家长当天接了电话。")
    view = read_referral(who.director, referral_id=row.id)
    assert (view.ground_refused, view.steps[-1].step, view.steps[-1].words) == (
        True, "ground_refused", "家长当天接了电话。",
    )  # fmt: skip
    assert "review_referral_ground" not in {kind for kind, _role, _post in tasks(row)}
    assert [one.step for one in read_referral(actor_of(post), referral_id=row.id).steps] == ["draft", "send"]
    with pytest.raises(RecordError):
        review_ground(who.supervisor, referral_id=row.id, version=row_of(row.id).version)


def test_a_ground_that_was_not_accepted_is_its_senders_to_settle_by_a_consent_or_by_taking_it_back():
    who = sending()
    rows = [in_emergency(who), in_emergency(who), in_emergency(who)]
    for row in rows:
        review_ground(who.supervisor, referral_id=row.id, version=row.version, accepted=False, reason="家长接了电话。")
        assert ("settle_refused_ground", "child_director", who.director.post_id) in tasks(row)
        assert read_referral(who.director, referral_id=row.id).may_change_ground
    agreed, back, moved = (row_of(row.id) for row in rows)
    Task.objects.filter(kind="settle_refused_ground").delete()  # as one refused before there was this work
    expire_referrals()
    assert all(("settle_refused_ground", "child_director", who.director.post_id) in tasks(row) for row in rows)
    said = {
        "referral_id": agreed.id,
        "version": agreed.version,
        "ground": "guardian",
        "consent_on": timezone.localdate(),
    }
    with pytest.raises(RecordError) as error:
        change_ground(who.director, **said, consent_by=" ")
    assert code_of(error) == ["referral.consent"]
    change_ground(who.director, **said, consent_by="母亲")
    view = read_referral(who.director, referral_id=agreed.id)
    assert (view.ground, view.content.consent_by) == ("guardian", "母亲")
    assert (
        view.content.emergency == open_content(rows[0].id, rows[0].content).emergency != ""
    )  # why it left without one
    assert [one.step for one in view.steps][-2:] == ["ground_refused", "ground_changed"]
    assert tasks(agreed) == {("accept_referral", "child_director", who.director.post_id)}
    with pytest.raises(RecordError) as error:
        change_ground(who.director, **{**said, "version": view.version}, consent_by="母亲")
    assert code_of(error) == ["referral.no_refused_ground"]
    withdraw_referral(who.director, referral_id=back.id, version=back.version, reason="not_wanted")
    assert tasks(back) == set()
    there = make_actor("child_director", division="990101001002")
    move_person(who.drafter, person_id=who.child.id, division="990101001002", on=timezone.localdate())
    deliver_events()
    assert ("settle_refused_ground", "child_director", there.post_id) in tasks(moved)


def test_nobody_looks_at_the_emergency_ground_that_is_their_own():
    who = sending()
    row = sent(who, by=who.supervisor, ground="emergency", consent_by="", consent_on=None, emergency="孩子呕吐不止。")
    assert ("review_referral_ground", "county_reviewer", "") in tasks(row)
    with pytest.raises(RecordError) as error:
        review_ground(who.supervisor, referral_id=row.id, version=row.version)
    assert code_of(error) == ["referral.own_ground"]


def test_a_refusal_gives_the_place_back_and_its_sender_arranges_anew():
    who = sending()
    month = timezone.localdate().replace(day=1)
    offer_slots(who.drafter, provider_id=who.provider, service=SERVICE, month=month, offered=1)
    row = sent(who, month=month)
    assert ServiceSlots.objects.get().taken == 1
    with pytest.raises(RecordError) as error:
        drafted(who, month=month)
    assert code_of(error) == ["referral.full"]
    move(make_actor("partner"), row, step="refuse", end=RECEIVER, note="full", end_reason="full")
    assert (ServiceSlots.objects.get().taken, row_of(row.id).end_reason) == (0, "full")
    assert tasks(row) == {("settle_referral", "child_director", who.director.post_id)}
    close_referral(who.director, referral_id=row.id, version=row_of(row.id).version, reason="elsewhere")
    assert tasks(row) == set()


@pytest.mark.parametrize("ended", ["withdrawn", "died"])
def test_the_end_of_a_draft_frees_no_place_that_another_took(ended):
    who = sending()
    month = timezone.localdate().replace(day=1)
    offer_slots(who.drafter, provider_id=who.provider, service=SERVICE, month=month, offered=2)
    other = make_person(name="另一个孩子")
    sent(who, child_id=other.id, month=month)
    draft = drafted(who, month=month)
    if ended == "withdrawn":
        withdraw_referral(who.director, referral_id=draft.id, version=draft.version, reason="elsewhere")
    else:
        on_child_died([str(who.child.id)])
    assert (row_of(draft.id).state, ServiceSlots.objects.get().taken) == ("closed", 1)


def test_of_two_who_send_for_the_last_place_one_gets_it():
    who = sending()
    month = timezone.localdate().replace(day=1)
    offer_slots(who.drafter, provider_id=who.provider, service=SERVICE, month=month, offered=1)
    first, second = drafted(who, month=month), drafted(who, month=month)
    send_referral(who.director, referral_id=first.id, version=first.version)
    with pytest.raises(RecordError) as error:
        send_referral(who.director, referral_id=second.id, version=second.version)
    assert (code_of(error), row_of(second.id).state) == (["referral.full"], "drafted")


def test_what_nobody_answers_runs_out_after_the_days_of_the_packs():
    who = sending()
    old, young = sent(who), sent(who)
    Referral.objects.filter(id=old.id).update(since_on=days_ago(31))
    Referral.objects.filter(id=young.id).update(since_on=days_ago(30))
    assert expire_referrals() == 1
    assert (row_of(old.id).state, row_of(young.id).state) == ("expired", "sent")
    assert ReferralStep.objects.get(referral=old, step="expire").days == 31
    assert tasks(old) == {("settle_referral", "child_director", who.director.post_id)}


def test_what_has_a_place_in_a_month_runs_out_only_after_that_month():
    who = sending()
    this_month = timezone.localdate().replace(day=1)
    over, later = this_month - dt.timedelta(days=1), this_month + dt.timedelta(days=32)
    rows = []
    for month in (over.replace(day=1), this_month, later.replace(day=1)):
        slot = ServiceSlots.objects.get_or_create(
            provider_id=who.provider, service=SERVICE, month=month, defaults={"offered": 9}
        )[0]
        rows.append(sent(who, month=slot.month))
    Referral.objects.update(since_on=days_ago(40))
    assert expire_referrals() == 1
    assert [row_of(one.id).state for one in rows] == ["expired", "sent", "sent"]


def test_why_one_ran_out_tells_no_answer_from_no_news_of_the_child():
    who = sending()
    silent, taken = sent(who), accepted(who, sent(who))
    Referral.objects.update(since_on=days_ago(31))
    assert expire_referrals() == 2
    assert [row_of(one.id).end_reason for one in (silent, taken)] == ["unanswered", "unseen"]


def test_late_work_comes_up_to_the_supervisor_and_then_to_the_county():
    who = sending()
    row = sent(who)
    Task.objects.filter(subject_id=str(row.id)).update(half_on=days_ago(9), due_on=days_ago(5), escalate_on=days_ago(1))
    escalate_tasks(timezone.localdate())
    task = Task.objects.get(subject_id=str(row.id), state="open")
    assert (task.stage_told, task.escalated_to) == (150, "county_approver")


def test_the_death_of_a_child_ends_its_referrals_wherever_they_are():
    who = sending()
    rows = [drafted(who), sent(who), replied(who, sent(who))]
    on_child_died([str(who.child.id)])
    assert [(row_of(one.id).state, row_of(one.id).end_reason) for one in rows] == [("closed", "died")] * 3
    assert not Task.objects.filter(state="open", subject_id__in=[str(one.id) for one in rows]).exists()


def test_an_open_referral_goes_along_when_the_child_moves_and_keeps_its_time():
    who = sending()
    there = make_actor("child_director", division="990101001002")
    row, day = replied(who, sent(who)), timezone.localdate() + dt.timedelta(days=40)
    plan_return(who.director, referral_id=row.id, version=row.version, what="配镜。", next_on=day)
    urgent, closed = (
        sent(who, ground="emergency", emergency="孩子正在抽搐。", consent_by="", consent_on=None),
        sent(who),
    )
    withdraw_referral(who.director, referral_id=closed.id, version=closed.version, reason="moved")
    move_person(who.drafter, person_id=who.child.id, division="990101001002", on=timezone.localdate())
    deliver_events()
    assert tasks(row) == {("follow_return", "child_director", there.post_id)}
    assert Task.objects.get(subject_id=str(row.id), state="open").due_on == row_of(row.id).due_on == day
    assert {kind for kind, _role, _post in tasks(urgent)} == {"accept_referral", "review_referral_ground"}
    assert (tasks(closed), row_of(closed.id).division) == (set(), "990101001001")
    record_follow_up(there, referral_id=row.id, version=row_of(row.id).version, words="已戴镜上课。")
    with pytest.raises(ReferralNotFound):
        read_referral(who.director, referral_id=row.id)


def test_a_withdrawn_referral_needs_a_reason_of_the_list():
    who = sending()
    row = sent(who)
    with pytest.raises(RecordError) as error:
        withdraw_referral(who.director, referral_id=row.id, version=row.version, reason="so")
    assert code_of(error) == ["referral.ending"]
    withdraw_referral(who.director, referral_id=row.id, version=row.version, reason=ENDINGS[0])
    assert row_of(row.id).state == "closed"


# -- who sees what ----------------------------------------------------------------------------------------------------


def test_the_other_county_and_the_next_village_find_nothing():
    who = sending()
    row = sent(who)
    for role, place in (("county_drafter", OTHER_COUNTY), ("child_director", "990101001002")):
        stranger = make_actor(role, division=place)
        assert list_referrals(stranger).total == 0
        with pytest.raises(ReferralNotFound):
            read_referral(stranger, referral_id=row.id)


def test_a_partner_sees_what_was_sent_to_its_own_provider_and_nothing_of_the_file():
    post = make_post("partner", department="health")
    other = make_actor("partner", department="health")
    who = sending(post_id=post.id)
    own = actor_of(post)
    draft, row = drafted(who), sent(who)
    assert [one.id for one in list_referrals(own).lines] == [row.id]
    view = read_referral(own, referral_id=row.id)
    assert (view.line.child_id, view.line.child_name, view.content.fields["asked"]) == (None, "", "视力")
    assert list_referrals(other).total == 0
    for actor, referral in ((other, row), (own, draft)):
        with pytest.raises(ReferralNotFound):
            read_referral(actor, referral_id=referral.id)
    assert tasks(row) == {("accept_referral", "partner", str(post.id))}
    assert [one.person_id for one in tasks_of(own)] == [None]
    row = answered(own, row, "accept")
    assert view.steps_now == {"accept", "refuse"} and row.state == "accepted"


def test_what_was_found_is_not_read_below_its_class_and_the_return_plan_is():
    who = sending()
    row = answered(
        who.director, accepted(who, sent(who)), "reply", advice="aid", findings="双眼近视。", words="坐前排。"
    )
    assert row.reply_class == 4
    for actor, reads in ((who.director, False), (who.supervisor, False), (who.drafter, True)):
        view = read_referral(actor, referral_id=row.id)
        assert ((view.reply is not None), view.withheld, view.plan.advised) == (reads, not reads, "坐前排。")


def test_a_referral_above_the_readers_class_shows_how_long_it_takes_and_nobody():
    who = sending()
    row = sent(who, by=who.drafter, service="rehabilitation", fields={})
    line = list_referrals(who.supervisor).lines[0]
    assert (line.hidden, line.child_name, line.provider, line.service, line.state) == (True, "", "", "", "sent")
    with pytest.raises(ReferralNotFound):
        read_referral(who.supervisor, referral_id=row.id)
    assert list_referrals(who.drafter).lines[0].child_name == who.child.name


def test_a_restricted_referral_is_in_the_list_of_who_sent_it_and_read_by_named_workers_only():
    drafter = make_actor("county_drafter")
    who = sending(services=("psychological_assessment",))
    row = sent(who, by=drafter, service="psychological_assessment", fields={"hint": "PSC-17 18 分"})
    assert row.sensitivity == 5
    assert (list_referrals(drafter).total, list_referrals(who.drafter).total, list_referrals(who.supervisor).total) == (
        1,
        0,
        0,
    )
    assert Task.objects.get(subject_id=str(row.id), state="open").person_id is None
    with pytest.raises(ReferralNotFound):
        read_referral(who.drafter, referral_id=row.id)
    assert referrals_of_child(who.drafter, child_id=who.child.id) == ()
    NamedAccess.objects.create(
        person_id=who.child.id,
        user_id=who.drafter.id,
        granted_by="x",
        granted_at=timezone.now(),
        reason="x",
        purpose="serve",
        why="case_worker",
    )
    assert read_referral(who.drafter, referral_id=row.id).content.fields["hint"] == "PSC-17 18 分"
    assert hop_figures(who.drafter) == ()


def test_the_referral_of_a_protected_child_is_in_no_list_and_its_named_worker_finds_it_with_the_child():
    who = sending()
    row = sent(who, by=who.drafter)
    accepted(who, row)
    Person.objects.filter(id=who.child.id).update(restricted=True)
    NamedAccess.objects.create(
        person_id=who.child.id,
        user_id=who.drafter.id,
        granted_by="x",
        granted_at=timezone.now(),
        reason="x",
        purpose="serve",
        why="case_worker",
    )
    assert (list_referrals(who.drafter).total, hop_figures(who.drafter)) == (0, ())
    assert [one.id for one in referrals_of_child(who.drafter, child_id=who.child.id)] == [row.id]


def test_a_task_names_the_child_where_the_referral_is_of_class_3_only():
    who = sending()
    plain, health = sent(who, by=who.drafter), sent(who, by=who.drafter, service="rehabilitation", fields={})
    named = {row.id: Task.objects.get(subject_id=str(row.id), state="open").person_id for row in (plain, health)}
    assert (health.sensitivity, named) == (4, {plain.id: who.child.id, health.id: None})


def test_a_field_on_file_above_the_senders_class_is_not_told_by_it():
    who = sending()
    child_id = file_child(child={"disability_grade": 2})
    service = service_of(COUNTY, "rehabilitation")

    def told_by(actor):
        child = get_person(actor, person_id=child_id, purpose=Purpose.SERVE)
        return {one.field.code: one.value for one in offered_fields(actor, child=child, service=service)}[
            "disability_grade"
        ]

    assert (told_by(who.director), told_by(who.drafter)) == ("", "2")


def test_what_is_told_of_the_file_is_what_stands_and_nothing_contradicted_or_presumed():
    who = sending()
    told = {}
    for key, first, second in (
        ("k1", (2, "verified"), (3, "rostered")),
        ("k2", (2, "rostered"), (3, "rostered")),
        ("k3", (2, "presumed"), None),
    ):
        child_id = file_child(key, child={"disability_grade": first})
        if second is not None:
            later = (key, NewStatement("disability_grade", *second), "disabled_persons")
            record_roster_facts(LOCAL_OPERATOR, facts=[later], run_id="r2")
        child = get_person(who.drafter, person_id=child_id, purpose=Purpose.SERVE)
        offered = offered_fields(who.drafter, child=child, service=service_of(COUNTY, "rehabilitation"))
        told[key] = next(one.value for one in offered if one.field.code == "disability_grade")
    assert told == {"k1": "2", "k2": "", "k3": ""}


def test_what_the_file_lacks_is_added_in_the_file_and_not_on_the_form():
    who = sending()
    Person.objects.filter(id=who.child.id).update(birth_date=None)
    with pytest.raises(RecordError) as error:
        drafted(who, fields={"asked": "视力", "birth_date": "2016-05-01"})
    assert code_of(error) == ["referral.not_on_file"]
    assert "孩子的档案" in error.value.problems[0].zh


# -- days per hop, and one child that was two -------------------------------------------------------------------------


def test_a_supervisor_sees_the_days_of_each_hop_and_what_is_late_first():
    who = sending()
    slow, late = sent(who), sent(who)
    Referral.objects.filter(id=slow.id).update(since_on=days_ago(4))
    accepted(who, row_of(slow.id))
    Referral.objects.filter(id=late.id).update(due_on=days_ago(1))
    page = list_referrals(who.supervisor)
    assert [one.id for one in page.lines] == [late.id, slow.id]
    assert (page.late, page.lines[0].late, page.lines[1].days) == (1, True, (("accept", 4),))
    assert [(one.step, one.count, one.average, one.longest) for one in hop_figures(who.supervisor)] == [
        ("accept", 1, 4.0, 4)
    ]
    assert list_referrals(who.supervisor, show="late").total == 1


def test_a_merge_takes_the_referrals_along_and_undoing_it_gives_them_back():
    who = sending()
    twin = make_person(name=who.child.name)
    row = sent(who)
    merge_people(who.drafter, keep=twin.id, drop=who.child.id, reason="same_family")
    assert [one.id for one in referrals_of_child(who.supervisor, child_id=twin.id)] == [row.id]
    assert read_referral(who.director, referral_id=row.id).content.fields["asked"] == "视力"
    decision = IdentityDecision.objects.get()
    unmerge_people(who.drafter, decision_id=decision.id, reason="two_numbers")
    assert row_of(row.id).child_id == who.child.id


def test_a_merge_across_places_takes_the_work_along_and_undoing_it_brings_it_back():
    who = sending()
    there = make_actor("child_director", division="990101001002")
    twin = make_person(name=who.child.name, division="990101001002")
    row, health = sent(who), sent(who, by=who.drafter, service="rehabilitation", fields={})
    merge_people(who.drafter, keep=twin.id, drop=who.child.id, reason="same_family")
    deliver_events()
    for one in (row, health):
        assert (row_of(one.id).division, tasks(one)) == (
            twin.division, {("accept_referral", "child_director", there.post_id)},
        )  # fmt: skip
    assert read_referral(there, referral_id=row.id).line.child_id == twin.id
    unmerge_people(who.drafter, decision_id=IdentityDecision.objects.get().id, reason="two_numbers")
    deliver_events()
    assert tasks(row) == {("accept_referral", "child_director", who.director.post_id)}
    assert tasks(health) == {("accept_referral", "county_drafter", who.drafter.post_id)}
    assert {row_of(one.id).division for one in (row, health)} == {who.child.division}
