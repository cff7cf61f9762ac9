"""The pages of referrals: from the child's page to a receiver without an account and back, and what a link that is none shows."""

from __future__ import annotations

import datetime as dt
import logging
import re

import pytest
from django.test import Client
from django.utils import timezone

from ciyou.apps.accounts.models import Post
from ciyou.apps.accounts.one_time_links import WRONG_BY_ORIGIN
from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.partners.models import Provider, Referral
from ciyou.config.log_lines import LogLine
from tests.office import OTHER_COUNTY, OTHER_VILLAGE, make_person, make_post, sign_in
from tests.referral_builders import sending, sent

pytestmark = pytest.mark.django_db
REPLY_ADDRESS = re.compile(r'href="http://[^"/]+(/answer/[^"]+)"')


def browser(post=None) -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    return client if post is None else sign_in(client, post)


def page(answer, status: int = 200) -> str:
    if answer.status_code == 302:
        return answer.headers["Location"]
    body = answer.content.decode()
    assert answer.status_code == status, body[:2000]
    return body


@pytest.fixture
def office():
    """A director, a county that has a hospital in its directory, and a child."""
    county, director, child = browser(make_post("county_drafter")), browser(make_post("child_director")), make_person()
    entry = {"name": "县医院甲", "kind": "hospital", "services": ["medical_check"], "contact": "门诊楼一层"}
    address = page(county.post("/providers/new/", entry))
    assert "县医院甲" in page(county.get(address)) and "县医院甲" in page(county.get("/providers/"))
    return county, director, child


def referred(director, child, **said) -> str:
    """The address of a referral that was sent."""
    where = f"/referrals/child/{child.id}/"
    assert "需要什么服务" in page(director.get(where))
    form = page(director.get(f"{where}?service=medical_check"))
    assert child.name in form
    told = {
        "form": re.search(r'name="form" value="([0-9a-f-]+)"', form).group(1), "service": "medical_check",
        "provider": str(Provider.objects.get().id), "chosen": ["asked"], "field-asked": "视力",
        "purpose": "体检视力不达标。", "ground": "guardian", "consent_by": "母亲", "consent_on": "2026-01-05",
        "urgency": "routine", "do": "send",
    }  # fmt: skip
    return page(director.post(where, {**told, **said}))


def step(client, address: str, name: str, **said) -> str:
    version = Referral.objects.get().version
    return page(client.post(f"{address}step/", {"step": name, "version": version, **said}))


def link(client, address: str) -> str:
    shown = page(client.post(f"{address}link/", {"version": Referral.objects.get().version}))
    assert "data:image/svg+xml;base64," in shown
    return re.search(r'value="http://[^"/]+(/answer/[^"]+)"', shown).group(1)


