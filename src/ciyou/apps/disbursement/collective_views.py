"""What is shown of institutions' accounts: their list, one with its children, and where one child's money goes."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef

from ciyou.apps.disbursement.models import CollectiveAccount, CollectivePayee
from ciyou.apps.disbursement.payee_snapshots import masked, open_snapshot
from ciyou.apps.disbursement.refusals import check_may, check_purpose, not_found_here
from ciyou.apps.disbursement.runs import county_of
from ciyou.apps.registry.scoping import visible_people
from ciyou.apps.registry.selectors import PersonCard, cards_of
from ciyou.core.access.actor import Actor, Purpose, significant_digits
from ciyou.core.access.roles import Action, may_do

SHOWN = 50
_COUNTY_DIGITS = 6


@dataclass(frozen=True)
class CollectiveCard:
    """An institution's account, masked. `children`: how many are paid through it."""

    id: uuid.UUID
    holder: str
    bank: str
    masked: str
    children: int
    recorded_by: str
    recorded_at: dt.datetime


@dataclass(frozen=True)
class CollectiveChild:
    """A child that is paid through an institution, since when, and by whom it was put there (a user's id)."""

    person: PersonCard
    recorded_by: str
    recorded_at: dt.datetime


@dataclass(frozen=True)
class CollectiveView:
    """One account with a page of its children. `total` without those whom the actor may not know of."""

    card: CollectiveCard
    total: int
    children: tuple[CollectiveChild, ...]


def collective_accounts(actor: Actor) -> tuple[CollectiveCard, ...]:
    """The accounts of the county's institutions that stand, by their holder."""
    check_may(actor, Action.SEE_PAYMENTS)
    rows = CollectiveAccount.objects.filter(county=county_of(actor), ended_at=None).annotate(n=Count("children"))
    return tuple(sorted((_card(row, row.n) for row in rows), key=lambda one: one.holder))


def _card(row: CollectiveAccount, children: int) -> CollectiveCard:
    payee = open_snapshot(row.id, row.account)
    return CollectiveCard(
        row.id, payee.holder, payee.bank, masked(payee.number), children, row.recorded_by, row.recorded_at
    )


def read_collective(actor: Actor, *, account_id: object, page: int = 1) -> CollectiveView:
    """One account with its children; raises NotFoundHere for another county's and for one that was ended."""
    check_may(actor, Action.SEE_PAYMENTS)
    check_purpose(actor)
    row = CollectiveAccount.objects.filter(id=account_id, county=county_of(actor), ended_at=None).first()
    if row is None:
        raise not_found_here()
    people = visible_people(actor, purpose=Purpose.PAY)
    rows = CollectivePayee.objects.filter(account=row, person__in=people.values("pk"))
    total = rows.count()
    shown = list(rows.order_by(F("recorded_at").desc(), "person_id")[(page - 1) * SHOWN : page * SHOWN])
    cards = cards_of(actor, person_ids=[one.person_id for one in shown], purpose=Purpose.PAY)
    children = tuple(
        CollectiveChild(cards[one.person_id], one.recorded_by, one.recorded_at)
        for one in shown
        if one.person_id in cards
    )
    return CollectiveView(_card(row, total), total, children)


def institutions_for(actor: Actor, *, child_id: uuid.UUID) -> tuple[tuple[CollectiveCard, ...], CollectiveCard | None]:
    """The county's accounts that stand, and the one that a child's money goes to; None where it goes to its own.

    Nothing for a post that is not a county's or does not pay.
    """
    if not may_do(actor.role, Action.SEE_PAYMENTS) or Purpose.PAY not in actor.purposes:
        return (), None
    if len(significant_digits(actor.scope.first)) != _COUNTY_DIGITS:
        return (), None
    here = Exists(CollectivePayee.objects.filter(account=OuterRef("pk"), person=child_id))
    rows = list(CollectiveAccount.objects.filter(county=county_of(actor), ended_at=None).annotate(here=here))
    cards = {row.id: _card(row, 0) for row in rows}
    chosen = next((cards[row.id] for row in rows if row.here), None)
    return tuple(sorted(cards.values(), key=lambda one: one.holder)), chosen


def collective_of(actor: Actor, *, child_id: uuid.UUID) -> CollectiveCard | None:
    """The institution's account that a child's money goes to; None where it goes to its own, or the actor may not know."""
    return institutions_for(actor, child_id=child_id)[1]
