"""Commands that work on an installation: each runs a management command in its state folder and ends with that one's exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import click

from ciyou.cli.output import choose_language
from ciyou.cli.supervision import OWNER_ONLY, environment

home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="CIYOU_HOME",
    default=Path("~/.ciyou"),
    show_default=True,
    help="State folder of the installation (also CIYOU_HOME).",
)


def manage(home: Path, *command: str, lang: str | None) -> NoReturn:
    """Run a management command in the language asked for, and end with its exit code."""
    sys.exit(run_managed(home, *command, lang=lang))


def run_managed(home: Path, *command: str, lang: str | None) -> int:
    """Run a management command in the language asked for; gives its exit code."""
    line = [sys.executable, "-m", "django", *command, "--lang", choose_language(lang)]
    return subprocess.run(line, env=environment(home), umask=OWNER_ONLY, check=False).returncode
