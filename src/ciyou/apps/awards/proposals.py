"""Entitled but not applied for: what a confirmed determination gives, and nobody has asked for yet."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ciyou.apps.awards.access import PURPOSE, county_of, known_classes
from ciyou.apps.awards.models import OPEN_STATES, Application, ApplicationState, Award, AwardState
from ciyou.apps.awards.paying import PayingRules, payable
from ciyou.apps.awards.refusals import check_may
from ciyou.apps.entitlements.list_conditions import confirmed_yeses
from ciyou.apps.registry.selectors import cards_of, visible_people
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action
from ciyou.core.access.verdict import RESTRICTED

COUNTED_AT_MOST = 1000
_SETTLED = (ApplicationState.REFUSED, ApplicationState.WITHDRAWN)


@dataclass(frozen=True)
class ProposalLine:
    """A child and what it could be applied for."""

    child_id: uuid.UUID
    child_name: str
    birth_date: dt.date | None
    division: str
    entitlement: str
    amount_fen: int | None
    confirmed_on: dt.date | None


@dataclass(frozen=True)
class ProposalPage:
    """One page and how many there are (counted up to COUNTED_AT_MOST + 1)."""

    total: int
    lines: tuple[ProposalLine, ...]


def list_proposals(actor: Actor, *, page: int = 1, size: int = 25, entitlement: str = "") -> ProposalPage:
    """Children of the actor's place whom a confirmed determination entitles and for whom nothing is open, awarded or settled.

    A refusal or a withdrawal settles it until a new determination is made. Class 5 and protected files are never listed.
    """
    check_may(actor, Action.APPLY)
    codes = [one.rule.code for one in _listed(actor) if not entitlement or one.rule.code == entitlement]
    people = visible_people(actor, purpose=PURPOSE).filter(kind="child", status="active", restricted=False)
    rows = _unclaimed(confirmed_yeses(people, rules=codes)).filter(_claimed_here(actor))
    first = (page - 1) * size
    fields = ("person_id", "rule", "amount_fen", "determination__decided_at")
    found = list(rows.order_by("person_id", "rule").values_list(*fields)[first : first + size])
    counted = rows.order_by().values("id")[: COUNTED_AT_MOST + 1].count()
    cards = cards_of(actor, person_ids={row[0] for row in found}, purpose=PURPOSE)
    lines = [
        ProposalLine(
            child_id=child,
            child_name=cards[child].name,
            birth_date=cards[child].birth_date,
            division=cards[child].division,
            entitlement=rule,
            amount_fen=amount,
            confirmed_on=timezone.localdate(at) if at else None,
        )
        for child, rule, amount, at in found
        if child in cards
    ]
    return ProposalPage(counted, tuple(lines))


def _listed(actor: Actor) -> tuple[PayingRules, ...]:
    return tuple(one for one in payable(actor.scope.first, timezone.localdate()) if one.sensitivity < RESTRICTED)


def _claimed_here(actor: Actor) -> Q:
    """What is claimed where the child lives is proposed to that place, not to the one of registration."""
    codes = [one.rule.code for one in _listed(actor) if one.at_residence]
    lives_here = Q(person__residence_division__gte=actor.scope.first, person__residence_division__lt=actor.scope.end)
    return ~Q(rule__in=codes) | lives_here


def _unclaimed(rows: QuerySet) -> QuerySet:
    same = {"person": OuterRef("person"), "entitlement": OuterRef("rule")}
    settled = Application.objects.filter(**same, state__in=_SETTLED)
    return (
        rows.exclude(
            Exists(Application.objects.filter(**same, state__in=OPEN_STATES)),
        )
        .exclude(Exists(Award.objects.filter(**same).exclude(state=AwardState.ENDED)))
        .exclude(Exists(settled.filter(created_at__gte=OuterRef("determination__made_at"))))
    )


@dataclass(frozen=True)
class Offer:
    """An entitlement that can be applied for now, for one child; `found`: a confirmed determination gives it."""

    rules: PayingRules
    found: bool


def offers_for_child(
    actor: Actor, *, child_id: uuid.UUID, division: str, residence: str = "", found: Iterable[str] = ()
) -> tuple[Offer, ...]:
    """What can be applied for here for a child, as far as the actor may know of it: nothing that is open or awarded already.

    What is claimed where the child lives is there for a counter of that place only.
    """
    check_may(actor, Action.APPLY)
    highest = known_classes(actor, child_id)
    taken = set(
        Application.objects.filter(person_id=child_id, state__in=OPEN_STATES).values_list("entitlement", flat=True)
    )
    running = Award.objects.filter(person_id=child_id).exclude(state=AwardState.ENDED)
    taken |= set(running.values_list("entitlement", flat=True))
    given = frozenset(found)
    offers = [
        Offer(one, one.rule.code in given)
        for one in _claimable(actor, division, residence)
        if one.rule.code not in taken and one.sensitivity <= highest
    ]
    return tuple(sorted(offers, key=lambda offer: not offer.found))


def _claimable(actor: Actor, division: str, residence: str) -> tuple[PayingRules, ...]:
    today = timezone.localdate()
    here = tuple(one for one in payable(division, today) if not one.at_residence)
    if not residence or county_of(residence) == county_of(division) or not actor.scope.holds(residence):
        return here
    return here + tuple(one for one in payable(residence, today) if one.at_residence and one.is_taken_here)
