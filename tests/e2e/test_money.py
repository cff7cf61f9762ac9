"""From an application on a phone to money that is paid, fails, is sent again and adds up; and a correction of the past in the next month.

Walked by six people and a guardian on pages only. The clock of the first part stands two months back, so that a month lies between
what was paid and what is corrected.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
import sqlite3
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest
from django.utils import timezone

from ciyou.core.awards.month import Month
from tests.e2e.conftest import enter, start_server, windows
from tests.month_builders import card_number

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

BACK = -70
FIRST = Month.of(timezone.localdate() + dt.timedelta(days=BACK)).plus(1)
"""The first month that an award decided then is paid for; the next one has come by today."""
WORKER_MS = 60_000
ALLOWANCE = "orphan_living_allowance"
PAID_AS_DRAFTED, PAID_AS_CORRECTED = 1350, 1750
"""Yuan a month in the demo's province: an orphan with its family, and one in an institution (packs/cn_51/standards)."""
LOOKS = os.environ.get("CIYOU_LOOKS")
"""A folder for pictures of every page that the walk passes, to be looked at; none are taken without it."""

CHILDREN = """
SELECT u.username, o.person_id FROM entitlements_outcome o
JOIN registry_person p ON p.id = o.person_id
JOIN accounts_post post ON post.division = p.division AND post.role = 'child_director' AND post.cover_of_id IS NULL
JOIN accounts_user u ON u.id = post.user_id
WHERE o.rule = ? AND o.outcome = 'yes' AND o.amount_fen IS NULL AND p.status = 'active' AND NOT p.restricted
AND o.floor_fen = 135000 AND NOT EXISTS (SELECT 1 FROM awards_application a
WHERE a.person_id = p.id AND a.state NOT IN ('withdrawn', 'refused')) ORDER BY p.id
"""
PAID_ALREADY = """
SELECT a.person_id FROM awards_award a WHERE a.series = 'children_living' AND a.state = 'active' AND a.review_for = ''
AND a.person_id <> ? AND NOT EXISTS (SELECT 1 FROM awards_awardchange c WHERE c.award_id = a.id) ORDER BY a.id
"""
SUPERVISOR = """
SELECT u.username FROM accounts_post post JOIN accounts_user u ON u.id = post.user_id
JOIN registry_person p ON substr(p.division, 1, 9) = substr(post.division, 1, 9)
WHERE post.role = 'supervisor' AND p.id = ?
"""


def ask(home, question, *values):
    with sqlite3.connect(f"file:{home / 'ciyou.sqlite3'}?mode=ro", uri=True) as database:
        return database.execute(question, values).fetchall()


def dashed(identifier):
    return re.sub(r"(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", identifier)


@contextmanager
def serving(home, **clock):
    server = start_server(home, "demo", **clock)
    try:
        yield server
    finally:
        server.stop()


