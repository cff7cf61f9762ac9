"""The pages of figures and statistics: what they show in both languages, what they withhold, and their workbooks."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from ciyou.apps.audit.models import LogEntry
from tests.figure_builders import a_run, applied, pay_children
from tests.office import make_post, sign_in

pytestmark = pytest.mark.django_db
ONE, TWO, THREE = "990101001001", "990101002001", "990101003001"


def browser(role="county_drafter", lang="zh-hans", **fields):
    client = Client(headers={"host": "127.0.0.1"})
    client.cookies["ciyou_language"] = lang
    sign_in(client, make_post(role, **fields))
    return client


@pytest.fixture
def march():
    run = a_run()
    pay_children(run, 3, division=ONE)
    pay_children(run, 7, division=TWO)
    pay_children(run, 20, division=THREE)
    for _ in range(6):
        applied(division=ONE, received="2026-03-02", check="2026-03-06", decide="2026-03-10")
    return run


def test_the_page_opens_with_the_last_month_that_was_paid_and_withholds_what_is_small(march):
    page = browser().get("/figures/payments/").content.decode()
    assert "2026年3月" in page
    assert '<td data-label="已到账（人）">30</td>' in page
    assert '<td data-label="已到账（人）">20</td>' in page
    for small in (3, 7):
        assert f'<td data-label="已到账（人）">{small}</td>' not in page
    assert "¥4,050.00" not in page and "¥9,450.00" not in page
    assert "¥40,500.00" in page
    assert "不公布" in page


def test_the_page_reads_in_english(march):
    page = browser(lang="en").get("/figures/payments/?period=2026-Q1").content.decode()
    assert "Q1 2026" in page
    assert "Withheld" in page or "withheld" in page
    assert "The township checks" in page
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in page.split("<main")[1].split("</main>")[0])


def test_an_address_that_names_no_period_shows_the_latest(march):
    assert "2026年3月" in browser().get("/figures/payments/?period=nonsense").content.decode()


def test_a_month_without_anything_says_so(march):
    page = browser().get("/figures/payments/?period=2025-01").content.decode()
    assert "这个时段没有送出的发放" in page


def test_the_months_are_drawn_and_the_drawing_says_where_its_numbers_are(march):
    pay_children(a_run("2026-02"), 6, division=ONE)
    page = browser("city_viewer").get("/figures/payments/").content.decode()
    assert 'role="img" aria-label="每月已到账金额的柱形图，数字见“各月”表"' in page
    assert page.count('<rect class="chart-current"') == 2


def test_the_workbook_holds_the_numbers_of_the_page_and_leaves_a_record(march):
    answer = browser().get("/figures/payments/file/?period=2026-03")
    assert answer["Content-Disposition"] == 'attachment; filename="payment-figures-2026-03.xlsx"'
    book = load_workbook(BytesIO(answer.content))
    sheet = next(one for one in book.worksheets if "各地 已发放" in one.title or "各地：已发放" in one.title)
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:3] == ["地方", "已到账（人）", "金额"]
    assert [row[1] for row in rows[1:]] == ["不公布", "不公布", 20, 30]
    assert [row[2] for row in rows[1:]] == ["不公布", "不公布", 27_000, 40_500]
    entry = LogEntry.objects.get(action="export_payment_figures")
    assert entry.person_count == 0


def test_an_officer_of_another_county_finds_nothing(march):
    page = browser(division="990102000000").get("/figures/payments/?period=2026-03").content.decode()
    assert "这个时段没有送出的发放" in page
    assert "¥" not in page


@pytest.mark.parametrize("role", ["partner", "institution", "auditor", "sysadmin", "child_director"])
def test_roles_without_figures_stay_outside(role):
    for address in ("/figures/payments/", "/figures/payments/file/", "/statistics/", "/statistics/file/"):
        assert browser(role).get(address).status_code == 403


@pytest.mark.parametrize("role", ["city_viewer", "province_viewer", "supervisor", "committee_office"])
def test_statistics_are_for_those_of_the_county_who_see_every_payment(role):
    assert browser(role).get("/statistics/").status_code == 403
    assert browser(role).get("/statistics/file/").status_code == 403


def test_statistics_are_filled_in_and_say_what_is_not(march):
    page = browser().get("/statistics/?form=civil_affairs_monthly&month=2026-03").content.decode()
    assert '<td data-label="数值">30</td>' in page
    assert "填不了" in page
    assert "还没有人对照本地报表核对过" in page
    assert "请问未成年人救助保护机构" in page


def test_statistics_read_in_english(march):
    page = browser(lang="en").get("/statistics/?form=civil_affairs_quarterly&month=2026-02").content.decode()
    assert "Quarterly statistics of child welfare" in page
    assert "ask the registration office" in page


def test_the_statistics_workbook_leaves_a_record(march):
    answer = browser().get("/statistics/file/?form=civil_affairs_monthly&month=2026-03")
    book = load_workbook(BytesIO(answer.content))
    rows = [[cell.value for cell in row] for row in book.worksheets[1].iter_rows()]
    assert rows[0] == ["指标", "数值", "单位", "备注"]
    assert rows[1][:3] == ["领取基本生活费的孤儿", 30, "人"]
    assert LogEntry.objects.filter(action="export_statistics").count() == 1
