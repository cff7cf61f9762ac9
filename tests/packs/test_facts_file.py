"""A facts document: what it may say, and how it is told what is wrong with it."""

from __future__ import annotations

import datetime as dt

import pytest

from ciyou.core.errors import FactError
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import Basis
from ciyou.packs import load_vocabulary, read_facts

VOCABULARY = load_vocabulary()


def _read(document):
    return {(said.entity, said.name): said for said in read_facts(document, VOCABULARY)}


def _codes(document):
    with pytest.raises(FactError) as raised:
        read_facts(document, VOCABULARY)
    return [(problem.code, problem.place.file) for problem in raised.value.problems]


def test_a_bare_value_is_a_verified_fact():
    said = _read({"child": {"birth_date": "2016-03-01"}})[Entity.CHILD, "birth_date"]
    assert (said.value, said.basis) == (dt.date(2016, 3, 1), Basis.VERIFIED)


def test_attributes_in_an_object_are_flattened():
    grouped = _read({"father": {"imprisoned": {"value": True, "term_months": 18}}})
    dotted = _read({"father": {"imprisoned": True, "imprisoned.term_months": 18}})
    assert {key: said.value for key, said in grouped.items()} == {key: said.value for key, said in dotted.items()}


def test_source_basis_and_period_are_kept():
    said = _read({"mother": {"dead": {"value": True, "from": "2020-05-01", "source": "deaths", "basis": "rostered"}}})
    fact = said[Entity.MOTHER, "dead"]
    assert (fact.source, fact.basis, fact.valid_from) == ("deaths", Basis.ROSTERED, dt.date(2020, 5, 1))


def test_a_list_states_several_periods():
    periods = [{"value": True, "from": "2020-01-01", "to": "2021-01-01"}, {"value": False, "from": "2021-01-01"}]
    assert len(read_facts({"mother": {"in_detox": periods}}, VOCABULARY)) == 2


def test_an_absent_or_null_key_is_unknown():
    assert read_facts({"child": {"adopted": None}}, VOCABULARY) == ()


def test_aliases_are_accepted():
    assert (Entity.FATHER, "lost_contact.since") in _read({"father": {"lost_contact_since": "2026-01-31"}})


def test_term_months_means_the_custody_that_holds():
    assert (Entity.FATHER, "in_detox.term_months") in _read({"father": {"in_detox": True, "term_months": 24}})


def test_term_months_of_two_custodies_is_ambiguous():
    assert _codes({"father": {"in_detox": True, "imprisoned": True, "term_months": 24}}) == [
        ("fact.ambiguous", "father.term_months")
    ]


def test_all_mistakes_are_told_at_once():
    document = {
        "chld": {},
        "child": {"birth_dat": "2016-03-01", "disability_grade": 9},
        "father": {"dead": {"value": True, "from": "2020-02-30"}, "mother": True},
        "mother": {"dead": {"value": True, "from": "2021-01-01", "to": "2020-01-01"}, "imprisoned": {"term": 3}},
    }
    assert {code for code, _ in _codes(document)} == {
        "fact.unknown_entity",
        "fact.unknown_name",
        "fact.domain",
        "fact.date",
        "fact.period",
    }


def test_the_nearest_fact_is_named():
    with pytest.raises(FactError, match="birth_date"):
        read_facts({"child": {"birth_dat": "2016-03-01"}}, VOCABULARY)


@pytest.mark.parametrize("document", [[], "child", None, {"child": []}])
def test_a_document_of_another_shape_is_refused(document):
    assert _codes(document)
