"""An alert ends by itself, with its reason, when a contact happens that its rule names. What must not end in silence waits for a person."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction

from ciyou.apps.alerts.contacts import last_contacts
from ciyou.apps.audit.wall import walled
from ciyou.apps.care.contacts import waiting_children
from ciyou.apps.cases.alerts import OpenAlert, end_open_alerts, open_alerts
from ciyou.apps.registry.round_children import ChildInRound, places_for_work
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.packs import load_alerts
from ciyou.packs.alerts import KINDS, AlertRule

CONTACT = "contact"
PART = 500


def end_answered() -> int:
    """The periodic job: alerts about children with whom somebody was in contact since are ended; how many.

    Not those of a protected child, nor of one whom somebody must still see the same day: there a person says how it ended.
    """
    with walled(LOCAL_OPERATOR):
        waiting = open_alerts(kinds=KINDS)
    return sum(_end_part(waiting[start : start + PART]) for start in range(0, len(waiting), PART))


def _end_part(waiting: list[OpenAlert]) -> int:
    with walled(LOCAL_OPERATOR), transaction.atomic():
        places = places_for_work({one.child_id for one in waiting})
        spoken_for = waiting_children(list(places))
        free = [one for one in waiting if not _needs_a_person(places[one.child_id], spoken_for)]
        return end_open_alerts(_answered(free, places), reason=CONTACT)


def _needs_a_person(child: ChildInRound, spoken_for: frozenset[uuid.UUID]) -> bool:
    return child.restricted or child.id in spoken_for


def _answered(alerts: Iterable[OpenAlert], places: dict[uuid.UUID, ChildInRound]) -> list[OpenAlert]:
    """Those about children with whom there was a contact of the kinds that their rule names, on the day of the alert or later."""
    by_kinds: dict[tuple[str, ...], list[OpenAlert]] = defaultdict(list)
    for one in alerts:
        rule = _rule(one.rule, places[one.child_id].division)
        if rule is not None and rule.contacts:
            by_kinds[rule.contacts].append(one)
    found = []
    for kinds, listed in by_kinds.items():
        children = sorted({one.child_id for one in listed})
        contacts = last_contacts(children, kinds=kinds, since=min(one.raised_on for one in listed))
        found += [one for one in listed if (day := contacts.get(one.child_id)) is not None and day >= one.raised_on]
    return found


def _rule(code: str, division: str) -> AlertRule | None:
    return load_alerts(division=division).get(code)
