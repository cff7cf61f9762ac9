"""The texts of a rule in words: each dated version of each place as it is written, and the whole as it stands somewhere on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ciyou.core.facts.definition import Entity
from ciyou.core.rules.book import RuleBook, Source, Standing
from ciyou.core.rules.reciting import PLACES, Said, recite
from ciyou.core.rules.scope import facts_referred_to, parameters_referred_to, rules_referred_to
from ciyou.core.rules.tree import Kind, Named, Node, walk
from ciyou.core.rules.words import Phrase
from ciyou.packs.loading import load_packs, load_rule_book
from ciyou.packs.located_yaml import Expression
from ciyou.packs.pack_files import SHIPPED, Pack
from ciyou.packs.proofs import Binder
from ciyou.packs.rule_files import ONE_DAY, RuleFile, RuleVersion
from ciyou.packs.rulebook.places import names_of_places, pack_words
from ciyou.packs.sources import standing_of, weakest

ANYWHERE = "00"


@dataclass(frozen=True)
class Read:
    """What texts read: facts, parameters, other rules, and named conditions."""

    facts: frozenset[tuple[Entity, str]] = frozenset()
    parameters: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()

    def __or__(self, other: Read) -> Read:
        return Read(
            self.facts | other.facts,
            self.parameters | other.parameters,
            self.rules | other.rules,
            self.conditions | other.conditions,
        )


@dataclass(frozen=True)
class RuleText:
    """One text of a rule. `change`: what it does to the wider place's; `valid_to` inclusive, None: until the next one.

    `condition` None where only the amount differs or the rule is off; `amount` None where nothing of money is said.
    """

    pack: str
    place: Phrase
    change: str
    valid_from: dt.date
    valid_to: dt.date | None
    standing: Standing
    sources: tuple[Source, ...]
    condition: Said | None
    amount: Said | None
    read: Read


@lru_cache(maxsize=4096)
def texts_of(code: str, as_of: dt.date, root: Path) -> tuple[RuleText, ...]:
    """Every version of a rule in every place, the nation's first, each by its date.

    The conditions and parameters that a text refers to are told as on `as_of`, or the day nearest to it on which the text holds.
    """
    return tuple(
        _text(pack, rule, version, _within(day, version, following), root)
        for pack, rule in files_of(code, root)
        for day, version, following in _ordered(rule, as_of)
    )


def _ordered(rule: RuleFile, as_of: dt.date) -> Iterator[tuple[dt.date, RuleVersion, RuleVersion | None]]:
    versions = sorted(rule.versions, key=lambda one: one.valid_from)
    for number, version in enumerate(versions, start=1):
        yield as_of, version, versions[number] if number < len(versions) else None


def _within(day: dt.date, version: RuleVersion, following: RuleVersion | None) -> dt.date:
    ends = [one for one in (version.valid_to, following and following.valid_from - ONE_DAY) if one]
    return max(version.valid_from, min([day, *ends]))


def files_of(code: str, root: Path) -> Iterator[tuple[Pack, RuleFile]]:
    """The packs that say something of a rule, with what they say."""
    for pack in load_packs(root).packs:
        if code in pack.rules:
            yield pack, pack.rules[code]


def _text(pack: Pack, rule: RuleFile, version: RuleVersion, day: dt.date, root: Path) -> RuleText:
    binder, book = _bound(pack.division or ANYWHERE, day, root)
    nodes = {
        kind: binder.bind(text, kind)
        for kind, text in ((Kind.BOOL, version.when), (Kind.MONEY, version.amount))
        if text is not None
    }
    said = {kind: recite(book, node, option_words(root)) for kind, node in nodes.items()}
    return RuleText(
        pack=pack.code,
        place=pack_words(pack),
        change=rule.change,
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        standing=weakest(standing_of(source) for source in version.sources),
        sources=version.sources,
        condition=said.get(Kind.BOOL),
        amount=said.get(Kind.MONEY),
        read=read_by(nodes.values()),
    )


def text_here(code: str, *, division: str, as_of: dt.date, root: Path = SHIPPED) -> RuleText | None:
    """A rule as it stands in a division on a day, all overlays applied; None where it is not in force. Raises PackError."""
    book = load_rule_book(division=division, as_of=as_of, root=root)
    rule = book.by_code.get(code)
    if rule is None:
        return None
    nodes = [rule.condition] if rule.amount is None else [rule.condition, rule.amount]
    said = [recite(book, node, option_words(root)) for node in nodes]
    pack = next(pack for pack in load_packs(root).packs if pack.code == rule.overlay)
    return RuleText(
        pack=rule.overlay,
        place=pack_words(pack),
        change="new",
        valid_from=as_of,
        valid_to=None,
        standing=rule.standing,
        sources=rule.sources,
        condition=said[0],
        amount=said[1] if rule.amount is not None else None,
        read=read_by(nodes),
    )


def read_by(nodes: Iterable[Node]) -> Read:
    """What some trees read, named conditions looked into."""
    found = Read()
    for node in nodes:
        named = frozenset(part.name for part in walk(node) if isinstance(part, Named))
        found |= Read(facts_referred_to(node), parameters_referred_to(node), rules_referred_to(node), named)
    return found


@lru_cache(maxsize=256)
def _bound(division: str, day: dt.date, root: Path) -> tuple[Binder, RuleBook]:
    book = load_rule_book(division=division, as_of=day, root=root)
    return Binder(book, root=root), book


def recited(text: Expression, *, division: str, day: dt.date, root: Path) -> Said:
    """An expression that stands in no rule (whom an accepted finding covers) in words."""
    binder, book = _bound(division or ANYWHERE, day, root)
    return recite(book, binder.bind(text), option_words(root))


@lru_cache(maxsize=8)
def option_words(root: Path) -> Mapping[str, Mapping[str, tuple[str, str]]]:
    """The words of the options of every parameter that has some, and of the places that a text may name."""
    definitions = load_packs(root).table.definitions
    named = {code: (name.zh, name.en) for code, name in names_of_places(root).items()}
    return {PLACES: named, **{key: one.option_words for key, one in definitions.items() if one.option_words}}
