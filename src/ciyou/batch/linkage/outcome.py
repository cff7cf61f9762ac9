"""What linkage leaves behind: the tables of the contract, and the doubtful pairs that adverse records make."""

from __future__ import annotations

from ciyou.batch.engines.duckdb_store import Store
from ciyou.batch.linkage.people import person_id
from ciyou.batch.linkage.records import birth_of

MOST_NEAR = 3


def note_near_adverse(store: Store) -> None:
    """Beside each adverse record that is alone: the parents it may be about, by name and birth date, or name and village."""
    store.create(
        "lonely",
        """SELECT r.rid, r.name, r.reading, r.birth_date, r.id_bd, left(r.division, 6) AS county, r.village, r.sex, p.aid
        FROM person q JOIN placed p USING (aid) JOIN rec r USING (rid) WHERE q.kind = 'unknown' AND q.adverse_only AND r.reading <> ''""",
    )
    store.create(
        "grown",
        f"""SELECT DISTINCT aid, reading, born, rid FROM (
          SELECT p.aid, r.reading, {_born("p.aid", "r.birth_date")} AS born, r.rid FROM placed p JOIN rec r USING (rid)
            JOIN person q ON q.aid = p.aid AND q.kind = 'adult' WHERE r.reading IN (SELECT reading FROM lonely)
          UNION ALL SELECT g.gid, g.reading, {birth_of("g.gid")}, g.rid FROM guardian g
            WHERE g.gid IS NOT NULL AND g.reading IN (SELECT reading FROM lonely))""",
    )
    store.run(
        f"""INSERT INTO review_pair SELECT rid_a, rid_b, 10, 'near_adverse' FROM (
          SELECT l.rid AS rid_a, min(g.rid) AS rid_b, row_number() OVER (PARTITION BY l.rid ORDER BY
            bool_or(coalesce(g.born = l.birth_date OR g.born = l.id_bd, false)) DESC, min(g.rid)) AS place
          FROM lonely l JOIN grown g ON g.reading = l.reading AND g.aid <> l.aid
            AND (l.birth_date IS NULL OR g.born IS NULL OR abs(date_diff('day', g.born, coalesce(l.birth_date, l.id_bd))) <= 800)
          GROUP BY l.rid, g.aid) WHERE place <= {MOST_NEAR}"""
    )
    store.drop("lonely", "grown")


def _born(aid: str, stated: str) -> str:
    return f"CASE WHEN {aid} > 0 THEN {birth_of(aid)} ELSE {stated} END"


def prepare_outcome(store: Store, settled_relations: str = "") -> None:
    """Make `held` (rid, pid, rule, weight) and `related` (pid, relation, other_pid, …), which the queries below read.

    `settled_relations`: SQL of relations that were taken over as they stand.
    """
    store.create("held", "SELECT p.rid, q.pid, p.rule, p.weight FROM placed p JOIN person q USING (aid)")
    store.create(
        "related",
        """SELECT a.pid, l.relation, b.pid AS other_pid, l.source, l.confidence FROM relation l JOIN person a ON a.aid = l.child
        JOIN person b ON b.aid = l.other""",
    )
    if settled_relations:
        store.run(f"INSERT INTO related BY NAME {settled_relations}")


LINKAGE_QUERIES: dict[str, str] = {
    "people": f"""SELECT {person_id("pid")} AS person_id, kind, name, sex, birth_date, division FROM person ORDER BY pid""",
    "links": f"""SELECT r.rec_id, r.roster, {person_id("p.pid")} AS person_id, p.rule, CAST(p.weight AS INTEGER) AS weight, CASE p.rule WHEN 'weighed' THEN coalesce(b.words, p.rule) ELSE p.rule END AS reason
        FROM held p JOIN rec r USING (rid) LEFT JOIN (SELECT rid, max(words) AS words FROM told_bits WHERE rid_b IS NULL GROUP BY rid) b USING (rid)
        ORDER BY p.pid, r.rec_id""",
    "relations": f"""SELECT {person_id("pid")} AS person_id, relation, {person_id("other_pid")} AS other_id, source, confidence
        FROM related ORDER BY pid, relation, other_pid, source""",
    "review": """SELECT a.rec_id AS rec_id_a, b.rec_id AS rec_id_b,
        CAST(row_number() OVER (ORDER BY v.rank, a.rec_id, b.rec_id, v.reason) AS INTEGER) AS rank, v.reason, t.words AS bits
        FROM (SELECT DISTINCT * FROM review_pair) v
        LEFT JOIN (SELECT rid, rid_b, max(words) AS words FROM told_bits WHERE rid_b IS NOT NULL GROUP BY ALL) t ON t.rid = v.rid_a AND t.rid_b = v.rid_b
        JOIN rec a ON a.rid = v.rid_a LEFT JOIN rec b ON b.rid = v.rid_b ORDER BY rank""",
}
"""SQL of each linkage table in its final order. `rank` 1 is to be looked at first: adverse records before all else."""
