"""What the rule book lists beside the rules: parameters by place and date, facts, documents, places, and days on which law changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ciyou.core.facts.definition import Entity, FactDefinition
from ciyou.core.rules.book import Source, Standing
from ciyou.core.rules.reciting import parameter_words
from ciyou.core.rules.words import ENTITY_WORDS, Phrase
from ciyou.packs.loading import load_packs
from ciyou.packs.pack_files import PAYMENT, SHIPPED, Pack
from ciyou.packs.parameters import ParameterRow
from ciyou.packs.payments import FOLDER
from ciyou.packs.retention import OfficeLimit, load_limits
from ciyou.packs.rule_files import ONE_DAY
from ciyou.packs.rulebook import words
from ciyou.packs.rulebook.places import pack_words, place_words
from ciyou.packs.rulebook.texts import option_words


@dataclass(frozen=True)
class ParameterLine:
    """One dated value in one place. `issued_on` after `valid_from`: back-pay."""

    place: Phrase
    division: str
    valid_from: dt.date
    valid_to: dt.date | None
    issued_on: dt.date | None
    value: Phrase
    source: Source
    standing: Standing


@dataclass(frozen=True)
class ParameterEntry:
    """A parameter with all its values; where no line decides, `ask` says whom to ask for what. `informs`: why it decides nothing."""

    key: str
    name: Phrase
    unit: Phrase | None
    ask: Phrase
    falls_back_to: Phrase | None
    takes_highest: bool
    lines: tuple[ParameterLine, ...]
    informs: Phrase | None


@dataclass(frozen=True)
class LimitEntry:
    """A number by which the office works; `default`: ours and not law, `asks_place`: nobody has verified it, so the place has to be asked."""

    code: str
    name: Phrase
    value: Phrase
    note: Phrase
    default: bool
    asks_place: bool
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class FactEntry:
    """A fact, by whom it is known and who may be asked; `keys` are the entities that it is told of."""

    anchor: str
    keys: tuple[tuple[Entity, str], ...]
    name: Phrase
    known_by: Phrase
    asked: Phrase
    sensitivity: int


@dataclass(frozen=True)
class SourceEntry:
    """A document, and the codes of the rules and keys of the parameters that cite it."""

    source: Source
    rules: tuple[str, ...]
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class PlaceEntry:
    """What a place's own pack says: rules with what is done to each, ways of paying, parameters with a value of its own."""

    code: str
    name: Phrase
    rules: tuple[tuple[str, Phrase], ...]
    paying: tuple[str, ...]
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class DatedChange:
    """A day on which law begins or ends: `kind` rule | parameter, its code or key, the place, and whether it begins."""

    day: dt.date
    kind: str
    code: str
    place: Phrase
    begins: bool


@lru_cache(maxsize=8)
def list_parameters(*, root: Path = SHIPPED) -> tuple[ParameterEntry, ...]:
    """Every parameter, by key."""
    return tuple(parameter_entry(key, root) for key in sorted(load_packs(root).table.definitions))


@lru_cache(maxsize=1024)
def parameter_entry(key: str, root: Path) -> ParameterEntry:
    """One parameter with all its rows, from the nation to the narrowest place, each place's by date."""
    table = load_packs(root).table
    one = table.definitions[key]
    other = table.definitions.get(one.falls_back_to)
    rows = sorted((row for row in table.rows if row.key == key), key=lambda row: (row.division, row.valid_from))
    return ParameterEntry(
        key=key,
        name=Phrase(one.zh, one.en),
        unit=words.UNITS[one.unit] if one.unit else None,
        ask=Phrase(one.ask_zh, one.ask_en),
        falls_back_to=Phrase(other.zh, other.en) if other else None,
        takes_highest=one.combine == "max",
        lines=tuple(_line(row, root) for row in rows),
        informs=Phrase(one.informs.zh, one.informs.en) if one.informs else None,
    )


@lru_cache(maxsize=8)
def list_limits(*, root: Path = SHIPPED) -> tuple[LimitEntry, ...]:
    """Every number by which the office works, by code."""
    return tuple(_limit(one) for _code, one in sorted(load_limits(root=root).items()))


