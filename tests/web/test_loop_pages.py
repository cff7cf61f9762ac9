"""The page of loops: work is called as the place calls it whose work it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from ciyou.apps.cases.models import Task
from ciyou.packs import load_clocks
from ciyou.web import work_wording
from ciyou.web.pages import loops as loop_pages
from tests.office import VILLAGE, make_post, sign_in
from tests.referral_builders import sending, sent


@pytest.mark.django_db
def test_work_whose_clock_only_a_lower_place_has_is_called_as_that_place_calls_it(client, monkeypatch):
    sent(sending())
    Task.objects.update(kind="dig_wells")
    known = load_clocks

    def clocks(*, division):
        own = {"dig_wells": replace(known(division="00")["visit_child"], code="dig_wells", zh="打井")}
        return {**known(division=division), **(own if division.startswith(VILLAGE[:9]) else {})}

    for room in (work_wording, loop_pages):
        monkeypatch.setattr(room, "load_clocks", clocks)
    said = sign_in(client, make_post("county_drafter")).get(reverse("loops")).content.decode()
    assert "打井" in said
    assert "dig_wells</" not in said
