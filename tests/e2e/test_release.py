"""A mother is released: the award is looked at by a person, and paid until that person has decided. Walked on a desk and a phone."""

from __future__ import annotations

import re
import sqlite3

import pytest

from tests.e2e.conftest import filled_server, windows
from tests.e2e.test_money import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A served state folder in which one child is awarded because its father is dead and its mother in prison: (server, child)."""
    with filled_server(tmp_path_factory.mktemp("release"), "release_county") as (server, printed):
        yield server, printed.split()[-1]


def award_of(home):
    with sqlite3.connect(f"file:{home / 'ciyou.sqlite3'}?mode=ro", uri=True) as database:
        return database.execute("SELECT state, review_for, last_month FROM awards_award").fetchone()


def open_reviews(home):
    """Of the tasks about the award that wait for the county's drafter: whether each has its day."""
    with sqlite3.connect(f"file:{home / 'ciyou.sqlite3'}?mode=ro", uri=True) as database:
        return database.execute(
            "SELECT t.queue_role, t.due_on IS NOT NULL FROM cases_task t JOIN awards_award a "
            "ON replace(t.subject_id, '-', '') = replace(a.id, '-', '') WHERE t.state = 'open'"
        ).fetchall()


def test_a_release_leads_to_a_review_and_not_to_a_stop(browser, county):
    server, child = county
    with windows(browser) as open_window:

        def desk(user, width=1280, language="zh-hans"):
            return Desk(open_window(server.address, width, language), user)

        drafter, reviewer, approver = desk("drafter"), desk("reviewer"), desk("approver")
        ask_and_answer(drafter, desk("justice"), child)
        the_difference_is_told_with_its_cause(desk, drafter, child)
        assert award_of(server.home)[:2] == ("active", "circumstance_ended")
        assert open_reviews(server.home) == [("county_drafter", 1)]
        a_person_decides(server.home, drafter, approver)
        what_was_decided_before_is_seen(reviewer, child)


def ask_and_answer(drafter, justice, child):
    """The county asks the justice department about the mother; it answers that she is not in prison any more."""
    drafter.go(f"letters/child/{child}/")
    form = drafter.page.locator(
        "form:has(input[name=entity][value=mother]):has(input[name=department][value=justice])"
    ).first
    form.evaluate(
        "form => { form.querySelectorAll('details').forEach(each => (each.open = true));"
        " for (let each = form.closest('details'); each; each = each.parentElement.closest('details')) each.open = true; }"
    )
    for box in form.locator("input[name=facts]:enabled").all():
        box.set_checked(box.get_attribute("value") == "imprisoned")
    form.get_by_role("button", name="起草这封函").click()
    drafter.page.wait_for_url(re.compile(r"/letters/[0-9a-f-]{36}/"))
    letter = drafter.page.url
    drafter.page.locator("form[action$='/send/'] button[type=submit]").click()
    drafter.page.wait_for_load_state()
    justice.page.goto(letter)
    answers = justice.page.locator("form[action$='/reply/']").first
    answers.locator("input[type=radio][value=no]").first.check()
    answers.locator("button[type=submit]").first.click()
    justice.page.wait_for_load_state()


def the_difference_is_told_with_its_cause(desk, drafter, child):
    """The county reads who said what; the village that a department said something; a task with a clock has an owner."""
    drafter.go(f"children/{child}/").until("这之间的变化")
    told = drafter.page.locator("#determination").inner_text()
    assert "母亲 · 服刑在押：" in told
    assert "司法" in told or "协查回函" in told
    drafter.until("要有人复核：是否继续发放")
    drafter.look("release-child")
    small = desk("drafter", 360)
    small.go(f"children/{child}/").look("release-child")
    english = desk("drafter", 360, "en")
    english.go(f"children/{child}/").look("release-child-en")
    assert "What changed in between:" in english.words()
    village = desk("director", 360)
    village.go(f"children/{child}/")
    seen = village.page.locator("#determination").inner_text()
    assert "服刑" not in seen
    assert "部门核实的情况有变化" in seen
    waiting = desk("reviewer", 360)
    waiting.go("determinations/?only=changed").look("release-waiting")
    assert "母亲 · 服刑在押：" in waiting.words()


def a_person_decides(home, drafter, approver):
    """The drafter proposes the end from a month the place has named; another person makes it; until then it is paid."""
    drafter.page.locator(".award-line a").first.click()
    drafter.page.wait_for_url(re.compile(r"/awards/[0-9a-f-]{36}/"))
    award = drafter.page.url
    assert "系统不会自己停发" in drafter.words()
    assert "过渡" in drafter.words()  # nobody has written down for how many months: the page says whom to ask
    drafter.look("release-award")
    drafter.page.locator("details.letter-refuse summary").click()
    drafter.page.select_option("#change", "end")
    drafter.page.select_option("#ground", "circumstance_ended")
    drafter.page.fill("#from_month", drafter.page.evaluate("new Date(Date.now() + 40*864e5).toISOString().slice(0, 7)"))
    drafter.page.fill("#reason", "母亲刑满释放，已由司法部门核实；问过市民政局，下月起不再发放。")
    drafter.press("先看结果")
    drafter.press("提出，请另一人决定")
    assert award_of(home)[0] == "active"
    approver.page.goto(award)
    approver.look("release-decide")
    approver.press("同意，照此办理")
    state, review, last = award_of(home)
    assert (state, review) == ("ended", "")
    assert last is not None


def what_was_decided_before_is_seen(reviewer, child):
    """In the history each determination stands with its own causes."""
    reviewer.go(f"children/{child}/determinations/").look("release-history")
    assert "母亲 · 服刑在押：" in reviewer.words()


@pytest.mark.parametrize("width", [360, 1280])
def test_what_to_find_out_first_is_walked_from_the_list_to_the_question(browser, county, width):
    server, _child = county
    with windows(browser) as open_window:
        drafter = Desk(open_window(server.address, width), "drafter")
        drafter.go("triage/").until("单独查清")
        drafter.look("triage")
        drafter.go("triage/?by=rosters").look("triage-rosters")
        drafter.go("triage/?ask=department")
        drafter.page.locator("ol.triage a.button").first.click()
        drafter.page.wait_for_load_state()
        drafter.look("triage-children")
        drafter.page.locator("ul.triage a.button-main").first.click()
        drafter.page.wait_for_url(re.compile(r"/(letters|visits)/child/"))
        english = Desk(open_window(server.address, width, "en"), "drafter")
        english.go("triage/").look("triage-en")
        assert "Found out alone" in english.words()
        director = Desk(open_window(server.address, width), "director")
        director.go("triage/").look("triage-village")
        assert "服刑" not in director.words()
