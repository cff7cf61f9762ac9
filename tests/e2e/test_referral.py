"""A county names a hospital, a township refers a child to it, the hospital answers twice by one-time links, and the child comes back to a plan."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone

from tests.e2e.conftest import windows
from tests.e2e.test_money import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

HOSPITAL = "乙县妇幼保健院"
SERVICE = "体检异常复查"
CHILD = "孩走失"
ADVISED = "坐前排，半年后复查。"
FOUND = "双眼近视。"
MOST_TAPS = 4


def name_the_hospital(county):
    county.go("providers/").look("providers-empty")
    county.follow("记入一个机构")
    page = county.page
    page.fill("#name", HOSPITAL)
    page.get_by_label("医院", exact=True).check()
    page.get_by_label(SERVICE).check()
    page.fill("#contact", "门诊楼一层")
    county.look("provider-new")
    county.press("记入名录")
    page.fill("#offered", "2")
    county.press("登记名额")
    assert "共 2，已占 0" in county.words()
    page.fill("#findings", "场地干净，专人接待。")
    county.press("记下查访")
    county.look("provider")


def refer(township):
    """From the child's page, on a telephone; what is missing is said and nothing typed is lost."""
    township.go("ledger/").follow(CHILD)
    page = township.page
    page.wait_for_url(re.compile(r"/children/[0-9a-f-]{36}/"))
    township.follow("转介到医院、机构或学校")
    township.look("refer-service")
    township.follow(SERVICE)
    assert HOSPITAL in township.words()
    assert not page.locator("#emergency").is_visible()
    page.get_by_label("紧急情况，来不及征得同意").check()
    assert page.locator("#emergency").is_visible() and not page.locator("#consent_by").is_visible()
    page.get_by_label("监护人同意").check()
    page.fill("#field-asked", "视力")
    page.fill("#purpose", "体检视力不达标，请复查。")
    township.look("refer")
    township.press("送出转介")
    assert "请写明谁在哪一天同意" in township.words()
    township.look("refer-no-consent")
    township.window.complaints.clear()  # the browser tells of every answer that refuses a form
    page.fill("#consent_by", "奶奶")
    township.press("送出转介")
    page.wait_for_url(re.compile(r"/referrals/[0-9a-f-]{36}/"))
    assert "已送出，待对方接收" in township.words()
    township.look("referral-sent")
    township.press("生成一次性链接")
    township.look("referral-link")
    return page.input_value("#link")


class Thumb:
    """Whoever taps on a telephone, and how often since the link was opened (opening it is the first)."""

    def __init__(self, desk):
        self.desk, self.taps = desk, 0

    def open(self, link):
        self.taps = 1
        self.desk.page.goto(link)
        return self

    def choose(self, label):
        self.taps += 1
        self.desk.page.get_by_label(label).check()

    def press(self, name):
        self.taps += 1
        self.desk.press(name)


def check_nobody_is_named(hospital):
    """The child stands on the page, and neither in its title nor in its address."""
    assert CHILD in hospital.words()
    assert CHILD not in hospital.page.title() and CHILD not in hospital.page.url


def answer_twice(hospital, link):
    """Whoever holds the link, with no account: two taps to accept, three to reply."""
    page, thumb = hospital.page, Thumb(hospital)
    thumb.open(link)
    check_nobody_is_named(hospital)
    hospital.look("answer")
    thumb.press("可以接收")
    assert "已经答复" in hospital.words() and thumb.taps <= MOST_TAPS
    hospital.look("answered")
    later = page.input_value("#later")
    page.goto(link)
    assert "这个链接打不开了" in hospital.words() and "不用再做什么" in hospital.words()
    assert CHILD not in page.content()
    hospital.look("answer-gone")
    page.goto(f"{later}?language=en")
    hospital.look("answer-reply-en")
    thumb.open(later)
    check_nobody_is_named(hospital)
    hospital.look("answer-reply")
    thumb.choose("需要辅具")
    page.fill("#words", ADVISED)
    page.fill("#findings", FOUND)
    thumb.press("回复")
    assert "会安排孩子回来以后的照料" in hospital.words() and thumb.taps <= MOST_TAPS


def bring_back(township):
    """The reply leads to a plan, the plan to a follow-up, and that to the end."""
    township.go("").look("referral-today")
    township.follow("去安排")
    page = township.page
    assert ADVISED in township.words()
    assert FOUND not in township.words()
    township.look("referral-replied")
    page.fill("#words", "家里配镜，学校排前座。")
    page.fill("#next_on", (timezone.localdate() + dt.timedelta(days=30)).isoformat())
    township.press("定下来")
    township.look("referral-planned")
    page.fill("#words", "已戴镜上课。")
    township.press("记下回访")
    township.look("referral-followed")
    page.locator("#reason").select_option("helped")
    township.press("办结")
    assert "已办结：问题已解决" in township.words()


def test_a_child_is_referred_to_a_hospital_without_an_account_and_comes_back(browser, two_counties):
    with windows(browser) as open_window:

        def desk(user="", width=1280, language="zh-hans"):
            return Desk(open_window(two_counties.address, width, language), user)

        county, township, hospital = desk("yijingban"), desk("dongshan", 360), desk("", 360)
        name_the_hospital(county)
        answer_twice(hospital, refer(township))
        bring_back(township)
        county.go("referrals/?show=all").look("referrals")
        county.follow(HOSPITAL)
        assert FOUND in county.words()
        county.look("referral-closed")
        small = desk("dongshan", 360, "en")
        small.go("referrals/?show=all").look("referrals-en")
        small.go("providers/").look("providers-en")
        small.follow(HOSPITAL)
        small.look("provider-en")
