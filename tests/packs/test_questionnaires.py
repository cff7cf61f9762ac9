"""Questionnaires: what is shipped, what may never be said, and what the loader refuses (loading runs every vector; the browser: tests/e2e)."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from ciyou.core.clock.calendar import WorkingCalendar
from ciyou.core.errors import PackError, RecordError
from ciyou.core.questionnaires import compare, score
from ciyou.packs import load_clocks, load_follow_ups, load_questionnaires


@pytest.fixture(scope="module")
def shipped():
    """The nation's questionnaires."""
    return load_questionnaires(division="42")


def test_what_is_shipped_and_what_is_only_a_slot(shipped):
    assert {code for code, one in shipped.items() if one.state == "slot"} == {"sdq", "mht", "who_5"}
    assert {code: len(one.texts) for code, one in shipped.items() if one.state == "shipped"} == {
        "gad_7": 7, "phq_2n": 2, "phq_9": 9, "phq_a": 9, "psc_17": 17, "psc_35": 35, "y_psc": 35,
    }  # fmt: skip
    assert not any(one.texts for one in shipped.values() if one.state == "slot")


def test_more_points_on_an_item_never_take_a_hint_or_a_flag_away_and_order_does_not_matter(shipped):
    drawn = random.Random(7)
    for asked in (one.scoring for one in shipped.values() if one.scoring and not one.scoring.lower_is_worse):
        for _ in range(100):
            answers = {item: drawn.choice([*asked.points, None]) for item in asked.items}
            before = score(asked, answers, age=12)
            assert score(asked, dict(reversed(answers.items())), age=12) == before
            item = drawn.choice(asked.items)
            after = score(asked, {**answers, item: max(asked.points)}, age=12)
            assert all(after.of(m.scale).at_least >= m.at_least for m in before.measured)
            assert all(after.of(m.scale).reached for m in before.measured if m.reached)
            assert all(after.flags[kind] for kind, raised in before.flags.items() if raised)


def test_what_follows_a_flag_is_the_same_day_by_a_person_with_the_numbers_to_call():
    follow_up = load_follow_ups(division="42")["self_harm"]
    clock = load_clocks(division="42")[follow_up.clock]
    assert clock.promised.due(
        dt.date(2026, 11, 27), WorkingCalendar(frozenset(), frozenset(), frozenset())
    ).date == dt.date(2026, 11, 27)
    assert [one.number for one in follow_up.helplines] == ["12356", "12355", "120", "110"]
    assert (follow_up.sensitivity, follow_up.alert[0], len(follow_up.questions.items)) == (5, "supervisor", 5)


def test_every_flagged_answer_but_none_at_all_raises_the_flag_and_a_blank_one_is_unknown(shipped):
    for asked in (one.scoring for one in shipped.values() if one.scoring):
        for flag in asked.flags:
            rest = dict.fromkeys(asked.items, 0)
            raised = {
                given: score(asked, {**rest, flag.item: given}, age=12).flags[flag.kind]
                for given in (*asked.points, None)
            }
            assert raised == {0: False, 1: True, 2: True, 3: True, None: None}


def test_an_age_outside_is_told_and_an_unknown_age_stays_unknown(shipped):
    asked = shipped["phq_a"].scoring
    assert [asked.may_be_asked_at(age) for age in (10, 11, 17, 18, None)] == [False, True, True, False, None]


def test_a_result_without_a_score_never_says_that_there_is_no_hint(shipped):
    asked = shipped["psc_17"].scoring
    assert score(asked, {}, age=8).of("total").reached is None


def test_a_trend_is_in_points_and_unknown_where_one_has_no_score(shipped):
    asked = shipped["gad_7"].scoring
    low, high = ({item: points for item in asked.items} for points in (1, 2))
    first, second = score(asked, low, age=15), score(asked, high, age=15)
    assert compare(asked, first, second) == type(compare(asked, first, second))(7, True, ("total",), ())
    assert compare(asked, first, score(asked, {}, age=15)).change is None
    with pytest.raises(RecordError):
        compare(shipped["phq_a"].scoring, first, second)


def test_an_answer_out_of_range_is_refused_by_item(shipped):
    with pytest.raises(RecordError) as refused:
        score(shipped["phq_2n"].scoring, {"q2": 4, "q9": 1}, age=12)
    assert {one.place.file for one in refused.value.problems} == {"q2", "q9"}


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("phq_9/questionnaire.yaml", "licence:", "license:", "pack.missing_key"),
        ("phq_9/questionnaire.yaml", "flag: self_harm", "flag: selfharm", "pack.unknown_choice"),
        ("phq_a/questionnaire.yaml", "questionnaire: phq_9", "questionnaire: phq_8", "pack.questionnaire_from"),
        ("phq_2n/questionnaire.yaml", "[q2, q4]", "[q2, q14]", "pack.questionnaire_item"),
        ("gad_7/cut_offs.yaml", "document: phq_family", "document: nowhere", "pack.unknown_source"),
        ("gad_7/vectors.yaml", "points: {total: 5}", "points: {total: 6}", "pack.questionnaire_vector"),
        ("gad_7/vectors.yaml", '"3330000"', '"333000"', "pack.questionnaire_answers"),
        ("gad_7/questionnaire.yaml", "[0, 5, 10, 15]", "[0, 5, 10, 16]", "pack.questionnaire_untried"),
        ("follow_ups.yaml", "self_harm:", "selfharm:", "pack.follow_up_kind"),
        ("follow_ups.yaml", "clock: assess_in_person", "clock: assess_in_parson", "pack.unknown_clock"),
        ("follow_ups.yaml", "[supervisor, county_drafter]", "[superviser]", "pack.unknown_role"),
    ],
)
def test_a_bad_file_is_refused(packs, file, old, new, code):
    packs.change(f"cn/questionnaires/{file}", old, new)
    with pytest.raises(PackError) as refused:
        load_questionnaires(division="42", root=packs.root)
    assert code in {one.code for one in refused.value.problems}


def test_a_flag_after_which_nothing_is_said_to_follow_is_refused(packs):
    path = packs.root / "cn/questionnaires/follow_ups.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[text.index("\nharm:") :], encoding="utf-8")
    with pytest.raises(PackError) as refused:
        load_questionnaires(division="42", root=packs.root)
    assert {one.code for one in refused.value.problems} == {"pack.questionnaire_flag"}
