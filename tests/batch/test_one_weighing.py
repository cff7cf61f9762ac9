"""The batch weighs in SQL and the search for one person in Python: the same pairs come out at the same levels and the same sums."""

from __future__ import annotations

import random

import pytest

from ciyou.batch.linkage import weighing
from ciyou.batch.linkage.told_clusters import told_of
from ciyou.batch.linkage.weighed_pairs import NAME_LEVELS
from ciyou.batch.linkage.weights import linkage_weights
from ciyou.batch.reading import link_folder
from ciyou.batch.run_record import RunRecord, watch_nothing
from ciyou.batch.screen import Settings
from ciyou.batch.synth import synthesize
from ciyou.batch.synth.delivery import DEFAULT_AS_OF
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

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weighing, "_judge", look)
        link_folder(
            folder / "rosters",
            out=folder / "out",
            settings=Settings(as_of=DEFAULT_AS_OF),
            record=RunRecord(watch_nothing),
        )
    return kept


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
