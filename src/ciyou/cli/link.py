"""`ciyou link`: a folder of departments' rosters in; who is who, who is whose parent, and what a person must look at out."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from ciyou.batch.reading import link_folder
from ciyou.batch.run_record import RunRecord
from ciyou.batch.screen import LINK_ENGINES, Settings
from ciyou.cli.output import choose_language, fail, language_option
from ciyou.cli.progress import show_progress
from ciyou.cli.screen_summary import print_link_summary
from ciyou.core.errors import CiyouError


@click.command("link", epilog="Example: ciyou link rosters/ --as-of 2025-09-01 --out linked/")
@click.argument("rosters", type=click.Path(path_type=Path))
@click.option(
    "--as-of",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day on which a person is a child or an adult.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the results (new, empty or an earlier linking; never a screening).",
)
@click.option(
    "--link-engine", type=click.Choice(LINK_ENGINES), default="duckdb", show_default=True, help="What finds who is who."
)
@click.option(
    "--decisions",
    type=click.Path(path_type=Path),
    default=None,
    help="Parquet file of what people decided about pairs (columns key_a, key_b, slot_b, verdict; keys as in `pairs`).",
)
@click.option(
    "--since",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder of an earlier linking to go on from: each roster that comes takes the place of its predecessor, the others stand as they were.",
)
@click.option(
    "--adding",
    is_flag=True,
    help="With --since: the rosters are rows to be added or put in place of the same record; nobody leaves.",
)
@language_option
def link(rosters: Path, out: Path, lang: str | None, as_of: dt.datetime, link_engine: str, **more: Any) -> None:
    """Find who is who and who is whose parent in the ROSTERS of a folder, and decide nothing.

    Writes the people, the links with the rule that made each, the ties between people, the pairs that a person must look at, and
    what each department states otherwise than the register. With --since what comes is linked with all that stands, people
    keep their ids, and `changes` says what is new. The same linker works inside `ciyou screen`. Exit 0: done; 2: could not run.
    """
    spoken = choose_language(lang)
    if more["adding"] and more["since"] is None:
        raise click.UsageError("--adding needs --since.")
    settings = Settings(as_of=as_of.date(), link_engine=link_engine, **more)
    started = time.perf_counter()
    try:
        with show_progress(spoken) as watch:
            run = link_folder(rosters, out=out, settings=settings, record=RunRecord(watch))
    except CiyouError as error:
        fail(error, spoken)
    print_link_summary(run, Console(), lang=spoken, seconds=time.perf_counter() - started, out=out)
