"""A book of rules as a flat list of simple steps, each made once: what every batch engine translates, one step at a time.

A step refers to earlier steps by number, so equal parts of different rules are one step and no engine meets a deep
expression. Null is unknown. `ALL`, `ANY` and `NEGATE` are Kleene's; `PICK` is SQL's CASE (an unknown condition is not
taken); `LARGEST_KNOWN` and `SMALLEST_KNOWN` skip unknowns; all others are unknown as soon as one input is.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ciyou.core.facts.definition import Value
from ciyou.core.rules.tree import Kind


class Op(StrEnum):
    """What a step does with its inputs."""

    COLUMN = "column"
    CONSTANT = "constant"
    ALL = "all"
    ANY = "any"
    NEGATE = "negate"
    COMPARE = "compare"
    PRESENT = "present"
    PICK = "pick"
    PLUS = "plus"
    MINUS = "minus"
    TIMES = "times"
    QUOTIENT = "quotient"
    LARGEST = "largest"
    SMALLEST = "smallest"
    LARGEST_KNOWN = "largest_known"
    SMALLEST_KNOWN = "smallest_known"
    DATE_NUMBER = "date_number"
    MONTH_NUMBER = "month_number"
    DAY_NUMBER = "day_number"
    PREFIX = "prefix"


@dataclass(frozen=True)
class Step:
    """One operation. `inputs` are numbers of earlier steps; `detail` the constant, column name, operator or digit count.

    PICK's inputs alternate condition, value, …, and end with the value otherwise. QUOTIENT rounds down (floor) by the
    positive whole number in `detail`. DATE_NUMBER is year × 10000 + month × 100 + day, MONTH_NUMBER year × 12 + month.
    """

    op: Op
    kind: Kind
    inputs: tuple[int, ...] = ()
    detail: Value | None = None
    nullable: bool = True

    @property
    def whole(self) -> int:
        """The detail of steps whose detail is a whole number (QUOTIENT, PREFIX)."""
        assert isinstance(self.detail, int)
        return self.detail


_COMPARE: Mapping[str, Callable[[Value, Value], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass
class Sheet:
    """Makes steps, each distinct one once, and folds what is already certain (Kleene-sound simplifications only)."""

    steps: list[Step] = field(default_factory=list)
    _numbers: dict[tuple[Op, Kind, tuple[int, ...], type, Value | None], int] = field(default_factory=dict)

    def __getitem__(self, number: int) -> Step:
        return self.steps[number]

    def _add(self, op: Op, kind: Kind, inputs: tuple[int, ...] = (), detail: Value | None = None) -> int:
        # True == 1 in Python, so the type of the detail belongs to the key.
        key = (op, kind, inputs, type(detail), detail)
        if key not in self._numbers:
            self._numbers[key] = len(self.steps)
            self.steps.append(Step(op, kind, inputs, detail, self._may_be_null(op, inputs, detail)))
        return self._numbers[key]

    def _may_be_null(self, op: Op, inputs: tuple[int, ...], detail: Value | None) -> bool:
        if op == Op.COLUMN:
            return True
        if op == Op.CONSTANT:
            return detail is None
        if op == Op.PRESENT:
            return False
        if op == Op.PICK:
            values = (*inputs[1::2], inputs[-1])
            return any(self[number].nullable for number in values)
        if op in (Op.LARGEST_KNOWN, Op.SMALLEST_KNOWN):
            return all(self[number].nullable for number in inputs)
        return any(self[number].nullable for number in inputs)

    # -- leaves --------------------------------------------------------------------------------
    def column(self, name: str, kind: Kind) -> int:
        """A column of the wide table."""
        return self._add(Op.COLUMN, kind, (), name)

    def constant(self, value: Value | None, kind: Kind) -> int:
        """A constant; None is the unknown of that kind."""
        return self._add(Op.CONSTANT, kind, (), value)

    def truth(self, value: bool | None) -> int:
        return self.constant(value, Kind.BOOL)

    def is_constant(self, number: int) -> bool:
        return self[number].op == Op.CONSTANT

    def is_unknown(self, number: int) -> bool:
        """Whether the step is the constant unknown."""
        return self.is_constant(number) and self[number].detail is None

    def whole_number(self, number: int) -> int | None:
        """The value of a constant whole number, else None."""
        value = self[number].detail if self.is_constant(number) else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def _truth_of(self, number: int) -> bool | None:
        value = self[number].detail if self.is_constant(number) else None
        return value if isinstance(value, bool) else None

    # -- logic ---------------------------------------------------------------------------------
    def all_of(self, numbers: Iterable[int]) -> int:
        """Kleene's and."""
        return self._junction(Op.ALL, numbers, neutral=True)

    def any_of(self, numbers: Iterable[int]) -> int:
        """Kleene's or."""
        return self._junction(Op.ANY, numbers, neutral=False)

    def _junction(self, op: Op, numbers: Iterable[int], *, neutral: bool) -> int:
        kept: dict[int, None] = {}
        for number in numbers:
            known = self._truth_of(number)
            if known is (not neutral):
                return number
            if known is None:
                kept[number] = None
        if len(kept) <= 1:
            return next(iter(kept), self.truth(neutral))
        return self._add(op, Kind.BOOL, tuple(kept))

    def negate(self, number: int) -> int:
        step = self[number]
        if step.op == Op.NEGATE:
            return step.inputs[0]
        if step.op == Op.CONSTANT:
            return self.truth(None if step.detail is None else not step.detail)
        return self._add(Op.NEGATE, Kind.BOOL, (number,))

    def present(self, number: int) -> int:
        """Whether a step is known; itself never unknown."""
        step = self[number]
        if not step.nullable:
            return self.truth(True)
        if self.is_unknown(number):
            return self.truth(False)
        # A negation is known exactly when what it negates is.
        return self._add(Op.PRESENT, Kind.BOOL, (step.inputs[0] if step.op == Op.NEGATE else number,))

    def compare(self, symbol: str, left: int, right: int) -> int:
        """`left symbol right`; unknown when either side is."""
        one, other = self[left], self[right]
        if self.is_unknown(left) or self.is_unknown(right):
            return self.truth(None)
        if one.op == Op.CONSTANT and other.op == Op.CONSTANT and one.detail is not None and other.detail is not None:
            return self.truth(_COMPARE[symbol](one.detail, other.detail))
        return self._add(Op.COMPARE, Kind.BOOL, (left, right), symbol)

    def pick(self, cases: Iterable[tuple[int, int]], otherwise: int) -> int:
        """The value of the first case whose condition is true; an unknown condition is not taken."""
        kept: list[tuple[int, int]] = []
        for condition, value in cases:
            if self.is_constant(condition):
                if self[condition].detail is not True:
                    continue
                otherwise = value
                break
            kept.append((condition, value))
        while kept and kept[-1][1] == otherwise:
            kept.pop()
        if not kept:
            return otherwise
        inputs = (*(number for case in kept for number in case), otherwise)
        return self._add(Op.PICK, self[otherwise].kind, inputs)

    def first(self, cases: Iterable[tuple[int, int]], otherwise: int) -> int:
        """The first true case; unknown as soon as a condition before it is unknown (CASE alone would pass over it)."""
        unknown = self.constant(None, self[otherwise].kind)
        guarded: list[tuple[int, int]] = []
        for condition, value in cases:
            guarded.append((self.negate(self.present(condition)), unknown))
            guarded.append((condition, value))
        return self.pick(guarded, otherwise)

    # -- numbers -------------------------------------------------------------------------------
    def plus(self, numbers: Iterable[int], kind: Kind = Kind.MONEY) -> int:
        """The sum; unknown when any part is."""
        constant, kept = 0, []
        for number in numbers:
            value = self.whole_number(number)
            if self.is_unknown(number):
                return self.constant(None, kind)
            if value is None:
                kept.append(number)
            else:
                constant += value
        if constant or not kept:
            kept.append(self.constant(constant, kind))
        return kept[0] if len(kept) == 1 else self._add(Op.PLUS, kind, tuple(kept))

    def minus(self, left: int, right: int, kind: Kind = Kind.MONEY) -> int:
        one, other = self.whole_number(left), self.whole_number(right)
        if self.is_unknown(left) or self.is_unknown(right):
            return self.constant(None, kind)
        if one is not None and other is not None:
            return self.constant(one - other, kind)
        return left if other == 0 else self._add(Op.MINUS, kind, (left, right))

    def times(self, left: int, right: int, kind: Kind = Kind.MONEY) -> int:
        one, other = self.whole_number(left), self.whole_number(right)
        if self.is_unknown(left) or self.is_unknown(right):
            return self.constant(None, kind)
        if one is not None and other is not None:
            return self.constant(one * other, kind)
        return left if other == 1 else self._add(Op.TIMES, kind, (left, right))

    def quotient(self, number: int, divisor: int, kind: Kind = Kind.MONEY) -> int:
        """Divided by a positive whole number and rounded down."""
        value = self.whole_number(number)
        if value is not None:
            return self.constant(value // divisor, kind)
        return number if self.is_unknown(number) else self._add(Op.QUOTIENT, kind, (number,), divisor)

    def extreme(self, op: Op, numbers: Iterable[int], kind: Kind = Kind.MONEY) -> int:
        """LARGEST, SMALLEST (unknown when any is) or their `_KNOWN` forms (unknowns are passed over)."""
        skips = op in (Op.LARGEST_KNOWN, Op.SMALLEST_KNOWN)
        choose = max if op in (Op.LARGEST, Op.LARGEST_KNOWN) else min
        kept: dict[int, None] = {}
        constants: list[int] = []
        for number in numbers:
            value = self.whole_number(number)
            if self.is_unknown(number):
                if not skips:
                    return self.constant(None, kind)
            elif value is None:
                kept[number] = None
            else:
                constants.append(value)
        if constants:
            kept[self.constant(choose(constants), kind)] = None
        if not kept:
            return self.constant(None, kind)
        return next(iter(kept)) if len(kept) == 1 else self._add(op, kind, tuple(kept))

    # -- dates and codes -----------------------------------------------------------------------
    def part_of_date(self, op: Op, number: int) -> int:
        """DATE_NUMBER, MONTH_NUMBER or DAY_NUMBER of a date."""
        value = self[number].detail if self.is_constant(number) else None
        if isinstance(value, dt.date):
            return self.constant(date_part(op, value), Kind.INT)
        return self.constant(None, Kind.INT) if self.is_unknown(number) else self._add(op, Kind.INT, (number,))

    def prefix(self, number: int, digits: int) -> int:
        """The first digits of a code."""
        value = self[number].detail if self.is_constant(number) else None
        if isinstance(value, str):
            return self.constant(value[:digits], Kind.ENUM)
        return number if self.is_unknown(number) else self._add(Op.PREFIX, Kind.ENUM, (number,), digits)


def date_part(op: Op, day: dt.date) -> int:
    """What DATE_NUMBER, MONTH_NUMBER and DAY_NUMBER give for a day."""
    if op == Op.MONTH_NUMBER:
        return day.year * 12 + day.month
    return day.day if op == Op.DAY_NUMBER else day.year * 10000 + day.month * 100 + day.day
