"""The workbooks that leave the house: opened by a library that others use, and by ours."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl

from ciyou.apps.disbursement.sheet_file import write_sheet


def test_a_workbook_is_opened_by_a_common_library_with_its_numbers_money_and_texts():
    made = write_sheet(
        "发放花名册", [["序号", "金额（元）", "银行账号"], [1, Decimal("1350.50"), "0622848000000000001"]]
    )
    sheet = openpyxl.load_workbook(io.BytesIO(made)).active
    assert sheet.title == "发放花名册"
    assert list(sheet.iter_rows(values_only=True))[1] == (1, 1350.5, "0622848000000000001")
    assert sheet.cell(2, 2).number_format == "0.00"


def test_a_cell_that_a_spreadsheet_would_take_for_a_formula_stays_text():
    sheet = openpyxl.load_workbook(io.BytesIO(write_sheet("一", [["=1+1", "@a", "-1"]]))).active
    assert [cell.data_type for cell in sheet[1]] == ["s", "s", "s"]
    assert not any(str(cell.value).startswith(("=", "@", "-")) for cell in sheet[1])