def _limit(one: OfficeLimit) -> LimitEntry:
    unit = words.OFFICE_UNITS.get(one.unit, Phrase(one.unit, one.unit))
    return LimitEntry(
        code=one.code,
        name=Phrase(one.zh, one.en),
        value=Phrase(f"{one.value} {unit.zh}", f"{one.value} {unit.en}"),
        note=Phrase(one.note_zh, one.note_en),
        default=one.policy_default,
        asks_place=one.asks_place,
        sources=one.sources,
    )


def _line(row: ParameterRow, root: Path) -> ParameterLine:
    kind = load_packs(root).table.definitions[row.key].kind
    return ParameterLine(
        place=place_words(row.division, root=root),
        division=row.division,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        issued_on=row.issued_on,
        value=parameter_words(row.key, row.value, kind, option_words(root)),
        source=row.source,
        standing=row.standing,
    )


@lru_cache(maxsize=8)
def list_facts(*, root: Path = SHIPPED) -> tuple[FactEntry, ...]:
    """Every fact of the vocabulary."""
    return tuple(_fact(definition, root) for definition in load_packs(root).vocabulary.definitions)


def _fact(definition: FactDefinition, root: Path) -> FactEntry:
    departments = load_packs(root).departments
    about = definition.about[0]
    zh, en = ("父母", "Parent") if about == "parent" else ENTITY_WORDS[Entity(about)]
    known_by = [Phrase(departments[code].zh, departments[code].en) for code in definition.suppliers]
    return FactEntry(
        anchor=f"{about}.{definition.name}",
        keys=tuple((entity, definition.name) for entity in definition.entities()),
        name=Phrase(f"{zh}·{definition.zh}", f"{en}: {definition.en}"),
        known_by=words.joined(known_by),
        asked=words.joined([words.ASKABLE[one] for one in definition.askable]),
        sensitivity=definition.sensitivity,
    )


@lru_cache(maxsize=8)
def list_sources(*, root: Path = SHIPPED) -> tuple[SourceEntry, ...]:
    """Every document, by id, with what cites it."""
    pack_set = load_packs(root)
    rules: dict[str, dict[str, None]] = {}
    parameters: dict[str, dict[str, None]] = {}
    for pack in pack_set.packs:
        for code, rule in pack.rules.items():
            for version in rule.versions:
                for source in version.sources:
                    rules.setdefault(document_id(source), {})[code] = None
    for row in pack_set.table.rows:
        parameters.setdefault(document_id(row.source), {})[row.key] = None
    return tuple(
        SourceEntry(document.source, tuple(rules.get(key, ())), tuple(sorted(parameters.get(key, ()))))
        for key, document in sorted(pack_set.documents.items())
    )


def document_id(source: Source) -> str:
    """The id of the document of a citation, without the article."""
    return source.id.partition("#")[0]


@lru_cache(maxsize=8)
def list_places(*, root: Path = SHIPPED) -> tuple[PlaceEntry, ...]:
    """Every place that has a pack of its own, the nation first."""
    return tuple(_place(pack, root) for pack in load_packs(root).packs)


def _place(pack: Pack, root: Path) -> PlaceEntry:
    keys = {row.key for row in load_packs(root).table.rows if pack.division and row.division.startswith(pack.division)}
    own = (path.parent.name for path in sorted((pack.folder / FOLDER).glob(f"*/{PAYMENT}")))
    return PlaceEntry(
        code=pack.code,
        name=pack_words(pack),
        rules=tuple((code, words.CHANGES[rule.change]) for code, rule in pack.rules.items()),
        paying=tuple(own) if pack.division else (),
        parameters=tuple(sorted(keys)),
    )


@lru_cache(maxsize=8)
def list_dates(*, root: Path = SHIPPED) -> tuple[DatedChange, ...]:
    """Everything that begins or ends, the latest day first."""
    return tuple(sorted(_dates(root), key=lambda one: (-one.day.toordinal(), one.kind, one.code, one.place.zh)))


def _dates(root: Path) -> Iterator[DatedChange]:
    pack_set = load_packs(root)
    for pack in pack_set.packs:
        for code, rule in pack.rules.items():
            for version in rule.versions:
                yield DatedChange(version.valid_from, "rule", code, pack_words(pack), begins=True)
                if version.valid_to is not None:
                    yield DatedChange(version.valid_to + ONE_DAY, "rule", code, pack_words(pack), begins=False)
    for row in pack_set.table.rows:
        place = place_words(row.division, root=root)
        yield DatedChange(row.valid_from, "parameter", row.key, place, begins=True)
