"""`ciyou screen`: a folder of departments' rosters in; people, families, facts, decisions and leads out."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from ciyou.batch.engines.rule_runners import RULES_ENGINES
from ciyou.batch.reading import screen_folder
from ciyou.batch.run_record import RunRecord
from ciyou.batch.screen import LINK_ENGINES, Settings, check_engines
from ciyou.cli.output import choose_language, fail, language_option
from ciyou.cli.progress import show_progress
from ciyou.cli.screen_summary import print_summary
from ciyou.core.errors import CiyouError


@click.command(epilog="Example: ciyou screen rosters/ --as-of 2025-09-01 --out results/")
@click.argument("rosters", type=click.Path(path_type=Path))
@click.option("--as-of", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day on which to decide.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the results (new, empty or an earlier run).",
)
@click.option(
    "--division", default="", help="Division code of those who deliver (default: where most records are from)."
)
@click.option(
    "--rules-engine",
    type=click.Choice(RULES_ENGINES),
    default="polars",
    show_default=True,
    help="What decides the rules.",
)
@click.option(
    "--link-engine", type=click.Choice(LINK_ENGINES), default="duckdb", show_default=True, help="What finds who is who."
)
@click.option(
    "--encrypt",
    "key_file",
    type=click.Path(path_type=Path),
    default=None,
    help="Encrypt the tables with this key file (made if missing; keep it apart from the results; see `ciyou decrypt`).",
)
@click.option(
    "--since",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder of an earlier run: decide only children whose facts changed since, or whom a birthday or a term has touched.",
)
@click.option(
    "--decisions",
    type=click.Path(path_type=Path),
    default=None,
    help="Parquet file of what people decided about pairs (columns key_a, key_b, slot_b, verdict; keys as in `pairs`).",
)
@language_option
def screen(rosters: Path, as_of: dt.datetime, out: Path, lang: str | None, **options: Any) -> None:
    """Screen the ROSTERS in a folder: find who is who and who is whose parent, decide every rule for every child, rank leads.

    CSV (UTF-8, GB18030), XLSX and Parquet are read as departments send them. Bad rows are set aside with their reason. The
    folder of results is readable by you alone; see the reference for its files. Exit 0: done; 2: could not run.
    """
    spoken = choose_language(lang)
    settings = Settings(as_of=as_of.date(), **options)
    started = time.perf_counter()
    try:
        check_engines(settings)
        with show_progress(spoken) as watch:
            run = screen_folder(rosters, out=out, settings=settings, record=RunRecord(watch))
    except CiyouError as error:
        fail(error, spoken)
    print_summary(run, Console(), lang=spoken, seconds=time.perf_counter() - started, out=out)
