"""Thresholds and changes that are noticed when news comes, or at night: each opens a task of its rule, once for each occurrence."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from ciyou.apps.alerts.contacts import last_contacts
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.alerts import Owners, last_raised, raise_alerts, subject_of
from ciyou.apps.cases.contacts import missed_in_a_row
from ciyou.apps.registry.round_children import children_in_care, children_on_file_in, counties_on_file
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.packs import load_alerts
from ciyou.packs.alerts import AlertRule

LOOKS_BACK = dt.timedelta(days=365)
MISSED = "missed_visits"
When = Mapping[uuid.UUID, dt.datetime]


def rules_noticing(what: str, division: str) -> tuple[AlertRule, ...]:
    """The alerts of a place that are raised by what the program noticed."""
    return tuple(rule for rule in load_alerts(division=division).values() if rule.what == what)


def raise_for(
    what: str,
    occurred: When,
    *,
    on: dt.date | None = None,
    counts: Mapping[uuid.UUID, int] | None = None,
    only: AlertRule | None = None,
) -> int:
    """Raise the alerts of what happened to these children, each occurrence once; how many are new. As the machine.

    `counts`: how often it happened in a row, for rules that ask for so many (`at_least`), each for its own number. `only`: no other rule. Not where an alert of
    the rule was raised since it was put on record, nor where a contact of the rule's kinds was made on that day or later: whoever was
    there has seen it.
    """
    day = on or timezone.localdate()
    with walled(LOCAL_OPERATOR), transaction.atomic():
        owners, raised = Owners(day), 0
        by_rule: dict[AlertRule, list[uuid.UUID]] = {}
        children = children_in_care(list(occurred))
        for child in children.values():
            for rule in rules_noticing(what, child.division):
                if only not in (None, rule):
                    continue
                if counts is None or counts.get(child.id, 0) >= rule.at_least:
                    by_rule.setdefault(rule, []).append(child.id)
        for rule, ids in by_rule.items():
            known = _known(rule, ids, occurred)
            raised += raise_alerts(rule, [children[one] for one in ids if one not in known], owners=owners)
    return raised


def _known(rule: AlertRule, ids: Iterable[uuid.UUID], occurred: When) -> set[uuid.UUID]:
    """Those of whose occurrence somebody was told already, or who were met since."""
    listed = list(ids)
    told = last_raised(subject_of(rule.code, one) for one in listed)
    earliest = min(occurred[one] for one in listed)
    met = last_contacts(listed, kinds=rule.contacts, since=timezone.localdate(earliest))
    long_ago = dt.datetime.min.replace(tzinfo=dt.UTC)
    return {
        one
        for one in listed
        if told.get(subject_of(rule.code, one), long_ago) >= occurred[one]
        or met.get(one, dt.date.min) >= timezone.localdate(occurred[one])
    }


def watch_missed_visits(today: dt.date | None = None) -> int:
    """The nightly job: children of whom visits in a row met nobody, as many as the place's pack says; how many alerts are new."""
    day = today or timezone.localdate()
    with walled(LOCAL_OPERATOR):
        counties = counties_on_file()
    return sum(_missed_in(county, day) for county in counties)


def _missed_in(county: str, day: dt.date) -> int:
    if not rules_noticing(MISSED, county):
        return 0
    with walled(LOCAL_OPERATOR):
        missed = missed_in_a_row(children_on_file_in(county), since=day - LOOKS_BACK)
    counts = {child: one.count for child, one in missed.items()}
    return raise_for(MISSED, {child: one.recorded_at for child, one in missed.items()}, on=day, counts=counts)
