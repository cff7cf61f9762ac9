"""The fingerprint of what a child is decided by: another for every difference, the same for no difference."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
import pytest

from ciyou.batch.engines.duckdb_store import Store
from ciyou.batch.facts.inputs import StoredChildren
from ciyou.batch.facts.wide import ENTITIES, columns_about, facts_about, sql_type
from ciyou.batch.ranges import ranges_of
from ciyou.packs import load_vocabulary

VOCABULARY = load_vocabulary()
KIN = {"pid": "UBIGINT", "own_division": "VARCHAR", "father": "UBIGINT", "mother": "UBIGINT", "knows_father": "BOOLEAN", "knows_mother": "BOOLEAN"}  # fmt: skip
SAMPLES = {"BOOLEAN": "true", "INTEGER": "3", "BIGINT": "100", "DATE": "DATE '2020-02-29'", "VARCHAR": "'510104'"}
WHOLE = next(iter(ranges_of(1)))
FATHERS, MOTHERS, TWIN = 10_000, 20_000, 9_999
"""The numbers of a child's parents lie so far above its own."""


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path) as opened:
        opened.empty("kin", KIN)
        for entity in ENTITIES:
            kinds = {column: sql_type(one) for column, one in zip(columns_about(VOCABULARY, entity), facts_about(VOCABULARY, entity), strict=True)}  # fmt: skip
            opened.empty(f"wide_{entity}", {"pid": "UBIGINT"} | kinds | {"clash": "VARCHAR[]"})
        yield opened


def differences() -> list[tuple[str, int, str, str]]:
    """Table, whose row (added to the child's number), column and value: one thing that one child has and no other."""
    found = []
    for entity, apart in (("child", 0), ("parent", FATHERS), ("parent", MOTHERS), ("household", 0), ("household", FATHERS), ("household", MOTHERS)):  # fmt: skip
        names = zip(columns_about(VOCABULARY, entity), facts_about(VOCABULARY, entity), strict=True)
        found += [(entity, apart, column, SAMPLES[sql_type(one)]) for column, one in names]
        found.append((entity, apart, "clash", "['dead']"))
    return found


def test_any_fact_or_dispute_of_child_parents_or_household_gives_another_fingerprint(store):
    told = differences()
    store.append("kin", [(pid, "110101000000", pid + FATHERS, pid + MOTHERS, True, True) for pid in (*range(len(told)), TWIN)])  # fmt: skip
    for entity, apart in {(entity, apart) for entity, apart, _, _ in told}:
        rows = ", ".join(f"({pid + apart})" for pid in (*range(len(told)), TWIN))
        store.run(f"INSERT INTO wide_{entity} (pid) VALUES {rows}")
    for pid, (entity, apart, column, value) in enumerate(told):
        store.run(f"UPDATE wide_{entity} SET {column} = {value} WHERE pid = {pid + apart}")
    inputs = pl.DataFrame(StoredChildren(store, VOCABULARY).inputs(WHOLE))
    assert len(told) > 100
    assert inputs["pid"].to_list() == [*range(len(told)), TWIN]
    assert inputs["fingerprint"].n_unique() == len(told) + 1


def test_place_and_family_are_in_the_fingerprint_and_the_number_is_not(store):
    families = [("110101000000", 1, 2, True, True), ("110101000000", 3, 4, True, True), ("110102000000", 1, 2, True, True), (None, 1, 2, True, True),
                ("110101000000", None, 2, True, True), ("110101000000", 1, None, True, True), ("110101000000", 1, 2, False, True), ("110101000000", 1, 2, True, False)]  # fmt: skip
    store.append("kin", [(100 + number, *family) for number, family in enumerate(families)])
    prints = pl.DataFrame(StoredChildren(store, VOCABULARY).inputs(WHOLE))["fingerprint"]
    assert prints[0] == prints[1]
    assert prints.n_unique() == len(families) - 1


def test_chosen_children_and_chosen_columns_are_those_of_the_whole_range(store):
    # As text: a number drawn from a hash may be larger than a signed one can be.
    kin = ", ".join(f"({pid}, '110101000000', 900, NULL, true, false)" for pid in (3, 5, 2**64 - 1))
    store.run(f"INSERT INTO kin VALUES {kin}")
    store.run("INSERT INTO wide_child (pid, dead) VALUES (5, true)", "INSERT INTO wide_parent (pid, dead) VALUES (900, true)")  # fmt: skip
    children = StoredChildren(store, VOCABULARY)
    whole = pl.DataFrame(children.facts(WHOLE))
    assert whole["child__dead"].to_list() == [None, True, None]
    chosen = pl.DataFrame(children.chosen(pa.array([2**64 - 1, 5], type=pa.uint64())))
    assert chosen.equals(whole.filter(pl.col("pid") != 3))
    few = pl.DataFrame(children.facts(WHOLE, {"father__dead", "param__x"}))
    assert few.equals(whole.select([name for name in whole.columns if "__" not in name or name == "father__dead"]))
