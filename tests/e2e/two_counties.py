"""Fills a state folder with two counties' offices and one child of the second: run as a program, with CIYOU_HOME set."""

from __future__ import annotations

import datetime as dt

import django

PEOPLE = (
    ("chuangkou", "王小窗", "supervisor", "990101001000"),
    ("jiafuhe", "赵复核", "county_reviewer", "990101000000"),
    ("dongshan", "李东山", "supervisor", "990102001000"),
    ("yijingban", "钱经办", "county_drafter", "990102000000"),
    ("yifuhe", "孙复核", "county_reviewer", "990102000000"),
    ("yishenpi", "周审批", "county_approver", "990102000000"),
)
PLACES = (
    ("990101000000", "甲县", "county"),
    ("990101001000", "河口镇", "township"),
    ("990102000000", "乙县", "county"),
    ("990102001000", "东山镇", "township"),
    ("990102001001", "上东村", "village"),
)


def fill() -> None:
    """Divisions, posts with the demo's password, and a de-facto unattended child on file in the second county."""
    from django.utils import timezone

    from ciyou.apps.accounts.beginnings import DEMO_PASSWORD
    from ciyou.apps.accounts.models import Division, Post, User
    from tests.crossing_builders import child_there

    for code, name, level in PLACES:
        Division.objects.create(code=code, name=name, level=level)
    for username, name, role, division in PEOPLE:
        user = User(username=username, full_name=name, created_at=timezone.now())
        user.set_password(DEMO_PASSWORD)
        user.save()
        Post.objects.create(user=user, role=role, division=division, valid_from=dt.date(2020, 1, 1))
    child_there("走失")


if __name__ == "__main__":
    django.setup()
    fill()
