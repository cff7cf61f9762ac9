"""Of a linking that goes on from an earlier one: the people and families that what came can act on, and all others as they stand.

Who is who is found for everybody. Who somebody is and whose parent follows from the records of a cluster, from those that name it as a
guardian, and from the households they are registered in, and from nothing else. So a set of clusters that is closed under these three has
the families of a full linking, whatever the others are.
"""

from __future__ import annotations

import datetime as dt
import json

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.linkage.anchors import HUKOU
from ciyou.batch.linkage.families import NAME_ONLY_BASE
from ciyou.batch.linkage.standing import PLACES, Standing, roster_paths
from ciyou.batch.run_folder import RUN_FILE

MOST_TOUCHED = 0.5
"""Beyond this share of records taking over the others saves nothing."""
_SETTLED = {
    "pid": "UBIGINT",
    "number": "BIGINT",
    "name": "VARCHAR",
    "child": "UBIGINT",
    "aid": "BIGINT",
    "own": "BOOLEAN",
    "named": "BOOLEAN",
    "adverse_only": "BOOLEAN",
}
_NEEDED = (PLACES, "standing_owners", "standing_conflicts", "people", "relations")
_NUMBERS = ("id_no", "g1_id", "g2_id", "guardian_id_in_field")
_HOUSEHOLD = "-(hash(household_no) >> 2)::BIGINT"
"""SQL: a household as a node beside numbers, which are positive."""
_IS_OF_AGE = "({day} - year(birth_date) * 10000 - month(birth_date) * 100 - day(birth_date)) // 10000"


def set_apart(store: Store, standing: Standing | None, *, as_of: dt.date, division: str) -> None:
    """Leave in `placed` and `guardian` only what touched families consist of; the whole is kept for `put_back`.

    `settled`: people of all other families, as in the file `standing_people`, with the numbers that clusters have now. Where the earlier
    linking was another version's or another place's, or where more than `MOST_TOUCHED` is touched, everybody stays.
    """
    store.empty("settled", _SETTLED)
    if (
        standing is None
        or standing.differs
        or not all((standing.folder / f"{table}.parquet").is_file() for table in _NEEDED)
    ):
        return
    run = json.loads((standing.folder / RUN_FILE).read_text(encoding="utf-8"))
    if run["settings"]["division"] != division:
        return
    _gather_ties(store)
    _gather_touched(store, standing)
    _note_turned_of_age(store, standing, dt.date.fromisoformat(run["as_of"]), as_of)
    _spread(store)
    reached = store.number("SELECT count(*) FROM placed SEMI JOIN reached USING (aid)")
    if reached <= MOST_TOUCHED * store.number("SELECT count(*) FROM placed"):
        _settle(store, standing)
    if store.number("SELECT count(*) FROM settled"):
        store.run("ALTER TABLE placed RENAME TO everybody_placed", "ALTER TABLE guardian RENAME TO everybodys_guardian")
        store.create("placed", "SELECT * FROM everybody_placed SEMI JOIN reached USING (aid)")
        store.create("guardian", "SELECT * FROM everybodys_guardian SEMI JOIN placed USING (rid)")
    store.drop("tie", "reached", "reached_node", "translated")


def put_back(store: Store, standing: Standing | None) -> None:
    """`placed`, `guardian` and `person` are everybody's again, and `review_pair` holds the conflicts about parents of all families.

    `parents_differ`: these conflicts, for the next linking, whatever of them people have settled.
    """
    if standing is not None and store.number("SELECT count(*) FROM settled"):
        _take_over(store, standing)
    store.create("parents_differ", "SELECT rid_a, rid_b FROM review_pair WHERE reason = 'parents_conflict'")


def _take_over(store: Store, standing: Standing) -> None:
    store.drop("placed", "guardian")
    store.run("ALTER TABLE everybody_placed RENAME TO placed", "ALTER TABLE everybodys_guardian RENAME TO guardian")
    store.run(
        f"""INSERT INTO person SELECT s.aid, s.pid, p.kind, p.name, p.sex, p.birth_date, p.division, s.own, s.named, s.adverse_only
        FROM settled s JOIN (SELECT *, ('0x' || substr(person_id, 2))::UBIGINT AS pid FROM {standing.table("people")}) p USING (pid)""",
        f"""INSERT INTO review_pair SELECT a.rid, b.rid, 20, 'parents_conflict' FROM {standing.table("standing_conflicts")} c
        JOIN stood_as a ON a.old = c.rid_a JOIN placed p ON p.rid = a.rid JOIN settled s ON s.aid = p.aid
        LEFT JOIN stood_as b ON b.old = c.rid_b""",
        "INSERT INTO name_judged SELECT * FROM name_judged_before",  # those of the settled families were not asked for
    )


def settled_relations(standing: Standing) -> str:
    """SQL of the relations of children in `settled`: pid, relation, other_pid, source, confidence."""
    return f"""SELECT * FROM (SELECT ('0x' || substr(person_id, 2))::UBIGINT AS pid, relation, ('0x' || substr(other_id, 2))::UBIGINT AS other_pid,
        source, confidence FROM {standing.table("relations")}) SEMI JOIN settled USING (pid)"""


def _gather_ties(store: Store) -> None:
    """`tie` (aid, node): a cluster beside each number it is called by or names, and each household it is registered in."""
    store.create(
        "tie",
        f"""SELECT p.aid, g.idn AS node FROM guardian g JOIN placed p USING (rid) WHERE g.idn IS NOT NULL
        UNION ALL SELECT p.aid, {_HOUSEHOLD} FROM rec r JOIN placed p USING (rid) WHERE r.roster = '{HUKOU}' AND r.household_no IS NOT NULL
        UNION ALL SELECT DISTINCT aid, aid FROM placed WHERE aid > 0""",
    )


