"""The comparison with the national system in a browser: looked at on a desk and a phone, and walked from the lists to a new upload."""

from __future__ import annotations

import csv
import io

import pytest

from tests.e2e.conftest import enter
from tests.exchange_columns import TITLES

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PATHS = (
    "exchange/",
    "exchange/items/?kind=only_here",
    "exchange/items/?kind=only_there",
    "exchange/items/?kind=differs",
    "exchange/items/?kind=differs&state=settled",
    "exchange/export/?which=to_enter",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_has_an_accessibility_fault_or_is_wider_than_its_window(visit, width, language, scheme):
    window = visit(width, language, scheme)
    enter(window, "jingban")
    faults = {}
    for path in PATHS:
        window.page.goto(f"{window.address}/{path}")
        if found := window.accessibility_faults() + window.overflows():
            faults[path] = found
    assert faults == {}


def test_from_the_home_page_to_settled_items_and_a_new_list(visit, tmp_path):
    window = visit(360)
    page = window.page
    enter(window, "jingban")
    page.goto(f"{window.address}/exchange/items/?kind=differs")
    first = page.locator("tbody tr").first
    assert "****" in first.inner_text()
    waiting = page.locator("tbody tr").count()
    page.fill("#note", "写到一半就按了回车")
    page.press("#note", "Enter")
    page.get_by_text("请先勾选要处理的项").wait_for()
    assert page.locator("tbody tr").count() == waiting
    window.complaints.clear()  # the browser tells of every answer that refuses a form
    page.locator("tbody tr").first.get_by_role("button", name="请全国系统更正").click()
    page.goto(f"{window.address}/exchange/items/?kind=differs&state=settled")
    assert "请全国系统更正" in page.locator("tbody tr").first.inner_text()
    page.get_by_role("button", name="重新打开").first.click()
    page.goto(f"{window.address}/exchange/items/?kind=only_there")
    before = page.locator("tbody tr").count()
    assert before >= 3
    page.locator("tbody tr").first.get_by_role("button", name="建线索核实").click()
    assert page.locator("tbody tr").count() == before - 1
    page.goto(f"{window.address}/exchange/")
    sent = tmp_path / "名单.csv"
    sent.write_bytes(one_stranger())
    page.set_input_files("#file", str(sent))
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_text("名单.csv 核对于").wait_for(timeout=60_000)
    page.goto(f"{window.address}/exchange/items/?kind=only_there")
    assert page.locator("tbody tr").count() == 1
    assert "山外青" in page.locator("tbody tr").first.inner_text()


def test_an_export_is_made_while_one_waits_and_its_password_is_shown_once(visit):
    window = visit(1280)
    page = window.page
    enter(window, "jingban")
    page.goto(f"{window.address}/exchange/export/?which=everybody")
    page.select_option("#purpose", "serve")
    page.fill("#reason", "录入全国儿童福利信息系统，本月例行核对")
    page.get_by_role("button", name="生成加密文件").click()
    assert page.locator(".secret").inner_text().count("-") == 3
    link = page.get_by_role("link", name="下载加密文件")
    link.wait_for(timeout=60_000)
    assert window.accessibility_faults() == []
    with page.expect_download() as taken:
        link.click()
    assert taken.value.suggested_filename.endswith(".xlsx")


def one_stranger() -> bytes:
    """A list with a child whom nobody here knows."""
    made = io.StringIO()
    csv.writer(made).writerows([TITLES, ("山外青", "", "女", "2016-05-01", "", "孤儿", "", "", "")])
    return made.getvalue().encode("gb18030")
