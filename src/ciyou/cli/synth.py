"""`ciyou synth`: rosters of synthetic counties, with dirt and truth, to try everything on without a real person's data."""

from __future__ import annotations

import datetime as dt
import sys
import time
from pathlib import Path

import click

from ciyou.batch.synth import DEFAULT_AS_OF, DEFAULT_CHILDREN, FileFormat, SynthSummary, synthesize
from ciyou.cli.output import choose_language, fail, language_option
from ciyou.core.errors import CiyouError

_ROSTERS = {
    "hukou": ("户籍", "household register"),
    "school": ("学籍", "school roll"),
    "disability": ("残疾人证", "disability certificates"),
    "dibao": ("社会救助", "social assistance"),
    "medins": ("医保参保", "medical insurance"),
    "custody": ("羁押与戒毒", "custody and detox"),
    "deaths": ("死亡", "deaths"),
    "births": ("出生", "births"),
    "court": ("法院裁判", "court rulings"),
    "illness": ("重大疾病", "major illness"),
    "missing": ("失联与出境", "missing and deported"),
}
_CATEGORIES = {
    "orphan": ("孤儿", "orphans"),
    "de_facto_unattended": ("事实无人抚养儿童", "de facto unattended"),
    "both_gone_one_declared_missing": ("父母均死亡或失踪（含宣告失踪）", "both parents gone, one declared missing"),
    "deceased": ("已死亡", "deceased"),
}
_WORDS = {
    "making": ("正在生成", "Making"),
    "made": (
        "已生成虚构儿童 {children} 名、家庭 {families} 户、父母 {parents} 名，用时 {seconds:.1f} 秒。",
        "Made {children} synthetic children in {families} families with {parents} parents, in {seconds:.1f} s.",
    ),
    "nobody": ("人物、地名、号码均为虚构。", "People, places and numbers are all invented."),
    "rosters": ("名册（条）", "Rosters (records)"),
    "truth": ("真实类别（人，仅供核对）", "True categories (children, for checking only)"),
    "folder": ("文件夹：{out}（{count} 个文件）", "Folder: {out} ({count} files)"),
}


@click.command(epilog="Example: ciyou synth --out county --children 3000 --seed 1")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the files (new or empty).")
@click.option("--children", default=DEFAULT_CHILDREN, show_default=True, help="How many children.")
@click.option("--counties", type=int, default=None, help="How many counties (default: one per 50,000 children).")
@click.option("--seed", default=1, show_default=True, help="Another seed, other people. The same seed, the same bytes.")
@click.option(
    "--format",
    "file_format",
    type=click.Choice([one.value for one in FileFormat]),
    default=FileFormat.MIXED.value,
    show_default=True,
    help="mixed: as departments send them (CSV in UTF-8 and GB18030, XLSX).",
)
@click.option("--noise", default=1.0, show_default=True, help="Multiplies every rate of mistakes; 0 writes clean rows.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    default=DEFAULT_AS_OF.isoformat(),
    show_default=True,
    help="The day as of which the rosters are.",
)
@click.option("--jobs", default=1, show_default=True, help="Processes; changes only the time it takes.")
@language_option
def synth(  # noqa: PLR0913, PLR0917 - one parameter per option
    out: Path,
    children: int,
    counties: int | None,
    seed: int,
    file_format: str,
    noise: float,
    as_of: dt.datetime,
    jobs: int,
    lang: str | None,
) -> None:
    """Write the rosters of synthetic counties: eleven departments' lists with dirt, and the truth beside them.

    Nobody in them exists: names, places and numbers are invented. Exit 0: written; 2: the folder or an option cannot be used.
    """
    spoken = choose_language(lang)
    started = time.monotonic()
    with click.progressbar(length=max(children, 1), label=_say("making", spoken), file=sys.stderr) as bar:
        try:
            summary = synthesize(
                out=out,
                children=children,
                counties=counties,
                seed=seed,
                noise=noise,
                as_of=as_of.date(),
                file_format=file_format,
                jobs=jobs,
                progress=lambda made, _: bar.update(made - bar.pos),
            )
        except CiyouError as error:
            fail(error, spoken)
    _print(summary, time.monotonic() - started, spoken)


def _print(summary: SynthSummary, seconds: float, lang: str) -> None:
    word = 1 if lang == "en" else 0
    counts = {"children": summary.children, "families": summary.families, "parents": summary.parents}
    click.echo(_say("made", lang).format(**counts, seconds=seconds))
    click.echo(_say("nobody", lang))
    click.echo(_say("rosters", lang))
    for roster, rows in summary.rows.items():
        click.echo(f"  {rows:>12,}  {_ROSTERS[roster][word]}")
    click.echo(_say("truth", lang))
    for category, number in summary.categories.items():
        click.echo(f"  {number:>12,}  {_CATEGORIES[category][word]}")
    click.echo(_say("folder", lang).format(out=summary.out, count=len(summary.files)))


def _say(key: str, lang: str) -> str:
    return _WORDS[key][1 if lang == "en" else 0]
