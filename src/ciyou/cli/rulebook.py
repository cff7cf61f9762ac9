"""`ciyou rulebook`: the law as a folder of linked pages that anybody can read."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import click

from ciyou.cli.managing import manage
from ciyou.cli.output import choose_language, fail, language_option
from ciyou.core.errors import Place, Problem, RunError
from ciyou.packs.pack_files import SHIPPED


@click.command("rulebook", epilog="Example: ciyou rulebook --out rulebook --lang en")
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write; what an earlier run wrote there is replaced.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day whose parameters are told in the texts (default: today).",
)
@language_option
def rulebook(folder: Path | None, out: Path, as_of: dt.datetime | None, lang: str | None) -> None:
    """Write the rule book of the shipped packs, or of those in DIR, as pages in Chinese and English.

    A page for each rule with its texts in words, sources, places side by side, parameters, how it is paid and its worked cases;
    lists by measure, place, fact, document and date; a search. It needs no server and no network, and can be printed.
    Exit 0: written; 2: could not run.
    """
    if folder is not None and not folder.is_dir():
        fail(RunError(_no_folder(folder)), choose_language(lang))
    day = as_of.date() if as_of else dt.datetime.now().astimezone().date()
    words = [str(out.resolve()), "--packs", str((folder or SHIPPED).resolve()), "--as-of", day.isoformat()]
    with tempfile.TemporaryDirectory(prefix="ciyou-rulebook-") as home:  # the pages need no installation
        manage(Path(home), "write_rulebook", *words, lang=lang)


def _no_folder(folder: Path) -> Problem:
    return Problem(
        Place(str(folder)),
        "pack.no_folder",
        "没有这个文件夹；请给出一个含 place.yaml 的规则包，或含若干规则包的文件夹。",
        "There is no such folder; give a pack (with a place.yaml) or a folder that holds packs.",
    )
