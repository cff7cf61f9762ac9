"""`ciyou packs`: the check of the law's files and worked cases, and what the places' formulas say of their standards."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from ciyou.cli.output import FINDINGS, choose_language, fail, language_option
from ciyou.cli.pack_diff import diff
from ciyou.cli.pack_form import form
from ciyou.core.errors import PackError, Place, Problem, RunError
from ciyou.core.rules.book import RuleKind
from ciyou.packs import (
    index_findings,
    load_index_rules,
    load_packs,
)
from ciyou.packs.beginning import begin_rule
from ciyou.packs.beside_rules import check_beside_rules
from ciyou.packs.checking import CheckReport, check_packs
from ciyou.packs.own_packs import named_folders
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.payment_files import AT_DEPARTMENT, MODES
from ciyou.packs.rulebook import count_by_measure

TEXTS = {
    "zh": "{packs}：{rules} 条规则、{cases} 个案例、{parameters} 个参数（{rows} 行；{decide} 个作判断、{inform} 个只随规则说明、{idle} 个没有用处）、{facts} 项事实，版本 {version}。",
    "en": "{packs}: {rules} rules, {cases} cases, {parameters} parameters ({rows} rows; {decide} decide, {inform} inform, {idle} are read by nothing), {facts} facts, version {version}.",
}
FORMULA = {
    "zh": "{place} {day} {target}：公布 {published} 元；{rule}：{verdict}",
    "en": "{place} {day} {target}: published {published} yuan; {rule}: {verdict}",
}
VERDICTS = {
    "fits": {"zh": "相符（算得 {computed} 元）", "en": "agrees (computed {computed} yuan)"},
    "differs": {
        "zh": "不符（算得 {computed} 元），以公布为准",
        "en": "differs (computed {computed} yuan); the published one holds",
    },
    "not_on_file": {"zh": "所依据的数未入包，无法检验", "en": "what it is computed from is not on file"},
}
BY_MEASURE = {
    "zh": "  {measure}：{rules} 条规则（各地共 {texts} 条规定），{cases} 个案例",
    "en": "  {measure}: {rules} rules ({texts} with those of places), {cases} cases",
}
IDLE = {
    "zh": "  参数 {key} 没有规则读取：请在规则中使用，或在它的文件里写明 informs（随哪条规则显示、为什么不作判断）。",
    "en": "  No rule reads parameter {key}: use it in a rule, or say under `informs` in its file with which rule it is told and why it decides nothing.",
}
NEXT = {
    "zh": "请填写这些文件，再运行 ciyou packs check，直到没有错误；并在 docs/glossary.md 给代号加一行。",
    "en": "Fill in these files, then run `ciyou packs check` until it finds nothing; and give the code its line in docs/glossary.md.",
}
FOUND = {"zh": "发现 {count} 处错误。", "en": "{count} mistakes found."}
CLEAN = {"zh": "没有发现错误。", "en": "No mistakes found."}


@click.group()
def packs() -> None:
    """The law as data: rules, standards and facts in packs.

    Example: ciyou packs check
    """


packs.add_command(diff)
packs.add_command(form)


@packs.command(epilog="Example: ciyou packs check ./my-packs --lang en")
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@language_option
def check(folder: Path | None, lang: str | None) -> None:
    """Check the shipped packs with those of CIYOU_PACKS, or those in DIR (a folder of packs, or one pack), and run every worked case.

    Prints every mistake with file, line and column, and how many rules and cases each measure has. Exit 0: none found; 1: mistakes found; 2: DIR cannot be read.
    """
    spoken = choose_language(lang)
    if folder is not None and not folder.is_dir():
        fail(RunError(_no_folder(folder)), spoken)
    report = check_packs(folder or SHIPPED)
    if not report.problems:
        report = replace(report, problems=check_beside_rules(folder or SHIPPED))
    for problem in report.problems:
        click.echo(problem.text(spoken))
    click.echo(_summary(report, spoken))
    if report.problems:
        sys.exit(FINDINGS)
    for key in report.uses.idle:
        click.echo(IDLE[spoken].format(key=key))
    for measure, (rules, texts, cases) in count_by_measure(root=folder or SHIPPED).items():
        click.echo(BY_MEASURE[spoken].format(measure=measure, rules=rules, texts=texts, cases=cases))


@packs.command(epilog="Example: ciyou packs new cn_5101 winter_heating_aid --paid monthly_run --lang en")
@click.argument("place")
@click.argument("code")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in RuleKind]),
    default=RuleKind.ENTITLEMENT.value,
    show_default=True,
    help="What a child is, or what is due to it.",
)
@click.option(
    "--paid",
    type=click.Choice(MODES),
    default=AT_DEPARTMENT[0],
    show_default=True,
    help="How an entitlement is paid: by you each month, once or by the year; or it is another department's matter.",
)
@click.option(
    "--packs",
    "root",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=None,
    help="The folder of packs (default: the first of CIYOU_PACKS, else the shipped ones).",
)
@language_option
def new(place: str, code: str, kind: str, paid: str, root: Path | None, lang: str | None) -> None:
    """Begin a new rule: write the files of the folder CODE in the pack of PLACE (cn, cn_51, cn_5101), ready to be filled in.

    Nothing that is there is touched. `ciyou packs check` then says what is still missing. Exit 0: written; 2: could not run.
    """
    spoken = choose_language(lang)
    folder = root or next(iter(named_folders()), SHIPPED)
    try:
        written = begin_rule(place, code, kind=RuleKind(kind), paid=paid, root=folder)
    except PackError as error:
        fail(error, spoken)
    for path in written:
        click.echo(path.relative_to(folder))
    click.echo(NEXT[spoken])


@packs.command(epilog="Example: ciyou packs formulas --division 33 --lang en")
@click.option("--division", default="", help="Only the formulas of this division (2 to 12 digits).")
@language_option
def formulas(division: str, lang: str | None) -> None:
    """Hold the published standards against the formulas by which places say they move.

    A line per published amount: what the formula makes of it, and whether they agree. The published amount always holds. Exit 0:
    done; 2: DIVISION is no code.
    """
    spoken = choose_language(lang)
    try:
        found = index_findings(division=division)
        rules = load_index_rules()
    except PackError as error:
        fail(error, spoken)
    names = load_packs().table.definitions
    for one in found:
        target = names[one.row.key]
        click.echo(
            FORMULA[spoken].format(
                rule=one.rule.name(spoken),
                place=one.row.division or "-",
                target=target.en if spoken == "en" else target.zh,
                day=one.row.valid_from,
                published=one.published_fen // 100,
                verdict=VERDICTS[one.verdict][spoken].format(computed=(one.computed_fen or 0) // 100),
            )
        )
    without = [rule for rule in rules if rule.kind == "none" and (not division or division.startswith(rule.division))]
    for rule in without:
        click.echo(f"{rule.division} {rule.name(spoken)}")


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
        decide=len(report.uses.decide),
        inform=len(report.uses.inform),
        idle=len(report.uses.idle),
        rows=report.rows,
        facts=report.facts,
        version=report.version,
    )
    found = FOUND[lang].format(count=len(report.problems)) if report.problems else CLEAN[lang]
    return f"{counted}\n{found}"
