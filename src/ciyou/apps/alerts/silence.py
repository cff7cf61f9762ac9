"""Silence: no contact with a child for as many days as its tier and categories allow in its place. Looked at county by county."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.db import transaction
from django.utils import timezone

from ciyou.apps.alerts.contacts import last_contacts
from ciyou.apps.assessments.selectors import tiers_among, with_confirmed_tier
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.alerts import Owners, open_subjects, raise_alerts, subject_of
from ciyou.apps.cases.contacts import looked_into
from ciyou.apps.entitlements.list_conditions import categories_among, with_category
from ciyou.apps.registry.round_children import ChildInRound, children_on_file_in, counties_on_file
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.risk import NOT_ASSESSED, shortest_interval
from ciyou.packs import load_alerts, load_contact_limits
from ciyou.packs.alerts import SILENCE, AlertRule

PART = 500


@dataclass(frozen=True)
class Silent:
    """A child with whom nobody was in contact since `since`, for more days than the row `limit` of the packs allows."""

    child: ChildInRound
    since: dt.date
    limit: str


def watch_silence(today: dt.date | None = None) -> int:
    """The nightly job: every child of a caseload with whom nobody was in contact for too long has an alert; how many are new."""
    day = today or timezone.localdate()
    with walled(LOCAL_OPERATOR):
        counties = counties_on_file()
    return sum(_watch(county, day) for county in counties)


def _watch(county: str, day: dt.date) -> int:
    raised, owners = 0, Owners(day)
    for rule in (one for one in load_alerts(division=county).values() if one.kind == SILENCE):
        with walled(LOCAL_OPERATOR):
            told = open_subjects(rule)
            found = (one.child for one in silent_children(rule, county, on=day))
            silent = [one for one in found if subject_of(rule.code, one.id) not in told]
        for start in range(0, len(silent), PART):
            with walled(LOCAL_OPERATOR), transaction.atomic():
                raised += raise_alerts(rule, silent[start : start + PART], owners=owners)
    return raised


def silent_children(rule: AlertRule, county: str, *, on: dt.date) -> Iterator[Silent]:
    """The children of a county's caseload with whom nobody was in contact for too long (a fixed number of queries for all of them).

    In the caseload is whoever has a confirmed tier, or a category and no lead that is still looked into: a lead has a clock of its own.
    Where there never was a contact the silence begins with the file.
    """
    people = children_on_file_in(county).filter(with_category() | with_confirmed_tier())
    tiers, categories = tiers_among(people), categories_among(people)
    waiting = looked_into(people)
    # No contact further back than the longest limit matters; a village's own pack could only be read for each of them.
    longest = max((row.days for row in load_contact_limits(division=county).values()), default=0)
    contacts = last_contacts(people, kinds=rule.contacts, since=on - dt.timedelta(days=longest))
    for row in people.values_list("id", "division", "birth_date", "restricted", "created_at").iterator(chunk_size=5000):
        child, opened = ChildInRound(*row[:4]), timezone.localdate(row[4])
        if child.id not in tiers and child.id in waiting:
            continue
        limit = _limit(child.division, tiers.get(child.id, NOT_ASSESSED), categories.get(child.id, frozenset()))
        since = max(contacts.get(child.id, opened), opened)
        if limit is not None and (on - since).days > limit[1]:
            yield Silent(child, since, limit[0])


@lru_cache(maxsize=8192)
def _limit(division: str, tier: str, rules: frozenset[str]) -> tuple[str, int] | None:
    rows = load_contact_limits(division=division).values()
    # A tier that the place has no longer is no tier of its: the child counts as one not assessed.
    row = shortest_interval(rows, tier=tier, rules=rules) or shortest_interval(rows, tier=NOT_ASSESSED, rules=rules)
    return None if row is None else (row.code, row.days)
