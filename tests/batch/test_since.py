"""A screening that goes on from an earlier one gives what a full one gives, and decides only whom something touched."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Collection
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from tests.batch.random_children import random_value
from tests.batch.small_deliveries import (
    AS_OF,
    CHILD,
    DEATHS,
    FAMILY,
    HUKOU,
    MOTHER_ID,
    TWIN_ID,
    id_number,
    screen_rosters,
    write_delivery,
)

from ciyou.batch.decisions.books import group_places
from ciyou.batch.decisions.silence import Presumption
from ciyou.batch.decisions.turning import turning_book
from ciyou.batch.engines.earlier_run import EarlierRun, numbers_in
from ciyou.batch.engines.polars_decide import PopulationRules
from ciyou.batch.engines.polars_rules import wide_schema
from ciyou.batch.engines.pooling import Compared, pools_of
from ciyou.batch.engines.rule_runners import PolarsRunner
from ciyou.batch.ranges import Range, ranges_of
from ciyou.batch.run_folder import open_run_folder
from ciyou.batch.run_record import RunRecord, watch_nothing
from ciyou.batch.screen import Settings, screen_delivery
from ciyou.batch.since import check_since
from ciyou.core.errors import RunError
from ciyou.core.facts.definition import column_name
from ciyou.core.rules.tree import Age, MonthsSince, walk
from ciyou.packs import load_rule_book, load_vocabulary

COUNTIES = ("120101", "510104", "370321")
SILENCE = (Presumption("parent", "dead", False, "health_deaths"), Presumption("child", "parents_untraceable", False, "families", True))  # fmt: skip
DAYS = ("2025-09-01", "2026-01-31", "2026-02-28", "2028-02-29", "2026-03-01")
VOCABULARY = load_vocabulary()
FACTS = [(column_name(entity, one.name), one) for one in VOCABULARY for entity in one.entities()]


def population(count: int, *, day: dt.date, seed: int) -> pl.DataFrame:
    """Random children as a screening gathers them, in the order of pid."""
    source = random.Random(seed)
    return pl.DataFrame([child(number, source, day) for number in range(count)], schema=columns(), orient="row")


def columns() -> pl.Schema:
    lists = {f"clash_{side}": pl.List(pl.String) for side in ("child", "father", "mother", "household")}
    knows = dict.fromkeys(("knows_father", "knows_mother", "has_father", "has_mother"), pl.Boolean)
    schema = {"pid": pl.UInt64, "division": pl.String, "county": pl.String, **knows, **lists}
    return pl.Schema(schema | dict(wide_schema(VOCABULARY)))


def child(number: int, source: random.Random, day: dt.date) -> dict[str, object]:
    county, share = source.choice(COUNTIES), source.choice((0.1, 0.5, 0.9))
    facts = {
        name: None if source.random() < share else random_value(definition, source, day=day, yes=0.1)
        for name, definition in FACTS
    }
    flags = {name: source.random() < 0.8 for name in ("knows_father", "knows_mother", "has_father", "has_mother")}
    clashes = {f"clash_{side}": None for side in ("child", "mother", "household")}
    disputed = {"clash_father": ["dead", "severely_ill"] if source.random() < 0.1 else None}
    # Far apart, as numbers drawn from a hash are; some lie beyond what a signed number can hold.
    return {"pid": number * (2**64 // 5000) + 7, "division": f"{county}000000", "county": county, **flags, **clashes, **disputed, **facts}  # fmt: skip


def with_changes(frame: pl.DataFrame, *, day: dt.date, source: random.Random, share: float) -> pl.DataFrame:
    """Some children with one thing changed, a few gone, a few come."""
    rows = []
    for row in frame.to_dicts():
        if source.random() < share:
            name, definition = source.choice(FACTS)
            row[name] = None if source.random() < 0.3 else random_value(definition, source, day=day)
        if source.random() < share / 4:
            row["clash_father"] = ["dead"]
        if source.random() > share / 4:
            rows.append(row)
    taken = {row["pid"] for row in rows}
    for pid in {row["pid"] + 1 for row in source.sample(rows, 3)} - taken:
        rows.append(child(0, source, day) | {"pid": pid})
    return pl.DataFrame(rows, schema=columns(), orient="row").sort("pid")


class Drawn:
    """Children of a frame instead of a work database."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def inputs(self, part: Range) -> pa.Table:
        told = self.frame.filter(numbers_in(part)).with_columns(pl.col(pl.List(pl.String)).list.join(" "))
        return told.select("pid", fingerprint=told.drop("pid").hash_rows(seed=1)).to_arrow()

    def facts(self, part: Range, reading: Collection[str] | None = None) -> pa.Table:
        unread = [] if reading is None else [name for name, _ in FACTS if name not in reading]
        return self.frame.filter(numbers_in(part)).drop(unread).to_arrow()

    def chosen(self, pids: pa.Array) -> pa.Table:
        wanted = pl.Series(pids.to_pylist(), dtype=pl.UInt64)
        return self.frame.filter(pl.col("pid").is_in(wanted.implode())).to_arrow()


