"""One rule with everything that the packs say of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ciyou.core.facts.definition import Entity
from ciyou.core.rules.book import Source
from ciyou.core.rules.reciting import Said
from ciyou.core.rules.words import Phrase
from ciyou.packs.loading import load_departments, load_informing, load_packs, load_rule_titles
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.proofs import Acceptance, load_demands
from ciyou.packs.rule_files import RuleFile
from ciyou.packs.rulebook import words
from ciyou.packs.rulebook.lists import FactEntry, ParameterEntry, list_facts, parameter_entry
from ciyou.packs.rulebook.paying import PayingTable, paying_of
from ciyou.packs.rulebook.places import pack_words
from ciyou.packs.rulebook.texts import Read, RuleText, recited, texts_of
from ciyou.packs.rulebook.worked import WorkedCase, cases_of


@dataclass(frozen=True)
class Named:
    """A rule named on a page."""

    code: str
    name: Phrase


@dataclass(frozen=True)
class ConditionText:
    """One dated meaning of a named condition that the rule uses."""

    name: Phrase
    place: Phrase
    valid_from: dt.date
    valid_to: dt.date | None
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class AcceptedFinding:
    """A finding of `ciyou prove` about the rule that stands, and why."""

    what: Phrase
    reason: Phrase
    by: str
    on: dt.date
    covers: Said | None


@dataclass(frozen=True)
class RulePage:
    """A rule as the book prints it; `measure` M1…M21, `uses` and `used_by` other rules, `informing` what is told with it and decides nothing."""

    code: str
    name: Phrase
    kind: Phrase
    measure: str
    period: Phrase | None
    payer: Phrase | None
    apply: Phrase | None
    makes_lead: bool
    texts: tuple[RuleText, ...]
    conditions: tuple[ConditionText, ...]
    facts: tuple[FactEntry, ...]
    parameters: tuple[ParameterEntry, ...]
    informing: tuple[ParameterEntry, ...]
    uses: tuple[Named, ...]
    used_by: tuple[Named, ...]
    paying: PayingTable | None
    cases: tuple[WorkedCase, ...]
    accepted: tuple[AcceptedFinding, ...]

    @property
    def places(self) -> tuple[Phrase, ...]:
        """Where a text of its own stands."""
        return tuple(dict.fromkeys(text.place for text in self.texts))


@lru_cache(maxsize=512)
def load_rule_page(code: str, *, as_of: dt.date, root: Path = SHIPPED) -> RulePage:
    """The page of a rule, told as on a day; KeyError where no pack has it, PackError where the packs have mistakes."""
    title = load_rule_titles(root=root)[code]
    texts = texts_of(code, as_of, root)
    read = read_of(code, as_of, root)
    pays = any(text.amount is not None for text in texts)
    return RulePage(
        code=code,
        name=Phrase(title.zh, title.en),
        kind=words.KINDS[title.kind.value],
        measure=title.measure,
        period=words.PERIODS[title.period] if pays else None,
        payer=_department(title, root),
        apply=Phrase(title.apply_zh, title.apply_en) if title.apply_zh else None,
        makes_lead=title.makes_lead,
        texts=texts,
        conditions=tuple(_conditions(read.conditions, root)),
        facts=tuple(one for one in list_facts(root=root) if read.facts & set(one.keys)),
        parameters=tuple(parameter_entry(key, root) for key in sorted(read.parameters)),
        informing=tuple(parameter_entry(key, root) for key in load_informing(root=root).get(code, ())),
        uses=_named(read.rules, root),
        used_by=_named(
            (other for other in load_rule_titles(root=root) if code in read_of(other, as_of, root).rules), root
        ),
        paying=paying_of(code, root),
        cases=cases_of(code, root),
        accepted=tuple(_accepted(code, root)),
    )


@lru_cache(maxsize=4096)
def read_of(code: str, as_of: dt.date, root: Path) -> Read:
    """What all texts of a rule read, in all places."""
    found = Read()
    for text in texts_of(code, as_of, root):
        found |= text.read
    return found


@dataclass(frozen=True)
class Readers:
    """Which rules read each fact and each parameter, by its own texts in any place, and with which a parameter is told that decides nothing."""

    of_facts: Mapping[tuple[Entity, str], tuple[Named, ...]]
    of_parameters: Mapping[str, tuple[Named, ...]]
    informed: Mapping[str, tuple[Named, ...]]


@lru_cache(maxsize=8)
def load_readers(*, as_of: dt.date, root: Path = SHIPPED) -> Readers:
    """Which rules read what."""
    facts: dict[tuple[Entity, str], list[Named]] = {}
    parameters: dict[str, list[Named]] = {}
    for one in _named(frozenset(load_rule_titles(root=root)), root):
        read = read_of(one.code, as_of, root)
        for fact in read.facts:
            facts.setdefault(fact, []).append(one)
        for key in read.parameters:
            parameters.setdefault(key, []).append(one)
    return Readers(
        {key: tuple(codes) for key, codes in facts.items()},
        {key: tuple(codes) for key, codes in parameters.items()},
        {
            key: _named(one.informs.of, root)
            for key, one in load_packs(root).table.definitions.items()
            if one.informs is not None
        },
    )


def _department(title: RuleFile, root: Path) -> Phrase | None:
    if not title.payer:
        return None
    department = load_departments(root=root)[title.payer]
    return Phrase(department.zh, department.en)


def _named(codes: Iterable[str], root: Path) -> tuple[Named, ...]:
    titles = load_rule_titles(root=root)
    return tuple(Named(code, Phrase(titles[code].zh, titles[code].en)) for code in sorted(codes))


def _conditions(names: frozenset[str], root: Path) -> Iterator[ConditionText]:
    for pack in load_packs(root).packs:
        for name in sorted(names & set(pack.predicates)):
            predicate = pack.predicates[name]
            for version in sorted(predicate.versions, key=lambda one: one.valid_from):
                yield ConditionText(
                    Phrase(predicate.zh, predicate.en),
                    pack_words(pack),
                    version.valid_from,
                    version.valid_to,
                    version.sources,
                )


FINDINGS: words.Words = {
    "gap": Phrase("缺口", "Gap"),
    "overlap": Phrase("冲突", "Overlap"),
    "step": Phrase("反向台阶", "Perverse step"),
    "unreachable": Phrase("不可达", "Unreachable"),
    "always": Phrase("恒成立", "Always true"),
    "imprecise": Phrase("不精确", "Imprecise"),
    "negative": Phrase("负金额", "Negative amount"),
}


def _accepted(code: str, root: Path) -> Iterator[AcceptedFinding]:
    seen: set[Acceptance] = set()
    for pack in load_packs(root).packs:
        for one in load_demands(division=pack.division, root=root).accepted:
            kind, _, rest = one.finding.partition(".")
            if one in seen or rest.removesuffix(".amount") != code:
                continue
            seen.add(one)
            yield AcceptedFinding(
                what=FINDINGS[kind],
                reason=Phrase(one.zh, one.en),
                by=one.by,
                on=one.on,
                covers=None
                if one.covers is None
                else recited(one.covers, division=pack.division, day=one.on, root=root),
            )
