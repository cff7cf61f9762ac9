"""`ciyou audit`: is the log what it was, and its head to be kept elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from ciyou.cli.managing import home_option, manage
from ciyou.cli.output import language_option


@click.group("audit")
def audit() -> None:
    """Check the log of who looked at whom and who did what.

    \b
    Example:
      ciyou audit verify
    """


@audit.command("verify")
@click.option(
    "--head",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A head exported earlier: nothing may have been cut off or written anew since.",
)
@click.option("--latest", type=click.IntRange(min=1), help="Check only so many links, the latest (default: all).")
@click.option(
    "--minutes",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="An entry that has no seal for longer than this is a finding.",
)
@home_option
@language_option
def verify(head: Path | None, latest: int | None, minutes: int, home: Path, lang: str | None) -> None:
    """Compute every seal of the log again and say what does not fit.

    Finds changed, missing and reordered entries, changed persons, a cut end (with --head), entries without a seal.
    Exit 0: sound; 1: findings; 2: could not run, for example because a key is missing.

    \b
    Example:
      ciyou audit verify --head head-2026-11.json
    """
    words = ["--minutes", str(minutes)]
    if head is not None:
        words += ["--head", str(head.absolute())]
    if latest is not None:
        words += ["--latest", str(latest)]
    manage(home, "verify_log", *words, lang=lang)


@audit.command("head")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File for the head.")
@home_option
@language_option
def head(out: Path, home: Path, lang: str | None) -> None:
    """Write the head of the log (position, hash, time) to a file; keep it in another office.

    \b
    Example:
      ciyou audit head --out head-2026-11.json
    """
    manage(home, "log_head", str(out.absolute()), lang=lang)
