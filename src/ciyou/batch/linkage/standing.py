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
from ciyou.batch.linkage.record_keys import roster_files
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
PLACES = "standing_places"


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
    """The rosters as they stand now, one file each; and, for each that came, its file as it stood before.

    A roster that came has two columns more: `stood_at`, the row in which a record stood before, and `stands`: it says the very same.
    """
    stood = roster_paths(standing.folder)
    whole, before = dict(stood), {}
    listed = ", ".join(RECORD_COLUMNS)
    for roster, path in rosters.items():
        whole[roster] = work / f"{ROSTER_FILES}{roster}.parquet"
        if roster in stood:
            before[roster] = stood[roster]
        else:
            before[roster] = work / "nothing.parquet"
            store.write_parquet(f"SELECT {_NOTHING} WHERE false", before[roster])
        store.create("came_row", f"SELECT {_columns(store, path)} FROM read_parquet({quoted(str(path))})")
        earlier = f"(SELECT *, file_row_number AS row_at FROM read_parquet({quoted(str(before[roster]))}, file_row_number = true))"
        rows = f"""SELECT c.*, b.row_at AS stood_at, coalesce({SAID} = b.said, false) AS stands FROM came_row c LEFT JOIN (
            SELECT rec_id, row_at, {SAID} AS said FROM {earlier} SEMI JOIN came_row USING (rec_id)) b USING (rec_id)"""
        if standing.adding:
            rows += f" UNION ALL BY NAME SELECT {listed}, row_at AS stood_at, true AS stands FROM {earlier} ANTI JOIN came_row USING (rec_id)"
        store.run(
            f"COPY (SELECT * FROM ({rows}) ORDER BY rec_id) TO {quoted(str(whole[roster]))} (FORMAT parquet, COMPRESSION zstd)"
        )
    store.drop("came_row")
    return whole, before


def roster_paths(folder: Path) -> dict[str, Path]:
    """The rosters that a linking kept, by code, in the order in which their records are numbered."""
    found = {path.stem.removeprefix(ROSTER_FILES): path for path in folder.glob(f"{ROSTER_FILES}*.parquet")}
    return {roster: found[roster] for roster in sorted(found)}


def _columns(store: Store, path: Path) -> str:
    has = store.parquet_columns(path)
    return ", ".join(
        f"CAST({name if name in has else 'NULL'} AS {_TYPES.get(name, 'VARCHAR')}) AS {name}" for name in RECORD_COLUMNS
    )


def note_came(store: Store, standing: Standing | None, before: Mapping[str, Path]) -> None:
    """What of the records of `rec` stood before.

    came (rid): records that are new or say something else. stood_as (old, rid): the number of every other record and of those that say
    something else, in the earlier linking and now. gone (roster, rec_id, old, left_roster): those that left, or said something else before.
    """
    store.empty("came", {"rid": "INTEGER"})
    store.empty("stood_as", {"old": "INTEGER", "rid": "INTEGER"})
    store.empty("gone", {"roster": "VARCHAR", "rec_id": "VARCHAR", "old": "INTEGER", "left_roster": "BOOLEAN"})
    if standing is None:
        return
    now = {roster: (first, path) for roster, first, path in roster_files(store)}
    old_first = 1
    for roster, path in roster_paths(standing.folder).items():
        rows = store.number(f"SELECT count(*) FROM read_parquet({quoted(str(path))})")
        if roster not in before:
            store.run(f"INSERT INTO stood_as SELECT {old_first} + range, {now[roster][0]} + range FROM range({rows})")
        else:
            _note_turned(store, roster, *now[roster], old_first, path)
        old_first += rows
    for roster in before.keys() - roster_paths(standing.folder).keys():
        first, file = now[roster]
        store.run(
            f"INSERT INTO came SELECT {first} + file_row_number FROM read_parquet({file}, file_row_number = true)"
        )


