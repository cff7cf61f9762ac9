# ruff: noqa: E402  # Django must be set up for the state folder of this run before its models are imported
"""One newcomer against everybody on file: how long the search takes, and whether it decides as the batch does.

    CIYOU_HOME=bench/out/resembling .venv/bin/python -m bench.resembling --children 10000 --sought 2000

A synthetic delivery is linked twice: whole, and without one record of each of some children (the newcomers). The people of the second
linking come on file; villages get codes as the office's list of divisions gives them. Each newcomer's record is then sought as a form
would seek it, cleaning, access and the record in the log included. The batch decided `same` where the whole linking put the newcomer
beside records of a child on file; the search agrees where it says `same` of that person (of any of them, where the newcomer joined
two that stood apart without it), or, where the batch left the newcomer alone, says `same` of nobody. With DATABASE_URL set it measures
in that database (`scripts/with_postgresql.py --sized …` makes one). Exit 1 beyond a limit.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HOME = Path(os.environ.get("CIYOU_HOME") or "bench/out/resembling").absolute()
os.environ["CIYOU_HOME"] = str(HOME)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ciyou.config.settings")

import django

django.setup()

import duckdb
from django.core.management import call_command
from django.db import connection

from ciyou.apps.registry.incoming import NewStatement
from ciyou.apps.registry.models import MatchKey, Person
from ciyou.apps.registry.resembling import people_resembling
from ciyou.apps.registry.services import (
    IncomingPerson,
    IncomingRelation,
    record_roster_facts,
    register_people,
    relate_people,
)
from ciyou.apps.registry.told_files import Sought
from ciyou.batch.link import link_delivery
from ciyou.batch.rosters import find_rosters, normalize
from ciyou.batch.run_folder import open_run_folder
from ciyou.batch.run_record import RunRecord, watch_nothing
from ciyou.batch.screen import NormalizedDelivery, Settings
from ciyou.batch.synth import synthesize
from ciyou.batch.synth.delivery import DEFAULT_AS_OF
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.facts.state import Basis
from ciyou.core.linkage.identity import checksum_char
from ciyou.core.linkage.nearest import Decision
from ciyou.packs.rosters_loader import load_roster_packs

LIMIT_MS, AGREEMENT = 50.0, 0.999
OWN_ROSTERS = ("health_births", "education_school_roll", "police_hukou", "insurance_enrolment")
KIN = ("father", "mother", "guardian")


def main() -> None:
    """Make, link, load, seek and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=10_000)
    parser.add_argument("--sought", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=6101)
    chosen = parser.parse_args()
    HOME.mkdir(parents=True, exist_ok=True)
    call_command("prepare")
    if Person.objects.exists():
        sys.exit("This state folder or database holds people already; choose another.")
    synthesize(out=HOME / "rosters", children=chosen.children, seed=chosen.seed, file_format="parquet")
    packs = load_roster_packs(division="00")
    (HOME / "normal").mkdir()
    read = normalize(find_rosters(HOME / "rosters", packs), work_folder=HOME / "normal", as_of=DEFAULT_AS_OF)
    rosters = {one.roster: one.path for one in read if one.used}
    with duckdb.connect() as database:
        link(rosters, packs, HOME / "whole")
        newcomers = choose(database, rosters, chosen.sought, chosen.seed)
        link(without(database, rosters, newcomers), packs, HOME / "without")
        name_tables(database, "without")
        load(database, rosters)
        report(seek(database, newcomers))


def link(rosters: Mapping[str, Path], packs: Any, out: Path) -> None:
    """Link normalized rosters into a folder."""
    with open_run_folder(out) as folder:
        delivery = NormalizedDelivery(rosters=dict(rosters), packs=packs)
        link_delivery(folder, delivery, Settings(as_of=DEFAULT_AS_OF), RunRecord(watch_nothing))


def choose(database: duckdb.DuckDBPyConnection, rosters: Mapping[str, Path], count: int, seed: int) -> list[str]:
    """One record of each of so many children; makes the view `rec` of all normalized records.

    Of two newcomers of whose people the whole linking asks whether they are one, the first is left where it stands: the answer about
    the one depends on the other.
    """
    paths = ", ".join(f"'{path}'" for path in rosters.values())
    database.execute(f"CREATE VIEW rec AS SELECT * FROM read_parquet([{paths}], union_by_name = true)")
    name_tables(database, "whole")
    rows = database.execute(
        f"""SELECT person_id, list(rec_id ORDER BY rec_id) FROM links_whole JOIN people_whole USING (person_id)
        WHERE kind = 'child' AND roster IN {OWN_ROSTERS} GROUP BY person_id ORDER BY person_id"""
    ).fetchall()
    chance = random.Random(seed)
    chosen = {person: chance.choice(records) for person, records in chance.sample(rows, min(count, len(rows)))}
    asked = database.execute(
        f"""SELECT least(a.person_id, b.person_id), greatest(a.person_id, b.person_id) FROM read_parquet('{HOME}/whole/review.parquet') r
        JOIN links_whole a ON a.rec_id = r.rec_id_a JOIN links_whole b ON b.rec_id = r.rec_id_b"""
    ).fetchall()
    staying = {first for first, second in asked if first in chosen and second in chosen and first != second}
    return [rec_id for person, rec_id in chosen.items() if person not in staying]


