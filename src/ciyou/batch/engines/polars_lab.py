"""A proposal over a piece of a population: both laws decided over the same columns, compared, and counted. No child leaves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import reduce

import polars as pl
import pyarrow as pa

from ciyou.batch.engines.polars_rules import RuleProgram, wide_schema
from ciyou.batch.engines.program import (
    amount_column,
    ceiling_column,
    floor_column,
    lower_together,
    outcome_column,
)
from ciyou.batch.lab.touched import Threshold
from ciyou.batch.lab.zones import COUNTY_DIGITS, Zone, Zones
from ciyou.core.rules.book import RuleBook

BEFORE, AFTER = "before", "after"
NEAR = {1: 10, 100: 10_000}
"""How far below a threshold a child counts as near it: ten points, a hundred yuan; by the step of the income."""
DIBAO = "household__dibao"

Key = tuple[str, ...]
Tally = Counter[Key]
"""What was counted: ("place", place, measure), ("month", number, place, measure), ("rule", code, measure), ("cliff", …)."""


class Laboratory:
    """Measures pieces of one population; what a zone needs is compiled once."""

    def __init__(self, zones: Zones, *, digits: int) -> None:
        """`digits`: how many digits of a child's division tell the place that it is counted in."""
        self._zones, self._digits = zones, digits
        self._made: dict[Zone, _ZoneProgram] = {}

    def measure(self, piece: pa.Table) -> Tally:
        """Count a piece: `division` (12 digits) and a column for each fact that is known (as `column_name` names it)."""
        frame = pl.DataFrame(pl.from_arrow(piece))
        county = frame["division"].str.head(COUNTY_DIGITS)
        frame = frame.with_columns(pl.col("division").str.head(self._digits).alias("place"), county.alias("county"))
        by_zone: dict[Zone, list[str]] = {}
        for code in county.unique(maintain_order=True):
            by_zone.setdefault(self._zones.zone_of(code), []).append(code)
        found: Tally = Counter()
        for zone, counties in by_zone.items():
            mine = frame if len(by_zone) == 1 else frame.filter(pl.col("county").is_in(counties))
            found.update(self._program(zone).measure(mine))
        return found

    def _program(self, zone: Zone) -> _ZoneProgram:
        if zone not in self._made:
            self._made[zone] = _ZoneProgram(zone)
        return self._made[zone]


