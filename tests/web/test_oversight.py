"""The pages of oversight: openings in need, requests, retention, figures, settings."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from ciyou.apps.audit.selectors import list_disclosures
from ciyou.apps.cases.models import Lead
from ciyou.apps.cases.unnamed_work import ask_for_workers
from ciyou.apps.oversight.models import BreakGlass, Purge, SubjectRequest
from ciyou.apps.registry.models import Person
from ciyou.apps.registry.round_children import ChildInRound
from tests.office import COUNTY, OTHER_COUNTY, make_person, make_post, sign_in

pytestmark = pytest.mark.django_db
REASON = "孩子昨晚走失，需要立即联系监护人"


def _browser(role="county_drafter", **fields):
    browser = Client(headers={"host": "127.0.0.1"})
    sign_in(browser, make_post(role, **fields))
    return browser


def test_the_page_before_an_opening_shows_nothing_of_the_child():
    child = make_person(name="陈小满", restricted=True)
    page = _browser().get(f"/children/{child.id}/break-glass/")
    assert page.status_code == 200
    assert "陈小满" not in page.content.decode()


def test_an_opening_leads_to_the_childs_page_and_is_reviewed_by_another():
    child = make_person(name="陈小满", restricted=True)
    officer, approver = _browser(), _browser("county_approver")
    assert officer.get(f"/children/{child.id}/").status_code == 404
    form = {"key": str(uuid.uuid4()), "reason": REASON}
    done = officer.post(f"/children/{child.id}/break-glass/", form)
    assert done.url == f"/children/{child.id}/"
    assert officer.get(f"/children/{child.id}/").status_code == 200
    listed = approver.get("/openings/").content.decode()
    assert REASON in listed
    glass = BreakGlass.objects.get()
    short = approver.post(f"/openings/{glass.id}/review/", {"glass": str(glass.id), "justified": "1", "finding": "好"})
    assert ">好</textarea>" in short.content.decode()
    review = {"justified": "0", "finding": "没有必要，已提醒本人注意"}
    assert approver.post(f"/openings/{glass.id}/review/", review).url == "/openings/"
    assert officer.get(f"/children/{child.id}/").status_code == 404
    assert officer.get("/openings/").status_code == 403


def test_who_is_asked_to_name_a_worker_reads_what_for_and_is_led_on_to_naming():
    child = make_person(restricted=True)
    ask_for_workers([ChildInRound(child.id, child.division, child.birth_date, restricted=True)], timezone.localdate())
    reviewer, way = _browser("county_reviewer"), f"/children/{child.id}/break-glass/?then=protection"
    assert way in reviewer.get("/").content.decode()
    assert "指名一位办案人员" in reviewer.get(way).content.decode()
    assert "指名一位办案人员" not in reviewer.get(f"/children/{child.id}/break-glass/").content.decode()
    done = reviewer.post(way, {"key": str(uuid.uuid4()), "reason": REASON})
    assert (done.url, reviewer.get(done.url).status_code) == (f"/children/{child.id}/protection/", 200)
    assert done.url in reviewer.get(way).content.decode()
    Person.objects.filter(id=child.id).update(restricted=False)
    assert reviewer.get(way).url == done.url


def test_a_short_reason_keeps_what_was_typed_and_opens_nothing():
    child = make_person(restricted=True)
    page = _browser().post(f"/children/{child.id}/break-glass/", {"reason": "急用"}).content.decode()
    assert ">急用</textarea>" in page
    assert not BreakGlass.objects.exists()


def test_a_file_of_another_county_is_not_there_to_be_opened():
    child = make_person(division="990102001001", restricted=True)
    browser = _browser()
    for person_id in (child.id, uuid.uuid4()):
        assert browser.get(f"/children/{person_id}/break-glass/").status_code == 404
        assert browser.post(f"/children/{person_id}/break-glass/", {"reason": REASON}).status_code == 404


def _request_form(**fields):
    return {
        "key": str(uuid.uuid4()),
        "kind": "copy",
        "name": "王某",
        "relation": "mother",
        "checked_by": "id_card",
        "words": "想知道留存了哪些资料",
        "received_on": timezone.localdate().isoformat(),
        **fields,
    }


def test_a_request_is_taken_down_decided_and_its_copy_given_out():
    child = make_person(name="陈小满")
    officer, approver = _browser(), _browser("county_approver")
    taken = officer.post(f"/children/{child.id}/request/", _request_form())
    row = SubjectRequest.objects.get()
    assert taken.url == f"/requests/{row.id}/"
    assert "陈小满" in officer.get("/requests/").content.decode()
    assert officer.get(f"/requests/{row.id}/copy/").status_code == 400
    assert officer.post(f"/requests/{row.id}/decide/", {"granted": "1", "version": "1"}).status_code == 403
    approver.post(f"/requests/{row.id}/decide/", {"granted": "1", "version": "1", "reason": ""})
    page = officer.get(f"/requests/{row.id}/copy/").content.decode()
    assert "陈小满" in page
    assert "谁看过这份资料" in page
    made = officer.post(f"/requests/{row.id}/copy/file/", {"key": str(uuid.uuid4())}).content.decode()
    assert 'class="secret"' in made
    assert {one.purpose for one in list_disclosures(subject=str(row.id))} == {"subject_request"}


def test_a_refusal_without_a_reason_comes_back_with_what_was_typed():
    officer, approver = _browser(), _browser("county_approver")
    officer.post(f"/children/{make_person().id}/request/", _request_form())
    row = SubjectRequest.objects.get()
    page = approver.post(f"/requests/{row.id}/decide/", {"granted": "0", "version": "1", "reason": "不行"})
    assert ">不行</textarea>" in page.content.decode()
    row.refresh_from_db()
    assert row.state == "open"


def test_a_granted_restriction_takes_the_child_out_of_the_lists():
    child = make_person(name="陈小满")
    officer, approver = _browser(), _browser("county_approver")
    officer.post(f"/children/{child.id}/request/", _request_form(kind="restrict"))
    row = SubjectRequest.objects.get()
    approver.post(f"/requests/{row.id}/decide/", {"granted": "1", "version": "1"})
    assert Person.objects.get().restricted
    assert "陈小满" not in officer.get("/ledger/").content.decode()
    assert "陈小满" not in officer.get("/requests/").content.decode()
    assert officer.get(f"/requests/{row.id}/").status_code == 200


def test_mistakes_in_a_request_are_told_and_nothing_typed_is_lost():
    child = make_person()
    page = (
        _browser().post(f"/children/{child.id}/request/", _request_form(name="", words="资料给我看看")).content.decode()
    )
    assert "请填写申请人姓名" in page
    assert "资料给我看看" in page
    assert not SubjectRequest.objects.exists()


def test_a_request_of_another_county_is_not_there():
    child = make_person()
    officer = _browser()
    officer.post(f"/children/{child.id}/request/", _request_form())
    row = SubjectRequest.objects.get()
    stranger = _browser(division=OTHER_COUNTY)
    assert stranger.get(f"/requests/{row.id}/").status_code == 404
    assert stranger.get(f"/requests/{row.id}/copy/").status_code == 404
    assert stranger.get(f"/children/{child.id}/request/").status_code == 404


def _long_ago(person):
    at = timezone.now() - dt.timedelta(days=800)
    Lead.objects.create(
        linkage_id=str(uuid.uuid4()),
        person=person,
        why="possible_category",
        rank=1,
        division=COUNTY,
        queue="county",
        state="closed",
        result="not_in_difficulty",
        opened_at=at,
        closed_at=at,
    )


def test_two_people_purge_and_the_page_shows_the_proof_and_no_name():
    child = make_person(name="陈小满")
    _long_ago(child)
    administrator, approver = _browser("auditadmin", division=COUNTY), _browser("county_approver")
    assert "陈小满" not in administrator.get("/retention/").content.decode()
    form = {"rule": "lead_not_in_difficulty", "reason": "年度清理不属于困境的档案"}
    assert administrator.post("/retention/ask/", form).url == "/retention/"
    purge = Purge.objects.get()
    own = administrator.post(f"/retention/{purge.id}/decide/", {"confirm": "1"}).content.decode()
    assert "由另一个人确认" in own
    assert approver.post(f"/retention/{purge.id}/decide/", {"confirm": "1"}).url == "/retention/"
    assert not Person.objects.exists()
    purge.refresh_from_db()
    assert purge.proof in approver.get("/retention/").content.decode()


@pytest.mark.parametrize("role", ["county_drafter", "supervisor", "auditor", "sysadmin", "city_viewer"])
def test_other_roles_do_not_come_to_retention(role):
    assert _browser(role).get("/retention/").status_code == 403


def test_figures_withhold_small_counts_and_name_nobody():
    for _ in range(3):
        make_person(name="陈小满")
    for _ in range(7):
        make_person(division="990101002001")
    page = _browser("county_approver").get("/figures/").content.decode()
    assert "不公布" in page
    assert "陈小满" not in page
    assert '<td data-label="在册儿童">10</td>' in page
    assert '<td data-label="在册儿童">3</td>' not in page
    assert '<td data-label="在册儿童">7</td>' not in page


def test_a_city_viewer_sees_counties_and_no_person():
    for _ in range(6):
        make_person(name="陈小满")
    for _ in range(8):
        make_person(division="990102001001")
    page = _browser("city_viewer").get("/figures/").content.decode()
    for count in (6, 8, 14):
        assert f'<td data-label="在册儿童">{count}</td>' in page
    assert "陈小满" not in page


def test_protected_files_are_in_no_figure():
    for number in range(12):
        make_person(restricted=number < 6)
    page = _browser("county_approver").get("/figures/").content.decode()
    assert '<td data-label="在册儿童">6</td>' in page
    assert '<td data-label="在册儿童">12</td>' not in page


def test_settings_say_what_is_law_and_what_is_only_a_default():
    page = _browser().get("/settings/").content.decode()
    assert "至少保存 6 个月" in page
    assert "默认值，不是法律规定" in page
    assert "没有期限：核定之前不销毁" in page
