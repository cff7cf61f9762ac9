"""What lies between two decisions: a statement, a day, an entry of the law; and for which rules it matters."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import StatedFact
from ciyou.core.rules.causes import Cause, CauseKind, Decided, causes_of
from ciyou.core.rules.interpreter import Outcome
from ciyou.core.rules.law_changes import inputs_of, law_change
from ciyou.packs import load_rule_book

CHILD, FATHER, MOTHER = Entity.CHILD, Entity.FATHER, Entity.MOTHER
FUJIAN, SICHUAN, DAY = "350102", "511304", dt.date(2025, 6, 30)
DE_FACTO = "de_facto_unattended"


def book(division=SICHUAN, day=DAY):
    return load_rule_book(division=division, as_of=day)


def causes(before, after, *, changed=(DE_FACTO,), day=DAY, later=DAY, division=SICHUAN):
    return causes_of(Decided(before, book(division, day)), Decided(after, book(division, later)), changed)


def test_a_standard_of_the_first_of_july_matters_to_whom_the_allowance_may_be_due_and_to_nobody_else():
    change = law_change(book(FUJIAN), book(FUJIAN, dt.date(2025, 7, 1)))
    assert "orphan_scattered_standard" in change.parameters
    assert "orphan_living_allowance" in change.amounts
    assert change.conditions == frozenset()
    assert change.concerns({"orphan_living_allowance": Outcome.YES})
    assert change.concerns({"orphan_living_allowance": Outcome.UNDETERMINED})
    assert not change.concerns({"orphan_living_allowance": Outcome.NO, "dibao_member": Outcome.YES})


def test_in_a_province_without_a_new_standard_nothing_changes_on_that_day():
    assert law_change(book(), book(SICHUAN, dt.date(2025, 7, 1))).nothing


def test_a_new_text_matters_to_everybody_and_to_every_rule_that_refers_to_it():
    now = book()
    rules = tuple(
        replace(rule, condition=now.by_code["orphan"].condition) if rule.code == DE_FACTO else rule
        for rule in now.rules
    )
    change = law_change(now, replace(now, rules=rules))
    assert change.texts == {DE_FACTO}
    assert {DE_FACTO, "de_facto_living_allowance"} <= change.conditions
    assert "orphan" not in change.conditions
    assert change.concerns({})


def test_another_class_of_a_rule_concerns_everybody_because_of_what_is_kept_of_its_answers():
    now = book()
    rules = tuple(replace(rule, sensitivity=5) if rule.code == "orphan" else rule for rule in now.rules)
    assert "orphan" in law_change(now, replace(now, rules=rules)).conditions


def test_what_a_rule_reads_is_told_through_the_rules_it_refers_to():
    reads = inputs_of(book(), "de_facto_living_allowance")
    assert {(MOTHER, "imprisoned.term_months"), "param.de_facto_standard", f"rule.{DE_FACTO}"} <= reads
    assert (CHILD, "hiv_infected") not in reads


def test_a_release_is_the_cause_with_whose_statement_it_is_and_since_when():
    inside = StatedFact(MOTHER, "imprisoned", True, source="justice_custody", valid_from=dt.date(2024, 1, 1))
    out = replace(inside, value=False, valid_from=dt.date(2025, 6, 12))
    other = StatedFact(CHILD, "school_stage", "primary", source="education")
    (found,) = causes([inside], [out, other])
    assert found == Cause(
        CauseKind.FACT,
        MOTHER,
        "imprisoned",
        before=True,
        after=False,
        source="justice_custody",
        day=dt.date(2025, 6, 12),
        rules=(DE_FACTO,),
    )


def test_the_end_of_a_sentence_that_was_told_beforehand_is_a_day_and_no_new_statement():
    term = StatedFact(MOTHER, "imprisoned", True, source="justice_custody", valid_to=dt.date(2025, 9, 1))
    (found,) = causes([term], [term], later=dt.date(2025, 9, 2))
    assert (found.kind, found.day, found.before, found.after) == (CauseKind.ENDED, dt.date(2025, 9, 1), True, None)


def test_the_eighteenth_birthday_is_told_with_its_day_and_age():
    born = StatedFact(CHILD, "birth_date", dt.date(2007, 8, 15), source="police_hukou")
    (found,) = causes([born], [born], later=dt.date(2025, 8, 15))
    assert (found.kind, found.day, found.count) == (CauseKind.BIRTHDAY, dt.date(2025, 8, 15), 18)


def test_six_months_after_the_police_took_up_the_search_are_told_as_a_duration():
    since = StatedFact(MOTHER, "lost_contact.since", dt.date(2025, 2, 3), source="police_missing")
    found = causes([since], [since], later=dt.date(2025, 8, 10))
    assert [(one.kind, one.count, one.day) for one in found] == [(CauseKind.DURATION, 6, dt.date(2025, 8, 4))]


def test_the_standard_of_a_day_is_told_from_what_to_what():
    found = causes((), (), division=FUJIAN, later=dt.date(2025, 7, 1), changed=("orphan_living_allowance",))
    scattered = next(one for one in found if one.name == "param.orphan_scattered_standard")
    assert (scattered.kind, scattered.before, scattered.after) == (CauseKind.STANDARD, 179_200, 189_100)
    assert scattered.day == dt.date(2025, 7, 1)


def test_other_packs_are_a_cause_of_their_own():
    now = book()
    supposed = replace(now.supposing({"custody_min_months": 60}), pack_version="another")
    (found,) = causes_of(Decided((), now), Decided((), supposed), [DE_FACTO])
    assert (found.kind, found.name, found.before, found.after) == (CauseKind.PACK, "param.custody_min_months", 6, 60)


def test_a_move_to_another_county_is_told_as_such_and_not_as_many_other_parameters():
    found = causes_of(Decided((), book(FUJIAN)), Decided((), book(SICHUAN)), ["orphan_living_allowance"])
    assert [(one.kind, one.before, one.after) for one in found] == [(CauseKind.PLACE, "350102000000", "511304000000")]


@pytest.mark.parametrize("name", ["hukou_division", "school_stage"])
def test_what_no_rule_that_changed_reads_is_no_cause(name):
    said = StatedFact(CHILD, name, "primary" if name == "school_stage" else "511304000000")
    assert causes([], [said], changed=("orphan",)) == ()
