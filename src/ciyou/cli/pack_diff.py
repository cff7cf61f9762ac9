"""`ciyou packs diff`: what a change of packs changes: in the texts, in the worked cases, and for a population."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from ciyou.batch.population_changes import Example, PopulationChange, RuleChange, compare_population
from ciyou.batch.reading import screen_folder
from ciyou.batch.run_record import RunRecord
from ciyou.batch.screen import Settings
from ciyou.batch.synth import FileFormat, synthesize
from ciyou.cli.output import FINDINGS, choose_language, fail, language_option
from ciyou.core.errors import CiyouError, Place, Problem, RunError
from ciyou.core.rules.words import yuan
from ciyou.packs import load_rule_titles
from ciyou.packs.comparing import Answer, CaseChange, Difference, changed_cases, compare_packs
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.rulebook import place_words
from ciyou.packs.rulebook.words import OUTCOMES, PERIODS
from ciyou.packs.rulebook.worked import facts_in_words

KINDS = {
    "rule": ("规则", "rule"),
    "condition": ("条件", "condition"),
    "parameter": ("参数", "parameter"),
    "document": ("文件", "document"),
    "file": ("其他文件", "other file"),
}
WHATS = {"added": ("新增", "added"), "removed": ("删去", "removed"), "changed": ("改动", "changed")}
TEXTS = {
    "texts": ("条文：{count} 处不同", "Texts: {count} differ"),
    "cases": ("案例：共 {all} 个，{count} 个结果不同", "Worked cases: {all}, of which {count} come out otherwise"),
    "people": (
        "人口：看了 {children} 名儿童（{source}，{day}），{count} 种结果变化",
        "Population: {children} children looked at ({source}, {day}), {count} kinds of change",
    ),
    "synthetic": ("虚构", "synthetic"),
    "run": ("筛查结果", "a screening"),
    "children": ("{count} 名儿童", "{count} children"),
    "money": ("金额变化 {money}（{period}）", "money {money} ({period})"),
    "unsettled": ("其中 {count} 名的金额未定，未计入", "of them {count} with an open amount, left out"),
    "example": ("例", "Example"),
    "same": ("两边没有不同。", "The two are the same."),
    "from": ("自 {day} 起", "from {day}"),
    "only_old": ("（只在旧包）", " (only in the old packs)"),
    "only_new": ("（只在新包）", " (only in the new packs)"),
    "open": ("金额待定", "amount open"),
}


@click.command("diff", epilog="Example: ciyou packs diff ./packs-before ./packs --division 5101 --lang en")
@click.argument("old", type=click.Path(path_type=Path), metavar="OLD")
@click.argument("new", required=False, type=click.Path(path_type=Path), metavar="[NEW]")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day on which the population is decided (default: today)."
)
@click.option("--division", default="", help="Decide the population as if all lived in this division (2 to 12 digits).")
@click.option(
    "--run", type=click.Path(path_type=Path), help="Take the population from this output folder of `ciyou screen`."
)
@click.option(
    "--children", default=1000, show_default=True, type=click.IntRange(0), help="How many children to look at; 0: none."
)
@click.option("--seed", default=1, show_default=True, help="Of the synthetic population; another seed, other people.")
@language_option
def diff(
    old: Path,
    new: Path | None,
    as_of: dt.datetime | None,
    division: str,
    run: Path | None,
    children: int,
    seed: int,
    lang: str | None,
) -> None:
    """Show what changes from the packs in OLD to those in NEW (default: the shipped ones).

    First the texts: rules, conditions, parameters, documents, other files. Then the worked cases of both folders that come out
    otherwise. Then a population (synthetic, or of a screening): how many children get another answer from which rule, with the
    money and a few of them in words. Exit 0: no difference; 1: differences; 2: could not run.
    """
    spoken = choose_language(lang)
    day = as_of.date() if as_of else dt.datetime.now().astimezone().date()
    teller = _Teller(spoken, day)
    try:
        roots = [_root(old), _root(new or SHIPPED)]
        differences = compare_packs(*roots, as_of=day)
        teller.texts(differences)
        if not differences:
            return
        teller.cases(*changed_cases(*roots), root=roots[1])
        if children:
            with tempfile.TemporaryDirectory(prefix="ciyou-diff-") as work:
                folder = run or _synthetic(Path(work), children, seed, day)
                changes = compare_population(
                    folder, old=roots[0], new=roots[1], as_of=day, division=division, sample=children
                )
            teller.population(changes, source="run" if run else "synthetic", roots=roots)
    except CiyouError as error:
        fail(error, spoken)
    sys.exit(FINDINGS)


def _root(folder: Path) -> Path:
    if folder.is_dir():
        return folder.resolve()
    raise RunError(
        Problem(
            Place(str(folder)),
            "pack.no_folder",
            "没有这个文件夹；请给出一个含 place.yaml 的规则包，或含若干规则包的文件夹。",
            "There is no such folder; give a pack (with a place.yaml) or a folder that holds packs.",
        )
    )


def _synthetic(work: Path, children: int, seed: int, day: dt.date) -> Path:
    """A small county, made and screened with the shipped packs: its facts do not depend on the rules that are compared."""
    synthesize(
        out=work / "rosters",
        children=children,
        counties=None,
        seed=seed,
        noise=0.0,
        as_of=day,
        file_format=FileFormat.PARQUET,
        jobs=1,
        progress=lambda _made, _all: None,
    )
    screen_folder(work / "rosters", out=work / "run", settings=Settings(as_of=day), record=RunRecord(lambda *_: None))
    return work / "run"


class _Teller:
    """Prints the three parts in one language."""

    def __init__(self, lang: str, day: dt.date) -> None:
        self.lang, self.column, self.day = lang, int(lang == "en"), day

    def texts(self, differences: tuple[Difference, ...]) -> None:
        """What differs in the files."""
        if not differences:
            click.echo(self._say("same"))
            return
        click.echo(self._say("texts").format(count=len(differences)))
        counted = Counter((one.kind, one.what) for one in differences)
        for (kind, what), count in counted.items():
            click.echo(f"  {KINDS[kind][self.column]} · {WHATS[what][self.column]}: {count}")
        for one in differences:
            click.echo(f"[{WHATS[one.what][self.column]}] {KINDS[one.kind][self.column]} {self._named(one)}")
            for line in one.lines[self.lang]:
                click.echo(f"    {line}")

    def _named(self, one: Difference) -> str:
        since = "" if one.since is None else self._say("from").format(day=one.since)
        parts = [one.name.text(self.lang), one.place.text(self.lang), since]
        told = " · ".join(part for part in parts if part)
        return told if one.kind == "file" else f"{told} ({one.code})"

    def cases(self, count: int, changes: tuple[CaseChange, ...], *, root: Path) -> None:
        """The worked cases that come out otherwise."""
        click.echo(self._say("cases").format(all=count, count=len(changes)))
        for one in changes:
            case = one.case
            where = place_words(case.division, root=root).text(self.lang)
            only = "" if one.in_old and one.in_new else self._say("only_new" if one.in_new else "only_old")
            name = case.en if self.lang == "en" else case.zh
            click.echo(f"  {case.rule} · {name}{only} ({where}, {case.as_of}): {self._change(one.old, one.new)}")

    def population(self, found: PopulationChange, *, source: str, roots: list[Path]) -> None:
        """How many children get another answer."""
        told = {"children": found.children, "source": self._say(source), "day": self.day, "count": len(found.changes)}
        click.echo(self._say("people").format(**told))
        titles = {code: rule for root in roots for code, rule in load_rule_titles(root=root).items()}
        for change in found.changes:
            click.echo(f"  {titles[change.rule].name(self.lang)} ({change.rule}): {' · '.join(self._counts(change))}")
            for example in change.examples:
                for line in self._example(example, roots[1]):
                    click.echo(f"      {line}")

    def _counts(self, change: RuleChange) -> Iterator[str]:
        yield f"{self._outcome(change.old)} → {self._outcome(change.new)}"
        yield self._say("children").format(count=change.children)
        if change.difference_fen:
            sign = "+" if change.difference_fen > 0 else ""
            period = PERIODS[change.period].text(self.lang)
            yield self._say("money").format(money=f"{sign}{yuan(change.difference_fen)}", period=period)
        if change.unsettled:
            yield self._say("unsettled").format(count=change.unsettled)

    def _example(self, example: Example, root: Path) -> Iterable[str]:
        where = place_words(example.division, root=root).text(self.lang)
        yield f"{self._say('example')} ({where}): {self._change(example.old, example.new)}"
        yield from (f"  {line.text(self.lang)}" for line in facts_in_words(example.facts, root))

    def _change(self, old: Answer, new: Answer) -> str:
        return f"{self._answer(old)} → {self._answer(new)}"

    def _answer(self, answer: Answer) -> str:
        word = self._outcome(answer.outcome)
        if answer.amount_fen is not None:
            return f"{word} {yuan(answer.amount_fen)}"
        bounds = [None if fen is None else yuan(fen) for fen in (answer.floor_fen, answer.ceiling_fen)]
        if bounds == [None, None]:
            return word
        return f"{word} {bounds[0] or ''}…{bounds[1] or ''} {self._say('open')}"

    def _outcome(self, outcome: str) -> str:
        return OUTCOMES[outcome].text(self.lang)

    def _say(self, key: str) -> str:
        return TEXTS[key][self.column]
