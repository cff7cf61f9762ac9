"""Pieces of work done by several processes, with the results in the order of the pieces."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pkgutil import resolve_name
from types import TracebackType
from typing import Any, Generic, TypeVar

from ciyou.batch.garbage import set_heap_aside

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def processors() -> int:
    """How many processors this process may use; 1 where it may not start processes of its own."""
    return 1 if multiprocessing.current_process().daemon else len(os.sched_getaffinity(0))


class Workers(Generic[Piece, Result]):
    """Processes that do one function with pieces; none at all when `count` is 0: it is then done here.

    `do` is a function of a module, so that a process started afresh finds it; `begin` names one that it calls first, as
    `module:function`, before the module of `do` is imported. Each process has one pipe and at most one piece at
    a time, so memory stays bounded. A worker ends when its pipe closes, also when the run is killed: a pool's shared queue would
    keep orphans waiting for ever.
    """

    def __init__(self, count: int, do: Callable[[Piece], Result], *, begin: str = "") -> None:
        self._do = do
        name = f"{do.__module__}:{do.__qualname__}"
        # Started afresh: a fork would copy the locks of the engines' threads in whatever state they are.
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection] = []
        self._processes = []
        for _ in range(count):
            here, there = context.Pipe()
            process = context.Process(target=_work, args=(there, begin, name), daemon=True)
            process.start()
            there.close()
            self._pipes.append(here)
            self._processes.append(process)

    def __enter__(self) -> Workers[Piece, Result]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join()

    def map(self, pieces: Iterable[Piece], *, here: Callable[[Piece], bool] = lambda piece: False) -> Iterator[Result]:
        """The result of each piece, in order. An error in a worker is raised here. `here`: pieces that cost more to hand over."""
        idle, busy = deque(self._pipes), deque[Connection]()
        for piece in pieces:
            if not self._pipes or here(piece):
                while busy:
                    yield self._receive(busy, idle)
                yield self._do(piece)
                continue
            # The worker gets its next piece before whoever asked looks at its last result: it would wait for them otherwise.
            done = [] if idle else [self._receive(busy, idle)]
            pipe = idle.popleft()
            pipe.send(piece)
            busy.append(pipe)
            yield from done
        while busy:
            yield self._receive(busy, idle)

    def _receive(self, busy: deque[Connection], idle: deque[Connection]) -> Result:
        pipe = busy.popleft()
        result: Result | Exception = pipe.recv()
        idle.append(pipe)
        if isinstance(result, Exception):
            raise result
        return result


def _work(pipe: Connection, begin: str, name: str) -> None:
    # An interruption from the keyboard concerns the run, which then closes the pipes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if begin:
        resolve_name(begin)()
    do = resolve_name(name)
    set_heap_aside()
    # A pipe that is closed at the other end: the run has finished, or was killed.
    with suppress(EOFError, ConnectionError):
        while True:
            pipe.send(_do_safely(do, pipe.recv()))


def _do_safely(do: Callable[[Any], object], piece: object) -> object:
    """The result, or the error that the run shall raise where a person sees it."""
    try:
        return do(piece)
    except Exception as error:
        return error
