"""What happens to what was found about a child that moves away: it is no more this county's to compare."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ciyou.apps.exchange.importing import follow_task
from ciyou.apps.exchange.models import ExchangeItem, ItemState

_COUNTY_DIGITS = 6


def on_person_moved(person_id: str, new_division: str, **_more: object) -> None:
    """Handler of `registry.person_moved`: what another county found about the child closes."""
    with transaction.atomic():
        rows = ExchangeItem.objects.filter(person_id=person_id).exclude(state=ItemState.GONE)
        rows = rows.exclude(county__startswith=new_division[:_COUNTY_DIGITS])
        counties = set(rows.values_list("county", flat=True))
        rows.update(state=ItemState.GONE, gone_at=timezone.now())
        for county in sorted(counties):
            follow_task(county)
