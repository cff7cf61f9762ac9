"""Facts as a wide table: a row a person, then a row a child with its parents and household beside it, in ranges of person ids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.facts.roster_facts import HOUSEHOLD_PREFIX
from ciyou.batch.ranges import Range
from ciyou.core.facts.definition import FactDefinition, FactType, Vocabulary, column_name

ENTITIES = ("child", "parent", "household")
_TYPES = {FactType.BOOL: "BOOLEAN", FactType.INT: "INTEGER", FactType.MONEY: "BIGINT", FactType.DATE: "DATE"}


def facts_about(vocabulary: Vocabulary, about: str) -> tuple[FactDefinition, ...]:
    """The facts that a child, a parent or a household can carry, in the order of the vocabulary."""
    return tuple(one for one in vocabulary if about in one.about)


def columns_about(vocabulary: Vocabulary, entity: str) -> tuple[str, ...]:
    """The columns of facts that `wide_<entity>` has, in the order of the vocabulary."""
    return tuple(_column(one) for one in facts_about(vocabulary, entity))


def make_wide_people(store: Store, *, vocabulary: Vocabulary, as_of: dt.date, ranges: Sequence[Range]) -> None:
    """Make `wide_child`, `wide_parent`, `wide_household`: pid, a column per fact, and `clash`: facts that sources dispute.

    Only what holds on `as_of` counts. Disputed facts are unknown; `clash` keeps silence from settling them.
    """
    store.create("kind_of", "SELECT pid, kind FROM person ORDER BY pid")
    about = {"child": "q.kind = 'child'", "parent": "q.kind <> 'child'", "household": "true"}
    for entity, who in about.items():
        facts = facts_about(vocabulary, entity)
        prefix = HOUSEHOLD_PREFIX if entity == "household" else ""
        columns = {"pid": "UBIGINT"} | {_column(one): sql_type(one) for one in facts} | {"clash": "VARCHAR[]"}
        store.empty(f"wide_{entity}", columns)
        listed = ", ".join(quoted(prefix + one.name) for one in facts)
        for part in ranges:
            store.run(
                f"""INSERT INTO wide_{entity} SELECT f.pid, {", ".join(_picked(one, prefix) for one in facts)}, {_clashes(facts, prefix)}
                FROM fact_row f JOIN kind_of q ON q.pid = f.pid AND {who}
                WHERE {part.where("f.pid")} AND {part.where("q.pid")} AND f.fact IN ({listed})
                  AND coalesce(f.valid_from <= {_day(as_of)}, true) AND coalesce(f.valid_to > {_day(as_of)}, true)
                GROUP BY f.pid ORDER BY f.pid"""
            )


def _day(day: dt.date) -> str:
    return f"DATE '{day.isoformat()}'"


def _column(definition: FactDefinition) -> str:
    return definition.name.replace(".", "__")


def sql_type(definition: FactDefinition) -> str:
    """The SQL type of a fact's column."""
    return "BIGINT" if definition.is_long else _TYPES.get(definition.type, "VARCHAR")


def _picked(definition: FactDefinition, prefix: str) -> str:
    only = f"FILTER (f.fact = {quoted(prefix + definition.name)})"
    value = f"CASE WHEN min(f.value) {only} = max(f.value) {only} THEN min(f.value) {only} END"
    if definition.type in (FactType.BOOL, FactType.INT, FactType.MONEY):
        return f"CAST({value} AS {sql_type(definition)})"
    return f"""CAST(trim({value}, '"') AS {sql_type(definition)})"""


def _clashes(facts: Sequence[FactDefinition], prefix: str) -> str:
    cases = []
    for one in facts:
        only = f"FILTER (f.fact = {quoted(prefix + one.name)})"
        cases.append(f"CASE WHEN min(f.value) {only} <> max(f.value) {only} THEN {quoted(one.name)} END")
    return f"nullif(list_filter([{', '.join(cases)}], lambda x: x IS NOT NULL), [])"


def children_query(vocabulary: Vocabulary, chosen: str, reading: Collection[str] | None = None) -> str:
    """SQL of the children of whom a condition on `k.pid` holds, in the order of pid: what rosters say of them, their parents and household.

    Columns: pid, division, county, knows_father, knows_mother (identified, so that silence speaks of them), clash_<entity>, and
    <entity>__<fact> (null: no roster says, or rosters dispute).
    """
    child, parent, household = (facts_about(vocabulary, about) for about in ENTITIES)
    values = {column_name("child", one.name): f"c.{_column(one)}" for one in child}
    for side in ("father", "mother"):
        values |= {column_name(side, one.name): f"{side[0]}.{_column(one)}" for one in parent}
    values |= {column_name("household", one.name): _agreed(_column(one)) for one in household}
    columns = [f"{value} AS {name}" for name, value in values.items() if reading is None or name in reading]
    return f"""
    SELECT w.pid, w.division, left(w.division, 6) AS county, w.knows_father, w.knows_mother, w.father IS NOT NULL AS has_father,
      w.mother IS NOT NULL AS has_mother, c.clash AS clash_child, f.clash AS clash_father, m.clash AS clash_mother,
      list_filter([{", ".join(_disputed(one) for one in household)}], lambda x: x IS NOT NULL) AS clash_household{"".join(f", {column}" for column in columns)}
    FROM (SELECT k.*, coalesce(c.hukou_division, c.residence_division, k.own_division, '000000000000') AS division
          FROM kin k LEFT JOIN wide_child c ON c.pid = k.pid WHERE {chosen}) w
    LEFT JOIN wide_child c ON c.pid = w.pid LEFT JOIN wide_parent f ON f.pid = w.father LEFT JOIN wide_parent m ON m.pid = w.mother
    LEFT JOIN wide_household h1 ON h1.pid = w.pid LEFT JOIN wide_household h2 ON h2.pid = w.father
    LEFT JOIN wide_household h3 ON h3.pid = w.mother ORDER BY w.pid"""


def _agreed(column: str) -> str:
    """The household's value where its members' records agree."""
    sides = f"h1.{column}, h2.{column}, h3.{column}"
    return f"CASE WHEN least({sides}) = greatest({sides}) THEN least({sides}) END"


def _disputed(definition: FactDefinition) -> str:
    sides = ", ".join(f"h{number}.{_column(definition)}" for number in (1, 2, 3))
    return f"CASE WHEN least({sides}) <> greatest({sides}) THEN {quoted(definition.name)} END"


def make_kin(store: Store) -> None:
    """Make `kin` in the order of pid: pid, own_division, father, mother (pids), knows_father, knows_mother, conflict.

    A parent is known well enough for silence to mean something with a valid ID number or a record that is not only misfortune.
    """
    store.create(
        "kin_father",
        """SELECT p.child, p.mother, p.conflict, f.pid AS father, coalesce(f.aid > 0 OR (f.own AND NOT f.adverse_only), false) AS knows_father
        FROM parent p LEFT JOIN person f ON f.aid = p.father""",
    )
    store.create(
        "kin_both",
        """SELECT p.* EXCLUDE (mother), m.pid AS mother, coalesce(m.aid > 0 OR (m.own AND NOT m.adverse_only), false) AS knows_mother
        FROM kin_father p LEFT JOIN person m ON m.aid = p.mother""",
    )
    store.create(
        "kin",
        """SELECT c.pid, c.division AS own_division, k.* EXCLUDE (child) FROM kin_both k JOIN person c ON c.aid = k.child ORDER BY c.pid""",
    )
    store.drop("kin_father", "kin_both")
