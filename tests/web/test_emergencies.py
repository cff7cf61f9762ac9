"""The pages of aid where an emergency is, walked by a township, its county and the child's home; and what strangers find there."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from ciyou.apps.accounts.models import Division
from ciyou.apps.crossing.models import EmergencyAid
from tests.crossing_builders import NUMBER, THERE, both_ends
from tests.office import COUNTY, OTHER_COUNTY, make_post, sign_in

pytestmark = pytest.mark.django_db


def browser(role: str, **fields) -> Client:
    return sign_in(Client(headers={"host": "127.0.0.1"}), make_post(role, **fields))


def page(response, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()[:600]
    return response.content.decode()


@pytest.fixture
def places(db):
    for code, name, level in ((OTHER_COUNTY, "乙县", "county"), (THERE, "东山镇", "township")):
        Division.objects.create(code=code, name=name, level=level, valid_from="2020-01-01")


def test_an_emergency_walks_from_the_counter_to_the_other_persons_look(places):
    both_ends()
    counter, home = browser("supervisor"), browser("county_drafter", division=OTHER_COUNTY)
    reviewer = browser("county_reviewer", division=COUNTY)
    form = page(counter.get("/emergencies/new/"))
    today = timezone.localdate().isoformat()
    told = {
        "form": re.search(r'name="form" value="([0-9a-f-]+)"', form).group(1), "entitlement": "fast_emergency_aid",
        "name": "急难甲", "id_card": NUMBER, "event_on": today, "cause": "家里失火，今晚没有住处。", "need": "800",
        "applicant": "姑姑乙", "relation": "relative", "place": "东山",
    }  # fmt: skip
    asked = page(counter.post("/emergencies/new/", told), 422)
    assert "乙县东山镇" in asked
    assert "家里失火，今晚没有住处。" in asked  # nothing typed is lost
    receipt = page(counter.post("/emergencies/new/", {**told, "to": THERE}))
    row = EmergencyAid.objects.get()
    address = f"/emergencies/{row.id}/"
    assert (
        counter.post("/emergencies/new/", {**told, "to": THERE}).headers["Location"] == address
    )  # sent twice it is one
    code = re.search(r'name="code" value="(\d{8})"', receipt).group(1)
    assert counter.post(address + "slip/", {"code": code}).content.startswith(b"%PDF")
    assert counter.post(address + "slip/", {"code": ""}).headers["Location"] == address
    assert "去决定" in page(counter.get("/"))
    shown = page(counter.get(address))
    assert "请急难发生地县级民政部门确认" in shown
    assert NUMBER not in shown
    assert home.get(address).status_code == 404
    wrong = page(counter.post(address + "decide/", {"version": 1, "outcome": "approve", "amount": "900"}), 422)
    assert "800.00" in wrong
    counter.post(address + "decide/", {"version": 1, "outcome": "approve", "amount": "500", "words": "先给食宿。好。"})
    assert "去发放" in page(counter.get("/"))
    family = Client(headers={"host": "127.0.0.1"})
    followed = page(family.post("/follow/", {"number": row.number, "code": code}))
    assert "已同意，待发放" in followed
    assert "急难甲" not in followed
    assert "500" not in followed
    assert "看一看" in page(home.get("/"))
    seen = page(home.get(address))
    assert "¥500.00" in seen
    assert "姑姑乙" not in seen
    assert "失火" not in seen
    counter.post(address + "pay/", {"version": 2, "paid_on": today, "how": "cash"})
    counter.post(address + "complete/", {"version": 3, "words": "登记表存镇民政办。"})
    home.post(address + "note/", {"version": 4})
    assert "去复核" in page(reviewer.get("/"))
    assert page(reviewer.post(address + "review/", {"version": 5}), 422)
    reviewer.post(address + "review/", {"version": 5, "answer": "agree"})
    assert "已复核，办结" in page(counter.get("/emergencies/?state=all"))
    assert "没有正在办理的急难救助。" in page(counter.get("/emergencies/"))
    again = page(counter.post("/emergencies/new/", {**told, "to": THERE, "form": ""}), 422)
    assert "同一件事不重复救助" in again


def test_a_refusal_is_handed_over_from_the_list_of_today(places):
    both_ends()
    counter = browser("supervisor")
    told = {
        "entitlement": "fast_emergency_aid", "name": "急难甲", "id_card": NUMBER, "cause": "家里失火，今晚没有住处。",
        "event_on": timezone.localdate().isoformat(), "need": "800", "applicant": "姑姑乙", "relation": "relative",
        "place": "东山", "to": THERE,
    }  # fmt: skip
    counter.post("/emergencies/new/", told)
    address = f"/emergencies/{EmergencyAid.objects.get().id}/"
    counter.post(address + "decide/", {"version": 1, "outcome": "refuse", "words": "到现场看过，没有失火。"})
    assert f'href="{address}"' in page(counter.get("/"))
    counter.post(address + "tell/", {"version": 2})
    assert "不予救助，已告知" in page(counter.get(address))
    assert counter.post(address + "code/", {"version": 1}).status_code == 422
    new = re.search(r'name="code" value="(\d{8})"', page(counter.post(address + "code/", {"version": 3}))).group(1)
    number = EmergencyAid.objects.get().number
    assert "按告知书上写的提出异议" in page(counter.post("/follow/", {"number": number, "code": new}))
