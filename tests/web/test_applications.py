"""The pages of applications and awards, walked as officers walk them, and the open progress."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from ciyou.apps.awards.models import Application, Award, AwardChange
from tests.award_builders import awarded, checked, drafted, entitled_child, received, version_of
from tests.office import OTHER_COUNTY, make_actor, make_post, sign_in

pytestmark = pytest.mark.django_db


def browser(role: str, **fields) -> Client:
    return sign_in(Client(headers={"host": "127.0.0.1"}), make_post(role, **fields))


def page(response) -> str:
    assert response.status_code == 200, response.content.decode()[:400]
    return response.content.decode()


def test_an_application_walks_from_the_counter_to_an_award():
    child = entitled_child()
    counter = browser("supervisor")
    form = page(counter.get(f"/applications/child/{child}/"))
    assert re.findall(r'name="entitlement" value="(\w+)" required checked', form) == ["de_facto_living_allowance"]
    key = re.search(r'name="form" value="([0-9a-f-]+)"', form).group(1)
    sent = {
        "form": key, "entitlement": "de_facto_living_allowance", "applicant": "外祖母甲", "relation": "guardian",
        "contact": "13800000000", "brought": ["bank_card"],
    }  # fmt: skip
    receipt = page(counter.post(f"/applications/child/{child}/", sent))
    code = re.search(r'name="code" value="(\d{8})"', receipt).group(1)
    found = Application.objects.get()
    assert found.number in receipt
    slip = counter.post(f"/applications/{found.id}/slip/", {"code": code})
    assert slip.headers["Content-Type"] == "application/pdf"
    again = counter.post(f"/applications/child/{child}/", sent)
    assert again.status_code == 302
    assert Application.objects.count() == 1

    address = f"/applications/{found.id}/"
    counter.post(address + "check/", {"version": 1, "opinion": "agree", "compared": ["police", "justice"]})
    drafter = browser("county_drafter")
    shown = page(drafter.get(address))
    assert "拟定决定" in shown
    assert "张贴公示" not in shown
    drafter.post(address + "draft/", {"version": 2, "outcome": "approve", "amount": "1,350"})
    approver = browser("county_approver")
    assert "同意，确认" in page(approver.get(address))
    assert approver.post(address + "decide/", {"version": 3, "decision": "accept"}).status_code == 302
    award = Award.objects.get()
    assert award.amount_fen == 135000
    assert f"/awards/{award.id}/" in page(approver.get(f"/children/{child}/awards/"))
    paper = re.search(r"/papers/[0-9a-f-]+/", page(approver.get(address))).group(0)
    assert approver.get(paper).content.startswith(b"%PDF")


def test_where_nothing_is_confirmed_nobody_applies_for_what_merely_stands_first():
    form = page(browser("supervisor").get(f"/applications/child/{entitled_child(confirmed=False)}/"))
    assert len(re.findall(r'name="entitlement" value="\w+" required>', form)) > 1
    assert not re.search(r'name="entitlement" value="\w+" required checked', form)


def test_what_was_typed_is_still_there_after_a_mistake():
    child = entitled_child()
    counter = browser("supervisor")
    answer = counter.post(
        f"/applications/child/{child}/", {"entitlement": "de_facto_living_allowance", "contact": "13911112222"}
    )
    assert answer.status_code == 422
    assert "13911112222" in answer.content.decode()
    assert "请填写申请人姓名。" in answer.content.decode()


def test_lists_filter_by_state_and_what_is_overdue():
    waiting, done = received(entitled_child("w")), awarded(entitled_child("d"))
    officer = browser("county_drafter")
    listed = page(officer.get("/applications/"))
    assert str(waiting.id) in listed
    assert str(done.application_id) not in listed
    assert str(done.application_id) in page(officer.get("/applications/?state=approved"))
    assert str(waiting.id) not in page(officer.get("/applications/?overdue=1"))
    assert str(waiting.id) not in page(officer.get("/applications/?place=990101002000"))
    assert str(waiting.id) not in page(officer.get("/applications/?entitlement=orphan_living_allowance"))


def test_the_list_of_the_entitled_leads_to_the_form():
    child = entitled_child()
    listed = page(browser("supervisor").get("/applications/proposals/"))
    assert f"/applications/child/{child}/?entitlement=de_facto_living_allowance" in listed


def test_another_county_finds_neither_application_nor_award():
    found, award = received(entitled_child("a")), awarded(entitled_child("b"))
    stranger = browser("county_drafter", division=OTHER_COUNTY)
    assert stranger.get(f"/applications/{found.id}/").status_code == 404
    assert stranger.get(f"/awards/{award.id}/").status_code == 404
    assert stranger.post(f"/applications/{found.id}/draft/", {"outcome": "refuse"}).status_code == 404


def test_no_notice_can_be_posted_where_it_is_forbidden():
    found = checked(entitled_child())
    clerk = browser("supervisor")
    assert f"/applications/{found}/notice/post/" not in page(clerk.get(f"/applications/{found}/"))
    answer = clerk.post(f"/applications/{found}/notice/post/")
    assert answer.status_code == 422
    assert "这一项不公示" in answer.content.decode()


def test_of_two_approvers_at_once_the_second_sees_that_it_is_done():
    found = drafted(entitled_child())
    first, second = browser("county_approver"), browser("county_approver")
    sent = {"version": version_of(found), "decision": "accept"}
    assert first.post(f"/applications/{found}/decide/", sent).status_code == 302
    answer = second.post(f"/applications/{found}/decide/", sent)
    assert answer.status_code == 422
    assert "刚刚有人办理了这一步" in answer.content.decode()
    assert Award.objects.count() == 1


def test_the_effect_of_a_change_is_shown_before_it_is_sent():
    award = awarded(entitled_child())
    officer = browser("county_drafter")
    today = timezone.localdate()
    sent = {
        "version": 1, "key": str(uuid.uuid4()), "change": "end", "ground": "circumstance_ended",
        "event_on": today.isoformat(), "from_month": f"{today.year + 1}-03", "reason": "父亲已经回家抚养",
    }  # fmt: skip
    shown = page(officer.post(f"/awards/{award.id}/change/", sent))
    assert f"最后发放 {today.year + 1}年2月；从 {today.year + 1}年3月起不再发放。" in shown
    assert not AwardChange.objects.exists()
    assert officer.post(f"/awards/{award.id}/change/", {**sent, "send": "1"}).status_code == 302
    change = AwardChange.objects.get()
    assert "这是您提出的" in page(officer.get(f"/awards/{award.id}/"))
    reviewer = browser("county_reviewer")
    reviewer.post(f"/award-changes/{change.id}/decide/", {"version": 1, "decision": "accept"})
    assert Award.objects.get().state == "ended"


def test_the_progress_is_open_and_says_nothing_of_the_child():
    child = entitled_child()
    receipt = received(child)
    stranger = Client(headers={"host": "127.0.0.1"})
    assert "申请进度" in page(stranger.get("/follow/"))
    shown = page(stranger.post("/follow/", {"number": receipt.number, "code": receipt.code}))
    assert "待乡镇查验" in shown
    assert "规定最迟" in shown
    assert "事实无人抚养" not in shown
    wrong = stranger.post("/follow/", {"number": receipt.number, "code": "00000000"})
    assert wrong.status_code == 422
    assert "受理编号或查询码不对" in wrong.content.decode()


@pytest.mark.parametrize(
    ("language", "label", "whose"),
    [
        ("zh-hans", "全程最迟", "本地目录规定的全程时限"),
        ("en", "The whole, at the latest", "catalogue of services"),
    ],
)
def test_where_the_place_states_a_time_for_the_whole_the_applicant_and_the_office_are_told(language, label, whose):
    township = "430102001000"  # Hunan states one, most places do not
    child = entitled_child(division="430102001001")
    receipt = received(child, by=make_actor("supervisor", division=township))
    counter, stranger = browser("supervisor", division=township), Client(headers={"host": "127.0.0.1"})
    for client in (counter, stranger):
        client.cookies["ciyou_language"] = language
    followed = page(stranger.post("/follow/", {"number": receipt.number, "code": receipt.code}))
    office = page(counter.get(f"/applications/{receipt.id}/"))
    assert label in followed
    assert label in office
    assert whose in office


def test_no_time_for_the_whole_is_told_where_the_place_states_none():
    receipt = received(entitled_child())
    stranger = Client(headers={"host": "127.0.0.1"})
    assert "全程最迟" not in page(stranger.post("/follow/", {"number": receipt.number, "code": receipt.code}))
    assert "全程最迟" not in page(browser("supervisor").get(f"/applications/{receipt.id}/"))


def test_a_child_director_sees_the_application_but_not_the_township_s_words():
    receipt = received(entitled_child(), by=None)
    director = browser("child_director")
    shown = page(director.get(f"/applications/{receipt.id}/"))
    assert "外祖母甲" in shown
    assert f"/applications/{receipt.id}/check/" not in shown


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "打印核对授权书"), ("en", "Print the authorisation")])
def test_an_application_without_the_authorisation_is_taken_and_offers_it_to_print(language, words):
    child, counter = entitled_child(), browser("supervisor")
    counter.cookies["ciyou_language"] = language
    sent = {
        "entitlement": "single_person_dibao",
        "applicant": "外祖母甲",
        "relation": "guardian",
        "brought": ["bank_card"],
    }
    receipt = page(counter.post(f"/applications/child/{child}/", sent))
    assert words in receipt
    found = Application.objects.get()
    assert found.state == "returned"
    printed = counter.post(f"/applications/{found.id}/papers/", {"kind": "verification_authorisation"})
    assert printed.status_code == 302
    assert counter.get(printed.url).content.startswith(b"%PDF")
    assert counter.post(f"/applications/{found.id}/papers/", {"kind": "refusal"}).status_code == 422
    shown = page(counter.get(f"/applications/{found.id}/"))
    assert printed.url in shown
    counter.post(f"/applications/{found.id}/complete/", {"version": 1, "brought": ["verification_authorisation"]})
    assert Application.objects.get().state == "received"
