"""The deterministic linker: valid ID and compatible name first, then name, birth date and guardian or village."""

from __future__ import annotations

from ciyou.batch.engines.duckdb_store import Store
from ciyou.batch.engines.workers import Workers, open_workers
from ciyou.batch.linkage.anchors import HUKOU, place_by_id
from ciyou.batch.linkage.candidates import compare_candidates
from ciyou.batch.linkage.linker import Linker
from ciyou.batch.linkage.weighing import doubt_numbers, weigh

BIRTHS = "health_births"
# A name that agrees better outranks an equal rule with a worse name; less than this apart, two candidates count as equal.
MARGIN = 10
# As near as one whose parent's number is known: the parent of twins stands by number beside one of them only, by name beside both.
RIVAL = 70
MOST_ROUNDS = 30


class DeterministicLinker(Linker):
    """Never merges two clusters that hold different valid ID numbers; one birth and one household record a person.

    `engine` finds and compares candidates, whose number grows with the records; who is chosen among them is decided in the run's database.
    """

    def __init__(self, engine: str = "duckdb") -> None:
        self._engine = engine

    def link(self, store: Store) -> None:
        """Fill `placed` and `review_pair` (see Linker)."""
        with open_workers(self._engine, store) as workers:
            place_by_id(store, workers)
            doubt_numbers(store)
            _make_loose(workers)
            workers.create("target", _ANCHOR_TARGET)
            compare_candidates(store, workers, with_mentioned=True)
            _choose(store)
            _place_chosen(store)
            _make_loose(workers)
            workers.create("target", "SELECT -rid AS aid, * FROM loose_with_id")
            compare_candidates(store, workers, with_mentioned=False)
            _join_loose(store)
            weigh(store, workers)
        store.drop("loose", "loose_with_id", "target", "candidate", "edge", "label", "chosen", "doubted")


_COLUMNS = "r.rid, r.roster, r.name, r.reading, r.placeholder, r.sex, r.birth_date, left(r.division, 6) AS county, r.town, r.village"
_ANCHOR_TARGET = f"SELECT p.aid, {_COLUMNS}, r.id_bd FROM placed p JOIN rec r USING (rid)"


def _make_loose(workers: Workers) -> None:
    workers.lend("placed")
    workers.create(
        "loose_with_id",
        f"""SELECT {_COLUMNS}, CAST(NULL AS DATE) AS id_bd FROM rec r
        WHERE NOT EXISTS (SELECT 1 FROM placed p WHERE p.rid = r.rid)""",
    )
    workers.create("loose", "SELECT * FROM loose_with_id WHERE birth_date IS NOT NULL")
    workers.fetch("loose")


