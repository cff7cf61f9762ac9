"""Pieces of files read by several processes, with the results in the order of the pieces."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType

from ciyou.batch.rosters.blocks import Block, read_block
from ciyou.batch.rosters.records import ReadRecords
from ciyou.packs.roster_pack import RosterPack


class Workers:
    """Processes that read blocks; none at all when `count` is 0: blocks are then read here.

    Each has one pipe and at most one block at a time, so memory stays bounded. A worker ends when its pipe closes, also when
    the run is killed: a pool's shared queue would keep orphans waiting for ever.
    """

    def __init__(self, count: int) -> None:
        # Started afresh: a fork would copy the locks of the engines' threads in whatever state they are.
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection] = []
        self._processes = []
        for _ in range(count):
            here, there = context.Pipe()
            process = context.Process(target=_work, args=(there,), daemon=True)
            process.start()
            there.close()
            self._pipes.append(here)
            self._processes.append(process)

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join()

    def read(self, blocks: Iterable[Block], pack: RosterPack, as_of: dt.date | None) -> Iterator[ReadRecords]:
        """The records of each block, in order. An error in a worker is raised here."""
        idle, busy = deque(self._pipes), deque[Connection]()
        for block in blocks:
            # Rows of a workbook are Python objects already: handing them over costs more than reading them.
            if not self._pipes or isinstance(block.content, list):
                yield read_block(block, pack, as_of)
                continue
            if not idle:
                yield _receive(busy, idle)
            pipe = idle.popleft()
            pipe.send((block, pack, as_of))
            busy.append(pipe)
        while busy:
            yield _receive(busy, idle)


def _receive(busy: deque[Connection], idle: deque[Connection]) -> ReadRecords:
    pipe = busy.popleft()
    result: ReadRecords | Exception = pipe.recv()
    idle.append(pipe)
    if isinstance(result, Exception):
        raise result
    return result


def _work(pipe: Connection) -> None:
    # An interruption from the keyboard concerns the run, which then closes the pipes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A pipe that is closed at the other end: the run has finished, or was killed.
    with suppress(EOFError, ConnectionError):
        while True:
            pipe.send(_read_safely(*pipe.recv()))


def _read_safely(block: Block, pack: RosterPack, as_of: dt.date | None) -> ReadRecords | Exception:
    """The records, or the error that the run shall raise where a person sees it."""
    try:
        return read_block(block, pack, as_of)
    except Exception as error:
        return error
