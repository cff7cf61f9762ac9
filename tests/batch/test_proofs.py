"""What the prover finds in small laws with a known defect, and that a sound law is proved."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.batch.proof_worlds import setting_of
from tests.batch.small_book import book, fact, parameter, rule

from ciyou.batch.proofs import terms
from ciyou.batch.proofs.checks import Check, FindingKind, Narrowing, Never, Reachable, Setting, Step
from ciyou.batch.proofs.imprecision import Imprecise
from ciyou.batch.proofs.showing import facts_document, remarkable_facts, supposed_parameters, unknown_facts
from ciyou.batch.proofs.solving import Answer
from ciyou.batch.proofs.terms import Translator, Truth, any_of
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import FactState
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.tree import (
    Age,
    AmountRef,
    And,
    Arm,
    Compare,
    Difference,
    First,
    Kind,
    Literal,
    MonthsSince,
    Node,
    Not,
    Or,
    RuleRef,
    TopUp,
)
from ciyou.packs.facts_file import read_facts

CHILD, FATHER, MOTHER = Entity.CHILD, Entity.FATHER, Entity.MOTHER
FATHER_DEAD, MOTHER_DEAD = fact(FATHER, "dead"), fact(MOTHER, "dead")
ADOPTED = fact(CHILD, "adopted")
MINOR = Compare("<", Age(fact(CHILD, "birth_date")), Literal(18, Kind.INT))
ONE_DEAD = Or((FATHER_DEAD, MOTHER_DEAD))
SHARE = fact(CHILD, "dibao_share_fen")


def never(condition: Node) -> Never:
    return Never("gap.test", FindingKind.GAP, "缺口", "gap", condition)


def imprecise(code: str, *, of_amount: bool = False) -> Imprecise:
    return Imprecise("imprecise.test", FindingKind.IMPRECISE, "不精确", "imprecise", code, of_amount)


def reachable(code: str, *, wanted: bool = True) -> Reachable:
    return Reachable("unreachable.test", FindingKind.UNREACHABLE, "不可达", "unreachable", code, wanted)


def step(*, keeps: Node | None = None, not_less: Node | None = None) -> Step:
    changes = ({(MOTHER, "dead"): True},)
    return Step("step.test", FindingKind.STEP, "台阶", "step", changes, None, keeps, not_less)


def assert_proved(check: Check, setting: Setting, narrowing: Narrowing | None = None) -> None:
    assert check.find(setting, narrowing or Narrowing()).answer is Answer.IMPOSSIBLE


def test_a_gap_is_shown_on_a_child_that_the_interpreter_puts_into_the_gap_too() -> None:
    # Written as “exactly one parent is dead”, the category forgets the child of whom both are.
    law = book(rule("half_orphan", And((MINOR, ONE_DEAD, Not(And((FATHER_DEAD, MOTHER_DEAD)))))))
    setting, gap = setting_of(law), never(And((MINOR, ONE_DEAD, Not(RuleRef("half_orphan")))))
    found = gap.find(setting)
    assert found.answer is Answer.EXISTS
    assert found.witness is not None and gap.is_confirmed(setting, found.witness)
    assert facts_document(found.witness.child.facts) == {
        "child": {"birth_date": "2018-01-15"},
        "father": {"dead": True},
        "mother": {"dead": True},
    }
    words = [phrase.text("zh") for phrase in remarkable_facts(setting, found.witness.child.facts)]
    assert "父亲·死亡：是" in words and "母亲·死亡：是" in words


def test_the_facts_file_of_a_witness_is_read_back_as_the_same_child() -> None:
    law = book(rule("severe", Compare(">=", fact(FATHER, "imprisoned.term_months"), parameter("minimum_months"))))
    found = never(RuleRef("severe")).find(setting_of(law))
    assert found.witness is not None
    stated = read_facts(facts_document(found.witness.child.facts), law.vocabulary)
    assert Evaluation(law, FactState.on(law.as_of, stated)).condition("severe") is True


def test_a_sound_law_has_no_gap() -> None:
    law = book(rule("orphan", And((MINOR, FATHER_DEAD, MOTHER_DEAD))), rule("half", And((MINOR, ONE_DEAD))))
    assert_proved(never(And((MINOR, ONE_DEAD, Not(RuleRef("half"))))), setting_of(law))


def test_children_whom_an_acceptance_covers_are_not_found_again() -> None:
    law = book(rule("half", And((MINOR, FATHER_DEAD))))
    gap = never(And((MINOR, ONE_DEAD, Not(RuleRef("half")))))
    assert gap.find(setting_of(law)).answer is Answer.EXISTS
    assert_proved(gap, setting_of(law), Narrowing(unless=(MOTHER_DEAD,)))
    assert gap.find(setting_of(law), Narrowing(only=(MOTHER_DEAD,))).answer is Answer.EXISTS
    assert_proved(gap, setting_of(law), Narrowing(only=(FATHER_DEAD,)))


def test_no_proof_speaks_of_a_child_that_cannot_be() -> None:
    law = book(rule("half", FATHER_DEAD))
    both = never(And((FATHER_DEAD, ADOPTED)))
    assert both.find(setting_of(law)).answer is Answer.EXISTS
    assert_proved(both, setting_of(law, assumptions=(Not(And((FATHER_DEAD, ADOPTED))),)))


def test_a_parameter_that_no_place_has_set_may_have_any_value_and_the_witness_says_which() -> None:
    law = book(
        rule("poor", Compare("<", SHARE, parameter("open_standard"))),
        parameters={"open_standard": None},
    )
    setting, check = setting_of(law), never(And((RuleRef("poor"), Compare("==", SHARE, Literal(500, Kind.MONEY)))))
    found = check.find(setting)
    assert found.witness is not None
    supposed = supposed_parameters(found.witness)["open_standard"]
    assert isinstance(supposed, int) and supposed > 500
    assert check.is_confirmed(setting, found.witness)
    fixed = setting_of(book(*law.rules, parameters={"open_standard": 500}))
    assert_proved(check, fixed)


def test_an_event_that_takes_an_allowance_away_is_found_and_one_that_does_not_is_not() -> None:
    perverse = book(rule("aid", And((FATHER_DEAD, Not(MOTHER_DEAD))), Literal(100, Kind.MONEY)))
    found = step(keeps=RuleRef("aid")).find(setting_of(perverse))
    assert found.witness is not None
    assert facts_document(found.witness.child.facts) == {"father": {"dead": True}, "mother": {"dead": False}}
    assert step(keeps=RuleRef("aid")).is_confirmed(setting_of(perverse), found.witness)
    assert step(not_less=AmountRef("aid")).find(setting_of(perverse)).answer is Answer.EXISTS
    kind = book(rule("aid", ONE_DEAD, Literal(100, Kind.MONEY)))
    assert_proved(step(keeps=RuleRef("aid")), setting_of(kind))
    assert_proved(step(not_less=AmountRef("aid")), setting_of(kind))


def test_a_rule_that_nobody_is_inside_is_found_without_a_witness() -> None:
    law = book(rule("nobody", And((MINOR, Compare(">=", Age(fact(CHILD, "birth_date")), Literal(18, Kind.INT))))))
    found = reachable("nobody").find(setting_of(law))
    assert (found.answer, found.witness) == (Answer.EXISTS, None)
    assert_proved(reachable("nobody", wanted=False), setting_of(law))


def test_an_answer_that_waits_for_what_cannot_change_it_is_imprecise() -> None:
    # Whichever parent it was, the law says the same; Kleene's logic does not see it.
    either = Or((And((FATHER_DEAD, ADOPTED)), And((Not(FATHER_DEAD), ADOPTED))))
    setting = setting_of(book(rule("either", either)))
    found = imprecise("either").find(setting)
    assert found.witness is not None and found.witness.answer is True
    assert facts_document(found.witness.child.facts) == {"child": {"adopted": True}}
    assert [phrase.text("en") for phrase in unknown_facts(setting, found.witness)] == ["Father: dead"]
    assert imprecise("either").is_confirmed(setting, found.witness)


def test_a_precise_rule_is_proved_precise_with_dates_numbers_and_open_parameters() -> None:
    lost = Compare(">=", MonthsSince(fact(FATHER, "lost_contact.since")), parameter("minimum_months"))
    law = book(rule("lost", And((MINOR, Or((lost, Compare("<", SHARE, parameter("open_standard"))))))))
    assert_proved(imprecise("lost"), setting_of(law))


def test_an_amount_that_waits_for_what_cannot_change_it_is_imprecise() -> None:
    amount = First((Arm(ADOPTED, TopUp(SHARE, (SHARE,))),), Literal(0, Kind.MONEY))
    setting = setting_of(book(rule("nothing", MINOR, amount)))
    found = imprecise("nothing", of_amount=True).find(setting)
    assert found.witness is not None and found.witness.answer == 0
    assert imprecise("nothing", of_amount=True).is_confirmed(setting, found.witness)
    plain = setting_of(book(rule("share", MINOR, SHARE)))
    assert_proved(imprecise("share", of_amount=True), plain)


def test_an_amount_below_nothing_is_found() -> None:
    law = book(rule("less", MINOR, Difference(Literal(100, Kind.MONEY), SHARE)))
    check = never(Compare("<", AmountRef("less"), Literal(0, Kind.MONEY)))
    found = check.find(setting_of(law))
    assert found.witness is not None and check.is_confirmed(setting_of(law), found.witness)


def test_a_wrong_translation_is_contradicted_by_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    law: RuleBook = book(rule("both", And((FATHER_DEAD, MOTHER_DEAD))), as_of=dt.date(2026, 3, 1))
    check = never(And((RuleRef("both"), Not(MOTHER_DEAD))))
    assert_proved(check, setting_of(law))

    def either(self: Translator, node: And) -> Truth:
        parts = [self.truth(item) for item in node.items]
        return Truth(any_of(part.yes for part in parts), any_of(part.no for part in parts))

    monkeypatch.setitem(terms._TRUTHS, And, either)  # type: ignore[arg-type]
    found = check.find(setting_of(law))
    assert found.witness is not None and not check.is_confirmed(setting_of(law), found.witness)
