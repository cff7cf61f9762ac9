"""All rules over a range of children: with and without what silence presumes, then one row per child and rule.

The rules are applied by the engine that was asked for; what comes before and after is done in Polars.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from ciyou.batch.decisions.books import PlaceGroup, group_places
from ciyou.batch.decisions.deciding import DecidingFacts
from ciyou.batch.decisions.reads import RESTRICTED, book_of_atoms, digits_read, facts_meeting, rests_on_parents
from ciyou.batch.decisions.silence import Presumption
from ciyou.batch.engines.earlier_run import EarlierRun, EarlierTables, Turning, ids_in, numbers_in, public_id
from ciyou.batch.engines.parameter_columns import add_parameters, parameter_table
from ciyou.batch.engines.polars_rules import RuleProgram, compile_rules, wide_schema
from ciyou.batch.engines.pooling import Children, Compared, merged, pools_of
from ciyou.batch.engines.program import amount_column, ceiling_column, floor_column, outcome_column
from ciyou.batch.engines.rule_runners import RuleRunner
from ciyou.batch.engines.sorted_table import in_plain_texts, with_new_rows
from ciyou.batch.engines.supposing import PARENTS, if_one_parent_died, with_nothing_more, with_silence
from ciyou.batch.ranges import Range
from ciyou.core.rules.book import Rule, RuleKind


@dataclass(frozen=True)
class Decided:
    """One range decided: `rows` (child × rule, ordered), `hints` (a row per child and rule that may make a lead), `inputs`.

    `rows` are as an earlier run stored them where there is one: each text once, named by its number. `inputs` are the children's
    fingerprints; `decided` says how many were decided, others being as an earlier run left them.
    """

    rows: pa.Table
    hints: pa.Table
    inputs: pa.Table
    decided: int

    @property
    def decisions(self) -> pa.Table:
        """The rows with every text written out."""
        return in_plain_texts(self.rows)


class PopulationRules:
    """The rules of all places of a population, compiled once; decides range after range of children."""

    def __init__(
        self,
        groups: Sequence[PlaceGroup],
        presumptions: Sequence[Presumption],
        *,
        as_of: dt.date,
        runner: RuleRunner,
        earlier: EarlierRun | None = None,
    ) -> None:
        """`earlier`: a run of the same packs whose answers stand for every child that nothing has touched since."""
        self._as_of = as_of
        self._presumptions = presumptions
        self._groups = [_Group(group, runner) for group in groups]
        self._earlier = earlier
        counties = [county for group in groups for county in group.parameters]
        before = group_places(counties, as_of=earlier.as_of) if earlier else ()
        self._turnings = [Turning(now, then) for now, then in zip(groups, before, strict=True)] if earlier else []
        self._schema = wide_schema(groups[0].book.vocabulary) if groups else pl.Schema()

    def decide_all(self, ranges: Iterable[Range], children: Children) -> Iterator[Decided]:
        """Decide range after range."""
        if self._earlier is None:
            for part in ranges:
                frame = self._frame(children.facts(part))
                decisions, hints = self._decide(frame)
                yield Decided(decisions.to_arrow(), hints.to_arrow(), children.inputs(part), len(frame))
            return
        earlier = self._earlier.open()
        for pool in pools_of(self._compare(earlier, part, children) for part in ranges):
            yield from self._decide_pool(earlier, pool, children)

    def _frame(self, children: pa.Table) -> pl.DataFrame:
        return pl.DataFrame(pl.from_arrow(children)).cast(
            {name: kind for name, kind in self._schema.items() if name in children.column_names}
        )

    def _decide(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        groups = [group for group in self._groups if group.has(frame)] or self._groups[:1]
        decided = [group.decide(frame, self._presumptions) for group in groups]
        # Every child's rules stand in their order already.
        decisions = pl.concat([one for one, _ in decided]).sort("pid", maintain_order=True)
        return self._finish(decisions), pl.concat([one for _, one in decided]).sort("pid", "rule")

    def _compare(self, earlier: EarlierTables, part: Range, children: Children) -> Compared:
        inputs, before = pl.DataFrame(children.inputs(part)), earlier.fingerprints(part)
        changed = inputs.join(before, on=["pid", "fingerprint"], how="anti")["pid"]
        touched = pl.concat([changed, *self._turned(part, children)]).unique()
        gone = before.join(inputs, on="pid", how="anti")["pid"]
        return Compared(part, inputs, touched, pl.concat([touched, gone]))

    def _turned(self, part: Range, children: Children) -> list[pl.Series]:
        watched = [pair for pair in zip(self._groups, self._turnings, strict=True) if pair[1].can_touch]
        if not watched:
            return []
        reading = frozenset[str]().union(*(turning.columns_needed for _, turning in watched))
        frame = self._frame(children.facts(part, reading))
        return [group.touched(frame, turning, self._presumptions) for group, turning in watched]

    def _decide_pool(self, earlier: EarlierTables, pool: Sequence[Compared], children: Children) -> Iterator[Decided]:
        touched = pl.concat([one.touched for one in pool])
        found = None if touched.is_empty() else self._decide(self._frame(children.chosen(touched.to_arrow())))
        for one in pool:
            rows = earlier.decisions(one.part, as_of=self._as_of)
            hints = earlier.hints(one.part, without=one.without)
            if found is not None:
                hints = merged(hints, found[1].filter(numbers_in(one.part)), "pid")
            new = None if found is None else found[0].filter(ids_in(one.part)).to_arrow()
            rows = with_new_rows(rows, new, "person_id", without=[public_id(pid) for pid in one.without])
            yield Decided(rows, hints.to_arrow(), one.inputs.to_arrow(), len(one.touched))

    def _finish(self, decisions: pl.DataFrame) -> pl.DataFrame:
        return decisions.select(
            _person_id().alias("person_id"),
            "rule",
            pl.lit(self._as_of).alias("as_of"),
            "division",
            "outcome",
            "basis",
            "amount_fen",
            "floor_fen",
            "ceiling_fen",
            "deciding_facts",
            "standing",
            "pack_version",
        )


def _person_id() -> pl.Expr:
    return pl.col("pid").map_batches(_public_ids, return_dtype=pl.String)


def _public_ids(numbers: pl.Series) -> pl.Series:
    """Each person's once: a person has a row for every rule."""
    people = numbers.unique().sort()
    written = pl.Series(numbers.name, [public_id(number) for number in people], dtype=pl.String)
    return written.gather(people.search_sorted(numbers))