class Desk:
    """Somebody at a window, signed in; what they do is what a hand would do."""

    def __init__(self, window, user=""):
        self.window, self.page, self.user = window, window.page, user
        if user:
            enter(window, user)

    def go(self, path):
        self.page.goto(f"{self.window.address}/{path}")
        return self

    def press(self, name, *, within="main", exact=True):
        self.page.locator(within).get_by_role("button", name=name, exact=exact).first.click()
        self.page.wait_for_load_state()

    def follow(self, name, *, exact=False):
        self.page.locator("main").get_by_role("link", name=name, exact=exact).first.click()
        self.page.wait_for_load_state()

    def words(self):
        return self.page.locator("main").inner_text()

    def look(self, name):
        """The page is no wider than its window and has no accessibility fault; a picture where pictures are wanted."""
        if LOOKS:
            width = self.page.viewport_size["width"]
            Path(LOOKS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(LOOKS) / f"{name}-{width}.png", full_page=True)
        assert self.window.accessibility_faults() + self.window.overflows() == [], name

    def paper(self, link):
        """A PDF that a link or button leads to, fetched as the browser would."""
        return keep_paper(self.page.request.get(f"{self.window.address}{link}").body())

    def until(self, text):
        """Reload until the worker has come so far."""
        for _ in range(WORKER_MS // 500):
            if text in self.words():
                return self
            self.page.wait_for_timeout(500)
            self.page.reload()
        raise AssertionError(f"“{text}” did not come: {self.words()[:600]}")


def keep_paper(content):
    assert content.startswith(b"%PDF")
    if LOOKS:
        number = len(list(Path(LOOKS).glob("*.pdf")))
        (Path(LOOKS) / f"paper-{number:02d}.pdf").write_bytes(content)
    return content


def test_from_an_application_to_a_reconciled_month_and_a_correction_that_pays_arrears(browser, tmp_path):
    home = tmp_path / "home"
    with serving(home, days=BACK) as server, windows(browser) as open_window:

        def desk(user="", width=1280):
            return Desk(open_window(server.address, width), user)

        director, child = (ask(home, CHILDREN, ALLOWANCE))[0]
        child, township = dashed(child), ask(home, SUPERVISOR, child)[0][0]
        drafter, reviewer, approver = desk("jingban"), desk("fuhe"), desk("shenpi")
        visit_and_confirm(desk(director, 360), reviewer, child)
        number, code = apply_on_a_phone(desk(director, 360), child)
        guardian = desk(width=360)
        assert "待乡镇查验" in follow(guardian, number, code)
        decide(desk(township), drafter, approver, number)
        assert "已经确认" in follow(guardian, number, code)
        other = dashed(ask(home, PAID_ALREADY, child.replace("-", ""))[0][0])
        for account, person in enumerate((child, other), 1):
            record_account(drafter, person, card_number(7_000 + account))
        month = walk_a_month(drafter, reviewer, approver, FIRST)
        roster = hand_over(drafter, "生成名册并送交财政")
        assert [row["金额（元）"] for row in roster] == [PAID_AS_DRAFTED] * 2
        fail_and_mend(drafter, month, roster, child)
        drafter.go(month).press("账已对平，办结")
        assert "已办结" in drafter.words()
        drafter.look("month-closed")
    with serving(home) as server, windows(browser) as open_window:
        drafter, reviewer, approver = (
            Desk(open_window(server.address), user) for user in ("jingban", "fuhe", "shenpi")
        )
        correct_the_past(drafter, child)
        month = walk_a_month(drafter, reviewer, approver, FIRST.plus(1))
        drafter.go(f"{month}changes/")
        drafter.look("changes")
        row = drafter.page.locator("tr", has_text="补发")
        assert "情况变化" in row.inner_text()
        assert f"{PAID_AS_CORRECTED - PAID_AS_DRAFTED:.2f}" in row.inner_text().replace(",", "")
        roster = {row["姓名"]: row for row in hand_over(drafter, "生成名册并送交财政", month=month)}
        arrears = [row for row in roster.values() if row["其中补发（元）"]]
        assert [(row["金额（元）"], row["其中补发（元）"]) for row in arrears] == [(2150, 400)]
        institution = put_in_an_institution(drafter, child)
        places = [
            "applications/",
            "applications/proposals/",
            f"children/{child}/payee/",
            "payments/collective/",
            institution,
        ]
        places += [month, *(f"{month}{part}/" for part in ("list", "holds", "changes", "results"))]
        places += addresses_of(drafter, child)
        assert faults_of(open_window, server.address, places) == {}


def visit_and_confirm(phone, reviewer, child):
    """The director finds the child with its family; the reviewer stands behind what follows."""
    phone.go(f"visits/child/{child}/")
    page = phone.page
    page.get_by_role("radio", name="监护人").first.check()
    for seen in page.get_by_role("radio", name="见到了", exact=True).all():
        seen.check()
    for further in page.locator("details.visit-further:not([open]) > summary").all():
        further.click()
    page.get_by_role("group", name=re.compile("福利院|机构")).get_by_role("radio", name="否", exact=False).first.check()
    for result in page.locator("input[type=radio][value=confirmed]").all():
        result.check()
    phone.press("保存走访")
    page.wait_for_url(re.compile(r"/visits/[0-9a-f-]{36}/"))
    reviewer.go(f"children/{child}/").until("1,350.00（每月）")
    reviewer.press("确认这份认定")
    assert "确认" in reviewer.words()


def apply_on_a_phone(phone, child):
    """The director applies for the family: the receipt's number and code."""
    page = phone.go(f"children/{child}/").page
    page.get_by_role("link", name="为孩子申请").click()
    page.locator(f"input[name=entitlement][value={ALLOWANCE}]").check()
    page.fill("#applicant", "外祖母甲")
    phone.look("apply")
    for paper in page.locator("input[name=brought]").all():
        paper.check()
    phone.press("受理申请")
    phone.look("receipt")
    number = re.search(r"\d{6}-\d{4}-\d{5}", phone.words()).group()
    code = page.locator(".receipt-code").inner_text().replace(" ", "")
    with page.expect_download() as slip:
        page.get_by_role("button", name="下载回执（PDF）").click()
    keep_paper(Path(slip.value.path()).read_bytes())
    with page.expect_download() as form:
        page.get_by_role("button", name="打印申请表").click()
    keep_paper(Path(form.value.path()).read_bytes())
    return number, code


def follow(guardian, number, code):
    """What the guardian reads without an account."""
    guardian.go("follow/")
    guardian.page.fill("#number", number)
    guardian.page.fill("#code", code)
    guardian.press("查询")
    guardian.look("follow")
    return guardian.words()


def open_application(desk, number):
    desk.go("applications/?state=")
    desk.page.locator("tr", has_text=number).get_by_role("link").first.click()
    desk.page.wait_for_url(re.compile(r"/applications/[0-9a-f-]{36}/"))


def decide(township, drafter, approver, number):
    """The township checks, the county drafts, somebody else decides; the papers are there."""
    open_application(township, number)
    for department in ("police", "justice"):
        township.page.locator(f"input[name=compared][value={department}]").check()
    township.look("check")
    township.press("同意，报县里")
    open_application(drafter, number)
    drafter.look("draft")
    drafter.press("拟同意，送审批")
    open_application(approver, number)
    approver.look("decide")
    approver.press("同意，确认")
    approver.look("decided")
    papers = approver.page.locator("a[href^='/papers/']")
    kinds = " ".join(papers.all_inner_texts())
    assert "申请表" in kinds
    assert "申请审批表" in kinds
    assert "养育协议" in kinds
    for paper in papers.all():
        approver.paper(paper.get_attribute("href"))
    open_application(township, number)
    township.press("已告知")


def record_account(drafter, child, number):
    """A card whose check digit is wrong is refused with words; the right one stands."""
    page = drafter.go(f"children/{child}/payee/").page
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    for typed in (wrong, number):
        page.fill("#holder", "外祖母甲")
        page.fill("#bank", "农村信用社")
        page.fill("#number", typed)
        drafter.press("保存")
        assert ("校验位不对" in drafter.words()) == (typed == wrong)
    drafter.look("payee")


def walk_a_month(drafter, reviewer, approver, month):
    """Drafted, reviewed and approved by three people; its address."""
    page = drafter.go("payments/").page
    if not page.locator("#month").is_visible():
        page.locator("summary", has_text="起草一个月").click()
    page.select_option("#series", "children_living")
    page.fill("#month", str(month))
    drafter.look("begin")
    drafter.press("开始计算")
    drafter.until("待复核").look("drafted")
    address = re.search(r"payments/[0-9a-f-]{36}/", page.url).group()
    assert not page.get_by_role("button", name="复核无误").count()
    reviewer.go(address).press("复核无误")
    assert not reviewer.page.get_by_role("button", name="审批同意").count()
    approver.go(address).press("审批同意")
    approver.look("approved")
    for part in ("list", "holds"):
        approver.go(f"{address}{part}/").look(f"month-{part}")
    return address


def hand_over(drafter, button, *, month=""):
    """The roster that finance gets, row by row."""
    page = (
        drafter.go(month) if month else drafter.go(re.search(r"payments/[0-9a-f-]{36}/", drafter.page.url).group())
    ).page
    page.select_option("#layout", "one_card_xlsx")
    before = page.get_by_role("link", name="发放花名册", exact=True).count()
    drafter.press(button)
    drafter.look("being-handed")
    page.get_by_role("link", name="发放花名册", exact=True).nth(before).wait_for(timeout=WORKER_MS)
    drafter.look("handed")
    number = page.get_by_role("link", name="发放花名册", exact=True).count()
    with page.expect_download() as paper:
        page.get_by_role("link", name="拨付申请（PDF）").nth(number - 1).click()
    keep_paper(Path(paper.value.path()).read_bytes())
    with page.expect_download() as taken:
        page.get_by_role("link", name="发放花名册", exact=True).nth(number - 1).click()
    rows = list(
        openpyxl.load_workbook(io.BytesIO(Path(taken.value.path()).read_bytes())).active.iter_rows(values_only=True)
    )
    titles = next(place for place, row in enumerate(rows) if "发放编号" in row)
    listed = [dict(zip(rows[titles], row, strict=True)) for row in rows[titles + 1 :]]
    return [row for row in listed if row["发放编号"]]


def answer(drafter, month, name, lines):
    """Upload what finance answers, and wait until it is read."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("发放编号", "发放月份", "金额（元）", "发放结果", "失败原因"))
    writer.writerows(lines)
    page = drafter.go(f"{month}results/").page
    file = {"name": name, "mimeType": "text/csv", "buffer": text.getvalue().encode("gb18030")}
    page.set_input_files("#file", file)
    drafter.press("导入")
    for _ in range(WORKER_MS // 500):
        if "读入" not in drafter.words():
            break
        page.wait_for_timeout(500)
        page.reload()


def fail_and_mend(drafter, month, roster, child):
    """One is paid, one fails; two lines are refused with words; the account is corrected, the money sent again, and it adds up."""
    mine = next(row for row in roster if row["户名"] and row["银行账号"].replace(" ", "") == card_number(7_001))
    other = next(row for row in roster if row is not mine)
    said = [(row["发放编号"], row["发放月份"], f"{row['金额（元）']:.2f}") for row in (mine, other)]
    unknown = (said[0][0][:-6] + "999999", *said[0][1:])
    lines = [(*said[0], "失败", "账号错误"), (*said[1], "成功", ""), (*unknown, "成功", ""), (*said[1], "成功", "")]
    answer(drafter, month, "第一次结果.csv", lines)
    drafter.look("results")
    words = drafter.words()
    assert "第一次结果.csv:4" in words
    assert "第一次结果.csv:5" in words
    page = drafter.page
    page.get_by_role("checkbox").first.check()
    drafter.press("账户已改正，重发")
    assert "1 笔还要先在孩子档案中改正账户" in drafter.words()
    record_account(drafter, child, card_number(7_003))
    drafter.go(f"{month}results/")
    page.get_by_role("checkbox").first.check()
    drafter.press("账户已改正，重发")
    assert "已安排重发 1 笔" in drafter.words()
    again = hand_over(drafter, "生成补发批次并送交", month=month)
    assert [row["银行账号"].replace(" ", "") for row in again] == [card_number(7_003)]
    row = again[0]
    answer(
        drafter, month, "第二次结果.csv", [(row["发放编号"], row["发放月份"], f"{row['金额（元）']:.2f}", "成功", "")]
    )
    for _ in range(2):
        page.get_by_label("怎么处理的").first.fill("与财政核对，是重复或写错的行。")
        drafter.press("已处理")
    drafter.look("settled")
    assert "账已对平" in drafter.words()


def correct_the_past(drafter, child):
    """Since that first month the child has lived in an institution: the county's drafter corrects what was recorded."""
    drafter.go(f"children/{child}/facts/")
    row = drafter.page.locator("tr:not(.history-past)", has_text="福利机构")
    row.get_by_role("link", name="更正").click()
    drafter.page.select_option("#value", "true")
    drafter.page.fill("#valid_from", FIRST.first_day.isoformat())
    drafter.page.select_option("#reason", "wrong_period")
    drafter.look("correct")
    drafter.press("更正")
    drafter.go(f"children/{child}/").until("1,750.00（每月）")


def put_in_an_institution(drafter, child):
    """The institution's account is recorded, and the child's money goes there from now on; the account's address."""
    page = drafter.go("payments/").page
    drafter.follow("各机构的集体账户")
    for name, value in (("holder", "县儿童福利院"), ("bank", "农业银行"), ("number", "1122 0001 0400 12345")):
        page.fill(f"#{name}", value)
    drafter.press("保存，再把孩子加进来")
    address = re.search(r"payments/collective/[0-9a-f-]{36}/", page.url).group()
    page.fill("#numbers", "110101201605010000")
    drafter.press("加到这个账户")
    assert "请对照证件重新填写" in drafter.words() or "本县没有这个号码的儿童档案" in drafter.words()
    drafter.go(f"children/{child}/payee/")
    page.select_option("#collective", index=1)
    drafter.press("保存，从下一次起草起算")
    assert "县儿童福利院" in drafter.words()
    return address


def addresses_of(drafter, child):
    """The child's application, award and account, as its page leads there."""
    page = drafter.go(f"children/{child}/awards/").page
    links = [
        page.locator(f"main a[href^='/{kind}/']").first.get_attribute("href") for kind in ("applications", "awards")
    ]
    return [*(link.strip("/") + "/" for link in links), links[1].strip("/") + "/account/"]


def faults_of(open_window, address, places):
    """What is wrong with these pages in both languages on a phone and on a desk."""
    faults = {}
    for language in ("zh-hans", "en"):
        for width in (360, 1280):
            desk = Desk(open_window(address, width, language), "jingban")
            for place in places:
                desk.go(place)
                if found := desk.window.accessibility_faults() + desk.window.overflows():
                    faults[place, width, language] = found
    return faults
