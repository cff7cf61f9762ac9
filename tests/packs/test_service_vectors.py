"""The worked vectors of the fact sheet on medical care, disability money and schooling, against the shipped packs; by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from ciyou.core.facts.state import FactState
from ciyou.core.rules.interpreter import decide_all
from ciyou.packs import load_documents, load_rule_book, load_statistics, parameters_for, read_facts
from ciyou.packs.pack_files import SHIPPED

HUBEI, SHANGHAI, SUQIAN = "420102", "310101", "321302"
WELL = {
    name: False
    for name in [
        "dead",
        "declared_dead",
        "declared_missing",
        "imprisoned",
        "in_detox",
        "confined",
        "severely_ill",
        "lost_contact",
        "guardianship_revoked",
        "deported",
    ]
} | {"disability_type": "none", "disability_grade": 0}
LIVING = {"dead": False, "adopted": False, "parents_untraceable": False, "recognized_tekun": False}
DISABLED = {
    "disability_type": "limb",
    "disability_grade": 1,
    "needs_long_term_care": True,
    "work_injury_nursing": False,
}
ORDINARY = {"dibao": False, "near_dibao": False, "rigid_expenditure": False, "formerly_registered_poor": False}
NO_PARENTS = {"father": {"dead": True}, "mother": {"dead": True}}


def decided(facts, *, division, on, rules=None):
    """The decision of every rule (or of some) in a place on a day."""
    book = load_rule_book(division=division, as_of=on)
    found = decide_all(book, FactState.on(on, read_facts(facts, book.vocabulary)))
    return {code: found[code] for code in rules or found}


def outcomes(*args, **kwargs):
    return {code: str(one.outcome) for code, one in decided(*args, **kwargs).items()}


def born(year, month=3, day=1, **facts):
    return {"birth_date": f"{year}-{month:02}-{day:02}", **facts}


# -- vector 6: the two disability subsidies -----------------------------------------------------------------------------
SUBSIDIES = ("disability_living_subsidy", "disability_nursing_subsidy")


def test_vector_6_an_orphan_of_grade_1_has_nursing_money_and_no_living_subsidy():
    child = born(2016, **LIVING, **DISABLED, receives_full_child_allowance=False)
    facts = {"child": child, **NO_PARENTS, "household": {"dibao": True}}
    found = outcomes(facts, division=HUBEI, on=dt.date(2026, 6, 1), rules=SUBSIDIES)
    assert found == {"disability_living_subsidy": "no", "disability_nursing_subsidy": "yes"}


def test_vector_6_a_tekun_child_of_grade_1_has_neither():
    child = born(2016, **LIVING | {"recognized_tekun": True}, **DISABLED, receives_full_child_allowance=False)
    facts = {"child": child, "father": WELL, "mother": WELL, "household": {"dibao": True}}
    assert set(outcomes(facts, division=HUBEI, on=dt.date(2026, 6, 1), rules=SUBSIDIES).values()) == {"no"}


@pytest.mark.parametrize(
    ("kind", "grade", "yuan"),
    [("limb", 1, 300), ("limb", 2, 150), ("intellectual", 3, 150), ("mental", 3, 0), ("limb", 3, 0)],
)
def test_shanghais_nursing_subsidy_goes_by_grade_and_adds_grade_3_intellectual_only(kind, grade, yuan):
    child = born(2016, **LIVING, **DISABLED | {"disability_type": kind, "disability_grade": grade})
    (found,) = decided({"child": child}, division=SHANGHAI, on=dt.date(2026, 6, 1), rules=SUBSIDIES[1:]).values()
    assert (str(found.outcome), found.amount_fen) == ("yes" if yuan else "no", yuan * 100)


# -- vector 9: compulsory living aid ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "stage", "boarding", "yuan"),
    [
        (dt.date(2024, 10, 1), "junior", False, 750),
        (dt.date(2023, 10, 1), "junior", False, 625),
        (dt.date(2024, 1, 31), "junior", True, 1250),
        (dt.date(2024, 2, 1), "junior", True, 1500),
        (dt.date(2023, 10, 1), "primary", True, 1000),
        (dt.date(2024, 10, 1), "primary", False, 625),
    ],
)
def test_vector_9_a_poor_pupils_living_aid_by_term_stage_and_boarding(day, stage, boarding, yuan):
    child = born(2011, **LIVING, school_stage=stage, school_status="enrolled", boarding=boarding)
    facts = {"child": child, "household": {"dibao": True}}
    (found,) = decided(facts, division="620102", on=day, rules=["compulsory_living_aid"]).values()
    assert (str(found.outcome), found.amount_fen) == ("yes", yuan * 100)


# -- vector 10: the orphans' study grant -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("on", "adopted", "grade", "stage", "outcome"),
    [
        (dt.date(2025, 10, 1), True, 3, "higher", "yes"),
        (dt.date(2025, 10, 1), True, 0, "higher", "no"),
        (dt.date(2025, 10, 1), False, 0, "higher", "yes"),
        (dt.date(2025, 10, 1), False, 0, "senior_high", "yes"),
        (dt.date(2025, 4, 13), False, 0, "senior_high", "no"),
        (dt.date(2025, 4, 13), True, 3, "higher", "no"),
    ],
)
def test_vector_10_an_adopted_orphan_of_19_has_the_study_grant_only_if_disabled(on, adopted, grade, stage, outcome):
    student = {"school_stage": stage, "school_status": "enrolled", "recognized_orphan_before_18": True}
    child = born(2006, 2, 1, dead=False, adopted=adopted, disability_grade=grade, **student)
    (found,) = decided({"child": child}, division="130102", on=on, rules=["orphan_study_grant"]).values()
    assert str(found.outcome) == outcome
    if outcome == "yes" and on.month == 10:
        assert found.amount_fen == 1_000_000


# -- vector 11: Hubei's silence about de-facto unattended children ------------------------------------------------------------
def de_facto(**household):
    child = born(
        2016, **LIVING, **{"disability_type": "none", "disability_grade": 0, "severely_ill": False, "insured": True}
    )
    return {
        "child": child,
        "father": {"dead": True},
        "mother": WELL | {"severely_ill": True},
        "household": ORDINARY | household,
    }


def test_vector_11_a_de_facto_child_of_hubei_is_not_silently_in_the_first_class_of_assistance():
    rules = ["medical_assistance", "premium_subsidy_full"]
    found = decided(de_facto(), division=HUBEI, on=dt.date(2026, 6, 1), rules=rules)
    assert {code: [str(unknown) for unknown in one.deciding] for code, one in found.items()} == {
        "medical_assistance": ["param.medical_top_class_includes_de_facto"],
        "premium_subsidy_full": ["param.premium_full_de_facto"],
    }
    assert {str(one.outcome) for one in found.values()} == {"undetermined"}


def test_vector_11_suqian_says_it_and_the_answer_is_yes():
    found = outcomes(de_facto(), division=SUQIAN, on=dt.date(2026, 6, 1), rules=["medical_assistance"])
    assert found == {"medical_assistance": "yes"}


def test_vector_11_the_office_that_knows_is_named_in_the_question():
    value = parameters_for(division=HUBEI, as_of=dt.date(2026, 6, 1))["medical_top_class_includes_de_facto"]
    assert value.value is None and "医保" in value.ask_zh and "insurance" in value.ask_en


# -- no flood ------------------------------------------------------------------------------------------------------------------
NEW = {
    "premium_subsidy_fixed", "insurance_enrolment", "insurance_without_waiting", "medical_assistance", "medical_second_assistance",
    "major_illness_insurance_tilt", "tomorrow_plan", "rehabilitation_aid", "rehabilitation_items_aid", "compulsory_schooling", "free_last_preschool_year",
    "preschool_aid", "compulsory_living_aid", "senior_high_grant", "vocational_grant", "senior_high_waiver", "vocational_waiver",
    "orphan_study_grant", "special_education_funding", "home_delivered_schooling",
}  # fmt: skip


@pytest.mark.parametrize(
    ("child", "expected"),
    [
        (born(2023), {}),
        (born(2020, school_stage="preschool", school_status="enrolled"), {"free_last_preschool_year": "undetermined"}),
        (born(2015, school_stage="primary", school_status="enrolled"), {}),
        (born(2009, school_stage="senior_high", school_status="enrolled", hukou_rural=True), {}),
        (born(2009, school_stage="vocational", school_status="enrolled", hukou_rural=True), {"vocational_grant": "undetermined", "vocational_waiver": "yes"}),
    ],
)  # fmt: skip
def test_an_ordinary_child_of_whom_only_what_rosters_hold_is_known_is_not_flooded(child, expected):
    known = LIVING | {"disability_type": "none", "disability_grade": 0, "severely_ill": False}
    facts = {"child": known | child, "father": WELL, "mother": WELL, "household": ORDINARY}
    found = outcomes(facts, division=HUBEI, on=dt.date(2026, 6, 1))
    assert {code: one for code, one in found.items() if code in NEW and one != "no"} == expected


def test_what_a_department_settles_from_a_list_makes_no_lead():
    book = load_rule_book(division=HUBEI, as_of=dt.date(2026, 6, 1))
    assert {code for code in NEW if book.by_code[code].makes_lead} == {"rehabilitation_aid"}


# -- places ----------------------------------------------------------------------------------------------------------------
def test_places_without_a_year_of_rehabilitation_amounts_are_asked_and_an_average_is_never_paid():
    assert parameters_for(division="620102", as_of=dt.date(2026, 6, 1))["rehab_training"].value is None
    assert [row.value for row in load_statistics("rehab_training")] == [1_600_000]


def test_every_new_rule_cites_a_document_that_is_on_file():
    documents = load_documents()
    for division in ("42", "31", "51", "54", "61", "64"):
        for rule in load_rule_book(division=division, as_of=dt.date(2026, 6, 1)).rules:
            cited = {source.id.partition("#")[0] for source in rule.sources}
            assert cited and cited <= set(documents)


def test_every_parameter_of_home_schooling_has_a_row_where_the_place_published_it():
    shandong, huaiyuan = (parameters_for(division=one, as_of=dt.date(2026, 6, 1)) for one in ("370102", "340321"))
    names = [
        f"home_schooling_{name}" for name in ("weekly_visits", "periods_per_visit", "yearly_periods", "yearly_visits")
    ]
    assert [shandong[name].value for name in names] == [2, 3, 216, None]
    assert [huaiyuan[name].value for name in names] == [2, 1, None, 30]


def test_tibet_keeps_its_own_policy_of_preschool():
    assert "free_last_preschool_year" not in load_rule_book(division="540102", as_of=dt.date(2026, 6, 1)).by_code
    assert (SHIPPED / "cn_54" / "place.yaml").is_file()
