"""From a delivery of rosters to a determination that a person stands behind, walked by five roles on desks and on a phone."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.e2e.conftest import enter

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SCREENING_MS = 120_000
SIZES = [360, 1280]
LANGUAGES = ["zh-hans", "en"]
PICTURES = os.environ.get("CIYOU_SCREENSHOTS")
LARGEST_PICTURE = 200_000
PICTURE_HEIGHT = 560

LOOKED_AT = {
    "jingban": (
        "", "figures/loops/", "rosters/", "leads/", "leads/distribution/", "ledger/", "letters/", "exports/new/", "requests/", "settings/",
        "applications/", "applications/proposals/", "payments/", "payments/collective/",
    ),
    "fuhe": ("", "determinations/"),
    "shenpi": ("", "openings/", "retention/", "figures/payments/", "statistics/"),
    "dudao1": ("", "leads/", "leads/distribution/", "ledger/", "applications/", "applications/proposals/"),
    "zhuren1": ("", "ledger/", "me/"),
    "sifa": ("", "letters/"),
    "shenji": ("", "audit/", "audit/exports/"),
    "sysadmin": ("", "people/"),
    "secadmin": ("", "people/requests/"),
    "shiji": ("", "figures/", "figures/payments/"),
}  # fmt: skip
"""User of the demo → pages of the role, looked at by the accessibility check."""


@pytest.fixture(scope="session")
def rosters(server, tmp_path_factory):
    """The rosters of the demo's county, without the truth about them."""
    folder = tmp_path_factory.mktemp("rosters") / "county"
    shutil.copytree(server.home / "demo_rosters", folder, ignore=shutil.ignore_patterns("truth_*", "divisions*"))
    return folder


@pytest.fixture(scope="session")
def work(server):
    """A lead in a village about a child of whose parents one at least is known by name: (user of the director, child, lead)."""
    with sqlite3.connect(f"file:{server.home / 'ciyou.sqlite3'}?mode=ro", uri=True) as database:
        return database.execute(
            "SELECT u.username, l.person_id, l.id FROM cases_lead l JOIN accounts_post p ON p.id = l.post_id "
            "JOIN accounts_user u ON u.id = p.user_id WHERE l.state = 'assigned' AND p.role = 'child_director' "
            "AND 1 <= (SELECT count(*) FROM registry_relationship r JOIN registry_person o "
            "ON o.id = r.other_id WHERE r.person_id = l.person_id AND r.kind IN ('father', 'mother') AND o.name <> '' "
            "AND r.superseded_at IS NULL) ORDER BY l.rank LIMIT 1"
        ).fetchone()


def dashed(identifier):
    return re.sub(r"(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", identifier)


def keep_picture(page, name):
    """A picture for the README, when pictures are asked for; the width of the window stays, the height is one screen."""
    if PICTURES:
        target = Path(PICTURES) / f"{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        width = page.viewport_size["width"]
        page.screenshot(path=target, clip={"x": 0, "y": 0, "width": width, "height": PICTURE_HEIGHT})
        assert target.stat().st_size <= LARGEST_PICTURE, f"{target} is too large for a repository."


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("user", LOOKED_AT)
def test_no_page_of_a_role_has_an_accessibility_fault_or_is_wider_than_its_window(visit, user, width, language, scheme):
    window = visit(width, language, scheme)
    enter(window, user)
    faults = {}
    for path in LOOKED_AT[user]:
        window.page.goto(f"{window.address}/{path}")
        if scheme == "light":
            keep_picture(window.page, f"{user}-{path.strip('/').replace('/', '-') or 'home'}-{width}-{language[:2]}")
        if found := window.accessibility_faults() + window.overflows():
            faults[path] = found
    assert faults == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", SIZES)
def test_a_childs_page_explains_and_has_no_accessibility_fault(visit, work, width, language):
    window = visit(width, language)
    page = window.page
    enter(window, "fuhe")
    page.goto(f"{window.address}/children/{dashed(work[1])}/")
    decision = page.locator("details.decision").first
    decision.locator("summary").first.click()
    decision.locator(".steps .step").first.wait_for()
    keep_picture(page, f"child-{width}-{language[:2]}")
    assert page.locator(".family .person").count() == 3
    assert window.overflows() == []
    assert window.accessibility_faults() == []


