"""A wrong merge is found a month later, undone by two people, and the next month's run puts the money right."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone

from ciyou.core.awards.month import Month
from tests.e2e.conftest import filled_server, windows
from tests.e2e.test_money import Desk, ask, dashed, hand_over, walk_a_month

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

BACK = -31
MERGED = Month.of(timezone.localdate() + dt.timedelta(days=BACK))
ALLOWANCE = 1350
"""Yuan a month of an orphan with its family in the place that `tests.month_builders` uses."""
FILES = "SELECT kept_id, dropped_id FROM registry_identitydecision WHERE decision = 'merge'"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A server on a state folder in which a month ago two children were made one file."""
    with filled_server(tmp_path_factory.mktemp("merge"), "wrong_merge", days=BACK) as (server, _printed):
        yield server


def propose(drafter, kept):
    """From the child's page to the merge; what came since is each said of, and the reason; a second person is asked."""
    drafter.go(f"children/{kept}/").page.locator("details.manage > summary").click()
    drafter.follow("合并记录和撤销合并")
    drafter.look("merges")
    drafter.follow("这是两个孩子，撤销合并")
    drafter.look("unmerge")
    drafter.press("提出撤销，请另一人确认")
    drafter.look("unmerge-faults")
    assert "请选择为什么是两个孩子" in drafter.words()
    for item in drafter.page.locator("fieldset[id^=since-]").all():
        item.locator("input[value=kept]").check()
    drafter.page.select_option("#unmerge_reason", "two_families")
    drafter.page.locator("input[name=looked]").check()
    drafter.press("提出撤销，请另一人确认")
    drafter.look("unmerge-proposed")
    assert "等待县里另一位复核或审批的人确认" in drafter.words()
    return re.search(r"children/[0-9a-f-]{36}/merges/[0-9a-f-]{36}/", drafter.page.url).group()


def test_a_wrong_merge_is_undone_by_two_a_month_later_and_the_next_month_pays_what_was_kept_back(browser, office):
    kept, restored = (dashed(one) for one in ask(office.home, FILES)[0])
    with windows(browser) as open_window:

        def desk(user, width=1280, language="zh-hans"):
            return Desk(open_window(office.address, width, language), user)

        drafter, reviewer, approver = desk("jingban"), desk("fuhe"), desk("shenpi")
        address = propose(drafter, kept)
        small = desk("fuhe", 360, "en")
        small.go(address).look("unmerge-en")
        small.go(f"children/{kept}/merges/").look("merges-en")
        reviewer.go("").until("确认撤销档案合并").page.locator(f"main a[href$='/{address}']").first.click()
        reviewer.page.wait_for_load_state()
        assert reviewer.page.url.endswith(address)
        reviewer.look("unmerge-confirm")
        reviewer.page.locator("input[name=looked]").check()
        reviewer.press("确认撤销合并")
        assert "两份档案都恢复了" in reviewer.words()
        reviewer.look("unmerge-done")
        small.go(address).look("unmerge-done-en")
        drafter.go(f"children/{restored}/awards/").until("要有人复核")
        month = walk_a_month(drafter, reviewer, approver, MERGED.plus(1))
        follow_the_money(drafter, small, month)
        roster = {row["姓名"]: row for row in hand_over(approver, "生成名册并送交财政", month=month)}
        told = {name: (row["金额（元）"], row["其中补发（元）"] or 0) for name, row in roster.items()}
        assert told == {"孩甲": (2 * ALLOWANCE, ALLOWANCE), "孩乙": (ALLOWANCE, 0)}


def follow_the_money(drafter, small, month):
    """The next month's list: what the one is owed, and that what is the other's went into the account of the first."""
    words = drafter.go(f"{month}changes/").words()
    (arrears,) = drafter.page.locator("tr", has_text="补发").all()
    assert "孩甲" in arrears.inner_text()
    assert "1,350.00" in arrears.inner_text()
    strayed = drafter.page.locator("section", has_text="合并期间打进另一个孩子账户的钱").inner_text()
    assert "孩乙" in strayed
    assert "打进了 孩甲" in strayed
    assert "1,350.00" in strayed
    assert "系统不会补发，也不会自己追回" in words
    drafter.look("unmerge-month")
    small.go(f"{month}changes/").look("unmerge-month-en")
    assert len(drafter.go(f"{month}list/").page.locator("main tbody tr").all()) == 2
