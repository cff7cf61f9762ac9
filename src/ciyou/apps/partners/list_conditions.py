"""Conditions on persons by their referrals, for rooms above."""

from __future__ import annotations

from django.db.models import Q

from ciyou.apps.partners.models import Referral


def with_referral() -> Q:
    """Persons who were ever referred: their files are kept as long as what came back."""
    return Q(pk__in=Referral.objects.values("child"))