def test_from_an_upload_to_a_confirmed_determination(visit, rosters, work):
    director, child, lead = work[0], dashed(work[1]), dashed(work[2])

    desk = visit(1280)
    enter(desk, "jingban")
    desk.page.goto(f"{desk.address}/rosters/")
    desk.page.locator("#folder").set_input_files(rosters)
    desk.page.locator("form[data-upload] button").click()
    desk.page.wait_for_url(re.compile(r"/screenings/[0-9a-f-]{36}/"))
    desk.page.locator(".figures, #problems").first.wait_for(timeout=SCREENING_MS)
    assert not desk.page.locator("#problems").count()
    desk.page.goto(f"{desk.address}/leads/distribution/")
    share = desk.page.locator("form.share-all button")
    if share.count():
        share.click()

    phone = visit(360)
    enter(phone, director)
    phone.page.goto(f"{phone.address}/visits/lead/{lead}/")
    keep_picture(phone.page, "visit-360-zh")
    assert "服刑" not in phone.page.locator("main").inner_text()
    phone.page.get_by_role("radio", name="监护人").first.check()
    for seen in phone.page.get_by_role("radio", name="见到了", exact=True).all():
        seen.check()
    for result in phone.page.locator("input[type=radio][value=confirmed]").all():
        result.check()
    assert phone.accessibility_faults() == []
    phone.page.get_by_role("button", name="保存走访").click()
    phone.page.wait_for_url(re.compile(r"/visits/[0-9a-f-]{36}/"))
    assert phone.accessibility_faults() == []

    desk.page.goto(f"{desk.address}/letters/child/{child}/")
    form = desk.page.locator("form:has(input[name=facts][value=imprisoned]:enabled)").first
    form.evaluate(
        "form => { form.querySelectorAll('details').forEach(each => (each.open = true));"
        " for (let each = form.closest('details'); each; each = each.parentElement.closest('details')) each.open = true; }"
    )
    department = form.locator("input[name=department]").get_attribute("value")
    for box in form.locator("input[name=facts]:enabled").all():
        box.set_checked(box.get_attribute("value") == "imprisoned")
    form.get_by_role("button", name="起草这封函").click()
    desk.page.wait_for_url(re.compile(r"/letters/[0-9a-f-]{36}/"))
    desk.page.locator("form[action$='/send/'] button[type=submit]").click()
    desk.page.wait_for_load_state()
    letter = desk.page.url

    partner = visit(1280)
    enter(partner, {"justice": "sifa", "police": "gongan", "court": "fayuan"}[department])
    partner.page.goto(letter)
    answers = partner.page.locator("form[action$='/reply/']").first
    answers.locator("input[type=radio][value=no]").first.check()
    answers.locator("button[type=submit]").first.click()
    partner.page.wait_for_load_state()
    assert not partner.page.locator("[aria-invalid=true]").count()
    partner.page.goto(f"{partner.address}/children/{child}/")
    assert partner.page.locator("h1").inner_text() in ("没有这一页", "不能查看这一页")
    partner.complaints.clear()

    reviewer = visit(1280)
    enter(reviewer, "fuhe")
    reviewer.page.goto(f"{reviewer.address}/children/{child}/")
    reviewer.page.locator("form[action$='/confirm/'] button[type=submit]").first.click()
    reviewer.page.wait_for_load_state()
    reviewer.page.goto(f"{reviewer.address}/children/{child}/determinations/")
    assert "已确认" in reviewer.page.locator("main").inner_text()
    reviewer.page.goto(f"{reviewer.address}/ledger/")
    keep_picture(reviewer.page, "ledger-1280-zh")
    assert reviewer.page.locator("main a[href^='/children/']").count() > 1

    phone.page.goto(f"{phone.address}/children/{child}/")
    assert "服刑" not in phone.page.locator("main").inner_text()


def test_the_pages_for_errors_have_no_accessibility_fault(visit):
    window = visit(360)
    window.page.goto(f"{window.address}/nothing/")
    assert window.accessibility_faults() == []
    # The browser itself notes that the page was not found.
    window.complaints.clear()


def test_the_styleguide_has_no_accessibility_fault(visit):
    window = visit(360, "zh-hans", "dark")
    window.page.goto(f"{window.address}/styleguide/")
    assert window.accessibility_faults() + window.overflows() == []


def test_a_screening_can_be_left_and_found_again(visit, server):
    window = visit(1280)
    enter(window, "jingban")
    window.page.goto(f"{window.address}/rosters/")
    found = window.page.locator("main a[href^='/screenings/']").first
    found.click()
    window.page.locator(".figures").first.wait_for(timeout=SCREENING_MS)
    window.page.locator(".chart svg").first.wait_for()
    assert window.accessibility_faults() == []


def test_rosters_with_a_missing_column_come_back_with_a_sentence_that_says_what_to_do(visit, tmp_path):
    folder = tmp_path / "county"
    folder.mkdir()
    (folder / "hukou.csv").write_text("rec_id,家庭\nHK1,1\n", encoding="utf-8")
    window = visit(360)
    enter(window, "jingban")
    page = window.page
    page.goto(f"{window.address}/rosters/")
    page.locator("#folder").set_input_files(folder)
    page.locator("form[data-upload] button").click()
    problems = page.locator("#problems")
    problems.wait_for(timeout=SCREENING_MS)
    assert "hukou.csv" in problems.inner_text()
    assert re.search(r"请|补|改", problems.inner_text())
    assert window.accessibility_faults() == []
    assert page.get_by_role("button", name="重新运行").is_visible()


def test_a_folder_without_rosters_is_refused_at_once(visit, tmp_path):
    (tmp_path / "notes.md").write_text("nothing", encoding="utf-8")
    window = visit(360)
    enter(window, "jingban")
    page = window.page
    page.goto(f"{window.address}/rosters/")
    page.locator("#files").set_input_files(tmp_path / "notes.md")
    page.locator("form[data-upload] button").click()
    problems = page.locator("#problems")
    problems.wait_for()
    assert "名册" in problems.inner_text()
    window.complaints.clear()
