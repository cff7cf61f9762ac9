"""When the packs change: for whom nothing they say otherwise matters, by place and by the rules that read it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.db.models import DateField, F, Value
from django.db.models.functions import Coalesce, Least

from ciyou.apps.entitlements.archive import book_now, book_then, law_between, law_days
from ciyou.apps.entitlements.models import Determination, Outcome
from ciyou.core.errors import RunError
from ciyou.packs import book_place, pack_version

_AT_ONCE = 500
"""Divisions in one statement of the database."""


def note_untouched(day: dt.date) -> int:
    """Note of every child to whom the packs say nothing new that its determination stands under them; returns how many.

    Those who are left with older `seen_packs` are to be determined again. Where the older packs were not kept, everybody is. To be
    called behind the machine's wall.
    """
    version = pack_version()
    older = Determination.objects.filter(current=True).exclude(seen_packs=version).order_by()
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for seen, division in older.values_list("seen_packs", "division").distinct():
        places[seen, book_place(division)].append(division)
    return sum(_note(seen, place, divisions, day) for (seen, place), divisions in places.items())


def _note(seen: str, place: str, divisions: list[str], day: dt.date) -> int:
    try:
        change = law_between(book_then(version=seen, division=place, as_of=day), book_now(division=place, as_of=day))
        turn = _earlier_turn(seen, place, day)
    except RunError:
        return 0
    if change.conditions:
        return 0
    noted = 0
    for first in range(0, len(divisions), _AT_ONCE):
        part = divisions[first : first + _AT_ONCE]
        rows = Determination.objects.filter(current=True, seen_packs=seen, division__in=part)
        if change.amounts:
            rows = rows.exclude(person__in=Outcome.objects.filter(rule__in=change.amounts).values("person_id"))
        noted += rows.update(seen_packs=pack_version(), **turn)
    return noted


def _earlier_turn(seen: str, place: str, day: dt.date) -> dict[str, object]:
    """Where the packs announce other days than before: look at the children of the place on the first of these at the latest."""
    announced = law_days(version=pack_version(), division=place, after=day)
    if not announced or announced == law_days(version=seen, division=place, after=day):
        return {}
    first = Value(announced[0][0], output_field=DateField())
    return {"next_check_on": Coalesce(Least(F("next_check_on"), first), first)}