def _gather_touched(store: Store, standing: Standing) -> None:
    """`reached` (aid) and `reached_node`: clusters and nodes of records that came, left or stand elsewhere, now and before."""
    store.create(
        "translated", _translated(f"SELECT DISTINCT aid FROM {standing.table('standing_people')} WHERE aid IS NOT NULL")
    )
    store.create(
        "reached",
        """WITH stood AS (SELECT e.rid, e.old, t.now FROM recalled e JOIN translated t USING (aid))
        SELECT DISTINCT aid FROM (
          SELECT p.aid FROM placed p SEMI JOIN came USING (rid)
          UNION ALL SELECT unnest([p.aid, s.now]) FROM placed p JOIN stood s USING (rid) WHERE p.aid IS DISTINCT FROM s.now
          UNION ALL SELECT s.now FROM gone JOIN stood s USING (old)) WHERE aid IS NOT NULL""",
    )
    store.empty("reached_node", {"node": "BIGINT"})
    for roster, path in roster_paths(standing.folder).items():
        listed = [f"try_cast(substr({column}, 1, 17) AS BIGINT)" for column in _NUMBERS]
        if roster == HUKOU:
            listed.append(_HOUSEHOLD)
        store.run(
            f"""INSERT INTO reached_node SELECT unnest([{", ".join(listed)}]) FROM read_parquet({quoted(str(path))})
            WHERE rec_id IN (SELECT rec_id FROM gone WHERE roster = {quoted(roster)})"""
        )
    owners = standing.table("standing_owners")
    store.run(
        f"""INSERT INTO reached_node SELECT idn FROM (
          (SELECT idn, name, owned FROM owner EXCEPT SELECT * FROM {owners}) UNION ALL (SELECT * FROM {owners} EXCEPT SELECT idn, name, owned FROM owner))"""
    )


def _note_turned_of_age(store: Store, standing: Standing, earlier: dt.date, as_of: dt.date) -> None:
    """Who was a child on the day of the earlier linking and is none now, or is one only since: their families are others."""
    if earlier == as_of:
        return
    then, now = (_IS_OF_AGE.format(day=day.year * 10000 + day.month * 100 + day.day) for day in (earlier, as_of))
    store.run(
        f"""INSERT INTO reached SELECT t.now FROM {standing.table("standing_people")} q JOIN translated t USING (aid)
        JOIN (SELECT ('0x' || substr(person_id, 2))::UBIGINT AS pid, {then} AS a, {now} AS b FROM {standing.table("people")}
          WHERE birth_date IS NOT NULL) USING (pid)
        WHERE t.now IS NOT NULL AND ((a < 18) <> (b < 18) OR (a < 0) <> (b < 0))"""
    )


def _spread(store: Store) -> None:
    """From `reached` and `reached_node` over all ties, until nobody is added; a number is somebody, also without a record."""
    store.run(
        "INSERT INTO reached_node SELECT aid FROM reached WHERE aid > 0", "DELETE FROM reached_node WHERE node IS NULL"
    )
    store.create("fresh_aid", "SELECT DISTINCT aid FROM reached")
    store.create("fresh_node", "SELECT DISTINCT node FROM reached_node")
    store.create("reached", "SELECT * FROM fresh_aid")
    store.create("reached_node", "SELECT * FROM fresh_node")
    while True:
        store.create(
            "next_node",
            "SELECT DISTINCT node FROM tie SEMI JOIN fresh_aid USING (aid) ANTI JOIN reached_node USING (node)",
        )
        store.run("INSERT INTO reached_node SELECT * FROM next_node", "INSERT INTO fresh_node SELECT * FROM next_node")
        store.create(
            "fresh_aid", "SELECT DISTINCT aid FROM tie SEMI JOIN fresh_node USING (node) ANTI JOIN reached USING (aid)"
        )
        store.run("INSERT INTO reached SELECT * FROM fresh_aid", "DELETE FROM fresh_node")
        if not store.number("SELECT count(*) FROM fresh_aid"):
            break
    store.run(
        "INSERT INTO reached SELECT node FROM reached_node ANTI JOIN reached ON reached.aid = node WHERE node > 0"
    )
    store.drop("fresh_aid", "fresh_node", "next_node")


def _translated(aids: str) -> str:
    """SQL (aid, now): clusters of the earlier linking as they are called now; one called by a record that left is called nothing."""
    own = f"a.aid < 0 AND a.aid > -{NAME_ONLY_BASE}"
    return f"""SELECT a.aid, CASE WHEN a.aid > 0 THEN a.aid WHEN {own} THEN -s.rid
        ELSE -({NAME_ONLY_BASE} + s.rid::BIGINT * 4 + (-a.aid - {NAME_ONLY_BASE}) % 4) END AS now
      FROM ({aids}) a LEFT JOIN stood_as s ON s.old = CASE WHEN {own} THEN -a.aid WHEN a.aid < 0 THEN (-a.aid - {NAME_ONLY_BASE}) // 4 END"""


def _settle(store: Store, standing: Standing) -> None:
    """`settled`: whoever stood and is not reached. A relative known by name only goes with the child whose record names them."""
    store.run(
        f"""INSERT INTO settled SELECT q.pid, q.number, q.name, q.child, t.now, q.own, q.named, q.adverse_only
        FROM {standing.table("standing_people")} q JOIN translated t USING (aid)
        LEFT JOIN placed p ON t.now < -{NAME_ONLY_BASE} AND p.rid = (-t.now - {NAME_ONLY_BASE}) // 4
        WHERE t.now IS NOT NULL AND coalesce(p.aid, t.now) NOT IN (SELECT aid FROM reached)"""
    )
