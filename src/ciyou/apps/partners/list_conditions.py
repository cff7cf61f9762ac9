"""What rooms above ask of referrals: conditions on persons, and how a child's services stand."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from ciyou.apps.partners.models import Referral
from ciyou.apps.partners.models import ReferralState as S
from ciyou.core.access.verdict import RESTRICTED


def with_referral() -> Q:
    """Persons who were ever referred: their files are kept as long as what came back."""
    return Q(pk__in=Referral.objects.values("child"))


def standing_referrals(child_id: uuid.UUID) -> QuerySet[Referral]:
    """The referrals of a child (class 4 and below)."""
    return Referral.objects.filter(child_id=child_id, sensitivity__lt=RESTRICTED)


def service_standings(referred: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """By service how the latest referral of a child stands: `underway`, `given`, `refused`, or `open` where it has to be arranged anew.

    `referred`: service, state and reason of the ending, the earliest first. For the machine that keeps a child's package.
    """
    found: dict[str, str] = {}
    for service, state, reason in referred:
        found[service] = ("given" if reason in GIVEN else "open") if state == S.CLOSED else _STANDINGS[S(state)]
    return found


GIVEN = frozenset({"helped", "stable", "goes_on"})
"""Endings after which the child has what it was sent for."""
_STANDINGS = {
    S.DRAFTED: "open",
    S.SENT: "underway",
    S.ACCEPTED: "underway",
    S.REFUSED: "refused",
    S.NOT_ARRIVED: "open",
    S.EXPIRED: "open",
    **dict.fromkeys((S.ARRIVED, S.REPLIED, S.PLANNED, S.FOLLOWED), "given"),
}
