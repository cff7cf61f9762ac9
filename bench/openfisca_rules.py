"""The shipped rules in OpenFisca-core, as fast as we know how to make it: the anchor that the batch engine is measured against.

OpenFisca has no unknown, so truth is coded by hand as 0 (no), 1 (unknown), 2 (yes): Kleene's and, or, not are minimum,
maximum and 2 − x; an unknown number is a sentinel. In OpenFisca's favor: it gets the same steps as our own engine (constants
folded, ages turned into dates, every shared part one Variable), parameters by one array lookup per division instead of its
parameter tree, and chunks that fit the cache. Two settings: by default pyarrow as decoder and OpenFisca's own `int` arrays
(four bytes a truth), what its documented interface gives; with `narrow` the best case that we found: Polars as decoder, which
anyone may use, and a byte per truth by setting the dtype of its Variables. Quote both: the goal was set before either was run.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from openfisca_core.entities import Entity as PersonEntity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from ciyou.batch.engines.polars_rules import RuleProgram
from ciyou.batch.engines.steps import Op, Step
from ciyou.core.rules.tree import Kind

UNKNOWN = np.int32(-(2**31))
UNKNOWN_CODE = -1
NO_SUCH_CODE = -2
EPOCH = dt.date(1970, 1, 1)
COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
Array = np.ndarray[Any, Any]


class OpenFiscaRules:
    """A compiled rule program as a tax-benefit system: facts are input variables, every layered step a formula."""

    def __init__(self, compiled: RuleProgram, *, parameters: pl.DataFrame, period: str, narrow: bool = False) -> None:
        self.program = compiled.program
        self.period = period
        self.narrow = narrow
        self.places = pl.Enum(parameters["division"].to_list())
        local = parameters.drop("division")
        # Codes of local readings become small numbers, as the facts' codes already are.
        codes = {
            name: pl.Enum(local[name].drop_nulls().unique().sort()) for name in local.select(pl.col(pl.String)).columns
        }
        self.schema = {**compiled.schema, **codes}
        local = local.cast(codes)
        self.lookups = {name: local.select(self._coded(name)).to_series().to_numpy() for name in local.columns}
        self.layered = {number for layer in self.program.layers for number in layer}
        self.person = PersonEntity("person", "persons", "a child", "a child")
        self.system = TaxBenefitSystem([self.person])
        self.masks: dict[int, Array] = {}
        for name in compiled.columns_needed:
            if name not in self.lookups:
                self._add(name, self._dtype_of_column(name), None)
        self._add("place", np.dtype(np.uint32), None)
        for number in sorted(self.layered):
            self._add(f"step__{number}", self._dtype(number), self._formula(number))

    # -- one chunk -----------------------------------------------------------------------------
    def chunks(self, folder: Path, rows: int) -> Iterator[dict[str, Array]]:
        """The population in chunks of `rows`, only the columns the rules read, unknown already coded.

        Read as users of numpy read Parquet (pyarrow), or with `narrow` by Polars, the fastest decoder we know.
        """
        for file in sorted(folder.glob("part-*.parquet")):
            yield from self._with_polars(file, rows) if self.narrow else self._with_pyarrow(file, rows)

    def _columns(self) -> list[str]:
        return [name for name in self.program.columns_needed if name not in self.lookups]

    def _with_polars(self, file: Path, rows: int) -> Iterator[dict[str, Array]]:
        lazy = pl.scan_parquet(file)
        length = lazy.select(pl.len()).collect().item()
        place = pl.col("division").cast(self.places).to_physical().alias("place")
        for first in range(0, length, rows):
            frame = lazy.slice(first, rows).select(place, *(self._coded(name) for name in self._columns())).collect()
            yield {name: frame[name].to_numpy() for name in frame.columns}

    def _with_pyarrow(self, file: Path, rows: int) -> Iterator[dict[str, Array]]:
        names = self._columns()
        codes = ["division", *(name for name in names if self._kind(name) == Kind.ENUM)]
        opened = pq.ParquetFile(file, read_dictionary=codes)
        for batch in opened.iter_batches(batch_size=rows, columns=["division", *names]):
            found = {name: self._from_arrow(batch.column(name), name) for name in names}
            yield {"place": self._place_from_arrow(batch.column("division")), **found}

    def _place_from_arrow(self, column: Any) -> Array:
        numbers = {place: number for number, place in enumerate(self.places.categories)}
        meaning = np.array([numbers[place] for place in column.dictionary.to_pylist()], dtype=np.uint32)
        return meaning[column.indices.to_numpy(zero_copy_only=False)]

    def _from_arrow(self, column: Any, name: str) -> Array:
        kind, dtype = self._kind(name), self._dtype_of_column(name)
        if kind == Kind.BOOL:
            doubled = pc.shift_left(column.cast(pa.int8()), pa.scalar(1, pa.int8()))
            return doubled.fill_null(1).to_numpy(zero_copy_only=False)
        if kind != Kind.ENUM:
            whole = column.cast(pa.int32())
            return whole.fill_null(int(UNKNOWN)).to_numpy(zero_copy_only=False).astype(dtype, copy=False)
        schema = self.schema[name]
        numbers = {code: n for n, code in enumerate(schema.categories)} if isinstance(schema, pl.Enum) else None
        words = column.dictionary.to_pylist()
        meaning = np.array([UNKNOWN_CODE, *((numbers[word] if numbers else int(word)) for word in words)], dtype=dtype)
        return meaning[column.indices.fill_null(-1).to_numpy(zero_copy_only=False) + 1]

    def decide(self, chunk: Mapping[str, Array]) -> dict[str, Array]:
        """Every output for one chunk."""
        simulation = SimulationBuilder().build_default_simulation(self.system, count=len(chunk["place"]))
        for name, values in chunk.items():
            simulation.set_input(name, self.period, values)
        self.masks = {}
        return {
            name: simulation.calculate(f"step__{number}", self.period) for name, number in self.program.outputs.items()
        }

    def tally(self, results: Mapping[str, Array]) -> dict[str, tuple[int, int]]:
        """Per output the sum (of yes, of fen) and the number unknown."""
        found = {}
        for name, values in results.items():
            if self.program.steps[self.program.outputs[name]].kind == Kind.BOOL:
                found[name] = (int(np.count_nonzero(values == 2)), int(np.count_nonzero(values == 1)))
            else:
                unknown = values == UNKNOWN
                found[name] = (int(values.sum(where=~unknown, dtype=np.int64)), int(np.count_nonzero(unknown)))
        return found

    # -- coding --------------------------------------------------------------------------------
    def _kind(self, name: str) -> Kind:
        return self.program.columns_needed[name]

    def _coded(self, name: str) -> pl.Expr:
        column = pl.col(name)
        match self._kind(name):
            case Kind.BOOL:
                return (column.cast(pl.Int8) * 2).fill_null(1)
            case Kind.ENUM if self.schema[name] == pl.String:
                return column.cast(pl.Int64).fill_null(UNKNOWN_CODE)
            case Kind.ENUM:
                return column.to_physical().cast(pl.Int16).fill_null(UNKNOWN_CODE)
            case Kind.DATE:
                return column.to_physical().fill_null(int(UNKNOWN))
            case _:
                return column.cast(pl.Int32).fill_null(int(UNKNOWN))

    def _dtype_of_column(self, name: str) -> np.dtype[Any]:
        kind = self._kind(name)
        if kind == Kind.ENUM:
            return np.dtype(np.int64 if self.schema[name] == pl.String else np.int16)
        return np.dtype(np.int8 if kind == Kind.BOOL else np.int32)

    def _dtype(self, number: int) -> np.dtype[Any]:
        step = self.program.steps[number]
        if step.op == Op.COLUMN:
            return self._dtype_of_column(str(step.detail))
        if step.op == Op.TIMES:
            return np.dtype(np.int64)
        return np.dtype({Kind.BOOL: np.int8, Kind.ENUM: np.int64}.get(step.kind, np.int32))

    def _add(self, name: str, dtype: np.dtype[Any], formula: Callable[..., Any] | None) -> None:
        body: dict[str, Any] = {
            "value_type": int,
            "entity": self.person,
            "definition_period": DateUnit.MONTH,
            "label": name,
        }
        if formula is not None:
            body["formula"] = formula
        self.system.add_variable(type(name, (Variable,), body))
        if self.narrow or dtype.itemsize > self.system.variables[name].dtype().itemsize:
            self.system.variables[name].dtype = dtype

    # -- formulas ------------------------------------------------------------------------------
    def _formula(self, number: int) -> Callable[..., Any]:
        def formula(person: Any, period: Any) -> Any:
            return self._write(number, lambda name: person(name, period))

        return formula

    def _read(self, number: int, given: Callable[[str], Array]) -> Any:
        return given(f"step__{number}") if number in self.layered else self._write(number, given)

    def _write(self, number: int, given: Callable[[str], Array]) -> Any:
        step = self.program.steps[number]
        return _KERNELS[step.op](self, step, given)

    def unknown(self, number: int, given: Callable[[str], Array]) -> Array:
        """Where a step is unknown, computed once per chunk."""
        if number not in self.masks:
            sentinel = {Kind.BOOL: 1, Kind.ENUM: UNKNOWN_CODE}.get(self.program.steps[number].kind, UNKNOWN)
            self.masks[number] = self._read(number, given) == sentinel
        return self.masks[number]

    def unknown_any(self, step: Step, given: Callable[[str], Array]) -> Array | None:
        masks = [self.unknown(number, given) for number in step.inputs if self.program.steps[number].nullable]
        return reduce(operator.or_, masks) if masks else None

    def column(self, step: Step, given: Callable[[str], Array]) -> Array:
        name = str(step.detail)
        return self.lookups[name][given("place")] if name in self.lookups else given(name)

    def constant(self, step: Step, given: Callable[[str], Array]) -> Any:
        value = step.detail
        match step.kind:
            case Kind.BOOL:
                return np.int8(1 if value is None else 2 if value else 0)
            case Kind.DATE if isinstance(value, dt.date):
                return np.int32((value - EPOCH).days)
            case Kind.ENUM:
                return value
            case _:
                return UNKNOWN if value is None else np.int32(value)

    def compare(self, step: Step, given: Callable[[str], Array]) -> Array:
        left, right = (self._side(step, number, given) for number in step.inputs)
        result = COMPARE[str(step.detail)](left, right)
        unknown = self.unknown_any(step, given)
        if unknown is None:
            return result.view(np.int8) << 1
        return ((result & ~unknown).view(np.int8) << 1) | unknown.view(np.int8)

    def _side(self, step: Step, number: int, given: Callable[[str], Array]) -> Any:
        """A side of a comparison; a constant code becomes its number in the other side's list."""
        one = self.program.steps[number]
        if one.kind != Kind.ENUM or one.op != Op.CONSTANT:
            return self._read(number, given)
        other = next(self.program.steps[i] for i in step.inputs if i != number)
        dtype = self.schema.get(str(other.detail))
        if isinstance(dtype, pl.Enum):
            codes = dtype.categories.to_list()
            return np.int16(codes.index(str(one.detail)) if one.detail in codes else NO_SUCH_CODE)
        return np.int64(str(one.detail))

    def holds(self, number: int, given: Callable[[str], Array]) -> Any:
        """Where a condition is true, as numpy's own truth."""
        step = self.program.steps[number]
        if step.op == Op.NEGATE and self.program.steps[step.inputs[0]].op == Op.PRESENT:
            return self.unknown(self.program.steps[step.inputs[0]].inputs[0], given)
        if step.op == Op.PRESENT:
            return ~self.unknown(step.inputs[0], given)
        return self._read(number, given) == 2

    def pick(self, step: Step, given: Callable[[str], Array]) -> Any:
        *cases, otherwise = step.inputs
        result = self._read(otherwise, given)
        for condition, value in reversed(list(zip(cases[::2], cases[1::2], strict=True))):
            result = np.where(self.holds(condition, given), self._read(value, given), result)
        return result

    def arithmetic(self, combine: Callable[[Any, Any], Any]) -> Callable[[Step, Callable[[str], Array]], Any]:
        def kernel(step: Step, given: Callable[[str], Array]) -> Any:
            result = reduce(combine, (self._read(number, given) for number in step.inputs))
            unknown = self.unknown_any(step, given)
            if unknown is not None:
                np.copyto(result, UNKNOWN, where=unknown)
            return result

        return kernel

    def times(self, step: Step, given: Callable[[str], Array]) -> Any:
        """A product, in eight bytes: a sum of money times a percentage passes four."""
        result = reduce(operator.mul, (self._read(number, given).astype(np.int64) for number in step.inputs))
        unknown = self.unknown_any(step, given)
        if unknown is not None:
            np.copyto(result, UNKNOWN, where=unknown)
        return result

    def quotient(self, step: Step, given: Callable[[str], Array]) -> Any:
        result = (self._read(step.inputs[0], given) // np.int32(int(step.detail or 1))).astype(np.int32, copy=False)
        unknown = self.unknown_any(step, given)
        if unknown is not None:
            np.copyto(result, UNKNOWN, where=unknown)
        return result

    def part_of_date(self, count: Callable[[Array], Array]) -> Callable[[Step, Callable[[str], Array]], Any]:
        def kernel(step: Step, given: Callable[[str], Array]) -> Any:
            days = self._read(step.inputs[0], given).astype("datetime64[D]")
            result = count(days).astype(np.int32)
            unknown = self.unknown_any(step, given)
            if unknown is not None:
                np.copyto(result, UNKNOWN, where=unknown)
            return result

        return kernel

    def prefix(self, step: Step, given: Callable[[str], Array]) -> Any:
        codes = self._read(step.inputs[0], given)
        return codes // 10 ** (12 - int(step.detail or 0))  # −1 stays −1


def _junction(combine: Callable[[Any, Any], Any]) -> Callable[[OpenFiscaRules, Step, Callable[[str], Array]], Any]:
    return lambda rules, step, given: reduce(combine, (rules._read(number, given) for number in step.inputs))


def _combined(combine: Callable[[Any, Any], Any]) -> Callable[[OpenFiscaRules, Step, Callable[[str], Array]], Any]:
    return lambda rules, step, given: rules.arithmetic(combine)(step, given)


def _months(days: Array) -> Array:
    """year × 12 + month."""
    return days.astype("datetime64[M]").astype(np.int64) + (1970 * 12 + 1)


def _day_of_month(days: Array) -> Array:
    return (days - days.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1


def _date_number(days: Array) -> Array:
    months = _months(days) - 1
    return months // 12 * 10000 + (months % 12 + 1) * 100 + _day_of_month(days)


def _part_of_date(count: Callable[[Array], Array]) -> Callable[[OpenFiscaRules, Step, Callable[[str], Array]], Any]:
    return lambda rules, step, given: rules.part_of_date(count)(step, given)


_KERNELS: Mapping[Op, Callable[[OpenFiscaRules, Step, Callable[[str], Array]], Any]] = {
    Op.COLUMN: OpenFiscaRules.column,
    Op.CONSTANT: OpenFiscaRules.constant,
    Op.ALL: _junction(np.minimum),
    Op.ANY: _junction(np.maximum),
    Op.NEGATE: lambda rules, step, given: np.int8(2) - rules._read(step.inputs[0], given),
    Op.COMPARE: OpenFiscaRules.compare,
    Op.PRESENT: lambda rules, step, given: (~rules.unknown(step.inputs[0], given)).view(np.int8) << 1,
    Op.PICK: OpenFiscaRules.pick,
    Op.PLUS: _combined(operator.add),
    Op.MINUS: _combined(operator.sub),
    Op.TIMES: OpenFiscaRules.times,
    Op.QUOTIENT: OpenFiscaRules.quotient,
    Op.LARGEST: _combined(np.maximum),
    Op.SMALLEST: _combined(np.minimum),
    Op.DATE_NUMBER: _part_of_date(_date_number),
    Op.MONTH_NUMBER: _part_of_date(_months),
    Op.DAY_NUMBER: _part_of_date(_day_of_month),
    Op.PREFIX: OpenFiscaRules.prefix,
}
