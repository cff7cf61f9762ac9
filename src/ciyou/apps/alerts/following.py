"""News that raises alerts, hands them on, or ends them: a tier, a move, a family, a questionnaire; protection, death, majority, a merge."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import successor_of
from ciyou.apps.alerts.signs import raise_for, rules_noticing
from ciyou.apps.alerts.withheld import raise_anew, take_up
from ciyou.apps.assessments.selectors import last_two_tiers
from ciyou.apps.audit.wall import walled
from ciyou.apps.care.contacts import is_hint
from ciyou.apps.cases.alerts import (
    OpenAlert,
    Owners,
    children_to_hand_on,
    end_open_alerts,
    hand_on_alerts,
    open_alerts,
)
from ciyou.apps.cases.unnamed_work import end_asking, waiting_for_workers
from ciyou.apps.registry.identity_moves import follows_merge
from ciyou.apps.registry.recent_changes import changed_carers, changed_parents
from ciyou.apps.registry.round_children import children_in_care, places_for_work
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.packs import load_alerts, load_risk
from ciyou.packs.alerts import KINDS, AlertRule, rules_of_named_workers

DIED, OF_AGE, MERGED, LEFT = "died", "of_age", "merged", "left"
WITHDRAWN = "withdrawn"
LATELY = dt.timedelta(days=7)
"""How far back news is looked for: it may be delivered late, and what was told already is told once."""
_PART = 500


def on_tier_confirmed(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `assessments.tier_confirmed`: whose tier rose has an alert."""
    with walled(LOCAL_OPERATOR):
        for child in children_in_care(_ids(child_ids)).values():
            before, now = last_two_tiers(child.id)
            order = [one.code for one in load_risk(division=child.division).asked.tiers]
            if before in order and now in order and order.index(now) > order.index(before):
                raise_for("tier_rose", {child.id: timezone.now()})


def on_person_moved(person_id: str, old_division: str = "", new_division: str = "", **_more: object) -> None:
    """Handler of `registry.person_moved`: open alerts go along; that the child came is an alert, unless only the place's code changed."""
    child = _ids([person_id])
    _hand_on(child)
    with walled(LOCAL_OPERATOR):
        recoded = successor_of(old_division, timezone.localdate()) == new_division
    if not recoded and old_division:
        raise_for("place_changed", dict.fromkeys(child, timezone.now()))


def on_determination_made(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `entitlements.determination_made`: a child was looked at anew; what changed in its family lately is an alert."""
    ids, since = _ids(child_ids), timezone.now() - LATELY
    for start in range(0, len(ids), _PART):
        part = ids[start : start + _PART]
        with walled(LOCAL_OPERATOR):
            carers = changed_carers(part, since=since)
        raise_for("guardian_changed", carers)
        for rule, children in _told_of_parents(part).items():
            with walled(LOCAL_OPERATOR):
                parents = changed_parents(children, names=rule.facts, since=since)
            raise_for("parent_state", parents, only=rule)


def on_questionnaire_recorded(filled_id: str, child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `care.questionnaire_recorded`: a score that is a hint tells somebody to look; a flagged item has its own work already."""
    with walled(LOCAL_OPERATOR):
        hint = is_hint(uuid.UUID(filled_id))
    if hint:
        raise_for("score", dict.fromkeys(_ids(child_ids), timezone.now()))


def on_protection_changed(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.protection_changed`: alerts about a protected child are a named worker's; opened again, whoever's is there."""
    _hand_on(_ids(child_ids))


def on_workers_changed(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.workers_changed`: alerts go from whoever's access ended to whoever is named now."""
    _hand_on(_ids(child_ids))


def hand_on_open_alerts() -> int:
    """The periodic job: what only named workers may know goes on when an access ran out; how many alerts went on."""
    with walled(LOCAL_OPERATOR):
        named = children_to_hand_on(kinds=KINDS, rules=rules_of_named_workers())
        children = sorted(named | waiting_for_workers())
    return sum(_hand_on(children[start : start + _PART]) for start in range(0, len(children), _PART))


def on_child_died(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_died`: nobody is told of a silence any more."""
    _withdraw(_ids(child_ids), DIED)


def on_child_of_age(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_of_age`: alerts end with childhood."""
    _withdraw(_ids(child_ids), OF_AGE)


@follows_merge
def on_people_merged(kept: str, dropped: str = "", **_more: object) -> None:
    """Handler of `registry.people_merged`: what was open about either file is open about the one that stays, once for each rule."""
    ids = _ids([kept, dropped])
    with walled(LOCAL_OPERATOR), transaction.atomic():
        stays = [one for one in open_alerts(kinds=KINDS, children=ids) if not one.subject_id.endswith(ids[0].hex)]
        child = children_in_care(ids[:1]).get(ids[0])
        end_open_alerts(stays, reason=MERGED, state=WITHDRAWN)
        if child is not None:
            rules, owners = load_alerts(division=child.division), Owners(timezone.localdate())
            raise_anew(child, {one.rule for one in stays}, rules=rules, owners=owners)
        end_asking(ids[1:], reason=MERGED)
    _hand_on(ids[:1])


def _withdraw(ids: list[uuid.UUID], reason: str) -> None:
    with walled(LOCAL_OPERATOR), transaction.atomic():
        found: list[OpenAlert] = open_alerts(kinds=KINDS, children=ids)
        end_open_alerts(found, reason=reason, state=WITHDRAWN)
        end_asking(ids, reason=reason)


def _hand_on(ids: list[uuid.UUID]) -> int:
    """Open alerts go to whoever sees to the child now, with those that waited until somebody is named; how many went on."""
    handed = 0
    with walled(LOCAL_OPERATOR), transaction.atomic():
        for child in places_for_work(ids).values():
            roles = {rule.code: rule.seen_by for rule in load_alerts(division=child.division).values()}
            handed += hand_on_alerts([child], roles, kinds=KINDS)
        in_care = children_in_care(ids)
        handed += sum(take_up(child) for child in in_care.values())
        end_asking([one for one in ids if one not in in_care], reason=LEFT)
    return handed


def _told_of_parents(ids: list[uuid.UUID]) -> dict[AlertRule, list[uuid.UUID]]:
    """The alerts about what changed at a parent, each with the children in whose place it is raised: which facts, the place says."""
    found: dict[AlertRule, list[uuid.UUID]] = {}
    with walled(LOCAL_OPERATOR):
        for child in children_in_care(ids).values():
            for rule in rules_noticing("parent_state", child.division):
                found.setdefault(rule, []).append(child.id)
    return found


def _ids(texts: Iterable[str]) -> list[uuid.UUID]:
    return [uuid.UUID(str(one)) for one in texts if one]
