"""The rules of a book over a whole population in Polars: one lazy frame in, the same frame with every outcome out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce

import polars as pl

from ciyou.batch.engines.program import StepProgram, lower_book
from ciyou.batch.engines.steps import Op, Step
from ciyou.core.facts.definition import FactDefinition, FactType, Vocabulary, column_name
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.tree import Kind

_SIMPLE_DTYPES: Mapping[FactType, pl.DataType] = {
    FactType.BOOL: pl.Boolean(),
    FactType.INT: pl.Int32(),
    FactType.MONEY: pl.Int64(),
    FactType.DATE: pl.Date(),
    FactType.DIVISION: pl.String(),
}
_KIND_DTYPES: Mapping[Kind, pl.DataType] = {
    Kind.BOOL: pl.Boolean(),
    Kind.INT: pl.Int64(),
    Kind.MONEY: pl.Int64(),
    Kind.DATE: pl.Date(),
    Kind.ENUM: pl.String(),
}
_COMPARE: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "==": pl.Expr.eq,
    "!=": pl.Expr.ne,
    "<": pl.Expr.lt,
    "<=": pl.Expr.le,
    ">": pl.Expr.gt,
    ">=": pl.Expr.ge,
}


def fact_dtype(definition: FactDefinition) -> pl.DataType:
    """The Polars type of a fact's column in a wide table; an enum keeps its codes as a Polars Enum."""
    if definition.type == FactType.ENUM:
        return pl.Enum(list(definition.options))
    return pl.Int64() if definition.is_long else _SIMPLE_DTYPES[definition.type]


def wide_schema(vocabulary: Vocabulary) -> pl.Schema:
    """The wide table of facts: one row a child, one column per (entity, fact), null is unknown."""
    return pl.Schema(
        {
            column_name(entity, definition.name): fact_dtype(definition)
            for definition in vocabulary
            for entity in definition.entities()
        }
    )


def empty_frame(book: RuleBook) -> pl.DataFrame:
    """A wide table of no children, with every fact's column."""
    return wide_schema(book.vocabulary).to_frame()


