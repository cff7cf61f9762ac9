"""How far a run is, on stderr: a bar in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ciyou.batch.run_record import STAGES, Watcher


@contextmanager
def show_progress(lang: str) -> Iterator[Watcher]:
    """Shows on stderr which stage is at work and how far it is; plain lines where stderr is no terminal."""
    column = 1 if lang == "en" else 0
    if not sys.stderr.isatty():
        yield _plain_watcher(column)
        return
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        tasks: dict[str, int] = {}

        def watch(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(STAGES[stage][column], total=None)
            bar.update(tasks[stage], completed=done, total=total or None)  # type: ignore[arg-type]

        yield watch


def _plain_watcher(column: int) -> Watcher:
    seen: set[str] = set()

    def watch(stage: str, done: int, total: int) -> None:
        if stage not in seen:
            seen.add(stage)
            click.echo(f"… {STAGES[stage][column]}", err=True)

    return watch
