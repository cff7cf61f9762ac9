"""The children that a proof speaks of: a variable for every fact and open parameter, and what values it may take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import z3

from ciyou.batch.proofs.codes import Codes
from ciyou.batch.proofs.terms import FALSE, TRUE, Formula, Leaves, Term, choice
from ciyou.core.facts.definition import Entity, FactDefinition, FactType, Value
from ciyou.core.rules.atoms import Key
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.evaluation import bounds_of
from ciyou.core.rules.kinds import KIND_OF_FACT
from ciyou.core.rules.tree import Kind
from ciyou.packs.parameters import ParameterDefinition

FIRST_YEAR, LAST_YEAR = 1000, 9000
YEARS_BACK, YEARS_AHEAD = 110, 20
LARGEST_AMOUNT = 100_000_000
DIVISIONS = 10**12
SOME_DIVISION = "110101000000"
BEGINNINGS = ("birth_date", "since")


@dataclass(frozen=True)
class Variable:
    """One fact or open parameter: its value, whether it is known, of which kind it is; of a date also its parts."""

    value: Formula
    known: Formula
    kind: Kind
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
        kind = KIND_OF_FACT[definition.type]
        if kind is Kind.BOOL:
            return Variable(z3.Bool(label), known, kind)
        value = z3.Int(label)
        self.domain += self._fact_domain(value, definition, label)
        return Variable(value, known, kind, date_parts(label) if kind is Kind.DATE else ())

    def _fact_domain(self, value: Formula, definition: FactDefinition, label: str) -> list[Formula]:
        match definition.type:
            case FactType.ENUM:
                return [one_of(value, (self.codes.number(option) for option in definition.options))]
            case FactType.DIVISION:
                return [value >= DIVISIONS + 11 * 10**10, value < DIVISIONS + 83 * 10**10]
            case FactType.DATE:
                return self._date_domain(value, label)
            case _:
                low, high = bounds_of(definition)
                return between(value, low, LARGEST_AMOUNT if high is None else high)

    def _date_domain(self, value: Formula, label: str) -> list[Formula]:
        first, last = FIRST_YEAR, LAST_YEAR
        if self.plausible:
            first, last = self.book.as_of.year - YEARS_BACK, self.book.as_of.year + YEARS_AHEAD
        found = real_date(value, label, first, last)
        if self.plausible and label.endswith(BEGINNINGS):
            found.append(value <= self.codes.number(self.book.as_of))
        return found

    def _make_parameter(self, key: str, kind: Kind) -> Variable:
        definition, label = self.definitions[key], f"param.{key}"
        known = TRUE if self.complete else FALSE
        if kind is Kind.BOOL:
            return Variable(z3.Bool(label), known, kind)
        value = z3.Int(label)
        if kind is Kind.ENUM:
            self.domain.append(one_of(value, (self.codes.number(option) for option in definition.options)))
        elif kind is Kind.DATE:
            self.domain += real_date(value, label, self.book.as_of.year - YEARS_BACK, self.book.as_of.year + YEARS_AHEAD)
        else:
            low = 0 if definition.minimum is None else definition.minimum
            self.domain += between(value, low, LARGEST_AMOUNT if definition.maximum is None else definition.maximum)
        return Variable(value, known, kind, date_parts(label) if kind is Kind.DATE else ())


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


def one_of(value: Formula, numbers: Iterable[int]) -> Formula:
    """The value is one of these."""
    return z3.Or([value == number for number in numbers])


def between(value: Formula, low: int, high: int) -> list[Formula]:
    """The value lies between the two, both included."""
    return [value >= low, value <= high]


def date_parts(label: str) -> tuple[Formula, Formula, Formula]:
    """The year, month and day of a variable that is a date."""
    return z3.Int(f"{label} year"), z3.Int(f"{label} month"), z3.Int(f"{label} day")


def real_date(value: Formula, label: str, first: int, last: int) -> list[Formula]:
    """yyyymmdd is a day of the calendar in these years."""
    year, month, day = date_parts(label)
    leap = z3.And(year % 4 == 0, z3.Or(year % 100 != 0, year % 400 == 0))
    longest = z3.If(
        month == 2,
        z3.If(leap, z3.IntVal(29), z3.IntVal(28)),
        z3.If(z3.Or([month == short for short in (4, 6, 9, 11)]), z3.IntVal(30), z3.IntVal(31)),
    )
    inside = [*between(year, first, last), *between(month, 1, 12), day >= 1, day <= longest]
    return [value == year * 10_000 + month * 100 + day, *inside]


def ordinary_value(definition: FactDefinition, name: str, entity: Entity, book: RuleBook) -> Value:
    """What a fact is for most children, so that a witness differs from them in nothing but what matters."""
    match definition.type:
        case FactType.BOOL:
            return False
        case FactType.ENUM:
            return next(iter(definition.options))
        case FactType.DIVISION:
            return book.division if book.division.strip("0") else SOME_DIVISION
        case FactType.DATE:
            years = (8 if entity is Entity.CHILD else 35) if name == "birth_date" else 2
            return dt.date(book.as_of.year - years, 1, 15)
        case _:
            return bounds_of(definition)[0] or 0