def decide(frame: pl.DataFrame, day: dt.date, folder: Path, earlier: EarlierRun | None = None, *, ranges: int = 1):
    rules = PopulationRules(
        group_places(COUNTIES, as_of=day), SILENCE, as_of=day, runner=PolarsRunner(), earlier=earlier
    )
    made = list(rules.decide_all(ranges_of(ranges, per_range=1), Drawn(frame)))
    folder.mkdir()
    tables = {
        name: pl.concat([pl.DataFrame(getattr(one, name)) for one in made]) for name in ("decisions", "hints", "inputs")
    }
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    return sum(one.decided for one in made), tables


@pytest.mark.parametrize("seed", range(3))
def test_going_on_from_an_earlier_run_gives_what_a_full_run_gives(tmp_path, seed):
    source = random.Random(seed)
    first, *later = [dt.date.fromisoformat(day) for day in (DAYS[0], DAYS[0], *source.sample(DAYS[1:], 2))]
    frame = population(40, day=first, seed=seed)
    decide(frame, first, tmp_path / "0")
    before = EarlierRun(tmp_path / "0", first)
    for number, day in enumerate(later, start=1):
        frame = with_changes(frame, day=day, source=source, share=0.08)
        decided, found = decide(frame, day, tmp_path / f"{number}", before)
        _, expected = decide(frame, day, tmp_path / f"{number}-full")
        for name, table in expected.items():
            assert found[name].equals(table), name
        before = EarlierRun(tmp_path / f"{number}", day)
        assert 0 < decided <= len(frame)
        assert day != first or decided < len(frame) * 0.5


@pytest.mark.parametrize(("before", "after"), [(1, 4), (4, 3), (3, 7)])
def test_other_ranges_than_the_earlier_run_had_change_nothing(tmp_path, before, after):
    """Who is decided anew is gathered over ranges; some of them, and of what was there before, hold nobody."""
    day = dt.date(2025, 9, 1)
    frame = population(30, day=day, seed=before)
    _, first = decide(frame, day, tmp_path / "0", ranges=before)
    gone, come = frame["pid"].gather([0, 13]), child(0, random.Random(9), day) | {"pid": 2**64 - 1}
    frame = pl.concat(
        [frame.filter(~pl.col("pid").is_in(gone.implode())), pl.DataFrame([come], schema=columns(), orient="row")]
    )
    changed = frame["pid"].gather([3, 20])
    flipped = pl.col("child__dead").fill_null(False).not_()
    frame = frame.with_columns(
        child__dead=pl.when(pl.col("pid").is_in(changed.implode())).then(flipped).otherwise("child__dead")
    )
    decided, found = decide(frame, day, tmp_path / "1", EarlierRun(tmp_path / "0", day), ranges=after)
    _, expected = decide(frame, day, tmp_path / "1-full", ranges=after)
    assert decided == len(changed) + 1
    for name, table in expected.items():
        assert found[name].equals(table), name
        assert not found[name].equals(first[name]), name


