"""`ciyou load`: what a screening found becomes files, leads and work for those who visit."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click

from ciyou.cli.managing import home_option, run_managed
from ciyou.cli.output import COULD_NOT_RUN, choose_language, fail, language_option
from ciyou.cli.supervision import run_management
from ciyou.core.errors import RunError


@click.command("load", epilog="Example: ciyou load results/ --home /srv/ciyou")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="For a folder of rosters: the day on which to decide (default: today).",
)
@home_option
@language_option
def load(folder: Path, as_of: dt.datetime | None, home: Path, lang: str | None) -> None:
    """Load FOLDER into the state folder: an output folder of `ciyou screen`, or rosters, which are screened first.

    Only the children of leads and their families are put on file. Loading the same results twice changes nothing; a load that
    was interrupted is run again and does what is left.

    Exit 0: done; 2: could not be loaded.
    """
    day = [] if as_of is None else ["--as-of", as_of.date().isoformat()]
    try:
        run_management("prepare", home=home)
    except RunError as error:
        fail(error, choose_language(lang))
    code = run_managed(home, "load_folder", str(folder.absolute()), *day, lang=lang)
    sys.exit(COULD_NOT_RUN if code else 0)
