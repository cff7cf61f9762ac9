"""Pieces of roster files that can be read apart from each other, and what reading one of them gives."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from ciyou.batch.rosters.cells import CellReader
from ciyou.batch.rosters.csv_lines import NumberedRow
from ciyou.batch.rosters.delivery import RosterFile
from ciyou.batch.rosters.parquet_files import parquet_titles, read_record_batches, rows_of_record_batch
from ciyou.batch.rosters.records import ReadRecords, RecordReader
from ciyou.batch.rosters.rows import RowBatch, batch_of, in_batches
from ciyou.batch.rosters.text_files import read_blocks, rows_of_block
from ciyou.batch.rosters.workbooks import read_workbook
from ciyou.packs.roster_pack import RosterPack


@dataclass(frozen=True)
class Block:
    """A piece of a file as it is stored: bytes of text, rows of a workbook, or a batch of Parquet. `first` is its first row."""

    file: RosterFile
    first: int
    content: bytes | list[NumberedRow] | pa.RecordBatch
    titles: tuple[str, ...] = ()


def blocks_of(folder: Path, file: RosterFile) -> Iterator[Block]:
    """The pieces of a file, in order; only one is in memory at a time."""
    path = folder / file.name
    if file.format == "parquet":
        titles = tuple(parquet_titles(path))
        for first, batch in read_record_batches(path, file.layout):
            yield Block(file, first, batch, titles)
    elif file.form is None:
        for rows in in_batches(read_workbook(path, file.sheet)):
            yield Block(file, rows[0][0], rows)
    else:
        for first, piece in read_blocks(path, file.form):
            yield Block(file, first, piece)


def read_block(block: Block, pack: RosterPack, as_of: dt.date | None) -> ReadRecords:
    """The normalized records of a piece, and its rows that are set aside."""
    with _no_cycle_collection():
        return RecordReader(pack, _cell_reader(as_of), as_of=as_of).read(_rows(block))


@contextmanager
def _no_cycle_collection() -> Iterator[None]:
    """Cells make no reference cycles, but a million of them make every search for cycles long: it doubled the time (measured)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@lru_cache(maxsize=1)
def _cell_reader(as_of: dt.date | None) -> CellReader:
    return CellReader(latest_birth=as_of)


def _rows(block: Block) -> RowBatch:
    file = block.file
    match block.content:
        case bytes() as piece if file.form is not None:
            width = file.layout.width
            rows = rows_of_block(piece, file.form, first=block.first, separator=file.separator, width=width)
        case list() as rows:
            pass
        case batch:
            return rows_of_record_batch(batch, file.layout, block.titles, first=block.first, file=file.name)
    below = (row for row in rows if row[0] > file.layout.header_row)
    return batch_of(below, file.layout, file=file.name)
