"""Aid in emergencies in the figures and under retention: what is counted, what is withheld, what is erased and what stays."""

from __future__ import annotations

import datetime as dt

import pytest

from ciyou.apps.awards.contents import Applicant
from ciyou.apps.crossing.contents import ToldChild, open_emergency
from ciyou.apps.crossing.models import EmergencyAid, EmergencyStep
from ciyou.apps.oversight.emergency_figures import read_emergency_figures
from ciyou.apps.oversight.retention import ask_purge, confirm_purge, plan_purge
from ciyou.core.awards.month import Month
from ciyou.core.awards.period import Period
from tests.emergency_builders import closed_aid as aid
from tests.office import TOWNSHIP, make_actor

pytestmark = pytest.mark.django_db
OTHER_TOWNSHIP = "990101002000"
MARCH = Period.of_month(Month(2026, 3))


def figures(role: str = "county_drafter", period: Period = MARCH):
    return read_emergency_figures(make_actor(role), period=period)


def test_given_aid_is_counted_by_place_with_its_money_and_the_days_of_the_law():
    for _ in range(8):
        aid()
    for _ in range(6):
        aid(place=OTHER_TOWNSHIP, paid_on="2026-03-09")
    found = figures()
    assert [row for row, _name in found.places] == [TOWNSHIP, OTHER_TOWNSHIP]
    given, fen = found.by_place["given"], found.by_place["given_fen"]
    assert (given.cells[TOWNSHIP].count, given.total.count, fen.total.count) == (8, 14, 14 * 30000)
    assert found.by_place["in_time"].cells[TOWNSHIP].count == 8
    assert found.by_place["late"].cells[OTHER_TOWNSHIP].count == 6
    assert (found.median, found.ninetieth) == (1, 7)


def test_the_third_calendar_day_is_in_time_and_the_fourth_is_late():
    for _ in range(5):
        aid(paid_on="2026-03-05")
    for _ in range(5):
        aid(paid_on="2026-03-06")
    found = figures().by_place
    assert (found["in_time"].total.count, found["late"].total.count) == (5, 5)


def test_what_is_small_is_withheld_with_the_money_and_the_days():
    for _ in range(3):
        aid()
    found = figures()
    assert found.by_place["given"].total.withheld
    assert found.by_place["given_fen"].total.withheld
    assert (found.median, found.ninetieth) == (None, None)


def test_months_are_told_apart_and_another_county_sees_nothing():
    for _ in range(5):
        aid()
    for _ in range(7):
        aid(registered_on="2026-02-02", paid_on="2026-02-03")
    quarter = Period.parse("2026-Q1")
    found = figures(period=quarter)
    assert [(month, cells["given"].count) for month, cells in found.months] == [
        (Month(2026, 2), 7),
        (Month(2026, 3), 5),
    ]
    assert figures().by_place["given"].total.count == 5
    there = read_emergency_figures(make_actor("county_drafter", division="990102000000"), period=quarter)
    assert there.is_empty


def test_refusals_and_what_waits_today_are_counted_apart():
    for _ in range(5):
        aid(state="told", outcome="refuse", paid_on="", amount_fen=None)
    for _ in range(6):
        aid(state="approved", paid_on="")
    found = figures().by_place
    assert (found["given"].total.count, found["refused"].total.count, found["open"].total.count) == (0, 5, 6)


REASON = "年度清理：急难救助已办结多年"
LATER = dt.date(2031, 3, 20)


def test_what_names_anybody_goes_after_its_years_and_number_place_days_and_amount_stay():
    row, young = aid(), aid(registered_on="2027-03-02", paid_on="2027-03-03")
    asked = ask_purge(make_actor("auditadmin"), rule="emergency_aid", reason=REASON, today=LATER)
    confirm_purge(make_actor("auditadmin"), purge_id=asked)
    kept = EmergencyAid.objects.get(id=row.id)
    content = open_emergency(kept.id, kept.content)
    assert (content.child, content.applicant, content.cause) == (ToldChild("", "", "", ""), Applicant(), "")
    assert kept.likeness != row.likeness
    assert (kept.number, kept.received_in, kept.paid_on, kept.amount_fen) == (row.number, TOWNSHIP, row.paid_on, 30000)
    assert not EmergencyStep.objects.filter(aid=kept).exclude(words=None).exists()
    assert EmergencyAid.objects.get(id=young.id).likeness == young.likeness
    assert plan_purge(make_actor("auditadmin"), rule="emergency_aid", today=LATER).is_empty


def test_what_is_not_closed_stays_however_old_it_is():
    aid(state="paid")
    assert plan_purge(make_actor("auditadmin"), rule="emergency_aid", today=LATER).is_empty
