"""From files to normalized records: every roster read in bounded pieces, written beside its final name and then renamed."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ciyou.batch.rosters.blocks import Block, blocks_of, read_block
from ciyou.batch.rosters.delivery import Delivery, RosterFile
from ciyou.batch.rosters.duplicates import NumbersSeen
from ciyou.batch.rosters.reasons import REASON_TEXTS, Reason, SetAside, ValueKind
from ciyou.batch.rosters.record_schema import REJECTED_SCHEMA, schema_of
from ciyou.batch.rosters.records import ReadRecords, Warnings
from ciyou.batch.workers import Workers, processors
from ciyou.packs.roster_pack import RosterPack

NORMALIZED, REJECTED = "normalized", "rejected.parquet"
_WORTH_WORKERS_BYTES = 24 << 20
_MOST_WORKERS = 4
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
    delivery: Delivery,
    *,
    work_folder: Path,
    as_of: dt.date | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
) -> tuple[RosterSummary, ...]:
    """Write `normalized/<roster>.parquet` for every roster delivered, and `rejected.parquet`, into the work folder.

    Rows keep the order of the files. A file stands under its final name only when it is complete, so that a run that was
    killed can simply be run again. `as_of` is the day of the run: no valid ID number has a later date of birth. `workers` is
    the number of processes beside this one (None: by the size of the delivery and the machine); it changes no result.
    """
    folder = work_folder / NORMALIZED
    folder.mkdir(parents=True, exist_ok=True)
    for stale in [*folder.glob("*.tmp"), *folder.glob("*.parquet"), *work_folder.glob(f"{REJECTED}*")]:
        stale.unlink()
    count = _workers_worth_having(delivery) if workers is None else workers
    rejected = work_folder / f"{REJECTED}.tmp"
    with Workers(count, _read_block) as crew, pq.ParquetWriter(rejected, REJECTED_SCHEMA, compression="zstd") as writer:
        run = _Run(delivery, folder, crew, as_of, progress)
        summaries = tuple(run.normalize_roster(roster, writer) for roster in delivery.rosters)
    _put_in_place(rejected, work_folder / REJECTED)
    # What reading needed is given back before linkage takes its own share.
    pa.default_memory_pool().release_unused()
    return summaries


def _workers_worth_having(delivery: Delivery) -> int:
    """Starting processes costs about a second each: only for large deliveries, and never from inside a worker."""
    large = sum(file.size for file in delivery.files if file.format != "xlsx") >= _WORTH_WORKERS_BYTES
    return min(count, _MOST_WORKERS) if large and (count := processors()) > 1 else 0


_Asked = tuple[Block, RosterPack, dt.date | None]


def _read_block(asked: _Asked) -> ReadRecords:
    return read_block(*asked)


class _Run:
    def __init__(
        self,
        delivery: Delivery,
        folder: Path,
        workers: Workers[_Asked, ReadRecords],
        as_of: dt.date | None,
        progress: Progress | None,
    ) -> None:
        self._delivery, self._folder, self._workers, self._as_of = delivery, folder, workers, as_of
        self._progress = progress
        self._bytes_total = sum(file.size for file in delivery.files)
        self._bytes_read = 0
        self._seen = NumbersSeen()

    def normalize_roster(self, roster: str, rejected: pq.ParquetWriter) -> RosterSummary:
        started = time.perf_counter()
        pack = self._delivery.pack(roster)
        files = tuple(file for file in self._delivery.files if file.roster == roster)
        part, path = self._folder / f"{roster}.parquet.tmp", self._folder / f"{roster}.parquet"
        used, refused, warnings = 0, 0, Warnings()
        with pq.ParquetWriter(part, schema_of(pack), compression="zstd") as writer:
            for done in self._read(files, pack):
                writer.write_batch(done.records)
                self._seen.add(done.records.column("rec_id").to_pylist())
                _write_rejected(rejected, roster, done.set_aside)
                used += done.records.num_rows
                refused += len(done.set_aside)
                warnings.update(done.warnings)
        twice, elsewhere = self._seen.finish_roster()
        if twice or elsewhere:
            duplicates = _settle_duplicates(part, schema_of(pack), roster, twice, elsewhere)
            _write_rejected(rejected, roster, duplicates)
            used -= len(duplicates)
            refused += len(duplicates)
        _put_in_place(part, path)
        return RosterSummary(
            roster=roster,
            files=files,
            path=path,
            read=used + refused,
            used=used,
            rejected=refused,
            warnings=tuple((column, str(kind), count) for (column, kind), count in sorted(warnings.items())),
            seconds=time.perf_counter() - started,
        )

    def _read(self, files: tuple[RosterFile, ...], pack: RosterPack) -> Iterator[ReadRecords]:
        for file in files:
            before = self._bytes_read
            for done in self._read_blocks(file, pack):
                yield done
                if self._progress is not None:
                    self._progress(file.roster, self._bytes_read, self._bytes_total)
            self._bytes_read = before + file.size

    def _read_blocks(self, file: RosterFile, pack: RosterPack) -> Iterator[ReadRecords]:
        asked = ((block, pack, self._as_of) for block in self._counted(blocks_of(self._delivery.folder, file)))
        # Rows of a workbook are Python objects already: handing them over costs more than reading them.
        return self._workers.map(asked, here=lambda piece: isinstance(piece[0].content, list))

    def _counted(self, blocks: Iterator[Block]) -> Iterator[Block]:
        for block in blocks:
            if isinstance(block.content, bytes):
                self._bytes_read += len(block.content)
            yield block


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
