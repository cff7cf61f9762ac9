"""What a linking leaves for the next one to go on from: its records as they were cleaned, names that were judged, and ids."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import ciyou.batch
import ciyou.core
import ciyou.packs
from ciyou.batch.engines.duckdb_store import FINGERPRINTS, Store, quoted
from ciyou.batch.linkage.names import JUDGED_QUERY
from ciyou.batch.linkage.weights import weights_version
from ciyou.batch.run_folder import ROSTER_FILES, finish_publishing
from ciyou.core.errors import Place, Problem, RunError

CLEANING = "cleaning"
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
TABLES = ("links", "standing_people")


@lru_cache(maxsize=1)
def basis() -> Mapping[str, str]:
    """By what a linking is made, as content hashes: how records are cleaned, how they are linked, the weights, the database library."""
    batch, core, packs = (Path(package.__path__[0]) for package in (ciyou.batch, ciyou.core, ciyou.packs))
    rules = [path for folder in packs.glob("*/rosters") for path in folder.rglob("*") if path.is_file()]
    return {
        CLEANING: _digest([*_code(batch / "rosters"), *_code(core / "linkage"), *rules]),
        "linking": _digest([*_code(batch / "linkage"), *_code(core / "linkage")]),
        "weights": weights_version(),
        "library": FINGERPRINTS,
    }


def _code(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in (".py", ".json")]


def _digest(paths: Collection[Path]) -> str:
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(f"{path.parent.name}/{path.name}/{path.stat().st_size}/".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


@dataclass(frozen=True)
class Standing:
    """An earlier linking. `adding`: the rosters that come are rows that are added; otherwise each takes its predecessor's place.

    `differs`: what of `basis` was another then. Nothing that was judged then is used in that case.
    """

    folder: Path
    adding: bool = False
    differs: tuple[str, ...] = ()

    def table(self, name: str) -> str:
        """SQL that reads one of its tables."""
        return f"read_parquet({quoted(str(self.folder / f'{name}.parquet'))})"

    @property
    def judged(self) -> str:
        """SQL that reads the names that were judged by these very rules; "" where there are none."""
        kept = (self.folder / "standing_judged.parquet").is_file()
        return self.table("standing_judged") if kept and not self.differs else ""


def open_standing(folder: Path, *, adding: bool = False) -> Standing:
    """Raises RunError where the folder holds no linking that can be gone on from."""
    finish_publishing(folder)
    run_file = folder / "run.json"
    run = json.loads(run_file.read_text(encoding="utf-8")) if run_file.is_file() else {}
    if "basis" not in run or not all((folder / f"{table}.parquet").is_file() for table in TABLES):
        raise RunError(
            Problem(
                Place(folder.name),
                "run.since_linking",
                "这个文件夹里没有可以接着做的人员识别结果；请不带 --since 完整识别一次。",
                "This folder holds no linking that can be gone on from; link once in full, without --since.",
            )
        )
    now = basis()
    return Standing(folder, adding, tuple(name for name in now if run["basis"].get(name) != now[name]))


def check_rosters(standing: Standing, rosters: Collection[str]) -> None:
    """Raises RunError where records that stand were cleaned by other rules than those that come."""
    kept = sorted(path.stem.removeprefix(ROSTER_FILES) for path in standing.folder.glob(f"{ROSTER_FILES}*.parquet"))
    old = [roster for roster in kept if standing.adding or roster not in rosters]
    if CLEANING not in standing.differs or not old:
        return
    listed = ", ".join(old)
    raise RunError(
        Problem(
            Place(standing.folder.name),
            "run.since_cleaning",
            f"上次识别之后，读取名册的规则变了，留存的记录是按旧规则整理的；请连同这些名册的完整文件一起重新提交（不带 --adding）：{listed}。",
            f"How rosters are read has changed since, and the records that stand were cleaned by the old rules; "
            f"deliver these rosters whole as well (without --adding): {listed}.",
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


def note_came(store: Store, whole: Mapping[str, Path], before: Mapping[str, Path]) -> None:
    """`came` (rid): records that are new or say something else; `gone` (roster, rec_id): those that left, or said it before."""
    store.empty("came", {"rid": "INTEGER"})
    store.empty("gone", {"roster": "VARCHAR", "rec_id": "VARCHAR", "left_roster": "BOOLEAN"})
    for roster, path in before.items():
        now, then = (
            f"(SELECT rec_id, {SAID} AS said FROM read_parquet({quoted(str(one))}))" for one in (whole[roster], path)
        )
        store.create(
            "turned",
            f"""SELECT rec_id, n.said AS now, t.said AS before FROM {now} n FULL JOIN {then} t USING (rec_id)
            WHERE n.said IS DISTINCT FROM t.said""",
        )
        store.run(
            f"""INSERT INTO came SELECT rid FROM rec SEMI JOIN (SELECT rec_id FROM turned WHERE now IS NOT NULL) USING (rec_id)
            WHERE roster = {quoted(roster)}""",
            f"INSERT INTO gone SELECT {quoted(roster)}, rec_id, now IS NULL FROM turned WHERE before IS NOT NULL",
        )
    store.drop("turned")


def recall_links(store: Store, standing: Standing) -> None:
    """`recalled` (roster, rec_id, rid, pid): under which id every earlier record stood, with its present number (none where it is gone)."""
    store.create(
        "recalled",
        f"""SELECT e.roster, e.rec_id, r.rid, ('0x' || substr(e.person_id, 2))::UBIGINT AS pid
        FROM {standing.table("links")} e LEFT JOIN (SELECT rid, roster, rec_id FROM rec) r USING (roster, rec_id)""",
    )


def write_standing(store: Store, standing: Standing | None, folder: Path) -> None:
    """Write the records that were linked, the names that were judged, and the ids of all who ever stood."""
    earlier = standing.table("standing_people") if standing else "(SELECT NULL::UBIGINT AS pid WHERE false)"
    store.create("earlier_id", f"SELECT pid FROM {earlier}")
    for roster, path in store.rows("SELECT roster, path FROM roster_offset ORDER BY roster"):
        _keep(store, Path(str(path)), folder / f"{ROSTER_FILES}{roster}.parquet")
    store.write_parquet(JUDGED_QUERY, folder / "standing_judged.parquet")
    store.write_parquet(_PEOPLE_QUERY, folder / "standing_people.parquet")


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
