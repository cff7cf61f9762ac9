"""The worked cases of two folders of packs, each decided by both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ciyou.core.facts.state import FactState
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.interpreter import answer
from ciyou.packs.cases import NOT_IN_FORCE, Case, only
from ciyou.packs.checking import read_all_cases
from ciyou.packs.comparing.rules import differing_rules
from ciyou.packs.loading import load_packs, load_rule_book


@dataclass(frozen=True)
class Answer:
    """What one rule says: yes | no | undetermined | not_in_force; `amount_fen` None: nothing, or not known."""

    outcome: str
    amount_fen: int | None = None
    floor_fen: int | None = None
    ceiling_fen: int | None = None


@dataclass(frozen=True)
class CaseChange:
    """A case that comes out otherwise; `in_old`, `in_new`: which folder holds it."""

    case: Case
    old: Answer
    new: Answer
    in_old: bool
    in_new: bool


def answers_of(book: RuleBook, codes: Iterable[str], state: FactState) -> dict[str, Answer]:
    """What rules of a book say of a child."""
    evaluation = Evaluation(book, state)
    return {code: _answer(evaluation, code) for code in codes}


def _answer(evaluation: Evaluation, code: str) -> Answer:
    rule = evaluation.book.by_code.get(code)
    if rule is None:
        return Answer(NOT_IN_FORCE)
    outcome, due = answer(evaluation, rule)
    return Answer(outcome.value) if due is None else Answer(outcome.value, due.value, due.floor, due.ceiling)


def changed_cases(old: Path, new: Path) -> tuple[int, tuple[CaseChange, ...]]:
    """How many different cases the two folders hold, and those that come out otherwise; raises PackError."""
    sides = [_cases(root) for root in (old, new)]
    together = {**sides[0], **sides[1]}
    found = []
    for key, case in together.items():
        change = _change(case, key in sides[0], key in sides[1], old, new)
        if change is not None:
            found.append(change)
    return len(together), tuple(found)


def _cases(root: Path) -> dict[tuple[object, ...], Case]:
    return {_key(case): case for case in _every_case(root)}


def _every_case(root: Path) -> Iterator[Case]:
    for folder in read_all_cases(load_packs(root)):
        yield from folder.cases


def _key(case: Case) -> tuple[object, ...]:
    """The same child in the same place on the same day is one case, whatever each folder expects of it."""
    return case.rule, case.division, case.as_of, case.facts


def _change(case: Case, in_old: bool, in_new: bool, old: Path, new: Path) -> CaseChange | None:
    whole = (load_rule_book(division=case.division, as_of=case.as_of, root=root) for root in (old, new))
    books = [only(book, case.rule) for book in whole]
    if case.rule not in differing_rules(*books):
        return None
    before, after = (answers_of(book, [case.rule], case.state())[case.rule] for book in books)
    return None if before == after else CaseChange(case, before, after, in_old, in_new)
