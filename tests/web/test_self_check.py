"""The self-check of guardians: asked without an account, kept nowhere, never a no for want of a fact."""

from __future__ import annotations

import html
import json
import logging
import re
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ciyou.core.asking.question import UNKNOWN
from ciyou.web.pages.self_check.received import FORM, MOST_ANSWERS, MOST_BYTES, NONE, REST_UNSURE

PATH = "/self-check/"
CHENGDU = "5101"
ORPHAN = {
    "age": "8", "school": "primary", "insured": "yes", "residence": "same", "rehab_diagnosis": "none",
    "parent_circumstances-father": ["dead"], "parent_circumstances-mother": ["dead"], "hukou_rural": "no",
    "cost_after_assistance": UNKNOWN,
}  # fmt: skip
NOBODY_GONE = {**ORPHAN, "parent_circumstances-father": [], "parent_circumstances-mother": []}


@pytest.fixture
def guardian():
    """A browser without an account; whatever goes wrong inside fails the test."""
    return Client(headers={"host": "127.0.0.1"})


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def hidden(page: str) -> dict[str, str]:
    """The fields that carry the answers along, from the form of the question (or of the answers on the result page)."""
    body = page.split("<main", 1)[1]
    form = next(one for one in re.findall(r"<form.*?</form>", body, re.S) if 'name="place"' in one)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


def send(client, fields: dict[str, object]):
    return client.post(PATH, urlencode(fields, doseq=True), content_type=FORM)


def start(client, place=CHENGDU, language="zh-hans"):
    return send(client, {"place": place, "next": "1", "language": language})


def reply(client, page: str, script):
    fields = hidden(page)
    code = fields["asking"]
    said = script.get(code, [])
    if said == UNKNOWN:
        return send(client, {**fields, "dont_know": "1"})
    if isinstance(said, list):
        shown = [one for one in said if one in fields["shown"].split(",")]
        return send(client, {**fields, "option": shown or [NONE], "next": "1"})
    return send(client, {**fields, "option": said, "value": said, "next": "1"})


def walk(client, script, *, place=CHENGDU, language="zh-hans"):
    """From the place to the result: the page of the result and the codes of what was asked."""
    page, asked = text_of(start(client, place, language)), []
    while 'name="asking"' in page:
        asked.append(hidden(page)["asking"])
        assert len(asked) < 40
        page = text_of(reply(client, page, script))
    return page, asked


def section(page: str, name: str) -> str:
    return page.split(f'aria-labelledby="{name}"', 1)[1].split("</section>", 1)[0]


def test_an_orphan_in_chengdu_sees_the_allowance_where_to_go_and_what_to_bring(guardian):
    page, asked = walk(guardian, ORPHAN)
    due = section(page, "due")
    assert "孤儿基本生活费" in due
    assert "就近任意一个乡镇（街道）" in due
    assert "死亡证明或宣告死亡判决书" in due
    assert "国办发〔2010〕54号" in due
    assert "孤儿基本生活费" not in section(page, "not-due")
    assert len(asked) <= 14


def test_a_child_with_nothing_due_is_told_so_and_why(guardian):
    page, asked = walk(guardian, NOBODY_GONE)
    assert "现在没有能确定符合条件的" in section(page, "due")
    assert "孤儿基本生活费" in section(page, "not-due")
    assert len(asked) <= 12


def test_whoever_knows_nothing_is_never_told_no(guardian):
    page = text_of(start(guardian))
    while 'name="asking"' in page:
        page = text_of(send(guardian, {**hidden(page), "dont_know": "1"}))
    assert "看这 0 项和原因" in section(page, "not-due")
    assert "父亲·死亡" in section(page, "open")
    assert "由卫生健康部门、公安机关、民政部门掌握" in section(page, "open")


def test_infection_with_hiv_is_never_asked_and_stands_apart_on_everybodys_page(guardian):
    for script in (ORPHAN, NOBODY_GONE):
        page, _asked = walk(guardian, script)
        apart = section(page, "unasked")
        assert "疾病预防控制机构" in apart and "每个人的结果页上都有这一段" in apart
        assert "艾滋" not in section(page, "due") + section(page, "open")


def test_everything_is_said_in_english_too(guardian):
    page, _asked = walk(guardian, ORPHAN, language="en")
    assert '<html lang="en">' in page
    assert "Orphan's basic living allowance" in section(page, "due")
    without_chinese = re.sub(
        r"<style.*?</style>|lang=\"zh-Hans\">[^<]*<|〔\d+〕\d+号|class=\"(?:clause|said)\">[^<]*<", "", page, flags=re.S
    )
    assert "您" not in without_chinese and "的" not in without_chinese


def test_the_language_changes_in_the_middle_and_no_answer_is_lost(guardian):
    page = text_of(reply(guardian, text_of(start(guardian)), ORPHAN))
    fields = hidden(page)
    english = send(guardian, {**fields, "asking": "", "change": fields["asking"], "to_language": "en"})
    after = hidden(text_of(english))
    assert english.headers["Content-Language"] == "en"
    assert {**after, "language": "", "shown": ""} == {**fields, "language": "", "shown": ""}


