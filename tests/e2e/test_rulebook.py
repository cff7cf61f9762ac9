"""The rule book in a browser: served to whoever is not signed in, and as files without any server."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.e2e.conftest import Visit, windows

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

RULE = "rules/de_facto_living_allowance/"
PATHS = ("rules/", f"{RULE}?place=22&on=2026-06-01", "rules/places/")
FILES = ("zh/index.html", "en/rule-orphan.html")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The book as files."""
    out = tmp_path_factory.mktemp("book") / "book"
    command = [sys.executable, "-c", "from ciyou.cli.main import main; main()", "rulebook", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    return out


@pytest.mark.parametrize(("width", "language"), [(360, "zh-hans"), (1280, "en")])
def test_the_served_book_has_no_accessibility_fault_and_fits_its_window(browser, empty_office, width, language):
    with windows(browser) as open_window:
        window = open_window(empty_office.address, width, language)
        faults = {}
        for path in PATHS:
            window.page.goto(f"{empty_office.address}/{path}")
            if found := window.accessibility_faults() + window.overflows():
                faults[path] = found
    assert faults == {}


def test_a_reader_finds_a_rule_by_a_word_and_sees_what_a_place_has_instead(browser, empty_office):
    with windows(browser) as open_window:
        page = open_window(empty_office.address, 360).page
        page.goto(f"{empty_office.address}/rules/")
        page.fill("#book-search", "事实无人抚养 补贴")
        page.locator(".book-found").get_by_role("link", name="事实无人抚养儿童基本生活补贴", exact=True).click()
        page.select_option("#place", label="吉林省")
        page.fill("#on", "2026-06-01")
        page.get_by_role("button", name="查看").click()
        assert "被遣送出境、服刑、强制隔离戒毒" in page.locator("#here").inner_text()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_book_of_files_works_without_a_server(browser, folder, width):
    context = browser.new_context(viewport={"width": width, "height": 800}, offline=True)
    page, complaints, faults = context.new_page(), [], {}
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    window = Visit(page, "")
    for file in FILES:
        page.goto((folder / file).as_uri())
        assert complaints == []
        if found := window.accessibility_faults() + window.overflows():
            faults[file] = found
        complaints.clear()  # the checker itself may not read style sheets of files
    page.goto((folder / "index.html").as_uri())
    page.wait_for_url("**/zh/index.html")
    page.fill("#book-search", "dibao_standard")
    page.locator(".book-found a:visible").first.click()
    assert page.url.endswith("parameters.html#dibao_standard")
    page.get_by_role("link", name="English").click()
    assert "Dibao standard" in page.locator("#dibao_standard h2").inner_text()
    context.close()
    assert (faults, complaints) == ({}, [])
