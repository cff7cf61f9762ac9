"""What people decided about doubtful pairs, as an input of linking: joined, parted, or put before them again where evidence contradicts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.linkage.anchors import HUKOU
from ciyou.batch.linkage.deterministic import BIRTHS
from ciyou.batch.linkage.linker import WEIGHTS
from ciyou.batch.linkage.record_keys import RECORD_KEY, roster_files
from ciyou.core.errors import Place, Problem, RunError
from ciyou.core.linkage.decided_clusters import Against, Decided, Held, Said, apply_said
from ciyou.core.linkage.verdicts import Verdict

SCHEMA = pa.schema(
    [
        pa.field("key_a", pa.string(), nullable=False),
        pa.field("key_b", pa.string(), nullable=False),
        pa.field("slot_b", pa.int8(), nullable=False),
        pa.field("verdict", pa.string(), nullable=False),
    ]
)
"""A file of decisions. Grain: a pair; keys as in `pairs`. `slot_b` 0: the person of record b; 1, 2: whom it names as guardian there."""

DECIDED, ALONE = "decided", "alone"
AMBIGUOUS = "decision_ambiguous"
CONTRADICTED_RANK = 5
BY_NUMBER = ("same_id_and_name", "same_id_no_name")
_SOLE = (HUKOU, BIRTHS)


@dataclass(frozen=True)
class DecisionCounts:
    """What became of decisions: given, found again in this delivery, joined or parted by them, contradicted by evidence.

    `ambiguous`: a record of the pair says the same as another person's record in the same roster, so nobody knows which was meant.
    What is neither found nor ambiguous is of records that this delivery does not hold, or holds with other content.
    """

    given: int = 0
    found: int = 0
    joined: int = 0
    parted: int = 0
    contradicted: int = 0
    ambiguous: int = 0


def write_decisions(path: Path, rows: Iterable[tuple[str, str, int, str]]) -> None:
    """Write a file of decisions (key_a, key_b, slot_b, verdict)."""
    names = [field.name for field in SCHEMA]
    listed = [dict(zip(names, row, strict=True)) for row in sorted(rows)]
    pq.write_table(pa.Table.from_pylist(listed, schema=SCHEMA), path)


def check_decisions(path: Path) -> None:
    """Raises RunError when a file holds no decisions."""
    try:
        found = pq.read_schema(path)
        known = {field.name for field in SCHEMA} <= set(found.names)
    except (OSError, pa.ArrowInvalid) as error:
        raise RunError(_unreadable(path)) from error
    if not known:
        raise RunError(_unreadable(path))


def apply_decisions(store: Store, given: Path | None) -> dict[str, int]:
    """Change `placed` by a file of decisions; what became of them is returned (see DecisionCounts).

    `answered` and `contradicted` are left for `settle_questions`, when all questions stand.
    """
    store.empty("answered", {"rid_a": "INTEGER", "rid_b": "INTEGER"})
    store.empty("contradicted", {"rid_a": "INTEGER", "rid_b": "INTEGER", "reason": "VARCHAR"})
    if given is None:
        return {}
    _find_records(store, given)
    counts = DecisionCounts(
        given=store.number("SELECT count(*) FROM judged"),
        found=store.number("SELECT count(DISTINCT judge) FROM found_pair"),
        ambiguous=store.number("SELECT count(DISTINCT judge) FROM unsure"),
    )
    said = [
        Said(int(str(a)), int(str(b)), verdict == Verdict.SAME, int(str(guardian or 0)))
        for a, b, verdict, guardian in store.rows("SELECT rid_a, rid_b, verdict, gid FROM found_pair ORDER BY ALL")
    ]
    decided = apply_said(_held(store), said)
    _move(store, decided)
    _note_answers(store, said, decided)
    store.drop("judged", "keyed", "found_pair", "unsure")
    parted, joined, against = len(decided.parted), len(decided.joined), len(decided.against)
    return asdict(counts) | {"parted": parted, "joined": joined, "contradicted": against}


def _find_records(store: Store, given: Path) -> None:
    """`found_pair` (judge, rid_a, rid_b, gid, verdict): decisions whose records are here; `unsure`: those that more than one may be meant by."""
    store.create(
        "judged",
        f"""SELECT row_number() OVER (ORDER BY key_a, key_b, slot_b)::INTEGER AS judge, key_a, key_b, slot_b, verdict
        FROM read_parquet({quoted(str(given))}) WHERE verdict IN ('{Verdict.SAME}', '{Verdict.DIFFERENT}')""",
    )
    store.empty("keyed", {"key": "VARCHAR", "rid": "INTEGER"})
    wanted = store.number("SELECT count(*) FROM judged")
    for _roster, first, path in roster_files(store) if wanted else ():
        store.run(
            f"""INSERT INTO keyed SELECT key, rid FROM (
              SELECT {RECORD_KEY} AS key, {first} + file_row_number AS rid FROM read_parquet({path}, file_row_number = true))
            WHERE key IN (SELECT key_a FROM judged UNION ALL SELECT key_b FROM judged)"""
        )
    # Rows that say the same and stand in one cluster are one person's: the first of them speaks for all.
    store.create(
        "known_again",
        """SELECT key, min(rid) AS rid, count(DISTINCT aid) AS clusters FROM keyed JOIN placed USING (rid) GROUP BY key""",
    )
    store.create(
        "matched",
        """SELECT j.judge, a.rid AS rid_a, b.rid AS rid_b, g.gid, j.verdict, greatest(a.clusters, b.clusters) AS clusters
        FROM judged j JOIN known_again a ON a.key = j.key_a JOIN known_again b ON b.key = j.key_b
        LEFT JOIN guardian g ON g.rid = b.rid AND g.slot = j.slot_b
        WHERE j.slot_b = 0 OR g.gid IS NOT NULL""",
    )
    store.create("unsure", "SELECT judge, rid_a, rid_b FROM matched WHERE clusters > 1")
    store.create("found_pair", "SELECT * EXCLUDE (clusters) FROM matched WHERE clusters = 1 AND rid_a <> rid_b")
    store.drop("known_again", "matched")


def _held(store: Store) -> list[Held]:
    sole = ", ".join(map(quoted, _SOLE))
    numbers = ", ".join(map(quoted, BY_NUMBER))
    rows = store.rows(
        f"""SELECT p.rid, p.aid, p.weight, p.rule IN ({numbers}), CASE WHEN r.roster IN ({sole}) THEN r.roster ELSE '' END
        FROM placed p JOIN rec r USING (rid) WHERE p.aid IN (
          SELECT aid FROM placed WHERE rid IN (SELECT rid_a FROM found_pair UNION ALL SELECT rid_b FROM found_pair)
          UNION ALL SELECT gid FROM found_pair WHERE gid IS NOT NULL) ORDER BY p.rid"""
    )
    return [
        Held(int(str(rid)), int(str(aid)), int(str(weight)), bool(own), str(one)) for rid, aid, weight, own, one in rows
    ]


def _move(store: Store, decided: Decided) -> None:
    store.empty("moved", {"rid": "INTEGER", "aid": "BIGINT"})
    store.append("moved", sorted(decided.moves.items()))
    store.empty("ruled_by_person", {"rid": "INTEGER", "rule": "VARCHAR", "weight": "INTEGER"})
    ruled = [(rid, ALONE, WEIGHTS[ALONE]) for rid in sorted(decided.parted - decided.joined)]
    ruled += [(rid, DECIDED, WEIGHTS[DECIDED]) for rid in sorted(decided.joined)]
    store.append("ruled_by_person", ruled)
    store.run(
        "UPDATE placed SET aid = m.aid FROM moved m WHERE m.rid = placed.rid",
        "UPDATE placed SET rule = r.rule, weight = r.weight FROM ruled_by_person r WHERE r.rid = placed.rid",
    )
    store.drop("moved", "ruled_by_person")


def _note_answers(store: Store, said: Iterable[Said], decided: Decided) -> None:
    """`answered`: pairs that were decided; `contradicted`: decisions that were not followed, and why."""
    store.append("answered", [pair for one in said for pair in ((one.a, one.b), (one.b, one.a))])
    store.append("contradicted", sorted({row for one in decided.against for row in _told(one)}))
    store.run(f"INSERT INTO contradicted SELECT DISTINCT rid_a, rid_b, '{AMBIGUOUS}' FROM unsure WHERE rid_a <> rid_b")


def settle_questions(store: Store) -> None:
    """Take out of `review_pair` what was decided, and what that answers for good; put in what could not be followed, before all else."""
    store.run(
        "DELETE FROM review_pair WHERE (rid_a, rid_b) IN (SELECT rid_a, rid_b FROM answered UNION ALL SELECT rid_a, rid_b FROM contradicted)",
        f"""DELETE FROM review_pair USING placed a, placed b WHERE a.rid = review_pair.rid_a AND b.rid = review_pair.rid_b
          AND a.aid = b.aid AND (a.rule = '{DECIDED}' OR b.rule = '{DECIDED}')""",
        f"""DELETE FROM review_pair USING placed a WHERE a.rid = review_pair.rid_a AND a.rule = '{DECIDED}'
          AND reason = 'several_candidates'""",
        f"INSERT INTO review_pair SELECT rid_a, rid_b, {CONTRADICTED_RANK}, reason FROM contradicted",
    )
    store.drop("answered", "contradicted")


def _told(against: Against) -> list[tuple[int, int, str]]:
    """The decision itself, and, where two other records stand against it, those."""
    pairs = {(against.said.a, against.said.b), against.records}
    return [(*pair, against.why) for pair in sorted(pairs)]


def _unreadable(path: Path) -> Problem:
    return Problem(
        Place(path.name),
        "run.decisions",
        "这个文件里没有核对结论；应是含有 key_a、key_b、slot_b、verdict 四列的 Parquet 文件（见文件说明）。",
        "This file holds no decisions about pairs; give a Parquet file with the columns key_a, key_b, slot_b and verdict (see the reference of files).",
    )
