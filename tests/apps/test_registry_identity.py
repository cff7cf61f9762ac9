"""Nothing is final: two files that were made one are two again, exactly as they stood; the log says who decided what."""

from __future__ import annotations

import datetime as dt
import random
import uuid

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ciyou.apps.audit.delivery import deliver_events
from ciyou.apps.awards.models import Award
from ciyou.apps.cases.models import Task
from ciyou.apps.disbursement.child_account import account_of_award
from ciyou.apps.disbursement.models import Payment, PaymentLine
from ciyou.apps.disbursement.strayed import strayed_months, strayed_of_award
from ciyou.apps.entitlements.case_deciding import CaseWish, decide_case, draft_case
from ciyou.apps.entitlements.models import Determination
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.registry.between import written_since
from ciyou.apps.registry.models import Fact, Identifier, IdentityDecision, PayeeAccount, Person
from ciyou.apps.registry.payees import open_account
from ciyou.apps.registry.places import refresh_places
from ciyou.apps.registry.row_images import image_of
from ciyou.apps.registry.sealing import open_fact, open_identifier
from ciyou.apps.registry.selectors import PersonNotFound, get_person
from ciyou.apps.registry.services import (
    NewStatement,
    confirm_unmerge,
    correct_fact,
    ensure_parent,
    merge_people,
    move_person,
    record_death,
    record_facts,
    record_identifier,
    store_evidence,
    unmerge_people,
)
from ciyou.core.access.actor import LOCAL_OPERATOR, Purpose
from ciyou.core.awards.month import Month
from ciyou.core.errors import CiyouError, RecordError
from tests.month_builders import SICHUAN, Desk, award_to, lines_of, orphan, with_account
from tests.office import COUNTY, OTHER_COUNTY, OTHER_VILLAGE, VILLAGE, file_child, make_actor, make_person

pytestmark = pytest.mark.django_db
WHY, APART = "same_family", "two_numbers"


def codes(caught):
    return codes_of(caught.value)


def codes_of(refused):
    return [problem.code for problem in refused.problems]


def standing():
    return IdentityDecision.objects.filter(decision="merge", superseded_by=None)


def undo(officer, kept, reason=APART):
    return unmerge_people(officer, decision_id=standing().filter(kept=kept).order_by("-at").first().id, reason=reason)


def full_file(officer, chance):
    """A child's file with whatever chance gives it: facts, a parent with facts, numbers, an account."""
    division = chance.choice([VILLAGE, OTHER_VILLAGE])
    child = make_person(
        division=division, residence_division=chance.choice(["", OTHER_VILLAGE]), sex=chance.choice(["", "male"])
    )
    for name in ("adopted", "parents_untraceable"):
        if chance.random() < 0.5:
            said = [NewStatement(name, chance.random() < 0.5, "verified")]
            record_facts(officer, person_id=child.id, statements=said, source=chance.choice(["visit", "police"]))
    if chance.random() < 0.7:
        father = ensure_parent(officer, child_id=child.id, kind="father")
        record_facts(officer, person_id=father, statements=[NewStatement("dead", False, "verified")], source="visit")
    if chance.random() < 0.5:
        record_identifier(officer, person_id=child.id, kind="phone", value=f"1380013{chance.randrange(10**4):04d}")
    refresh_places([child.id])
    return child


def test_an_unmerge_restores_both_files_byte_for_byte():
    officer, chance = make_actor(), random.Random(6)
    for _ in range(20):
        kept, dropped = full_file(officer, chance), full_file(officer, chance)
        people = (kept.id, dropped.id)
        before = image_of(people)
        merge_people(officer, keep=kept.id, drop=dropped.id, reason=WHY)
        assert image_of(people) != before
        assert undo(officer, kept.id) == "undone"
        assert image_of(people) == before


def test_a_merge_undone_twice_is_undone_once_and_needs_a_known_reason():
    officer, kept, dropped = make_actor(), make_person(), make_person()
    merge_people(officer, keep=kept.id, drop=dropped.id, reason=WHY)
    merge = standing().get()
    with pytest.raises(RecordError) as caught:
        unmerge_people(officer, decision_id=merge.id, reason="looks different")
    assert codes(caught) == ["registry.unmerge_reason"]
    assert unmerge_people(officer, decision_id=merge.id, reason=APART) == "undone"
    assert unmerge_people(officer, decision_id=merge.id, reason=APART) == "already"
    first, second = IdentityDecision.objects.order_by("at")
    assert (first.decision, first.superseded_by_id) == ("merge", second.id)
    assert (second.decision, second.by, second.reason, second.superseded_by_id) == ("unmerge", officer.id, APART, None)


