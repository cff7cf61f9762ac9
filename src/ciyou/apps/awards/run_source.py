"""What a monthly run reads of awards, child by child and for the machine alone: it shows none of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import QuerySet

from ciyou.apps.awards.award_lists import RunAward, run_awards
from ciyou.apps.awards.models import Award
from ciyou.core.access.actor import DivisionScope

__all__ = ("RunAward", "awards_between", "awards_by_id", "count_children", "next_children")


def _of_run(county: str, series: str) -> QuerySet[Award]:
    """Ended awards too, for what they still owe or are owed; of two awards of one child only the one that pays."""
    scope = DivisionScope.of(county)
    return Award.objects.filter(
        series=series, division__gte=scope.first, division__lt=scope.end, duplicate_of=None
    )


def next_children(*, county: str, series: str, after: uuid.UUID | None, limit: int) -> list[uuid.UUID]:
    """The next children with an award in a run, by id: to go through all of them in parts."""
    rows = _of_run(county, series)
    rows = rows if after is None else rows.filter(person_id__gt=after)
    return list(rows.order_by("person_id").values_list("person_id", flat=True).distinct()[:limit])


def count_children(*, county: str, series: str) -> int:
    """How many children have an award in a run."""
    return _of_run(county, series).values("person_id").distinct().count()


def awards_between(*, county: str, series: str, after: uuid.UUID | None, last: uuid.UUID) -> list[RunAward]:
    """The awards of the children behind `after` up to `last`, by child."""
    rows = _of_run(county, series).filter(person_id__lte=last)
    rows = rows if after is None else rows.filter(person_id__gt=after)
    return sorted(run_awards(rows.values_list("id", flat=True)), key=lambda award: (award.person_id, award.id))


def awards_by_id(award_ids: Iterable[uuid.UUID]) -> list[RunAward]:
    """These awards as a run needs them."""
    return list(run_awards(award_ids))