@dataclass(frozen=True)
class _Asked:
    """The columns that a rule reads, and what tells apart those of whom its outcome, or its amount, is open; `reads`: all that takes."""

    columns: Sequence[str]
    reads: Sequence[str]
    outcome: pl.Expr
    amount: pl.Expr


class _Group:
    def __init__(self, group: PlaceGroup, runner: RuleRunner) -> None:
        self.book = group.book
        self._runner = runner
        keys = sorted(group.book.parameters)
        self.program: RuleProgram = compile_rules(group.book, parameter_columns=frozenset(keys), with_intervals=True)
        zone_of, books = group.price_zones()
        zones = pl.col("division").replace_strict(zone_of, return_dtype=pl.Int32).alias("zone")
        self.parameters = parameter_table(group.parameters, keys=frozenset(keys)).with_columns(zones)
        self.deciding = {rule.code: DecidingFacts(books, rule) for rule in group.book.rules}
        self._asked: dict[str, _Asked] = {}
        atoms, self.atoms_of = book_of_atoms(group.book)
        self.atoms = compile_rules(atoms, parameter_columns=frozenset(keys))
        self.by_parents = tuple(
            rule for rule in group.book.rules if rule.makes_lead and rests_on_parents(group.book, rule)
        )

    def decide(self, frame: pl.DataFrame, presumptions: Sequence[Presumption]) -> tuple[pl.DataFrame, pl.DataFrame]:
        mine, whole_input, nothing_more = self._worlds(frame, presumptions)
        worlds = [mine, whole_input, *if_one_parent_died(whole_input), *if_one_parent_died(nothing_more)]
        said, whole, *died = self._runner.run(self.program, worlds)
        supposed = dict(zip(PARENTS, died[:2], strict=True))
        evident = dict(zip(PARENTS, died[2:], strict=True))
        whole_input = whole_input.hstack(self._runner.run(self.atoms, [whole_input])[0])
        rules = [self._rule_rows(rule, said, whole, whole_input) for rule in self.book.rules]
        some_parent_unknown = ~(mine["has_father"] & mine["has_mother"])
        hints = [
            self._hints(rule, rows.with_columns(some_parent_unknown.alias("some_parent_unknown")), supposed, evident)
            for rule, rows in zip(self.book.rules, rules, strict=True)
        ]
        return pl.concat(rules), pl.concat([one for one in hints if one is not None])

    def has(self, frame: pl.DataFrame) -> bool:
        """Whether any of these children lives in one of the group's places."""
        return self._lives_here(frame).any()

    def _lives_here(self, frame: pl.DataFrame) -> pl.Series:
        return frame["county"].is_in(self.parameters["division"].implode())

    def touched(self, frame: pl.DataFrame, turning: Turning, presumptions: Sequence[Presumption]) -> pl.Series:
        """The pids of the group's children whom time or a new law has touched."""
        worlds = self._worlds(frame, presumptions)
        return worlds[0].filter(turning.touched(worlds))["pid"]

    def _worlds(
        self, frame: pl.DataFrame, presumptions: Sequence[Presumption]
    ) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """The group's children: as rosters say, with what silence presumes, and as if nothing more came to light."""
        here = frame.filter(self._lives_here(frame)).lazy()
        mine = add_parameters(here, self.parameters, division_column="county").collect()
        whole = with_silence(mine, presumptions)
        return mine, whole, with_nothing_more(whole, self.book)

    def _rule_rows(self, rule: Rule, said: pl.DataFrame, whole: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
        outcome = whole[outcome_column(rule.code)]
        same = said[outcome_column(rule.code)].eq_missing(outcome)
        amounts: dict[str, pl.Series] = {}
        for name, column in _amount_columns(rule).items():
            amounts[name] = whole[column]
            same = same & said[column].eq_missing(whole[column])
        rows = facts.select("pid", "division").with_columns(
            pl.lit(rule.code).alias("rule"),
            outcome.alias("holds"),
            (same | outcome.is_null()).alias("same"),
            *(
                amounts[name].alias(name) if name in amounts else pl.lit(None, dtype=pl.Int64).alias(name)
                for name in _AMOUNTS
            ),
            pl.lit(str(rule.standing)).alias("standing"),
            pl.lit(self.book.pack_version).alias("pack_version"),
        )
        return self._with_deciding(rule, rows.with_columns(_OUTCOME, _BASIS).drop("holds", "same"), facts)

    def _with_deciding(self, rule: Rule, rows: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
        """Deciding facts of open outcomes, and of an open amount where the outcome is yes."""
        wanted = is_open = rows["outcome"] == "undetermined"
        if rule.amount is not None:
            wanted = is_open | ((rows["outcome"] == "yes") & rows["amount_fen"].is_null())
        if not wanted.any():
            return rows.with_columns(pl.lit(None, dtype=pl.List(pl.String)).alias("deciding_facts"))
        # Few are open: their patterns are written, not everybody's.
        told = self._asked_of(rule, facts)
        asked = facts.select(told.reads).filter(wanted).with_columns(is_open.filter(wanted).alias("is_open"))
        patterns = pl.when("is_open").then(told.outcome).otherwise(told.amount)
        asked = asked.select("zone", patterns.alias("pattern"), *told.columns)
        answers = self.deciding[rule.code]
        patterns_met = asked.unique("pattern", maintain_order=True, keep="first")
        for row in patterns_met.iter_rows(named=True):
            answers.learn(row["pattern"], row)
        known = [answers.learned[pattern] for pattern in patterns_met["pattern"]]
        places = asked["pattern"].cast(pl.Enum(patterns_met["pattern"])).to_physical()
        place = pl.repeat(None, len(rows), dtype=places.dtype, eager=True).scatter(wanted.arg_true(), places)
        found = pl.Series("deciding_facts", known, dtype=pl.List(pl.String)).gather(place)
        return rows.with_columns(found)

    def _asked_of(self, rule: Rule, facts: pl.DataFrame) -> _Asked:
        """Kept from one range to the next: to ask a wide frame for its types costs more than to decide a few children."""
        if rule.code not in self._asked:
            schema = facts.schema
            columns = [name for name in self.deciding[rule.code].columns if name in schema]
            outcome, amount = self._outcome_pattern(rule, schema), self._amount_pattern(columns, schema)
            reads = {*columns, *outcome.meta.root_names(), *amount.meta.root_names(), "zone"}
            self._asked[rule.code] = _Asked(columns, sorted(reads), outcome, amount)
        return self._asked[rule.code]

    def _outcome_pattern(self, rule: Rule, schema: pl.Schema) -> pl.Expr:
        """What is open depends on which atoms are true, false or open, and in an open atom of several facts on what is known of them.

        Where a child is registered decides, for instance, whether it can live in another county of the same city.
        """
        truths = [
            pl.col(outcome_column(code)).cast(pl.Int8).cast(pl.String).fill_null("?")
            for code in self.atoms_of[rule.code]
        ]
        met = [
            self._as_told_apart(rule, name, schema).fill_null("?")
            for name in facts_meeting(self.book, rule)
            if name in schema
        ]
        atoms = pl.concat_str(pl.lit("o"), pl.col("zone"), pl.lit(":"), *truths)
        return pl.concat_str(atoms, *met, separator="|")

    def _as_told_apart(self, rule: Rule, name: str, schema: pl.Schema) -> pl.Expr:
        """A known value as far as the rule can tell it from others: dates by time elapsed, divisions by the digits that it reads."""
        value = _classed(schema, name, self.book.as_of).cast(pl.String)
        digits = digits_read(self.book, rule, name) if schema[name] == pl.String else None
        return value if digits is None else value.str.head(digits)

    def _amount_pattern(self, columns: Sequence[str], schema: pl.Schema) -> pl.Expr:
        values = [_classed(schema, name, self.book.as_of).cast(pl.String).fill_null("?") for name in columns]
        return pl.concat_str(pl.lit("a"), pl.col("zone"), *values, separator="|")

    def _hints(
        self,
        rule: Rule,
        rows: pl.DataFrame,
        supposed: Mapping[str, pl.DataFrame],
        evident: Mapping[str, pl.DataFrame],
    ) -> pl.DataFrame | None:
        """What makes a lead: money due, money that one parent's evident trouble brings near, money of a child whose parents are unknown.

        A parent is in trouble if the other's death alone would bring the money, on what is known and nothing more: so the rule
        itself says what trouble is, and a roster that was not delivered puts nobody's parents in trouble.
        """
        if rule.kind is not RuleKind.ENTITLEMENT or rule.sensitivity >= RESTRICTED or not rule.makes_lead:
            return None
        failing, would_gain = _verdicts(rule, supposed, evident) if rule in self.by_parents else _no_verdicts(len(rows))
        hints = rows.select(
            "pid",
            "division",
            "rule",
            "outcome",
            "basis",
            "amount_fen",
            "ceiling_fen",
            "deciding_facts",
            "some_parent_unknown",
        ).with_columns(
            pl.lit(rule in self.by_parents).alias("by_parents"),
            failing["mother"].alias("father_failing"),
            failing["father"].alias("mother_failing"),
            would_gain.alias("would_gain_fen"),
            pl.lit(rule.period).alias("period"),
        )
        one_failing = pl.col("mother_failing") | pl.col("father_failing")
        could_gain = pl.col("would_gain_fen").ne_missing(0)
        near = one_failing | (pl.col("some_parent_unknown") & could_gain)
        return hints.filter((pl.col("outcome") == "yes") | (pl.col("by_parents") & near)).drop("some_parent_unknown")


def _verdicts(
    rule: Rule, supposed: Mapping[str, pl.DataFrame], evident: Mapping[str, pl.DataFrame]
) -> tuple[Mapping[str, pl.Series], pl.Series]:
    """Whether one parent's death would bring the money (an open condition, such as a term not stated, counts), and up to how much."""
    failing = {side: evident[side][outcome_column(rule.code)].fill_null(True) for side in PARENTS}
    ceilings = pl.DataFrame({side: supposed[side][ceiling_column(rule.code)] for side in PARENTS})
    return failing, ceilings.select(pl.max_horizontal(pl.all())).to_series()


def _no_verdicts(count: int) -> tuple[Mapping[str, pl.Series], pl.Series]:
    never = pl.Series([False], dtype=pl.Boolean).new_from_index(0, count)
    return dict.fromkeys(PARENTS, never), pl.Series([None], dtype=pl.Int64).new_from_index(0, count)


_OUTCOME = (
    pl.when(pl.col("holds").is_null())
    .then(pl.lit("undetermined"))
    .when("holds")
    .then(pl.lit("yes"))
    .otherwise(pl.lit("no"))
).alias("outcome")
_BASIS = pl.when("same").then(pl.lit("rostered")).otherwise(pl.lit("presumed")).alias("basis")
_AMOUNTS = ("amount_fen", "floor_fen", "ceiling_fen")


def _amount_columns(rule: Rule) -> dict[str, str]:
    if rule.amount is None:
        return {}
    return dict(
        zip(_AMOUNTS, (amount_column(rule.code), floor_column(rule.code), ceiling_column(rule.code)), strict=True)
    )


def _classed(schema: pl.Schema, name: str, as_of: dt.date) -> pl.Expr:
    """Dates by full months before the day: rules ask for ages and elapsed months, so equal classes have equal deciding facts."""
    column = pl.col(name)
    if schema[name] != pl.Date:
        return column
    months = (as_of.year - column.dt.year()) * 12 + as_of.month - column.dt.month().cast(pl.Int32)
    whole = months - (column.dt.day() > as_of.day).cast(pl.Int32)
    return whole // 12 if name.endswith("birth_date") else whole