def name_tables(database: duckdb.DuckDBPyConnection, run: str) -> None:
    """`links_RUN` and `people_RUN`: the tables of a linking."""
    for table in ("links", "people"):
        database.execute(f"CREATE VIEW {table}_{run} AS SELECT * FROM read_parquet('{HOME}/{run}/{table}.parquet')")


def without(database: duckdb.DuckDBPyConnection, rosters: Mapping[str, Path], newcomers: list[str]) -> dict[str, Path]:
    """The rosters without the newcomers' records."""
    database.execute("CREATE TABLE newcomer AS SELECT unnest(?::VARCHAR[]) AS rec_id", [newcomers])
    fewer = {}
    for roster, path in rosters.items():
        fewer[roster] = path.with_name(f"fewer-{path.name}")
        rest = f"SELECT * FROM read_parquet('{path}') WHERE rec_id NOT IN (SELECT rec_id FROM newcomer)"
        database.execute(f"COPY ({rest}) TO '{fewer[roster]}' (FORMAT parquet)")
    return fewer


PLACE = "(left(r.division, 6), r.town, r.village)"


def load(database: duckdb.DuckDBPyConnection, rosters: Mapping[str, Path]) -> None:
    """Put the people of the second linking on file, with numbers, telephones and families."""
    database.execute(
        """CREATE TABLE village AS SELECT county, town, village, county
             || printf('%03d', dense_rank() OVER (PARTITION BY county ORDER BY town))
             || printf('%03d', row_number() OVER (PARTITION BY county, town ORDER BY village)) AS code
           FROM (SELECT DISTINCT left(division, 6) AS county, town, village FROM rec WHERE village IS NOT NULL AND town IS NOT NULL)"""
    )
    rows = database.execute(
        f"""WITH told AS (SELECT l.person_id, mode(v.code ORDER BY v.code) AS code, list(DISTINCT r.phone ORDER BY r.phone) FILTER (r.phone IS NOT NULL) AS phones
             FROM links_without l JOIN rec r USING (rec_id) LEFT JOIN village v
               ON v.county = left(r.division, 6) AND v.town = r.town AND v.village = r.village GROUP BY l.person_id),
           numbered AS (SELECT 'p' || printf('%016x', pid) AS person_id, number FROM read_parquet('{HOME}/without/standing_people.parquet'))
           SELECT p.person_id, p.kind, p.name, p.sex, p.birth_date, coalesce(t.code, p.division), n.number, t.phones
           FROM people_without p LEFT JOIN told t USING (person_id) LEFT JOIN numbered n USING (person_id)"""
    ).fetchall()
    began = time.perf_counter()
    register_people(LOCAL_OPERATOR, people=map(incoming, rows), source="screening")
    ties = database.execute(
        f"SELECT person_id, relation, other_id, confidence FROM read_parquet('{HOME}/without/relations.parquet') WHERE relation IN {KIN}"
    ).fetchall()
    relate_people(
        LOCAL_OPERATOR, relations=[IncomingRelation(a, kind, b, "rosters", sure) for a, kind, b, sure in ties]
    )
    born = database.execute(
        "SELECT DISTINCT person_id, birth_date FROM links_without JOIN people_without USING (person_id) WHERE roster = 'health_births' AND kind = 'child' AND birth_date IS NOT NULL"
    ).fetchall()
    said = [(person, NewStatement("birth_date", day, Basis.ROSTERED), "health_births") for person, day in born]
    record_roster_facts(LOCAL_OPERATOR, facts=said, run_id="bench")
    if connection.vendor == "postgresql":  # as in any database that has stood for a minute
        connection.cursor().execute("ANALYZE")
    took = time.perf_counter() - began
    print(f"{len(rows):,} people on file in {took:.0f} s, {MatchKey.objects.count():,} keys ({connection.vendor})")


