"""What every command shares: the language option, errors on stderr, exit codes 0 done, 1 findings, 2 could not run."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from ciyou.core.errors import CiyouError

DONE, FINDINGS, COULD_NOT_RUN = 0, 1, 2

language_option = click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default=None,
    help="Language of what is printed (default: CIYOU_LANG, else zh).",
)


def choose_language(asked: str | None) -> str:
    """The language asked for, else that of the environment variable CIYOU_LANG, else Chinese."""
    chosen = asked or os.environ.get("CIYOU_LANG", "zh")
    return "en" if chosen.startswith("en") else "zh"


def fail(error: CiyouError, lang: str) -> NoReturn:
    """Tell every problem on stderr and end with exit code 2."""
    for problem in error.problems:
        click.echo(problem.text(lang), err=True)
    sys.exit(COULD_NOT_RUN)
