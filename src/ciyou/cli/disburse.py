"""`ciyou disburse`: compute the draft of a month's payments for a county."""

from __future__ import annotations

from pathlib import Path

import click

from ciyou.cli.managing import home_option, manage
from ciyou.cli.output import language_option


@click.command("disburse")
@click.argument("county")
@click.argument("month")
@click.option(
    "--series", default="children_living", show_default=True, help="Which monthly run: a series of the packs."
)
@home_option
@language_option
def disburse(county: str, month: str, series: str, home: Path, lang: str | None) -> None:
    """Draft MONTH (2026-11) for COUNTY (6 or 12 digits), or go on with a draft that was interrupted.

    What is paid, held and changed then waits on the pages for the reviewer: no money leaves by this command. Running it again does
    nothing twice. Exit 0: drafted; 1: drafted, and some children are held with a reason; 2: could not run.

    \b
    Example:
      ciyou disburse 990101 2026-11
    """
    manage(home, "disburse", county, month, "--series", series, lang=lang)
