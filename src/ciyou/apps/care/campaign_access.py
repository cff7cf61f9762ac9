"""Who sees a campaign, and of its children which."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from ciyou.apps.care.access import PURPOSE
from ciyou.apps.care.models import Campaign, CampaignChild
from ciyou.apps.care.refusals import campaign_not_found
from ciyou.apps.registry.scoping import only_visible
from ciyou.core.access.actor import DIVISION_DIGITS, Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import ceiling_of

PERSONAL = 3
_LEVELS = (6, 9, 12)


def may_see_campaigns(actor: Actor) -> bool:
    """Whether the actor's role goes to families, and for this purpose."""
    return ceiling_of(actor) >= PERSONAL and PURPOSE in actor.purposes and may_do(actor.role, Action.VISIT)


def visible_campaigns(actor: Actor) -> QuerySet[Campaign]:
    """The campaigns of the actor's area, and those above that ask its area too."""
    if not may_see_campaigns(actor):
        return Campaign.objects.none()
    above = {actor.scope.first[:digits].ljust(DIVISION_DIGITS, "0") for digits in _LEVELS}
    inside = Q(division__gte=actor.scope.first, division__lt=actor.scope.end)
    return Campaign.objects.filter(inside | Q(division__in=above))


def find_campaign(actor: Actor, campaign_id: uuid.UUID) -> Campaign:
    """One campaign; raises CampaignNotFound."""
    row = visible_campaigns(actor).filter(id=campaign_id).first()
    if row is None:
        raise campaign_not_found()
    return row


def household_rows(actor: Actor, household: uuid.UUID) -> list[CampaignChild]:
    """The children of one household visit whom the actor may see; raises CampaignNotFound where there is none."""
    if not may_see_campaigns(actor):
        raise campaign_not_found()
    rows = CampaignChild.objects.filter(
        household=household, division__gte=actor.scope.first, division__lt=actor.scope.end
    )
    found = list(
        only_visible(rows, actor, purpose=PURPOSE)
        .select_related("campaign", "person")
        .order_by("person__birth_date", "id")
    )
    if not found:
        raise campaign_not_found()
    return found
