"""Worked cases of rules, as a lawyer reads them: facts of a child, a place and a day, and what the rule must answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ciyou.core.errors import FactError, Place
from ciyou.core.facts.definition import Vocabulary
from ciyou.core.facts.state import Basis, FactState, StatedFact
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.interpreter import Decision, decide_all
from ciyou.packs.facts_file import read_facts
from ciyou.packs.located_yaml import Notes, Section, read_yaml
from ciyou.packs.parameters import DIVISION_LENGTHS
from ciyou.packs.rule_files import check_code

NOT_IN_FORCE = "not_in_force"
FEN_PER_YUAN = 100
OUTCOMES = ("yes", "no", "undetermined", NOT_IN_FORCE)


@dataclass(frozen=True)
class Expectation:
    """What a case demands; None means that the case does not say. Amounts are fen, `deciding` in any order."""

    outcome: str
    amount_fen: int | None = None
    floor_fen: int | None = None
    ceiling_fen: int | None = None
    deciding: frozenset[str] | None = None
    basis: str = ""


@dataclass(frozen=True)
class Case:
    """One worked case of a rule; `division` has 12 digits."""

    rule: str
    overlay: str
    zh: str
    en: str
    division: str
    as_of: dt.date
    facts: tuple[StatedFact, ...]
    expect: Expectation
    place: Place

    def state(self) -> FactState:
        return FactState.on(self.as_of, self.facts)


def read_cases(path: Path, *, file: str, rule: str, overlay: str, vocabulary: Vocabulary, notes: Notes) -> list[Case]:
    """The cases of a `cases.yaml`; `common` holds what all share, and the word `unknown` takes a shared fact away again."""
    section = read_yaml(path, file=file, notes=notes)
    if section is None:
        return []
    check_code(section, rule)
    common = section.section("common", required=False)
    shared = common.plain("facts") if common else None
    default_division = common.text("division", required=False) if common else ""
    default_day = common.date("as_of") if common else None
    if common:
        common.close()
    found = []
    for entry in section.sections("cases"):
        division = entry.text("division", required=False) or default_division
        as_of = entry.date("as_of", required=default_day is None) or default_day
        _check_case_division(division, entry)
        facts = _read_case_facts(entry, shared, vocabulary, notes)
        expect = _read_expectation(entry)
        zh, en = entry.names("name")
        entry.close()
        if as_of is not None and expect is not None:
            found.append(Case(rule, overlay, zh, en, division.ljust(12, "0"), as_of, facts, expect, entry.place))
    section.close()
    return found


def _check_case_division(division: str, entry: Section) -> None:
    if not division.isdigit() or len(division) not in DIVISION_LENGTHS[1:]:
        entry.notes.add(
            entry.value_place("division"),
            "division",
            "案例要写明行政区划（2、4、6、9 或 12 位，加引号），也可写在 common 里。",
            "A case needs a division (2, 4, 6, 9 or 12 digits, in quotes); it may stand under `common`.",
        )


def _read_case_facts(entry: Section, shared: object, vocabulary: Vocabulary, notes: Notes) -> tuple[StatedFact, ...]:
    own = entry.plain("facts")
    document = _without_unknowns(_merged(shared, own))
    try:
        return read_facts(document, vocabulary, locate=lambda path: entry.deep_place(("facts", *path)))
    except FactError as error:
        notes.extend(error.problems)
        return ()


def _merged(shared: object, own: object) -> dict[str, object]:
    merged: dict[str, object] = {}
    for document in (shared, own):
        for entity, facts in document.items() if isinstance(document, Mapping) else ():
            before = merged.get(entity)
            both = isinstance(before, Mapping) and isinstance(facts, Mapping)
            merged[entity] = {**before, **facts} if both else facts  # type: ignore[dict-item]  # both are mappings here
    return merged


def _read_expectation(entry: Section) -> Expectation | None:
    expect = entry.section("expect")
    if expect is None:
        return None
    outcome = expect.choice("outcome", OUTCOMES)
    found = Expectation(
        outcome=outcome,
        amount_fen=expect.fen("amount_yuan"),
        floor_fen=expect.fen("floor_yuan"),
        ceiling_fen=expect.fen("ceiling_yuan"),
        deciding=frozenset(expect.texts("deciding")) if expect.has("deciding") else None,
        basis=expect.choice("basis", tuple(basis.code for basis in Basis)) if expect.has("basis") else "",
    )
    expect.close()
    return found if outcome else None


def differences(case: Case, book: RuleBook) -> list[tuple[str, str, str]]:
    """Where the rule's answer differs from what the case demands: (what, wanted, got); empty when the case holds."""
    if case.rule not in book.by_code:
        return [] if case.expect.outcome == NOT_IN_FORCE else [("outcome", case.expect.outcome, NOT_IN_FORCE)]
    decision = decide_all(only(book, case.rule), case.state())[case.rule]
    return [(what, wanted, got) for what, wanted, got in _comparisons(case.expect, decision) if wanted != got]


def only(book: RuleBook, *codes: str) -> RuleBook:
    """The book cut down to some rules and those they need: a case asks about nothing else."""
    needed = set(codes)
    for rule in reversed(book.rules):
        if rule.code in needed:
            needed.update(rule.needs)
    return replace(book, rules=tuple(rule for rule in book.rules if rule.code in needed))


def _outcome(expect: Expectation, decision: Decision) -> str:
    """What came out; of an undetermined answer that was not wanted, also the facts that are missing in the case."""
    outcome = str(decision.outcome.value)
    missing = ", ".join(sorted(str(unknown) for unknown in decision.deciding))
    return f"{outcome} ({missing})" if missing and outcome != expect.outcome else outcome


def _yuan(fen: int | None) -> str:
    """An amount as a case writes it; empty where it is not known."""
    if fen is None:
        return ""
    whole, rest = divmod(fen, FEN_PER_YUAN)
    return f"{whole}.{rest:02}" if rest else str(whole)


def _comparisons(expect: Expectation, decision: Decision) -> list[tuple[str, str, str]]:
    compared = [("outcome", expect.outcome, _outcome(expect, decision))]
    for name in ("amount", "floor", "ceiling"):
        wanted, got = getattr(expect, f"{name}_fen"), getattr(decision, f"{name}_fen")
        if wanted is not None:
            compared.append((f"{name}_yuan", _yuan(wanted), _yuan(got)))
    if expect.deciding is not None:
        got = frozenset(str(unknown) for unknown in decision.deciding)
        compared.append(("deciding", ", ".join(sorted(expect.deciding)), ", ".join(sorted(got))))
    if expect.basis:
        compared.append(("basis", expect.basis, decision.basis.code))
    return compared


def _without_unknowns(tree: Mapping[str, object]) -> dict[str, object]:
    """A copy without the keys whose value is the word `unknown`."""
    return {
        key: _without_unknowns(value) if isinstance(value, Mapping) else value
        for key, value in tree.items()
        if value != "unknown"
    }
