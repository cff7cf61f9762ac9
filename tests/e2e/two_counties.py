"""Fills a state folder with two counties' offices and one child of the second."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils import timezone

from ciyou.apps.audit.services import publish_event
from ciyou.apps.cases.models import Lead
from tests.crossing_builders import child_there
from tests.e2e.offices import make_officer, make_places
from tests.office import make_person
from tests.schooling_builders import missed_by_rosters

PEOPLE = (
    ("chuangkou", "王小窗", "supervisor", "990101001000"),
    ("hekoucun", "陈河口", "child_director", "990101001001"),
    ("jiafuhe", "赵复核", "county_reviewer", "990101000000"),
    ("dongshan", "李东山", "supervisor", "990102001000"),
    ("yijingban", "钱经办", "county_drafter", "990102000000"),
    ("yifuhe", "孙复核", "county_reviewer", "990102000000"),
    ("yishenpi", "周审批", "county_approver", "990102000000"),
)
MISSED = uuid.UUID(int=9)
"""A child of nine in the first county's village whom the rosters miss on the school rolls."""
PLACES = (
    ("990101000000", "甲县", "county"),
    ("990101001000", "河口镇", "township"),
    ("990101001001", "河口村", "village"),
    ("990102000000", "乙县", "county"),
    ("990102001000", "东山镇", "township"),
    ("990102001001", "上东村", "village"),
)


ASKED_ABOUT, ASKED = uuid.UUID(int=8), uuid.UUID(int=15)
"""A child of eight and one of fifteen in the first county's village: about whom, and who, is asked with a questionnaire."""


def fill() -> None:
    """Both offices, a de-facto unattended child on file in the second county, and two children in the first."""
    make_places(PLACES)
    for person in PEOPLE:
        make_officer(*person)
    child_there("走失")
    today = timezone.localdate()
    for person, name, age in ((ASKED_ABOUT, "小八岁", 8), (ASKED, "小十五", 15)):
        born = today - dt.timedelta(days=age * 366)
        make_person(id=person, name=name, birth_date=born, division="990101001001")
    make_officer("jiajiaoyu", "吴教育", "partner", "990101000000", department="education")
    missed = make_person(
        id=MISSED, name="小失学", birth_date=today - dt.timedelta(days=9 * 366), division="990101001001"
    )
    missed_by_rosters(missed, tell=False)
    publish_event("cases.run_loaded", run_id=Lead.objects.get(person=missed).run_id)