class _ZoneProgram:
    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        books: dict[str, RuleBook] = {}
        wanted: dict[str, Iterable[str]] = {}
        for number, month in enumerate(zone.months):
            for side, book in ((BEFORE, month.before), (AFTER, month.after)):
                prefix = _prefix(number, side)
                books[prefix] = book
                wanted[prefix] = zone.monthly if number else zone.touched
        bounded = [_prefix(0, side) for side in (BEFORE, AFTER)]
        self.program = _compiled(books, wanted, with_intervals=bounded)
        first = {BEFORE: zone.first.before, AFTER: zone.first.after}
        self.cliffs = {
            column: _compiled(
                {f"{side}_": book for side, book in first.items()}, dict.fromkeys(("before_", "after_"), rules)
            )
            for column, rules in zone.income_rules.items()
        }

    def measure(self, frame: pl.DataFrame) -> Tally:
        tally: Tally = Counter()
        if not self.zone.touched:
            for place, children in frame["place"].value_counts().iter_rows():
                tally["place", place, "children"] += children
            return tally
        kept = [name for name in (DIBAO,) if name in frame.columns]
        facts = [name for name in self.program.columns_needed if name in frame.columns]
        decided = self.program.apply(
            _typed(frame.select("place", *dict.fromkeys((*kept, *facts))), self.program).lazy()
        )
        answers = decided.select("place", *kept, *self.program.outputs).collect()
        self._count_places(answers, tally)
        self._count_months(answers, tally)
        for code in self.zone.touched:
            _count_rule(answers, code, tally)
        for threshold in self.zone.thresholds:
            self._count_cliff(frame, threshold, tally)
        return tally

    def _count_places(self, answers: pl.DataFrame, tally: Tally) -> None:
        before, after = (_monthly(0, side, self.zone.monthly) for side in (BEFORE, AFTER))
        delta = after - before
        due = {side: _any_paid(0, side, self.zone.monthly) for side in (BEFORE, AFTER)}
        measures = {
            "gain": delta > 0,
            "lose": delta < 0,
            "open": delta.is_null(),
            "gain_fen": pl.when(delta > 0).then(delta),
            "lose_fen": pl.when(delta < 0).then(-delta),
            **_may(self.zone.monthly, delta),
            "due_before": due[BEFORE],
            "due_after": due[AFTER],
            "due_both": due[BEFORE] & due[AFTER],
        }
        for row in _summed_up(answers, measures).iter_rows(named=True):
            _add(tally, ("place", row["place"]), row, ("children", *measures))

    def _count_months(self, answers: pl.DataFrame, tally: Tally) -> None:
        measures = {
            (f"{number}", name): measure
            for number in range(len(self.zone.months))
            for name, measure in _month_measures(number, self.zone.monthly).items()
        }
        # One pass over the children for all months: a pass for each was two thirds of the time.
        counted = _summed_up(answers, {"|".join(key): measure for key, measure in measures.items()})
        for row in counted.iter_rows(named=True):
            for number, name in measures:
                _add(tally, ("month", number, row["place"]), {name: row[f"{number}|{name}"]}, (name,))

    def _count_cliff(self, frame: pl.DataFrame, threshold: Threshold, tally: Tally) -> None:
        program, column = self.cliffs[threshold.column], threshold.column
        if column not in frame.columns:
            return
        known = frame.filter(pl.col(column).is_not_null())
        dtype = frame.schema[column]
        facts = [name for name in program.columns_needed if name in frame.columns]
        kept = known.select(*facts, pl.col(column).alias("own"))
        due = {}
        for side, value in (("last", threshold.last), ("next", threshold.next)):
            raised = _typed(kept.with_columns(pl.lit(value).cast(dtype).alias(column)), program)
            due[side] = program.apply(raised.lazy()).select(*program.outputs).collect()
        step = threshold.next - threshold.last
        near = kept["own"].is_between(threshold.last - NEAR.get(step, step), threshold.last)
        for side in (BEFORE, AFTER):
            codes = self.zone.income_rules[column]
            paid = {at: answers.select(_summed(f"{side}_", codes)).to_series() for at, answers in due.items()}
            loss = paid["last"] - paid["next"]
            key = ("cliff", column, f"{threshold.last}", side)
            lost = pl.DataFrame({"loss": loss, "near": near}).filter(pl.col("loss") > _YUAN)
            tally[(*key, "near")] += int(lost["near"].sum())
            rounded = (lost["loss"] // _YUAN).alias("loss")
            for yuan, children in rounded.value_counts().iter_rows():
                tally[(*key, f"loss:{yuan}")] += children


_YUAN = 100


def _summed_up(answers: pl.DataFrame, measures: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """By place the children, and the sum of each measure over them.

    What is to be summed is worked out for all children first: inside groups, each measure would work its parts out anew.
    """
    lengths, sums = pl.len().alias("children"), [pl.col(name).sum() for name in measures]
    return answers.lazy().select("place", **measures).group_by("place").agg(lengths, *sums).collect()


def _may(codes: Iterable[str], delta: pl.Expr) -> dict[str, pl.Expr]:
    """Children who are certainly due something of which the amount is not known: whose bounds rise (or fall), and by how much the floor does."""
    certain = reduce(pl.Expr.or_, [_unpriced(code) for code in codes], pl.lit(False)) & delta.is_null()
    lower, upper = (
        reduce(pl.Expr.add, [_step(code, column) for code in codes], pl.lit(0, dtype=pl.Int64))
        for column in (floor_column, ceiling_column)
    )
    rising = certain & (lower >= 0) & (upper >= 0) & ((lower > 0) | (upper > 0))
    falling = certain & (lower <= 0) & (upper <= 0) & ((lower < 0) | (upper < 0))
    return {"may_gain": rising, "may_lose": falling, "may_fen": pl.when(rising | falling).then(lower)}


def _unpriced(code: str) -> pl.Expr:
    """Whether a rule holds before and after, and what it pays is not known."""
    sides = [_prefix(0, side) for side in (BEFORE, AFTER)]
    holds = reduce(pl.Expr.and_, (pl.col(prefix + outcome_column(code)).fill_null(False) for prefix in sides))
    unknown = reduce(pl.Expr.or_, (pl.col(prefix + amount_column(code)).is_null() for prefix in sides))
    return holds & unknown


def _step(code: str, column: Callable[[str], str]) -> pl.Expr:
    """By how much a bound of a rule that holds before and after moves; 0 for one that is not certain to hold."""
    before, after = (pl.col(_prefix(0, side) + column(code)) for side in (BEFORE, AFTER))
    holds = [pl.col(_prefix(0, side) + outcome_column(code)).fill_null(False) for side in (BEFORE, AFTER)]
    return pl.when(holds[0] & holds[1]).then(after - before).otherwise(pl.lit(0, dtype=pl.Int64)).fill_null(0)


def _month_measures(number: int, codes: Iterable[str]) -> dict[str, pl.Expr]:
    sums = {side: _known_sum(number, side, codes) for side in (BEFORE, AFTER)}
    paid = {side: _any_paid(number, side, codes) for side in (BEFORE, AFTER)}
    delta = _monthly(number, AFTER, codes) - _monthly(number, BEFORE, codes)
    return {
        "before_fen": sums[BEFORE],
        "after_fen": sums[AFTER],
        "before": paid[BEFORE],
        "after": paid[AFTER],
        "both": paid[BEFORE] & paid[AFTER],
        "changed": delta != 0,
        "open": delta.is_null(),
        "unpriced": _some_unpriced(number, AFTER, codes),
    }


def _some_unpriced(number: int, side: str, codes: Iterable[str]) -> pl.Expr:
    prefix = _prefix(number, side)
    parts = [
        pl.col(prefix + outcome_column(code)).fill_null(False) & pl.col(prefix + amount_column(code)).is_null()
        for code in codes
    ]
    return reduce(pl.Expr.or_, parts, pl.lit(False))


def _prefix(number: int, side: str) -> str:
    return f"m{number}_{side}_"


def _compiled(
    books: Mapping[str, RuleBook], wanted: Mapping[str, Iterable[str]], *, with_intervals: Collection[str] = ()
) -> RuleProgram:
    program = lower_together(books, wanted, with_intervals=with_intervals)
    facts = wide_schema(next(iter(books.values())).vocabulary)
    return RuleProgram(program, {name: facts[name] for name in program.columns_needed})


def _typed(frame: pl.DataFrame, program: RuleProgram) -> pl.DataFrame:
    """The facts in the types of the vocabulary: a text that is no code of its list is unknown."""
    wrong = [
        pl.col(name).cast(program.schema[name], strict=False)
        for name in program.columns_needed
        if name in frame.columns and frame.schema[name] != program.schema[name]
    ]
    return frame.with_columns(wrong)


def _amounts(prefix: str, codes: Iterable[str]) -> list[pl.Expr]:
    return [pl.col(prefix + amount_column(code)) for code in codes]


def _summed(prefix: str, codes: Iterable[str]) -> pl.Expr:
    """What the rules come to together; unknown where one is."""
    return reduce(pl.Expr.add, _amounts(prefix, codes), pl.lit(0, dtype=pl.Int64))


def _monthly(number: int, side: str, codes: Iterable[str]) -> pl.Expr:
    return _summed(_prefix(number, side), codes)


def _known_sum(number: int, side: str, codes: Iterable[str]) -> pl.Expr:
    parts = [one.fill_null(0) for one in _amounts(_prefix(number, side), codes)]
    return reduce(pl.Expr.add, parts, pl.lit(0, dtype=pl.Int64))


def _any_paid(number: int, side: str, codes: Iterable[str]) -> pl.Expr:
    parts = [(one > 0).fill_null(False) for one in _amounts(_prefix(number, side), codes)]
    return reduce(pl.Expr.or_, parts, pl.lit(False))


def _count_rule(answers: pl.DataFrame, code: str, tally: Tally) -> None:
    held, holds = (pl.col(_prefix(0, side) + outcome_column(code)) for side in (BEFORE, AFTER))
    paid, pays = (pl.col(_prefix(0, side) + amount_column(code)) for side in (BEFORE, AFTER))
    yes, now = held.fill_null(False), holds.fill_null(False)
    measures = {
        "yes_before": yes.sum(),
        "yes_after": now.sum(),
        "newly": (now & ~yes).sum(),
        "no_longer": (yes & ~now).sum(),
        "more": (yes & now & (pays > paid)).sum(),
        "less": (yes & now & (pays < paid)).sum(),
        "open_before": held.is_null().sum(),
        "open_after": holds.is_null().sum(),
        "before_fen": paid.sum(),
        "after_fen": pays.sum(),
    }
    if DIBAO in answers.columns:
        poor = pl.col(DIBAO)
        for side, due in ((BEFORE, yes), (AFTER, now)):
            measures[f"dibao_{side}"] = (due & poor.fill_null(False)).sum()
            measures[f"dibao_unknown_{side}"] = (due & poor.is_null()).sum()
    _add(tally, ("rule", code), answers.select(**measures).row(0, named=True), measures)


def _add(tally: Tally, key: Key, row: Mapping[str, object], measures: Iterable[str]) -> None:
    for name in measures:
        value = row[name]
        assert value is None or isinstance(value, int)
        tally[(*key, name)] += value or 0