def _choose(store: Store) -> None:
    """The one best candidate of each record, if there is one; births and household records one to a person."""
    store.create(
        "ranked",
        f"""SELECT *, row_number() OVER same AS place, lead(points) OVER same AS runner_up FROM (
          SELECT c.*, l.roster, greatest(weight, CASE WHEN rival THEN {RIVAL} ELSE 0 END) - 3 * least(level, 2) AS points
          FROM candidate c JOIN loose l USING (rid) WHERE rule <> '' OR rival)
        WINDOW same AS (PARTITION BY rid ORDER BY points DESC, aid)""",
    )
    store.create(
        "best",
        f"SELECT * FROM ranked WHERE place = 1 AND rule <> '' AND coalesce(points - runner_up >= {MARGIN}, true)",
    )
    store.create(
        "chosen",
        f"""SELECT rid, aid, rule, weight FROM (
          SELECT b.*, count(*) OVER (PARTITION BY aid, roster, rule) AS rivals, max(points) OVER same AS top,
            count(*) FILTER (points >= 0) OVER (PARTITION BY aid, roster, points) AS equals,
            roster = '{HUKOU}' AND aid IN (SELECT p.aid FROM placed p JOIN rec r USING (rid) WHERE r.roster = '{HUKOU}') AS taken
          FROM best b WINDOW same AS (PARTITION BY aid, roster))
        WHERE CASE WHEN roster IN ('{HUKOU}', '{BIRTHS}') THEN NOT taken AND points = top AND equals = 1
                   WHEN rule IN ('name_birth_village', 'name_birth_county') THEN rivals = 1 ELSE true END""",
    )
    store.run(
        """INSERT INTO review_pair SELECT k.rid, p.rid_b, CASE WHEN b.rid IS NULL THEN 60 ELSE 50 END,
          CASE WHEN b.rid IS NULL THEN 'several_candidates' ELSE 'one_to_one_taken' END
        FROM ranked k LEFT JOIN best b ON b.rid = k.rid AND b.aid = k.aid
        LEFT JOIN (SELECT aid, min(rid) AS rid_b FROM placed GROUP BY aid) p ON p.aid = k.aid
        WHERE k.rid NOT IN (SELECT rid FROM chosen) AND k.place <= 3""",
        f"""INSERT INTO review_pair SELECT c.rid, p.rid_b, 30, 'name_differs' FROM candidate c
        JOIN loose l USING (rid) JOIN (SELECT aid, min(rid) AS rid_b FROM placed GROUP BY aid) p ON p.aid = c.aid
        WHERE c.rule = '' AND c.level IN (4, 5) AND l.roster <> '{HUKOU}' AND c.rid NOT IN (SELECT rid FROM chosen)""",
    )
    store.drop("ranked", "best")


def _place_chosen(store: Store) -> None:
    store.run("INSERT INTO placed SELECT rid, aid, rule, weight FROM chosen")


def _join_loose(store: Store) -> None:
    """Clusters of records that have no number at all: connected by pairs, undone where they would hold two births."""
    store.create(
        "edge",
        f"""SELECT c.rid AS a, -c.aid AS b, c.rule, c.weight FROM candidate c JOIN loose l ON l.rid = c.rid
        JOIN loose t ON t.rid = -c.aid
        WHERE c.rule IN ('name_birth_guardian_id', 'name_birth_guardian_name', 'name_birth_village')
           AND NOT (l.roster = t.roster AND l.roster IN ('{HUKOU}', '{BIRTHS}'))""",
    )
    store.create("label", "SELECT rid, rid AS label FROM (SELECT a AS rid FROM edge UNION SELECT b FROM edge)")
    for _ in range(MOST_ROUNDS):
        store.create(
            "next_label",
            """SELECT l.rid, least(l.label, coalesce(min(n.label), l.label)) AS label FROM label l
            LEFT JOIN (SELECT a, b FROM edge UNION SELECT b, a FROM edge) e ON e.a = l.rid LEFT JOIN label n ON n.rid = e.b
            GROUP BY l.rid, l.label""",
        )
        changed = store.number("SELECT count(*) FROM label l JOIN next_label n USING (rid) WHERE l.label <> n.label")
        store.create("label", "SELECT * FROM next_label")
        if not changed:
            break
    store.drop("next_label")
    store.create(
        "broken",
        f"""SELECT label FROM label JOIN rec USING (rid) GROUP BY label
        HAVING greatest(count(*) FILTER (roster = '{HUKOU}'), count(*) FILTER (roster = '{BIRTHS}')) > 1""",
    )
    store.run(
        "INSERT INTO review_pair SELECT rid, label, 50, 'one_to_one_taken' FROM label WHERE label IN (SELECT label FROM broken) AND rid <> label",
        """INSERT INTO placed SELECT l.rid, -l.label, first(e.rule ORDER BY e.weight DESC, e.rule), max(e.weight)
        FROM label l JOIN (SELECT a, rule, weight FROM edge UNION ALL SELECT b, rule, weight FROM edge) e ON e.a = l.rid
        WHERE l.label NOT IN (SELECT label FROM broken) GROUP BY l.rid, l.label""",
    )
    store.run("INSERT INTO placed SELECT rid, -rid, 'alone', 0 FROM rec WHERE rid NOT IN (SELECT rid FROM placed)")
    store.drop("broken")
