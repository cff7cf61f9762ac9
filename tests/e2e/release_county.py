# ruff: noqa: E402  # Django must be set up for the state folder of this run before its models are imported
"""Fills a state folder with one awarded child whose mother is in prison, and the officers around it. Nobody exists.

Prints the child's id. Run by the walk as a program of its own, with the environment of the state folder.
"""

from __future__ import annotations

import django

django.setup()

from django.core.management import call_command

from ciyou.apps.accounts.beginnings import DEMO_PASSWORD
from ciyou.apps.accounts.models import Division, Organization
from tests.award_builders import awarded, entitled_child
from tests.office import COUNTY, TOWNSHIP, VILLAGE, make_post

OFFICERS = {
    "drafter": ("county_drafter", COUNTY),
    "reviewer": ("county_reviewer", COUNTY),
    "approver": ("county_approver", COUNTY),
    "director": ("child_director", VILLAGE),
    "justice": ("partner", COUNTY),
}


def main() -> None:
    """Make places, officers, and the award."""
    call_command("prepare")
    places = {COUNTY: ("试验县", "county"), TOWNSHIP: ("东镇", "township"), VILLAGE: ("柳村", "village")}
    Division.objects.bulk_create(Division(code=code, name=name, level=level) for code, (name, level) in places.items())
    office = Organization.objects.create(name="司法局", kind="department", division=COUNTY, department="justice")
    for username, (role, division) in OFFICERS.items():
        fields = {"department": "justice", "organization": office} if role == "partner" else {}
        user = make_post(role, division=division, **fields).user
        user.username = username
        user.set_password(DEMO_PASSWORD)
        user.save()
    child = entitled_child()
    awarded(child)
    print(child)


if __name__ == "__main__":
    main()
