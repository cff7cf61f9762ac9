"""Which records without a number of their own are placed anew when a linking goes on from an earlier one; all others stay where they stand.

A record is placed anew when something touched it, its cluster, or a cluster that it was or may now be compared with; and so is
whoever was near to any of these. Records with a number of their own are always placed, which costs one look at each number.
"""

from __future__ import annotations

from ciyou.batch.engines.duckdb_store import Store
from ciyou.batch.linkage.standing import Standing
from ciyou.batch.linkage.weighed_keys import MOST_SHARING, share_keys
from ciyou.batch.linkage.weighed_pairs import rarity

MOST_ROUNDS = 40


def note_numbers(store: Store) -> None:
    """`by_number` (rid, aid, doubted): who is known by a number; to be called when `placed` holds nobody else."""
    store.create(
        "by_number",
        """SELECT rid, aid, rid IN (SELECT rid FROM doubted WHERE NOT denied) AS doubted FROM placed
        UNION ALL SELECT rid, NULL, true FROM doubted WHERE denied""",
    )


def keep_untouched(store: Store, standing: Standing | None) -> None:
    """`kept` (rid, plain_aid, plain_rule, plain_weight, aid, rule, weight, words): seekers who stay where the earlier linking put them."""
    if standing is None:
        store.empty("kept", _KEPT)
        return
    _recall(store, standing)
    _note_renumbered(store)
    _note_edges(store)
    _spread(store)
    store.create(
        "kept",
        f"SELECT {', '.join(_KEPT)} FROM recalled WHERE rid IN (SELECT rid FROM wanderer) AND rid NOT IN (SELECT rid FROM fresh)",
    )
    _relabel(store)
    _restore_near(store)


_KEPT = {
    "rid": "INTEGER",
    "plain_aid": "BIGINT",
    "plain_rule": "VARCHAR",
    "plain_weight": "INTEGER",
    "aid": "BIGINT",
    "rule": "VARCHAR",
    "weight": "INTEGER",
    "words": "VARCHAR",
}


def _recall(store: Store, standing: Standing) -> None:
    """`recalled`: where every earlier record stood, with its present number (none where it is gone); `recalled_near`: what was near to it."""
    store.create(
        "recalled",
        f"SELECT r.rid, e.* FROM {standing.table('standing_places')} e LEFT JOIN rec r USING (roster, rec_id)",
    )
    store.create(
        "recalled_near",
        f"""SELECT s.rid, s.roster, s.rec_id, n.number, o.rid AS other, n.other_roster, n.other_rec_id
        FROM {standing.table("standing_near")} n JOIN recalled s USING (roster, rec_id)
        LEFT JOIN recalled o ON o.roster = n.other_roster AND o.rec_id = n.other_rec_id""",
    )


def _note_renumbered(store: Store) -> None:
    """A number that now belongs to somebody else touches whoever bore it or bears it; `wanderer` (rid): all who are known by no number."""
    store.create(
        "wanderer",
        "SELECT rid FROM rec WHERE rid NOT IN (SELECT rid FROM by_number WHERE NOT doubted AND aid IS NOT NULL)",
    )
    store.run(
        """INSERT INTO touched SELECT e.rid FROM recalled e LEFT JOIN by_number n USING (rid)
        WHERE e.rid IS NOT NULL AND (e.number IS DISTINCT FROM n.aid OR e.doubted IS DISTINCT FROM n.doubted)"""
    )


def _note_edges(store: Store) -> None:
    """`edge_of` (rid, label): the clusters that a wanderer stood in or was near to, by their earlier names; and what is touched to begin with."""
    store.create(
        "edge_of",
        """SELECT DISTINCT rid, label FROM (
          SELECT rid, plain_aid AS label FROM recalled UNION ALL SELECT rid, aid FROM recalled
          UNION ALL SELECT rid, number FROM recalled_near
          UNION ALL SELECT n.rid, o.aid FROM recalled_near n JOIN recalled o ON o.roster = n.other_roster AND o.rec_id = n.other_rec_id)
        WHERE label IS NOT NULL AND rid IN (SELECT rid FROM wanderer)""",
    )
    _note_shared_keys(store)
    store.create(
        "met",
        f"""SELECT DISTINCT t.aid AS touched_aid, s.aid FROM touched_key t
        JOIN (SELECT kind, k FROM seeking_key GROUP BY kind, k HAVING count(DISTINCT aid) <= {2 * MOST_SHARING}) USING (kind, k)
        JOIN seeking_key s USING (kind, k) WHERE s.aid <> t.aid AND (s.aid < 0 OR t.aid < 0)""",
    )
    store.create(
        "fresh",
        """SELECT rid FROM wanderer WHERE rid IN (SELECT rid FROM touched) OR rid NOT IN (SELECT rid FROM recalled WHERE rid IS NOT NULL)
          OR rid IN (SELECT -aid FROM met WHERE aid < 0)""",
    )
    store.create(
        "fresh_label",
        """SELECT aid AS label FROM recalled WHERE rid IN (SELECT rid FROM touched) OR (roster, rec_id) IN (SELECT roster, rec_id FROM gone)
        UNION SELECT aid FROM by_number WHERE aid IS NOT NULL AND rid IN (SELECT rid FROM touched)
        UNION SELECT aid FROM met WHERE aid > 0 AND touched_aid < 0""",
    )
    store.drop("touched_key", "seeking_key", "met")


