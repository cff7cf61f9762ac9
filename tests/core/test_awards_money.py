"""What is due, paid and outstanding: by hand, and for random histories."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ciyou.core.awards.balance import (
    Balance,
    Line,
    LineKind,
    RecoveryPlan,
    arrears,
    balances,
    overpaid,
    plan_lines,
)
from ciyou.core.awards.dues import AwardTerms, Due, Ground, Stretch, Why, dues
from ciyou.core.awards.law import LawAnswer
from ciyou.core.awards.month import Month, months_from
from ciyou.core.awards.turning import StopMonth
from ciyou.core.errors import RecordError
from ciyou.core.facts.state import Basis
from ciyou.core.rules.interpreter import Outcome

START = Month(2026, 1)
DIED = Ground("died", StopMonth.SAME_MONTH, hold_until_reviewed=True)


def answer(month, outcome=Outcome.YES, amount=None, floor=None, ceiling=None):
    return LawAnswer(month, outcome, Basis.VERIFIED, amount, floor, ceiling)


def due_of(one, *, terms=None, ground=None):
    asked = terms or AwardTerms(START, 100_000)
    options = {"ground_of": lambda said: ground} if ground else {}
    return dues(asked, [one], one.month, **options)[0]


# -- what is due -----------------------------------------------------------------------------------------------------
def test_while_the_law_says_yes_its_amount_is_due_whatever_was_awarded():
    assert due_of(answer(START, amount=135_000)) == Due(START, 135_000, Why.LAW)


@pytest.mark.parametrize(
    ("floor", "ceiling", "amount"),
    [(None, None, 100_000), (0, 90_000, 90_000), (110_000, None, 110_000), (0, 200_000, 100_000)],
)
def test_an_amount_that_the_law_leaves_open_is_as_awarded_within_its_bounds(floor, ceiling, amount):
    assert due_of(answer(START, floor=floor, ceiling=ceiling)) == Due(START, amount, Why.AMOUNT_OPEN)


@pytest.mark.parametrize("outcome", [Outcome.NO, Outcome.UNDETERMINED])
def test_where_the_law_no_longer_says_yes_what_was_awarded_goes_on_and_a_person_is_asked(outcome):
    assert due_of(answer(START, outcome)) == Due(START, 100_000, Why.AS_AWARDED, "circumstance_ended")


def test_a_ground_that_holds_keeps_the_money_until_a_person_has_looked():
    assert due_of(answer(START, Outcome.NO), ground=DIED) == Due(START, 0, Why.HELD, "died")


def test_nothing_is_due_while_a_person_has_suspended_it():
    terms = AwardTerms(START, 100_000, suspended=(Stretch(START.plus(1), START.plus(2)), Stretch(START.plus(4))))
    months = months_from(START, START.plus(5))
    found = dues(terms, [answer(month, amount=100_000) for month in months], months[-1])
    assert [due.amount_fen for due in found] == [100_000, 0, 0, 100_000, 0, 0]
    assert found[1].why is Why.SUSPENDED


def test_an_award_that_a_person_ended_is_due_up_to_its_last_month():
    terms = AwardTerms(START, 100_000, last_month=START.plus(1))
    found = dues(terms, [answer(START.plus(step), amount=1) for step in range(9)], START.plus(8))
    assert [due.month for due in found] == [START, START.plus(1)]


def test_a_month_without_the_laws_answer_is_not_passed_over():
    with pytest.raises(KeyError):
        dues(AwardTerms(START, 100_000), [answer(START, amount=1)], START.plus(1))


# -- what is outstanding -----------------------------------------------------------------------------------------------
def test_what_is_due_and_not_paid_is_outstanding_and_the_earlier_months_are_arrears():
    account = balances({START: 135_000, START.plus(1): 135_000}, {START: 120_000})
    assert [one.outstanding_fen for one in account] == [15_000, 135_000]
    assert [one.month for one in arrears(account, START.plus(1))] == [START]
    assert overpaid(account) == ()


def test_a_waiver_lets_go_of_an_overpayment_and_never_makes_anything_due():
    assert Balance(START, 0, 100_000, 30_000).outstanding_fen == -70_000
    assert Balance(START, 100_000, 100_000, 30_000).outstanding_fen == 0  # it was due after all
    assert Balance(START, 0, 0, 30_000).outstanding_fen == 0  # it came back from the bank


def test_a_run_pays_the_month_and_its_arrears_and_takes_nothing_back_without_a_plan():
    account = balances({START: 100, START.plus(1): 100, START.plus(2): 100}, {START: 40, START.plus(1): 170})
    run = START.plus(2)
    assert plan_lines(account, run) == (
        Line(run, START, LineKind.ARREARS, 60),
        Line(run, run, LineKind.CURRENT, 100),
    )


@pytest.mark.parametrize(
    ("plan", "recovered", "taken"),
    [
        (RecoveryPlan(START, most_fen=50), 0, 50),
        (RecoveryPlan(START, most_percent=30), 0, 30),
        (RecoveryPlan(START, most_percent=30), 20, 10),
        (RecoveryPlan(START, most_fen=5_000), 0, 100),
        (RecoveryPlan(START.plus(3), most_fen=50), 0, 0),
        (RecoveryPlan(START, most_fen=0), 0, 0),
    ],
)
def test_a_recovery_takes_what_its_plan_allows_and_never_more_than_the_run_pays(plan, recovered, taken):
    run = START.plus(2)
    lines = plan_lines(balances({run: 100}, {START: 300}), run, recovery=plan, recovered_fen=recovered)
    assert -sum(line.amount_fen for line in lines if line.kind is LineKind.RECOVERY) == taken


def test_the_oldest_overpayment_is_taken_back_first():
    run = START.plus(2)
    lines = plan_lines(balances({run: 100}, {START: 20, START.plus(1): 90}), run, recovery=RecoveryPlan(START, 70))
    assert [(line.month, line.amount_fen) for line in lines] == [(START, -20), (START.plus(1), -50), (run, 100)]


@pytest.mark.parametrize("limits", [{}, {"most_fen": 1, "most_percent": 1}, {"most_percent": 101}, {"most_fen": -1}])
def test_a_plan_without_one_sound_limit_is_refused(limits):
    with pytest.raises(RecordError) as refused:
        RecoveryPlan(START, **limits)
    assert refused.value.problems[0].code == "award.recovery_limit"


# -- random histories --------------------------------------------------------------------------------------------------
class Office:
    """An award lived through: facts, standards, suspensions, waivers and plans change; runs are paid, fail and are reissued."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.terms = AwardTerms(START, 100_000)
        self.law = {}
        self.waived, self.plan = {}, None
        self.runs = []  # (month of the run, its lines, whether the money came back)

    def live(self, months):
        for month in months:
            for _ in range(self.chance.randint(0, 3)):
                self.chance.choice([self.correct, self.suspend, self.waive, self.decide_plan, self.end])(month)
            for _ in range(self.chance.randint(0, 2)):
                self.run(month)
                self.bank()

    def correct(self, month):
        """A fact or a standard is corrected, also backwards."""
        outcome = self.chance.choice([Outcome.YES, Outcome.YES, Outcome.NO, Outcome.UNDETERMINED])
        amount = self.chance.choice([None, 0, 70_000, 120_000, 135_001])
        floor = self.chance.choice([None, 0, 110_000])
        for step in range(self.chance.randint(-6, 6), 7):
            self.law[month.plus(step)] = (outcome, amount, floor)

    def suspend(self, month):
        first = month.plus(self.chance.randint(-3, 3))
        last = self.chance.choice([None, first.plus(self.chance.randint(0, 3))])
        self.terms = AwardTerms(START, 100_000, self.terms.last_month, (Stretch(first, last),))

    def end(self, month):
        last = self.chance.choice([None, month.plus(self.chance.randint(-4, 2))])
        self.terms = AwardTerms(START, 100_000, last, self.terms.suspended)

    def waive(self, month):
        for one in overpaid(self.account(month)):
            self.waived[one.month] = self.waived.get(one.month, 0) + self.chance.randint(0, -one.outstanding_fen)

    def decide_plan(self, month):
        limit = self.chance.choice([{"most_fen": self.chance.randint(0, 200_000)}, {"most_percent": 30}])
        self.plan = self.chance.choice([None, RecoveryPlan(month, **limit)])

    def account(self, month):
        answers = [self.answer(one) for one in self.terms.months(month)]
        grounds = [DIED, Ground("circumstance_ended", StopMonth.ASK_PLACE)]
        found = dues(self.terms, answers, month, ground_of=lambda one: grounds[one.month.month % 2])
        return balances({one.month: one.amount_fen for one in found}, self.paid(), self.waived)

    def answer(self, month):
        outcome, amount, floor = self.law.get(month, (Outcome.YES, 100_000, None))
        return answer(month, outcome, amount, floor)

    def paid(self):
        found = {}
        for _, lines, came_back in self.runs:
            for line in () if came_back else lines:
                found[line.month] = found.get(line.month, 0) + line.amount_fen
        return found

    def run(self, month):
        taken = -sum(
            line.amount_fen
            for run, lines, came_back in self.runs
            for line in lines
            if run == month and not came_back and line.kind is LineKind.RECOVERY
        )
        before = self.account(month)
        lines = plan_lines(before, month, recovery=self.plan, recovered_fen=taken)
        assert lines == plan_lines(before, month, recovery=self.plan, recovered_fen=taken)
        assert len({line.month for line in lines}) == len(lines)
        assert sum(line.amount_fen for line in lines) >= 0
        self.runs.append((month, lines, False))
        self.check(month)
        # What is on its way is not drawn again.
        again = plan_lines(self.account(month), month, recovery=None)
        assert again == ()

    def bank(self):
        """The bank sends a whole transfer back, of this run or of an earlier one; the next run reissues it."""
        number = self.chance.randrange(len(self.runs))
        month, lines, _ = self.runs[number]
        if sum(line.amount_fen for line in lines) > 0 and self.chance.random() < 0.4:
            self.runs[number] = (month, lines, True)

    def check(self, month):
        for one in self.account(month):
            assert one.settled_fen + one.outstanding_fen == one.due_fen
            assert one.paid_fen + one.outstanding_fen == one.due_fen + one.let_go_fen
            assert 0 <= one.let_go_fen <= one.waived_fen
            assert one.let_go_fen == 0 or one.outstanding_fen <= 0
        assert sum(self.paid().values()) >= 0


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_paid_and_outstanding_are_what_is_due_whatever_happens(seed):
    office = Office(seed)
    office.live(months_from(START, START.plus(17)))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_a_history_lived_again_draws_the_same_lines(seed):
    first, second = Office(seed), Office(seed)
    for office in (first, second):
        office.live(months_from(START, START.plus(11)))
    assert first.runs == second.runs


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_after_a_run_that_arrives_nothing_is_outstanding_but_overpayments(seed):
    office = Office(seed)
    last = START.plus(11)
    office.live(months_from(START, last))
    office.run(last)
    assert all(one.outstanding_fen <= 0 for one in office.account(last))
