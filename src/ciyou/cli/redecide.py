"""`ciyou redecide`: determine children again, or check that determinations can be replayed."""

from __future__ import annotations

from pathlib import Path

import click

from ciyou.cli.managing import home_option, manage
from ciyou.cli.output import language_option


@click.command("redecide")
@click.option("--all", "everybody", is_flag=True, help="Look at every child on file, not only at those who are due.")
@click.option(
    "--check", is_flag=True, help="Change nothing: replay every current determination with the packs of its time."
)
@home_option
@language_option
def redecide(everybody: bool, check: bool, home: Path, lang: str | None) -> None:
    """Determine children again whom a birthday, the end of a term or new packs may have changed.

    Only answers that changed become new proposals, and each waits for a person. The worker does the same by itself.
    Exit 0: done; 1: --check found a determination that does not come out the same; 2: could not run.

    \b
    Example:
      ciyou redecide --all
    """
    words = [*(["--all"] if everybody else []), *(["--check"] if check else [])]
    manage(home, "redecide", *words, lang=lang)
