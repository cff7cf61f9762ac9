"""The batch weighs in SQL and the search for one person in Python: the same pairs come out at the same levels and the same sums."""

from __future__ import annotations

import random

import pytest

from ciyou.batch.linkage import deterministic, weighing
from ciyou.batch.linkage.told_clusters import told_of
from ciyou.batch.linkage.weighed_pairs import NAME_LEVELS
from ciyou.batch.linkage.weights import linkage_weights
from ciyou.batch.reading import link_folder
from ciyou.batch.run_record import RunRecord, watch_nothing
from ciyou.batch.screen import Settings
from ciyou.batch.synth import synthesize
from ciyou.batch.synth.delivery import DEFAULT_AS_OF
from ciyou.core.linkage.plain_rules import match_plainly
from ciyou.core.linkage.told import Told, ToldKin, ToldRecord
from ciyou.core.linkage.weighing import slips, weigh

PAIRS = 700
PARTS = "name_tenths, born_tenths, sex_tenths, number_tenths, kin_tenths, phone_tenths, place_tenths, family_tenths, roster_tenths"
ANSWERS = "shared, other_guardian, taken, taken_by_unnamed"


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Several hundred random pairs of a delivery full of mistakes: what SQL said of each, what is told of both, and the rarities."""
    folder = tmp_path_factory.mktemp("weighed")
    synthesize(out=folder / "rosters", children=1500, noise=2.5, seed=31)
    kept = {}
    judge = weighing._judge

    def look(store):
        if not kept:
            rows = store.rows(f"SELECT sid, aid, tenths, name_level, {PARTS}, {ANSWERS} FROM weighed ORDER BY sid, aid")
            rows = random.Random(7).sample(rows, min(PAIRS, len(rows)))
            kept["rows"], kept["told"] = rows, told_of(store, {one for row in rows for one in row[:2]})
            counts = store.rows("SELECT reading, people, everybody FROM bearer_count")
            kept["rarity"] = {reading: linkage_weights().rarity(people, total) for reading, people, total in counts}
        judge(store)

    choose = deterministic._choose

    def look_at_rules(store):
        kept["plain"] = _plain_pairs(store)
        choose(store)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weighing, "_judge", look)
        patch.setattr(deterministic, "_choose", look_at_rules)
        link_folder(
            folder / "rosters",
            out=folder / "out",
            settings=Settings(as_of=DEFAULT_AS_OF),
            record=RunRecord(watch_nothing),
        )
    return kept


COLUMNS = "name, reading, {unnamed}, sex, county, town, village"
NOWHERE = "-"
"""A name that only a child's record tells of its guardian says nothing of where the guardian lives."""


def _plain_pairs(store):
    """(seeker, standing, what SQL said) of random candidates of plain rules, among those who stand in a roster themselves."""
    rows = store.rows(
        "SELECT rid, aid, rule, weight, level, rival FROM candidate WHERE aid IN (SELECT aid FROM target) ORDER BY ALL"
    )
    rows = random.Random(8).sample(rows, min(PAIRS, len(rows)))
    return [(_loose(store, rid), _anchor(store, aid), tuple(told)) for rid, aid, *told in rows]


def _records(rows):
    return tuple(ToldRecord(*("" if cell is None else cell for cell in row)) for row in rows)


def _kin(rows):
    return tuple(
        ToldKin("" if gid is None else f"{gid:017d}", name or "", reading or "") for gid, name, reading in rows
    )


def _loose(store, rid):
    rows = store.rows(f"SELECT {COLUMNS.format(unnamed='placeholder')} FROM loose WHERE rid = {rid}")
    kin = store.rows(f"SELECT gid, name, reading FROM guardian WHERE rid = {rid}")
    born = store.rows(f"SELECT birth_date FROM loose WHERE rid = {rid}")
    return Told(_records(rows), tuple(day for (day,) in born), kin=_kin(kin))


def _anchor(store, aid):
    rows = store.rows(f"SELECT {COLUMNS.format(unnamed='placeholder')} FROM target WHERE aid = {aid}")
    named = store.rows(f"SELECT DISTINCT name, reading FROM guardian WHERE gid = {aid} AND name <> ''")
    kin = store.rows(f"SELECT gid, name, reading FROM guardian WHERE rid IN (SELECT rid FROM target WHERE aid = {aid})")
    born = store.rows(
        f"SELECT birth_date FROM target WHERE aid = {aid} UNION SELECT id_bd FROM target WHERE aid = {aid}"
    )
    mentioned = tuple(ToldRecord(name, "", county=NOWHERE) for name, _ in named)
    return Told(
        (*_records(rows), *mentioned), tuple(day for (day,) in born if day), kin=_kin(kin), number=f"{aid:017d}"
    )


def test_a_plain_rule_holds_in_sql_and_in_python_alike(compared):
    pairs = compared["plain"]
    assert {told[0] for _, _, told in pairs} >= {
        "",
        "name_birth_guardian_id",
        "name_birth_village",
        "birth_guardian_id",
    }
    for seeker, standing, (rule, weight, level, rival) in pairs:
        found = match_plainly(seeker, standing)
        assert (found.rule, found.weight, found.level, found.rival) == (rule, weight, level, rival), (seeker, standing)


def test_a_pair_weighs_the_same_in_sql_and_in_python(compared):
    told, rarity = compared["told"], compared["rarity"]
    for sid, aid, tenths, level, *rest in compared["rows"]:
        found = weigh(told[sid], told[aid], weights=linkage_weights(), rarity=rarity.__getitem__)
        parts = (found.name, found.born, found.sex, found.number, found.kin, found.phone, found.place, found.family)
        answers = (found.shared, found.other_guardian, found.taken, found.taken_by_unnamed)
        assert (*parts, found.roster, *answers) == tuple(rest), (told[sid], told[aid])
        assert (found.tenths, NAME_LEVELS[found.name_level]) == (tenths, level)


def test_the_pairs_that_were_compared_differ_from_each_other(compared):
    """Otherwise the two could agree on one easy case several hundred times."""
    rows = compared["rows"]
    assert len(rows) == PAIRS
    assert len({row[2] for row in rows}) > 50
    assert len({row[3] for row in rows}) > 6


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("51332220160708033", "51332220160708033", 0),
        ("51332220160708033", "51332220160780033", 1),
        ("51332220160708033", "5133222016070803", 1),
        ("57360440524964345", "5736045424964345", 2),
        ("123", "4567", 4),
    ],
)
def test_slips_between_two_numbers(first, second, told):
    assert slips(first, second) == told
