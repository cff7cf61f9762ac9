"""The rules of a book as one SQL query: a cross-check of the fast path, and the way to engines that speak SQL.

Our own emitter rather than a query builder, because null handling must be exact: CASE passes over an unknown condition
and GREATEST over an unknown value, so both are guarded; all else follows SQL's three-valued logic, which is Kleene's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ciyou.batch.engines.program import StepProgram
from ciyou.batch.engines.steps import Op, Step
from ciyou.core.facts.definition import Value
from ciyou.core.rules.tree import Kind


@dataclass(frozen=True)
class Dialect:
    """Where SQL engines differ: names of types, quoting, whole division, dates, and how to compute a layer only once.

    `escapes` says how a character is written inside a text in single quotes.
    """

    name: str
    types: Mapping[Kind, str]
    quote: str
    escapes: Mapping[str, str]
    truncated_quotient: str
    date: str
    year: str
    month: str
    day: str
    prefix: str
    layer: str

    def quoted(self, name: str) -> str:
        return f"{self.quote}{name}{self.quote}"


DUCKDB = Dialect(
    name="duckdb",
    types={Kind.BOOL: "BOOLEAN", Kind.INT: "BIGINT", Kind.MONEY: "BIGINT", Kind.DATE: "DATE", Kind.ENUM: "VARCHAR"},
    quote='"',
    escapes={"'": "''"},
    truncated_quotient="({left} // {right})",
    date="DATE '{day}'",
    year="CAST(year({date}) AS BIGINT)",
    month="CAST(month({date}) AS BIGINT)",
    day="CAST(day({date}) AS BIGINT)",
    prefix="substr({code}, 1, {digits})",
    layer="AS MATERIALIZED",
)
SPARK = Dialect(
    name="spark",
    types={Kind.BOOL: "BOOLEAN", Kind.INT: "BIGINT", Kind.MONEY: "BIGINT", Kind.DATE: "DATE", Kind.ENUM: "STRING"},
    quote="`",
    # A backslash is special in a text of Spark, and what two adjacent quotes mean depends on its version.
    escapes={"\\": "\\\\", "'": "\\'"},
    truncated_quotient="({left} div {right})",
    date="DATE '{day}'",
    year="CAST(year({date}) AS BIGINT)",
    month="CAST(month({date}) AS BIGINT)",
    day="CAST(day({date}) AS BIGINT)",
    prefix="substr({code}, 1, {digits})",
    # Spark has no materialized part of a query; it does not write out a column that is used more than once.
    layer="AS",
)


def write_query(program: StepProgram, *, source: str, keep: tuple[str, ...], dialect: Dialect) -> str:
    """A SELECT that gives the columns `keep` of `source` and every output of the program.

    `source` (a table or view) must have all of the program's `columns_needed`.
    """
    writer = _Writer(program, dialect)
    names = [dialect.quoted(name) for name in dict.fromkeys((*keep, *program.columns_needed))]
    carried = [*names]
    parts = [f"layer_0 {dialect.layer} (SELECT {', '.join(names) or '1 AS one'} FROM {source})"]
    for depth, layer in enumerate(program.layers):
        made = [f"{writer.write(program.steps[number])} AS {writer.name(number)}" for number in layer]
        parts.append(f"layer_{depth + 1} {dialect.layer} (SELECT {', '.join([*carried, *made])} FROM layer_{depth})")
        carried += [writer.name(number) for number in layer]
    results = [dialect.quoted(name) for name in keep]
    results += [f"{writer.name(number)} AS {dialect.quoted(name)}" for name, number in program.outputs.items()]
    return f"WITH {', '.join(parts)} SELECT {', '.join(results)} FROM layer_{len(program.layers)}"


class _Writer:
    """Writes steps as SQL; steps of a layer are read back by name."""

    def __init__(self, program: StepProgram, dialect: Dialect) -> None:
        self.steps = program.steps
        self.dialect = dialect
        self.layered = {number for layer in program.layers for number in layer}

    def name(self, number: int) -> str:
        return f"step__{number}"

    def read(self, number: int) -> str:
        return self.name(number) if number in self.layered else self.write(self.steps[number])

    def write(self, step: Step) -> str:
        return _WRITE[step.op](self, step)

    def inputs(self, step: Step) -> list[str]:
        return [self.read(number) for number in step.inputs]

    # -- operations ----------------------------------------------------------------------------
    def _column(self, step: Step) -> str:
        name = self.dialect.quoted(str(step.detail))
        # Enum columns are read as text: their order and their domain are not the query's business.
        return f"CAST({name} AS {self.dialect.types[step.kind]})" if step.kind != Kind.BOOL else name

    def _constant(self, step: Step) -> str:
        if step.detail is None:
            return f"CAST(NULL AS {self.dialect.types[step.kind]})"
        written = _written(step.detail, self.dialect)
        return f"CAST({written} AS {self.dialect.types[step.kind]})" if _is_number(step.kind) else written

    def _joined(self, word: str) -> Callable[[Step], str]:
        return lambda step: f"({f' {word} '.join(self.inputs(step))})"

    def _compare(self, step: Step) -> str:
        left, right = self.inputs(step)
        symbol = {"==": "=", "!=": "<>"}.get(str(step.detail), str(step.detail))
        return f"({left} {symbol} {right})"

    def _pick(self, step: Step) -> str:
        *cases, otherwise = self.inputs(step)
        arms = [f"WHEN {when} THEN {then}" for when, then in zip(cases[::2], cases[1::2], strict=True)]
        return f"(CASE {' '.join(arms)} ELSE {otherwise} END)"

    def _quotient(self, step: Step) -> str:
        """Rounded down also below zero, where engines' own division rounds towards zero."""
        item, divisor = self.read(step.inputs[0]), step.detail
        floored = f"({item} - ((({item} % {divisor}) + {divisor}) % {divisor}))"
        return self.dialect.truncated_quotient.format(left=floored, right=divisor)

    def _extreme_of(self, step: Step) -> str:
        function = "greatest" if step.op in (Op.LARGEST, Op.LARGEST_KNOWN) else "least"
        return f"{function}({', '.join(self.inputs(step))})"

    def _extreme(self, step: Step) -> str:
        unknown = [f"{self.read(number)} IS NULL" for number in step.inputs if self.steps[number].nullable]
        value = self._extreme_of(step)
        null = f"CAST(NULL AS {self.dialect.types[step.kind]})"
        return f"(CASE WHEN {' OR '.join(unknown)} THEN {null} ELSE {value} END)" if unknown else value

    def _date_number(self, step: Step) -> str:
        year, month, day = self._date_parts(step)
        return f"({year} * 10000 + {month} * 100 + {day})"

    def _month_number(self, step: Step) -> str:
        year, month, _ = self._date_parts(step)
        return f"({year} * 12 + {month})"

    def _day_number(self, step: Step) -> str:
        return self._date_parts(step)[2]

    def _date_parts(self, step: Step) -> tuple[str, str, str]:
        date, dialect = self.read(step.inputs[0]), self.dialect
        return dialect.year.format(date=date), dialect.month.format(date=date), dialect.day.format(date=date)

    def _prefix(self, step: Step) -> str:
        return self.dialect.prefix.format(code=self.read(step.inputs[0]), digits=step.detail)


