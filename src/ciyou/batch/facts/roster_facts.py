"""What the rosters say of people: every linked record becomes facts with period and source, as its roster's pack directs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.ranges import ranges_of
from ciyou.core.facts.definition import FactDefinition, FactType, Value, Vocabulary
from ciyou.packs.roster_pack import ColumnValue, ConstantValue, RosterFact, RosterPack, ShareValue

# Several rosters state these, and they are settled where a person is made (ID number, then register, then others).
SETTLED = ("birth_date", "sex")
HOUSEHOLD_PREFIX = "household."
PEOPLE_PER_SORT = 500_000


def collect_facts(
    store: Store, *, packs: Sequence[RosterPack], rosters: Mapping[str, Path], vocabulary: Vocabulary
) -> None:
    """Make `fact_row` (pid, fact, value, valid_from, valid_to, source, basis), in the order of pid.

    `value` is canonical JSON. Facts of a household stand with the person whose record says so, as `household.<fact>`.
    """
    store.empty(
        "fact_unsorted",
        {
            "pid": "UBIGINT",
            "fact": "VARCHAR",
            "value": "VARCHAR",
            "valid_from": "DATE",
            "valid_to": "DATE",
            "source": "VARCHAR",
        },
    )
    _add_settled(store)
    store.create("holder", "SELECT p.rid, q.pid, q.kind FROM placed p JOIN person q USING (aid)")
    for pack in packs:
        if pack.code in rosters:
            _add_roster(store, pack, rosters[pack.code], vocabulary)
    store.create("fact_row", "SELECT * FROM fact_unsorted LIMIT 0")
    # Sorted in a few large parts: one sort of everything would need the disk for a copy of it.
    people = store.number("SELECT count(*) FROM person")
    for part in ranges_of(people, per_range=PEOPLE_PER_SORT):
        store.run(f"INSERT INTO fact_row SELECT DISTINCT * FROM fact_unsorted WHERE {part.where('pid')} ORDER BY pid")
    store.drop("fact_unsorted", "holder")


def _add_settled(store: Store) -> None:
    source = "CASE WHEN aid > 0 THEN 'id_number' ELSE 'rosters' END"
    store.run(
        f"""INSERT INTO fact_unsorted SELECT pid, 'birth_date', '"' || birth_date || '"', NULL, NULL, {source} FROM person
        WHERE birth_date IS NOT NULL""",
        f"""INSERT INTO fact_unsorted SELECT pid, 'sex', '"' || sex || '"', NULL, NULL, {source} FROM person
        WHERE sex IS NOT NULL AND kind = 'child'""",
    )


def _add_roster(store: Store, pack: RosterPack, path: Path, vocabulary: Vocabulary) -> None:
    types = store.parquet_columns(path)
    first = store.number(f"SELECT first_rid FROM roster_offset WHERE roster = {quoted(pack.code)}")
    for fact in pack.facts:
        if fact.fact in SETTLED:
            continue
        query = _fact_query(fact, types, vocabulary)
        if query is not None:
            store.run(
                f"""INSERT INTO fact_unsorted SELECT q.pid, {query}, {quoted(pack.code)}
                FROM read_parquet({quoted(str(path))}, file_row_number = true) s
                JOIN holder q ON q.rid = {first} + s.file_row_number
                WHERE {_condition(fact, types, vocabulary)}"""
            )


def _fact_query(fact: RosterFact, types: Mapping[str, str], vocabulary: Vocabulary) -> str | None:
    """SQL of fact, value, valid_from, valid_to; None when the file lacks the column that the fact needs."""
    value = _value(fact, types)
    if value is None:
        return None
    name = f"{HOUSEHOLD_PREFIX}{fact.fact}" if fact.of == "household" else fact.fact
    start = f"s.{fact.valid_from}" if fact.valid_from in types else "NULL::DATE"
    return f"{quoted(name)}, {_as_json(value, _definition(fact, vocabulary))}, {start}, {_end(fact, types)}"


def _value(fact: RosterFact, types: Mapping[str, str]) -> str | None:
    match fact.value:
        case ConstantValue(value):
            return _literal(value)
        case ColumnValue(column):
            return f"s.{column}" if column in types else None
        case ShareValue(amount, members):
            if amount not in types or members not in types:
                return None
            return f"CASE WHEN s.{members} > 0 THEN s.{amount} // s.{members} END"


def _definition(fact: RosterFact, vocabulary: Vocabulary) -> FactDefinition:
    owners = {"person": ("child", "parent"), "parent": ("parent",), "child": ("child",), "household": ("household",)}[
        fact.of
    ]
    return next(one for one in vocabulary if one.name == fact.fact and set(owners) & set(one.about))


def _as_json(value: str, definition: FactDefinition) -> str:
    if definition.type in (FactType.BOOL, FactType.INT, FactType.MONEY):
        return f"CAST({value} AS VARCHAR)"
    return f"""'"' || CAST({value} AS VARCHAR) || '"'"""


def _end(fact: RosterFact, types: Mapping[str, str]) -> str:
    end = fact.valid_to
    if end is None:
        return "NULL::DATE"
    if end.column in types:
        return f"s.{end.column}"
    if end.start in types and end.months in types:
        return f"CAST(s.{end.start} + to_months(CAST(s.{end.months} AS INTEGER)) AS DATE)"
    return "NULL::DATE"


def _condition(fact: RosterFact, types: Mapping[str, str], vocabulary: Vocabulary) -> str:
    value = _value(fact, types)
    conditions = [f"{value} IS NOT NULL", _who(fact)]
    for column, options in fact.when.items():
        listed = ", ".join(_literal(option) for option in options)
        conditions.append(f"s.{column} IN ({listed})" if column in types else "false")
    conditions += [f"s.{column} IS NOT NULL" if column in types else "false" for column in fact.given]
    conditions += [f"s.{column} IS NULL" for column in fact.without if column in types]
    conditions += _domain(f"{value}", _definition(fact, vocabulary))
    return " AND ".join(conditions)


def _who(fact: RosterFact) -> str:
    return {"child": "q.kind = 'child'", "parent": "q.kind <> 'child'"}.get(fact.of, "true")


def _domain(value: str, definition: FactDefinition) -> list[str]:
    """A statement outside the fact's domain is no statement: roster columns have bounds of their own and reject such cells."""
    if definition.type == FactType.ENUM:
        return [f"CAST({value} AS VARCHAR) IN ({', '.join(map(quoted, definition.options))})"]
    if definition.type not in (FactType.INT, FactType.MONEY):
        return []
    low = [] if definition.minimum is None else [f"{value} >= {definition.minimum}"]
    high = [] if definition.maximum is None else [f"{value} <= {definition.maximum}"]
    return low + high


def _literal(value: Value) -> str:
    return quoted(value) if isinstance(value, str) else str(value).lower()


def json_of(value: Value) -> str:
    """A value in the canonical JSON of `facts.parquet`."""
    return json.dumps(value.isoformat() if isinstance(value, dt.date) else value, ensure_ascii=False)
