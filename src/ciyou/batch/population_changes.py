"""Two folders of packs on the children of a screening: whose answers differ, by rule, with the money and a few children to look at."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ciyou.batch.engines.load_queries import children_of_run, family_relations, loaded_facts
from ciyou.batch.facts.roster_facts import HOUSEHOLD_PREFIX
from ciyou.batch.run_folder import read_run_file
from ciyou.core.errors import FactError
from ciyou.core.facts.definition import Entity, Vocabulary
from ciyou.core.facts.state import Basis, FactState, StatedFact
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.scope import facts_referred_to
from ciyou.packs import load_rule_book
from ciyou.packs.cases import only
from ciyou.packs.comparing import Answer, answers_of, differing_rules
from ciyou.packs.loading import load_packs

EXAMPLES = 2
NOTHING = {"no", "not_in_force"}
"""Whether a rule says no or is not there makes no difference to a child."""
BASES = {basis.code: basis for basis in Basis}


@dataclass(frozen=True)
class Example:
    """A child for whom a rule answers otherwise; `facts` are those that the rule reads."""

    division: str
    facts: tuple[StatedFact, ...]
    old: Answer
    new: Answer


@dataclass
class RuleChange:
    """One way in which a rule's answer changes: how many children, and the money where both amounts are known (fen per period).

    `unsettled`: of how many the old or the new amount is not known, so that the money leaves them out.
    """

    rule: str
    old: str
    new: str
    period: str
    children: int = 0
    difference_fen: int = 0
    unsettled: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(frozen=True)
class PopulationChange:
    """How many children were looked at, and every way in which answers change, the most children first."""

    children: int
    changes: tuple[RuleChange, ...]


def compare_population(
    run: Path, *, old: Path, new: Path, as_of: dt.date, division: str = "", sample: int
) -> PopulationChange:
    """Decide up to `sample` children of a run by both folders on a day, in their own division or all in one.

    Raises RunError when the folder holds no run, PackError when packs cannot be used.
    """
    read_run_file(run)
    places = children_of_run(run, sample)
    comparer = _Comparer(old, new, as_of)
    for child, facts in families_of_run(run, list(places), load_packs(new).vocabulary):
        comparer.compare(division or places[child] or "00", facts)
    ordered = sorted(comparer.found.values(), key=lambda one: (-one.children, one.rule, one.old, one.new))
    return PopulationChange(len(places), tuple(ordered))


class _Comparer:
    """Decides children by two books, rule by rule, where the books differ."""

    def __init__(self, old: Path, new: Path, as_of: dt.date) -> None:
        self.roots, self.as_of = (old, new), as_of
        self.found: dict[tuple[str, str, str], RuleChange] = {}
        self._books: dict[str, tuple[RuleBook, RuleBook, tuple[str, ...]]] = {}

    def compare(self, division: str, facts: Sequence[StatedFact]) -> None:
        """One child."""
        old, new, codes = self._in(division[:6])
        if not codes:
            return
        state = FactState.on(self.as_of, facts)
        before, after = answers_of(old, codes, state), answers_of(new, codes, state)
        for code in codes:
            if before[code] != after[code] and not {before[code].outcome, after[code].outcome} <= NOTHING:
                book = new if code in new.by_code else old
                self._note(code, before[code], after[code], division, state, book)

    def _in(self, county: str) -> tuple[RuleBook, RuleBook, tuple[str, ...]]:
        if county not in self._books:
            whole = [load_rule_book(division=county, as_of=self.as_of, root=root) for root in self.roots]
            codes = differing_rules(*whole)
            old, new = (only(book, *codes) for book in whole)
            self._books[county] = (old, new, codes)
        return self._books[county]

    def _note(self, code: str, before: Answer, after: Answer, division: str, state: FactState, book: RuleBook) -> None:
        key = (code, before.outcome, after.outcome)
        change = self.found.setdefault(key, RuleChange(*key, period=book.by_code[code].period))
        change.children += 1
        old, new = _money(before), _money(after)
        if old is None or new is None:
            change.unsettled += 1
        else:
            change.difference_fen += new - old
        if len(change.examples) < EXAMPLES:
            change.examples.append(Example(division, _read_by(book, code, state), before, after))


def _money(answer: Answer) -> int | None:
    """What is paid by an answer: nothing where it is no; None where that is not known."""
    if answer.outcome in NOTHING:
        return 0
    if answer.outcome == "yes" and answer.floor_fen is None and answer.ceiling_fen is None:
        return answer.amount_fen or 0
    return answer.amount_fen


def _read_by(book: RuleBook, code: str, state: FactState) -> tuple[StatedFact, ...]:
    rules = only(book, code).rules
    nodes = [node for rule in rules for node in (rule.condition, rule.amount) if node is not None]
    read = {key for node in nodes for key in facts_referred_to(node)}
    return tuple(said for key, said in state.by_key().items() if key in read)


def families_of_run(run: Path, children: list[str], vocabulary: Vocabulary) -> Iterator[tuple[str, list[StatedFact]]]:
    """Every child with what was said of it, its father and mother, and the household."""
    members: dict[str, dict[str, Entity]] = {child: {child: Entity.CHILD} for child in children}
    for row in family_relations(run, children):
        if row["relation"] in ("father", "mother"):
            members[row["person_id"]][row["other_id"]] = Entity(row["relation"])
    people = {person for family in members.values() for person in family}
    said: dict[str, list[Mapping[str, object]]] = {}
    for fact in loaded_facts(run, people):
        said.setdefault(fact["person_id"], []).append(fact)
    for child, family in members.items():
        told = (
            statement
            for person, entity in family.items()
            for row in said.get(person, ())
            if (statement := _statement(row, entity, vocabulary)) is not None
        )
        yield child, list(told)


def _statement(row: Mapping[str, object], entity: Entity, vocabulary: Vocabulary) -> StatedFact | None:
    """A row of `facts.parquet` as a statement; None where it says nothing that the vocabulary knows of this member."""
    name = str(row["fact"])
    if name.startswith(HOUSEHOLD_PREFIX):
        name, entity = name.removeprefix(HOUSEHOLD_PREFIX), Entity.HOUSEHOLD
    definition = vocabulary.find(entity, name)
    if definition is None:
        return None
    try:
        value = definition.check(json.loads(str(row["value"])))
    except FactError:
        return None
    return StatedFact(
        entity,
        name,
        value,
        BASES[str(row["basis"])],
        str(row["source"] or ""),
        _date(row["valid_from"]),
        _date(row["valid_to"]),
    )


def _date(value: object) -> dt.date | None:
    return value if isinstance(value, dt.date) else None
