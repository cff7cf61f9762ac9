"""Explanations: only what decided, with clause and speaker, in both languages."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from ciyou.core.rules.book import Source
from ciyou.core.rules.explain import explain_all, explain_rule
from ciyou.core.rules.interpreter import decide_all
from ciyou.core.rules.reason import Reason
from ciyou.core.rules.telling import TextTeller, as_json, render_text
from tests.core.rulebooks import state
from tests.core.test_rules_deciding import BORN, UNATTENDED, parent


def explained(code, facts):
    return explain_rule(UNATTENDED, state(facts), code)


FATHER_DEAD_MOTHER_IN_PRISON = {
    **BORN,
    **parent("father", dead=True),
    **parent("mother", imprisoned=True),
    "mother.imprisoned.term_months": 18,
    "child.aid_fen": 58_400,
}


def test_a_yes_tells_both_parents_the_term_and_the_clause():
    text = render_text(explained("unattended", FATHER_DEAD_MOTHER_IN_PRISON))
    assert "父亲·死亡：是" in text
    assert "母亲·刑期（月）为 18" in text
    assert "测试〔2020〕1号" in text


def test_a_yes_leaves_out_what_did_not_decide():
    text = render_text(explained("unattended", FATHER_DEAD_MOTHER_IN_PRISON))
    assert "失联" not in text


def test_a_no_tells_the_one_thing_that_decided_it():
    text = render_text(explained("unattended", {"child.birth_date": dt.date(2000, 1, 1)}))
    assert "儿童年龄（周岁）为 25" in text
    assert "父亲" not in text


def test_an_open_answer_tells_what_would_decide_it():
    found = explained("unattended", {**BORN, **parent("father", dead=True), **parent("mother", imprisoned=True)})
    assert [missing.words.zh for missing in found.missing] == ["母亲·刑期（月）"]
    assert "查清以下事项即可确定" in render_text(found)


def test_an_amount_tells_how_it_was_reached():
    text = render_text(explained("allowance", FATHER_DEAD_MOTHER_IN_PRISON), "en")
    assert "¥900.00" in text
    assert "¥1,484.00" in text
    assert "¥584.00" in text


def test_english_has_no_chinese_left_but_the_names_of_documents():
    found = as_json(explained("unattended", FATHER_DEAD_MOTHER_IN_PRISON), "en")

    def texts(reason):
        yield reason["text"]
        for child in reason.get("because", ()):
            yield from texts(child)

    for text in texts(found["reason"]):
        assert not any("\u4e00" <= char <= "\u9fff" for char in text), text


@pytest.mark.parametrize(
    ("article", "zh", "en"),
    [
        ("九", "甲〔2020〕1号第九条", "甲〔2020〕1号, art. 9"),
        ("十三", "甲〔2020〕1号第十三条", "甲〔2020〕1号, art. 13"),
        ("二十", "甲〔2020〕1号第二十条", "甲〔2020〕1号, art. 20"),
        ("3", "甲〔2020〕1号第3条", "甲〔2020〕1号, art. 3"),
    ],
)
def test_an_article_is_cited_in_the_readers_numerals(article, zh, en):
    source = Source("s", "notice", "甲", "甲〔2020〕1号", article, None, "H")
    assert (source.cite("zh"), source.cite("en")) == (zh, en)


def test_every_rule_is_explained():
    assert set(explain_all(UNATTENDED, state({}))) == {"orphan", "unattended", "allowance"}


def test_decisions_that_are_given_are_shown_as_they_are_and_told_as_they_would_be():
    facts = state(FATHER_DEAD_MOTHER_IN_PRISON)
    decisions = decide_all(UNATTENDED, facts)
    given, worked_out = explain_all(UNATTENDED, facts, decisions), explain_all(UNATTENDED, facts)
    assert {code: one.decision for code, one in given.items()} == decisions
    assert {code: render_text(one) for code, one in given.items()} == {
        code: render_text(one) for code, one in worked_out.items()
    }


def test_reasons_are_told_only_when_somebody_asks():
    told = []
    whole = explain_all(UNATTENDED, state(FATHER_DEAD_MOTHER_IN_PRISON))["unattended"]
    watched = replace(whole, tell=lambda: told.append(1) or whole.tell())
    assert (watched.pays, watched.cites, told) == (False, whole.reason.cites, [])
    assert watched.reason == whole.reason
    assert watched.amount is None
    assert told == [1]


def test_one_teller_says_of_many_rules_what_is_said_of_each_alone():
    explained_all = explain_all(UNATTENDED, state(FATHER_DEAD_MOTHER_IN_PRISON)).values()
    for lang in ("zh", "en"):
        teller = TextTeller(lang)
        assert [teller.text(one) for one in explained_all] == [render_text(one, lang) for one in explained_all]


def test_what_was_told_of_one_child_is_never_told_of_another():
    families = [
        FATHER_DEAD_MOTHER_IN_PRISON,
        {},
        {**BORN, "father.dead": True},
        {**BORN, **parent("father", dead=True), **parent("mother", imprisoned=True)},
        FATHER_DEAD_MOTHER_IN_PRISON,
    ]
    shared = replace(UNATTENDED)
    for lang in ("zh", "en"):
        for facts in families:
            alone = explain_all(replace(UNATTENDED), state(facts))
            told = explain_all(shared, state(facts))
            assert [as_json(one, lang) for one in told.values()] == [as_json(one, lang) for one in alone.values()]
            assert [render_text(one, lang) for one in told.values()] == [
                render_text(one, lang) for one in alone.values()
            ]


def test_a_step_is_opened_once_in_a_text_also_where_it_stands_below_one_that_was_told_before():
    shared = Reason("丙", "C", True, children=(Reason("丁", "D", True),))
    above = Reason("乙", "B", True, children=(shared,))
    whole = explained("orphan", FATHER_DEAD_MOTHER_IN_PRISON)

    def saying(*children):
        return replace(whole, tell=lambda: (Reason("甲", "A", True, children=children), None))

    teller = TextTeller()
    assert teller.text(saying(above)).splitlines()[1:] == ["  ✓ 乙", "    ✓ 丙", "      ✓ 丁"]
    assert teller.text(saying(shared, above)).splitlines()[1:] == ["  ✓ 丙", "    ✓ 丁", "  ✓ 乙", "    ✓ 丙 （同上）"]
    assert teller.text(saying(above, shared, above)).splitlines()[1:] == [
        "  ✓ 乙",
        "    ✓ 丙",
        "      ✓ 丁",
        "  ✓ 丙 （同上）",
        "  ✓ 乙 （同上）",
    ]
