"""The pages of the comparison with the national system: upload, three lists, decisions, export; masked, recorded, in both languages."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.exchange.models import ExchangeItem
from ciyou.apps.exchange.tasks import resume_comparisons
from ciyou.apps.oversight.national_exports import resume_national_exports
from ciyou.apps.registry.models import Person
from tests.exchange_builders import compared, csv_file, items, listed_child, number, their_row
from tests.month_builders import FUJIAN, SICHUAN
from tests.office import make_post, sign_in

pytestmark = pytest.mark.django_db


def officer(role="county_drafter", county=SICHUAN):
    return sign_in(Client(headers={"host": "127.0.0.1"}), make_post(role, division=county))


def test_a_list_is_uploaded_compared_and_settled_on_the_pages():
    browser, id18, stranger = officer(), number(), number()
    child = listed_child(id18=id18)
    sent = SimpleUploadedFile(
        "名单.csv", csv_file(their_row(child, id18, 残疾等级="二级"), their_row(None, stranger, 姓名="山外青"))
    )
    assert browser.post(reverse("receive_exchange_file"), {"file": sent}).status_code == 302
    assert "正在逐行核对 2 行" in browser.get(reverse("exchange")).content.decode()
    resume_comparisons()
    assert "只有全国系统有" in browser.get(reverse("exchange")).content.decode()
    page = browser.get(reverse("exchange_items"), {"kind": "differs"}).content.decode()
    assert "残疾等级" in page
    assert "二级" in page
    assert id18 not in page
    entry = LogEntry.objects.filter(action="exchange_items", kind="disclosure", person_count=1).latest("id")
    assert entry.highest_class == 4
    item = ExchangeItem.objects.get(kind="differs")
    answer = browser.post(
        reverse("settle_exchange_items"), {"only": f"{item.id}:correct_there", "back": "kind=differs", "note": ""}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/exchange/items/?kind=differs")
    item.refresh_from_db()
    assert item.decision == "correct_there"
    page = browser.get(reverse("exchange_items"), {"kind": "differs", "state": "settled"}).content.decode()
    assert "请全国系统更正" in page
    assert browser.post(reverse("reopen_exchange_item", args=[item.id]), {"back": ""}).status_code == 302
    page = browser.get(reverse("exchange_items"), {"kind": "only_there"}).content.decode()
    assert "山外青" in page
    assert stranger not in page
    assert stranger[:4] + "*" * 10 + stranger[-4:] in page


def test_several_are_settled_together_and_what_is_missing_is_told_with_what_was_typed():
    browser = officer()
    children = [listed_child(), listed_child()]
    compared(csv_file(their_row(None, number())))
    chosen = [str(item.id) for item in items(person__in=children)]
    form = {"item": chosen, "decision": "not_to_enter", "note": "短", "back": "kind=only_here"}
    answer = browser.post(reverse("settle_exchange_items"), form)
    assert answer.status_code == 422
    assert "至少 4 个字" in answer.content.decode()
    assert 'value="短"' in answer.content.decode()
    assert browser.post(reverse("settle_exchange_items"), {**form, "note": "已送养，待注销"}).status_code == 302
    assert {item.decision for item in items(person__in=children)} == {"not_to_enter"}
    assert browser.post(reverse("settle_exchange_items"), {"back": ""}).status_code == 422


def test_a_wrong_file_is_told_on_the_page():
    browser = officer()
    answer = browser.post(reverse("receive_exchange_file"), {"file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")})
    assert answer.status_code == 422
    assert "没有找到表头" in answer.content.decode()
    assert browser.post(reverse("receive_exchange_file"), {}).status_code == 422
    assert browser.post(reverse("compare_exchange_again"), {}).status_code == 422


def test_problems_stand_with_line_and_column_and_without_the_value():
    browser, id18 = officer(), number()
    child = listed_child(id18=id18)
    compared(csv_file(their_row(child, id18, 儿童类别="怪词")))
    page = browser.get(reverse("exchange")).content.decode()
    assert "第 2 行" in page
    assert "儿童类别" in page
    assert "怪词" not in page


def test_another_countys_items_are_not_there():
    listed_child()
    compared(csv_file(their_row(None, number())))
    browser, item = officer(county=FUJIAN), items()[0]
    assert "山外青" not in browser.get(reverse("exchange_items")).content.decode()
    assert (
        browser.post(reverse("settle_exchange_items"), {"only": f"{item.id}:leave", "note": "试一试看"}).status_code
        == 404
    )
    assert browser.post(reverse("reopen_exchange_item", args=[item.id])).status_code == 404


def test_a_protected_child_is_on_no_page():
    child = listed_child()
    name = Person.objects.get(id=child).name
    compared(csv_file(their_row(None, number())))
    browser = officer()
    assert name in browser.get(reverse("exchange_items"), {"kind": "only_here"}).content.decode()
    Person.objects.filter(id=child).update(restricted=True)
    assert name not in browser.get(reverse("exchange_items"), {"kind": "only_here"}).content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_in_both_languages(language):
    browser, id18 = officer("county_reviewer"), number()
    child = listed_child(id18=id18)
    listed_child()
    changed = {
        "残疾等级": "二级",
        "父亲情况": "失联",
        "发放标准（元/月）": "1",
        "性别": "男",
        "儿童类别": "事实无人抚养",
    }
    compared(csv_file(their_row(child, id18, **changed), their_row(None, number(), 儿童类别="怪词")))
    browser.cookies["ciyou_language"] = language
    for kind in ("differs", "only_here", "only_there"):
        assert browser.get(reverse("exchange_items"), {"kind": kind}).status_code == 200
    for name in ("exchange", "national_export"):
        assert browser.get(reverse(name)).status_code == 200


def test_an_export_is_asked_for_made_and_taken():
    browser = officer()
    listed_child()
    form = {
        "export_id": str(uuid.uuid4()), "mapping": "national_children", "which": "everybody", "purpose": "serve",
        "reason": "录入全国儿童福利信息系统",
    }  # fmt: skip
    assert browser.post(reverse("make_national_export"), {**form, "purpose": ""}).status_code == 422
    page = browser.post(reverse("make_national_export"), form).content.decode()
    assert "密码只显示这一次" in page
    where = reverse("national_export_progress", args=[form["export_id"]])
    assert "正在生成并加密" in browser.get(where).content.decode()
    resume_national_exports()
    done = browser.get(where, headers={"HX-Request": "true"}).content.decode()
    assert "已生成，共 1 行" in done
    assert "密码" not in done
    assert browser.get(reverse("export_file", args=[form["export_id"]])).status_code == 200
    assert officer().get(where).status_code == 404


def test_the_home_page_leads_the_drafter_to_what_is_open():
    browser = officer()
    listed_child()
    compared(csv_file(their_row(None, number())))
    assert reverse("exchange_items") in browser.get(reverse("home")).content.decode()
