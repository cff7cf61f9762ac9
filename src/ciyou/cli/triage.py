"""`ciyou triage`: over the results of a screening, what to find out first."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from ciyou.batch.run_folder import read_run_file
from ciyou.batch.triage import triage_run
from ciyou.cli.output import choose_language, fail, language_option
from ciyou.core.errors import CiyouError
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.triage import Worth
from ciyou.core.rules.words import ENTITY_WORDS, yuan
from ciyou.packs import load_parameter_titles, load_vocabulary
from ciyou.packs.rosters_loader import load_roster_packs

_HEADS = {
    "zh": ("", "单独能定（名）", "类别（项）", "每月最多", "无上限（名）", "与别的一起（名）", "一起每月最多"),
    "en": ("", "alone: children", "categories", "up to a month", "no ceiling", "with others", "with others a month"),
}
_NOTE = {
    "zh": "“单独能定”：待定的原因只有这一件（或只有这份名册上的事实）。一名儿童的几笔钱只计最大的一笔。",
    "en": "“Alone”: nothing else is unknown (or nothing that this list does not tell). Of several amounts of one child the largest counts.",
}


@click.command("triage", epilog="Example: ciyou triage results/ --by roster")
@click.argument("results", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--by", type=click.Choice(("fact", "roster")), default="fact", show_default=True, help="What is to be ranked."
)
@click.option("--division", default="", help="Only children of this division (2 to 12 digits).")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many lines to show.")
@click.option("--json", "as_json", is_flag=True, help="Print all lines as JSON instead of a table.")
@language_option
def triage(results: Path, by: str, division: str, limit: int, as_json: bool, lang: str | None) -> None:
    """Rank what would settle most of what is open in RESULTS, an output folder of `ciyou screen`.

    Each fact (or each kind of roster) with the children for whom it settles something by itself, whatever the answer, and those
    for whom it does only together with others. Nothing of class 5 is counted. Exit 0: done; 2: could not run.
    """
    spoken = choose_language(lang)
    try:
        read_run_file(results)
        found = triage_run(results, division=division, rosters=by == "roster")
    except CiyouError as error:
        fail(error, spoken)
    ranked = sorted(found.items(), key=lambda item: (*_rank(item[1]), item[0]))
    if as_json:
        click.echo(json.dumps([{"key": key, **asdict(worth)} for key, worth in ranked], ensure_ascii=False, indent=1))
        return
    _print(ranked[:limit], by=by, lang=spoken)


def _rank(worth: Worth) -> tuple[int, ...]:
    return (-worth.alone_fen, -worth.alone_categories, -worth.alone_children, -worth.shared_fen, -worth.children)


def _print(rows: list[tuple[str, Worth]], *, by: str, lang: str) -> None:
    table = Table(box=None)
    for number, head in enumerate(_HEADS[lang]):
        table.add_column(head, justify="right" if number else "left")
    rosters = {pack.code: pack.name(lang) for pack in load_roster_packs(division="")} if by == "roster" else {}
    for key, worth in rows:
        counts = (worth.alone_children, worth.alone_categories)
        table.add_row(
            rosters.get(key) or _words(key, lang),
            *(f"{count:,}" for count in counts),
            yuan(worth.alone_fen),
            f"{worth.alone_unbounded:,}",
            f"{worth.shared_children:,}",
            yuan(worth.shared_fen),
        )
    console = Console()
    console.print(table)
    console.print(_NOTE[lang], highlight=False)


def _words(key: str, lang: str) -> str:
    owner, _dot, name = key.partition(".")
    if owner == "param":
        zh, en = load_parameter_titles()[name]
        return f"Local rule: {en}" if lang == "en" else f"当地规定：{zh}"
    entity = Entity(owner)
    label = load_vocabulary().get(entity, name).label(lang)
    zh, en = ENTITY_WORDS[entity]
    return f"{en}: {label}" if lang == "en" else f"{zh}·{label}"