def _note_turned(store: Store, roster: str, first: int, file: str, old_first: int, before: Path) -> None:
    """One roster that came and stood before."""
    store.create(
        "turned",
        f"""SELECT {first} + file_row_number AS rid, {old_first} + stood_at AS old, stands, CASE WHEN NOT stands THEN rec_id END AS rec_id
        FROM read_parquet({file}, file_row_number = true)""",
    )
    store.run(
        "INSERT INTO came SELECT rid FROM turned WHERE NOT stands",
        "INSERT INTO stood_as SELECT old, rid FROM turned WHERE old IS NOT NULL",
        f"INSERT INTO gone SELECT {quoted(roster)}, rec_id, old, false FROM turned WHERE NOT stands AND old IS NOT NULL",
        f"""INSERT INTO gone SELECT {quoted(roster)}, rec_id, {old_first} + file_row_number, true
        FROM read_parquet({quoted(str(before))}, file_row_number = true)
        WHERE {old_first} + file_row_number NOT IN (SELECT old FROM turned WHERE old IS NOT NULL)""",
    )
    store.drop("turned")


def recall_links(store: Store, standing: Standing) -> None:
    """`recalled` (old, rid, aid, pid): where every earlier record stood and under which id, with its present number (none where it left).

    `aid` is that of the earlier linking. A linking of another version kept no places; there the cluster is not known.
    """
    places = standing.folder / f"{PLACES}.parquet"
    if places.is_file():
        store.create(
            "recalled",
            f"""SELECT e.old, s.rid, e.aid, q.pid FROM (SELECT (file_row_number + 1)::INTEGER AS old, aid
              FROM read_parquet({quoted(str(places))}, file_row_number = true)) e
            JOIN {standing.table("standing_people")} q USING (aid) LEFT JOIN stood_as s USING (old)""",
        )
        return
    store.create(
        "recalled",
        f"""SELECT coalesce(s.old, g.old) AS old, r.rid, NULL::BIGINT AS aid, ('0x' || substr(e.person_id, 2))::UBIGINT AS pid
        FROM {standing.table("links")} e LEFT JOIN (SELECT rid, roster, rec_id FROM rec) r USING (roster, rec_id)
        LEFT JOIN gone g USING (roster, rec_id) LEFT JOIN stood_as s ON s.rid = r.rid""",
    )


def write_standing(store: Store, standing: Standing | None, folder: Path) -> None:
    """Write what the next linking goes on from; `settled` are people who were taken over as they stood (see `touched_families`)."""
    earlier = standing.table("standing_people") if standing else "(SELECT NULL::UBIGINT AS pid WHERE false)"
    store.create("earlier_id", f"SELECT pid FROM {earlier}")
    for roster, path in store.rows("SELECT roster, path FROM roster_offset ORDER BY roster"):
        _keep(store, Path(str(path)), folder / f"{ROSTER_FILES}{roster}.parquet")
    for table, query in _KEPT.items():
        store.write_parquet(query, folder / f"{table}.parquet")


def _keep(store: Store, path: Path, kept: Path) -> None:
    """A roster that stood, or was merged, is kept as it is; of one that was only read, the columns that linking needs."""
    if not path.name.startswith(ROSTER_FILES):
        store.write_parquet(f"SELECT {_columns(store, path)} FROM read_parquet({quoted(str(path))})", kept)
        return
    try:
        kept.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, kept)


_PEOPLE_QUERY = """SELECT pid, min(number) AS number, min(name) AS name, min(child) AS child, min(aid) AS aid, bool_or(own) AS own,
    bool_or(named) AS named, bool_or(adverse_only) AS adverse_only FROM (
      SELECT q.pid, CASE WHEN q.aid > 0 THEN q.aid END AS number, q.name, c.pid AS child, q.aid, q.own, q.named, q.adverse_only
      FROM (SELECT * FROM person ANTI JOIN settled USING (pid)) q
      LEFT JOIN (SELECT other, min(child) AS child FROM relation GROUP BY other) t ON t.other = q.aid AND q.aid < 0 AND NOT q.own
      LEFT JOIN person c ON c.aid = t.child
      UNION ALL SELECT pid, number, name, child, aid, own, named, adverse_only FROM settled
      UNION ALL SELECT pid, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM earlier_id) GROUP BY pid ORDER BY pid"""
_KEPT = {
    "standing_judged": JUDGED_QUERY,
    "standing_people": _PEOPLE_QUERY,
    PLACES: "SELECT aid FROM placed ORDER BY rid",
    "standing_owners": "SELECT idn, name, owned FROM owner ORDER BY ALL",
    "standing_conflicts": "SELECT rid_a, rid_b FROM parents_differ ORDER BY ALL",
}
"""SQL of what is kept beside the rosters. standing_people: every id that was ever given, and of whoever has it now the number, or the name
and child, by which a person without a record is known again, and how the person stands; standing_places: the cluster of each record."""
