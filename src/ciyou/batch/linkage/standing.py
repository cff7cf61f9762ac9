"""What a linking leaves for the next one to go on from: its records, where each stands and why, and which were near each other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ciyou.batch.engines.duckdb_store import FINGERPRINTS, Store, quoted
from ciyou.batch.linkage.weights import weights_version
from ciyou.batch.run_folder import ROSTER_FILES
from ciyou.core.errors import Place, Problem, RunError

BASIS = {"fingerprints": FINGERPRINTS, "weights": weights_version()}
"""What two linkings must have in common for one to go on from the other."""
RECORD_COLUMNS = (
    *("rec_id", "roster", "name", "name_reading", "placeholder_of", "sex", "id_no", "id_flag", "id_text"),
    *("birth_date", "id_birth_date", "division", "town", "village", "phone", "household_no", "relation_to_head"),
    *("g1_name", "g1_reading", "g1_id", "g2_name", "g2_reading", "g2_id", "guardian_id_in_field"),
    *("source_file", "source_row"),
)
"""All of a record that linking reads, and where it stood in its file."""
_TYPES = {"birth_date": "DATE", "id_birth_date": "DATE", "source_row": "INTEGER"}
_SAID = RECORD_COLUMNS[2:-2]
_NOTHING = ", ".join(f"CAST(NULL AS {_TYPES.get(name, 'VARCHAR')}) AS {name}" for name in RECORD_COLUMNS)
SAID = f"hash({', '.join(_SAID)})"
"""SQL: a record's content without its number and its place in a file; it changes when linking might."""
TABLES = ("standing_places", "standing_near", "standing_asked", "standing_names", "standing_people")


@dataclass(frozen=True)
class Standing:
    """An earlier linking. `adding`: the rosters that come are rows that are added; otherwise each takes its predecessor's place."""

    folder: Path
    adding: bool = False

    def table(self, name: str) -> str:
        """SQL that reads one of its tables."""
        return f"read_parquet({quoted(str(self.folder / f'{name}.parquet'))})"


def check_standing(folder: Path) -> None:
    """Raises RunError where the folder holds no linking that this version can go on from."""
    run_file = folder / "run.json"
    run = json.loads(run_file.read_text(encoding="utf-8")) if run_file.is_file() else {}
    if run.get("basis") != BASIS or not all((folder / f"{table}.parquet").is_file() for table in TABLES):
        raise RunError(
            Problem(
                Place(folder.name),
                "run.since_linking",
                "这个文件夹里没有本版本可以接着做的人员识别结果；请不带 --since 完整识别一次。",
                "This folder holds no linking that this version can go on from; link once in full, without --since.",
            )
        )


def merge_rosters(
    store: Store, standing: Standing, rosters: Mapping[str, Path], work: Path
) -> tuple[dict[str, Path], dict[str, Path]]:
    """The rosters as they stand now, one file each; and, for each that came, its file as it stood before."""
    stood = {
        path.stem.removeprefix(ROSTER_FILES): path for path in sorted(standing.folder.glob(f"{ROSTER_FILES}*.parquet"))
    }
    whole, before = dict(stood), {}
    for roster, path in rosters.items():
        whole[roster] = work / f"{ROSTER_FILES}{roster}.parquet"
        came = f"SELECT {_columns(store, path)} FROM read_parquet({quoted(str(path))})"
        if roster in stood:
            before[roster] = stood[roster]
        else:
            before[roster] = work / "nothing.parquet"
            store.write_parquet(f"SELECT {_NOTHING} WHERE false", before[roster])
        if standing.adding:
            came += f""" UNION ALL BY NAME SELECT * FROM read_parquet({quoted(str(before[roster]))})
                WHERE rec_id NOT IN (SELECT rec_id FROM read_parquet({quoted(str(path))}))"""
        store.run(
            f"COPY (SELECT * FROM ({came}) ORDER BY rec_id) TO {quoted(str(whole[roster]))} (FORMAT parquet, COMPRESSION zstd)"
        )
    return whole, before


def _columns(store: Store, path: Path) -> str:
    has = store.parquet_columns(path)
    return ", ".join(
        f"CAST({name if name in has else 'NULL'} AS {_TYPES.get(name, 'VARCHAR')}) AS {name}" for name in RECORD_COLUMNS
    )


