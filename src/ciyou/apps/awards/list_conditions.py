"""What rooms above ask of applications and awards about a queryset of persons."""

from __future__ import annotations

from django.db.models import Q

from ciyou.apps.awards.models import Application, Award


def with_application() -> Q:
    """Persons for whom something was ever applied for or awarded: their files are kept as long as the papers are."""
    return Q(pk__in=Application.objects.values("person")) | Q(pk__in=Award.objects.values("person"))