def test_what_was_found_to_be_two_people_is_not_merged_again_by_any_way_round():
    officer, kept, dropped, third = make_actor(), make_person(), make_person(), make_person()
    merge_people(officer, keep=kept.id, drop=dropped.id, reason=WHY)
    undo(officer, kept.id)
    for keep, drop in ((kept, dropped), (dropped, kept)):
        with pytest.raises(RecordError) as caught:
            merge_people(officer, keep=keep.id, drop=drop.id, reason=WHY)
        assert codes(caught) == ["registry.apart"]
    merge_people(officer, keep=third.id, drop=dropped.id, reason=WHY)
    with pytest.raises(RecordError) as caught:
        merge_people(officer, keep=kept.id, drop=third.id, reason=WHY)
    assert codes(caught) == ["registry.apart"]


def test_a_later_merge_is_undone_first():
    officer, first, second, third = make_actor(), make_person(), make_person(), make_person()
    merge_people(officer, keep=second.id, drop=first.id, reason=WHY)
    early = standing().get()
    merge_people(officer, keep=third.id, drop=second.id, reason=WHY)
    assert get_person(officer, person_id=first.id, purpose=Purpose.SERVE).id == third.id
    with pytest.raises(RecordError) as caught:
        unmerge_people(officer, decision_id=early.id, reason=APART)
    assert codes(caught) == ["registry.unmerge_order"]
    undo(officer, third.id)
    assert get_person(officer, person_id=first.id, purpose=Purpose.SERVE).id == second.id
    assert unmerge_people(officer, decision_id=early.id, reason=APART) == "undone"
    assert get_person(officer, person_id=first.id, purpose=Purpose.SERVE).id == first.id


def test_another_county_finds_no_merge_to_undo():
    officer, kept, dropped = make_actor(), make_person(), make_person()
    merge_people(officer, keep=kept.id, drop=dropped.id, reason=WHY)
    with pytest.raises(PersonNotFound):
        unmerge_people(make_actor(division=OTHER_COUNTY), decision_id=standing().get().id, reason=APART)
    assert standing().exists()


def values(child):
    child = getattr(child, "id", child)
    rows = Fact.objects.filter(person_id=child, superseded_at=None).order_by("name")
    return {(row.name, row.source): open_fact(child, row.name, row.value) for row in rows}


def say(officer, child, name, value, source="visit"):
    said = [NewStatement(name, value, "verified")]
    record_facts(officer, person_id=getattr(child, "id", child), statements=said, source=source)


@pytest.mark.parametrize(
    ("whose", "kept_says", "restored_says"),
    [("kept", True, False), ("restored", False, True)],
)
def test_what_a_visit_found_since_goes_to_the_child_that_a_person_names(whose, kept_says, restored_says):
    officer, kept, dropped = make_actor(), make_person(), make_person()
    for child in (kept, dropped):
        say(officer, child, "adopted", False)
    merge_people(officer, keep=kept.id, drop=dropped.id, reason=WHY)
    merge = standing().get()
    say(officer, kept, "adopted", True)
    with pytest.raises(RecordError) as caught:
        unmerge_people(officer, decision_id=merge.id, reason=APART)
    assert codes(caught) == ["registry.between"]
    assert Person.objects.get(id=dropped.id).merged_into_id == kept.id
    (item,) = written_since(merge)
    assert unmerge_people(officer, decision_id=merge.id, reason=APART, belongs={item.key: whose}) == "undone"
    assert values(kept) == {("adopted", "visit"): kept_says}
    assert values(dropped) == {("adopted", "visit"): restored_says}


def test_a_copy_that_a_person_corrected_since_is_asked_about_and_the_end_goes_to_where_it_came_from():
    officer, kept, dropped = make_actor(), make_person(), make_person()
    say(officer, dropped, "adopted", True)
    merge_people(officer, keep=kept.id, drop=dropped.id, reason=WHY)
    merge = standing().get()
    copy = Fact.objects.get(person=kept)
    correct_fact(officer, fact_id=copy.id, statement=None, reason="mistyped")
    (item,) = written_since(merge)
    assert item.ended
    unmerge_people(officer, decision_id=merge.id, reason=APART, belongs={item.key: "restored"})
    assert values(kept) == values(dropped) == {}
    assert Fact.objects.filter(person=dropped).count() == 1


