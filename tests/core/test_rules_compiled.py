"""Trees as functions: equal trees share one, and the numbers of conditions depend on nothing but the rules."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ciyou.core.rules.compiled import Program, program_of
from ciyou.core.rules.interpreter import decide_all
from ciyou.core.rules.tree import walk
from tests.core.rulebooks import AS_OF, book, state
from tests.core.test_rules_deciding import BORN, UNATTENDED, parent


def numbers(program, rules):
    """The number of every condition of the rules, in reading order."""
    return [program.condition(rule.condition).number for rule in rules.rules]


def test_two_programs_of_the_same_rules_number_their_conditions_alike():
    assert numbers(Program(UNATTENDED.rules), UNATTENDED) == numbers(Program(UNATTENDED.rules), UNATTENDED)


def test_a_book_of_another_day_shares_the_functions_and_one_of_other_rules_does_not():
    assert program_of(replace(UNATTENDED, as_of=AS_OF.replace(year=2030)).rules) is program_of(UNATTENDED.rules)
    assert program_of(UNATTENDED.rules[:1]) is not program_of(UNATTENDED.rules)


def test_equal_conditions_of_two_rules_are_one_condition():
    rules = book({"one": "father.dead and not mother.dead", "two": "child.dead or father.dead and not mother.dead"})
    program = program_of(rules.rules)
    whole, inside = rules.by_code["one"].condition, list(walk(rules.by_code["two"].condition))[2]
    assert whole is not inside
    assert program.condition(whole) is program.condition(inside)


def test_true_and_one_are_two_things():
    rules = book({"yes": "child.dead == True", "one": "child.disability_grade == 1"})
    program = program_of(rules.rules)
    found = [list(walk(rule.condition))[2] for rule in rules.rules]
    assert program.number(found[0]) != program.number(found[1])


def test_threads_that_begin_at_once_say_the_same():
    facts = state({**BORN, **parent("father", dead=True), "mother.imprisoned": True})
    expected = decide_all(UNATTENDED, facts)
    fresh = [replace(UNATTENDED, rules=tuple(list(UNATTENDED.rules))) for _ in range(20)]
    with ThreadPoolExecutor(8) as threads:
        for one in fresh:
            assert list(threads.map(lambda _, rules=one: decide_all(rules, facts), range(8))) == [expected] * 8
