"""`ciyou accounts`: the first administrators, and the list of divisions; everybody else is added on the pages."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from ciyou.cli.output import choose_language, fail, language_option
from ciyou.cli.supervision import run_management
from ciyou.core.errors import RunError

home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="CIYOU_HOME",
    default=Path("~/.ciyou"),
    show_default=True,
    help="State folder of the installation (also CIYOU_HOME).",
)


@click.group("accounts")
def accounts() -> None:
    """First administrators, and the list of divisions.

    \b
    Example:
      ciyou accounts init --division 510000000000
    """


@accounts.command("init")
@click.option("--division", required=True, help="12-digit code of the county (or city, province) that is administered.")
@home_option
@language_option
def init(division: str, home: Path, lang: str | None) -> None:
    """Make the first system, security and audit administrator; print a one-time code for each.

    Refused where there are users already. The three codes belong to three people.

    \b
    Example:
      ciyou accounts init --division 519901000000
    """
    _run(home, lang, "first_administrators", "--division", division)


@accounts.command("divisions")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@home_option
@language_option
def divisions(file: Path, home: Path, lang: str | None) -> None:
    """Load the list of administrative divisions from a CSV (code, name, level, valid_from, valid_to).

    All rows or none. The same list again changes nothing; another name or end replaces the one before.

    \b
    Example:
      ciyou accounts divisions divisions.csv
    """
    _run(home, lang, "load_divisions", str(file.absolute()))


@accounts.command("division-change")
@click.option(
    "--kind", required=True, type=click.Choice(["rename", "merge", "split", "recode"]), help="What happened to it."
)
@click.option("--old", required=True, help="12-digit code before.")
@click.option("--new", required=True, help="12-digit code from that day on (the same for a rename).")
@click.option("--on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day it took effect.")
@click.option("--name", default="", help="The name from that day on.")
@click.option("--document", default="", help="Number of the document that ordered it.")
@home_option
@language_option
def division_change(
    *, kind: str, old: str, new: str, on: dt.datetime, name: str, document: str, home: Path, lang: str | None
) -> None:
    """Record that a division was renamed, merged, split or given another code.

    \b
    Example:
      ciyou accounts division-change --kind recode --old 519901001000 --new 519901020000 --on 2027-01-01
    """
    words = ["--kind", kind, "--old", old, "--new", new, "--on", on.date().isoformat()]
    _run(home, lang, "record_division_change", *words, f"--name={name}", f"--document={document}")


def _run(home: Path, lang: str | None, *command: str) -> None:
    spoken = choose_language(lang)
    try:
        run_management("prepare", home=home)
        run_management(*command, "--lang", spoken, home=home)
    except RunError as error:
        fail(error, spoken)
