"""Fills a state folder with an office, and two orphans whose files were made one: run as a program, a month back, with CIYOU_HOME set.

The month of that day was paid while both were one file: one allowance only, the one that was awarded first, which is the other child's;
it went into the account of the file that stayed.
"""

from __future__ import annotations

import datetime as dt

import django

PEOPLE = (
    ("jingban", "钱经办", "county_drafter"),
    ("fuhe", "孙复核", "county_reviewer"),
    ("shenpi", "周审批", "county_approver"),
)
PLACES = (("", "某县", "county"), ("001000", "河口镇", "township"), ("001001", "上河村", "village"))
AWARDED = {"甲": dt.date(2026, 1, 1), "乙": dt.date(2025, 12, 1)}


def fill() -> None:
    """Divisions, posts with the demo's password, two orphans with cards and awards, the merge, and the month that was paid."""
    from django.utils import timezone

    from ciyou.apps.accounts.beginnings import DEMO_PASSWORD
    from ciyou.apps.accounts.models import Division, Post, User
    from ciyou.apps.audit.delivery import deliver_events
    from ciyou.apps.registry.services import merge_people
    from ciyou.core.awards.month import Month
    from tests.month_builders import SICHUAN, Desk, orphan

    for end, name, level in PLACES:
        code = SICHUAN[:6] + end.ljust(6, "0")
        Division.objects.get_or_create(code=code, defaults={"name": name, "level": level})
    for username, name, role in PEOPLE:
        user = User(username=username, full_name=name, created_at=timezone.now())
        user.set_password(DEMO_PASSWORD)
        user.save()
        Post.objects.create(user=user, role=role, division=SICHUAN, valid_from=dt.date(2020, 1, 1))
    month = Month.of(timezone.localdate())
    kept, restored = (orphan(key=key, first=str(month), awarded_on=on) for key, on in AWARDED.items())
    deliver_events()
    desk = Desk()
    merge_people(desk.drafter, keep=kept, drop=restored, reason="same_family")
    deliver_events()
    desk.pay(str(month))
    deliver_events()


if __name__ == "__main__":
    django.setup()
    fill()
