"""A questionnaire as an XLSForm workbook, for whoever edits its words in a spreadsheet: written from a pack, and read back over its texts.

`questionnaires/<code>/form.xlsx` holds words and nothing else: questions and answers stay those that are scored, and each vector holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from ciyou.core.errors import Place
from ciyou.core.sheet_cells import neutral
from ciyou.packs.follow_ups import Text
from ciyou.packs.form_sheets import EN, ZH, FormSheet, read_sheets
from ciyou.packs.located_yaml import Notes

ANSWERS = "points"
_WIDTHS = (22, 10, 60, 60)
_COLUMNS = frozenset({"type", "name", ZH, EN, "line"})


@dataclass(frozen=True)
class FormWords:
    """The words of a form: of its items by code, and of its answers by points, each in the order of the sheet."""

    texts: Mapping[str, Text]
    options: Mapping[int, Text]


def write_form(path: Path, *, code: str, title: str, words: FormWords) -> None:
    """Write a questionnaire's words as an XLSForm; the sheets, columns and names are the standard's."""
    book = Workbook()
    survey = book.active
    survey.title = "survey"
    rows = [(f"select_one {ANSWERS}", item, *text) for item, text in words.texts.items()]
    choices = [(ANSWERS, str(points), *text) for points, text in words.options.items()]
    settings = [(title, code, "中文 (zh)")]
    fill_sheet(survey, ("type", "name", ZH, EN), rows)
    fill_sheet(book.create_sheet("choices"), ("list_name", "name", ZH, EN), choices)
    fill_sheet(book.create_sheet("settings"), ("form_title", "form_id", "default_language"), settings)
    book.save(path)


def read_form(path: Path, *, name: str, words: FormWords, notes: Notes) -> FormWords:
    """The words of a form whose questions and answers are these; what is missing, added or moved is noted, and the old words stand then."""
    before = len(notes.found)
    sheets = read_sheets(path, name=name, notes=notes)
    survey, choices = sheets.survey.named(), sheets.choices.named()
    if len(notes.found) > before:
        return words
    _check_columns(survey, notes)
    asked = {row["name"]: row for row in survey.rows}
    answers = {row["name"]: row for row in choices.rows if row.get("list_name") == ANSWERS}
    _check_same(survey, asked, tuple(words.texts), notes)
    _check_same(choices, answers, tuple(str(points) for points in words.options), notes)
    found = FormWords(
        texts={code: _words(survey, row, notes) for code, row in asked.items()},
        options={
            int(points): _words(choices, row, notes)
            for points, row in answers.items()
            if points.lstrip("-").isdecimal()
        },
    )
    return found if len(notes.found) == before else words


def fill_sheet(sheet: Any, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a heading and rows; nothing in them is taken for a formula."""
    sheet.append(head)
    for row in rows:
        sheet.append([neutral(cell) for cell in row])
    for letter, width in zip("ABCD", _WIDTHS, strict=False):
        sheet.column_dimensions[letter].width = width


def _check_same(sheet: FormSheet, found: Mapping[str, Mapping[str, str]], wanted: Sequence[str], notes: Notes) -> None:
    if tuple(found) == tuple(wanted):
        return
    missing, strange = [one for one in wanted if one not in found], [one for one in found if one not in wanted]
    line = int(found[strange[0]]["line"]) if strange else 0
    told = ", ".join((*(f"-{one}" for one in missing), *(f"+{one}" for one in strange))) or " > ".join(found)
    notes.add(
        Place(sheet.name, line),
        "form_items",
        f"题目和选项只能改文字，不能增加、删去或换顺序（{told}）；要改题目，请改 questionnaire.yaml 和计分案例。",
        f"Only words may change; none may be added, taken away or moved ({told}). To change questions, edit questionnaire.yaml and its vectors.",
    )


def _check_columns(sheet: FormSheet, notes: Notes) -> None:
    """Every question has the answers that are scored, and nothing stands in a column that nobody would read."""
    for row in sheet.rows:
        if row.get("type") != f"select_one {ANSWERS}":
            notes.add(
                Place(sheet.name, int(row["line"])),
                "form_type",
                f"“{row['name']}”的 type 应当是 select_one {ANSWERS}：题目怎么答、怎么计分由 questionnaire.yaml 定，这里只改文字。",
                f"The type of “{row['name']}” has to be `select_one {ANSWERS}`: how it is answered and scored stands in questionnaire.yaml; only words change here.",
            )
        for column in sorted(name for name, said in row.items() if said and name not in _COLUMNS):
            notes.add(
                Place(sheet.name, int(row["line"])),
                "form_column",
                f"“{row['name']}”的“{column}”一列不起作用：量表的每道题都要问，不能跳过或另设条件。请清空这一格。",
                f"The column “{column}” of “{row['name']}” has no effect: every question of a questionnaire is asked, and none is skipped. Empty this cell.",
            )


def _words(sheet: FormSheet, row: Mapping[str, str], notes: Notes) -> Text:
    words = row.get(ZH, ""), row.get(EN, "")
    if not all(words):
        notes.add(
            Place(sheet.name, int(row["line"])),
            "form_label",
            f"“{row['name']}”缺少中文或英文；两种都要填写。",
            f"“{row['name']}” has no Chinese or no English; both are needed.",
        )
    return words