def test_the_touched_of_many_ranges_are_gathered_up_to_a_bound():
    parts = list(ranges_of(10, per_range=1))
    one = pl.DataFrame({"pid": [1]})
    compared = [Compared(part, one, one["pid"].head(number % 2), one["pid"]) for number, part in enumerate(parts)]
    by_children = list(pools_of(compared, children=2))
    assert [len(pool) for pool in by_children] == [4, 4, 2]
    assert [each.part for pool in by_children for each in pool] == parts
    assert [len(pool) for pool in pools_of(compared, ranges=3)] == [3, 3, 3, 1]


def test_nobody_is_decided_again_where_nothing_changed(tmp_path):
    day = dt.date(2025, 9, 1)
    frame = population(20, day=day, seed=5)
    _, expected = decide(frame, day, tmp_path / "0")
    decided, found = decide(frame, day, tmp_path / "1", EarlierRun(tmp_path / "0", day))
    assert decided == 0
    assert found["decisions"].equals(expected["decisions"])


@pytest.mark.parametrize(("day", "is_touched"), [("2025-09-02", False), ("2025-09-03", True), ("2025-09-04", False)])
def test_a_birthday_touches_a_child_on_its_day(tmp_path, day, is_touched):
    eve, then = dt.date.fromisoformat(day) - dt.timedelta(days=1), dt.date.fromisoformat(day)
    empty = child(0, random.Random(0), eve) | dict.fromkeys(name for name, _ in FACTS)
    frame = pl.DataFrame([{**empty, "child__birth_date": dt.date(2007, 9, 3)}], schema=columns(), orient="row")
    decide(frame, eve, tmp_path / "eve")
    decided, _ = decide(frame, then, tmp_path / "then", EarlierRun(tmp_path / "eve", eve))
    assert (decided == 1) == is_touched


@pytest.mark.parametrize("county", COUNTIES)
def test_every_age_and_term_of_the_law_stands_in_a_condition_that_can_be_watched(county):
    book = load_rule_book(division=f"{county}000000", as_of=dt.date(2026, 3, 1))
    watched = turning_book(book)
    assert watched is not None
    for rule in watched.rules:
        assert any(isinstance(node, (Age, MonthsSince)) for node in walk(rule.condition))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"pack_version": "another"}, "run.since_law"),
        ({"basis": {"fingerprints": "another"}}, "run.since_inputs"),
        ({"basis": None}, "run.since_inputs"),
    ],
)
def test_a_run_whose_answers_cannot_stand_is_refused(tmp_path, change, code):
    book = load_rule_book(division="120101000000", as_of=dt.date(2026, 3, 1))
    run = {"pack_version": book.pack_version, "basis": {}, **change}
    run["basis"] = run["basis"] or {}
    (tmp_path / "run.json").write_text(json.dumps(run), encoding="utf-8")
    with pytest.raises(RunError) as refused:
        check_since(tmp_path)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_screening_since_an_earlier_run_decides_only_the_touched_and_writes_the_files_of_a_full_run(tmp_path):
    twin = {**CHILD, "name": "王浩然", "id_no": TWIN_ID}
    first = screen_rosters(tmp_path, {HUKOU: (*FAMILY, twin)}, out="first")
    dead = {"name": "李秀梅", "id_no": MOTHER_ID, "death_date": dt.date(2024, 1, 1)}
    other = {
        "name": "孙悦然",
        "id_no": id_number("2015-01-02", 41),
        "sex": "female",
        "household_no": "H2",
        "relation_to_head": "daughter",
    }
    again = {HUKOU: (*FAMILY, twin, other), DEATHS: [dead]}
    full = screen_rosters(tmp_path, again, out="full")
    onward = screen_rosters(tmp_path, again, out="onward", since=first.out)
    unchanged = screen_rosters(tmp_path, again, out="unchanged", since=onward.out)
    assert [one.run["since"]["children_decided"] for one in (onward, unchanged)] == [3, 0]
    for name in ("decisions", "leads", "facts", "hints", "inputs"):
        whole = pl.read_parquet(full.out / f"{name}.parquet")
        assert whole.equals(pl.read_parquet(onward.out / f"{name}.parquet")), name
        assert whole.equals(pl.read_parquet(unchanged.out / f"{name}.parquet")), name