def test_a_number_recorded_since_goes_along_and_no_longer_stands_on_the_other_file():
    officer, kept, dropped = make_actor(), make_person(), make_person()
    merge_people(officer, keep=kept.id, drop=dropped.id, reason=WHY)
    merge = standing().get()
    record_identifier(officer, person_id=kept.id, kind="phone", value="13800138000")
    (item,) = written_since(merge)
    unmerge_people(officer, decision_id=merge.id, reason=APART, belongs={item.key: "restored"})
    held = Identifier.objects.filter(kind="phone", ended_at=None)
    assert [row.person_id for row in held] == [dropped.id]
    assert open_identifier(dropped.id, "phone", held.get().cipher) == "13800138000"


def model_of(files, before):
    """Which file leads where and what each says, by replaying the decisions of the log that stand over the files as they began."""
    leads, says = {}, {child: dict(before[child]) for child in files}
    for row in standing().filter(kept__in=files).order_by("at"):
        says[row.kept_id] = {**says[row.dropped_id], **says[row.kept_id]}
        leads = {child: row.kept_id if to == row.dropped_id else to for child, to in leads.items()}
        leads[row.dropped_id] = row.kept_id
    return leads, says


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10**6),
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 3)), max_size=8),
)
def test_any_sequence_of_merges_and_unmerges_leaves_what_replaying_the_log_gives(seed, steps):
    with transaction.atomic():
        officer, chance = make_actor(), random.Random(seed)
        files = [full_file(officer, chance).id for _ in range(4)]
        before = {child: values(child) for child in files}
        image = image_of(files)
        for undoing, one, other in steps:
            try:
                if undoing and standing().filter(kept=files[one]).exists():
                    undo(officer, files[one])
                elif not undoing:
                    merge_people(officer, keep=files[one], drop=files[other], reason=WHY)
            except RecordError as refused:
                assert {problem.code for problem in refused.problems} <= {
                    "registry.merge",
                    "registry.moved_on",
                    "registry.apart",
                    "registry.unmerge_order",
                }
        leads, says = model_of(files, before)
        stored = dict(
            Person.objects.filter(id__in=files, merged_into__isnull=False).values_list("id", "merged_into_id")
        )
        assert stored == leads
        assert {child: values(child) for child in files} == says
        for row in standing().filter(kept__in=files).order_by("-at"):
            assert unmerge_people(officer, decision_id=row.id, reason=APART) == "undone"
        assert image_of(files) == image
        transaction.set_rollback(True)


def test_the_next_month_puts_right_what_a_wrong_merge_kept_from_a_child_and_two_people_undo_it():
    desk, second = Desk(), make_actor("county_reviewer", division=SICHUAN)
    kept, restored = orphan(key="k"), orphan(key="r")
    people = (kept, restored)
    desk.pay("2026-03")
    before = image_of(people)
    merge_people(desk.drafter, keep=kept, drop=restored, reason=WHY)
    deliver_events()
    merge = standing().get()
    assert Award.objects.filter(person=kept).count() == 2
    paid = desk.pay("2026-04")
    assert [line[:2] for line in lines_of(paid)] == [("2026-04", "current")]
    assert {item.what for item in written_since(merge)} <= {"cases.Lead"}
    for officer, refusal in ((desk.drafter, "access.role"), (second, "registry.unmerge_second")):
        assert unmerge_people(officer, decision_id=merge.id, reason=APART) == "proposed"
        with pytest.raises(CiyouError) as caught:
            confirm_unmerge(officer, decision_id=merge.id)
        assert codes(caught) == [refusal]
    with pytest.raises(PersonNotFound):
        confirm_unmerge(make_actor("county_reviewer", division=OTHER_COUNTY), decision_id=merge.id)
    assert confirm_unmerge(desk.approver, decision_id=merge.id) == "undone"
    after = image_of(people)
    assert {place: after[place] for place in before} == before
    # What was asked of the reviewers in between stands: it is about a determination of that time.
    assert {label for label, _key in after.keys() - before.keys()} <= {"cases.Task"}
    deliver_events()
    assert set(Award.objects.filter(person__in=people).values_list("review_for", flat=True)) == {"unmerged"}
    assert (
        Task.objects.filter(
            person__in=people, subject_id__in=map(str, Award.objects.values_list("id", flat=True)), state="open"
        ).count()
        == 2
    )
    # Nobody has looked at either award yet, and nobody's money waits for it.
    run = desk.draft("2026-05")
    of_child = {
        child: sorted(
            (f"{m:%Y-%m}", k)
            for m, k in PaymentLine.objects.filter(payment__run=run, payment__person=child).values_list(
                "claim__month", "kind"
            )
        )
        for child in people
    }
    assert of_child == {kept: [("2026-05", "current")], restored: [("2026-04", "arrears"), ("2026-05", "current")]}


