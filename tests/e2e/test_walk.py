"""The walk of a county officer: rosters in, leads and a child's explained decisions out; on a phone and on a desk."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from ciyou.batch.synth.delivery import synthesize

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CHILDREN = 400
SCREENING_MS = 90_000
SIZES = [360, 1280]
LANGUAGES = ["zh-hans", "en"]
PICTURES = os.environ.get("CIYOU_SCREENSHOTS")
LARGEST_PICTURE = 200_000
PICTURE_HEIGHT = 560


@pytest.fixture(scope="session")
def rosters(tmp_path_factory):
    """A small synthetic county's rosters, without the truth about them."""
    folder = tmp_path_factory.mktemp("rosters") / "county"
    synthesize(out=folder, children=CHILDREN, seed=3)
    for truth in folder.glob("truth_*"):
        truth.unlink()
    return folder


@pytest.fixture(scope="session")
def screening(browser, server, rosters):
    """The path of a screening that was uploaded by hand and is done."""
    page = browser.new_page()
    page.goto(server.address)
    upload(page, rosters)
    wait_for_summary(page)
    path = page.url.removeprefix(server.address)
    page.close()
    return path


def upload(page, folder):
    page.locator("#folder").set_input_files(folder)
    page.locator("#as_of").fill("2025-09-01")
    page.locator("form[data-upload] button").click()
    page.wait_for_url(re.compile(r"/screenings/[0-9a-f-]{36}/"))


def wait_for_summary(page):
    """Wait until the screening has ended; it must have ended well."""
    page.locator(".figures, #problems").first.wait_for(timeout=SCREENING_MS)
    problems = page.locator("#problems")
    assert not problems.count(), problems.inner_text()


def keep_picture(page, name):
    """A picture for the README, when pictures are asked for; the width of the window stays, the height is one screen."""
    if PICTURES:
        target = Path(PICTURES) / f"{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        width = page.viewport_size["width"]
        page.screenshot(path=target, clip={"x": 0, "y": 0, "width": width, "height": PICTURE_HEIGHT})
        assert target.stat().st_size <= LARGEST_PICTURE, f"{target} is too large for a repository."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", SIZES)
def test_an_officer_walks_from_the_upload_to_a_childs_explanation(visit, rosters, width, language):
    window = visit(width, language)
    page = window.page
    tag = f"{width}-{language[:2]}"

    page.goto(window.address)
    keep_picture(page, f"home-{tag}")
    upload(page, rosters)

    wait_for_summary(page)
    page.locator(".chart svg").first.wait_for()
    assert page.locator(".figure dd").nth(1).inner_text().replace(",", "").isdigit()
    keep_picture(page, f"summary-{tag}")

    page.locator(".next .button-main").click()
    page.locator(".lead-who a").first.wait_for()
    keep_picture(page, f"leads-{tag}")

    page.locator(".lead-who a").first.click()
    decision = page.locator("details.decision-yes, details.decision-undetermined").first
    decision.locator("summary").click()
    assert decision.locator(".steps .step").first.is_visible()
    assert decision.locator(".clause, .pairs dd").first.is_visible()
    keep_picture(page, f"child-{tag}")

    assert page.locator(".family .person").count() == 3
    assert page.locator(".chip").count() >= 16
    assert window.overflows() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", SIZES)
def test_no_page_has_an_accessibility_fault_or_is_wider_than_its_window(visit, screening, width, language, scheme):
    window = visit(width, language, scheme)
    page = window.page
    faults = {}

    def look(name):
        found = window.accessibility_faults() + window.overflows()
        if found:
            faults[name] = found

    page.goto(window.address)
    look("home")
    page.goto(window.address + screening)
    page.locator(".chart svg").first.wait_for()
    look("summary")
    page.goto(f"{window.address}{screening}leads/")
    page.locator(".filters > summary").click()
    look("leads")
    page.locator(".lead-who a").first.click()
    page.locator("h1").wait_for()
    page.locator("main").evaluate("main => main.querySelectorAll('details').forEach(each => (each.open = true))")
    look("child")
    page.goto(f"{window.address}{screening}rejected/")
    look("rejected")
    page.goto(f"{window.address}/styleguide/")
    page.locator("details.decision > summary").click()
    look("styleguide")
    assert faults == {}


def test_the_pages_for_errors_have_no_accessibility_fault(visit):
    window = visit(360)
    window.page.goto(f"{window.address}/nothing/")
    assert window.accessibility_faults() == []
    # The browser itself notes that the page was not found.
    window.complaints.clear()


def test_a_screening_can_be_left_and_found_again(visit, rosters):
    window = visit(1280)
    page = window.page
    page.goto(window.address)
    upload(page, rosters)
    path = page.url
    page.goto(window.address)
    found = page.locator("tbody a").first
    assert found.get_attribute("href") in path
    found.click()
    wait_for_summary(page)


def test_rosters_with_a_missing_column_come_back_with_a_sentence_that_says_what_to_do(visit, tmp_path):
    folder = tmp_path / "county"
    folder.mkdir()
    (folder / "hukou.csv").write_text("rec_id,家庭\nHK1,1\n", encoding="utf-8")
    window = visit(360)
    page = window.page
    page.goto(window.address)
    upload(page, folder)
    problems = page.locator("#problems")
    problems.wait_for(timeout=SCREENING_MS)
    assert "hukou.csv" in problems.inner_text()
    assert re.search(r"请|补|改", problems.inner_text())
    assert window.accessibility_faults() == []
    assert page.get_by_role("button", name="重新运行").is_visible()


def test_a_folder_without_rosters_is_refused_at_once(visit, tmp_path):
    (tmp_path / "notes.md").write_text("nothing", encoding="utf-8")
    window = visit(360)
    page = window.page
    page.goto(window.address)
    page.locator("#files").set_input_files(tmp_path / "notes.md")
    page.locator("form[data-upload] button").click()
    problems = page.locator("#problems")
    problems.wait_for()
    assert "CSV" in problems.inner_text()
    assert window.accessibility_faults() == []
    # The browser itself notes the status 400.
    window.complaints.clear()


def test_everything_can_be_reached_with_the_keyboard_alone(visit, screening):
    window = visit(1280)
    page = window.page
    page.goto(window.address + screening)
    page.keyboard.press("Tab")
    assert page.evaluate_handle("document.activeElement").get_property("className").json_value() == "skip"
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator(":focus").get_attribute("class") == "button button-main":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads/")