def _is_number(kind: Kind) -> bool:
    return kind in (Kind.INT, Kind.MONEY)


def _written(value: Value, dialect: Dialect) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.date):
        return dialect.date.format(day=value.isoformat())
    if isinstance(value, str):
        written = "".join(dialect.escapes.get(letter, letter) for letter in value)
        return f"'{written}'"
    return str(value)


_WRITE: Mapping[Op, Callable[[_Writer, Step], str]] = {
    Op.COLUMN: _Writer._column,
    Op.CONSTANT: _Writer._constant,
    Op.ALL: lambda writer, step: writer._joined("AND")(step),
    Op.ANY: lambda writer, step: writer._joined("OR")(step),
    Op.NEGATE: lambda writer, step: f"(NOT {writer.read(step.inputs[0])})",
    Op.COMPARE: _Writer._compare,
    Op.PRESENT: lambda writer, step: f"({writer.read(step.inputs[0])} IS NOT NULL)",
    Op.PICK: _Writer._pick,
    Op.PLUS: lambda writer, step: writer._joined("+")(step),
    Op.MINUS: lambda writer, step: writer._joined("-")(step),
    Op.TIMES: lambda writer, step: writer._joined("*")(step),
    Op.QUOTIENT: _Writer._quotient,
    Op.LARGEST: _Writer._extreme,
    Op.SMALLEST: _Writer._extreme,
    Op.LARGEST_KNOWN: _Writer._extreme_of,
    Op.SMALLEST_KNOWN: _Writer._extreme_of,
    Op.DATE_NUMBER: _Writer._date_number,
    Op.MONTH_NUMBER: _Writer._month_number,
    Op.DAY_NUMBER: _Writer._day_number,
    Op.PREFIX: _Writer._prefix,
}