def test_an_earlier_answer_can_be_changed_and_the_others_stay(guardian):
    page, asked = walk(guardian, NOBODY_GONE)
    first = asked[0]
    again = send(guardian, {**hidden(page), "change": first})
    assert hidden(text_of(again))["asking"] == first
    kept = [name for name in hidden(text_of(again)) if name.startswith("a-")]
    assert len(kept) == len(asked) - 1
    page = text_of(again)
    while 'name="asking"' in page:
        page = text_of(reply(guardian, page, ORPHAN))
    # A father who is well had made the question about the mother needless; now it is asked.
    assert "孤儿基本生活费" in section(page, "due")


@pytest.mark.django_db
def test_nothing_is_kept_and_nothing_is_asked_of_the_database(guardian, caplog):
    with CaptureQueriesContext(connection) as asked, caplog.at_level(logging.DEBUG):
        page, _ = walk(guardian, ORPHAN)
    assert "孤儿基本生活费" in page
    assert [one["sql"] for one in asked] == []
    assert Session.objects.count() == 0
    assert guardian.cookies == {}
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert not any("dead" in line or "parent_circumstances" in line for line in ours)


def test_the_page_needs_nothing_else_and_is_stored_by_no_one_in_between(guardian):
    answer = start(guardian)
    page = text_of(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r'(src|href)="(?!#|data:)[^"]*"', page)
    assert "<script" not in page and "url(" not in page
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert answer.headers.get("Set-Cookie") is None
    assert answer.wsgi_request.get_full_path() == PATH


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"place": "5199"}, 400, "没有这个地方可选"),
        ({"place": "../../etc"}, 400, "没有这个地方可选"),
        ({"a-school": "kindergarden"}, 400, "这个答案读不懂"),
        ({"a-age": "-3"}, 400, "请填周岁"),
        ({"a-age": "8.5"}, 400, "请填周岁"),
        ({"a-cost_after_assistance": "12,5万"}, 400, "请填金额"),
        ({"a-cost_after_assistance": "NaN"}, 400, "请填金额"),
        ({"a-away_since": "2999-01-01"}, 400, "日期在今天之后"),
        ({"a-away_since": "2025-02-30"}, 400, "请填日期"),
        ({"a-parent_circumstances-father": "dead:maybe"}, 400, "这个答案读不懂"),
        ({"a-parent_circumstances-father": "dead:y,dead:n"}, 400, "这个答案读不懂"),
        ({"a-household": "x" * 401}, 400, "太多或太长"),
        ({f"a-{number}": "y" for number in range(MOST_ANSWERS + 1)}, 400, "太多或太长"),
        ({"a-hiv_infected": "yes"}, 200, "题"),
        ({"a-__class__": "x", "asking": "nothing", "option": "<script>"}, 200, "题"),
    ],
)  # fmt: skip
def test_what_is_tampered_with_is_refused_in_words_or_left_out(guardian, changes, status, said):
    answer = send(guardian, {"place": CHENGDU, "language": "zh-hans", **changes})
    page = text_of(answer)
    assert answer.status_code == status
    assert said in page
    assert "Traceback" not in page and "<script>" not in page
    assert not any(value in page for value in changes.values() if value in ("kindergarden", "../../etc", "dead:maybe"))
    assert answer.headers.get("Set-Cookie") is None


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("place=5101&" + "x" * MOST_BYTES, "application/x-www-form-urlencoded", 413),
        ("&".join(f"n{number}=" for number in range(1500)), "application/x-www-form-urlencoded", 400),
        (json.dumps({"place": CHENGDU}), "application/json", 415),
        ("--x\r\n", "multipart/form-data; boundary=x", 415),
        (b"place=%ff%fe&language=%00", "application/x-www-form-urlencoded", 400),
    ],
)
def test_a_form_of_another_kind_or_size_is_not_even_read(guardian, body, kind, status):
    answer = guardian.post(PATH, body, content_type=kind)
    assert answer.status_code == status
    assert 'role="alert"' in text_of(answer)
    assert answer.headers.get("Set-Cookie") is None


def test_it_works_where_a_token_against_forged_forms_is_demanded_of_every_other_page():
    client = Client(headers={"host": "127.0.0.1"}, enforce_csrf_checks=True)
    assert start(client).status_code == 200


def test_silence_is_no_answer(guardian):
    page = text_of(start(guardian))
    fields = hidden(page)
    nothing = send(guardian, {**fields, "next": "1"})
    assert nothing.status_code == 422 and "都不符合就勾“都没有”" in text_of(nothing)
    assert hidden(text_of(nothing))["asking"] == fields["asking"]
    both = send(guardian, {**fields, "option": ["dead", NONE], "next": "1"})
    assert both.status_code == 422 and "请只留下对的" in text_of(both)


def test_what_is_left_open_in_a_list_stays_open(guardian):
    page = text_of(start(guardian))
    fields = hidden(page)
    assert fields["asking"] == "parent_circumstances-father"
    after = hidden(text_of(send(guardian, {**fields, "option": ["dead", REST_UNSURE], "next": "1"})))
    said = dict(part.split(":") for part in after["a-parent_circumstances-father"].split(","))
    assert said.pop("dead") == "y"
    assert set(said.values()) == {"u"}


def test_the_way_in_and_the_page_of_progress_lead_here(guardian, db):
    for path in ("/sign-in/", "/follow/"):
        assert f'href="{PATH}"' in text_of(guardian.get(path))