def _note_shared_keys(store: Store) -> None:
    """`touched_key` and `seeking_key` (kind, k, aid): as if everybody without a number stood alone."""
    store.create("placed_by_number", "SELECT * FROM placed")
    store.run(
        "UPDATE placed SET aid = -rid WHERE rid IN (SELECT rid FROM wanderer)",
        "INSERT INTO placed SELECT rid, -rid, 'alone', 0 FROM wanderer WHERE rid NOT IN (SELECT rid FROM placed)",
    )
    share_keys(store)
    store.create("placed", "SELECT * FROM placed_by_number")
    store.drop("placed_by_number")


def _spread(store: Store) -> None:
    """Whoever stood in a touched cluster or near to one is placed anew, and so are those near to that one."""
    for _ in range(MOST_ROUNDS):
        before = store.number("SELECT count(*) FROM fresh")
        store.create(
            "fresh",
            "SELECT rid FROM fresh UNION SELECT rid FROM edge_of WHERE label IN (SELECT label FROM fresh_label)",
        )
        if store.number("SELECT count(*) FROM fresh") == before:
            return
        store.create(
            "fresh_label",
            "SELECT label FROM fresh_label UNION SELECT label FROM edge_of WHERE rid IN (SELECT rid FROM fresh)",
        )


def _relabel(store: Store) -> None:
    """Clusters without a number are called by one of their records as it is numbered now."""
    for column in ("plain_aid", "aid"):
        store.run(
            f"""UPDATE kept SET {column} = -m.rid FROM (SELECT {column} AS label, min(rid) AS rid FROM kept WHERE {column} < 0 GROUP BY 1) m
            WHERE m.label = kept.{column}"""
        )


def _restore_near(store: Store) -> None:
    """`near_pair` also for those who are kept."""
    store.run(
        """INSERT INTO near_pair SELECT n.rid, coalesce(n.number, -n.other) FROM recalled_near n
        WHERE n.rid IN (SELECT rid FROM kept) AND coalesce(n.number, -n.other) IS NOT NULL"""
    )


def place_kept(store: Store) -> None:
    """Put the kept where plain rules had placed them."""
    store.run(
        "INSERT INTO placed SELECT rid, plain_aid, plain_rule, plain_weight FROM kept WHERE rid NOT IN (SELECT rid FROM placed)"
    )


def settle_kept(store: Store, standing: Standing | None) -> None:
    """Put the kept where weighing had placed them, but for those whose names have become rarer or commoner; `seeking` (aid): the others."""
    if standing is not None:
        store.run(
            f"""INSERT INTO fresh SELECT k.rid FROM kept k JOIN rec r USING (rid) JOIN bearer_count b ON b.reading = r.reading
            LEFT JOIN {standing.table("standing_names")} o ON o.reading = r.reading
            WHERE {rarity("b.people", "b.everybody")} IS DISTINCT FROM {rarity("o.people", "o.everybody")}""",
            "INSERT INTO fresh_label SELECT label FROM edge_of WHERE rid IN (SELECT rid FROM fresh)",
        )
        _spread(store)
        store.run(
            "DELETE FROM kept WHERE rid IN (SELECT rid FROM fresh)",
            "UPDATE placed SET aid = k.aid, rule = k.rule, weight = k.weight FROM kept k WHERE k.rid = placed.rid",
            "INSERT INTO told_bits SELECT rid, NULL, words FROM kept WHERE words IS NOT NULL",
        )
    store.create("seeking", "SELECT DISTINCT aid FROM placed WHERE aid < 0 AND rid NOT IN (SELECT rid FROM kept)")


def recall_questions(store: Store, standing: Standing | None) -> None:
    """What was asked about those who are kept is asked again; `linked` and `linker_asked`: what the linker left, before people's decisions."""
    if standing is not None:
        store.create(
            "asked_again",
            f"""SELECT a.rid AS rid_a, b.rid AS rid_b, q.rank, q.reason, q.words FROM {standing.table("standing_asked")} q
            JOIN rec a USING (roster, rec_id) LEFT JOIN rec b ON b.roster = q.other_roster AND b.rec_id = q.other_rec_id
            WHERE a.rid IN (SELECT rid FROM kept) AND (b.rid IS NOT NULL OR q.other_rec_id IS NULL)""",
        )
        store.run(
            "INSERT INTO review_pair SELECT rid_a, rid_b, rank, reason FROM asked_again",
            "INSERT INTO told_bits SELECT rid_a, rid_b, words FROM asked_again WHERE words IS NOT NULL",
        )
        store.drop("asked_again", "edge_of", "fresh", "fresh_label", "wanderer", "recalled_near")
    store.create("linked", "SELECT * FROM placed")
    store.create("linker_asked", "SELECT DISTINCT * FROM review_pair")
