"""Whose a referral is: the sending place's that sees the child, the receiver's own, and nobody else's; and what of it each may read."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from ciyou.apps.audit.wall import walled
from ciyou.apps.partners.models import Provider, Referral
from ciyou.apps.partners.refusals import check_may, provider_not_found, referral_not_found
from ciyou.apps.registry.scoping import is_named, visible_people
from ciyou.core.access.actor import DIVISION_DIGITS, LOCAL_OPERATOR, Actor, DivisionScope, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import RESTRICTED, ceiling_of

PURPOSE = Purpose.SERVE
LINK = Actor(id="link", role="partner", scope=DivisionScope.below(""), purposes=frozenset({PURPOSE}))
"""Whoever answers by a one-time link: nobody's account. What it may do is what the link says."""
EMERGENCY = "emergency"
"""The ground of a referral that went without consent."""
_COUNTY_DIGITS = 6


def receives(actor: Actor) -> bool:
    """Whether the actor speaks for a provider."""
    return may_do(actor.role, Action.ANSWER_REFERRAL)


def visible_referrals(actor: Actor) -> QuerySet[Referral]:
    """For lists and counts: what the actor's area sent about children it may see, or what was sent to its own provider.

    A restricted one (class 5) is in the list of who sent it, and in nobody else's; one of a protected child in no sender's list. A named
    worker finds both with the child.
    """
    rows = _of(actor)
    if receives(actor):
        return rows
    return rows.filter(Q(sensitivity__lt=RESTRICTED) | Q(sent_by=actor.id), child__restricted=False)


def _of(actor: Actor) -> QuerySet[Referral]:
    check_may(actor, Action.SEE_REFERRALS)
    if receives(actor):
        return Referral.objects.filter(
            provider__post_id=actor.post_id or None, provider__post__isnull=False, sent_at__isnull=False
        )
    people = visible_people(actor, purpose=PURPOSE)
    inside = Referral.objects.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)
    return inside.filter(child__in=people.values("pk"))


def referrals_about(actor: Actor, child_id: uuid.UUID) -> list[Referral]:
    """The referrals of one child that the actor may read, the latest first."""
    rows = list(_of(actor).filter(child_id=child_id).select_related("provider").order_by("-created_at", "id"))
    named = any(not may_read(actor, row) for row in rows) and is_named(actor, child_id)
    return [row for row in rows if may_read(actor, row, named=named)]


def find_referral(actor: Actor, referral_id: object, *, lock: bool = False) -> Referral:
    """One referral that the actor may read; raises ReferralNotFound. `lock`: of two who take a step the second waits."""
    rows = _of(actor).select_related("provider")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = rows.filter(id=referral_id).first()
    if found is None or not (may_read(actor, found) or may_read(actor, found, named=is_named(actor, found.child_id))):
        raise referral_not_found()
    return found


def find_for_review(actor: Actor, referral_id: object, *, lock: bool = False) -> Referral | None:
    """A referral of the actor's area whose emergency ground waits for another person's look, of whatever class; None for any other.

    Whoever looks at the ground may be shown the ground and no more. Read as the machine: the wall shows a protected child's to its named
    workers only.
    """
    if not may_do(actor.role, Action.REVIEW_GROUND):
        return None
    with walled(LOCAL_OPERATOR):
        rows = Referral.objects.select_for_update(of=("self",)) if lock else Referral.objects.all()
        waiting = rows.filter(ground=EMERGENCY, ground_reviewed_by="", sent_at__isnull=False, closed_at=None).exclude(
            sent_by=actor.id
        )
        return waiting.filter(id=referral_id, division__gte=actor.scope.first, division__lt=actor.scope.end).first()


def may_read(actor: Actor, row: Referral, *, named: bool = False) -> bool:
    """Whether the actor reads what is sent: its receiver, who sent it, and whoever sees its class."""
    return receives(actor) or row.sent_by == actor.id or row.sensitivity <= ceiling_of(actor, named=named)


def reads_findings(actor: Actor, row: Referral) -> bool:
    """Whether the actor reads what the receiver found: never below its class, whoever sent it."""
    if row.reply_class is None:
        return False
    if receives(actor) or row.reply_class <= ceiling_of(actor):
        return True
    return row.reply_class <= ceiling_of(actor, named=True) and is_named(actor, row.child_id)


def visible_providers(actor: Actor) -> QuerySet[Provider]:
    """The providers of the actor's county, of its city and of its province: those whose place holds the actor's county or lies in its area."""
    check_may(actor, Action.SEE_PROVIDERS)
    county = county_of(actor.scope.first)
    above = {county[:digits].ljust(DIVISION_DIGITS, "0") for digits in (2, 4, _COUNTY_DIGITS)}
    inside = DivisionScope.of(county)
    return Provider.objects.filter(Q(division__in=above) | Q(division__gte=inside.first, division__lt=inside.end))


def find_provider(actor: Actor, provider_id: object, *, own: bool = False) -> Provider:
    """One provider; `own`: one whose entry the actor's county keeps. Raises ProviderNotFound."""
    found = visible_providers(actor).filter(id=provider_id).first()
    if found is None or (own and not actor.scope.holds(found.division)):
        raise provider_not_found()
    return found


def county_of(division: str) -> str:
    """The county's code of a division's."""
    return division[:_COUNTY_DIGITS].ljust(DIVISION_DIGITS, "0")
