"""The worked vectors of the fact sheet on money by month, against the shipped packs; every amount by hand."""

from __future__ import annotations

import datetime as dt

from ciyou.core.awards.balance import LineKind, balances, plan_lines
from ciyou.core.awards.dues import AwardTerms, Why, dues
from ciyou.core.awards.grounds import ground_on
from ciyou.core.awards.law import JudgedOn, LawReader
from ciyou.core.awards.month import Month, months_from
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import StatedFact
from ciyou.packs import dated_changes, load_payments, load_rule_book

CHILD, FATHER, MOTHER, HOUSEHOLD = Entity.CHILD, Entity.FATHER, Entity.MOTHER, Entity.HOUSEHOLD
FUJIAN, GUANGDONG = "350104", "440801"
# A county of Sichuan outside Chengdu and Bazhong, where the provincial minimum is what is paid.
LIANGSHAN = "513401"


def child(entity, **facts):
    return [StatedFact(entity, name, value) for name, value in facts.items()]


BORN = dt.date(2014, 5, 5)
LIVING = {"dead": False, "adopted": False, "in_institution": False, "recognized_tekun": False, "chose_tekun": False}
ORPHAN = [
    *child(CHILD, birth_date=BORN, **LIVING),
    *child(FATHER, dead=True),
    *child(MOTHER, dead=True),
]
DE_FACTO = [
    *child(CHILD, birth_date=BORN, parents_untraceable=False, hiv_infected=False, **LIVING),
    *child(FATHER, dead=True),
    *child(MOTHER, dead=False, declared_dead=False, declared_missing=False, guardianship_revoked=True),
]


def law(code, division, statements, months):
    reader = LawReader(
        code,
        book_at=lambda day: load_rule_book(division=division, as_of=day),
        judged_on=JudgedOn.FIRST_DAY,
        law_changes=dated_changes(division=division),
    )
    return reader.answers(statements, months)


def test_vector_1_a_scattered_orphan_of_fujian_is_due_1700_then_1792_then_1891_yuan():
    months = months_from(Month(2024, 5), Month(2025, 8))
    found = dues(AwardTerms(months[0], 170_000), law("orphan_living_allowance", FUJIAN, ORPHAN, months), months[-1])
    amounts = {str(due.month): due.amount_fen for due in found}
    assert (amounts["2024-05"], amounts["2024-06"], amounts["2024-07"]) == (170_000, 170_000, 179_200)
    assert (amounts["2025-06"], amounts["2025-07"], amounts["2025-08"]) == (179_200, 189_100, 189_100)
    assert {due.why for due in found} == {Why.LAW}


def test_vector_2_sichuans_notice_of_november_2024_brings_1500_yuan_of_arrears_for_ten_months():
    run = Month(2024, 11)
    months = months_from(Month(2024, 1), run)
    found = dues(AwardTerms(months[0], 120_000), law("orphan_living_allowance", LIANGSHAN, ORPHAN, months), run)
    account = balances({due.month: due.amount_fen for due in found}, dict.fromkeys(months[:10], 120_000))
    lines = plan_lines(account, run)
    arrears = [line for line in lines if line.kind is LineKind.ARREARS]
    assert [line.amount_fen for line in arrears] == [15_000] * 10
    assert sum(line.amount_fen for line in arrears) == 150_000
    assert [line.amount_fen for line in lines if line.kind is LineKind.CURRENT] == [135_000]


def topped_up(dibao_share_fen):
    facts = [
        *DE_FACTO,
        *child(CHILD, dibao_share_fen=dibao_share_fen, disability_grade=1, disability_living_subsidy_fen=19_500),
        *child(HOUSEHOLD, dibao=True),
    ]
    month = Month(2024, 9)
    (answer,) = law("de_facto_living_allowance", GUANGDONG, facts, (month,))
    (due,) = dues(AwardTerms(month, 0), [answer], month)
    return due.why, due.amount_fen


def test_vector_3_dibao_of_700_and_a_living_subsidy_of_195_leave_589_of_1484_yuan():
    # The nursing subsidy of 260 is no fact that the rule reads: it is never deducted.
    assert topped_up(70_000) == (Why.LAW, 58_900)


def test_vector_3_a_child_that_has_the_standard_already_is_due_nothing_more():
    assert topped_up(148_400) == (Why.LAW, 0)


def test_coming_of_age_holds_the_money_until_a_person_has_looked_and_a_lost_reason_does_not():
    months = months_from(Month(2025, 1), Month(2025, 3))
    grown = [one for one in ORPHAN if one.name != "birth_date"] + child(CHILD, birth_date=dt.date(2007, 2, 14))
    adopted = [one for one in ORPHAN if one.name != "adopted"] + child(CHILD, adopted=True)
    signs = load_payments(division=FUJIAN)["orphan_living_allowance"].signs
    for statements, review, amounts in (
        (grown, "of_age", [179_200, 179_200, 0]),
        (adopted, "adopted", [179_200, 179_200, 179_200]),
    ):
        on = ground_on(signs, statements)
        answers = law("orphan_living_allowance", FUJIAN, statements, months)
        found = dues(
            AwardTerms(months[0], 179_200),
            answers,
            months[-1],
            ground_of=lambda answer, on=on: on(answer.month.first_day),
        )
        assert ([due.amount_fen for due in found], found[-1].review) == (amounts, review)
