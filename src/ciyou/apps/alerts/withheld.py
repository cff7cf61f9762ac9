"""Alerts that wait until somebody is named: told once somebody may be told, if they still hold; until then somebody is asked to name one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from django.utils import timezone

from ciyou.apps.alerts.contacts import last_contacts
from ciyou.apps.cases.alerts import OpenAlert, Owners, raise_alerts, take_up_alerts, withheld_alerts
from ciyou.apps.cases.unnamed_work import ask_for_workers, end_asking, is_asked
from ciyou.apps.registry.round_children import ChildInRound
from ciyou.packs import load_alerts, load_limits
from ciyou.packs.alerts import SILENCE, AlertRule

LONGEST = "withheld_alert_days"


def take_up(child: ChildInRound) -> int:
    """What waited is told to whoever may be told now; of what nobody may be told the county is asked to name somebody. How many are new.

    For a child in care, as the machine, inside a transaction.
    """
    today = timezone.localdate()
    owners, rules = Owners(today), load_alerts(division=child.division)
    told = [code for code, rule in rules.items() if owners.of(child, rule.seen_by) is not None]
    kept = [one for one in withheld_alerts(child.id) if one.rule in rules]
    holds = [one for one in kept if _holds(one, rules[one.rule], today)]
    if any(one.rule not in told for one in holds) or (not told and is_asked(child.id)):
        ask_for_workers([child], today)
    elif told:
        end_asking([child.id])
    take_up_alerts([one for one in kept if one.rule in told])
    # A silence is found again in the night, where it is one still.
    found = {one.rule for one in holds if one.rule in told and rules[one.rule].kind != SILENCE}
    return raise_anew(child, found, rules=rules, owners=owners)


def raise_anew(child: ChildInRound, codes: Collection[str], *, rules: Mapping[str, AlertRule], owners: Owners) -> int:
    """Alerts of these rules begin about a child from now on; how many are new."""
    known = (rules[code] for code in sorted(codes) if code in rules)
    return sum(raise_alerts(rule, [child], owners=owners) for rule in known)


def _holds(alert: OpenAlert, rule: AlertRule, today: dt.date) -> bool:
    """Whether nobody of the rule's contacts was there since, and it is not too long ago to be told."""
    if (today - alert.raised_on).days > load_limits()[LONGEST].value:
        return False
    return not last_contacts([alert.child_id], kinds=rule.contacts, since=alert.raised_on)
