"""Parameters of the law: what they are, their dated rows by division, and which value holds in a place on a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from ciyou.core.errors import Place
from ciyou.core.facts.definition import Value
from ciyou.core.rules.book import ParameterValue, Source, Standing
from ciyou.core.rules.tree import Kind
from ciyou.packs.sources import standing_of

DIVISION_LENGTHS = (0, 2, 4, 6, 9, 12)


@dataclass(frozen=True)
class Informs:
    """What a parameter is for that decides nothing: the rules it is told with, and why it cannot decide."""

    of: tuple[str, ...]
    zh: str
    en: str


@dataclass(frozen=True)
class ParameterDefinition:
    """What a parameter is. Amounts are fen; `minimum`/`maximum` are the plausible bounds that catch a wrong unit.

    `option_words`: the words (zh, en) of the options of an enum, as far as the pack gives them.
    `combine`: `most_specific` takes the row of the narrowest division; `max` the highest of nation ← province ← city ← county
    (a provincial minimum). `falls_back_to` names the parameter whose value holds where this one has no row of its own.
    `informs`: it decides nothing, and what it is for; None of every parameter that a rule reads.
    """

    key: str
    kind: Kind
    zh: str
    en: str
    unit: str
    combine: str
    minimum: int | None
    maximum: int | None
    options: tuple[str, ...]
    falls_back_to: str
    ask_zh: str
    ask_en: str
    place: Place
    option_words: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    informs: Informs | None = None


@dataclass(frozen=True)
class ParameterRow:
    """One dated value in one division: `valid_from` and `valid_to` are both days on which it holds (`valid_to` None: open).

    `issued_on` after `valid_from` means back-pay. `division` has its significant digits only; '' is the nation. `own`: the place's own
    packs say so; beginning on the same day it holds in the stead of a shipped row.
    """

    key: str
    division: str
    valid_from: dt.date
    valid_to: dt.date | None
    issued_on: dt.date | None
    value: Value
    source: Source
    place: Place
    own: bool = False

    @property
    def standing(self) -> Standing:
        return standing_of(self.source)

    def holds_on(self, day: dt.date, *, known_on: dt.date | None) -> bool:
        """Whether the row is in force on a day, as far as it had been issued on `known_on` (None: whenever issued)."""
        if known_on is not None and self.issued_on is not None and self.issued_on > known_on:
            return False
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class ParameterTable:
    """All parameters with all their rows, ready to be looked up."""

    definitions: Mapping[str, ParameterDefinition]
    rows: tuple[ParameterRow, ...]
    statistics: tuple[ParameterRow, ...] = ()
    _index: Mapping[tuple[str, str], tuple[ParameterRow, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        index: dict[tuple[str, str], list[ParameterRow]] = {}
        for row in self.rows:
            index.setdefault((row.key, row.division), []).append(row)
        latest_first = {
            key: tuple(sorted(rows, key=lambda row: (row.valid_from, row.own), reverse=True))
            for key, rows in index.items()
        }
        object.__setattr__(self, "_index", latest_first)

    def kinds(self) -> dict[str, Kind]:
        return {key: definition.kind for key, definition in self.definitions.items()}

    def values(self, division: str, as_of: dt.date, *, known_on: dt.date | None = None) -> dict[str, ParameterValue]:
        """Every parameter's value in a division (12 digits) on a day."""
        return {key: self.value(key, division, as_of, known_on=known_on) for key in self.definitions}

    def value(self, key: str, division: str, as_of: dt.date, *, known_on: dt.date | None = None) -> ParameterValue:
        """One parameter's value; unknown ("ask the place") where no row decides."""
        definition = self.definitions[key]
        in_force = self._in_force(key, division, as_of, known_on)
        deciding = [row for row in in_force if row.standing is not Standing.SUGGESTS]
        if not deciding and definition.falls_back_to:
            return self._renamed(self.value(definition.falls_back_to, division, as_of, known_on=known_on), definition)
        if not deciding:
            return _open_value(definition, division, in_force)
        chosen = max(deciding, key=_fen) if definition.combine == "max" else deciding[0]
        return _value_of(definition, chosen)

    def suggested(self, key: str, division: str, as_of: dt.date) -> Value | None:
        """What only a weak source says of a parameter in a division (12 digits) on a day: a hint, never a value; None where a firm one decides."""
        in_force = self._in_force(key, division, as_of, None)
        firm = any(row.standing is not Standing.SUGGESTS for row in in_force)
        return None if firm or not in_force else in_force[0].value

    def _in_force(self, key: str, division: str, as_of: dt.date, known_on: dt.date | None) -> list[ParameterRow]:
        """The latest row in force of each division around the place, narrowest first; firm rows hide weak ones."""
        found = []
        for length in reversed(DIVISION_LENGTHS):
            rows = self._index.get((key, division[:length]), ())
            holding = [row for row in rows if row.holds_on(as_of, known_on=known_on)]
            firm = [row for row in holding if row.standing is not Standing.SUGGESTS]
            found.extend((firm or holding)[:1])
        return found

    @staticmethod
    def _renamed(value: ParameterValue, definition: ParameterDefinition) -> ParameterValue:
        return ParameterValue(
            key=definition.key,
            kind=value.kind,
            value=value.value,
            zh=definition.zh,
            en=definition.en,
            source=value.source,
            standing=value.standing,
            division=value.division,
            valid_from=value.valid_from,
            valid_to=value.valid_to,
            ask_zh=definition.ask_zh,
            ask_en=definition.ask_en,
        )


def _fen(row: ParameterRow) -> int:
    return row.value if isinstance(row.value, int) else 0


def _value_of(definition: ParameterDefinition, row: ParameterRow) -> ParameterValue:
    return ParameterValue(
        key=definition.key,
        kind=definition.kind,
        value=row.value,
        zh=definition.zh,
        en=definition.en,
        source=row.source,
        standing=row.standing,
        division=row.division.ljust(12, "0"),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        ask_zh=definition.ask_zh,
        ask_en=definition.ask_en,
    )


def _open_value(definition: ParameterDefinition, division: str, weak: list[ParameterRow]) -> ParameterValue:
    """Unknown here. A weak source may suggest a value but never decides: it is kept as the source to check."""
    return ParameterValue(
        key=definition.key,
        kind=definition.kind,
        value=None,
        zh=definition.zh,
        en=definition.en,
        source=weak[0].source if weak else None,
        standing=Standing.SUGGESTS,
        division=division,
        valid_from=None,
        valid_to=None,
        ask_zh=definition.ask_zh,
        ask_en=definition.ask_en,
    )