def test_going_on_from_a_run_into_its_own_folder_leaves_it_whole_when_killed_and_takes_its_place_when_done(tmp_path):
    first = screen_rosters(tmp_path, {HUKOU: FAMILY}, out="first")
    before = {path.name: path.read_bytes() for path in first.out.iterdir()}
    again = write_delivery(tmp_path / "normalized", {HUKOU: (*FAMILY, {**CHILD, "name": "王浩然", "id_no": TWIN_ID})})

    def go_on(watch):
        with open_run_folder(first.out) as folder:
            return screen_delivery(folder, again, Settings(as_of=AS_OF, since=first.out), RunRecord(watch))

    with pytest.raises(KeyboardInterrupt):
        go_on(kill_when_decided)
    assert {path.name: path.read_bytes() for path in first.out.iterdir()} == before
    assert go_on(watch_nothing)["since"] == {"children_decided": 1}
    full = screen_rosters(tmp_path, {HUKOU: (*FAMILY, {**CHILD, "name": "王浩然", "id_no": TWIN_ID})}, out="full")
    for name in ("decisions", "hints", "inputs"):
        assert pl.read_parquet(first.out / f"{name}.parquet").equals(pl.read_parquet(full.out / f"{name}.parquet")), (
            name
        )


def kill_when_decided(stage: str, done: int, _total: int) -> None:
    if (stage, done) == ("decide", 1):
        raise KeyboardInterrupt


def test_a_run_that_was_killed_cannot_be_gone_on_from(tmp_path):
    first = screen_rosters(tmp_path, {HUKOU: FAMILY}, out="first")
    (first.out / "run.json").unlink()  # what a run that was killed while it put its files in place leaves behind
    with pytest.raises(RunError) as refused:
        screen_rosters(tmp_path, {HUKOU: FAMILY}, out="onward", since=first.out)
    assert [problem.code for problem in refused.value.problems] == ["run.none"]


def test_an_earlier_run_to_which_other_complete_rosters_were_delivered_is_refused(tmp_path):
    first = screen_rosters(tmp_path, {HUKOU: FAMILY}, out="first")
    with pytest.raises(RunError) as refused:
        screen_rosters(tmp_path, {HUKOU: FAMILY, DEATHS: None}, out="onward", since=first.out)
    assert [problem.code for problem in refused.value.problems] == ["run.since_rosters"]


def test_what_would_decide_does_not_depend_on_which_child_came_first(tmp_path):
    day, empty = (
        dt.date(2025, 9, 1),
        child(0, random.Random(0), dt.date(2025, 9, 1)) | dict.fromkeys(name for name, _ in FACTS),
    )
    known = {"child__birth_date": dt.date(2018, 1, 1), "child__dead": False, "child__away_since": dt.date(2020, 1, 1)}
    of_a_county, of_a_city = ({"child__hukou_division": code} for code in ("510104001002", "510100000000"))
    asked = [{**empty, "pid": pid, **known, **own} for pid, own in ((1, of_a_county), (2, of_a_city), (3, of_a_county))]
    _, found = decide(pl.DataFrame(asked, schema=columns(), orient="row"), day, tmp_path / "0")
    migrant = found["decisions"].filter(pl.col("rule") == "migrant")["deciding_facts"].to_list()
    assert migrant[1] == ["child.residence_division"]
    assert migrant[0] == migrant[2] == ["child.residence_division", "param.city_is_all_districts"]
