"""What a person compares: the doubtful pairs with what both records say, and a random sample of what linking joined by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.linkage.decided_pairs import BY_NUMBER
from ciyou.batch.linkage.people import person_id
from ciyou.batch.linkage.record_keys import NUMBER, RECORD_KEY, roster_files

DOUBT, LINK = "doubt", "link"
BY_NUMBER_STRATUM, OTHER_STRATUM = "number", "other"
SAMPLED_LINKS = 5
"""Links of each roster and stratum in the sample of one run."""
SAMPLED_DOUBTS = 40
"""Doubtful pairs in the sample, at most; never more than one in four."""
NOT_OF_ONE_PERSON = ("parents_conflict",)
"""Reasons of pairs that ask something else than whether two records are one person's."""
MONEY_ROSTERS = ("civil_affairs_assistance",)

_TOLD = (
    *("name", "placeholder_of", "sex", "id_text", "birth_date", "division", "town", "village", "phone"),
    *("g1_name", "g1_id", "g2_name", "g2_id", "source_file", "source_row"),
)
"""What both sides of a pair say. Nothing of what a roster exists to say of somebody (a death, a term)."""


def make_pairs(store: Store, *, adverse: Sequence[str], as_of: dt.date, with_leads: bool) -> None:
    """Make `asked_pair` and `told_record`, which PAIRS_QUERY reads. `with_leads`: `child_lead` and `kin` say whose money is at stake."""
    _gather_doubts(store)
    _sample_links(store, as_of)
    store.create(
        "asked_pair",
        f"""SELECT '{DOUBT}' AS kind, '' AS stratum, rid_a, rid_b, slot_b, rank, reason FROM doubt
        UNION ALL SELECT '{LINK}', stratum, rid_a, rid_b, 0, NULL, '' FROM sampled_link""",
    )
    _tell_records(store)
    _note_money(store, adverse, with_leads=with_leads)
    _draw_turns(store, as_of)
    store.drop("doubt", "sampled_link")


def links_by_roster(store: Store) -> dict[str, dict[str, int]]:
    """For each roster: its records, and its automatic links (records of a person who has another) by stratum."""
    rows = store.rows(
        f"""SELECT r.roster, count(*), count(*) FILTER (linked AND {_STRATUM} = '{BY_NUMBER_STRATUM}'),
          count(*) FILTER (linked AND {_STRATUM} = '{OTHER_STRATUM}')
        FROM (SELECT p.*, p.rule <> 'decided' AND p.aid IN (SELECT aid FROM placed GROUP BY aid HAVING count(*) > 1) AS linked FROM placed p) p
        JOIN rec r USING (rid) GROUP BY r.roster ORDER BY r.roster"""
    )
    names = ("records", BY_NUMBER_STRATUM, OTHER_STRATUM)
    return {str(row[0]): {name: int(str(count)) for name, count in zip(names, row[1:], strict=True)} for row in rows}


_STRATUM = (
    f"CASE WHEN p.rule IN ({', '.join(map(quoted, BY_NUMBER))}) THEN '{BY_NUMBER_STRATUM}' ELSE '{OTHER_STRATUM}' END"
)


def _gather_doubts(store: Store) -> None:
    """`doubt`: a pair once, by its first rank; `slot_b` says whether it is about record b's person or about a guardian named there.

    Near an adverse record stands whoever has that name: often a parent whom a child's record names.
    """
    other = ", ".join(map(quoted, NOT_OF_ONE_PERSON))
    store.create(
        "doubt",
        f"""SELECT v.rid_a, v.rid_b, v.rank, v.reason, coalesce(CASE WHEN b.reading <> '' AND b.reading = a.reading THEN 0 END, g.slot, 0) AS slot_b
        FROM (SELECT rid_a, rid_b, min(rank) AS rank, first(reason ORDER BY rank, reason) AS reason FROM review_pair
              WHERE rid_b IS NOT NULL AND rid_a <> rid_b AND reason NOT IN ({other}) GROUP BY rid_a, rid_b) v
        JOIN rec a ON a.rid = v.rid_a JOIN rec b ON b.rid = v.rid_b
        LEFT JOIN (SELECT rid, reading, min(slot) AS slot FROM guardian WHERE gid IS NOT NULL AND reading <> '' GROUP BY rid, reading) g
          ON g.rid = v.rid_b AND g.reading = a.reading""",
    )


def _sample_links(store: Store, as_of: dt.date) -> None:
    """`sampled_link`: for each roster and stratum some records at random, each beside another record of its person, of another roster if there is one."""
    salt = quoted(f"{as_of.isoformat()}/")
    # The few smallest of each group, kept while counting: a window over everybody would have to sort everybody.
    store.create(
        "drawn",
        f"""SELECT unnest(rids) AS rid, roster, stratum FROM (
          SELECT r.roster, {_STRATUM} AS stratum, min_by(p.rid, md5_number_lower({salt} || r.rec_id), {SAMPLED_LINKS}) AS rids
          FROM placed p JOIN rec r USING (rid)
          WHERE p.rule <> 'decided' AND p.aid IN (SELECT aid FROM placed GROUP BY aid HAVING count(*) > 1)
          GROUP BY r.roster, {_STRATUM})""",
    )
    store.create(
        "sampled_link",
        f"""SELECT d.stratum, d.rid AS rid_a, first(o.rid ORDER BY r.roster = d.roster, md5({salt} || r.rec_id), o.rid) AS rid_b
        FROM drawn d JOIN placed own ON own.rid = d.rid JOIN placed o ON o.aid = own.aid AND o.rid <> d.rid JOIN rec r ON r.rid = o.rid GROUP BY d.stratum, d.rid""",
    )
    # Two records drawn beside each other are one pair: it counts for the roster of the first.
    store.run(
        """DELETE FROM sampled_link USING sampled_link other
        WHERE other.rid_a = sampled_link.rid_b AND other.rid_b = sampled_link.rid_a AND other.rid_a < sampled_link.rid_a"""
    )
    store.drop("drawn")


