"""A linking that goes on from an earlier one puts together whom a full one puts together, in whatever order records came; ids last."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import duckdb
import pytest

from ciyou.batch.link import check_link, link_delivery
from ciyou.batch.rosters import find_rosters, normalize
from ciyou.batch.run_folder import open_run_folder
from ciyou.batch.run_record import RunRecord, watch_nothing
from ciyou.batch.screen import NormalizedDelivery, Settings
from ciyou.batch.synth import synthesize
from ciyou.batch.synth.delivery import DEFAULT_AS_OF
from ciyou.core.errors import RunError
from ciyou.packs.rosters_loader import load_roster_packs

SCHOOL = "education_school_roll"
PARTS = 3
SHARE = 12
"""One record in so many comes in each part but the first."""


class Deliveries:
    """A synthetic delivery full of mistakes, in parts, and linkings of them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.packs = folder, load_roster_packs(division="00")
        synthesize(out=folder / "rosters", children=260, noise=2.5, seed=47)
        (folder / "normal").mkdir()
        read = normalize(
            find_rosters(folder / "rosters", self.packs), work_folder=folder / "normal", as_of=DEFAULT_AS_OF
        )
        self.whole = {one.roster: one.path for one in read if one.used}
        self.database = duckdb.connect()

    def some(self, name: str, where: str, rosters=None) -> dict[str, Path]:
        """Those rows of all rosters for which `where` holds."""
        made = {}
        for roster, path in (rosters or self.whole).items():
            made[roster] = self.folder / f"{name}-{roster}.parquet"
            self.database.execute(
                f"COPY (SELECT * FROM read_parquet('{path}') WHERE {where}) TO '{made[roster]}' (FORMAT parquet)"
            )
        return made

    def link(self, name: str, rosters, since: str = "", *, adding: bool = False, as_of=DEFAULT_AS_OF) -> str:
        """Link rosters; the name of the folder."""
        settings = Settings(as_of=as_of, since=self.folder / since if since else None, adding=adding)
        check_link(self.folder / name, settings)
        with open_run_folder(self.folder / name) as folder:
            packs = [pack for pack in self.packs if pack.code in rosters]
            link_delivery(folder, NormalizedDelivery(rosters=rosters, packs=packs), settings, RunRecord(watch_nothing))
        return name

    def rows(self, query: str, out: str) -> list[tuple]:
        """Rows of a query over the tables of a linking, which it names as {links}."""
        tables = {path.stem: f"'{path}'" for path in (self.folder / out).glob("*.parquet")}
        return self.database.execute(query.format(**tables)).fetchall()

    def families(self, out: str) -> tuple[Counter, Counter]:
        """What is said of each person and of whom they are related to, with their first record, or else their name, for an id."""
        called = """(SELECT q.*, coalesce(l.least, q.name) AS called FROM {people} q
            LEFT JOIN (SELECT person_id, min(rec_id) AS least FROM {links} GROUP BY person_id) l USING (person_id))"""
        people = f"SELECT called, kind, name, sex, birth_date, division FROM {called}"
        ties = f"""SELECT a.called, t.relation, b.called, t.source, t.confidence FROM {{relations}} t
            JOIN {called} a USING (person_id) JOIN {called} b ON b.person_id = t.other_id"""
        return Counter(self.rows(people, out)), Counter(self.rows(ties, out))

    def people(self, out: str) -> dict[str, frozenset[str]]:
        """The records of each person."""
        found = defaultdict(set)
        for rec_id, person in self.rows("SELECT rec_id, person_id FROM {links}", out):
            found[person].add(rec_id)
        return {person: frozenset(records) for person, records in found.items()}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    found = Deliveries(tmp_path_factory.mktemp("increments"))
    found.link("full", found.whole)
    part = f"least(hash(rec_id) % {SHARE}, {PARTS - 1})"
    parts = [found.some(f"part{number}", f"{part} = {PARTS - 1 - number}") for number in range(PARTS)]
    found.link("base", parts[0])
    found.parts = parts
    return found


def test_records_that_come_later_in_any_order_stand_with_whom_a_full_linking_puts_them(made):
    full = set(made.people("full").values())
    for order in itertools.permutations(range(1, PARTS)):
        last = "base"
        for number in order:
            last = made.link(f"{last}-{number}", made.parts[number], last, adding=True)
        found = made.people(last)
        assert len(set(found.values()) ^ full) == 0, order
        kept_ids(made.people("base"), found)


