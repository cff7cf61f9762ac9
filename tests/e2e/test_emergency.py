"""At nine in the evening a township gives a child of another county aid, without its ID number; papers, the second look and home follow."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone

from tests.e2e.conftest import windows
from tests.e2e.test_money import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

NAME = "孩遇火"
CAUSE = "租的房子失火，今晚没有住处和吃的。"


def register(counter, *, reason=""):
    """The form on a telephone: the place is looked for, nothing typed is lost; asked about a double, the reason is typed."""
    counter.go("emergencies/").follow("登记一起急难")
    page, today = counter.page, timezone.localdate()
    page.fill("#name", NAME)
    page.fill("#birth_date", (today - dt.timedelta(days=3000)).isoformat())
    page.fill("#event_on", today.isoformat())
    page.fill("#cause", CAUSE)
    page.fill("#need", "800")
    page.fill("#applicant", "姑姑乙")
    page.locator("#relation").select_option("relative")
    page.fill("#place", "东山")
    if not reason:
        counter.look("emergency-new")
    counter.press("查找地方")
    page.get_by_role("radio", name="乙县东山镇").check()
    if not reason:
        counter.look("emergency-places")
    counter.press("登记")
    if reason:
        assert "姓名读音和出生日期都相同" in counter.words()
        counter.look("emergency-alike")
        counter.window.complaints.clear()  # the browser tells of every answer that refuses a form
        page.fill("#other_event", reason)
        counter.press("登记")
    assert "已经登记" in counter.words()
    receipt = page.locator(".receipt dd").all_inner_texts()
    if not reason:
        counter.look("emergency-receipt")
    counter.follow("接着办这起急难")
    page.wait_for_url(re.compile(r"/emergencies/[0-9a-f-]{36}/"))
    return receipt


def family_follows(desk, receipt, state, name):
    """Whoever holds the slip, with no account."""
    desk.page.goto(f"{desk.window.address}/follow/")
    desk.page.fill("#number", receipt[0])
    desk.page.fill("#code", receipt[1])
    desk.page.locator(".follow-form button").click()
    assert state in desk.words()
    assert NAME not in desk.words()
    desk.look(name)


def open_aid(desk):
    desk.go("emergencies/?state=all")
    desk.page.locator("tbody").get_by_role("link", name=NAME).first.click()
    desk.page.wait_for_url(re.compile(r"/emergencies/[0-9a-f-]{36}/"))


def test_aid_is_given_at_once_and_the_papers_the_second_look_and_home_follow(browser, two_counties):
    with windows(browser) as open_window:

        def desk(user, width=1280, language="zh-hans"):
            return Desk(open_window(two_counties.address, width, language), user)

        counter = desk("chuangkou", 360)
        counter.go("emergencies/").look("emergencies-empty")
        receipt = register(counter)
        page = counter.page
        counter.look("emergency-decide")
        page.fill("#amount", "900")
        page.fill("#decide-words", "先解决今晚食宿。")
        counter.press("同意，马上发放")
        assert "800.00" in counter.words()
        counter.look("emergency-too-much")
        counter.window.complaints.clear()
        page.fill("#amount", "500")
        counter.press("同意，马上发放")
        counter.look("emergency-pay")
        page.fill("#paid_on", timezone.localdate().isoformat())
        page.locator("#how").select_option("cash")
        counter.press("已经发到手")
        counter.look("emergency-papers")
        family_follows(desk("chuangkou", 360, "en"), receipt, "Handed out", "emergency-follow-en")
        home = desk("yijingban")
        home.go("").follow("看一看")
        assert CAUSE not in home.words()
        home.look("emergency-home")
        home.press("已知悉")
        page.reload()
        page.fill("#complete-words", "急难登记表和签字单，存镇民政办。")
        counter.press("手续已补齐，送复核")
        reviewer = desk("jiafuhe", 1280, "en")
        reviewer.go("emergencies/").look("emergencies-en")
        open_aid(reviewer)
        reviewer.look("emergency-review-en")
        reviewer.press("In order")
        assert "Reviewed, closed" in reviewer.words()
        register(counter, reason="双胞胎的弟弟，两个孩子都在柜台前。")
        page.get_by_text("不予救助，或交县级决定").click()
        page.fill("#decide-words", "同一户已经一并给了食宿。")
        counter.look("emergency-refuse")
        counter.press("不予救助")
        counter.look("emergency-tell")
        counter.press("已经书面告知")
        assert "已告知" in counter.words()
        small = desk("chuangkou", 360, "en")
        small.go("emergencies/?state=all").look("emergencies-en")
        small.go("emergencies/new/").look("emergency-new-en")
        open_aid(small)
        small.look("emergency-closed-en")
        wide = desk("chuangkou")
        wide.go("emergencies/?state=all").look("emergencies")
        wide.go("emergencies/new/").look("emergency-new")
