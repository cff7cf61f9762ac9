"""Which questionnaires there are for a child: by its age on the day and by who answers; and who has to agree."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ciyou.apps.care.refusals import refused
from ciyou.apps.registry.selectors import PersonCard
from ciyou.core.clock.ages import full_years
from ciyou.core.questionnaires import Questionnaire
from ciyou.packs import load_limits, load_questionnaires, load_rule_book
from ciyou.packs.questionnaires import QuestionnaireFile

CONSENT_AGE = "own_consent_age"
GUARDIAN_AGREED, CHILD_AGREED, GUARDIAN_NOT_TOLD = "guardian_agreed", "child_agreed", "child_agreed_guardian_not_told"
"""Grounds: the guardian of a younger child; the child itself with its guardian told, or not told where it may be the source of harm."""


@dataclass(frozen=True)
class Offers:
    """`fitting` can be asked now; `unfit` are for another age; `slots` have no texts here. `age` None: the birth date is not known."""

    age: int | None
    fitting: tuple[QuestionnaireFile, ...]
    unfit: tuple[QuestionnaireFile, ...]
    slots: tuple[QuestionnaireFile, ...]


def age_of(child: PersonCard, on: dt.date) -> int | None:
    """Full years of a child on a day, by the rule of its place; None where nobody knows its birth date."""
    if child.birth_date is None:
        return None
    return full_years(child.birth_date, on, rule=load_rule_book(division=child.division, as_of=on).age_rule)


def offers_for(child: PersonCard, on: dt.date) -> Offers:
    """The questionnaires of the child's place, sorted by whether they fit; the pack's default first."""
    age = age_of(child, on)
    shipped: list[QuestionnaireFile] = []
    slots: list[QuestionnaireFile] = []
    for one in load_questionnaires(division=child.division).values():
        (shipped if one.scoring is not None and one.texts else slots).append(one)
    shipped.sort(key=lambda one: (not one.words.default, one.respondent, one.code))
    fitting = tuple(one for one in shipped if age is not None and scoring_of(one).may_be_asked_at(age))
    return Offers(age, fitting, tuple(one for one in shipped if one not in fitting), tuple(slots))


def scoring_of(file: QuestionnaireFile) -> Questionnaire:
    """What a questionnaire is scored by; raises RecordError for a slot."""
    if file.scoring is None:
        raise refused(
            "slot", "这份量表没有题目，不能在这里提问。", "This questionnaire has no texts here and cannot be asked."
        )
    return file.scoring


def instrument_for(child: PersonCard, code: str, on: dt.date) -> QuestionnaireFile:
    """One that fits the child on the day; raises RecordError where it does not, or the child's age is not known."""
    offers = offers_for(child, on)
    found = next((one for one in offers.fitting if one.code == code), None)
    if found is not None:
        return found
    if offers.age is None:
        raise refused(
            "no_age",
            "还不知道这个孩子的出生日期，不知道哪份量表适合。请先核实出生日期。",
            "The child's birth date is not known, so nobody knows which questionnaire fits. Verify it first.",
        )
    raise refused(
        "unfit",
        "这份量表不适合这个孩子的年龄，或者在这里没有题目。请换一份。",
        "This questionnaire is not meant for a child of this age, or has no texts here. Choose another.",
    )


def grounds_for(age: int) -> tuple[str, ...]:
    """Who may agree to a child of this age being asked about (docs: own_consent_age)."""
    if age < load_limits()[CONSENT_AGE].value:
        return (GUARDIAN_AGREED,)
    return (CHILD_AGREED, GUARDIAN_NOT_TOLD)
