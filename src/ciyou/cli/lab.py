"""`ciyou lab`: what another standard, threshold, definition or overlay would do, on a screening's children or on drawn ones."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from ciyou.apps.oversight.workbook import write_workbook
from ciyou.batch.lab.findings import Findings, tell
from ciyou.batch.lab.tables import COUNT, MONEY, Cell, LabTable, tables_of
from ciyou.batch.lab.zones import Zones
from ciyou.batch.trials.drawn import MOST_CHILDREN, draw_population
from ciyou.batch.trials.naming import names_of
from ciyou.batch.trials.populations import Population, open_run_population
from ciyou.batch.trials.trying import Watch, columns_wanted, prepare, try_proposal, watch_nothing
from ciyou.cli.output import choose_language, fail, language_option
from ciyou.core.errors import CiyouError, Place, Problem, RunError
from ciyou.core.sheet_cells import Cell as SheetCell
from ciyou.packs import load_limits, load_packs
from ciyou.packs.pack_files import PackSet
from ciyou.packs.proposals import Proposal, read_proposal

_TITLE_LENGTH = 31
WITHHELD = {"zh": "不公布", "en": "withheld"}
DONE = {
    "zh": "{children} 名儿童，{seconds} 秒；改动触及 {rules} 条规则。小于 {threshold} 的数目及可由此推算的数目不公布。",
    "en": "{children} children, {seconds} s; the change touches {rules} rules. Numbers below {threshold}, and what they could be derived from, are withheld.",
}
WROTE = {"zh": "已写出 {path}。", "en": "Wrote {path}."}


@click.command(epilog="Example: ciyou lab change.yaml --synthetic 100000 --division 51 --out change.xlsx")
@click.argument("change", type=click.Path(path_type=Path), metavar="CHANGE")
@click.option(
    "--population",
    type=click.Path(path_type=Path),
    help="Try it on the children of this output folder of `ciyou screen`.",
)
@click.option("--synthetic", type=click.IntRange(1, MOST_CHILDREN), help="Try it on so many drawn children instead.")
@click.option("--division", default="", help="Where drawn children live (2 to 12 digits; default: the nation).")
@click.option(
    "--seed", default=1, show_default=True, type=click.IntRange(0), help="Another number draws other children."
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write all tables to this workbook (XLSX)."
)
@click.option("--json", "wants_json", is_flag=True, help="Print JSON instead of tables.")
@language_option
def lab(
    change: Path,
    population: Path | None,
    synthetic: int | None,
    division: str,
    seed: int,
    out: Path | None,
    wants_json: bool,
    lang: str | None,
) -> None:
    """Try a CHANGE of the law: who gains, who loses, what it costs by place and month, and where more income costs more than it brings.

    CHANGE is a YAML file (docs/how-to/try-a-change.md). Nothing is stored and no determination is made. Exit 0: done; 2: could not run.
    """
    spoken = choose_language(lang)
    try:
        if (population is None) == (synthetic is None):
            raise RunError(_which_population())
        packs = load_packs()
        proposal = read_proposal(change, packs, first_month=_next_month())
        with _progress(spoken) as watch:
            findings = _try(proposal, packs, population, synthetic or 0, division or "00", seed, watch)
    except CiyouError as error:
        fail(error, spoken)
    told = tell(findings, threshold=load_limits()["small_cell"].value)
    tables = tables_of(told, names_of(spoken, {}))
    if out is not None:
        out.write_bytes(
            write_workbook([(_title(number, one), _sheet(one, spoken)) for number, one in enumerate(tables, 1)])
        )
    if wants_json:
        click.echo(json.dumps([_as_json(one) for one in tables], ensure_ascii=False, indent=2))
        return
    for one in tables:
        _print(one, spoken)
    click.echo(
        DONE[spoken].format(
            children=findings.children, seconds=findings.seconds, rules=len(findings.rules), threshold=told.threshold
        )
    )
    if out is not None:
        click.echo(WROTE[spoken].format(path=out))


def _try(
    proposal: Proposal, packs: PackSet, folder: Path | None, drawn: int, division: str, seed: int, watch: Watch
) -> Findings:
    if folder is not None:
        with open_run_population(folder) as population:
            after = prepare(proposal, packs, place="")
            return try_proposal(proposal, population, before=packs, after=after, watch=watch)
    after = prepare(proposal, packs, place=division)
    zones = Zones(packs, after, proposal)
    columns = columns_wanted(proposal, before=packs, after=after, place=division.strip("0") and division, zones=zones)
    children: Population = draw_population(
        drawn, division=division, as_of=proposal.first_month, seed=seed, columns=columns
    )
    return try_proposal(proposal, children, before=packs, after=after, watch=watch, zones=zones)


@contextmanager
def _progress(lang: str) -> Iterator[Watch]:
    """A bar on stderr where that is a terminal."""
    if not sys.stderr.isatty():
        yield watch_nothing
        return
    with click.progressbar(length=1, file=sys.stderr, label="试算" if lang == "zh" else "Trying") as bar:

        def watch(done: int, total: int) -> bool:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)
            return True

        yield watch


def _print(table: LabTable, lang: str) -> None:
    shown = Table(title=table.title, title_justify="left")
    shown.add_column(table.first)
    for label in table.labels:
        shown.add_column(label, justify="right")
    for name, cells in table.rows:
        shown.add_row(name, *(_text(cell, lang) for cell in cells))
    Console(width=None if sys.stdout.isatty() else 200).print(shown)
    if table.note:
        click.echo(table.note)


def _text(cell: Cell, lang: str) -> str:
    if cell.withheld:
        return WITHHELD[lang]
    if isinstance(cell.value, int):
        return f"{cell.value / 100:,.2f}" if cell.kind == MONEY else f"{cell.value:,}"
    return cell.value or ""


def _sheet(table: LabTable, lang: str) -> list[list[SheetCell]]:
    rows: list[list[SheetCell]] = [[name, *(_sheet_cell(cell, lang) for cell in cells)] for name, cells in table.rows]
    return [[table.first, *table.labels], *rows, *([[table.note]] if table.note else [])]


def _sheet_cell(cell: Cell, lang: str) -> SheetCell:
    if cell.withheld:
        return WITHHELD[lang]
    if cell.kind == MONEY and isinstance(cell.value, int):
        return Decimal(cell.value) / 100
    return cell.value if cell.value is not None and cell.kind in (COUNT, MONEY) else str(cell.value or "")


def _title(number: int, table: LabTable) -> str:
    return f"{number} {table.title}".translate(str.maketrans(dict.fromkeys("[]:*?/\\'", " ")))[:_TITLE_LENGTH].rstrip()


def _as_json(table: LabTable) -> dict[str, object]:
    rows = [[name, *(None if cell.withheld else cell.value for cell in cells)] for name, cells in table.rows]
    return {"code": table.code, "title": table.title, "columns": [table.first, *table.labels], "rows": rows}


def _next_month() -> dt.date:
    today = dt.datetime.now().astimezone().date()
    return (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def _which_population() -> Problem:
    return Problem(
        Place(),
        "lab.population",
        "请写明在谁身上试算：--population 筛查结果文件夹，或 --synthetic 模拟儿童数；二者择一。",
        "Say on whom to try it: --population with a folder of results, or --synthetic with a number of drawn children; one of them.",
    )
