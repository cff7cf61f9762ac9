"""`ciyou loops`: of everything that has to come to an end how much stands where, and what is open without an owner or a day."""

from __future__ import annotations

from pathlib import Path

import click

from ciyou.cli.managing import home_option, manage
from ciyou.cli.output import language_option


@click.command("loops", epilog="Example: ciyou loops --division 513322")
@click.option("--division", default="", help="Only this division (2 to 12 digits).")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@home_option
@language_option
def loops(division: str, as_json: bool, home: Path, lang: str | None) -> None:
    """Count leads, referrals, cases, applications and whatever else has to come to an end, by state.

    Of what is open: how much nobody is responsible for, has no day, or is late. No person is named. Protected files are in no number,
    except that of work from a phone that names no child yet.
    Exit 0: done; 1: something is open without an owner or a day, or a child has no next action; 2: could not run.
    """
    words = [*(["--division", division] if division else []), *(["--json"] if as_json else [])]
    manage(home, "report_loops", *words, lang=lang)
