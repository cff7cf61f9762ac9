"""A whole delivery: plans the chunks, makes them one by one or side by side, writes the files, and says what was made."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import re
import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ciyou.batch.synth.chunks import CHILDREN_PER_CHUNK, ChunkOrder, ChunkResult, make_chunk
from ciyou.batch.synth.layout import (
    DIVISIONS,
    ROSTER_FILES,
    TRUTH_CHILD_COLUMNS,
    TRUTH_CHILDREN,
    TRUTH_RECORD_COLUMNS,
    TRUTH_RECORDS,
    FileFormat,
    medium_of,
)
from ciyou.batch.synth.leftovers import closing_rows
from ciyou.batch.synth.numbers import CHUNKS_PER_COUNTY
from ciyou.batch.synth.places import DIVISION_COLUMNS, MOST_COUNTIES, delivering_county, division_rows
from ciyou.batch.synth.population import Chunk
from ciyou.batch.synth.writers import RowFile, open_file, pack_rows, truth_medium
from ciyou.core.errors import Place, Problem, RunError

MOST_CHILDREN_PER_COUNTY = CHILDREN_PER_CHUNK * CHUNKS_PER_COUNTY
USUAL_CHILDREN_PER_COUNTY = 50_000
DEFAULT_CHILDREN = 3_000
DEFAULT_AS_OF = dt.date(2025, 9, 1)
_PARTIAL = ".partial"

Progress = Callable[[int, int], None]
"""Called with (children made, children wanted) after every chunk."""


@dataclass(frozen=True)
class SynthSummary:
    """What was made. `rows` counts the records per roster, without blank and total rows; `files` are names in `out`."""

    out: Path
    files: tuple[str, ...]
    counties: tuple[str, ...]
    children: int
    families: int
    parents: int
    rows: Mapping[str, int]
    categories: Mapping[str, int]


def synthesize(  # noqa: PLR0913 - one keyword per option of `ciyou synth`
    *,
    out: Path,
    children: int = DEFAULT_CHILDREN,
    counties: int | None = None,
    seed: int = 1,
    noise: float = 1.0,
    as_of: dt.date = DEFAULT_AS_OF,
    file_format: FileFormat | str = FileFormat.MIXED,
    jobs: int = 1,
    progress: Progress | None = None,
) -> SynthSummary:
    """Writes a synthetic delivery of eleven rosters, its truth and its map into the folder `out`.

    The same arguments give the same bytes; `jobs` (processes) changes only the time. Without `counties` there is one per 50,000
    children. Memory does not grow with `children`. The files appear in `out` when all is done; a folder that holds anything
    that is not such a delivery is refused.

    Raises RunError with every mistake in the arguments.
    """
    wanted_counties = counties if counties is not None else max(1, -(-children // USUAL_CHILDREN_PER_COUNTY))
    _check(out, children=children, counties=wanted_counties, noise=noise, jobs=jobs)
    chosen = FileFormat(file_format)
    chunks = plan_chunks(children, counties=wanted_counties, as_of=as_of)
    orders = [ChunkOrder(chunk, seed, noise, chosen) for chunk in chunks]
    try:
        names, totals = _write(out, orders, wanted_counties, jobs, progress)
    except OSError as error:
        zh = "无法写入输出文件夹，请检查路径、权限和磁盘空间。"
        en = "The output folder cannot be written; check the path, the permissions and the room on the disk."
        raise RunError(_problem("out_not_writable", zh, en)) from error
    return SynthSummary(
        out=out,
        files=names,
        counties=tuple(delivering_county(index).code for index in range(wanted_counties)),
        children=totals.children,
        families=totals.families,
        parents=totals.parents,
        rows=dict(totals.rows),
        categories=dict(sorted(totals.categories.items())),
    )


def plan_chunks(children: int, *, counties: int, as_of: dt.date) -> Iterator[Chunk]:
    """Shares the children out evenly among the counties, and each county's among chunks of at most 5,000."""
    number = 0
    for index in range(counties):
        left = children * (index + 1) // counties - children * index // counties
        chunk_of_county = 0
        while left:
            size = min(left, CHILDREN_PER_CHUNK)
            yield Chunk(number, delivering_county(index), chunk_of_county, size, as_of)
            left -= size
            number += 1
            chunk_of_county += 1


class _Totals:
    def __init__(self) -> None:
        self.children = self.families = self.parents = 0
        self.rows: Counter[str] = Counter()
        self.categories: Counter[str] = Counter()

    def add(self, result: ChunkResult) -> None:
        self.children += result.children
        self.families += result.families
        self.parents += result.parents
        self.rows.update(result.rows)
        self.categories.update(result.categories)


