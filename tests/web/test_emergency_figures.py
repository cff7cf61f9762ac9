"""The pages of aid in emergencies after it was counted, and after it was erased."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from ciyou.apps.oversight.retention import ask_purge, confirm_purge
from tests.emergency_builders import closed_aid as aid
from tests.office import make_actor, make_post, sign_in

pytestmark = pytest.mark.django_db
REASON = "年度清理：急难救助已办结多年"
LATER = dt.date(2031, 3, 20)


def test_an_erased_one_still_opens_and_names_nobody(client):
    row = aid()
    asked = ask_purge(make_actor("auditadmin"), rule="emergency_aid", reason=REASON, today=LATER)
    confirm_purge(make_actor("auditadmin"), purge_id=asked)
    browser = sign_in(client, make_post("county_drafter"))
    page = browser.get(reverse("emergency", kwargs={"aid_id": row.id}))
    assert page.status_code == 200
    assert "甲" not in page.content.decode().split("<main")[1]
    assert browser.get(reverse("emergencies") + "?state=all").status_code == 200


def test_the_page_of_figures_and_its_workbook_have_the_tables(client):
    for _ in range(8):
        aid()
    browser = sign_in(client, make_post("county_drafter"))
    page = browser.get("/figures/payments/?period=2026-03").content.decode()
    assert "各地：急难救助" in page and "¥2,400.00" in page
    book = load_workbook(BytesIO(browser.get("/figures/payments/file/?period=2026-03").content))
    assert any("急难救助" in title for title in book.sheetnames)
