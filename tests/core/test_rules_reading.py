"""Reading rule texts: what is accepted, and what each mistake is told."""

from __future__ import annotations

import pytest

from ciyou.core.errors import Place, RuleError
from ciyou.core.rules.parser import facts_referred_to, parse_expression, rules_referred_to
from ciyou.core.rules.tree import And, Compare, Kind, Literal, Named, Not, OneOf, Or
from tests.core.rulebooks import predicate, scope

HERE = Place("rule.yaml", 20, 9)


def read(text, *, wants=Kind.BOOL, predicates=(), rules=None):
    return parse_expression(text, scope=scope(predicates, rules), place=HERE, wants=wants)


def problems(text, **options):
    with pytest.raises(RuleError) as caught:
        read(text, **options)
    return caught.value.problems


def test_and_binds_tighter_than_or_as_readers_expect():
    node = read("father.dead or mother.dead and household.poor")
    assert isinstance(node, Or)
    assert isinstance(node.items[1], And)


def test_a_predicate_is_applied_to_an_entity_and_keeps_its_name_and_clause():
    node = read("gone(father)", predicates=(predicate("gone", ("p",), "p.dead or p.missing"),))
    assert isinstance(node, Named)
    assert (node.name, node.arguments, node.cites) == ("gone", ("father",), ("s1",))
    assert {str(entity) for entity, _ in facts_referred_to(node)} == {"father"}


def test_not_in_is_the_negation_of_membership():
    node = read("child.disability_grade not in (1, 2)")
    assert isinstance(node, Not)
    assert isinstance(node.item, OneOf)


def test_a_quoted_day_becomes_a_date():
    node = read("child.birth_date >= date('2010-01-31')")
    assert isinstance(node, Compare)
    assert isinstance(node.right, Literal)


def test_rules_referred_to_are_found_in_conditions_and_amounts():
    node = read("orphan and amount(aid) > 0", rules={"orphan": False, "aid": True})
    assert rules_referred_to(node) == {"orphan", "aid"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("father.dead or", "rule.syntax"),
        ("father.dea", "rule.unknown_fact"),
        ("uncle.dead", "rule.unknown_entity"),
        ("orfan", "rule.unknown_name"),
        ("param.minimum_month > 3", "rule.unknown_parameter"),
        ("gone(father)", "rule.unknown_function"),
        ("0 < child.disability_grade < 3", "rule.chained"),
        ("father.dead & mother.dead", "rule.kinds"),
        ("~father.dead", "rule.not_allowed"),
        ("father.dead is True", "rule.operator"),
        ("child.disability_type == 'mad'", "rule.unknown_code"),
        ("child.disability_grade in ()", "rule.options"),
        ("child.disability_grade in (1, 'x')", "rule.options"),
        ("child.aid_fen / 2 > 3", "rule.not_allowed"),
        ("child.birth_date > 3", "rule.kinds"),
        ("child.aid_fen", "rule.kinds"),
        ("child.aid_fen > 1.5", "rule.constant"),
        ("age(household) < 18", "rule.arguments"),
        ("date('2020-02-30') < child.birth_date", "rule.date"),
        ("first(when(father.dead, 1)) > 0", "rule.arguments"),
        ("first(when(father.dead, 1), 2) > 0", "rule.first"),
        ("amount(orphan) > 0", "rule.arguments"),
        ("__import__('os').system('x')", "rule.call"),
        ("(lambda: 1)()", "rule.call"),
        ("[x for x in (1,)]", "rule.not_allowed"),
        ("child.aid_fen * child.disability_grade > 1", "rule.factor"),
    ],
)
def test_each_kind_of_mistake_has_its_code(text, code):
    found = problems(text, rules={"orphan": False})
    assert code in {problem.code for problem in found}
    assert all(problem.zh.endswith(("。", "？")) and problem.en.endswith((".", "?")) for problem in found)


def test_a_mistake_is_located_inside_the_file():
    (found,) = problems("father.dead\n  or mother.ded")
    assert (found.place.file, found.place.line, found.place.column) == ("rule.yaml", 21, 6)


def test_a_mistake_on_the_first_line_counts_from_the_column_of_the_text():
    (found,) = problems("not father.ded")
    assert (found.place.line, found.place.column) == (20, 13)


def test_all_mistakes_are_told_at_once():
    assert len(problems("father.ded or mother.imprisond or uncle.dead")) == 3


def test_a_predicate_that_refers_to_itself_is_refused():
    looped = predicate("gone", ("p",), "p.dead or gone(p)")
    assert problems("gone(father)", predicates=(looped,))[0].code == "rule.cycle"


def test_a_mistake_inside_a_predicate_is_located_in_the_predicates_file():
    broken = predicate("gone", ("p",), "p.ded")
    assert problems("gone(father)", predicates=(broken,))[0].place.file == "predicates.yaml"


def test_a_node_has_no_truth_value_so_that_python_and_cannot_lose_a_clause():
    node = read("father.dead")
    with pytest.raises(TypeError):
        bool(node)
