"""From files to normalized records: every roster read in bounded batches, written beside its final name and then renamed."""

from __future__ import annotations

import datetime as dt
import os
import time

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ciyou.batch.rosters.cells import CellReader
from ciyou.batch.rosters.delivery import Delivery, RosterFile
from ciyou.batch.rosters.duplicates import NumbersSeen
from ciyou.batch.rosters.parquet_files import read_parquet
from ciyou.batch.rosters.reasons import REASON_TEXTS, Reason, SetAside, ValueKind
from ciyou.batch.rosters.record_schema import REJECTED_SCHEMA
from ciyou.batch.rosters.records import RecordReader, Warnings
from ciyou.batch.rosters.rows import RowBatch, batch_of, in_batches
from ciyou.batch.rosters.text_files import read_rows
from ciyou.batch.rosters.workbooks import read_workbook

NORMALIZED, REJECTED = "normalized", "rejected.parquet"
Progress = Callable[[str, int, int], None]
"""Called with a roster's code, the bytes read so far and the bytes of the whole delivery."""


@dataclass(frozen=True)
class RosterSummary:
    """What became of one roster: read = used + rejected rows. `warnings` counts disregarded cells by (column, kind, count)."""

    roster: str
    files: tuple[RosterFile, ...]
    path: Path
    read: int
    used: int
    rejected: int
    warnings: tuple[tuple[str, str, int], ...]
    seconds: float


def normalize(
    delivery: Delivery, *, work_folder: Path, as_of: dt.date | None = None, progress: Progress | None = None
) -> tuple[RosterSummary, ...]:
    """Write `normalized/<roster>.parquet` for every roster delivered, and `rejected.parquet`, into the work folder.

    Rows keep the order of the files. A file stands under its final name only when it is complete, so that a run that was
    killed can simply be run again. `as_of` is the day of the run: no valid ID number has a later date of birth.
    """
    folder = work_folder / NORMALIZED
    folder.mkdir(parents=True, exist_ok=True)
    for stale in [*folder.glob("*.tmp"), *folder.glob("*.parquet"), *work_folder.glob(f"{REJECTED}*")]:
        stale.unlink()
    run = _Run(delivery, folder, CellReader(latest_birth=as_of), as_of, progress)
    rejected = work_folder / f"{REJECTED}.tmp"
    with pq.ParquetWriter(rejected, REJECTED_SCHEMA, compression="zstd") as writer:
        summaries = tuple(run.normalize_roster(roster, writer) for roster in delivery.rosters)
    _put_in_place(rejected, work_folder / REJECTED)
    return summaries


@dataclass
class _Counts:
    read: int = 0
    rejected: int = 0


class _Run:
    def __init__(
        self, delivery: Delivery, folder: Path, cells: CellReader, as_of: dt.date | None, progress: Progress | None
    ) -> None:
        self._delivery, self._folder, self._cells, self._as_of = delivery, folder, cells, as_of
        self._progress = progress
        self._bytes_total = sum(file.size for file in delivery.files)
        self._bytes_before = 0
        self._seen = NumbersSeen()

    def normalize_roster(self, roster: str, rejected: pq.ParquetWriter) -> RosterSummary:
        started = time.perf_counter()
        reader = RecordReader(self._delivery.pack(roster), self._cells, as_of=self._as_of)
        files = tuple(file for file in self._delivery.files if file.roster == roster)
        part, path = self._folder / f"{roster}.parquet.tmp", self._folder / f"{roster}.parquet"
        counts, warnings = _Counts(), Warnings()
        with pq.ParquetWriter(part, reader.schema, compression="zstd") as writer:
            for file in files:
                for batch in self._read_file(file):
                    done = reader.read(batch)
                    writer.write_batch(done.records)
                    self._seen.add(done.records.column("rec_id").to_pylist())
                    _write_rejected(rejected, roster, done.set_aside)
                    counts.read += done.records.num_rows + len(done.set_aside)
                    counts.rejected += len(done.set_aside)
                    warnings.update(done.warnings)
                self._bytes_before += file.size
        twice, elsewhere = self._seen.finish_roster()
        if twice or elsewhere:
            refused = _settle_duplicates(part, reader.schema, roster, twice, elsewhere)
            _write_rejected(rejected, roster, refused)
            counts.rejected += len(refused)
        _put_in_place(part, path)
        listed = tuple((column, kind, count) for (column, kind), count in sorted(warnings.items()))
        return RosterSummary(
            roster=roster,
            files=files,
            path=path,
            read=counts.read,
            used=counts.read - counts.rejected,
            rejected=counts.rejected,
            warnings=listed,
            seconds=time.perf_counter() - started,
        )

    def _read_file(self, file: RosterFile) -> Iterator[RowBatch]:
        for batch in read_batches(self._delivery.folder / file.name, file):
            yield batch
            if self._progress is not None:
                self._progress(file.roster, self._bytes_before + batch.bytes_read, self._bytes_total)