def _write(
    out: Path, orders: list[ChunkOrder], counties: int, jobs: int, progress: Progress | None
) -> tuple[tuple[str, ...], _Totals]:
    file_format, noise = orders[0].file_format, orders[0].noise
    children = sum(order.chunk.children for order in orders)
    partial = out / _PARTIAL
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    files = _open_files(partial, file_format)
    totals = _Totals()
    for result in _results(orders, jobs):
        for name, block in result.blocks.items():
            files[name].append(block)
        totals.add(result)
        if progress is not None:
            progress(totals.children, children)
    for roster in ROSTER_FILES:
        if rows := closing_rows(roster, totals.rows[roster.name], noise):
            files[roster.name].append(pack_rows(rows, roster.columns, medium_of(roster, file_format)))
    divisions = list(division_rows(counties))
    files[DIVISIONS].append(pack_rows(divisions, DIVISION_COLUMNS, truth_medium(file_format)))
    return _publish(out, partial, files), totals


def _results(orders: list[ChunkOrder], jobs: int) -> Iterator[ChunkResult]:
    if jobs == 1 or len(orders) == 1:
        yield from map(make_chunk, orders)
        return
    # Never more than two chunks a process under way: otherwise finished ones pile up when writing is slower than making.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting: deque[Future[ChunkResult]] = deque()
        for order in orders:
            waiting.append(pool.submit(make_chunk, order))
            if len(waiting) >= 2 * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _open_files(folder: Path, file_format: FileFormat) -> dict[str, RowFile]:
    files = {
        roster.name: open_file(folder, roster.name, roster.columns, medium_of(roster, file_format))
        for roster in ROSTER_FILES
    }
    medium = truth_medium(file_format)
    files[TRUTH_RECORDS] = open_file(folder, TRUTH_RECORDS, TRUTH_RECORD_COLUMNS, medium)
    files[TRUTH_CHILDREN] = open_file(folder, TRUTH_CHILDREN, TRUTH_CHILD_COLUMNS, medium)
    files[DIVISIONS] = open_file(folder, DIVISIONS, DIVISION_COLUMNS, medium)
    return files


def _publish(out: Path, partial: Path, files: Mapping[str, RowFile]) -> tuple[str, ...]:
    names = []
    for file in files.values():
        file.close()
    for old in _own_files(out):
        old.unlink()
    for file in files.values():
        for path in file.paths:
            path.replace(out / path.name)
            names.append(path.name)
    partial.rmdir()
    return tuple(sorted(names))


def _own_files(out: Path) -> list[Path]:
    """The files of an earlier synthetic delivery; none where no truth stands beside them: rosters without it may be real."""
    names = {roster.name for roster in ROSTER_FILES} | {TRUTH_RECORDS, TRUTH_CHILDREN, DIVISIONS}
    own = re.compile(rf"({'|'.join(sorted(names))})(\.csv|\.parquet|(_\d+)?\.xlsx)")
    found = [path for path in out.iterdir() if own.fullmatch(path.name)]
    return found if any(path.stem == TRUTH_RECORDS for path in found) else []


def _check(out: Path, *, children: int, counties: int, noise: float, jobs: int) -> None:
    problems = list(_number_problems(children, counties, noise, jobs))
    if out.exists() and not out.is_dir():
        problems.append(
            _problem(
                "out_not_folder", "输出位置是一个文件，请另选文件夹。", "The output place is a file; choose a folder."
            )
        )
    elif out.is_dir():
        own = {path.name for path in _own_files(out)} | {_PARTIAL}
        if any(path.name not in own for path in out.iterdir()):
            zh = "输出文件夹里有别的文件，请另选一个空文件夹。"
            problems.append(_problem("out_not_empty", zh, "The output folder holds other files; choose an empty one."))
    if problems:
        raise RunError(problems)


def _number_problems(children: int, counties: int, noise: float, jobs: int) -> Iterator[Problem]:
    if children < 1:
        yield _problem("children_too_few", "儿童数至少为 1。", "The number of children must be at least 1.")
    if not 1 <= counties <= MOST_COUNTIES:
        zh, en = (
            f"县数须在 1 至 {MOST_COUNTIES} 之间。",
            f"The number of counties must lie between 1 and {MOST_COUNTIES}.",
        )
        yield _problem("counties_out_of_range", zh, en)
    elif children > counties * MOST_CHILDREN_PER_COUNTY:
        most = MOST_CHILDREN_PER_COUNTY
        zh = f"每县最多 {most} 名儿童，请增加县数（--counties）。"
        yield _problem(
            "county_too_full", zh, f"A county holds at most {most} children; ask for more counties (--counties)."
        )
    if not 0 <= noise <= 20:
        yield _problem("noise_out_of_range", "差错倍数须在 0 至 20 之间。", "The noise must lie between 0 and 20.")
    if jobs < 1:
        yield _problem("jobs_too_few", "进程数至少为 1。", "The number of processes must be at least 1.")


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), code, zh, en)
