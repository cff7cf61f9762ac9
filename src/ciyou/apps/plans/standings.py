"""What stands elsewhere about one child, from which its package and the weak domains of its plan follow: read in one query."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BinaryField, Case, DateTimeField, F, IntegerField, QuerySet, UUIDField, Value, When
from django.db.models.functions import Cast
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.standings import entitlement_standings, standing_applications, standing_awards
from ciyou.apps.cases.visit_plans import open_visits
from ciyou.apps.entitlements.list_conditions import outcome_rows
from ciyou.apps.partners.list_conditions import service_standings, standing_referrals
from ciyou.apps.plans.contents import open_why
from ciyou.apps.plans.models import ChildCase, LineState, PackageLine
from ciyou.core.access.actor import LOCAL_OPERATOR

ENTERED = "entered"
_COLUMNS = ("about", "kind", "code", "state", "domain", "class", "at", "key", "sealed")


@dataclass(frozen=True)
class Outcome:
    """How one rule came out for the child, where it is not a plain no."""

    rule: str
    kind: str
    outcome: str


@dataclass(frozen=True)
class Entered:
    """What a person entered of the package."""

    kind: str
    code: str
    domain: str
    state: str
    sensitivity: int
    why: str


@dataclass(frozen=True)
class Standings:
    """What the rules say, where entitlements and services stand, how the regular visit stands ("": none is planned), and what was entered."""

    outcomes: tuple[Outcome, ...]
    entitlements: Mapping[str, str]
    services: Mapping[str, str]
    visit: str
    entered: tuple[Entered, ...]


def standings_of(row: ChildCase) -> Standings:
    """Of the child of a case (one query). Class 5 is nowhere in it."""
    child = row.person_id
    with walled(LOCAL_OPERATOR):
        first, *others = (
            _alike(outcome_rows(child), "outcome", kind=F("kind"), code=F("rule"), state=F("outcome")),
            _alike(standing_applications(child), "applied", code=F("entitlement"), state=F("state"), at=F("created_at")),
            _alike(standing_awards(child), "awarded", code=F("entitlement")),
            _alike(standing_referrals(child), "referred", kind=F("end_reason"), code=F("service"), state=F("state"), at=F("created_at")),
            _alike(open_visits(child), "visit", state=_visit_state()),
            _alike(PackageLine.objects.filter(case=row, source=ENTERED), ENTERED, kind=F("kind"), code=F("code"), state=F("state"),
                   domain=F("domain"), **{"class": F("sensitivity")}, at=F("at"), key=F("id"), sealed=F("why")),
        )  # fmt: skip
        rows = [dict(zip(_COLUMNS, one, strict=True)) for one in first.union(*others, all=True)]
    rows.sort(key=lambda one: (one["about"], one["at"] or timezone.now()))
    found: dict[str, list[dict[str, Any]]] = {}
    for one in rows:
        found.setdefault(one["about"], []).append(one)
    return Standings(
        outcomes=tuple(Outcome(one["code"], one["kind"], one["state"]) for one in found.get("outcome", ())),
        entitlements=entitlement_standings(
            ((one["code"], one["state"]) for one in found.get("applied", ())),
            (one["code"] for one in found.get("awarded", ())),
        ),
        services=service_standings((one["code"], one["state"], one["kind"]) for one in found.get("referred", ())),
        visit=next((one["state"] for one in found.get("visit", ())), ""),
        entered=tuple(_entered(one) for one in found.get(ENTERED, ())),
    )


def _entered(one: dict[str, Any]) -> Entered:
    key: uuid.UUID = one["key"]
    why = open_why(key, one["sealed"])
    return Entered(one["kind"], one["code"], one["domain"], one["state"], one["class"], why)


def _visit_state() -> Case:
    late = When(due_on__lt=timezone.localdate(), then=Value(LineState.DUE.value))
    return Case(late, default=Value(LineState.IN_PLACE.value))


def _alike(rows: QuerySet, about: str, **given: Any) -> QuerySet:
    """Rows of different tables under the same columns; what one does not have is empty, and its type is said (PostgreSQL asks for it)."""
    columns = {
        "about": Value(about),
        "kind": Value(""),
        "code": Value(""),
        "state": Value(""),
        "domain": Value(""),
        "class": Value(0, IntegerField()),
        "at": Cast(Value(None), DateTimeField()),
        "key": Cast(Value(None), UUIDField()),
        "sealed": Cast(Value(None), BinaryField()),
        **given,
    }
    named = rows.order_by().annotate(**{f"standing_{name}": columns[name] for name in _COLUMNS})
    return named.values_list(*(f"standing_{name}" for name in _COLUMNS))
