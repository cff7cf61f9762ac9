"""Fills a state folder with an office, and two orphans whose files were made one: run a month back.

The month of that day was paid while both were one file: one allowance only, the one that was awarded first, which is the other child's;
it went into the account of the file that stayed.
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from ciyou.apps.audit.delivery import deliver_events
from ciyou.apps.registry.services import merge_people
from ciyou.core.awards.month import Month
from tests.e2e.offices import make_officer, make_places
from tests.month_builders import SICHUAN, Desk, orphan, village_of

PEOPLE = (
    ("jingban", "钱经办", "county_drafter"),
    ("fuhe", "孙复核", "county_reviewer"),
    ("shenpi", "周审批", "county_approver"),
)
PLACES = (
    (SICHUAN, "某县", "county"),
    (SICHUAN[:6] + "001000", "河口镇", "township"),
    (village_of(SICHUAN), "上河村", "village"),
)
AWARDED = {"甲": dt.date(2026, 1, 1), "乙": dt.date(2025, 12, 1)}


def fill() -> None:
    """The office, two orphans with cards and awards, the merge, and the month that was paid."""
    make_places(PLACES)
    for person in PEOPLE:
        make_officer(*person, SICHUAN)
    month = Month.of(timezone.localdate())
    kept, restored = (orphan(key=key, first=str(month), awarded_on=on) for key, on in AWARDED.items())
    deliver_events()
    desk = Desk()
    merge_people(desk.drafter, keep=kept, drop=restored, reason="same_family")
    deliver_events()
    desk.pay(str(month))
    deliver_events()
