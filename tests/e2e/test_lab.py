"""A simulated new standard in a browser: asked for, watched, left and found again, read, and taken along as a workbook."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.e2e.conftest import enter

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def looked_at(window, *paths):
    """Accessibility faults and what sticks out, of the page as it is and of others."""
    found = {window.page.url: window.accessibility_faults() + window.overflows()}
    for path in paths:
        window.page.goto(f"{window.address}/{path}")
        found[path] = window.accessibility_faults() + window.overflows()
    return {page: faults for page, faults in found.items() if faults}


def test_a_new_standard_is_tried_watched_and_taken_along(visit):
    window = visit(1280)
    page = window.page
    enter(window, "jingban")
    page.goto(f"{window.address}/payments/")
    page.get_by_role("link", name="政策试算").click()
    page.get_by_role("link", name="标准或参数").click()
    page.select_option("#code", label="社会散居孤儿养育标准")
    page.get_by_role("button", name="继续").click()
    page.fill("#value", "165000")
    page.get_by_role("button", name="开始试算").click()
    page.locator("#value-error").get_by_text("请检查单位").wait_for()
    assert page.input_value("#value") == "165000"
    assert looked_at(window) == {}
    window.complaints.clear()  # the browser tells of every answer that refuses a form
    page.fill("#value", "1650")
    page.get_by_label("由程序生成的模拟儿童").check()
    page.fill("#drawn", "200000")
    page.get_by_role("button", name="开始试算").click()
    page.locator("progress#bar").wait_for()
    assert looked_at(window) == {}
    page.goto(f"{window.address}/lab/")
    page.locator("tbody tr").first.get_by_role("link").click()
    page.get_by_role("heading", name="各月费用", exact=True).wait_for(timeout=60_000)
    gained = page.locator(".figure", has_text="得益儿童").first.locator("dd").inner_text()
    assert int(gained.replace(",", "")) > 100
    cost = page.locator("#table-1 tbody tr").first.locator("td").nth(4).inner_text()
    assert cost.startswith("¥")
    assert page.locator("svg rect").count() == 24
    assert looked_at(window) == {}
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载表格").click()
    book = load_workbook(BytesIO(Path(taken.value.path()).read_bytes()))
    assert book.worksheets[1].max_row == 13


def test_on_a_phone_a_definition_is_tried_on_the_children_on_file(visit):
    window = visit(360, "en")
    page = window.page
    enter(window, "jingban")
    assert (
        looked_at(
            window,
            "lab/",
            "lab/new/?what=parameter",
            "lab/new/?what=rule&code=orphan",
            "lab/new/?what=predicate&code=minor",
        )
        == {}
    )
    page.fill("#when", "age(c) < 12 and not c.dead")
    page.get_by_role("button", name="Start the trial").click()
    page.get_by_role("heading", name="By rule (first month)").wait_for(timeout=60_000)
    assert page.get_by_text("withheld").count() > 0
    assert looked_at(window) == {}
