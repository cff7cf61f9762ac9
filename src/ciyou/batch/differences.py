"""Who is missing: children that rosters contradict each other about by who stands in them, as packs/*/differences ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.linkage.people import person_id
from ciyou.packs.differences import COUNTY, RosterDifference

_COUNTY_DIGITS = 6
COLUMNS = {
    "pid": "UBIGINT",
    "code": "VARCHAR",
    "division": "VARCHAR",
    "rosters": "VARCHAR[]",
    "doubtful": "BOOLEAN",
    "makes_lead": "BOOLEAN",
}
"""`differing`: a row per child and difference; `rosters`: where the child stands; `division`: whose it is to find out;
`doubtful`: a record that may be this child's lies with the clerk, who comes first: no lead yet."""


def make_differences(
    store: Store, asked: Iterable[RosterDifference], *, delivered: Collection[str], as_of: dt.date
) -> None:
    """Make `differing` from linked records, and `difference` (code, department) for its words."""
    store.empty("differing", COLUMNS)
    store.empty("difference", {"code": "VARCHAR", "department": "VARCHAR"})
    store.create(
        "standing",
        f"""SELECT q.pid, any_value(q.division) AS division, any_value(q.birth_date) AS birth_date,
          list(DISTINCT r.roster ORDER BY r.roster) AS rosters,
          list(DISTINCT r.roster || '/' || left(r.division, {_COUNTY_DIGITS})) AS in_counties,
          bool_or(r.rid IN (SELECT rid_a FROM review_pair UNION ALL SELECT rid_b FROM review_pair WHERE rid_b IS NOT NULL)) AS doubtful
        FROM person q JOIN placed p USING (aid) JOIN rec r USING (rid) WHERE q.kind = 'child' GROUP BY q.pid""",
    )
    for one in asked:
        store.run(f"INSERT INTO difference VALUES ({quoted(one.code)}, {quoted(one.department)})")
        if one.valid_from <= as_of and set(one.not_in) <= set(delivered):
            store.run(f"INSERT INTO differing {_found(one, as_of)}")
    store.drop("standing")


def _found(one: RosterDifference, as_of: dt.date) -> str:
    first, last = one.born(as_of)
    conditions = [f"birth_date BETWEEN DATE '{first}' AND DATE '{last}'"]
    if one.any_of:
        conditions.append(f"list_has_any(rosters, {_list(one.any_of)})")
    if one.all_of:
        conditions.append(f"list_has_all(rosters, {_list(one.all_of)})")
    if one.not_in or one.unless_in:
        conditions.append(f"NOT list_has_any(rosters, {_list((*one.not_in, *one.unless_in))})")
    if one.two_counties:
        conditions.append(
            f"len(list_filter(in_counties, lambda x: starts_with(x, {quoted(one.two_counties + '/')}))) > 1"
        )
    division = f"rpad(left(division, {_COUNTY_DIGITS}), 12, '0')" if one.asks == COUNTY else "division"
    return f"""SELECT pid, {quoted(one.code)}, {division}, rosters, doubtful, {one.makes_lead} AND NOT doubtful FROM standing WHERE {" AND ".join(conditions)}"""


def _list(rosters: Iterable[str]) -> str:
    return "[" + ", ".join(map(quoted, rosters)) + "]"


DIFFERENCES_QUERY = f"""SELECT {person_id("d.pid")} AS person_id, d.code AS difference, d.division, w.department, d.rosters AS stands_in, d.doubtful
    FROM differing d JOIN difference w USING (code) ORDER BY d.code, d.pid"""
"""SQL of the table `differences` in its final order."""
