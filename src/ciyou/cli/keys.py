"""`ciyou keys`: what the installation's keys are needed for, new keys, and old ones destroyed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from ciyou.cli.managing import home_option, manage
from ciyou.cli.output import COULD_NOT_RUN, choose_language, language_option

_NO_PASSPHRASE = (
    "请先在环境变量 CIYOU_KEY_PASSPHRASE 中给出口令（至少 12 个字符），并让服务也能读到它。",
    "First give the passphrase (at least 12 characters) in the environment variable CIYOU_KEY_PASSPHRASE, for the service too.",
)


@click.group("keys")
def keys() -> None:
    """Keys of the installation: list them, make new ones, destroy old ones.

    \b
    Example:
      ciyou keys list
    """


@keys.command("list")
@home_option
@language_option
def list_keys(home: Path, lang: str | None) -> None:
    """List every key with what it is for and how much needs it. Exit 1: something needs a key that is missing.

    \b
    Example:
      ciyou keys list
    """
    manage(home, "manage_keys", "list", lang=lang)


@keys.command("rotate")
@click.option(
    "--use",
    required=True,
    type=click.Choice(["field", "index", "file", "audit"]),
    help="field: values and evidence; index: search by number; file: backups; audit: seals of the log.",
)
@home_option
@language_option
def rotate(use: str, home: Path, lang: str | None) -> None:
    """Make a new key and write what the old one protected anew; the old key stays readable until it is destroyed.

    May be stopped and finished later with `ciyou keys reseal`. With --use index searches by number wait for a moment.

    \b
    Example:
      ciyou keys rotate --use field
    """
    manage(home, "manage_keys", "rotate", "--use", use, lang=lang)


@keys.command("reseal")
@home_option
@language_option
def reseal(home: Path, lang: str | None) -> None:
    """Write everything anew that was not written with the current keys. Exit 1: something cannot be read.

    \b
    Example:
      ciyou keys reseal
    """
    manage(home, "manage_keys", "reseal", lang=lang)


@keys.command("destroy")
@click.argument("key_id")
@home_option
@language_option
def destroy(key_id: str, home: Path, lang: str | None) -> None:
    """Destroy the old key KEY_ID; refused while anything needs it. Backups made with it can no longer be opened.

    \b
    Example:
      ciyou keys destroy f1a2b3c4d
    """
    manage(home, "manage_keys", "destroy", "--id", key_id, lang=lang)


@keys.command("protect")
@home_option
@language_option
def protect(home: Path, lang: str | None) -> None:
    """Put the key file under the passphrase in CIYOU_KEY_PASSPHRASE, which the service then needs at every start.

    \b
    Example:
      ciyou keys protect
    """
    if not os.environ.get("CIYOU_KEY_PASSPHRASE"):
        click.echo(_NO_PASSPHRASE[choose_language(lang) == "en"], err=True)
        sys.exit(COULD_NOT_RUN)
    manage(home, "manage_keys", "protect", lang=lang)
