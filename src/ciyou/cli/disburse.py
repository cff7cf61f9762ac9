"""`ciyou disburse`: compute the draft of a month that a person has begun."""

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
    """Compute the draft of MONTH (2026-11) that the drafter of COUNTY (6 or 12 digits) has begun, from wherever it is.

    The worker does the same by itself; this is for a machine without one. A month is begun by a person, on the page “Disbursement”:
    three different people draft, review and approve, and this machine is none of them. Running it again does nothing twice.
    Exit 0: drafted; 1: drafted, and some children are held with a reason; 2: could not run, or nobody has begun this month.

    \b
    Example:
      ciyou disburse 990101 2026-11
    """
    manage(home, "disburse", county, month, "--series", series, lang=lang)
