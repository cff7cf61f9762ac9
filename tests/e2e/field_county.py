"""Fills a state folder with a village: two child directors, a supervisor, and households to visit: run as a program, with CIYOU_HOME set."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import django

PEOPLE = (
    ("zhuren", "何春生", "child_director", "990101001001"),
    ("jiezhuren", "许海燕", "child_director", "990101001002"),
    ("dudao", "严立新", "supervisor", "990101001000"),
    ("jingban", "赵建国", "county_drafter", "990101000000"),
)
PLACES = (
    ("990101000000", "甲县", "county"),
    ("990101001000", "河口镇", "township"),
    ("990101001001", "石板村", "village"),
    ("990101001002", "上湾村", "village"),
)
YOUTH, NUMBER = "令狐晚风", "13800138000"
HOSPITAL, SERVICE = "甲县第二人民医院", "psychological_assessment"
NAMES = ("司徒星河", "欧阳急雨", "东方未明", "公孙无迹", "令狐晚风")
ASKED = ["child.boarding", "household.dibao", "father.working_away"]


def fill(names: Sequence[str] = NAMES) -> None:
    """Households with a lead for the first director, one each, and one for the second; passwords as in a demo."""
    from django.utils import timezone

    from ciyou.apps.accounts.beginnings import DEMO_PASSWORD
    from ciyou.apps.accounts.models import Division, Post, User
    from ciyou.apps.accounts.sealing import seal_phone
    from ciyou.apps.accounts.selectors import actor_of
    from ciyou.apps.cases.tasks import open_task
    from ciyou.apps.partners.providers import WrittenProvider, record_provider
    from ciyou.apps.registry.models import Person
    from ciyou.core.access.actor import LOCAL_OPERATOR
    from tests.case_builders import open_lead
    from tests.office import file_child

    for code, name, level in PLACES:
        Division.objects.create(code=code, name=name, level=level)
    posts = {}
    for username, name, role, division in PEOPLE:
        user = User(username=username, full_name=name, created_at=timezone.now())
        user.set_password(DEMO_PASSWORD)
        user.phone = seal_phone(user.id, NUMBER)
        user.save()
        posts[username] = Post.objects.create(user=user, role=role, division=division, valid_from=dt.date(2020, 1, 1))
    record_provider(
        actor_of(posts["jingban"]), provider_id=uuid.uuid4(), written=WrittenProvider(HOSPITAL, "hospital", (SERVICE,))
    )
    homes = [("zhuren", name) for name in names] + [("jiezhuren", "独孤远行")]
    for number, (owner, name) in enumerate(homes):
        village = posts[owner].division
        child = file_child(f"h{number}", division=village, household={"dibao": True})
        Person.objects.filter(id=child).update(name=name)
        if name == YOUTH:
            # Old enough to be asked itself.
            Person.objects.filter(id=child).update(birth_date=timezone.localdate() - dt.timedelta(days=15 * 366))
        lead = open_lead(child, deciding=ASKED, post=posts[owner], division=village, state="assigned")
        open_task(
            LOCAL_OPERATOR, kind="verify_lead", subject_id=str(lead.id), division=village, person_id=child,
            post_id=posts[owner].id,
        )  # fmt: skip


if __name__ == "__main__":
    django.setup()
    fill()
