"""A county makes and sends the month's list, the insurance bureau answers it child by child, the county sees to what did not fit.

Two counties on a state folder of their own: nothing of it is in the demo that other tests walk through.
"""

from __future__ import annotations

import re

import pytest

from tests.e2e.conftest import filled_server, windows
from tests.e2e.identity_counties import CHILDREN
from tests.e2e.test_money import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

NUMBER = re.compile(r"\b\d{17}[\dX]\b")
UNKNOWN, DIFFERS, FOUND = CHILDREN
REASON = "医保系统里的姓名与名单不一致。"


@pytest.fixture(scope="module")
def counties(tmp_path_factory):
    """A server with two counties' offices."""
    with filled_server(tmp_path_factory.mktemp("lists"), "identity_counties") as (server, _printed):
        yield server


def row(desk, name):
    return desk.page.locator("tbody tr").filter(has_text=name)


def statuses(desk, address, *actions):
    """What the server answers to the page and to each of its forms, sent with the reader's own cookies and token."""
    request, token = desk.page.request, desk.page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value")
    headers = {"Referer": desk.page.url}
    fields = {"csrfmiddlewaretoken": token, "hash": "0", "answer-x": "taken"}
    sent = [request.post(f"{desk.window.address}{address}{each}/", form=fields, headers=headers) for each in actions]
    return [request.get(f"{desk.window.address}{address}").status, *(one.status for one in sent)]


def make_and_send(county):
    """The month's list of the insurance bureau from its first button until it is sent; its address."""
    county.go("identity-lists/").look("identity-lists-empty")
    kind = county.page.locator("section").filter(has_text="医保资助对象身份名单")
    kind.get_by_role("button", name="生成本月名单").click()
    county.page.wait_for_url(re.compile(r"/identity-lists/[0-9a-f-]{36}/"))
    assert all(name in county.words() for name in CHILDREN)
    assert not NUMBER.search(county.words())
    county.look("identity-list-draft")
    address = re.search(r"/identity-lists/[0-9a-f-]{36}/", county.page.url).group()
    county.press("发给医疗保障部门")
    assert "名单已发出" in county.words()
    return address


def answer_everything(bureau):
    """From today's task to the last answer: one is unknown, one differs, the rest is taken up."""
    bureau.go("").look("identity-today")
    bureau.page.locator("main a[href*='/identity-lists/']").first.click()
    bureau.page.wait_for_url(re.compile(r"/identity-lists/[0-9a-f-]{36}/"))
    assert NUMBER.search(bureau.words())
    bureau.look("identity-list-to-answer")
    row(bureau, UNKNOWN).locator("select").select_option("not_found")
    row(bureau, DIFFERS).locator("select").select_option("refused")
    bureau.press("保存所选的回执")
    assert "请写明原因" in bureau.words()
    assert row(bureau, UNKNOWN).locator("select").input_value() == "not_found"
    assert "请写明原因" in row(bureau, DIFFERS).inner_text()
    assert "请写明原因" not in row(bureau, UNKNOWN).inner_text()
    bureau.look("identity-list-no-reason")
    bureau.window.complaints.clear()  # the browser tells of every answer that refuses a form
    row(bureau, DIFFERS).locator("input[type=text]").fill(REASON)
    bureau.press("保存，本页没有选的都记为“已落实”")
    assert "回执已保存" in bureau.words()


def see_to_the_rest(county):
    """Today's task leads to the two children that did not fit; the last one seen to ends it."""
    county.go("")
    assert "核实部门查无或不予落实的孩子" in county.words()
    county.page.locator("main a[href*='show=unsettled']").first.click()
    county.page.wait_for_url(re.compile(r"show=unsettled"))
    assert REASON in county.words()
    assert FOUND not in county.page.locator("tbody").inner_text()
    county.look("identity-list-to-settle")
    for name in (UNKNOWN, DIFFERS):
        row(county, name).get_by_role("button", name="已核实处理").click()
        county.page.wait_for_url(re.compile(r"done=settled"))
        county.go("identity-lists/").page.locator("tbody").get_by_role("link").first.click()
        county.page.wait_for_load_state()
        assert "县里已核实" in row(county, name).inner_text()
    county.look("identity-list-done")
    assert "核实部门查无或不予落实的孩子" not in county.go("").words()


def test_a_list_is_made_sent_answered_and_seen_to_and_is_nobody_elses(browser, counties):
    with windows(browser) as open_window:

        def desk(user, width=1280, language="zh-hans"):
            return Desk(open_window(counties.address, width, language), user)

        county, bureau = desk("jingban", 360), desk("yibao", 360)
        address = make_and_send(county)
        neighbour, school = desk("yijingban").go("identity-lists/"), desk("jiaoyu").go("identity-lists/")
        assert statuses(neighbour, address, "send") == [404, 404]
        assert statuses(school, address, "answer") == [404, 404]
        for other in (neighbour, school):
            assert address not in other.page.content()
        answer_everything(bureau)
        bureau.go(address.strip("/") + "/").look("identity-list-answered")
        see_to_the_rest(county)
        english = desk("jingban", 1280, "en")
        english.go("identity-lists/").look("identity-lists-en")
        english.go(address.strip("/") + "/").look("identity-list-en")
