"""The worked cases of a rule in words: the child, the place and day, and what must come out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ciyou.core.facts.definition import Entity, FactType
from ciyou.core.facts.state import Basis, StatedFact
from ciyou.core.rules.words import ENTITY_WORDS, Phrase, value_words, yuan
from ciyou.packs.cases import Case
from ciyou.packs.checking import read_all_cases
from ciyou.packs.loading import load_packs
from ciyou.packs.rulebook import words
from ciyou.packs.rulebook.places import place_words


@dataclass(frozen=True)
class WorkedCase:
    """One case; `outcome` is a code, `expected` what comes out in words, `facts` what is known of the child."""

    name: Phrase
    place: Phrase
    as_of: dt.date
    facts: tuple[Phrase, ...]
    outcome: str
    expected: tuple[Phrase, ...]


def cases_of(code: str, root: Path) -> tuple[WorkedCase, ...]:
    """Every worked case of a rule, the nation's first."""
    return tuple(_worked(case, root) for case in _cases(root).get(code, ()))


def count_cases(root: Path) -> Mapping[str, int]:
    """How many worked cases each rule has."""
    return {code: len(cases) for code, cases in _cases(root).items()}


@lru_cache(maxsize=4)
def _cases(root: Path) -> Mapping[str, tuple[Case, ...]]:
    found: dict[str, list[Case]] = {}
    for folder in read_all_cases(load_packs(root)):
        found.setdefault(folder.code, []).extend(folder.cases)
    return {code: tuple(cases) for code, cases in found.items()}


def _worked(case: Case, root: Path) -> WorkedCase:
    return WorkedCase(
        name=Phrase(case.zh, case.en),
        place=place_words(case.division, root=root),
        as_of=case.as_of,
        facts=facts_in_words(case.facts, root),
        outcome=case.expect.outcome,
        expected=tuple(_expected(case, root)),
    )


def facts_in_words(facts: tuple[StatedFact, ...], root: Path) -> tuple[Phrase, ...]:
    """What is known of a child, a line for each of child, father, mother and household; what is not so stands together."""
    by_owner: dict[Entity, list[StatedFact]] = {}
    for fact in facts:
        by_owner.setdefault(fact.entity, []).append(fact)
    return tuple(_line(owner, told, root) for owner, told in by_owner.items())


def _line(owner: Entity, told: list[StatedFact], root: Path) -> Phrase:
    vocabulary = load_packs(root).vocabulary
    absent = [fact for fact in told if fact.value is False and fact.basis is Basis.VERIFIED and not fact.valid_from]
    names = [vocabulary.get(fact.entity, fact.name) for fact in absent]
    parts = [_fact(fact, root) for fact in told if fact not in absent]
    if names:
        joined = words.joined([Phrase(name.zh, name.en) for name in names])
        parts.append(Phrase(f"均为否：{joined.zh}", f"not so: {joined.en}"))
    zh, en = ENTITY_WORDS[owner]
    return Phrase(f"{zh}：{'；'.join(one.zh for one in parts)}", f"{en}: {'; '.join(one.en for one in parts)}")


def _fact(fact: StatedFact, root: Path) -> Phrase:
    definition = load_packs(root).vocabulary.get(fact.entity, fact.name)
    if definition.type is FactType.DIVISION:
        value = place_words(str(fact.value), root=root)
    else:
        value = value_words(fact.value, definition)
    zh, en = f"{definition.zh} {value.zh}", f"{definition.en}: {value.en}"
    if fact.valid_from:
        zh, en = f"{zh}（自 {fact.valid_from}）", f"{en} (since {fact.valid_from})"
    if fact.basis is not Basis.VERIFIED:
        basis = words.BASES[fact.basis.code]
        zh, en = f"{zh}（{basis.zh}）", f"{en} ({basis.en})"
    return Phrase(zh, en)


def _expected(case: Case, root: Path) -> Iterator[Phrase]:
    expect = case.expect
    amounts = (
        (expect.amount_fen, "金额", "amount"),
        (expect.floor_fen, "至少", "at least"),
        (expect.ceiling_fen, "至多", "at most"),
    )
    yield from (Phrase(f"{zh} {yuan(fen)}", f"{en} {yuan(fen)}") for fen, zh, en in amounts if fen is not None)
    if expect.deciding:
        told = words.joined([_deciding(one, root) for one in sorted(expect.deciding)])
        yield Phrase(f"取决于：{told.zh}", f"decided by: {told.en}")
    if expect.basis:
        basis = words.BASES[expect.basis]
        yield Phrase(f"依据：{basis.zh}", f"basis: {basis.en}")


def _deciding(written: str, root: Path) -> Phrase:
    pack_set = load_packs(root)
    owner, _, name = written.partition(".")
    if owner == "param":
        definition = pack_set.table.definitions[name]
        return Phrase(f"当地规定“{definition.zh}”", f"local rule “{definition.en}”")
    zh, en = ENTITY_WORDS[Entity(owner)]
    fact = pack_set.vocabulary.get(Entity(owner), name)
    return Phrase(f"{zh}·{fact.zh}", f"{en}: {fact.en}")
