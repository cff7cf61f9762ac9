"""The pages of an application between two counties, walked at both ends, and what a hostile counter tries."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ciyou.apps.accounts.models import Division, Post
from ciyou.apps.audit.delivery import deliver_events
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.awards.models import Application
from ciyou.apps.crossing.models import Crossing
from ciyou.apps.registry.models import Evidence, Person
from tests.crossing_builders import (
    NUMBER,
    THERE,
    THERE_VILLAGE,
    accepted,
    both_ends,
    child_there,
    decided_there,
    name_of,
    row_of,
    sent,
)
from tests.office import OTHER_COUNTY, make_post, sign_in

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n%%EOF\n"


def browser(role: str, **fields) -> Client:
    return sign_in(Client(headers={"host": "127.0.0.1"}), make_post(role, **fields))


def page(response, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()[:600]
    return response.content.decode()


@pytest.fixture
def places(db):
    for code, name, level in ((OTHER_COUNTY, "乙县", "county"), (THERE, "东山镇", "township")):
        Division.objects.create(code=code, name=name, level=level, valid_from="2020-01-01")


def test_an_application_walks_from_one_county_to_another_and_back(places):
    ends, child = both_ends(), child_there("走a")
    counter, there = browser("supervisor"), browser("supervisor", division=THERE)
    assert "受理一份外地户籍孩子的申请" in page(counter.get("/crossings/"))
    who = {"name": name_of(child), "id_card": NUMBER, "place": "东山"}
    asked = page(counter.post("/crossings/new/", who))
    assert "乙县东山镇" in asked
    form = page(counter.post("/crossings/new/", {**who, "bound_for": THERE}))
    assert "孩*a" in form
    assert str(child) not in form
    key = re.search(r'name="form" value="([0-9a-f-]+)"', form).group(1)
    told = {
        **who, "bound_for": THERE, "step": "take", "form": key, "entitlement": "de_facto_living_allowance",
        "applicant": "姑姑乙", "relation": "relative", "brought": ["bank_card"],
    }  # fmt: skip
    wrong = page(counter.post("/crossings/new/", {**told, "applicant": ""}), 422)
    assert "请填写申请人姓名。" in wrong
    receipt = page(counter.post("/crossings/new/", told))
    code = re.search(r'name="code" value="(\d{8})"', receipt).group(1)
    row = Crossing.objects.get()
    address = f"/crossings/{row.id}/"
    assert counter.post(address + "slip/", {"code": code}).content.startswith(b"%PDF")
    assert counter.post(address + "slip/", {"code": "00000000"}).status_code == 302
    sheet = SimpleUploadedFile("户口簿.pdf", PDF)
    counter.post(address + "papers/", {"title": "户口簿", "file": sheet})
    assert there.get(address).status_code == 404
    assert "转送到 乙县东山镇" in page(counter.get(address))
    counter.post(address + "send/", {"version": 1})

    assert "去接收" in page(there.get("/"))
    shown = page(there.get(address))
    assert f'value="{child}"' in shown
    paper = re.search(r"/crossing-papers/[0-9a-f-]+/", shown).group(0)
    assert there.get(paper).content == PDF
    nothing = there.post(address + "acknowledge/", {"version": 2, "answer": "return", "words": "退"})
    assert "请写明理由" in page(nothing, 422)
    there.post(address + "acknowledge/", {"version": 2, "answer": "accept", "file": str(child)})
    application = Application.objects.get()
    assert "外地窗口受理后转来" in page(there.get(f"/applications/{application.id}/"))
    assert Evidence.objects.get().person_id == child
    decided_there(ends, application.id)
    deliver_events()
    assert "去告知" in page(counter.get("/"))
    answered = page(counter.get(address))
    assert "1,350.00" in answered
    assert f"/applications/{application.id}/" not in answered
    counter.post(address + "tell/", {"version": Crossing.objects.get().version})
    for number in (row.number, application.number):
        followed = page(Client(headers={"host": "127.0.0.1"}).post("/follow/", {"number": number, "code": code}))
        assert number in followed
        assert name_of(child) not in followed
    assert "办结" in page(counter.get("/crossings/?state=all"))


def test_the_counter_comes_no_nearer_to_the_child(places):
    ends, child = both_ends(), child_there("b")
    receipt, application = accepted(ends, child)
    Evidence.objects.filter(person_id=child).delete()
    counter = sign_in(Client(headers={"host": "127.0.0.1"}), _post_of(ends.counter))
    hidden = [
        f"/children/{child}/", f"/children/{child}/awards/", f"/children/{child}/evidence/", f"/applications/{application}/",
        f"/applications/child/{child}/",
    ]  # fmt: skip
    assert [counter.get(path).status_code for path in hidden] == [404] * len(hidden)
    for text in (name_of(child), NUMBER, str(child)[:11]):
        assert f"/children/{child}/" not in counter.get("/search/", {"q": text}).content.decode()
    assert str(child) not in page(counter.get(f"/crossings/{receipt.id}/"))
    for path in ("", "check/", "withdraw/", "complete/", "tell/"):
        sent = counter.post(
            f"/applications/{application}/{path}", {"version": 1, "withdraw_reason": "不要了，不要了。"}
        )
        assert sent.status_code in (404, 405)
    assert Application.objects.get().state == "received"
    entry = LogEntry.objects.filter(action="crossing", kind="disclosure").latest("id")
    assert (entry.person_count, entry.subject) == (1, str(receipt.id))


def _post_of(actor):
    return Post.objects.get(id=actor.post_id)


@pytest.mark.parametrize(
    ("role", "division"),
    [("supervisor", "990103001000"), ("county_drafter", "990103000000"), ("supervisor", "990101002000")],
)
def test_no_third_office_opens_it(places, role, division):
    ends = both_ends()
    receipt, _application = accepted(ends, child_there("c"))
    other = browser(role, division=division)
    assert other.get(f"/crossings/{receipt.id}/").status_code == 404
    assert receipt.number not in page(other.get("/crossings/?state=all"))
    for step in ("send", "complete", "correct", "acknowledge", "tell", "withdraw", "papers", "code", "slip"):
        words = {"version": 3, "answer": "return", "words": "退回更正，请核对。", "withdraw_reason": "不要了不要了。", "code": "12345678", "title": "x"}  # fmt: skip
        assert other.post(f"/crossings/{receipt.id}/{step}/", words).status_code in (404, 422)
    assert Crossing.objects.get().state == "accepted"


def test_the_village_there_is_not_led_to_it(places):
    receipt, _application = accepted(both_ends(), child_there("d"))
    director = browser("child_director", division=THERE_VILLAGE)
    assert director.get(f"/crossings/{receipt.id}/").status_code == 403
    assert director.get("/crossings/").status_code == 403


def test_a_number_alone_or_a_name_alone_tells_nothing(places):
    child = child_there("走e")
    both_ends()
    counter = browser("supervisor")
    for name, number in ((name_of(child), "99010220160501025X"), ("别人", NUMBER)):
        shown = counter.post("/crossings/new/", {"name": name, "id_card": number, "place": "东山", "bound_for": THERE})
        text = shown.content.decode()
        assert "有这个孩子的档案" not in text
        assert "孩*e" not in text
    Person.objects.filter(id=child).update(restricted=True)
    shown = counter.post(
        "/crossings/new/", {"name": name_of(child), "id_card": NUMBER, "place": "东山", "bound_for": THERE}
    )
    assert "孩*e" not in page(shown)


def test_sending_on_looks_for_the_place_and_then_leaves_the_page(places):
    ends = both_ends()
    third = "990103001000"
    Division.objects.create(code=third, name="西河乡", level="township", valid_from="2020-01-01")
    make_post("supervisor", division=third)
    receipt, row = _sent(ends)
    there = sign_in(Client(headers={"host": "127.0.0.1"}), _post_of(ends.township))
    address = f"/crossings/{receipt.id}/acknowledge/"
    found = page(there.post(address, {"version": 2, "look": "1", "place": "西河", "words": "户籍在西河乡，见户口簿。"}))
    assert f'value="{third}"' in found
    gone = there.post(address, {"version": 2, "answer": "send_on", "to": third, "words": "户籍在西河乡，见户口簿。"})
    assert (gone.status_code, gone.headers["Location"]) == (302, "/crossings/")
    assert Crossing.objects.get(id=row.id).handled_in == third


def _sent(ends):
    receipt = sent(ends, name="转出的")
    return receipt, row_of(receipt.id)
