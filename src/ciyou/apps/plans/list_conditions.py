"""What rooms above ask of cases: conditions on persons."""

from __future__ import annotations

from django.db.models import Q

from ciyou.apps.plans.models import ChildCase


def with_case() -> Q:
    """Persons who ever had a case: their files are kept with its history."""
    return Q(pk__in=ChildCase.objects.values("person"))
