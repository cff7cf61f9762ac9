"""The same children under other suppositions: with what silence presumes, as if nothing more came to light, with a parent dead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from ciyou.batch.decisions.silence import Presumption
from ciyou.core.clock.months import add_months
from ciyou.core.facts.definition import FactType, column_name
from ciyou.core.rules.book import RuleBook

PARENTS = ("father", "mother")


def with_nothing_more(frame: pl.DataFrame, book: RuleBook) -> pl.DataFrame:
    """The frame as if nothing more came to light: what is unknown is taken not to be so. Only for telling evidence from silence.

    Attributes of a circumstance (a term, a day) stay open; a child without a date of birth is taken for one of ten.
    """
    ten_years_old = pl.lit(add_months(book.as_of, -120))
    schema, born = frame.schema, column_name("child", "birth_date")
    filled = [pl.col(born).fill_null(ten_years_old)] if born in schema else []
    for definition in book.vocabulary:
        nothing = _NOTHING.get(definition.type)
        if nothing is None or "." in definition.name or (definition.options and nothing not in definition.options):
            continue
        names = [column_name(entity, definition.name) for entity in definition.entities()]
        filled += [pl.col(name).fill_null(pl.lit(nothing).cast(schema[name])) for name in names if name in schema]
    return frame.with_columns(filled)


_NOTHING: Mapping[FactType, bool | int | str] = {FactType.BOOL: False, FactType.INT: 0, FactType.ENUM: "none"}


def with_silence(frame: pl.DataFrame, presumptions: Sequence[Presumption]) -> pl.DataFrame:
    """The frame with every unknown of its columns filled that a complete roster's silence presumes; what sources dispute stays unknown."""
    schema, filled = frame.schema, dict[str, pl.Expr]()
    for one in presumptions:
        for side in PARENTS if one.entity == "parent" else (one.entity,):
            name = column_name(side, one.fact)
            if name not in schema:
                continue
            undisputed = ~pl.col(f"clash_{side}").list.contains(one.fact).fill_null(False)
            known = _speaks_of(one, side)
            value = pl.lit(one.value).cast(schema[name])
            filled[name] = (
                pl.when(pl.col(name).is_null() & undisputed & known).then(value).otherwise(pl.col(name)).alias(name)
            )
    return frame.with_columns(filled.values())


def _speaks_of(one: Presumption, side: str) -> pl.Expr:
    """Whether the silence concerns this child's father, mother, household or itself."""
    if one.entity == "parent":
        return pl.col(f"knows_{side}")
    return (pl.col("has_father") | pl.col("has_mother")) if one.needs_parent else pl.lit(True)


def if_one_parent_died(frame: pl.DataFrame) -> list[pl.DataFrame]:
    """The facts, supposing the father dead, and supposing the mother dead."""
    return [frame.with_columns(pl.lit(True).alias(column_name(side, "dead"))) for side in PARENTS]
