"""Which school a child attends, as the school roll's identifier says it; and the schools of a place, for whoever opens a campaign there."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.care.models import Campaign
from ciyou.apps.care.refusals import check_may_open_campaign, refused
from ciyou.apps.registry.round_children import children_on_file_in_place, values_on_file
from ciyou.core.access.actor import DIVISION_DIGITS, LOCAL_OPERATOR, Actor

SCHOOL = "school_code"
LONGEST_NAME = 60
_CODE = re.compile(r"[1-9][0-9]{9}")
_TOWNSHIP_DIGITS = 9


@dataclass(frozen=True)
class School:
    """A school that children of a place attend: its identifier, the name that a campaign gave it last (""), where most of them live, and
    how many they are, without protected ones."""

    code: str
    name: str
    township: str
    children: int


def schools_by_child(child_ids: Collection[uuid.UUID], *, on: dt.date) -> dict[uuid.UUID, str]:
    """The identifier of the school that each attends; whoever's is unknown or disputed is left out. For the machine."""
    return {child: str(code) for child, code in values_on_file(child_ids, name=SCHOOL, on=on).items()}


def list_schools(actor: Actor) -> tuple[School, ...]:
    """The schools of the children on file in the actor's area, by their codes. Raises AccessDenied for who opens no campaigns."""
    check_may_open_campaign(actor)
    with walled(LOCAL_OPERATOR):
        homes = {one.id: one.division for one in children_on_file_in_place(actor.scope.first) if not one.restricted}
        codes = schools_by_child(homes, on=timezone.localdate())
        names = _last_names(set(codes.values()))
    townships: dict[str, Counter[str]] = {}
    for child, code in codes.items():
        place = homes[child][:_TOWNSHIP_DIGITS].ljust(DIVISION_DIGITS, "0")
        townships.setdefault(code, Counter())[place] += 1
    return tuple(
        School(code, names.get(code, ""), min(places, key=lambda one: (-places[one], one)), places.total())
        for code, places in sorted(townships.items())
    )


def _last_names(codes: Collection[str]) -> dict[str, str]:
    rows = Campaign.objects.filter(school_code__in=codes).order_by("opened_at")
    return dict(rows.values_list("school_code", "school_name"))


def school_named(code: str, typed: str) -> str:
    """The name of a school: as typed, else as a campaign gave it last. Raises RecordError for what is no identifier, or has no name."""
    if not _CODE.fullmatch(code):
        raise refused("campaign_school", "请选择在哪所学校筛查。", "Choose the school of the campaign.", place=SCHOOL)
    with walled(LOCAL_OPERATOR):
        name = typed.strip() or _last_names([code]).get(code, "")
    if not name or len(name) > LONGEST_NAME:
        raise refused(
            "campaign_school_name",
            "请写上学校的名字，最多 60 个字；名册里只有它的标识码。",
            "Write the name of the school, 60 characters at most: the rolls give its identifier only.",
            place="school_name",
        )
    return name
