"""The pages that end, move, join or protect a child's file, and where its money goes."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from ciyou.apps.accounts.models import Division
from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.oversight.models import SubjectRequest
from ciyou.apps.oversight.subject_requests import Requester, decide_request, receive_request
from ciyou.apps.registry.models import Evidence, Fact, NamedAccess, PayeeAccount, Person, PersonEvent
from ciyou.apps.registry.services import ensure_parent, merge_people, record_payee, restrict_file
from tests.office import OTHER_COUNTY, OTHER_VILLAGE, VILLAGE, make_actor, make_person, make_post, sign_in

pytestmark = pytest.mark.django_db
CARD = "4111111111111111"
PDF = b"%PDF-1.4\n%%EOF\n"


def browser(role="county_drafter", **fields):
    return of(make_post(role, **fields))


def of(post):
    return sign_in(Client(headers={"host": "127.0.0.1"}), post)


def text(response):
    return response.content.decode()


@pytest.fixture
def child():
    return make_person(name="单小雨", name_reading="shanxiaoyu", name_initials="sxy")


def test_only_roles_that_may_find_the_group_that_changes_a_file(child):
    reviewer, drafter, village = (
        text(browser(role).get(f"/children/{child.id}/"))
        for role in ("county_reviewer", "county_drafter", "child_director")
    )
    for page in ("payee/", "move/", "death/", "merge/", "protection/"):
        assert f"/children/{child.id}/{page}" in reviewer
    assert f"/children/{child.id}/merge/" in drafter
    assert f"/children/{child.id}/protection/" not in drafter
    assert f"/children/{child.id}/payee/" in village
    assert f"/children/{child.id}/death/" not in village


def death(child, **fields):
    return {"person": str(child.id), "on": "2026-03-01", "known_from": "police", "confirm": child.name, "key": str(uuid.uuid4()), **fields}  # fmt: skip


def test_what_follows_a_death_is_said_before_it_is_recorded(child):
    page = text(browser().get(f"/children/{child.id}/death/"))
    assert "不再有人上门" in page
    assert "不能直接改回来" in page


def test_a_death_is_recorded_once_however_often_the_form_is_sent(child):
    client, typed = browser(), death(child)
    for _ in range(2):
        assert client.post(f"/children/{child.id}/death/", typed).headers["Location"] == f"/children/{child.id}/"
    child.refresh_from_db()
    assert child.status == "dead"
    assert PersonEvent.objects.filter(kind="died").count() == 1
    assert "这个孩子已经去世" in text(client.get(f"/children/{child.id}/"))
    assert "公安机关户籍注销" in text(client.get(f"/children/{child.id}/timeline/"))


def test_without_the_name_typed_again_nothing_is_recorded_and_nothing_is_lost(child):
    page = text(browser().post(f"/children/{child.id}/death/", death(child, confirm="单大雨")))
    assert "与所选的人不一致" in page
    assert 'value="单大雨"' in page
    assert 'value="2026-03-01"' in page
    assert Person.objects.get(id=child.id).status == "active"


def test_a_parent_without_a_name_is_confirmed_by_the_file_number(child):
    father = Person.objects.get(id=ensure_parent(make_actor(), child_id=child.id, kind="father"))
    number = f"{father.id.hex[:5]}-{father.id.hex[5:10]}"
    sent = browser().post(f"/children/{child.id}/death/", death(father, confirm=number))
    assert sent.status_code == 302
    assert Fact.objects.get(person=father, name="dead")


def test_a_paper_uploaded_with_the_form_is_kept_also_where_something_else_is_wrong(child):
    client, typed = browser(), death(child, confirm="x")
    file = SimpleUploadedFile("证明.pdf", PDF, "application/pdf")
    page = text(client.post(f"/children/{child.id}/death/", {**typed, "file": file}))
    kept = Evidence.objects.get()
    assert f'<option value="{kept.id}" selected>' in page
    client.post(f"/children/{child.id}/death/", {**typed, "confirm": child.name, "evidence": str(kept.id)})
    assert Fact.objects.get(name="dead").evidence_id == kept.id


def test_a_death_that_lies_ahead_is_refused_beside_the_day(child):
    page = text(browser().post(f"/children/{child.id}/death/", death(child, on="2999-01-01")))
    assert 'id="on-error"' in page


def move(child, **fields):
    return {"person": str(child.id), "division": "", "elsewhere": "", "residence": "", "on": "2026-03-01", **fields}


def test_inside_the_area_a_move_is_done_at_once(child):
    sent = browser().post(f"/children/{child.id}/move/", move(child, division=OTHER_VILLAGE, residence="same"))
    assert sent.headers["Location"] == f"/children/{child.id}/"
    child.refresh_from_db()
    assert (child.division, child.residence_division) == (OTHER_VILLAGE, OTHER_VILLAGE)


def test_out_of_the_area_it_is_shown_once_more_and_the_mover_reads_afterwards_that_it_went(child):
    client, address = browser(), f"/children/{child.id}/move/"
    typed = move(child, elsewhere=OTHER_COUNTY)
    asked = text(client.post(address, typed))
    assert "不再能看到这份档案" in asked
    assert Person.objects.get(id=child.id).division == VILLAGE
    for _ in range(2):
        sent = client.post(address, {**typed, "confirmed": OTHER_COUNTY})
        assert sent.headers["Location"] == f"/children/{child.id}/moved/"
    told = client.get(f"/children/{child.id}/moved/")
    assert "档案已迁出" in text(told)
    assert "单小雨" not in text(told)
    assert client.get(f"/children/{child.id}/").headers["Location"] == f"/children/{child.id}/moved/"
    assert LogEntry.objects.filter(kind="disclosure", action="moved").exists()


def test_a_colleague_finds_nothing_where_a_file_was_moved_away(child):
    client = browser()
    client.post(f"/children/{child.id}/move/", move(child, elsewhere=OTHER_COUNTY, confirmed=OTHER_COUNTY))
    colleague = browser()
    assert colleague.get(f"/children/{child.id}/moved/").status_code == 404
    assert colleague.get(f"/children/{child.id}/").status_code == 404


def test_a_place_elsewhere_is_found_by_its_name_and_chosen(child):
    for code, name in ((OTHER_COUNTY, "石板县"), ("990103000000", "石板区")):
        Division.objects.create(code=code, name=name, level="county")
    client, address = browser(), f"/children/{child.id}/move/"
    page = text(client.post(address, move(child, elsewhere="石板")))
    assert f'name="found" value="{OTHER_COUNTY}"' in page
    assert "请在找到的地方里选一个" in page
    asked = text(client.post(address, move(child, elsewhere="石板", found=OTHER_COUNTY)))
    assert f'name="confirmed" value="{OTHER_COUNTY}"' in asked
    assert "没有找到" in text(client.post(address, move(child, elsewhere="无此地")))


def test_a_file_that_goes_on_elsewhere_ends_here(child):
    client = browser()
    typed = move(child, elsewhere=OTHER_COUNTY, confirmed=OTHER_COUNTY, leaves="1")
    client.post(f"/children/{child.id}/move/", typed)
    assert Person.objects.get(id=child.id).status == "moved"
    assert "到此结束" in text(client.get(f"/children/{child.id}/moved/"))


def test_two_places_at_once_are_refused_with_both_kept(child):
    page = text(browser().post(f"/children/{child.id}/move/", move(child, division=OTHER_VILLAGE, elsewhere="石板")))
    assert "迁入地只填一处" in page
    assert 'value="石板"' in page


@pytest.fixture
def twin():
    return make_person(name="单晓雨", name_reading="shanxiaoyu", name_initials="sxy")


def test_files_that_sound_alike_are_offered_and_others_are_found(child, twin):
    other = make_person(name="欧阳秋", name_initials="oyq")
    client, address = browser(), f"/children/{child.id}/merge/"
    assert f"{address}{twin.id}/" in text(client.get(address))
    assert f"{address}{other.id}/" in text(client.post(address, {"text": "oyq"}))
    assert "没有找到另一份" in text(client.post(address, {"text": "无此人"}))


def merge(kept, **fields):
    return {"keep": str(kept.id), "merge_reason": "same_family", "looked": "1", **fields}


def test_the_two_stand_side_by_side_and_what_differs_is_said(child, twin):
    page = text(browser().get(f"/children/{child.id}/merge/{twin.id}/"))
    assert "单小雨" in page
    assert "单晓雨" in page
    assert page.count("不同</span>") == 1
    entry = LogEntry.objects.get(kind="disclosure", action="compare_children")
    assert {one.person_id for one in entry.persons.all()} == {str(child.id), str(twin.id)}


def test_two_files_become_one_and_the_form_sent_again_leads_to_it(child, twin):
    client, address = browser(), f"/children/{child.id}/merge/{twin.id}/"
    assert client.post(address, merge(twin)).headers["Location"] == f"/children/{twin.id}/"
    assert Person.objects.get(id=child.id).merged_into_id == twin.id
    again = text(client.post(address, merge(twin)))
    assert "已是一份档案" in again
    assert f"/children/{twin.id}/" in again
    assert "父母、出生日期都相同" in text(client.get(f"/children/{twin.id}/timeline/"))


def test_the_second_officer_sees_that_somebody_merged_first(child, twin):
    merge_people(make_actor(), keep=child.id, drop=twin.id)
    page = text(browser().post(f"/children/{child.id}/merge/{twin.id}/", merge(twin)))
    assert "已是一份档案" in page
    assert Person.objects.filter(status="merged").count() == 1


def test_without_a_reason_and_a_look_nothing_is_merged(child, twin):
    page = text(browser().post(f"/children/{child.id}/merge/{twin.id}/", merge(twin, merge_reason="", looked="")))
    assert "请选择为什么是同一个孩子" in page
    assert "请核对后勾选" in page
    assert not Person.objects.filter(status="merged").exists()


def test_an_adult_or_another_countys_child_is_not_there_to_merge_with(child):
    client = browser()
    for other in (make_person(kind="adult"), make_person(division=OTHER_COUNTY)):
        assert client.get(f"/children/{child.id}/merge/{other.id}/").status_code == 404


def test_a_file_is_protected_and_only_who_is_named_still_sees_it(child):
    post, director = make_post("county_reviewer"), make_post("child_director")
    client, address = of(post), f"/children/{child.id}/protection/"
    assert "至少 5 个字" in text(client.post(address, {"protected": "1", "reason": "案"}))
    assert client.post(address, {"protected": "1", "reason": "侵害未成年人案件"}).status_code == 302
    assert of(director).get(f"/children/{child.id}/").status_code == 404
    assert browser("county_reviewer").get(address).status_code == 404
    named = client.post(address + "workers/", {"user": str(director.user_id), "worker_reason": "负责本案的走访"})
    assert named.status_code == 302
    assert "受特别保护" in text(of(director).get(f"/children/{child.id}/"))
    assert "侵害未成年人案件" in text(client.get(address))


def test_the_last_named_worker_stays_and_one_who_leaves_is_led_to_the_ledger(child):
    post, colleague = make_post("county_reviewer"), make_post("county_approver")
    restrict_file(actor_of(post), person_id=child.id, reason="侵害未成年人案件")
    client, address = of(post), f"/children/{child.id}/protection/"
    own = NamedAccess.objects.get()
    assert "至少要有一位" in text(client.post(f"{address}workers/{own.id}/end/"))
    client.post(address + "workers/", {"user": str(colleague.user_id), "worker_reason": "接手这个案件"})
    assert client.post(f"{address}workers/{own.id}/end/").headers["Location"] == "/ledger/"
    assert client.get(address).status_code == 404
    assert of(colleague).get(address).status_code == 200


def test_protection_ends_with_a_reason(child):
    post = make_post("county_reviewer")
    restrict_file(actor_of(post), person_id=child.id, reason="侵害未成年人案件")
    client, address = of(post), f"/children/{child.id}/protection/"
    assert "请选择为什么解除特别保护" in text(client.post(address, {"protected": "0", "opening_reason": ""}))
    client.post(address, {"protected": "0", "opening_reason": "case_closed"})
    assert browser().get(f"/children/{child.id}/").status_code == 200
    assert "案件已经办结" not in text(browser().get(f"/children/{child.id}/timeline/"))


def test_a_restriction_that_a_family_asked_for_is_shown_and_lifted_at_the_request(child):
    approver, today = make_post("county_approver"), timezone.localdate()
    mother = Requester("王某", "mother", "id_card", "", "请不要再使用孩子的资料")
    asked = receive_request(make_actor(), request_id=uuid.uuid4(), person_id=child.id, kind="restrict", requester=mother, received_on=today, today=today)  # fmt: skip
    decide_request(actor_of(approver), request_id=asked, version=1, granted=True, reason="")
    client = of(approver)
    page = text(client.get(f"/children/{child.id}/"))
    assert "因本人或监护人申请限制使用" in page
    assert f"/requests/{asked}/" in page
    assert "解除限制" in text(client.get(f"/requests/{asked}/"))
    kept = text(client.post(f"/requests/{asked}/lift/", {"version": "2", "reason": "短"}))
    assert ">短</textarea>" in kept
    client.post(f"/requests/{asked}/lift/", {"version": "2", "reason": "母亲书面说明不再需要限制"})
    assert SubjectRequest.objects.get().state == "lifted"
    assert "因本人或监护人申请限制使用" not in text(client.get(f"/children/{child.id}/"))
    assert "母亲书面说明不再需要限制" in text(client.get(f"/requests/{asked}/"))


def test_a_wrong_card_number_is_said_beside_its_field_with_everything_kept(child):
    typed = {"holder": "李奶奶", "bank": "", "number": "4111 1111 1111 1112"}
    page = text(browser().post(f"/children/{child.id}/payee/", typed))
    assert 'id="number-error"' in page
    assert 'id="bank-error"' in page
    assert 'value="4111 1111 1111 1112"' in page
    assert not PayeeAccount.objects.exists()


def test_an_account_is_masked_shown_for_a_purpose_and_replaced(child):
    client, address = browser(), f"/children/{child.id}/payee/"
    for _ in range(2):
        client.post(address, {"holder": "李奶奶", "bank": "农信社", "number": CARD})
    assert PayeeAccount.objects.count() == 1
    masked = text(client.get(address))
    assert "4111********1111" in masked
    assert CARD not in masked
    number = PayeeAccount.objects.get().id
    assert CARD in text(client.post(address + "reveal/", {"number": number, "purpose": "verify"}))
    assert LogEntry.objects.get(action="reveal_account").purpose == "verify"
    assert client.post(address + "reveal/", {"number": number, "purpose": "audit"}).status_code == 403
    assert client.post(address + "reveal/", {"number": number, "purpose": ""}).status_code == 404
    client.post(address, {"holder": "李奶奶", "bank": "农业银行", "number": "6228480000000000018"})
    assert "以前的 1 个账户" in text(client.get(address))
    assert client.post(address + "reveal/", {"number": number, "purpose": "verify"}).status_code == 404


def test_a_village_reads_the_account_masked_and_does_not_change_it(child):
    record_payee(make_actor(), person_id=child.id, holder="李奶奶", bank="农信社", number=CARD)
    client, address = browser("child_director"), f"/children/{child.id}/payee/"
    page = text(client.get(address))
    assert "4111********1111" in page
    assert 'name="holder"' not in page
    assert client.post(address, {"holder": "x", "bank": "y", "number": CARD}).status_code == 404


@pytest.mark.parametrize("page", ["death/", "move/", "moved/", "merge/", "protection/", "payee/"])
def test_a_child_of_another_county_has_no_such_page(child, page):
    assert browser("county_approver", division=OTHER_COUNTY).get(f"/children/{child.id}/{page}").status_code == 404