def kept_ids(before, after):
    """Whoever has the most records of what a person is now, gives it the id; and no id passes to somebody with none of its records."""
    assert all(before[person] & after[person] for person in before.keys() & after.keys())
    stood = {record: person for person, records in before.items() for record in records}
    for person, records in after.items():
        shares = Counter(stood[record] for record in records if record in stood)
        most = [one for one, share in shares.most_common(2) if share == max(shares.values())]
        whole = len(most) == 1 and before[most[0]] & frozenset().union(*after.values()) <= records
        assert not whole or person == most[0]


def test_a_roster_that_comes_anew_takes_its_predecessors_place(made):
    school = made.whole[SCHOOL]
    rows = made.database.execute(f"SELECT rec_id, sex FROM '{school}' ORDER BY rec_id").fetchall()
    left = {row[0] for row in rows[::11]}
    moved = {row[0] for row in rows[1::11]}
    turned = {row[0] for row in rows[2::11] if row[1]}
    path = made.folder / "school-anew.parquet"
    made.database.execute(
        f"""COPY (SELECT * REPLACE (
            CASE WHEN rec_id IN (SELECT unnest(?)) THEN '新村' ELSE village END AS village,
            CASE WHEN rec_id NOT IN (SELECT unnest(?)) THEN sex WHEN sex = 'male' THEN 'female' ELSE 'male' END AS sex)
          FROM '{school}' WHERE rec_id NOT IN (SELECT unnest(?))) TO '{path}' (FORMAT parquet)""",
        [list(moved), list(turned), list(left)],
    )
    made.link("anew", {SCHOOL: path}, "full")
    made.link("anew-full", {**made.whole, SCHOOL: path})
    assert len(set(made.people("anew").values()) ^ set(made.people("anew-full").values())) == 0
    assert made.families("anew") == made.families("anew-full")
    assert made.rows("SELECT * FROM {review}", "anew") == made.rows("SELECT * FROM {review}", "anew-full")
    changes = defaultdict(set)
    for rec_id, what in made.rows("SELECT rec_id, what FROM {changes}", "anew"):
        changes[what].add(rec_id)
    assert (changes["left"], changes["moved"], changes["corrected"]) == (left, moved, turned)
    assert not changes["new"]
    kept_ids(made.people("full"), made.people("anew"))
    made.link("anew-undone", made.whole, "anew")
    assert set(made.people("anew-undone").values()) == set(made.people("full").values())
    asked = made.rows("SELECT rec_id, asked_before FROM {corrections}", "anew")
    new = [rec_id for rec_id, asked_before in asked if not asked_before]
    assert new
    assert set(new) <= turned
    assert len(new) < len(asked)


def test_a_department_is_asked_to_correct_what_a_number_or_the_register_denies(made):
    rows = made.rows("SELECT roster, field, stated, believed, basis FROM {corrections}", "full")
    assert {row[1] for row in rows} == {"name", "sex", "birth_date", "id_no"}
    assert all(stated != believed for _, _, stated, believed, _ in rows)
    assert not [row for row in rows if row[0] == "police_hukou" and row[1] == "name"]


ANOTHERS = "lag({0}) OVER (ORDER BY rec_id)"
SAID_OTHERWISE = (
    {"name": ANOTHERS, "name_reading": ANOTHERS},
    {"birth_date": "{0} + 1"},
    {"id_no": "NULL", "id_birth_date": "NULL"},
    {"g1_name": ANOTHERS, "g1_reading": ANOTHERS, "g1_id": ANOTHERS},
    {"id_no": ANOTHERS, "id_birth_date": ANOTHERS},
)
"""What drawn records say otherwise: another's name, a wrong day, no number, another's parent, another's number."""
TOLD = ("people", "links", "relations", "review", "pairs", "changes", "corrections", "standing_people")


def month_of(made, seed: int, *, adding: bool, among: int = 100) -> tuple[dict[str, Path], dict[str, Path]]:
    """What comes in a drawn month, and all records as they are then: of `among` some say something else, some left, some are new."""
    came, whole = {}, {}
    for roster, path in made.whole.items():
        drawn = f"hash(rec_id || '/{seed}') % {among}"
        told = f"SELECT * FROM '{path}'"
        for at, said in enumerate(SAID_OTHERWISE):
            otherwise = ", ".join(
                f"CASE WHEN {drawn} = {at} THEN {how.format(name)} ELSE {name} END AS {name}"
                for name, how in said.items()
            )
            told = f"SELECT * REPLACE ({otherwise}) FROM ({told})"
        new = f"SELECT * REPLACE (rec_id || '+' AS rec_id) FROM ({told}) WHERE {drawn} BETWEEN 2 AND 5"
        left = f"{drawn} IN (6, 7)" if not adding else "false"
        rows = f"SELECT * FROM ({told}) WHERE NOT ({left}) UNION ALL {new}"
        few = f"SELECT * FROM ({told}) WHERE {drawn} < {len(SAID_OTHERWISE)} UNION ALL {new}"
        for name, query, made_there in (("whole", rows, whole), ("came", few if adding else rows, came)):
            made_there[roster] = made.folder / f"month{seed}-{name}-{roster}.parquet"
            made.database.execute(
                f"COPY (SELECT * FROM ({query}) ORDER BY rec_id) TO '{made_there[roster]}' (FORMAT parquet)"
            )
    return came, whole