def test_what_was_decided_in_between_is_determined_anew_and_a_case_of_that_time_is_looked_at_again():
    drafter, decider = make_actor("county_drafter"), make_actor("county_reviewer")
    kept, restored = (file_child(key, mother={"dead": True}) for key in "kr")
    people = (kept, restored)
    said = [NewStatement("adopted", False, "verified")]
    record_facts(drafter, person_id=restored, statements=said, source="visit")
    determine_children(LOCAL_OPERATOR, child_ids=people, as_of=timezone.localdate(), cause="load")
    merge_people(drafter, keep=kept, drop=restored, reason=WHY)
    deliver_events()
    merge = standing().get()
    case = decided_case(drafter, decider, kept)
    deliver_events()
    told = determinations(people)
    assert told.keys() == {kept, restored}
    belongs = {one.key: "kept" for one in written_since(merge)}
    assert unmerge_people(drafter, decision_id=merge.id, reason=APART, belongs=belongs) == "undone"
    assert not Task.objects.filter(kind="review_case_decision").exists()
    deliver_events()
    task = Task.objects.get(kind="review_case_decision")
    assert (task.subject_id, task.person_id, task.state, task.queue_role) == (
        str(case),
        kept,
        "open",
        "county_drafter",
    )
    # What the other child's facts had a part in is decided anew; the restored file's own answer rests on what it rested on.
    assert determinations(people)[kept] > standing_apart().at
    assert determinations(people)[restored] == told[restored]


def determinations(people):
    return dict(Determination.objects.filter(person__in=people, current=True).values_list("person_id", "known_at"))


def standing_apart():
    return IdentityDecision.objects.get(decision="unmerge", superseded_by=None)


def decided_case(drafter, decider, child):
    today = timezone.localdate()
    paper = store_evidence(drafter, key=uuid.uuid4(), person_id=child, title="会商纪要", content=b"%PDF-1.4\n%%EOF")
    until, reasons = today + dt.timedelta(days=100), "公安、村委会多次查找未果，县级会商同意。"
    wish = CaseWish(uuid.uuid4(), "de_facto_unattended", True, today, until, reasons, (paper,))
    case = draft_case(drafter, child_id=child, wish=wish)
    decide_case(decider, case_id=case, version=1, accepted=True, words="同意。")
    return case


def test_what_was_paid_in_between_is_the_months_of_the_child_whose_award_it_is():
    desk, second = Desk(), make_actor("county_reviewer", division=SICHUAN)
    kept, restored = orphan(key="k", award=False), orphan(key="r")
    award = Award.objects.get()
    merge_people(desk.drafter, keep=kept, drop=restored, reason=WHY)
    deliver_events()
    merge, paid = standing().get(), desk.pay("2026-01")
    payment = Payment.objects.get(run=paid)
    assert payment.person_id == kept
    told = strayed_months(desk.drafter, child=restored, other=kept, awards=[award.id], copies=())
    said = {one.key: "kept" for one in written_since(merge)}
    assert unmerge_people(desk.drafter, decision_id=merge.id, reason=APART, belongs=said) == "proposed"
    assert confirm_unmerge(second, decision_id=merge.id) == "undone"
    deliver_events()
    account = account_of_award(desk.drafter, award_id=award.id, through=Month(2026, 1))
    (month,) = account.months
    assert account.child.id == restored
    assert (month.balance.paid_fen, account.owed_fen, account.overpaid_fen) == (135_000, 0, 0)
    assert month.paid_in == ((dt.date(2026, 1, 1), "paid", 135_000),)
    (strayed,) = strayed_of_award(desk.drafter, award_id=award.id, child_id=restored)
    assert (strayed.month, strayed.amount_fen, strayed.owner.id) == (Month(2026, 1), 135_000, kept)
    assert [(one.month, one.payee) for one in told] == [(strayed.month, strayed.payee)]
    assert strayed.payee == f"代领人 **** {number_of(kept)[-4:]}"
    assert strayed_of_award(make_actor("child_director", division=SICHUAN), award_id=award.id, child_id=restored) == ()
    run = desk.draft("2026-02")
    assert [line[:2] for line in lines_of(run)] == [("2026-02", "current")]
    assert Payment.objects.get(run=run).person_id == restored


