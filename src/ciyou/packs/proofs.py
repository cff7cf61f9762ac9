"""What must be true of the law as a whole, written in packs: `proofs/<code>.yaml`, what is assumed, and findings that were accepted.

A property speaks of particular rules, so it is data like them. It is bound to the rules of one place and day when it is asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from ciyou.core.errors import FactError, PackError, Place, RuleError
from ciyou.core.facts.definition import Entity, Value, Vocabulary
from ciyou.core.rules.book import RuleBook, Source
from ciyou.core.rules.parser import parse_expression
from ciyou.core.rules.scope import Scope
from ciyou.core.rules.tree import Kind, Node
from ciyou.packs.binding import codes_with_amount, predicates_in_force, without_rules
from ciyou.packs.facts_file import read_facts
from ciyou.packs.folders import sections_of
from ciyou.packs.loading import load_packs
from ciyou.packs.located_yaml import Expression, Notes, Section
from ciyou.packs.pack_files import SHIPPED, Pack
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import Document, read_citations

FOLDER = "proofs"
ACCEPTED, ASSUMED = "accepted", "assumed"


class PropertyKind(StrEnum):
    """`gap`: nobody may fall between the rules; `overlap`: two must not hold at once; `step`: no event may make it worse."""

    GAP = "gap"
    OVERLAP = "overlap"
    STEP = "step"


@dataclass(frozen=True)
class Property:
    """One demand on the law. `never` (gap, overlap): no child for whom this holds.

    `changes` (step): events, each the facts that it makes known; a child for whom `keeps` held before must not lose it, and
    `not_less` must not fall. `given` narrows the children; `valid_from` is the first day on which the demand is made.
    """

    code: str
    kind: PropertyKind
    zh: str
    en: str
    measure: str
    valid_from: dt.date
    sources: tuple[Source, ...]
    place: Place
    never: Expression | None = None
    given: Expression | None = None
    keeps: Expression | None = None
    not_less: Expression | None = None
    changes: tuple[Mapping[tuple[Entity, str], Value], ...] = ()


@dataclass(frozen=True)
class Assumption:
    """What is true of every child there can be, so that no proof speaks of an impossible one."""

    code: str
    zh: str
    en: str
    holds: Expression


@dataclass(frozen=True)
class Acceptance:
    """A finding that stands with a reason. `covers` None: whatever the finding shows; else only children for whom it holds."""

    finding: str
    zh: str
    en: str
    by: str
    on: dt.date
    covers: Expression | None
    place: Place
    pack: str

    def reason(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True)
class Demands:
    """Everything that the packs of a place say about proofs."""

    properties: tuple[Property, ...]
    assumptions: tuple[Assumption, ...]
    accepted: tuple[Acceptance, ...]


def load_demands(*, division: str, root: Path = SHIPPED) -> Demands:
    """The properties, assumptions and accepted findings of a place (significant digits; '' the nation); raises PackError."""
    chain = tuple(pack.code for pack in load_packs(root).chain(division))
    return _demands_of(chain, root)


@lru_cache(maxsize=64)
def _demands_of(chain: tuple[str, ...], root: Path) -> Demands:
    pack_set, notes = load_packs(root), Notes()
    properties: list[Property] = []
    assumptions: list[Assumption] = []
    accepted: list[Acceptance] = []
    for pack in (pack for pack in pack_set.packs if pack.code in chain):
        for section, code in sections_of(pack, FOLDER, notes):
            if code == ASSUMED:
                assumptions += [_read_assumption(entry) for entry in section.sections(ASSUMED)]
            elif code == ACCEPTED:
                accepted += _read_acceptances(section, pack)
            else:
                properties += _read_property(section, code, pack_set.documents, pack_set.vocabulary)
            section.close()
    if notes.found:
        raise PackError(notes.sorted())
    return Demands(tuple(properties), tuple(one for one in assumptions if one is not None), tuple(accepted))


def _read_assumption(entry: Section) -> Assumption:
    zh, en = entry.names("name")
    holds = entry.expression("holds") or Expression("True", entry.place)
    found = Assumption(entry.text("code"), zh, en, holds)
    entry.close()
    return found


def _read_acceptances(section: Section, pack: Pack) -> Iterable[Acceptance]:
    for entry in section.sections(ACCEPTED):
        zh, en = entry.names("reason")
        on = entry.date("on", required=True)
        found = Acceptance(
            finding=entry.text("finding"),
            zh=zh,
            en=en,
            by=entry.text("by"),
            on=on or dt.date.min,
            covers=entry.expression("covers", required=False),
            place=entry.place,
            pack=pack.code,
        )
        entry.close()
        yield found


def _read_property(
    section: Section, code: str, documents: Mapping[str, Document], vocabulary: Vocabulary
) -> list[Property]:
    check_code(section, code)
    kind = section.choice("kind", tuple(PropertyKind))
    zh, en = section.names("name")
    is_step = kind == PropertyKind.STEP
    changes = _read_changes(section, vocabulary) if is_step else ()
    keeps, not_less = (section.expression(key, required=False) if is_step else None for key in ("keeps", "not_less"))
    if is_step and keeps is None and not_less is None:
        section.notes.add(
            section.place,
            "property_keeps_nothing",
            "事件类要求须写明 keeps（不得失去的条件）或 not_less（不得减少的金额）。",
            "A `step` says under `keeps` what must not be lost, or under `not_less` which amount must not fall.",
        )
    valid_from = section.date("from", required=True)
    found = Property(
        code=code,
        kind=PropertyKind(kind or PropertyKind.GAP),
        zh=zh,
        en=en,
        measure=section.text("measure"),
        valid_from=valid_from or dt.date.max,
        sources=read_citations(section, documents),
        place=section.place,
        never=None if is_step else section.expression("never"),
        given=section.expression("given", required=False),
        keeps=keeps,
        not_less=not_less,
        changes=changes,
    )
    return [found] if kind else []


def _read_changes(section: Section, vocabulary: Vocabulary) -> tuple[Mapping[tuple[Entity, str], Value], ...]:
    """Each event as the facts that it makes known: `{mother: {dead: true}}`."""
    found = []
    for entry in section.sections("changes"):
        document = {key: entry.plain(key) for key in entry}
        try:
            said = read_facts(document, vocabulary, locate=entry.deep_place)
            found.append({(one.entity, one.name): one.value for one in said})
        except FactError as error:
            section.notes.extend(error.problems)
    return tuple(found)


class Binder:
    """Binds the expressions of properties to the rules, predicates and parameters of one place and day."""

    def __init__(self, book: RuleBook, *, root: Path = SHIPPED) -> None:
        pack_set = load_packs(root)
        chain = tuple(pack for pack in pack_set.packs if pack.code in book.overlays)
        meanings = predicates_in_force(chain, as_of=book.as_of)
        self._codes = frozenset(book.by_code)
        self._scope = Scope(
            vocabulary=pack_set.vocabulary,
            parameters=pack_set.table.kinds(),
            rules=codes_with_amount(chain),
            predicates={name: predicate for name, (predicate, _) in meanings.items()},
        )

    def bind(self, text: Expression, wants: Kind = Kind.BOOL) -> Node:
        """The tree of an expression; a rule that is not in force reads as "no". Raises PackError with every mistake."""
        try:
            node = parse_expression(text.text, scope=self._scope, place=text.place, wants=wants)
        except RuleError as error:
            raise PackError(error.problems) from error
        return without_rules(node, self._codes)