@pytest.mark.parametrize(
    ("seed", "adding", "among", "days"), [(1, False, 100, 0), (2, True, 100, 0), (4, False, 1000, 300)]
)
def test_a_drawn_month_gives_what_a_full_linking_of_the_same_records_gives(made, seed, adding, among, days):
    came, whole = month_of(made, seed, adding=adding, among=among)
    as_of = DEFAULT_AS_OF + dt.timedelta(days=days)
    made.link(f"month{seed}", came, "full", adding=adding, as_of=as_of)
    made.link(f"month{seed}-full", whole, as_of=as_of)
    before, after = made.people("full"), made.people(f"month{seed}")
    assert set(after.values()) == set(made.people(f"month{seed}-full").values())
    for told in ("SELECT * FROM {review}", "SELECT * EXCLUDE (person_a, person_b, holder_b) FROM {pairs}"):
        assert made.rows(told, f"month{seed}") == made.rows(told, f"month{seed}-full")
    assert made.families(f"month{seed}") == made.families(f"month{seed}-full")
    kept_ids(before, after)
    assert are_split(before, after)
    made.link(f"month{seed}-undone", made.whole, f"month{seed}")
    undone = made.people(f"month{seed}-undone")
    assert set(undone.values()) == set(before.values())
    kept_ids(after, undone)


def test_a_month_in_which_nothing_changed_leaves_everybody_as_they_stand(made):
    made.link("same", made.whole, "full")
    for table in ("people", "links", "relations", "review"):
        files = [(made.folder / name / f"{table}.parquet").read_bytes() for name in ("full", "same")]
        assert files[0] == files[1], table
    since = json.loads((made.folder / "same" / "run.json").read_text())["since"]
    assert since["people_standing"] == len(made.rows("SELECT person_id FROM {people}", "full"))


def are_split(ones, others) -> bool:
    """Whether two records of one person stand with different people in the other linking."""
    people = {record: person for person, records in others.items() for record in records}
    return any(len({people[one] for one in records if one in people}) > 1 for records in ones.values())


def test_after_a_change_of_the_linker_all_is_compared_again_and_everybody_keeps_their_id(made):
    came, _ = month_of(made, 3, adding=True)
    shutil.copytree(made.folder / "full", made.folder / "older")
    file = made.folder / "older" / "run.json"
    run = json.loads(file.read_text())
    run["basis"] |= {"weights": "another", "linking": "another"}
    file.write_text(json.dumps(run))
    for kept in ("places", "owners", "conflicts"):
        (made.folder / "older" / f"standing_{kept}.parquet").unlink()
    reports = {}
    for since in ("full", "older"):
        made.link(f"from-{since}", came, since, adding=True)
        reports[since] = json.loads((made.folder / f"from-{since}" / "run.json").read_text())["since"]
    assert reports["full"]["differs"] == []
    assert reports["full"]["judged_before"] > 0
    assert reports["full"]["people_standing"] > 0
    nothing = {"differs": ["linking", "weights"], "judged_before": 0, "people_standing": 0}
    assert reports["older"] == reports["full"] | nothing
    for table in TOLD:
        files = [(made.folder / f"from-{since}" / f"{table}.parquet").read_bytes() for since in reports]
        assert files[0] == files[1], table


def test_where_cleaning_changed_the_rosters_that_stand_must_come_whole(made):
    shutil.copytree(made.folder / "full", made.folder / "cleaned-otherwise")
    file = made.folder / "cleaned-otherwise" / "run.json"
    run = json.loads(file.read_text())
    run["basis"]["cleaning"] = "another"
    file.write_text(json.dumps(run))
    for rosters, adding in (({SCHOOL: made.whole[SCHOOL]}, False), (made.whole, True)):
        with pytest.raises(RunError) as refused:
            made.link("refused", rosters, "cleaned-otherwise", adding=adding)
        assert refused.value.problems[0].code == "run.since_cleaning"
    made.link("cleaned", made.whole, "cleaned-otherwise")
    assert made.people("cleaned") == made.people("full")


def test_a_folder_without_a_linking_cannot_be_gone_on_from(made, tmp_path):
    with pytest.raises(RunError) as refused:
        check_link(tmp_path / "out", Settings(as_of=DEFAULT_AS_OF, since=tmp_path))
    assert refused.value.problems[0].code == "run.since_linking"
