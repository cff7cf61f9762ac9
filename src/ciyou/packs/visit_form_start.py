"""A form to begin with: a workbook with two example questions, and the two files beside it, so that nobody has to know XLSForm."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

from ciyou.core.errors import PackError, Place, Problem
from ciyou.packs.form_sheets import EN, FORM, ZH
from ciyou.packs.visit_form_rows import HINT, MESSAGE
from ciyou.packs.visit_forms import DEFINITION, VECTORS
from ciyou.packs.xlsforms import fill_sheet

_SURVEY = ("type", "name", ZH, EN, *HINT, "required", "relevant", "constraint", *MESSAGE, "calculation")
_ROWS: Sequence[Sequence[str]] = (
    ("select_one yes_no", "example_asked", "例题：家里有这件事吗？", "Example: is this so at home?", "", "", "yes"),
    (
        *("integer", "example_how_many", "例题：一共几次？", "Example: how many times?"),
        *(
            "不清楚可以不填。",
            "Leave it empty when nobody knows.",
            "",
            "${example_asked} = 'yes'",
            ". >= 1 and . <= 31",
        ),
        *("填 1 到 31 的整数。", "Give a whole number from 1 to 31."),
    ),
)
_CHOICES = (("yes_no", "yes", "有", "Yes"), ("yes_no", "no", "没有", "No"))
_DEFINITION = """code: {code}
name: {{zh: （写上表名）, en: (name of the form)}}
# household：每户问一次；child：每个孩子问一次。 Asked once for a household, or for each child.
about: household
# every_visit，或一个条件，如 child.boarding。 Every visit, or a condition on facts.
when: every_visit
# 3，或更敏感的 4。 3, or 4 for what is more sensitive.
class: 3
# 哪份文件要求问这些；先在 sources.yaml 登记，再写 [{{document: 代号}}]。 Which document asks for this; declare it in sources.yaml first: [{{document: its_id}}]
sources: []
"""
_VECTORS = """# 答了什么，哪些题要问（yes、no、unknown），哪些答案不能要（refused）。 Answers, what is asked, what is refused.
vectors:
  - answers: {}
    asked: {example_how_many: unknown}
  - answers: {example_asked: "no"}
    asked: {example_how_many: "no"}
  - answers: {example_asked: "yes", example_how_many: "3"}
    asked: {example_how_many: "yes"}
  - answers: {example_asked: "yes", example_how_many: "32"}
    refused: [example_how_many]
"""


def write_start(path: Path, *, code: str) -> tuple[Path, ...]:
    """Write a workbook with form.yaml and vectors.yaml beside it; what was written. Raises PackError where one is there already."""
    beside = {path.with_name(DEFINITION): _DEFINITION.format(code=code), path.with_name(VECTORS): _VECTORS}
    there = [one for one in (path, *beside) if one.exists()]
    if there or path.name != FORM:
        name = there[0].name if there else path.name
        raise PackError(
            Problem(
                Place(str(path)),
                "pack.form_there",
                f"不能写“{name}”：新表写成 {FORM}，旁边不能已有 {FORM}、{DEFINITION} 或 {VECTORS}。请换一个文件夹。",
                f"“{name}” cannot be written: a new form is a {FORM} in a folder without {FORM}, {DEFINITION} or {VECTORS}. Choose another.",
            )
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    book = Workbook()
    survey = book.active
    survey.title = "survey"
    fill_sheet(survey, _SURVEY, _ROWS)
    fill_sheet(book.create_sheet("choices"), ("list_name", "name", ZH, EN), _CHOICES)
    fill_sheet(
        book.create_sheet("settings"), ("form_title", "form_id", "default_language"), [(code, code, "中文 (zh)")]
    )
    book.save(path)
    for file, text in beside.items():
        file.write_text(text, encoding="utf-8")
    return path, *beside
