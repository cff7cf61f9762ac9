"""Whether aid was given already: for the same event it is refused, for another one shortly before, or a child that is alike, it is asked about."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from ciyou.apps.awards.access import county_of
from ciyou.apps.crossing.models import NOT_GIVEN, EmergencyAid
from ciyou.apps.crossing.refusals import LEAST_REASON, refused
from ciyou.core.errors import RecordError
from ciyou.packs import load_limits

_COUNTY_DIGITS = 6


def check_doubles(row: EmergencyAid, *, other_event: str) -> None:
    """Raises RecordError for the same child and event, and, without a reason, for what may be the same; inside the operator's wall.

    With a number: the same number anywhere. With or without: a child of the same reading and birth date in the county of which one of
    the two has no number; two numbers that differ are two children.
    """
    given = EmergencyAid.objects.filter(entitlement=row.entitlement).exclude(state__in=NOT_GIVEN)
    if row.identity and given.filter(identity=row.identity, event_on=row.event_on).exists():
        raise given_already()
    if len(other_event.strip()) >= LEAST_REASON:
        return
    near = dt.timedelta(days=load_limits()["emergency_near_days"].value)
    then = given.filter(event_on__range=(row.event_on - near, row.event_on + near)).order_by("event_on")
    same = then.filter(identity=row.identity).last() if row.identity else None
    if same is not None:
        raise _near(same.event_on)
    alike = then.filter(likeness=row.likeness, received_in__startswith=county_of(row.received_in)[:_COUNTY_DIGITS])
    found = (alike.filter(identity="") if row.identity else alike.filter(~Q(id=row.id))).last()
    if found is not None:
        raise _alike(found.event_on)


def given_already() -> RecordError:
    """Nobody is given it twice for one event."""
    return refused(
        "emergency.given",
        "这个孩子这一天的急难已经登记救助（本地或外地），同一件事不重复救助。",
        "Aid for the event of this day is on record for this child, here or elsewhere: one event is not paid twice.",
    )


def _near(day: dt.date) -> RecordError:
    return refused(
        "emergency.near",
        f"这个孩子因 {day} 的急难已经登记过救助（可能在外地）。确实是另一件事的，请写明与那一次有什么不同。",
        f"Aid for an event of {day} is on record for this child, perhaps elsewhere. If this is another event, say how.",
    )


def _alike(day: dt.date) -> RecordError:
    return refused(
        "emergency.near",
        f"本县因 {day} 的急难登记过一个姓名读音和出生日期都相同的孩子，其中一次没有证件号码。"
        "确实是另一个孩子或另一件事的，请写明怎么知道。",
        f"For an event of {day} this county has a child on record whose name reads the same and whose birth date is the same; one of "
        "the two has no ID number. If this is another child or another event, say how you know.",
    )
