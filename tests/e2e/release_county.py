"""Fills a state folder with one awarded child whose mother is in prison, and the officers around it; prints the child's id."""

from __future__ import annotations

from ciyou.apps.accounts.models import Organization
from tests.award_builders import awarded, entitled_child
from tests.e2e.offices import make_officer, make_places
from tests.office import COUNTY, TOWNSHIP, VILLAGE

OFFICERS = (
    ("drafter", "county_drafter", COUNTY),
    ("reviewer", "county_reviewer", COUNTY),
    ("approver", "county_approver", COUNTY),
    ("director", "child_director", VILLAGE),
)
PLACES = ((COUNTY, "试验县", "county"), (TOWNSHIP, "东镇", "township"), (VILLAGE, "柳村", "village"))


def fill() -> None:
    """Places, officers, and the award."""
    make_places(PLACES)
    for username, role, division in OFFICERS:
        make_officer(username, f"试用{username}", role, division)
    office = Organization.objects.create(name="司法局", kind="department", division=COUNTY, department="justice")
    make_officer("justice", "试用司法", "partner", COUNTY, department="justice", organization=office)
    child = entitled_child()
    awarded(child)
    print(child)
