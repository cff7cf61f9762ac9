"""`ciyou corrections`: after a linking, one encrypted workbook for each department that states what ought to be corrected."""

from __future__ import annotations

from pathlib import Path

import click

from ciyou.cli.managing import home_option, manage
from ciyou.cli.output import language_option


@click.command("corrections", epilog="Example: ciyou corrections linked/ --out requests/")
@click.argument("linked", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder for the workbooks (made if need be)."
)
@click.option("--again", is_flag=True, help="Also what the linking before this one asked already.")
@home_option
@language_option
def corrections(linked: Path, out: Path, again: bool, home: Path, lang: str | None) -> None:
    """Ask departments to correct what LINKED, an output folder of `ciyou link`, found wrong in their rosters.

    Writes for each roster one workbook (a letter, and the values by file and row), encrypted; its password is printed once and is to
    be sent by another way. Each stands in the log of the installation, with who made it. Exit 0: done; 2: could not run.
    """
    manage(home, "ask_corrections", str(linked), "--out", str(out), *(["--again"] if again else []), lang=lang)
