"""Conditions on persons by guidance for their families, for rooms above."""

from __future__ import annotations

from django.db.models import Q

from ciyou.apps.training.models import Guidance


def with_guidance() -> Q:
    """Persons whose family was to get guidance: their files are kept as long as that."""
    return Q(pk__in=Guidance.objects.values("child"))
