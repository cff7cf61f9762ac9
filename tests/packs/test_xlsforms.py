"""Round trip of a form: written as a spreadsheet, edited there, laid into a place's pack, checked by the standard's reader, seen on the phone."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from ciyou.cli.packs import packs as packs_command
from ciyou.core.errors import PackError
from ciyou.packs import load_packs, load_questionnaires
from ciyou.packs.questionnaire_export import form_version, scoring_json
from ciyou.packs.xlsform_check import check_forms
from ciyou.packs.xlsforms import EN, ZH

FORM = "cn_51/questionnaires/phq_a/form.xlsx"
SAID = "有没有觉得情绪低落、烦躁或没有盼头？"


def run(*arguments):
    return CliRunner().invoke(packs_command, [*map(str, arguments), "--lang", "en"])


@pytest.fixture
def edit(packs, tmp_path):
    """Write the shipped form, change it as a spreadsheet program would, and save it in the pack of Sichuan."""

    def edited(change):
        written = tmp_path / "form.xlsx"
        done = run("form", "phq_a", "--division", "51", "--out", written)
        assert done.exit_code == 0, done.output
        book = load_workbook(written)
        change(book)
        target = packs.root / FORM
        target.parent.mkdir(parents=True)
        book.save(target)

    return edited


def problems(packs):
    """What the check says of the forms, without every rule's cases."""
    found = list(check_forms(load_packs(packs.root)))
    try:
        load_questionnaires(division="51", root=packs.root)
    except PackError as error:
        found += error.problems
    return " ".join(one.text("en") for one in found)


def cell(book, sheet, name, column):
    """The cell of a row by its name, under a heading."""
    rows = book[sheet]
    at = {found.value: found.column for found in rows[1]}
    line = next(row for row in range(2, rows.max_row + 1) if str(rows.cell(row, at["name"]).value) == name)
    return rows.cell(line, at[column])


def add_column(book, head, said):
    """A column of the standard's that no form of ours has, filled in for the second question."""
    sheet = book["survey"]
    column = sheet.max_column + 1
    sheet.cell(1, column).value = head
    sheet.cell(cell(book, "survey", "q2", ZH).row, column).value = said


def test_words_that_were_edited_in_a_spreadsheet_pass_the_check_and_are_another_form_on_the_phone(edit, packs):
    def change(book):
        cell(book, "survey", "q2", ZH).value = SAID
        cell(book, "choices", "0", ZH).value = "一天也没有"

    edit(change)
    done = run("check", packs.root)
    assert done.exit_code == 0, done.output
    here, before = (load_questionnaires(division=one, root=packs.root)["phq_a"] for one in ("5101", "35"))
    assert (here.texts["q2"][0], here.options[0][0]) == (SAID, "一天也没有")
    assert before.texts["q2"][0] != SAID
    assert form_version(here) != form_version(before)
    assert (here.scoring, here.vectors) == (before.scoring, before.vectors), "what is scored is as it was"
    assert scoring_json(here.scoring) == scoring_json(before.scoring), "and so it is in the browser"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda book: setattr(cell(book, "survey", "q2", EN), "value", None), "has no Chinese or no English"),
        (lambda book: book["survey"].delete_rows(3), "Only words may change"),
        (lambda book: book["choices"].append(["points", "4", "总是", "Always"]), "Only words may change"),
        (lambda book: setattr(cell(book, "survey", "q2", "type"), "value", "select_one pionts"), "no valid XLSForm"),
        (
            lambda book: book["survey"].append(["text", "mood", "还有什么", "What else"]),
            "survey:11: Only words may change",
        ),
        (lambda book: setattr(cell(book, "survey", "q2", "type"), "value", "text"), "survey:3: The type of “q2”"),
        (lambda book: add_column(book, "relevant", "${q1} != 0"), "survey:3: The column “relevant” of “q2”"),
    ],
)
def test_a_form_that_cannot_hold_is_refused_and_says_where(edit, packs, change, code):
    edit(change)
    assert code in problems(packs)
    assert FORM in problems(packs)


def test_what_is_no_workbook_is_refused(packs):
    packs.add(FORM, "not a workbook")
    assert "no xlsx workbook" in problems(packs)