def incoming(row: tuple[Any, ...]) -> IncomingPerson:
    """A person of the linking as it comes on file."""
    person, kind, name, sex, born, division, number, phones = row
    digits = f"{number:017d}" if number else ""  # whichever of the names beside it the person goes by
    identifiers = [("id_card", digits + checksum_char(digits))] if digits else []
    identifiers += [("phone", phone) for phone in phones or ()]
    place = (division or "").ljust(12, "0")
    known = "child" if kind == "child" else "adult"
    return IncomingPerson(person, known, name or "", sex or "", born, place, identifiers=tuple(identifiers))


def seek(database: duckdb.DuckDBPyConnection, newcomers: list[str]) -> list[dict[str, Any]]:
    """What batch and search say of each newcomer, and how long the search took."""
    stood = dict(
        database.execute(
            """SELECT n.rec_id, list(DISTINCT w.person_id) FROM newcomer n JOIN links_whole l USING (rec_id)
            JOIN links_whole o ON o.person_id = l.person_id AND o.rec_id <> l.rec_id
            JOIN links_without w ON w.rec_id = o.rec_id JOIN people_without p ON p.person_id = w.person_id AND p.kind = 'child' GROUP BY n.rec_id"""
        ).fetchall()
    )
    files = dict(Person.objects.values_list("id", "linkage_id"))
    found = []
    for rec_id, roster, sought in forms(database, newcomers):
        began, worked = time.perf_counter(), time.process_time()
        answer = people_resembling(LOCAL_OPERATOR, sought=sought)
        took, worked = time.perf_counter() - began, time.process_time() - worked
        same = [files[one.person_id] for one in answer if one.decision is Decision.SAME]
        doubtful = [files[one.person_id] for one in answer if one.decision is Decision.DOUBTFUL]
        batch = set(stood.get(rec_id, ()))
        found.append(
            {
                "rec_id": rec_id,
                "roster": roster,
                "ms": took * 1000,
                "worked": worked * 1000,
                "batch": batch,
                "same": same,
                "doubtful": doubtful,
            }
        )
    return found


def forms(database: duckdb.DuckDBPyConnection, newcomers: list[str]) -> Iterator[tuple[str, str, Sought]]:
    """The newcomers' records as forms would tell them."""
    rows = database.execute(
        """SELECT r.rec_id, r.roster, CASE WHEN r.name = '' AND r.placeholder_of IS NOT NULL THEN r.placeholder_of || '之子' ELSE r.name END,
             r.sex, r.birth_date, coalesce(v.code, r.division), coalesce(r.id_no, r.id_text, ''), coalesce(r.phone, ''),
             r.g1_name, r.g1_id, r.g2_name, r.g2_id
           FROM newcomer n JOIN rec r USING (rec_id) LEFT JOIN village v
             ON v.county = left(r.division, 6) AND v.town = r.town AND v.village = r.village ORDER BY r.rec_id"""
    ).fetchall()
    for rec_id, roster, name, sex, born, division, number, phone, *guardians in rows:
        pairs = [(guardians[at] or "", guardians[at + 1] or "") for at in (0, 2)]
        told = tuple(pair for pair in pairs if any(pair))
        yield rec_id, roster, Sought(name or "", sex or "", born, division or "", "", number, phone, told)


def report(found: list[dict[str, Any]]) -> None:
    """Times, agreement, and what differs; exit 1 beyond a limit."""
    times = sorted(one["ms"] for one in found)
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    worked = sorted(one["worked"] for one in found)
    differing = [one for one in found if not agrees(one)]
    share = 1 - len(differing) / len(found)
    print(f"{len(found):,} newcomers: p50 {p50:.1f} ms, p95 {p95:.1f} ms, longest {times[-1]:.0f} ms")
    print(f"of it in this process: p50 {worked[len(worked) // 2]:.1f} ms, p95 {worked[int(len(worked) * 0.95)]:.1f} ms")
    print(f"same decision as the batch: {share:.4%} ({len(differing)} differ)")
    for what, count in Counter(difference(one) for one in differing).most_common():
        print(f"  {count:5} {what}")
    for one in differing[:40]:
        print("   ", one["rec_id"], difference(one))
    if p95 > LIMIT_MS or share < AGREEMENT:
        sys.exit("Beyond a limit.")


def agrees(one: dict[str, Any]) -> bool:
    """Whether search and batch say the same of a newcomer."""
    same = set(one["same"])
    return bool(same & one["batch"]) and not same - one["batch"] if one["batch"] else not same


def difference(one: dict[str, Any]) -> str:
    """In what they differ."""
    if not one["batch"]:
        return "the batch left it alone, the search says same"
    if set(one["same"]) - one["batch"]:
        return "the search says same of somebody else"
    near = "doubtful" if set(one["doubtful"]) & one["batch"] else "nothing"
    return f"the batch joined it, the search says {near} of that file"


if __name__ == "__main__":
    main()
