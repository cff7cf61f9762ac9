"""What a run took: stages with seconds, rows and memory, told to whoever watches and kept in the run file."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

STAGES: dict[str, tuple[str, str]] = {
    "read": ("读取名册", "Reading rosters"),
    "recall": ("取回上次结果", "Recalling what stands"),
    "load": ("载入记录", "Loading records"),
    "link": ("识别同一人", "Linking records"),
    "families": ("识别家庭", "Finding families"),
    "facts": ("形成事实", "Collecting facts"),
    "wide": ("按人汇总事实", "Gathering facts by person"),
    "decide": ("逐项规则判定", "Deciding all rules"),
    "leads": ("形成线索", "Ranking leads"),
    "write": ("写出结果", "Writing results"),
}
Watcher = Callable[[str, int, int], None]


@dataclass
class Stage:
    """One stage of a run; `rows` are the rows it made or went through."""

    name: str
    seconds: float = 0.0
    rows: int = 0
    peak_memory_mb: int = 0


@dataclass
class RunRecord:
    """Collects stages, and what became of decisions that the run was given. `watch(stage, done, total)` is called as work goes on; total 0 means that it is not known."""

    watch: Watcher
    stages: list[Stage] = field(default_factory=list)
    followed: dict[str, int] = field(default_factory=dict)
    """What became of people's decisions about pairs; empty where none were given."""

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Time one stage."""
        stage = Stage(name)
        self.stages.append(stage)
        self.watch(name, 0, 0)
        started = time.perf_counter()
        try:
            yield stage
        finally:
            stage.seconds = round(time.perf_counter() - started, 3)
            stage.peak_memory_mb = peak_memory_mb()


def watch_nothing(stage: str, done: int, total: int) -> None:
    """A watcher for whoever does not want to know."""


def peak_memory_mb() -> int:
    """The most memory that this process has held so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak // (1024 * 1024) if sys.platform == "darwin" else peak // 1024)
