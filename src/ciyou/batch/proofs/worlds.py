"""The children that a proof speaks of: a variable for every fact and open parameter, and what values it may take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import z3

from ciyou.batch.proofs.codes import Codes
from ciyou.batch.proofs.terms import FALSE, TRUE, Formula, Leaves, Term, choice
from ciyou.core.facts.definition import Entity, FactDefinition, FactType, Value
from ciyou.core.rules.atoms import FAR_OFF, LONG_AGO, Key
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.bounds import bounds_of
from ciyou.core.rules.kinds import KIND_OF_FACT
from ciyou.core.rules.tree import Kind, Literal, walk
from ciyou.packs.parameters import ParameterDefinition

YEARS_BACK, YEARS_AHEAD = 110, 20
# More than any fact may be, so that an open parameter may lie above it: else a search would try one value after the other.
LARGEST_AMOUNT = 10_000_000_000
# Places enough to differ in everything that a rule can ask of two or three of them: province, city, county, township.
PLACES = (
    "110101001000", "110101002000", "110101003000", "110102001000", "110103001000", "110201001000", "110301001000",
    "120101001000", "130101001000",
)  # fmt: skip
BEGINNINGS = ("birth_date", "since")


@dataclass(frozen=True)
class Variable:
    """One fact or open parameter: its value, whether it is known, of which kind it is, its lowest and highest value.

    `parts`: of a date, its year, month and day.
    """

    value: Formula
    known: Formula
    kind: Kind
    edges: tuple[int, ...] = ()
    parts: tuple[Formula, ...] = ()

    @property
    def term(self) -> Term:
        return Term(self.value, self.known, self.parts)


@dataclass
class World:
    """Every child there can be, in one place on one day.

    `complete`: every fact is known and every open parameter of the place has some value of its domain; else any fact may be
    unknown, and the open parameters are, as they are for the interpreter. `plausible`: dates lie within a lifetime and
    nothing has begun after the day; else every date of the calendar is possible.
    """

    book: RuleBook
    definitions: Mapping[str, ParameterDefinition]
    codes: Codes
    complete: bool = True
    plausible: bool = True
    variables: dict[Key, Variable] = field(default_factory=dict)
    domain: list[Formula] = field(default_factory=list)

    def fact(self, entity: Entity, name: str) -> Term:
        """A fact of the child, its parents or household."""
        key: Key = (entity, name)
        if key not in self.variables:
            self.variables[key] = self._make_fact(entity, name)
        return self.variables[key].term

    def parameter(self, key: str) -> Term:
        """A parameter: the place's value, or anything that its domain allows."""
        said = self.book.parameters[key]
        if said.value is not None:
            return Term(constant(said.value, said.kind, self.codes), TRUE)
        if (None, key) not in self.variables:
            self.variables[None, key] = self._make_parameter(key, said.kind)
        return self.variables[None, key].term

    def _make_fact(self, entity: Entity, name: str) -> Variable:
        definition = self.book.vocabulary.get(entity, name)
        label = f"{entity}.{name}"
        known = TRUE if self.complete else z3.Bool(f"{label} known")
        match definition.type:
            case FactType.DATE:
                return self._date(label, known, *self._dates_of(name))
            case FactType.DIVISION:
                return self._code(label, known, places_that_differ(self.book))
            case FactType.ENUM:
                return self._code(label, known, definition.options)
            case FactType.BOOL:
                return Variable(z3.Bool(label), known, Kind.BOOL)
            case _:
                return self._number(label, known, KIND_OF_FACT[definition.type], *bounds_of(definition))

    def _dates_of(self, name: str) -> tuple[dt.date, dt.date]:
        """The first and the last day that a fact may name."""
        if not self.plausible:
            return LONG_AGO, FAR_OFF
        first, last = self._lifetime()
        return first, self.book.as_of if name.endswith(BEGINNINGS) else last

    def _lifetime(self) -> tuple[dt.date, dt.date]:
        year = self.book.as_of.year
        return dt.date(year - YEARS_BACK, 1, 1), dt.date(year + YEARS_AHEAD, 12, 31)

    def _make_parameter(self, key: str, kind: Kind) -> Variable:
        definition, label = self.definitions[key], f"param.{key}"
        known = TRUE if self.complete else FALSE
        match kind:
            case Kind.BOOL:
                return Variable(z3.Bool(label), known, kind)
            case Kind.ENUM:
                return self._code(label, known, definition.options)
            case Kind.DATE:
                return self._date(label, known, *self._lifetime())
            case _:
                # The bounds of a parameter catch mistakes of entry and are no law: nothing is forced by them.
                bounds = (definition.minimum, definition.maximum) if self.plausible else (0, None)
                return self._number(label, known, kind, *bounds)

    def _number(self, label: str, known: Formula, kind: Kind, low: int | None, high: int | None) -> Variable:
        edges = (low or 0, LARGEST_AMOUNT if high is None else high)
        value = z3.Int(label)
        self.domain += [value >= edges[0]] if high is None and not self.plausible else between(value, *edges)
        return Variable(value, known, kind, edges)

    def _code(self, label: str, known: Formula, options: Iterable[str]) -> Variable:
        numbers = tuple(self.codes.number(option) for option in options)
        value = z3.Int(label)
        self.domain.append(z3.Or([value == number for number in numbers]))
        return Variable(value, known, Kind.ENUM, numbers)

    def _date(self, label: str, known: Formula, first: dt.date, last: dt.date) -> Variable:
        edges = (self.codes.number(first), self.codes.number(last))
        value, parts = z3.Int(label), date_parts(label)
        self.domain += [*between(value, *edges), *real_date(value, parts)]
        return Variable(value, known, Kind.DATE, edges, parts)


