"""A child that stands already is shown before a second file is made, and chosen; its twin gets a file of its own."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import filled_server, windows
from tests.e2e.test_money import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A server on a county with one child on file."""
    with filled_server(tmp_path_factory.mktemp("registering"), "registering_county") as (server, _printed):
        yield server


def fill_in(desk, name):
    page = desk.go("children/new/").page
    page.fill("#name", name)
    page.select_option("#sex", "male")
    page.fill("#birth_date", "2016-07-08")
    page.select_option("#division", "511304001001")
    page.locator("button[type=submit].button-main").click()
    page.wait_for_load_state()


def test_a_child_with_a_typo_in_its_name_is_found_and_its_twin_stays_apart(browser, county):
    with windows(browser) as open_window:
        desk = Desk(open_window(county.address), "jingban")
        fill_in(desk, "王浩雨")
        assert "很可能就是同一个孩子" in desk.words()
        assert "姓名读音相同" in desk.words()
        desk.look("registering")
        desk.page.get_by_role("link", name="就是这个孩子").click()
        desk.page.get_by_role("heading", name="王浩宇").first.wait_for()
        first = desk.page.url
        fill_in(desk, "王浩然")
        assert "拿不准，请核对" in desk.words()
        desk.press("都不是，新建档案")
        assert "请选择为什么都不是这个孩子" in desk.words()
        desk.page.get_by_label("是双胞胎或兄弟姐妹").check()
        desk.press("都不是，新建档案")
        desk.page.get_by_role("heading", name="王浩然").first.wait_for()
        assert desk.page.url != first
        phone = open_window(county.address, 360, "en")
        phone.page.context.add_cookies(desk.page.context.cookies())
        phone.page.context.add_cookies([{"name": "ciyou_language", "value": "en", "url": county.address}])
        narrow = Desk(phone)
        fill_in(narrow, "王浩宇")
        assert "Most likely the same child" in narrow.words()
        narrow.look("registering-en")
