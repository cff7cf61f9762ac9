"""`ciyou packs check`: the law's files, every one of them, and every worked case."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from ciyou.cli.output import FINDINGS, choose_language, fail, language_option
from ciyou.core.errors import PackError, Place, Problem, RunError
from ciyou.packs import (
    load_clocks,
    load_demands,
    load_exchange_mappings,
    load_finance_layouts,
    load_packs,
    load_payments,
    load_roster_packs,
)
from ciyou.packs.checking import CheckReport, check_packs
from ciyou.packs.pack_files import SHIPPED

TEXTS = {
    "zh": "{packs}：{rules} 条规则、{cases} 个案例、{parameters} 个参数（{rows} 行）、{facts} 项事实，版本 {version}。",
    "en": "{packs}: {rules} rules, {cases} cases, {parameters} parameters ({rows} rows), {facts} facts, version {version}.",
}
ANYWHERE = "00"
FOUND = {"zh": "发现 {count} 处错误。", "en": "{count} mistakes found."}
CLEAN = {"zh": "没有发现错误。", "en": "No mistakes found."}


@click.group()
def packs() -> None:
    """The law as data: rules, standards and facts in packs.

    Example: ciyou packs check
    """


@packs.command(epilog="Example: ciyou packs check ./my-packs --lang en")
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@language_option
def check(folder: Path | None, lang: str | None) -> None:
    """Check the shipped packs, or those in DIR (a folder of packs, or one pack), and run every worked case.

    Prints every mistake with file, line and column. Exit 0: none found; 1: mistakes found; 2: DIR cannot be read.
    """
    spoken = choose_language(lang)
    if folder is not None and not folder.is_dir():
        fail(RunError(_no_folder(folder)), spoken)
    report = check_packs(folder or SHIPPED)
    if not report.problems:
        report = replace(report, problems=_mistakes_beside_rules(folder or SHIPPED))
    for problem in report.problems:
        click.echo(problem.text(spoken))
    click.echo(_summary(report, spoken))
    if report.problems:
        sys.exit(FINDINGS)


def _mistakes_beside_rules(root: Path) -> tuple[Problem, ...]:
    """The mistakes in the clocks, payments, layouts, mappings and roster packs of a folder whose rules are sound; a copy of the rules alone has no rosters."""
    found: dict[Problem, None] = {}
    try:
        places = load_packs(root).packs
        for place in places:
            load_clocks(division=place.division or ANYWHERE, root=root)
            load_exchange_mappings(division=place.division or ANYWHERE, root=root)
            load_finance_layouts(division=place.division or ANYWHERE, root=root)
            load_payments(division=place.division or ANYWHERE, root=root)
            load_demands(division=place.division, root=root)
        if (places[0].folder / "rosters").is_dir():
            for place in places:
                load_roster_packs(division=place.division, root=root)
    except PackError as error:
        found.update(dict.fromkeys(error.problems))
    return tuple(found)


def _no_folder(folder: Path) -> Problem:
    return Problem(
        Place(str(folder)),
        "pack.no_folder",
        "没有这个文件夹；请给出一个含 place.yaml 的规则包，或含若干规则包的文件夹。",
        "There is no such folder; give a pack (with a place.yaml) or a folder that holds packs.",
    )


def _summary(report: CheckReport, lang: str) -> str:
    counted = TEXTS[lang].format(
        packs=", ".join(report.packs) or "-",
        rules=report.rules,
        cases=report.cases,
        parameters=report.parameters,
        rows=report.rows,
        facts=report.facts,
        version=report.version,
    )
    found = FOUND[lang].format(count=len(report.problems)) if report.problems else CLEAN[lang]
    return f"{counted}\n{found}"
