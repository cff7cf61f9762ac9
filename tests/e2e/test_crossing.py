"""A counter in one county takes an application for a child of another; that county decides, the counter tells, the aunt follows.

Two counties on a state folder of their own: nothing of it is in the demo that other tests walk through.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.crossing_builders import NUMBER
from tests.e2e.conftest import windows
from tests.e2e.test_money import Desk, follow, keep_paper

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

NAME = "孩走失"
REASON = "户口簿上的户主页没有拍清楚，请重拍。"
PDF = b"%PDF-1.4\n1 0 obj\n%%EOF\n"


def take(counter):
    """The counter takes the aunt's application: number and code."""
    page = counter.go("crossings/").page
    counter.look("crossings-empty")
    counter.follow("受理一份外地户籍孩子的申请")
    page.fill("#name", NAME)
    page.fill("#id_card", NUMBER)
    page.fill("#place", "东山")
    counter.look("crossing-who")
    counter.press("下一步")
    page.get_by_role("radio", name="乙县东山镇").check()
    counter.look("crossing-which")
    counter.press("下一步")
    assert "孩*失" in counter.words()
    page.locator("input[name=entitlement][value=de_facto_living_allowance]").check()
    page.fill("#applicant", "姑姑乙")
    page.locator("#relation").select_option("relative")
    page.get_by_role("checkbox", name="收款账户").check()
    counter.look("crossing-form")
    counter.press("受理申请")
    counter.look("crossing-receipt")
    number = re.search(r"\d{6}-\d{4}-K\d{5}", counter.words()).group()
    code = page.locator(".receipt-code").inner_text().replace(" ", "")
    with page.expect_download() as slip:
        page.get_by_role("button", name="下载回执（PDF）").click()
    keep_paper(Path(slip.value.path()).read_bytes())
    counter.follow("上传材料并转送")
    upload(counter, "户口簿")
    return number, code


def upload(counter, title):
    counter.page.fill("#title", title)
    counter.page.set_input_files("#file", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": PDF})
    counter.press("上传")
    assert title in counter.words()


def open_crossing(desk):
    desk.go("crossings/")
    desk.page.locator("tbody").get_by_role("link", name=NAME).first.click()
    desk.page.wait_for_url(re.compile(r"/crossings/[0-9a-f-]{36}/"))


def decide_there(township, drafter, approver):
    """An ordinary application of the second county: checked, drafted, decided."""
    for department in ("police", "justice"):
        township.page.locator(f"input[name=compared][value={department}]").check()
    township.press("同意，报县里")
    address = re.search(r"applications/[0-9a-f-]{36}/", township.page.url).group()
    drafter.go(address).page.fill("#amount", "1350")
    drafter.press("拟同意，送审批")
    approver.go(address).press("同意，确认")
    assert "已确认" in approver.words()
    return address


def test_an_application_crosses_from_one_county_to_another_and_the_reply_comes_back(browser, two_counties):
    with windows(browser) as open_window:

        def desk(user="", width=1280):
            return Desk(open_window(two_counties.address, width), user)

        counter, township, aunt = desk("chuangkou", 360), desk("dongshan"), desk(width=360)
        number, code = take(counter)
        assert "待转送" in follow(aunt, number, code)
        counter.look("crossing-ready")
        counter.press("转送到 乙县东山镇")
        township.go("").look("crossing-today")
        township.follow("去接收")
        township.look("crossing-acknowledge")
        township.page.get_by_text("退回、不属本地，或已在办理").click()
        township.page.fill("#answer-words", REASON)
        township.look("crossing-return")
        township.press("退回更正")
        open_crossing(counter)
        assert REASON in counter.words()
        counter.look("crossing-returned")
        upload(counter, "户主页")
        counter.page.fill("#words", "户主页已重拍上传。")
        counter.press("再次转送")
        open_crossing(township)
        township.press("接收，开始查验")
        assert "户籍地正在办理" in township.words()
        township.look("crossing-accepted")
        assert "待乡镇查验" in follow(aunt, number, code)
        township.page.locator("a[href^='/applications/']").last.click()
        township.page.wait_for_url(re.compile(r"/applications/[0-9a-f-]{36}/"))
        assert "外地窗口受理后转来" in township.words()
        address = decide_there(township, desk("yijingban"), desk("yishenpi"))
        counter.page.reload()
        counter.until("已有答复")
        assert "1,350.00" in counter.words()
        assert "李*" in counter.words()
        counter.look("crossing-answered")
        status = counter.page.request.get(f"{two_counties.address}/{address}").status
        assert status == 404
        assert "已有答复" in follow(aunt, number, code)
        counter.press("已经告知")
        assert "办结" in counter.words()
        assert "办结" in follow(aunt, number, code)
        wide = desk("jiafuhe")
        wide.go("crossings/?state=all").look("crossings")
        english = Desk(open_window(two_counties.address, 360, "en"), "yifuhe")
        english.go("crossings/?state=all").look("crossings-en")
        english.page.locator("tbody").get_by_role("link", name=NAME).first.click()
        english.page.wait_for_load_state()
        english.look("crossing-en")
