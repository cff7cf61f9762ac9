"""When somebody was last in contact with children: each room says it of its own records, and the packs name what counts."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType

from django.db.models import QuerySet

from ciyou.apps.care.contacts import asked_on
from ciyou.apps.cases.contacts import called_on, visited_on
from ciyou.apps.partners.contacts import replied_on
from ciyou.apps.plans.contacts import noted_on
from ciyou.apps.schooling.contacts import taught_on

Children = QuerySet | Collection[uuid.UUID]

READERS: Mapping[str, Callable[..., dict[uuid.UUID, dt.date]]] = MappingProxyType(
    {
        "visit": visited_on,
        "call": called_on,
        "questionnaire": asked_on,
        "referral_reply": replied_on,
        "official_record": noted_on,
        "home_session": taught_on,
    }
)
"""What the packs call a contact → who knows of it."""


def last_contacts(people: Children, *, kinds: Iterable[str], since: dt.date) -> dict[uuid.UUID, dt.date]:
    """By child, the last day from `since` on on which there was a contact of one of these kinds (one query for each kind)."""
    found: dict[uuid.UUID, dt.date] = {}
    for kind in kinds:
        for child, day in READERS[kind](people, since=since).items():
            found[child] = max(day, found.get(child, day))
    return found
