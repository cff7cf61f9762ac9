"""The pages of the policy lab: asking, mistakes in place, what was found, the workbook, and nobody else's trials."""

from __future__ import annotations

import io
import uuid

import pytest
from django.test import Client
from openpyxl import load_workbook

from ciyou.apps.audit.models import LogEntry
from ciyou.apps.planning.models import PolicyTrial
from ciyou.apps.planning.tasks import try_now
from tests.office import make_post, sign_in

pytestmark = pytest.mark.django_db
COUNTY = "519901000000"


@pytest.fixture
def browser():
    client = Client(headers={"host": "127.0.0.1"})
    return sign_in(client, make_post("county_drafter", division=COUNTY))


def asked(browser, **fields):
    form = {
        "what": "parameter", "code": "orphan_scattered_standard", "value": "1500", "month": "2026-01", "population": "drawn",
        "drawn": "2,000", "trial_id": str(uuid.uuid4()), **fields,
    }  # fmt: skip
    return browser.post("/lab/start/", form)


def test_the_form_shows_the_value_in_force_and_its_source(browser):
    page = browser.get("/lab/new/?what=parameter&code=orphan_scattered_standard").content.decode()
    assert "1350 元" in page
    assert "川民" in page


def test_from_the_form_to_the_workbook(browser):
    answer = asked(browser)
    trial = PolicyTrial.objects.get()
    assert answer.headers["Location"] == f"/lab/{trial.id}/"
    assert "停止试算" in browser.get(f"/lab/{trial.id}/").content.decode()
    assert browser.get(f"/lab/{trial.id}/file/").status_code == 404
    try_now(trial.id)
    assert browser.get(f"/lab/{trial.id}/progress/").headers["HX-Refresh"] == "true"
    page = browser.get(f"/lab/{trial.id}/").content.decode()
    assert "各月费用" in page
    assert "社会散居孤儿养育标准改为 1500" in page
    book = load_workbook(io.BytesIO(browser.get(f"/lab/{trial.id}/file/").content))
    assert [name.split(" ", 1)[1] for name in book.sheetnames[1:3]] == ["各月费用", "各地：谁得谁失（首月）"]
    assert book.worksheets[1].max_row == 13
    assert LogEntry.objects.filter(action="export_trial").count() == 1


def test_a_wrong_unit_is_told_above_what_was_typed(browser):
    answer = asked(browser, value="150000")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "请检查单位" in page
    assert 'value="150000"' in page
    assert not PolicyTrial.objects.exists()


def test_a_mistake_in_a_text_is_told_with_its_line_and_the_text_stays(browser):
    answer = asked(browser, what="rule", code="orphan", when="minor(child)\nand chld.dead", when_now="x")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "条件，第 2 行第 5 个字" in page
    assert "and chld.dead</textarea>" in page


def test_a_text_that_was_left_as_it_is_is_no_change(browser):
    answer = asked(browser, what="rule", code="orphan", when="a", when_now="a")
    assert answer.status_code == 400
    assert "off: true" in answer.content.decode()


def test_a_number_of_children_that_is_none_is_refused(browser):
    assert asked(browser, drawn="很多").status_code == 400
    assert asked(browser, drawn="99999999").status_code == 400


def test_another_s_trial_is_not_there(browser):
    asked(browser)
    trial = PolicyTrial.objects.get()
    other = sign_in(Client(headers={"host": "127.0.0.1"}), make_post("county_drafter", division="519902000000"))
    for ending in ("", "progress/", "file/"):
        assert other.get(f"/lab/{trial.id}/{ending}").status_code == 404
    assert other.post(f"/lab/{trial.id}/cancel/").status_code == 404
    assert browser.post(f"/lab/{trial.id}/cancel/").status_code == 302
    assert PolicyTrial.objects.get().status == "cancelled"


@pytest.mark.parametrize("what", ["parameter", "rule", "predicate", "overlay"])
def test_everything_that_is_offered_can_be_opened(browser, what):
    page = browser.get(f"/lab/new/?what={what}").content.decode()
    codes = [part.split('"')[0] for part in page.split('<option value="')[1:] if not part.startswith('"')]
    assert codes
    for code in codes[:: max(1, len(codes) // 12)]:
        assert "开始试算" in browser.get(f"/lab/new/?what={what}&code={code}").content.decode(), code


def test_the_pages_are_english_too(browser):
    browser.cookies["ciyou_language"] = "en"
    page = browser.get("/lab/").content.decode()
    assert "Policy lab" in page
    assert "政策" not in page