@pytest.mark.parametrize("shared", [True, False])
def test_money_in_the_childs_own_account_or_in_one_that_both_children_have_did_not_stray(shared):
    desk, second = Desk(), make_actor("county_reviewer", division=SICHUAN)
    kept, restored = orphan(key="k", award=False, account=False), orphan(key="r")
    award = Award.objects.get(person=restored)
    if shared:
        with_account(kept, number_of(restored))
    own = set(PayeeAccount.objects.values_list("pk", flat=True))
    merge_people(desk.drafter, keep=kept, drop=restored, reason=WHY)
    deliver_events()
    desk.pay("2026-01")
    merge = standing().get()
    copies = {str(pk) for pk in PayeeAccount.objects.exclude(pk__in=own).values_list("pk", flat=True)}
    assert len(copies) == (0 if shared else 1)
    assert Payment.objects.filter(person=kept, lines__claim__award=award, state="paid").count() == 1
    asked = {"child": restored, "other": kept, "awards": [award.id]}
    assert strayed_months(desk.drafter, copies=copies, **asked) == ()
    said = {one.key: "kept" for one in written_since(merge)}
    unmerge_people(desk.drafter, decision_id=merge.id, reason=APART, belongs=said)
    confirm_unmerge(second, decision_id=merge.id)
    assert strayed_of_award(desk.drafter, award_id=award.id, child_id=restored) == ()


def number_of(child):
    return open_account(PayeeAccount.objects.get(person=child, ended_at=None))["number"]


def test_what_cannot_stand_again_is_said_before_a_second_person_is_asked():
    drafter = make_actor()
    kept, restored = make_person(), make_person()
    award_to(restored.id, county=COUNTY)
    merge_people(drafter, keep=kept.id, drop=restored.id, reason=WHY)
    deliver_events()
    merge = standing().get()
    before = image_of((kept.id, restored.id))
    newer = award_to(restored.id, county=COUNTY)
    said = {one.key: "restored" for one in written_since(merge)}
    assert f"awards.Award:{newer.id}" in said
    with pytest.raises(RecordError) as caught:
        unmerge_people(drafter, decision_id=merge.id, reason=APART, belongs=said)
    assert codes(caught) == ["registry.moved_on"]
    newer.delete()
    assert image_of((kept.id, restored.id)) == before
    assert not IdentityDecision.objects.filter(decision="propose_unmerge").exists()


@pytest.mark.parametrize("whose", ["kept", "restored"])
def test_a_death_recorded_since_is_the_death_of_the_child_that_a_person_names_and_nobody_elses_money_waits(whose):
    desk = Desk()
    kept, restored = orphan(key="k"), orphan(key="r")
    merge_people(desk.drafter, keep=kept, drop=restored, reason=WHY)
    deliver_events()
    merge = standing().get()
    record_death(desk.drafter, person_id=kept, on=timezone.localdate(), known_from="family")
    deliver_events()
    told = {one.key: whose if one.what == "registry.Fact" else "kept" for one in written_since(merge)}
    assert unmerge_people(desk.drafter, decision_id=merge.id, reason=APART, belongs=told) == "proposed"
    assert Person.objects.get(id=kept).status == "dead"
    assert confirm_unmerge(desk.reviewer, decision_id=merge.id) == "undone"
    deliver_events()
    dead, living = (kept, restored) if whose == "kept" else (restored, kept)
    assert dict(Person.objects.filter(id__in=(kept, restored)).values_list("id", "status")) == {
        dead: "dead",
        living: "active",
    }
    assert ("dead", "registration") not in values(living)
    assert values(dead)["dead", "registration"] is True
    assert dict(Award.objects.values_list("person_id", "review_for")) == {dead: "died", living: "unmerged"}
    run = desk.draft("2026-02")
    assert {child for child in Payment.objects.filter(run=run).values_list("person_id", flat=True)} == {living}


def test_a_file_that_moved_to_another_county_since_is_undone_there_and_the_other_stands_where_it_stood():
    here, there = make_actor(), make_actor(division=OTHER_COUNTY)
    kept, dropped = make_person(), make_person()
    merge_people(here, keep=kept.id, drop=dropped.id, reason=WHY)
    deliver_events()
    merge = standing().get()
    move_person(here, person_id=kept.id, division=f"{OTHER_COUNTY[:6]}001001", on=timezone.localdate())
    deliver_events()
    with pytest.raises(PersonNotFound):
        unmerge_people(here, decision_id=merge.id, reason=APART)
    assert unmerge_people(there, decision_id=merge.id, reason=APART) == "undone"
    deliver_events()
    assert get_person(here, person_id=dropped.id, purpose=Purpose.SERVE).id == dropped.id
    assert get_person(there, person_id=kept.id, purpose=Purpose.SERVE).id == kept.id
    for officer, other in ((here, kept), (there, dropped)):
        with pytest.raises(PersonNotFound):
            get_person(officer, person_id=other.id, purpose=Purpose.SERVE)
