"""Fills a state folder with a county, its drafter, and a child on file: run as a program with CIYOU_HOME set."""

from __future__ import annotations

import datetime as dt
import uuid

import django

COUNTY, VILLAGE = "511304000000", "511304001001"
PLACES = (("511304000000", "某县", "county"), ("511304001000", "河口镇", "township"), (VILLAGE, "上河村", "village"))
BORN = dt.date(2016, 7, 8)


def fill() -> None:
    """Divisions, a drafter with the demo's password, and 王浩宇."""
    from django.utils import timezone

    from ciyou.apps.accounts.beginnings import DEMO_PASSWORD
    from ciyou.apps.accounts.models import Division, Post, User
    from ciyou.apps.accounts.selectors import actor_of
    from ciyou.apps.registry.services import NewChild, register_child

    for code, name, level in PLACES:
        Division.objects.get_or_create(code=code, defaults={"name": name, "level": level})
    user = User(username="jingban", full_name="钱经办", created_at=timezone.now())
    user.set_password(DEMO_PASSWORD)
    user.save()
    post = Post.objects.create(user=user, role="county_drafter", division=COUNTY, valid_from=dt.date(2020, 1, 1))
    child = NewChild(key=uuid.uuid4(), name="王浩宇", sex="male", birth_date=BORN, division=VILLAGE)
    register_child(actor_of(post), child=child)


if __name__ == "__main__":
    django.setup()
    fill()
