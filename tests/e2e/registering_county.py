"""Fills a state folder with a county, its drafter, and a child on file."""

from __future__ import annotations

import datetime as dt
import uuid

from ciyou.apps.accounts.selectors import actor_of
from ciyou.apps.registry.services import NewChild, register_child
from tests.e2e.offices import make_officer, make_places

COUNTY, VILLAGE = "511304000000", "511304001001"
PLACES = ((COUNTY, "某县", "county"), ("511304001000", "河口镇", "township"), (VILLAGE, "上河村", "village"))
BORN = dt.date(2016, 7, 8)


def fill() -> None:
    """Divisions, a drafter with the demo's password, and 王浩宇."""
    make_places(PLACES)
    drafter = actor_of(make_officer("jingban", "钱经办", "county_drafter", COUNTY))
    child = NewChild(key=uuid.uuid4(), name="王浩宇", sex="male", birth_date=BORN, division=VILLAGE)
    register_child(drafter, child=child)