@dataclass(frozen=True)
class Changed:
    """The same child after an event: some facts have another, known value."""

    before: Leaves
    changes: Mapping[tuple[Entity, str], Term]

    def fact(self, entity: Entity, name: str) -> Term:
        """What the event made of the fact, else what it was."""
        return self.changes.get((entity, name)) or self.before.fact(entity, name)

    def parameter(self, key: str) -> Term:
        """An event does not change the law."""
        return self.before.parameter(key)


def completion(partial: World, found: Mapping[Key, Value]) -> list[tuple[Formula, Formula]]:
    """What stands for each variable once everything unknown has turned out as in `found`: its own value where it was known."""
    pairs = []
    for key, variable in partial.variables.items():
        if key not in found:
            continue  # only what is assumed of every child speaks of it: the answer does not
        new = constant(found[key], variable.kind, partial.codes)
        pairs.append((variable.value, choice(variable.known, variable.value, new)))
        if variable.parts:
            number = partial.codes.number(found[key])
            split = (number // 10_000, number // 100 % 100, number % 100)
            pairs += [
                (part, choice(variable.known, part, z3.IntVal(one)))
                for part, one in zip(variable.parts, split, strict=True)
            ]
    return pairs


def constant(value: Value, kind: Kind, codes: Codes) -> Formula:
    """A value as the prover writes it."""
    if kind is Kind.BOOL:
        return TRUE if value else FALSE
    return z3.IntVal(codes.number(value))


def between(value: Formula, low: int, high: int) -> list[Formula]:
    """The value lies between the two, both included."""
    return [value >= low, value <= high]


def date_parts(label: str) -> tuple[Formula, Formula, Formula]:
    """The year, month and day of a variable that is a date."""
    return z3.Int(f"{label} year"), z3.Int(f"{label} month"), z3.Int(f"{label} day")


def real_date(value: Formula, parts: tuple[Formula, Formula, Formula]) -> list[Formula]:
    """yyyymmdd is a day of the calendar."""
    year, month, day = parts
    leap = z3.And(year % 4 == 0, z3.Or(year % 100 != 0, year % 400 == 0))
    longest = z3.If(
        month == 2,
        z3.If(leap, z3.IntVal(29), z3.IntVal(28)),
        z3.If(z3.Or([month == short for short in (4, 6, 9, 11)]), z3.IntVal(30), z3.IntVal(31)),
    )
    return [value == year * 10_000 + month * 100 + day, *between(month, 1, 12), day >= 1, day <= longest]


@lru_cache(maxsize=64)
def places_that_differ(book: RuleBook) -> tuple[str, ...]:
    """The divisions that children of a proof come from: the book's own, one in each that a rule names, and some that differ."""
    texts = (text for rule in book.rules for text in (rule.condition, rule.amount) if text is not None)
    literals = {part.value for text in texts for part in walk(text) if isinstance(part, Literal)}
    values = literals | {said.value for said in book.parameters.values()}
    named = sorted(code.ljust(12, "0") for code in values if isinstance(code, str) and code.isdigit())
    own = [book.division] if book.division.strip("0") else []
    return tuple(dict.fromkeys([*own, *PLACES, *named]))


def ordinary_value(definition: FactDefinition, name: str, entity: Entity, book: RuleBook) -> Value:
    """What a fact is for most children, so that a witness differs from them in nothing but what matters."""
    match definition.type:
        case FactType.BOOL:
            return False
        case FactType.ENUM:
            return next(iter(definition.options))
        case FactType.DIVISION:
            return places_that_differ(book)[0]
        case FactType.DATE:
            years = (8 if entity is Entity.CHILD else 35) if name == "birth_date" else 2
            return dt.date(book.as_of.year - years, 1, 15)
        case _:
            return bounds_of(definition)[0] or 0
