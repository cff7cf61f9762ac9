"""Comparing records as pages: what is shown of both, what is not, three answers, and within how many queries."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.rosters.models import ReviewPair
from ciyou.apps.rosters.pair_lists import read_pair
from ciyou.apps.rosters.pair_loading import load_pairs, weights_in
from ciyou.core.linkage.quality import Estimate
from ciyou.web.pages.pairs.quality import share_of
from ciyou.web.pair_wording import WEIGHED, compared_rows, waterfall
from tests.batch.small_deliveries import FAMILY, FATHER_ID, HUKOU, SCHOOL, screen_rosters
from tests.office import OTHER_COUNTY, file_child, make_post, sign_in
from tests.pair_builders import make_pair, make_run

pytestmark = pytest.mark.django_db
QUERIES = 12


@pytest.fixture
def run():
    return make_run(linked={"education_school_roll": {"records": 200, "number": 60, "other": 40}})


def browser(role="county_drafter", **fields):
    return sign_in(Client(headers={"host": "127.0.0.1"}), make_post(role, **fields))


def text_of(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def test_a_pair_shows_both_records_marks_what_differs_and_covers_numbers(run):
    pair = make_pair(run, weights=(("name", -60), ("born", 125), ("prior", -170)))
    page = text_of(browser().get(f"/pairs/{pair.id}/"))
    assert '王<mark class="pair-mark">浩</mark>宇' in page
    assert '513322******<mark class="pair-mark">0</mark>*0331' in page
    assert "513322201607080331" not in page
    assert "出生日期" in page and "学籍.csv 第 17 行" in page
    assert "生日和监护人相同但姓名不符" in page
    assert page.count("<rect class=") == 3
    entry = LogEntry.objects.filter(kind="disclosure", subject=str(pair.id)).latest("id")
    assert (entry.purpose, entry.highest_class) == ("identify", 4)


def test_what_the_linking_weighed_stands_on_the_page(tmp_path):
    pupil = {
        "name": "王皓轩",
        "birth_date": dt.date(2016, 7, 8),
        "sex": "male",
        "g1_name": "王建国",
        "g1_id": FATHER_ID,
    }
    screened = screen_rosters(tmp_path, {HUKOU: FAMILY, SCHOOL: [pupil]})
    run = make_run(folder=str(screened.out))
    load_pairs(run_id=run.id, folder=screened.out, division=run.division)
    pair = ReviewPair.objects.filter(kind="doubt", roster_a=SCHOOL).order_by("rank")[0]
    said = screened.rows("SELECT bits FROM review WHERE rec_id_a LIKE 'education%' AND bits IS NOT NULL ORDER BY rank")
    weighed = weights_in(said[0][0])
    page = text_of(browser().get(f"/pairs/{pair.id}/"))
    assert page.count("<rect class=") == len(weighed) >= 4
    assert all(str(WEIGHED[name]) in page for name, _tenths in weighed)


def test_whoever_is_on_file_stands_in_the_record_of_who_was_shown(run):
    child = file_child("cpair")
    pair = make_pair(run, person_a="cpair")
    browser().get(f"/pairs/{pair.id}/")
    entry = LogEntry.objects.filter(kind="disclosure", subject=str(pair.id)).latest("id")
    assert [one.person_id for one in entry.persons.all()] == [str(child)]


def test_an_answer_leads_to_the_next_pair_and_can_be_taken_back(run):
    pairs = [make_pair(run) for _ in range(3)]
    client = browser()
    assert client.get("/pairs/next/").headers["Location"] == f"/pairs/{pairs[0].id}/"
    answered = client.post(f"/pairs/{pairs[0].id}/judge/", {"verdict": "different"})
    assert answered.headers["Location"] == f"/pairs/{pairs[1].id}/?done={pairs[0].id}"
    page = text_of(client.get(answered.headers["Location"]))
    assert f"/pairs/{pairs[0].id}/take-back/" in page
    assert "第 1 对，共 2 对" in page
    client.post(f"/pairs/{pairs[0].id}/take-back/")
    assert ReviewPair.objects.get(id=pairs[0].id).stand == "open"
    for pair in pairs:
        last = client.post(f"/pairs/{pair.id}/judge/", {"verdict": "cannot_tell"})
    assert last.headers["Location"] == f"/pairs/?done={pairs[2].id}"
    assert "没有要您核对的记录" in text_of(client.get("/pairs/"))


def test_a_refused_answer_says_why_beside_the_pair(run):
    pair = make_pair(run)
    client = browser()
    assert "没有看懂您的结论" in text_of(client.post(f"/pairs/{pair.id}/judge/", {"verdict": "maybe"}), 409)
    assert "没有您可以撤回的结论" in text_of(client.post(f"/pairs/{pair.id}/take-back/"), 409)


def test_the_second_person_reads_neither_the_reason_nor_the_first_answer(run):
    pair = make_pair(run, moves_money=True)
    browser().post(f"/pairs/{pair.id}/judge/", {"verdict": "same"})
    second = browser("county_reviewer")
    page = text_of(second.get(f"/pairs/{pair.id}/"))
    assert "请独立判断" in page
    assert "姓名不符" not in page
    assert "结论：" not in page
    second.post(f"/pairs/{pair.id}/judge/", {"verdict": "same"})
    page = text_of(second.get(f"/pairs/{pair.id}/"))
    assert "结论：同一人" in page
    assert f"/pairs/{pair.id}/anew/" in page


def test_a_doubt_and_a_link_of_the_sample_read_alike(run):
    # Two records that say the same: only what the linking did could tell the pages apart.
    doubt = make_pair(run, turn=1)
    linked = make_pair(run, turn=2, kind="link", stratum="other", reason="", rank=None)
    client = browser()
    pages = [text_of(client.get(f"/pairs/{pair.id}/?sample=1")) for pair in (doubt, linked)]
    bare = [
        re.sub(r"[0-9a-f-]{32,}|第 \d 对|csrf[^>]*|\d\d:\d\d|<nav class=\"pager\".*?</nav>", "", page, flags=re.DOTALL)
        for page in pages
    ]
    assert bare[0] == bare[1]


def test_of_a_restricted_list_neither_name_nor_file_is_shown(run):
    told = {"roster": "health_major_illness", "source_file": "重病.csv"}
    pair = make_pair(run, first=told, reason="near_adverse")
    client = browser()
    for path in (f"/pairs/{pair.id}/", "/pairs/"):
        page = text_of(client.get(path))
        assert "重大疾病" not in page and "重病" not in page and "health_major_illness" not in page
    assert "一份受限名册的一条记录" in text_of(client.get(f"/pairs/{pair.id}/"))


def test_a_guardian_whom_a_record_names_is_shown_without_the_child(run):
    second = {"name": "王小小", "g1_name": "王建国", "g1_id": "513322198803040117", "phone": ""}
    pair = make_pair(run, first={"name": "王建国", "birth_date": "1988-03-04"}, second=second, slot_b=1)
    page = text_of(browser().get(f"/pairs/{pair.id}/"))
    assert "记录里写明的监护人" in page
    assert "王小小" not in page
    assert page.count("1988-03-04") == 2


def test_the_pages_ask_few_questions_of_the_database_however_long_the_queue_is(run):
    pairs = [make_pair(run, key_a="e" * 64, turn=number) for number in range(30)]
    client = browser()
    client.get("/pairs/")
    for path in ("/pairs/", f"/pairs/{pairs[3].id}/", "/pairs/quality/"):
        with CaptureQueriesContext(connection) as queries:
            text_of(client.get(path))
        assert len(queries) <= QUERIES, (path, [query["sql"][:90] for query in queries])


def test_the_table_of_quality_says_unknown_where_nobody_looked(run):
    pair = make_pair(run, kind="link", stratum="other", turn=1, rank=None)
    client = browser()
    client.post(f"/pairs/{pair.id}/judge/", {"verdict": "same", "sample": "1"})
    page = text_of(client.get("/pairs/quality/"))
    assert "学籍名册" in page
    assert "还没有抽查完" in page
    assert "还没有筛查过" in text_of(browser(division=OTHER_COUNTY).get("/pairs/quality/"))


def test_a_share_just_below_one_is_not_told_as_all():
    assert share_of(Estimate(0.99996, 0.5, 1.0)).value == "99.9%"
    assert share_of(Estimate(1.0, 0.72246, 1.0)).span == "72.2% 至 100.0%"


def test_guardians_are_compared_in_whatever_order_they_were_written(run):
    first = {"g1_name": "王建国", "g2_name": "李秀梅"}
    pair = make_pair(run, first={"name": "王浩宇", **first}, second={"name": "王浩宇", "g1_name": "李秀梅"})
    rows = {row.label: row.state for row in compared_rows(read_pair(actor_of(make_post()), pair_id=pair.id).line)}
    assert (rows["监护人一"], rows["监护人二"]) == ("one_sided", "same")


def test_bars_begin_where_the_one_before_ends():
    bars = waterfall((("name", 100), ("prior", -200), ("born", 50)))
    assert [(bar.amount, bar.start, bar.width) for bar in bars] == [
        ("-20.0", 0, 1000),
        ("+10.0", 0, 500),
        ("+5.0", 500, 250),
    ]
