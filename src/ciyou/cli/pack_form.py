"""`ciyou packs form`: a questionnaire's words as a spreadsheet, to be edited and laid back into a pack."""

from __future__ import annotations

from pathlib import Path

import click

from ciyou.cli.output import choose_language, fail, language_option
from ciyou.core.errors import CiyouError, Place, Problem, RunError
from ciyou.packs import load_questionnaires
from ciyou.packs.form_sheets import FORM
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.visit_form_start import write_start
from ciyou.packs.xlsforms import FormWords, write_form

NEXT = {
    "zh": "请编辑文字，存为规则包里的 questionnaires/{code}/{form}，再运行 ciyou packs check。",
    "en": "Edit the words, save it in a pack as questionnaires/{code}/{form}, then run `ciyou packs check`.",
}
NEXT_NEW = {
    "zh": "请用表格软件改题目，填好 form.yaml 的来源和 vectors.yaml 的案例，放在规则包的 visit_forms/{code}/ 里，再运行 ciyou packs check。",
    "en": "Change the questions in a spreadsheet, fill in the sources in form.yaml and the cases in vectors.yaml, keep the folder in a pack "
    "as visit_forms/{code}/, then run `ciyou packs check`.",
}


@click.command("form", epilog="Example: ciyou packs form phq_a --division 51 --out form.xlsx --lang en")
@click.argument("code")
@click.option("--division", default="00", help="The place whose words are written (2 to 12 digits).")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The workbook to write.")
@click.option(
    "--packs",
    "root",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=None,
    help="The folder of packs (default: the shipped ones).",
)
@click.option("--new", is_flag=True, help="Begin a form of visits called CODE instead.")
@language_option
def form(code: str, division: str, out: Path, root: Path | None, new: bool, lang: str | None) -> None:
    """Write the words of the questionnaire CODE as an XLSForm workbook; with --new begin a form that a place adds to visits.

    A new form is a workbook with two example questions, and form.yaml and vectors.yaml beside it. Exit 0: written; 2: there is no such
    questionnaire with texts, or a file is there already or cannot be written.
    """
    spoken = choose_language(lang)
    try:
        if new:
            for path in write_start(out, code=code):
                click.echo(path)
            click.echo(NEXT_NEW[spoken].format(code=code))
            return
        file = load_questionnaires(division=division, root=root or SHIPPED).get(code)
        if file is None or not file.texts:
            raise RunError(_no_texts(code))
        write_form(out, code=file.code, title=file.zh, words=FormWords(file.texts, file.options))
    except (CiyouError, OSError) as error:
        fail(error, spoken)
    click.echo(out)
    click.echo(NEXT[spoken].format(code=code, form=FORM))


def _no_texts(code: str) -> Problem:
    return Problem(
        Place(),
        "pack.no_form",
        f"没有带题目的量表“{code}”；请看 questionnaires 文件夹里有哪些。",
        f"There is no questionnaire “{code}” with texts; see which the folders `questionnaires` hold.",
    )
