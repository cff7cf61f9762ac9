"""A county looks at its children again: opened at a desk, answered on a phone, seen by village; and one child is decided by two people."""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path

import pytest

from tests.e2e.conftest import enter, start_server, windows

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

LOOKS = os.environ.get("CIYOU_LOOKS")
"""A folder for pictures of every page that the walk passes, to be looked at; none are taken without it."""

DIRECTOR = """
SELECT u.username, substr(p.division, 1, 9), count(DISTINCT p.id) AS children FROM registry_person p
JOIN accounts_post post ON post.division = p.division AND post.role = 'child_director' AND post.cover_of_id IS NULL
JOIN accounts_user u ON u.id = post.user_id
WHERE p.kind = 'child' AND p.status = 'active' AND NOT p.restricted AND EXISTS (SELECT 1 FROM entitlements_outcome o
WHERE o.person_id = p.id AND o.outcome = 'yes' AND o.rule IN ('orphan', 'de_facto_unattended'))
AND NOT EXISTS (SELECT 1 FROM cases_lead l WHERE l.state NOT IN ('closed', 'reported')
AND l.why NOT IN ('entitled', 'entitled_presumed') AND (l.person_id = p.id OR l.person_id IN (
SELECT sibling.person_id FROM registry_relationship own JOIN registry_relationship sibling ON sibling.other_id = own.other_id
WHERE own.person_id = p.id)))
GROUP BY u.username, substr(p.division, 1, 9) ORDER BY children DESC, u.username LIMIT 2
"""
SUPERVISOR = """
SELECT u.username FROM accounts_post post JOIN accounts_user u ON u.id = post.user_id
WHERE post.role = 'supervisor' AND substr(post.division, 1, 9) = ?
"""
UNDETERMINED = """
SELECT o.person_id FROM entitlements_outcome o JOIN registry_person p ON p.id = o.person_id
WHERE o.rule = 'de_facto_unattended' AND o.outcome = 'undetermined' AND NOT p.restricted AND p.status = 'active'
ORDER BY p.id LIMIT 1
"""
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def ask(home, question, *values):
    with sqlite3.connect(f"file:{home / 'ciyou.sqlite3'}?mode=ro", uri=True) as database:
        return database.execute(question, values).fetchall()


def dashed(identifier):
    return re.sub(r"(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", identifier)


class Desk:
    """Somebody at a window, signed in."""

    def __init__(self, window, user):
        self.window, self.page = window, window.page
        enter(window, user)

    def go(self, path):
        self.page.goto(f"{self.window.address}/{path}")
        return self

    def press(self, name):
        self.page.locator("main").get_by_role("button", name=name).first.click()
        self.page.wait_for_load_state()

    def words(self):
        return self.page.locator("main").inner_text()

    def look(self, name):
        """The page is no wider than its window and has no accessibility fault; a picture where pictures are wanted."""
        if LOOKS:
            width = self.page.viewport_size["width"]
            Path(LOOKS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(LOOKS) / f"rounds-{name}-{width}.png", full_page=True)
        assert self.window.accessibility_faults() + self.window.overflows() == [], name


@pytest.fixture
def demo(tmp_path):
    """A demo of its own: an open round changes what the visit forms of others ask."""
    started = start_server(tmp_path / "home", "demo")
    yield started
    started.stop()


def something_changed(page):
    """Answer one question otherwise than is on record; which are asked depends on the child that the county's day brings first."""
    school = page.locator("select[name$=':school_status']")
    if school.count():
        school.first.select_option("dropped_out")
        return
    for fact in ("in_institution", "dibao"):
        asked = page.locator(f"input[name$='{fact}']")
        if asked.count():
            # Set down as "yes" only where the sentence below the question says so.
            said = asked.first.locator("xpath=ancestor::fieldset[1]").inner_text()
            answer = "no" if re.search("现在登记的是：是", said) else "yes"
            page.locator(f"input[name$='{fact}'][value={answer}]").first.check()
            return
    raise AssertionError(page.locator("main").inner_text())


@pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="asks the file of SQLite whom to walk with")
def test_a_round_from_its_opening_to_its_coverage_and_a_case_decided_by_two(browser, demo):
    (director, _township, _children), (other, township, _others) = ask(demo.home, DIRECTOR)
    ((supervisor,),) = ask(demo.home, SUPERVISOR, township)
    with windows(browser) as open_window:
        desk = Desk(open_window(demo.address, 1280), "jingban")
        desk.go("rounds/").look("overview")
        desk.press("开启 年度复核")
        assert "已列入" in desk.words()
        desk.look("opened")

        phone = Desk(open_window(demo.address, 360), director)
        phone.look("today")
        phone.page.locator("main a[href^='/rounds/due/']").first.click()
        phone.page.wait_for_url(re.compile(r"/rounds/due/"))
        phone.look("due")
        households = phone.page.locator(".round-household").count()
        phone.press("没有变化")
        phone.page.wait_for_url(re.compile(r"recorded="))
        assert "没有变化" in phone.page.get_by_role("status").first.inner_text()
        assert phone.page.locator(".round-household").count() == households - 1
        phone.look("recorded")

        phone = Desk(open_window(demo.address, 360), other)
        phone.go("rounds/due/")
        phone.page.locator("main").get_by_role("link", name=re.compile("^(有变化|去走访)")).first.click()
        phone.page.wait_for_url(re.compile(r"/visits/child/"))
        phone.look("exception")
        phone.page.get_by_role("radio", name="监护人").first.check()
        something_changed(phone.page)
        for result in phone.page.locator("input[type=radio][value=confirmed]").all():
            result.check()
        phone.press("保存走访")
        phone.page.wait_for_url(re.compile(r"/visits/[0-9a-f-]{36}/$"))

        over = Desk(open_window(demo.address, 360, "en"), supervisor)
        over.go("rounds/").look("supervisor-rounds")
        over.page.locator("main a[href^='/rounds/']").filter(has_text="Yearly review").first.click()
        over.page.wait_for_load_state()
        over.look("coverage")
        counted = over.page.locator("dl.pairs dd").nth(1).inner_text()
        assert int(re.match(r"\d+", counted).group()) >= 1
        assert re.search(r"[1-9]\d* of them changed", counted)

        child = dashed(ask(demo.home, UNDETERMINED)[0][0])
        decide_by_two(desk, Desk(open_window(demo.address, 1280), "fuhe"), child)


def decide_by_two(drafter, reviewer, child):
    drafter.go(f"children/{child}/evidence/")
    drafter.page.locator("input[type=file]").set_input_files(
        {"name": "纪要.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    drafter.page.locator("main input[type=text]").first.fill("会商纪要")
    drafter.page.locator("main form:has(input[type=file]) button[type=submit]").click()
    drafter.page.wait_for_load_state()
    drafter.go(f"children/{child}/cases/?rule=de_facto_unattended").look("case-draft")
    drafter.page.fill("#reasons", "公安和村委会多次查找未果，县级会商同意按事实无人抚养儿童认定。")
    drafter.page.locator("input[name=holds][value=yes]").check()
    drafter.page.locator("input[name=evidence]").first.check()
    drafter.press("提交给另一人决定")
    drafter.page.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}/$"))
    drafter.look("case-waits")
    assert drafter.page.get_by_role("button", name="同意", exact=True).count() == 0

    reviewer.page.goto(drafter.page.url)
    reviewer.look("case-decide")
    reviewer.page.fill("#words", "同意。")
    reviewer.page.get_by_role("button", name="同意", exact=True).click()
    reviewer.page.wait_for_load_state()
    assert "有效" in reviewer.words()
    reviewer.go(f"children/{child}/")
    assert "由人一事一议决定" in reviewer.words()
    reviewer.look("child")