@dataclass(frozen=True)
class RuleProgram:
    """A compiled book. `columns_needed` are the columns it reads; absent ones count as unknown for every child."""

    program: StepProgram
    schema: Mapping[str, pl.DataType]

    @property
    def columns_needed(self) -> tuple[str, ...]:
        return tuple(self.program.columns_needed)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns that `apply` adds, in the book's order."""
        return tuple(self.program.outputs)

    def apply(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Add the outcome (Boolean), amount and bounds (Int64, fen) of every rule to a frame of wide facts."""
        given = frame.collect_schema().names()
        missing = [name for name in self.columns_needed if name not in given]
        result = frame.with_columns(pl.lit(None, dtype=self.schema[name]).alias(name) for name in missing)
        for layer in self._layers:
            result = result.with_columns(layer)
        return result.select(*given, *self._named)

    @cached_property
    def _layers(self) -> list[list[pl.Expr]]:
        """Written once: a population is decided in hundreds of pieces."""
        writer = _Writer(self)
        return [[writer.column(number) for number in layer] for layer in self.program.layers]

    @cached_property
    def _named(self) -> list[pl.Expr]:
        return [pl.col(_Writer.name(number)).alias(name) for name, number in self.program.outputs.items()]


def compile_rules(
    book: RuleBook, *, parameter_columns: frozenset[str] = frozenset(), with_intervals: bool = False
) -> RuleProgram:
    """Compile every rule of a book for a frame of wide facts.

    Parameters named in `parameter_columns` are read from columns `param__<key>` (joined per division by the caller), the
    others are constants of the book. `with_intervals` adds `floor__<code>` and `ceiling__<code>` for rules that pay.
    """
    program = lower_book(book, parameter_columns=parameter_columns, with_intervals=with_intervals)
    facts = wide_schema(book.vocabulary)
    schema = {name: facts.get(name, _KIND_DTYPES[kind]) for name, kind in program.columns_needed.items()}
    return RuleProgram(program, schema)


class _Writer:
    """Writes steps as Polars expressions; steps of a layer are read back as columns."""

    def __init__(self, compiled: RuleProgram) -> None:
        self.steps = compiled.program.steps
        self.schema = compiled.schema
        self.layered = {number for layer in compiled.program.layers for number in layer}

    @staticmethod
    def name(number: int) -> str:
        return f"step__{number}"

    def column(self, number: int) -> pl.Expr:
        """The column that a layer adds for a step."""
        expression = self.write(self.steps[number])
        if self.steps[number].kind in (Kind.INT, Kind.MONEY):
            expression = expression.cast(pl.Int64)
        return expression.alias(self.name(number))

    def read(self, number: int) -> pl.Expr:
        return pl.col(self.name(number)) if number in self.layered else self.write(self.steps[number])

    def write(self, step: Step) -> pl.Expr:
        return _WRITE[step.op](self, step)

    def dtype(self, number: int) -> pl.DataType:
        step = self.steps[number]
        return self.schema[str(step.detail)] if step.op == Op.COLUMN else _KIND_DTYPES[step.kind]

    def inputs(self, step: Step) -> list[pl.Expr]:
        return [self.read(number) for number in step.inputs]

    # -- operations ----------------------------------------------------------------------------
    def _column(self, step: Step) -> pl.Expr:
        return pl.col(str(step.detail))

    def _constant(self, step: Step) -> pl.Expr:
        return pl.lit(step.detail, dtype=_KIND_DTYPES[step.kind])

    def _all(self, step: Step) -> pl.Expr:
        return reduce(pl.Expr.and_, self.inputs(step))

    def _any(self, step: Step) -> pl.Expr:
        return reduce(pl.Expr.or_, self.inputs(step))

    def _negate(self, step: Step) -> pl.Expr:
        return self.read(step.inputs[0]).not_()

    def _present(self, step: Step) -> pl.Expr:
        return self.read(step.inputs[0]).is_not_null()

    def _compare(self, step: Step) -> pl.Expr:
        if self._divisions_meet(step):
            left, right = (self._leading_digits(self.steps[number]) for number in step.inputs)
            return _COMPARE[str(step.detail)](left, right)
        left, right = (self._operand(step, one) for one in step.inputs)
        return _COMPARE[str(step.detail)](left, right)

    def _divisions_meet(self, step: Step) -> bool:
        """Whether both sides are the same number of leading digits of two division codes."""
        one, other = (self.steps[number] for number in step.inputs)
        return one.op == other.op == Op.PREFIX and one.detail == other.detail

    def _leading_digits(self, step: Step) -> pl.Expr:
        """The leading digits of a 12-digit code as a number: half the cost of cutting text, measured."""
        return self.read(step.inputs[0]).cast(pl.Int64).floordiv(pl.lit(10 ** (12 - step.whole)))

    def _operand(self, step: Step, number: int) -> pl.Expr:
        """A side of a comparison; codes of different lists meet as text, for an Enum refuses codes that it lacks."""
        if self.steps[number].kind == Kind.ENUM and not self._one_enum(step):
            return self.read(number).cast(pl.String)
        if self.steps[number].kind == Kind.ENUM and self.steps[number].op == Op.CONSTANT:
            return pl.lit(self.steps[number].detail)
        return self.read(number)

    def _one_enum(self, step: Step) -> bool:
        sides = [self.dtype(number) for number in step.inputs if self.steps[number].op == Op.COLUMN]
        codes = [self.steps[number].detail for number in step.inputs if self.steps[number].op == Op.CONSTANT]
        if len(sides) + len(codes) < len(step.inputs) or len({str(side) for side in sides}) != 1:
            return False
        return not isinstance(sides[0], pl.Enum) or all(code in sides[0].categories for code in codes)

    def _pick(self, step: Step) -> pl.Expr:
        *cases, otherwise = (self._value(number) for number in step.inputs)
        result = otherwise
        for condition, value in reversed(list(zip(cases[::2], cases[1::2], strict=True))):
            result = pl.when(condition).then(value).otherwise(result)
        return result

    def _value(self, number: int) -> pl.Expr:
        is_enum_column = isinstance(self.dtype(number), pl.Enum)
        return self.read(number).cast(pl.String) if is_enum_column else self.read(number)

    def _plus(self, step: Step) -> pl.Expr:
        return reduce(pl.Expr.add, (self._number(number) for number in step.inputs))

    def _minus(self, step: Step) -> pl.Expr:
        return self._number(step.inputs[0]) - self._number(step.inputs[1])

    def _times(self, step: Step) -> pl.Expr:
        return self._number(step.inputs[0]) * self._number(step.inputs[1])

    def _number(self, number: int) -> pl.Expr:
        """A number wide enough for fen: fact columns of counts are 32 bits."""
        return self.read(number).cast(pl.Int64) if self.dtype(number) == pl.Int32 else self.read(number)

    def _quotient(self, step: Step) -> pl.Expr:
        return self.read(step.inputs[0]).floordiv(pl.lit(step.detail, dtype=pl.Int64))

    def _extreme_of(self, step: Step) -> pl.Expr:
        """The largest or smallest of the known."""
        combine = pl.max_horizontal if step.op in (Op.LARGEST, Op.LARGEST_KNOWN) else pl.min_horizontal
        return combine([self._number(number) for number in step.inputs])

    def _extreme(self, step: Step) -> pl.Expr:
        if len(step.inputs) == 2:
            # An unknown comparison is not taken, so an unknown first one stays; three times the cost of this is `min_horizontal`, five `clip`.
            item, other = (self._number(number) for number in step.inputs)
            passed = item < other if step.op == Op.LARGEST else item > other
            if self.steps[step.inputs[1]].nullable:
                passed = passed | other.is_null()
            return pl.when(passed).then(other).otherwise(item)
        nullable = [self.read(number) for number in step.inputs if self.steps[number].nullable]
        if not nullable:
            return self._extreme_of(step)
        known = reduce(pl.Expr.and_, (item.is_not_null() for item in nullable))
        return pl.when(known).then(self._extreme_of(step)).otherwise(pl.lit(None, dtype=pl.Int64))

    def _date_number(self, step: Step) -> pl.Expr:
        date = self.read(step.inputs[0])
        year, month, day = date.dt.year().cast(pl.Int64), date.dt.month().cast(pl.Int64), date.dt.day().cast(pl.Int64)
        return year * 10000 + month * 100 + day

    def _month_number(self, step: Step) -> pl.Expr:
        date = self.read(step.inputs[0])
        return date.dt.year().cast(pl.Int64) * 12 + date.dt.month().cast(pl.Int64)

    def _day_number(self, step: Step) -> pl.Expr:
        return self.read(step.inputs[0]).dt.day().cast(pl.Int64)

    def _prefix(self, step: Step) -> pl.Expr:
        return self._value(step.inputs[0]).str.head(step.whole)


_WRITE: Mapping[Op, Callable[[_Writer, Step], pl.Expr]] = {
    Op.COLUMN: _Writer._column,
    Op.CONSTANT: _Writer._constant,
    Op.ALL: _Writer._all,
    Op.ANY: _Writer._any,
    Op.NEGATE: _Writer._negate,
    Op.COMPARE: _Writer._compare,
    Op.PRESENT: _Writer._present,
    Op.PICK: _Writer._pick,
    Op.PLUS: _Writer._plus,
    Op.MINUS: _Writer._minus,
    Op.TIMES: _Writer._times,
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
