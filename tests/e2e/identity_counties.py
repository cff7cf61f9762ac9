"""Fills a state folder with three orphans of one county, its office, its insurance bureau, and the office of the county next door."""

from __future__ import annotations

from ciyou.apps.registry.models import Person
from ciyou.apps.registry.services import record_identifier
from ciyou.core.access.actor import LOCAL_OPERATOR
from tests.award_builders import entitled_child
from tests.e2e.offices import make_officer, make_places
from tests.office import BORN
from tests.web.scene import id_number

CHILDREN = ("小满", "谷雨", "白露")
OFFICERS = (
    ("jingban", "county_drafter", "990101000000", ""),
    ("yibao", "partner", "990101000000", "insurance"),
    ("jiaoyu", "partner", "990101000000", "education"),
    ("yijingban", "county_drafter", "990102000000", ""),
)
PLACES = (
    ("990101000000", "甲县", "county"),
    ("990101001000", "河口镇", "township"),
    ("990101001001", "柳村", "village"),
    ("990102000000", "乙县", "county"),
)


def fill() -> None:
    """Places, posts, and three orphans by confirmed determinations, one of them with a number."""
    make_places(PLACES)
    for username, role, division, department in OFFICERS:
        make_officer(username, f"试用{username}", role, division, department=department)
    for place, name in enumerate(CHILDREN):
        child = entitled_child(f"list{place}", mother={"dead": True})
        Person.objects.filter(id=child).update(name=name)
        if not place:
            number = id_number("990101", BORN, "001")
            record_identifier(LOCAL_OPERATOR, person_id=child, kind="id_card", value=number)