def test_a_referral_walks_to_a_hospital_without_an_account_and_back(office):
    _county, director, child = office
    supervisor, outside = browser(make_post("supervisor")), browser()
    address = referred(director, child)
    answer = link(director, address)
    assert child.name not in answer
    shown = outside.get(answer)
    assert child.name in page(shown) and "13800000001" not in page(shown)
    assert (shown.headers["Cache-Control"], shown.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "script" not in page(shown) and not shown.cookies
    later = REPLY_ADDRESS.search(page(outside.post(answer, {"step": "accept"}))).group(1)
    assert "这个链接打不开了" in page(outside.get(answer))
    assert "孩子到了" in page(outside.get(later))
    assert "已经答复" in page(
        outside.post(later, {"step": "reply", "advice": "aid", "words": "坐前排。", "findings": "近视。"})
    )
    back = page(director.get(address))
    assert "坐前排。" in back and "近视。" not in back
    step(director, address, "plan", words="配镜。", next_on=(timezone.localdate() + dt.timedelta(days=30)).isoformat())
    step(director, address, "follow", words="已戴镜。")
    step(director, address, "close", reason="helped")
    assert Referral.objects.get().state == "closed"
    assert "每一步用了几天" in page(supervisor.get("/referrals/?show=all"))
    assert "问题已解决" in page(supervisor.get("/referrals/?show=all"))


def test_what_is_missing_is_said_on_the_form_and_nothing_typed_is_lost(office):
    _county, director, child = office
    where = f"/referrals/child/{child.id}/"
    told = {
        "service": "medical_check", "provider": str(Provider.objects.get().id), "chosen": ["asked"],
        "field-asked": "听力", "purpose": "体检。", "ground": "guardian", "consent_by": "", "urgency": "routine", "do": "send",
    }  # fmt: skip
    again = page(director.post(where, told), 422)
    assert "请写明谁在哪一天同意" in again and "听力" in again and not Referral.objects.exists()


def test_a_link_that_opens_nothing_names_nobody_and_its_token_is_in_no_log(office, caplog):
    _county, director, child = office
    address = link(director, referred(director, child))
    token = address.split("/")[2]
    outside = browser()
    outside.post(address, {"step": "accept"})
    for gone in (address, "/answer/forged/"):
        shown = page(outside.get(gone))
        assert child.name not in shown and "县医院甲" not in shown
    refused = LogEntry.objects.filter(action="refuse_answer_link")
    assert refused.count() == 2 and not any(token in one.details + one.subject for one in refused)
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Method Not Allowed: %s", (address,), None)
    assert token not in LogLine().format(record)


def test_an_incomplete_answer_is_asked_for_again_and_the_link_still_works(office):
    _county, director, child = office
    address, outside = link(director, referred(director, child)), browser()
    assert "请选择为什么不能接收" in page(outside.post(address, {"step": "refuse"}))
    assert "已经答复" in page(outside.post(address, {"step": "refuse", "reason": "full"}))


def test_the_county_keeps_visits_and_places_of_a_provider(office):
    county, director, _child = office
    where = f"/providers/{Provider.objects.get().id}/"
    county.post(f"{where}visits/", {"on": "2026-01-05", "findings": "场地干净。"})
    county.post(f"{where}slots/", {"service": "medical_check", "month": "2099-01", "offered": "3"})
    shown = page(director.get(where))
    assert "场地干净。" in shown and "共 3，已占 0" in shown and "更正这个机构" not in shown
    assert director.post(f"{where}visits/", {"on": "2026-01-05", "findings": "x"}).status_code == 403


def told_on_every_answer(shown) -> None:
    """Nothing of the page is kept, passed on, or found by its title; whoever answers gets no cookie."""
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert re.search(r"<title>(.*?)</title>", page(shown), re.DOTALL).group(1) == "答复转介 · 慈幼"
    assert "no-referrer" in page(shown) and "<script" not in page(shown) and not shown.cookies


def test_no_answer_of_the_receivers_page_is_kept_or_passed_on_or_named_after_the_child(office):
    _county, director, child = office
    address, outside = link(director, referred(director, child)), browser()
    assert child.name in page(outside.get(address))
    assert not any(str(part) in address for part in (child.id, Referral.objects.get().id, child.name))
    for shown in (
        outside.get(address),
        outside.post(address, {"step": "refuse"}),
        outside.post(address, {"step": "accept"}),
        outside.post(address, {"step": "accept"}),
        outside.get(f"{address}?language=zh-hans"),
        outside.get("/answer/forged/"),
    ):
        told_on_every_answer(shown)


def test_a_link_that_is_opened_again_says_kindly_that_nothing_more_is_to_be_done(office):
    _county, director, child = office
    address, outside = link(director, referred(director, child)), browser()
    page(outside.post(address, {"step": "accept"}))
    gone = page(outside.get(address))
    assert "已经答复过的，不用再做什么" in gone and child.name not in gone and "县医院甲" not in gone


def test_a_token_that_is_changed_or_guessed_opens_nothing_and_who_guesses_on_has_to_wait(office):
    _county, director, child = office
    address, outside = link(director, referred(director, child)), browser()
    token = address.split("/")[2]
    for wrong in (token[:-1], f"{token}0", token.swapcase(), f"{token}%00", "..%2F..%2Freferrals"):
        assert child.name not in outside.get(f"/answer/{wrong}/").content.decode()
    for number in range(WRONG_BY_ORIGIN):
        outside.get(f"/answer/guess-{number}/")
    assert "一刻钟以后" in page(outside.get(address)) and child.name not in page(outside.get(address))
    assert "一刻钟以后" in page(outside.post(address, {"step": "accept"}))
    assert Referral.objects.get().state == "sent"
    assert child.name in page(outside.get(address, REMOTE_ADDR="127.0.0.9"))


def test_a_link_answers_for_no_other_referral_whatever_the_form_says(office):
    _county, director, child = office
    first = referred(director, child)
    answer = link(director, first)
    second = referred(director, child, purpose="另一件事。")
    other = second.split("/")[2]
    outside = browser()
    page(outside.post(answer, {"step": "accept", "referral_id": other, "version": "2", "id": other}))
    assert Referral.objects.get(id=other).state == "sent"
    assert Referral.objects.exclude(id=other).get().state == "accepted"


def test_another_county_and_a_partner_of_elsewhere_reach_no_referral_by_its_id(office):
    _county, director, child = office
    address = referred(director, child)
    strangers = [
        browser(make_post("county_drafter", division=OTHER_COUNTY)),
        browser(make_post("child_director", division=OTHER_VILLAGE)),
        browser(make_post("partner", department="health")),
    ]
    for stranger in strangers:
        assert stranger.get(address).status_code == 404
        for name in ("withdraw", "accept"):
            taken = stranger.post(f"{address}step/", {"step": name, "version": "2", "reason": "other"})
            assert taken.status_code in (403, 404), name
        assert stranger.post(f"{address}link/", {"version": "2"}).status_code in (403, 404)
        assert child.name not in page(stranger.get("/referrals/?show=all"))
    assert strangers[0].get(f"/referrals/child/{child.id}/").status_code == 404
    assert Referral.objects.get().state == "sent"


def test_a_place_of_another_provider_is_not_dropped_in_silence(office):
    _county, director, child = office
    again = page(director.post(f"/referrals/child/{child.id}/", {
        "service": "medical_check", "provider": str(Provider.objects.get().id), "slot": f"{child.id}/2099-01-01",
        "field-asked": "视力", "purpose": "体检。", "ground": "guardian", "consent_by": "母亲", "consent_on": "2026-01-05",
        "urgency": "routine", "do": "send",
    }), 422)  # fmt: skip
    assert "选的名额是另一个机构的" in again and not Referral.objects.exists()


def test_the_form_sent_twice_leads_to_the_one_referral(office):
    _county, director, child = office
    form = "0b5f5f0e-3c86-4a6e-9f0d-0d1f6a4c7e11"
    assert referred(director, child, form=form) == referred(director, child, form=form) == f"/referrals/{form}/"
    assert Referral.objects.get().state == "sent"


def seen_class(subject: object) -> int:
    return LogEntry.objects.filter(kind="disclosure", subject=str(subject)).order_by("-id")[0].highest_class


def test_the_record_says_the_highest_class_shown_and_the_task_names_no_child_above_class_3():
    who, post = sending(), make_post("county_drafter")
    row = sent(who, by=actor_of(post), service="rehabilitation", fields={})
    county = browser(post)
    assert who.child.name in page(county.get("/referrals/"))
    assert (row.sensitivity, seen_class("referrals")) == (4, 4)
    page(county.get(f"/referrals/child/{who.child.id}/"))
    assert seen_class(who.child.id) == 4
    home = page(county.get("/"))
    assert f"/referrals/{row.id}/" in home and who.child.name not in home


def test_a_supervisor_who_may_not_read_a_referral_says_whether_its_ground_holds_and_why_not():
    who, post = sending(), make_post("supervisor")
    said = {"consent_by": "", "consent_on": None, "emergency": "孩子呕吐不止。", "purpose": "请快评估。"}
    row = sent(who, ground="emergency", service="rehabilitation", fields={"observed": "不会走路"}, **said)
    client, address = browser(post), f"/referrals/{row.id}/"
    shown = page(client.get(address))
    assert "孩子呕吐不止。" in shown and "理由不成立" in shown
    for kept in (who.child.name, "县医院甲", "不会走路", "请快评估。", str(who.child.id)):
        assert kept not in shown, kept
    assert seen_class(row.id) == 4
    again = page(client.post(f"{address}step/", {"step": "ground_refused", "version": row.version, "words": ""}), 422)
    assert "写明" in again and "孩子呕吐不止。" in again
    no = {"step": "ground_refused", "version": row.version, "words": "家长当天接了电话。"}
    assert page(client.post(f"{address}step/", no)) == "/referrals/"
    assert client.get(address).status_code == 404
    told = page(browser(Post.objects.get(id=who.director.post_id)).get(address))
    assert "家长当天接了电话。" in told and "认为不成立" in told
