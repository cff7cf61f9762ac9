"""Conditions on persons by their schooling, for rooms above."""

from __future__ import annotations

from django.db.models import Q

from ciyou.apps.schooling.models import PlaceRequest, SchoolCase, SpecialPlacement


def with_schooling() -> Q:
    """Persons with a school case, a request for a place, or a placement: their files are kept as long as these."""
    found = (SchoolCase.objects, PlaceRequest.objects, SpecialPlacement.objects)
    condition = Q(pk__in=())
    for rows in found:
        condition |= Q(pk__in=rows.values("child"))
    return condition