def note_touched(store: Store, whole: Mapping[str, Path], before: Mapping[str, Path]) -> None:
    """`came` (rid): records that are new or say something else, with which `touched` begins; `gone` (roster, rec_id): those that left, or said it before."""
    store.empty("came", {"rid": "INTEGER"})
    store.empty("gone", {"roster": "VARCHAR", "rec_id": "VARCHAR", "left_roster": "BOOLEAN"})
    for roster, path in before.items():
        now = f"SELECT rec_id, {SAID} AS said FROM read_parquet({quoted(str(whole[roster]))})"
        then = f"SELECT rec_id, {SAID} AS said FROM read_parquet({quoted(str(path))})"
        store.run(
            f"""INSERT INTO came SELECT rid FROM rec JOIN ({now} EXCEPT {then}) USING (rec_id) WHERE roster = {quoted(roster)}""",
            f"""INSERT INTO gone SELECT {quoted(roster)}, rec_id, rec_id NOT IN (SELECT rec_id FROM ({now})) FROM ({then} EXCEPT {now})""",
        )
    store.create("touched", "SELECT rid FROM came")


def write_standing(store: Store, standing: Standing | None, folder: Path) -> None:
    """Write the tables: where the linker put everybody (`linked`), whatever people decided since, and the ids of all who ever stood."""
    earlier = standing.table("standing_people") if standing else "(SELECT NULL::UBIGINT AS pid WHERE false)"
    store.create("earlier_id", f"SELECT pid FROM {earlier}")
    for roster, path in store.rows("SELECT roster, path FROM roster_offset ORDER BY roster"):
        _keep(store, Path(str(path)), folder / f"{ROSTER_FILES}{roster}.parquet")
    for name, query in _QUERIES.items():
        store.write_parquet(query, folder / f"{name}.parquet")


def _keep(store: Store, path: Path, kept: Path) -> None:
    """A roster that stood, or was merged, is kept as it is; of one that was only read, the columns that linking needs."""
    if not path.name.startswith(ROSTER_FILES):
        store.write_parquet(f"SELECT {_columns(store, path)} FROM read_parquet({quoted(str(path))})", kept)
        return
    try:
        kept.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, kept)


_PEOPLE_QUERY = """SELECT pid, min(number) AS number, min(name) AS name, min(child) AS child FROM (
      SELECT q.pid, CASE WHEN q.aid > 0 THEN q.aid END AS number, q.name, c.pid AS child FROM person q
      LEFT JOIN (SELECT other, min(child) AS child FROM relation GROUP BY other) t ON t.other = q.aid AND q.aid < 0 AND NOT q.own
      LEFT JOIN person c ON c.aid = t.child
      UNION ALL SELECT pid, NULL, NULL, NULL FROM earlier_id) GROUP BY pid ORDER BY pid"""
"""SQL of `standing_people`: every id that was ever given, and the number, or the name and child, by which a person without a record is known again."""
_QUERIES = {
    "standing_places": """SELECT r.roster, r.rec_id, n.aid AS number, n.doubted, q.pid, p.aid AS plain_aid, p.rule AS plain_rule, p.weight AS plain_weight,
          l.aid, l.rule, l.weight, b.words
        FROM rec r JOIN linked l USING (rid) JOIN plain p USING (rid) JOIN placed f ON f.rid = r.rid JOIN person q ON q.aid = f.aid
        LEFT JOIN by_number n ON n.rid = r.rid
        LEFT JOIN (SELECT rid, max(words) AS words FROM told_bits WHERE rid_b IS NULL GROUP BY rid) b ON b.rid = r.rid ORDER BY r.roster, r.rec_id""",
    "standing_near": """SELECT DISTINCT r.roster, r.rec_id, CASE WHEN n.aid > 0 THEN n.aid END AS number, o.roster AS other_roster, o.rec_id AS other_rec_id
        FROM near_pair n JOIN rec r USING (rid) LEFT JOIN rec o ON o.rid = -n.aid ORDER BY ALL""",
    "standing_asked": """SELECT a.roster, a.rec_id, b.roster AS other_roster, b.rec_id AS other_rec_id, q.rank, q.reason, t.words
        FROM linker_asked q JOIN rec a ON a.rid = q.rid_a LEFT JOIN rec b ON b.rid = q.rid_b
        LEFT JOIN (SELECT rid, rid_b, max(words) AS words FROM told_bits WHERE rid_b IS NOT NULL GROUP BY ALL) t ON t.rid = q.rid_a AND t.rid_b = q.rid_b ORDER BY ALL""",
    "standing_names": "SELECT reading, people, everybody FROM bearer_count ORDER BY reading",
    "standing_people": _PEOPLE_QUERY,
}