def _tell_records(store: Store) -> None:
    """`told_record` (rid, key, told): what a record of a pair says."""
    store.create("shown", "SELECT rid_a AS rid FROM asked_pair UNION SELECT rid_b FROM asked_pair")
    types = {"birth_date": "DATE", "source_row": "INTEGER"}
    fields = ", ".join(f"{name} {types.get(name, 'VARCHAR')}" for name in ("roster", *_TOLD))
    store.run(f"CREATE OR REPLACE TABLE told_record (rid INTEGER, key VARCHAR, told STRUCT({fields}))")
    packed = ", ".join(f"{name} := {NUMBER if name == 'id_text' else name}" for name in ("roster", *_TOLD))
    for _roster, first, path in roster_files(store):
        store.run(
            f"""INSERT INTO told_record SELECT rid, key, struct_pack({packed}) FROM (
              SELECT *, {RECORD_KEY} AS key, {first} + file_row_number AS rid FROM read_parquet({path}, file_row_number = true)
              WHERE {first} + file_row_number IN (SELECT rid FROM shown))"""
        )
    store.drop("shown")


def _note_money(store: Store, adverse: Sequence[str], *, with_leads: bool) -> None:
    """`moving` (rid): records of lists on which money rests, and of people by whose state a child's lead counts money."""
    listed = ", ".join(map(quoted, (*adverse, *MONEY_ROSTERS)))
    by_lead = """UNION SELECT p.rid FROM told_record JOIN placed p USING (rid) JOIN at_stake s ON s.aid = p.aid
        UNION SELECT g.rid FROM told_record JOIN guardian g USING (rid) JOIN at_stake s ON s.aid = g.gid"""
    if with_leads:
        store.create(
            "at_stake",
            """SELECT c.aid FROM child_lead l JOIN person c USING (pid) WHERE l.gain > 0
            UNION SELECT r.other FROM child_lead l JOIN person c USING (pid) JOIN relation r ON r.child = c.aid
            WHERE l.gain > 0 AND r.relation IN ('father', 'mother')""",
        )
    store.create(
        "moving",
        f"SELECT rid FROM told_record JOIN rec USING (rid) WHERE rec.roster IN ({listed}) {by_lead if with_leads else ''}",
    )
    store.drop("at_stake")


def _draw_turns(store: Store, as_of: dt.date) -> None:
    """`turn` (rid_a, rid_b, place): the sample in its random order, links among doubts, so that nobody sees which is which."""
    mixed = f"md5({quoted(f'turn/{as_of.isoformat()}/')} || a.rec_id || '/' || b.rec_id)"
    store.create(
        "turn",
        f"""WITH mixed AS (SELECT p.*, {mixed} AS chance FROM asked_pair p JOIN rec a ON a.rid = p.rid_a JOIN rec b ON b.rid = p.rid_b),
        placed_first AS (SELECT *, row_number() OVER (PARTITION BY kind ORDER BY chance, rid_a, rid_b) AS place, count(*) OVER (PARTITION BY kind) AS many FROM mixed)
        SELECT rid_a, rid_b, CAST(row_number() OVER (ORDER BY chance, rid_a, rid_b) AS INTEGER) AS place FROM placed_first
        WHERE kind = '{LINK}' OR place <= least({SAMPLED_DOUBTS}, (many + 3) // 4)""",
    )


PAIRS_QUERY = f"""SELECT p.kind, p.stratum, p.reason,
    CAST(CASE p.kind WHEN '{DOUBT}' THEN row_number() OVER (PARTITION BY p.kind ORDER BY p.rank, a.rec_id, b.rec_id, p.slot_b) END AS INTEGER) AS rank,
    t.place AS turn, p.rid_a IN (SELECT rid FROM moving) OR p.rid_b IN (SELECT rid FROM moving) AS moves_money,
    a.rec_id AS rec_id_a, b.rec_id AS rec_id_b, x.key AS key_a, y.key AS key_b, CAST(p.slot_b AS TINYINT) AS slot_b,
    {person_id("q.pid")} AS person_a, {person_id("s.pid")} AS person_b, {person_id("h.pid")} AS holder_b, x.told AS told_a, y.told AS told_b
    FROM asked_pair p JOIN rec a ON a.rid = p.rid_a JOIN rec b ON b.rid = p.rid_b
    JOIN told_record x ON x.rid = p.rid_a JOIN told_record y ON y.rid = p.rid_b
    JOIN placed i ON i.rid = p.rid_a JOIN person q ON q.aid = i.aid
    JOIN placed j ON j.rid = p.rid_b LEFT JOIN guardian g ON g.rid = p.rid_b AND g.slot = p.slot_b
    JOIN person s ON s.aid = CASE WHEN p.slot_b = 0 THEN j.aid ELSE coalesce(g.gid, j.aid) END
    JOIN person h ON h.aid = j.aid
    LEFT JOIN turn t ON t.rid_a = p.rid_a AND t.rid_b = p.rid_b
    ORDER BY p.kind, rank, rec_id_a, rec_id_b, slot_b"""
"""SQL of the table `pairs` in its final order. `rank` orders the doubtful, `turn` the sample (empty: not drawn).

`person_b` is whom side b is about, `holder_b` whose record it is: another where that record only names the person (`slot_b`)."""
