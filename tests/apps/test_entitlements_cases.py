"""一事一议: drafted by one person, decided by another, respected by the engine and the month, ended by nobody unseen."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from ciyou.apps.awards.models import Award
from ciyou.apps.awards.run_source import awards_by_id
from ciyou.apps.cases import case_tasks
from ciyou.apps.cases.models import Task
from ciyou.apps.disbursement.deriving import Deriver
from ciyou.apps.entitlements.case_answers import cases_differing
from ciyou.apps.entitlements.case_deciding import CaseNotFound, CaseWish, decide_case, draft_case, end_case
from ciyou.apps.entitlements.case_reading import cases_of_child, marks_of_child, one_case
from ciyou.apps.entitlements.models import CaseDecision, Determination, Outcome
from ciyou.apps.entitlements.services import determine_children, redetermine_due, replay_determination
from ciyou.apps.entitlements.stored_statements import current_of
from ciyou.apps.registry.refusals import PersonNotFound
from ciyou.apps.registry.services import NewStatement, record_facts, store_evidence
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.awards.month import Month
from ciyou.core.errors import AccessDenied, RecordError
from ciyou.core.facts.state import Basis
from tests.case_builders import parent_of
from tests.office import OTHER_COUNTY, VILLAGE, file_child, make_actor

pytestmark = pytest.mark.django_db
RULE, MONEY = "de_facto_unattended", "de_facto_living_allowance"
REASONS = "公安、村委会多次查找未果，县级会商同意。"


def today():
    return timezone.localdate()


@pytest.fixture
def drafter():
    return make_actor("county_drafter")


@pytest.fixture
def decider():
    return make_actor("county_reviewer")


@pytest.fixture
def child(drafter):
    """A child whose mother is dead; of whose father nothing is known that would decide."""
    found = file_child("a", mother={"dead": True})
    determine(found)
    assert outcome(found) == "undetermined"
    return found


def determine(child, day=None, cause="load"):
    return determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=day or today(), cause=cause)


def outcome(child, rule=RULE):
    return Outcome.objects.filter(person_id=child, rule=rule).values_list("outcome", flat=True).first() or "no"


def wish(drafter, child, **fields):
    paper = store_evidence(drafter, key=uuid.uuid4(), person_id=child, title="会商纪要", content=b"%PDF-1.4\n%%EOF")
    values = {
        "id": uuid.uuid4(), "rule": RULE, "holds": True, "first": today(), "until": today() + dt.timedelta(days=100),
        "reasons": REASONS, "evidence": (paper,), **fields,
    }  # fmt: skip
    return CaseWish(**values)


def decided(drafter, decider, child, **fields):
    case = draft_case(drafter, child_id=child, wish=wish(drafter, child, **fields))
    decide_case(decider, case_id=case, version=1, accepted=True, words="同意。")
    return case


def test_what_people_decide_is_the_answer_of_the_rule_and_shown_as_theirs(drafter, decider, child):
    case = decided(drafter, decider, child)
    assert outcome(child) == "yes" and outcome(child, MONEY) != "no"
    row = Determination.objects.get(person_id=child, current=True)
    assert (row.cause, row.state) == ("case", "proposed")
    assert {"rule": RULE, "from": "undetermined", "to": "yes"}.items() <= {
        "rule": row.difference[0]["rule"], "from": row.difference[0]["from"][0], "to": row.difference[0]["to"][0],
    }.items()  # fmt: skip
    assert replay_determination(LOCAL_OPERATOR, determination_id=row.id).same
    mark = marks_of_child(decider, child_id=child)[RULE]
    assert (mark.case_id, mark.until, mark.due, mark.differs) == (case, today() + dt.timedelta(days=100), False, False)


def test_a_no_of_people_is_no_more_than_a_no(drafter, decider, child):
    decided(drafter, decider, child, holds=False)
    assert (outcome(child), outcome(child, MONEY)) == ("no", "no")


def test_without_a_chosen_answer_nothing_is_proposed(drafter, child):
    with pytest.raises(RecordError) as refused:
        draft_case(drafter, child_id=child, wish=wish(drafter, child, holds=None))
    assert [problem.code for problem in refused.value.problems] == ["case.answer"]
    assert not CaseDecision.objects.filter(person_id=child).exists()


def test_one_drafts_and_another_decides_and_the_same_form_twice_is_one(drafter, child):
    wanted = wish(drafter, child)
    assert draft_case(drafter, child_id=child, wish=wanted) == draft_case(drafter, child_id=child, wish=wanted)
    assert CaseDecision.objects.count() == 1
    both = make_actor("county_reviewer")
    CaseDecision.objects.update(drafted_by=both.id)
    with pytest.raises(AccessDenied):
        decide_case(both, case_id=wanted.id, version=1, accepted=True)
    for role in ("child_director", "supervisor", "county_reviewer", "county_approver"):
        with pytest.raises((AccessDenied, PersonNotFound)):
            draft_case(make_actor(role), child_id=child, wish=wanted)
    with pytest.raises(AccessDenied):
        decide_case(drafter, case_id=wanted.id, version=1, accepted=True)
    assert outcome(child) == "undetermined"


def test_a_refusal_needs_words_and_changes_nothing(drafter, decider, child):
    case = draft_case(drafter, child_id=child, wish=wish(drafter, child))
    with pytest.raises(RecordError, match=r"case\.reasons"):
        decide_case(decider, case_id=case, version=1, accepted=False)
    decide_case(decider, case_id=case, version=1, accepted=False, words="请先函询公安机关再议。")
    assert (CaseDecision.objects.get().state, outcome(child)) == ("refused", "undetermined")
    with pytest.raises(RecordError, match=r"case\.moved_on"):
        decide_case(decider, case_id=case, version=1, accepted=True)


def test_it_needs_reasons_a_paper_and_an_end_within_the_packs_limit(drafter, child):
    wrong = {
        "reasons": {"reasons": "短"},
        "evidence": {"evidence": ()},
        "until": {"until": today() + dt.timedelta(days=800)},
        "days": {"until": today()},
    }
    for code, fields in wrong.items():
        with pytest.raises(RecordError, match=rf"case\.{code}"):
            draft_case(drafter, child_id=child, wish=wish(drafter, child, **fields))
    other = file_child("o")
    strange = store_evidence(drafter, key=uuid.uuid4(), person_id=other, title="别人的", content=b"%PDF-1.4\n%%EOF")
    with pytest.raises(RecordError, match=r"case\.evidence"):
        draft_case(drafter, child_id=child, wish=wish(drafter, child, evidence=(strange,)))


def test_a_certain_answer_is_not_theirs_to_overrule_nor_a_restricted_rule_to_decide(drafter, child):
    with pytest.raises(RecordError, match=r"case\.certain"):
        draft_case(drafter, child_id=child, wish=wish(drafter, child, rule="orphan"))
    with pytest.raises(RecordError, match=r"case\.rule"):
        draft_case(drafter, child_id=child, wish=wish(drafter, child, rule="hiv_infected"))
    with pytest.raises(RecordError, match=r"case\.rule"):
        draft_case(drafter, child_id=child, wish=wish(drafter, child, rule="no_such_rule"))


def test_another_countys_case_is_not_there(drafter, child):
    case = draft_case(drafter, child_id=child, wish=wish(drafter, child))
    stranger = make_actor("county_reviewer", division=OTHER_COUNTY)
    with pytest.raises(CaseNotFound):
        one_case(stranger, case_id=case)
    with pytest.raises(CaseNotFound):
        decide_case(stranger, case_id=case, version=1, accepted=True)
    with pytest.raises(PersonNotFound):
        cases_of_child(stranger, child_id=child)
    assert cases_of_child(make_actor("child_director"), child_id=child).cases == ()


def test_when_its_time_is_over_it_is_due_for_review_and_nothing_is_stopped(drafter, decider, child):
    case = decided(drafter, decider, child)
    award = give_award(child)
    before = Award.objects.filter(id=award.id).values().get()
    over = today() + dt.timedelta(days=100)
    assert Determination.objects.get(person_id=child, current=True).next_check_on <= over

    assert case_tasks.review_ending_cases(today()) == 0
    assert case_tasks.review_ending_cases(over - dt.timedelta(days=10)) == 1
    assert case_tasks.review_ending_cases(over) == 1
    task = Task.objects.get(kind="review_case_decision")
    assert (task.subject_id, task.queue_role, task.state) == (str(case), "county_drafter", "open")

    redetermine_due(over)
    assert outcome(child) == "undetermined"
    assert CaseDecision.objects.get().state == "decided"  # people end it; time does not
    assert Award.objects.filter(id=award.id).values().get() == before
    owed = derive(award, child, Month.of(over).plus(1))
    due = {one.month: (one.amount_fen, one.why.value) for one in owed.dues}
    assert due[Month.of(over).plus(1)] == (135000, "as_awarded")


def give_award(child):
    return Award.objects.create(
        person_id=child, identity=f"file:{child.hex}", entitlement=MONEY, series="children_living", division=VILLAGE,
        amount_fen=135000, first_month=today().replace(day=1), awarded_on=today(), awarded_by="local",
    )  # fmt: skip


def derive(award, child, through):
    (run_award,) = awards_by_id([award.id])
    found, _written = Deriver(through).derive([run_award], current_of([child]), {})
    return found[award.id.hex][0]


def test_the_month_takes_it_as_the_laws_answer_while_it_counts(drafter, decider, child):
    award = give_award(child)
    month = Month.of(today()).plus(1)
    assert derive(award, child, month).derived.answers[-1].outcome.value == "undetermined"
    decided(drafter, decider, child)
    answers = {one.month: one.outcome.value for one in derive(award, child, month.plus(5)).derived.answers}
    plain = Outcome.objects.filter(person_id=child, rule=MONEY).values_list("outcome", flat=True).first()
    assert answers[month] == plain != "no"
    assert answers[month.plus(5)] == "undetermined"


def test_a_later_decision_follows_the_earlier_and_ends_its_review(drafter, decider, child):
    first = decided(drafter, decider, child)
    case_tasks.review_ending_cases(today() + dt.timedelta(days=90))
    second = decided(drafter, decider, child, until=today() + dt.timedelta(days=300))
    rows = dict(CaseDecision.objects.values_list("id", "state"))
    assert (rows[first], rows[second]) == ("ended", "decided")
    assert CaseDecision.objects.get(id=second).renews_id == first
    case_tasks.on_case_settled(case_id=str(second), renewed=str(first))
    assert not Task.objects.filter(kind="review_case_decision", state="open").exists()


def test_ended_early_with_a_reason_the_rule_is_open_again(drafter, decider, child):
    case = decided(drafter, decider, child, first=today() - dt.timedelta(days=40))
    assert outcome(child) == "yes"
    end_case(decider, case_id=case, version=2, words="父亲已经找到，按事实认定。")
    assert outcome(child) == "undetermined"


def test_where_facts_have_become_certain_of_the_other_the_facts_stand_and_a_person_is_asked(drafter, decider, child):
    case = decided(drafter, decider, child)
    father = parent_of(child, "father")
    record_facts(
        LOCAL_OPERATOR, person_id=father, source="correction", reference="",
        statements=[NewStatement("dead", True, Basis.VERIFIED, None)],
    )  # fmt: skip
    determine(child, cause="facts")

    assert outcome(child) == "no"  # both parents dead: an orphan, not de-facto unattended
    assert [one.id for one in cases_differing([str(child)])] == [case]
    case_tasks.on_determination_made(child_ids=[str(child)])
    assert Task.objects.get(kind="review_case_decision").subject_id == str(case)
    assert one_case(decider, case_id=case)[1].differs == "no"
    assert marks_of_child(decider, child_id=child)[RULE].differs


def test_a_draft_is_the_reviewers_task_until_it_is_decided(drafter, decider, child):
    case = draft_case(drafter, child_id=child, wish=wish(drafter, child))
    case_tasks.on_case_drafted(case_id=str(case), child_ids=[str(child)], division="990101000000")
    assert Task.objects.get(kind="decide_case_decision").queue_role == "county_reviewer"
    case_tasks.on_case_settled(case_id=str(case))
    assert Task.objects.get(kind="decide_case_decision").state == "done"