def read_batches(path: Path, file: RosterFile) -> Iterator[RowBatch]:
    """The rows of a file below its titles, in batches."""
    if file.format == "parquet":
        yield from read_parquet(path, file.layout, file=file.name)
        return
    if file.form is None:
        source = ((rows, file.size) for rows in in_batches(read_workbook(path, file.sheet)))
    else:
        source = read_rows(path, file.form, separator=file.separator, width=file.layout.width)
    for rows, done in source:
        below = (row for row in rows if row[0] > file.layout.header_row)
        yield batch_of(below, file.layout, file=file.name, bytes_read=done)


def _settle_duplicates(
    part: Path, schema: pa.Schema, roster: str, twice: frozenset[int], elsewhere: frozenset[int]
) -> list[SetAside]:
    """Rewrite a roster: of rows with one number the first stays; a number that another roster has used gets this roster's code."""
    settled, seen, refused = part.with_suffix(".settled.tmp"), set[str](), list[SetAside]()
    with pq.ParquetWriter(settled, schema, compression="zstd") as writer:
        for batch in pq.ParquetFile(part).iter_batches():
            numbers = batch.column("rec_id").to_pylist()
            keep = []
            for index, number in enumerate(numbers):
                suspect = hash(number)
                if suspect in twice and number in seen:
                    origin = batch.column("source_file")[index].as_py(), batch.column("source_row")[index].as_py()
                    refused.append(SetAside(*origin, "rec_id", ValueKind.DUPLICATE_RECORD_NUMBER, Reason.DUPLICATE))
                    continue
                if suspect in twice:
                    seen.add(number)
                keep.append(index)
                if suspect in elsewhere:
                    numbers[index] = f"{roster}:{number}"
            renamed = batch.set_column(0, schema.field("rec_id"), pa.array(numbers, pa.string()))
            writer.write_batch(renamed.take(pa.array(keep, pa.int32())))
    settled.replace(part)
    return refused


def _write_rejected(writer: pq.ParquetWriter, roster: str, set_aside: list[SetAside]) -> None:
    if not set_aside:
        return
    columns = [
        [roster] * len(set_aside),
        [one.file for one in set_aside],
        [one.row for one in set_aside],
        [one.column for one in set_aside],
        [one.kind.value for one in set_aside],
        [one.reason.value for one in set_aside],
        [REASON_TEXTS[one.reason][0] for one in set_aside],
        [REASON_TEXTS[one.reason][1] for one in set_aside],
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, REJECTED_SCHEMA, strict=True)]
    writer.write_batch(pa.record_batch(arrays, schema=REJECTED_SCHEMA))


def _put_in_place(part: Path, path: Path) -> None:
    """Rename a finished file after its bytes have reached the disk."""
    with part.open("rb+") as opened:
        os.fsync(opened.fileno())
    part.replace(path)
