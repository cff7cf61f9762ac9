"""One chunk of a delivery from the first family to finished rows: depends on its plan alone, never on other chunks."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ciyou.batch.synth.chance import Chance
from ciyou.batch.synth.circumstances import Fortune
from ciyou.batch.synth.departments import Departments
from ciyou.batch.synth.desk import Desk, RecordNumbers
from ciyou.batch.synth.layout import (
    ROSTER_FILES,
    TRUTH_CHILD_COLUMNS,
    TRUTH_CHILDREN,
    TRUTH_RECORD_COLUMNS,
    TRUTH_RECORDS,
    FileFormat,
    medium_of,
)
from ciyou.batch.synth.people import Family
from ciyou.batch.synth.population import Chunk, Settler
from ciyou.batch.synth.strangers import record_strangers
from ciyou.batch.synth.truth import child_row
from ciyou.batch.synth.writers import Block, pack_rows, truth_medium

CHILDREN_PER_CHUNK = 5_000


@dataclass(frozen=True)
class ChunkOrder:
    """What to make: the chunk, and the settings of the whole delivery."""

    chunk: Chunk
    seed: int
    noise: float
    file_format: FileFormat


@dataclass(frozen=True)
class ChunkResult:
    """A chunk's rows, packed for their files (by file name without suffix), and its counts."""

    blocks: Mapping[str, Block]
    rows: Mapping[str, int]
    children: int
    families: int
    parents: int
    categories: Mapping[str, int]


def make_chunk(order: ChunkOrder) -> ChunkResult:
    """Makes one chunk. The same order gives the same result in any process."""
    chunk = order.chunk
    chance = Chance("synth", order.seed, chunk.as_of, chunk.county.code, chunk.chunk_of_county, chunk.children)
    settler = Settler(chance, chunk)
    families = settler.settle()
    Fortune(chance, chunk.as_of).befall(families, settler)
    numbers = RecordNumbers(order.seed, chunk.number)
    # Desks draw from a stream of their own: another noise changes what is written, never who lives there.
    ink = Chance("desks", order.seed, chunk.as_of, chunk.county.code, chunk.chunk_of_county, chunk.children)
    desks = {roster.name: Desk(roster, ink, numbers, order.noise) for roster in ROSTER_FILES}
    departments = Departments(desks, chunk.as_of)
    for family in families:
        departments.record_family(family)
    record_strangers(chance, settler, desks, chunk)
    return _pack(order, families, desks)


def _pack(order: ChunkOrder, families: list[Family], desks: Mapping[str, Desk]) -> ChunkResult:
    blocks: dict[str, Block] = {}
    rows: dict[str, int] = {}
    truths: list[tuple[str, ...]] = []
    for roster in ROSTER_FILES:
        desk = desks[roster.name]
        # In the order of their random ids, so that the order of rows tells no more than the chunk.
        desk.rows.sort(key=_first)
        blocks[roster.name] = pack_rows(desk.rows, roster.columns, medium_of(roster, order.file_format))
        rows[roster.name] = len(desk.rows)
        truths.extend(desk.truth)
    truths.sort(key=_first)
    medium = truth_medium(order.file_format)
    as_of: dt.date = order.chunk.as_of
    children = [child_row(child, family, as_of) for family in families for child in family.children]
    blocks[TRUTH_RECORDS] = pack_rows(truths, TRUTH_RECORD_COLUMNS, medium)
    blocks[TRUTH_CHILDREN] = pack_rows(children, TRUTH_CHILD_COLUMNS, medium)
    category = TRUTH_CHILD_COLUMNS.index("category")
    return ChunkResult(
        blocks=blocks,
        rows=rows,
        children=len(children),
        families=len(families),
        parents=sum(len(family.parents) for family in families),
        categories=Counter(row[category] for row in children if row[category]),
    )


def _first(row: list[str] | tuple[str, ...]) -> str:
    return row[0]
