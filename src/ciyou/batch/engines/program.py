"""A rule book ready for a batch engine: its steps, which of them are outputs, and which are worth keeping as columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ciyou.batch.engines.lowering import Lowering
from ciyou.batch.engines.ranges import RangeLowering
from ciyou.batch.engines.steps import Op, Sheet, Step
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.tree import Kind

_LEAVES = (Op.COLUMN, Op.CONSTANT)


def outcome_column(code: str) -> str:
    """Boolean: whether the rule's condition holds; null is undetermined."""
    return f"rule__{code}"


def amount_column(code: str) -> str:
    """What the rule pays in fen: 0 where its condition is false; null is not known."""
    return f"amount__{code}"


def floor_column(code: str) -> str:
    """The least the rule can still come to in fen; null is no bound."""
    return f"floor__{code}"


def ceiling_column(code: str) -> str:
    """The most the rule can still come to in fen; null is no bound."""
    return f"ceiling__{code}"


@dataclass(frozen=True)
class StepProgram:
    """The steps of a book. `outputs` maps output columns to step numbers; `layers` are the steps to compute as columns.

    A layer holds steps that only need columns of the table and of layers before it: the outputs, and every part used more
    than once. All else is written in place, where it is used.
    """

    steps: tuple[Step, ...]
    outputs: Mapping[str, int]
    layers: tuple[tuple[int, ...], ...]

    @property
    def columns_needed(self) -> Mapping[str, Kind]:
        """The columns of the table that the steps read, with their kinds."""
        return {str(step.detail): step.kind for step in self.steps if step.op == Op.COLUMN}


def lower_book(
    book: RuleBook, *, parameter_columns: frozenset[str] = frozenset(), with_intervals: bool = False
) -> StepProgram:
    """Put every rule of a book into steps; amounts for the rules that pay, floors and ceilings on request."""
    sheet = Sheet()
    lowering = Lowering(book, sheet=sheet, parameter_columns=parameter_columns)
    ranges = RangeLowering(lowering)
    outputs: dict[str, int] = {}
    for rule in book.rules:
        outputs[outcome_column(rule.code)] = lowering.condition(rule.code)
        if rule.amount is None:
            continue
        outputs[amount_column(rule.code)] = lowering.amount(rule.code)
        if with_intervals:
            bounds = ranges.amount(rule.code)
            outputs[floor_column(rule.code)] = bounds.floor
            outputs[ceiling_column(rule.code)] = bounds.ceiling
    return _compact(sheet.steps, outputs)


def lower_together(
    books: Mapping[str, RuleBook], wanted: Mapping[str, Iterable[str]], *, with_intervals: Collection[str] = ()
) -> StepProgram:
    """Some rules of several books on one sheet, so that what the books have in common is computed once.

    `wanted` names, for the prefix of each book, the rules whose outcome and amount are outputs (`<prefix>rule__<code>`); a rule that
    a book lacks is false and pays nothing there. `with_intervals` are the prefixes for which floors and ceilings are outputs too.
    """
    sheet = Sheet()
    outputs: dict[str, int] = {}
    for prefix, book in books.items():
        lowering = Lowering(book, sheet=sheet)
        ranges = RangeLowering(lowering) if prefix in with_intervals else None
        for code in wanted[prefix]:
            known = code in book.by_code
            outputs[prefix + outcome_column(code)] = lowering.condition(code) if known else sheet.truth(False)
            outputs[prefix + amount_column(code)] = lowering.amount(code) if known else sheet.constant(0, Kind.MONEY)
            if ranges is not None:
                bounds = ranges.amount(code) if known and book.by_code[code].amount is not None else None
                zero = sheet.constant(0, Kind.MONEY)
                outputs[prefix + floor_column(code)] = zero if bounds is None else bounds.floor
                outputs[prefix + ceiling_column(code)] = zero if bounds is None else bounds.ceiling
    return _compact(sheet.steps, outputs)


def _compact(steps: list[Step], outputs: Mapping[str, int]) -> StepProgram:
    """Leave out steps that folding made superfluous, and lay the kept ones in layers."""
    used: set[int] = set()
    waiting = list(outputs.values())
    while waiting:
        number = waiting.pop()
        if number not in used:
            used.add(number)
            waiting.extend(steps[number].inputs)
    renumbered = {old: new for new, old in enumerate(sorted(used))}
    kept = tuple(
        Step(step.op, step.kind, tuple(renumbered[i] for i in step.inputs), step.detail, step.nullable)
        for step in (steps[old] for old in sorted(used))
    )
    final = {name: renumbered[number] for name, number in outputs.items()}
    return StepProgram(kept, final, _layers(kept, set(final.values())))


def _layers(steps: tuple[Step, ...], results: set[int]) -> tuple[tuple[int, ...], ...]:
    uses = Counter(number for step in steps for number in step.inputs)
    depth: list[int] = []
    layers: dict[int, list[int]] = {}
    for number, step in enumerate(steps):
        below = max((depth[i] for i in step.inputs), default=0)
        shared = uses[number] > 1 and step.op not in _LEAVES
        if shared or number in results:
            layers.setdefault(below, []).append(number)
            below += 1
        depth.append(below)
    return tuple(tuple(layers[level]) for level in sorted(layers))
