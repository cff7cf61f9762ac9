"""What a monthly run reads of awards, in bulk and for the machine alone: it shows none of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from ciyou.apps.awards.models import Award, AwardChange, AwardState
from ciyou.apps.registry.hex_ids import HexId, hex_id
from ciyou.core.access.actor import DivisionScope
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.awards.dues import AwardTerms, Stretch
from ciyou.core.awards.month import Month


@dataclass(frozen=True, slots=True)
class RunAward:
    """An award as a run needs it. `state` active | suspended | ended; `duplicate`: of two awards of one child the one that pays nothing.

    `review_for` is the ground on which a person has to look at it (it has moved, two files were merged, …), "" for none; the place's
    payment rules say whether money is held until then.
    """

    id: HexId
    person_id: HexId
    identity: str
    entitlement: str
    sensitivity: int
    division: str
    state: str
    duplicate: bool
    terms: AwardTerms
    review_for: str = ""


def awards_of_run(*, county: str, series: str) -> QuerySet[Award]:
    """The awards that a county's run of a series looks at: ended ones too, for what they still owe or are owed."""
    scope = DivisionScope.of(county)
    return Award.objects.filter(series=series, division__gte=scope.first, division__lt=scope.end)


def next_children(*, county: str, series: str, after: HexId | None, limit: int) -> list[HexId]:
    """The next children with an award in a run, by id: to go through all of them in parts."""
    rows = awards_of_run(county=county, series=series)
    rows = rows if after is None else rows.filter(person_id__gt=after)
    return list(rows.order_by("person_id").values_list(hex_id("person_id"), flat=True).distinct()[:limit])


def count_children(*, county: str, series: str) -> int:
    """How many children have an award in a run."""
    return awards_of_run(county=county, series=series).values("person_id").distinct().count()


def run_awards(*, county: str, series: str, after: HexId | None, last: HexId) -> list[RunAward]:
    """The awards of the children behind `after` up to `last`, by child."""
    rows = awards_of_run(county=county, series=series).filter(person_id__lte=last)
    return _as_run_awards(rows if after is None else rows.filter(person_id__gt=after))


def _as_run_awards(rows: QuerySet[Award]) -> list[RunAward]:
    suspended = _suspended(rows)
    months: dict[dt.date, Month] = {}

    def month(day: dt.date) -> Month:
        return months.setdefault(day, Month.of(day))

    return [
        RunAward(
            award,
            person,
            identity,
            entitlement,
            sensitivity,
            division,
            state,
            duplicate_of is not None,
            AwardTerms(month(first), fen, None if last is None else month(last), suspended.get(award, ())),
            review_for,
        )
        for award, person, identity, entitlement, sensitivity, division, state, duplicate_of, first, fen, last, review_for in (
            rows.order_by("person_id", "id").values_list(hex_id("id"), hex_id("person_id"), *_READ)
        )
    ]


_READ = (
    "identity", "entitlement", "sensitivity", "division", "state", "duplicate_of_id",
    "first_month", "amount_fen", "last_month", "review_for",
)  # fmt: skip


def _suspended(rows: QuerySet[Award]) -> dict[HexId, tuple[Stretch, ...]]:
    """By award, from each suspension that was made to the resumption after it, in the order in which people decided."""
    changes = AwardChange.objects.filter(award__in=rows.values("pk"), kind__in=("suspend", "resume"), result="made")
    found: dict[HexId, list[Stretch]] = defaultdict(list)
    for award, kind, from_month in changes.order_by("decided_at", "id").values_list(
        hex_id("award_id"), "kind", "from_month"
    ):
        month, stretches = Month.of(from_month), found[award]
        if kind == "suspend":
            stretches.append(Stretch(month))
        elif stretches and stretches[-1].last is None:
            began = stretches.pop().first
            if month > began:  # resumed from its own first month: it never stopped
                stretches.append(Stretch(began, month.plus(-1)))
    return {award: tuple(stretches) for award, stretches in found.items()}


@dataclass(frozen=True, slots=True)
class RunningAward:
    """An award that is paid or suspended, as another system is told of it. `first_month` is that month's first day."""

    person_id: uuid.UUID
    entitlement: str
    amount_fen: int
    first_month: dt.date
    state: str


def running_awards(county: str, *, entitlements: Iterable[str]) -> list[RunningAward]:
    """The awards of these entitlements (class 5 excepted) that run in a county, or are suspended; doubles are left out."""
    scope = DivisionScope.of(county)
    rows = Award.objects.filter(division__gte=scope.first, division__lt=scope.end, entitlement__in=list(entitlements))
    rows = rows.filter(sensitivity__lt=RESTRICTED, duplicate_of=None).exclude(state=AwardState.ENDED)
    fields = ("person_id", "entitlement", "amount_fen", "first_month", "state")
    return [RunningAward(*row) for row in rows.values_list(*fields).iterator(chunk_size=5000)]


def entitlements_of(award_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The entitlement of each of these awards."""
    return dict(Award.objects.filter(id__in=list(award_ids)).values_list("id", "entitlement"))


def awards_not_active(person_ids: Collection[object], *, series: str) -> list[RunAward]:
    """The awards of these children in a series that were suspended or ended."""
    rows = Award.objects.filter(person__in=person_ids, series=series)
    return _as_run_awards(rows.exclude(state=AwardState.ACTIVE))


def awards_by_id(award_ids: Iterable[object]) -> list[RunAward]:
    """These awards as a run needs them."""
    return _as_run_awards(Award.objects.filter(id__in=list(award_ids)))
