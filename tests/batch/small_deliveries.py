"""A few synthetic people as normalized rosters: rows are given by what matters, everything else has a default."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ciyou.batch.link import link_delivery
from ciyou.batch.rosters.record_schema import schema_of
from ciyou.batch.rosters.tables import pinyin_table
from ciyou.batch.run_folder import open_run_folder
from ciyou.batch.run_record import RunRecord, watch_nothing
from ciyou.batch.screen import NormalizedDelivery, Settings, screen_delivery
from ciyou.core.linkage.identity import checksum_char
from ciyou.core.linkage.names import reading
from ciyou.packs.rosters_loader import load_roster_packs

AS_OF = dt.date(2025, 9, 1)
COUNTY = "513322000000"
HUKOU, BIRTHS, SCHOOL, DEATHS, CUSTODY, MISSING = (
    "police_hukou",
    "health_births",
    "education_school_roll",
    "health_deaths",
    "justice_custody",
    "police_missing",
)
ALL_COMPLETE = (
    "civil_affairs_assistance",
    "court_rulings",
    "federation_disability",
    "health_deaths",
    "health_major_illness",
    "justice_custody",
    "police_missing",
)
Row = Mapping[str, object]


def id_number(born: str, serial: int, *, county: str = "513322") -> str:
    """A valid synthetic ID number; an odd serial is a man's."""
    first17 = f"{county}{born.replace('-', '')}{serial:03d}"
    return first17 + checksum_char(first17)


FATHER_ID, MOTHER_ID = id_number("1988-03-04", 11), id_number("1990-05-06", 22)
CHILD_ID, TWIN_ID = id_number("2016-07-08", 33), id_number("2016-07-08", 35)
FATHER = {"name": "王建国", "id_no": FATHER_ID, "sex": "male", "relation_to_head": "head"}
MOTHER = {"name": "李秀梅", "id_no": MOTHER_ID, "sex": "female", "relation_to_head": "spouse"}
GUARDIANS = {"g1_name": "王建国", "g1_id": FATHER_ID, "g2_name": "李秀梅", "g2_id": MOTHER_ID}
CHILD = {"name": "王浩宇", "id_no": CHILD_ID, "sex": "male", "relation_to_head": "son", **GUARDIANS}
FAMILY = (FATHER, MOTHER, CHILD)


def write_delivery(folder: Path, rosters: Mapping[str, Sequence[Row]]) -> NormalizedDelivery:
    """Write rosters as normalized Parquet. The complete rosters of misfortune are delivered empty unless given or left out by None."""
    folder.mkdir(parents=True, exist_ok=True)
    packs = load_roster_packs(division="51")
    paths: dict[str, Path] = {}
    for pack in packs:
        rows = rosters.get(pack.code)
        if pack.code not in rosters and pack.code not in ALL_COMPLETE:
            continue
        if pack.code in rosters and rows is None:
            continue
        schema = schema_of(pack)
        whole = [_whole(pack.code, number, row) for number, row in enumerate(rows or ())]
        columns = {field.name: pa.array([row.get(field.name) for row in whole], field.type) for field in schema}
        paths[pack.code] = folder / f"{pack.code}.parquet"
        pq.write_table(pa.table(columns, schema=schema), paths[pack.code])
    return NormalizedDelivery(rosters=paths, packs=packs)


def _whole(roster: str, number: int, row: Row) -> dict[str, object]:
    whole: dict[str, object] = {
        "rec_id": f"{roster}-{number}",
        "roster": roster,
        "name": "",
        "id_flag": "valid" if row.get("id_no") else "missing",
        "division": COUNTY,
        "household_no": "H1" if roster == HUKOU else None,
        "g1_name": "",
        "g2_name": "",
        "source_file": f"{roster}.csv",
        "source_row": number + 2,
        **row,
    }
    number_text = whole.get("id_no")
    if number_text:
        born = str(number_text)[6:14]
        whole["id_birth_date"] = dt.date(int(born[:4]), int(born[4:6]), int(born[6:]))
        whole.setdefault("birth_date", whole["id_birth_date"])
    for prefix in ("", "g1_", "g2_"):
        key = "name_reading" if not prefix else f"{prefix}reading"
        name = str(whole[f"{prefix}name"])
        whole[key] = reading(name, pinyin_table()) if name else ""
    return whole


def link_rosters(folder: Path, rosters: Mapping[str, Sequence[Row]]) -> Results:
    """Link a small delivery below a folder and decide nothing."""
    delivery = write_delivery(folder / "normalized", rosters)
    with open_run_folder(folder / "out") as run_folder:
        run = link_delivery(run_folder, delivery, Settings(as_of=AS_OF), RunRecord(watch_nothing))
    return Results(folder / "out", run)


def screen_rosters(
    folder: Path,
    rosters: Mapping[str, Sequence[Row]],
    *,
    out: str = "out",
    engine: str = "polars",
    since: Path | None = None,
) -> Results:
    """Screen a small delivery below a folder."""
    delivery = write_delivery(folder / "normalized", rosters)
    with open_run_folder(folder / out) as run_folder:
        run = screen_delivery(
            run_folder, delivery, Settings(as_of=AS_OF, rules_engine=engine, since=since), RunRecord(watch_nothing)
        )
    return Results(folder / out, run)


class Results:
    """An output folder with questions that tests ask of it."""

    def __init__(self, out: Path, run: Mapping[str, object]) -> None:
        self.out, self.run = out, run

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Rows of an SQL query over the output tables."""
        with duckdb.connect() as database:
            for path in self.out.glob("*.parquet"):
                database.execute(f"CREATE VIEW {path.stem} AS SELECT * FROM read_parquet('{path}')")
            return database.execute(query).fetchall()

    def person_of(self, rec_id: str) -> str:
        """Whom a record was linked to."""
        return str(self.rows(f"SELECT person_id FROM links WHERE rec_id = '{rec_id}'")[0][0])

    def decision(self, rule: str, rec_id: str = f"{HUKOU}-2") -> tuple[str, str]:
        """Outcome and basis of a rule for the child of a record (by default the family's)."""
        person = self.person_of(rec_id)
        found = self.rows(f"SELECT outcome, basis FROM decisions WHERE rule = '{rule}' AND person_id = '{person}'")
        return str(found[0][0]), str(found[0][1])

    def lead_of(self, rec_id: str = f"{HUKOU}-2") -> str | None:
        """Why the child of a record is a lead."""
        found = self.rows(f"SELECT why FROM leads WHERE person_id = '{self.person_of(rec_id)}'")
        return str(found[0][0]) if found else None
