"""Adds up, place by place, what verifying a fact or bringing a roster would settle; only places where something changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.entitlements.models import OpenTally, Outcome, TallyPlace
from ciyou.apps.registry.deciding import countable_in, places_of
from ciyou.core.access.actor import DIVISION_DIGITS, LOCAL_OPERATOR, DivisionScope
from ciyou.core.rules.book import RuleKind
from ciyou.core.rules.interpreter import Outcome as Answer
from ciyou.core.rules.triage import OpenRule, Worth, add_up, span_of
from ciyou.packs import load_rule_titles
from ciyou.packs.roster_reach import facts_told_by

ROSTER = "roster:"
WHOLE = "*"
PLACES_AT_ONCE = 200
KEPT_FOR = dt.timedelta(hours=24)
"""So long a place is believed to which nothing happened: protections end and begin, files are closed."""
_WHOLE_DIGITS = (9, 6)
NUMBERS = tuple(Worth.__dataclass_fields__)
_MONTHS = {"month": 1, "year": 12, "once": 0}
_AT_ONCE = 500


def note_stale(divisions: Iterable[str]) -> None:
    """Note that something was determined in these places."""
    rows = [TallyPlace(division=division) for division in sorted(set(divisions))]
    TallyPlace.objects.bulk_create(
        rows, batch_size=_AT_ONCE, update_conflicts=True, update_fields=["stale"], unique_fields=["division"]
    )


def on_protection_changed(child_ids: Iterable[str], **_more: object) -> None:
    """The event `registry.protection_changed`: protected files are in no number, so their places are added up again."""
    with walled(LOCAL_OPERATOR):
        note_stale(places_of([uuid.UUID(child) for child in child_ids]).values())


def keep_tallies(*, now: dt.datetime | None = None, limit: int = PLACES_AT_ONCE) -> int:
    """Add up the places where something changed, then those that were not looked at for a day: a job of the worker. How many."""
    moment = now or timezone.now()
    with walled(LOCAL_OPERATOR):
        stale = list(TallyPlace.objects.filter(stale=True).order_by("kept_at")[:limit])
        old = places_alone().filter(stale=False, kept_at__lte=moment - KEPT_FOR).order_by("kept_at")
        places = [place.division for place in (*stale, *old[: limit - len(stale)])]
    for place in places:
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            _keep(place, moment)
    for whole in sorted({place[:digits].ljust(DIVISION_DIGITS, "0") for place in places for digits in _WHOLE_DIGITS}):
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            _sum_up(whole, moment)
    return len(places)


def places_alone() -> QuerySet[TallyPlace]:
    """The places themselves, without the sums over townships and counties."""
    return TallyPlace.objects.exclude(division__endswith=WHOLE)


def _sum_up(area: str, now: dt.datetime) -> None:
    """Add up the places of a township or county."""
    scope, whole = DivisionScope.of(area), area + WHOLE
    TallyPlace.objects.update_or_create(division=whole, defaults={"stale": False, "kept_at": now})
    rows = OpenTally.objects.filter(place_id__gte=scope.first, place_id__lt=scope.end)
    rows = rows.exclude(place__division__endswith=WHOLE).order_by().values("key")
    summed = list(rows.annotate(**{f"sum_{name}": Sum(name) for name in NUMBERS}))
    OpenTally.objects.filter(place_id=whole).delete()
    OpenTally.objects.bulk_create(
        [_tally(whole, row["key"], Worth(*(row[f"sum_{name}"] for name in NUMBERS))) for row in summed],
        batch_size=_AT_ONCE,
    )


def _keep(division: str, now: dt.datetime) -> None:
    # First, for it locks the place: what is determined meanwhile waits, and leaves it stale again.
    TallyPlace.objects.filter(division=division).update(stale=False, kept_at=now)
    found = add_up(_children_of(division), _sources_of(division))
    OpenTally.objects.filter(place_id=division).delete()
    OpenTally.objects.bulk_create(
        [_tally(division, key, worth) for key, worth in sorted(found.items())], batch_size=_AT_ONCE
    )


def _children_of(division: str) -> Counter[frozenset[OpenRule]]:
    """The open rules of the children of a place, and how many children have the same."""
    rows = Outcome.objects.filter(person__in=countable_in(division)).exclude(deciding=[])
    read = ("person_id", "rule", "kind", "amount_fen", "floor_fen", "ceiling_fen", "deciding", "outcome")
    by_child: dict[uuid.UUID, set[OpenRule]] = defaultdict(set)
    for person, *told in rows.values_list(*read).iterator():
        by_child[person].add(open_rule(*told))
    return Counter(frozenset(rules) for rules in by_child.values())


def open_rule(
    rule: str, kind: str, amount: int | None, floor: int | None, ceiling: int | None, deciding: list[str], outcome: str
) -> OpenRule:
    """One stored outcome with what could still change it."""
    title = load_rule_titles().get(rule)
    pays = floor is not None or ceiling is not None
    months = _MONTHS[title.period] if title else 1
    span = span_of(amount_fen=amount, floor_fen=floor, ceiling_fen=ceiling, pays=pays, months=months)
    open_category = kind == RuleKind.CATEGORY and outcome == Answer.UNDETERMINED
    return OpenRule(open_category, span, frozenset(deciding))


def _sources_of(division: str) -> dict[str, frozenset[str]]:
    return {f"{ROSTER}{code}": facts for code, facts in facts_told_by(division[:6]).items()}


def _tally(division: str, key: str, worth: Worth) -> OpenTally:
    return OpenTally(
        place_id=division,
        key=key,
        children=worth.children,
        alone_children=worth.alone_children,
        alone_categories=worth.alone_categories,
        alone_fen=worth.alone_fen,
        alone_unbounded=worth.alone_unbounded,
        shared_children=worth.shared_children,
        shared_fen=worth.shared_fen,
    )
