"""What figures ask of schooling: counts by village, of nobody who is protected."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

from django.db.models import F, QuerySet, Sum

from ciyou.apps.registry.scoping import never_counted
from ciyou.apps.schooling.home import COUNTS, HOME
from ciyou.apps.schooling.models import HomePlan, PlaceRequest, PlaceState, SchoolCase, SpecialPlacement
from ciyou.apps.schooling.reading import standard_of
from ciyou.apps.schooling.transitions import BACK, MERGED, OPEN
from ciyou.core.access.actor import DivisionScope

Counts = Mapping[str, Counter[str]]
"""What is counted → village → how many."""
FOUND, OPEN_NOW, LATE, CAME_BACK, OTHERWISE = "found", "open", "late", "back", "otherwise"
CASES = (FOUND, OPEN_NOW, LATE, CAME_BACK, OTHERWISE)
ASKED, OFFERED, REFUSED, TAKEN = "asked", "offered", "refused", "taken"
PLACES = (ASKED, OFFERED, REFUSED, TAKEN)
TAUGHT, PLANNED, DONE, MEASURED, STANDARD = "taught", "planned", "done", "measured", "standard"
HOME_FIGURES = (TAUGHT, PLANNED, DONE, MEASURED, STANDARD)


def count_cases(scope: DivisionScope, *, school_year: int, today: dt.date) -> Counts:
    """The school cases of a school year: found, open today and of these late, back, ended otherwise. Behind the machine's wall."""
    rows = _inside(SchoolCase.objects.filter(school_year=school_year).exclude(end_reason=MERGED), scope)
    found = {name: Counter[str]() for name in CASES}
    for division, state, reason, due_on in rows.values_list("division", "state", "end_reason", "due_on").iterator():
        found[FOUND][division] += 1
        if state in OPEN:
            found[OPEN_NOW][division] += 1
            found[LATE][division] += due_on is not None and due_on < today
        else:
            found[CAME_BACK if reason == BACK else OTHERWISE][division] += 1
    return found


def count_requests(scope: DivisionScope, *, school_year: int) -> Counts:
    """Places asked for in a school year: in all, ever offered, refused, taken. Behind the machine's wall."""
    rows = _inside(PlaceRequest.objects.filter(school_year=school_year), scope)
    found = {name: Counter[str]() for name in PLACES}
    for division, state in rows.values_list("division", "state").iterator():
        found[ASKED][division] += 1
        found[REFUSED][division] += state == PlaceState.REFUSED
        found[TAKEN][division] += state == PlaceState.TAKEN
        found[OFFERED][division] += state in (PlaceState.OFFERED, PlaceState.TAKEN, PlaceState.NOT_TAKEN)
    return found


def count_home(scope: DivisionScope, *, today: dt.date) -> Counts:
    """Children taught at home today; of their running terms the periods planned, done, and, of those `measured`, the place's standard."""
    children = _inside(SpecialPlacement.objects.filter(kind=HOME, ended_on=None), scope)
    found = {name: Counter[str]() for name in HOME_FIGURES}
    found[TAUGHT].update(children.values_list("division", flat=True))
    plans = HomePlan.objects.filter(placement__in=children.values("pk"), from_on__lte=today, to_on__gte=today)
    for plan in plans.annotate(done=Sum("sessions__periods", filter=COUNTS), division=F("placement__division")):
        found[PLANNED][plan.division] += plan.periods
        found[DONE][plan.division] += plan.done or 0
        standard = standard_of(plan.division, plan.from_on, plan.to_on).periods
        if standard is not None:
            found[MEASURED][plan.division] += 1
            found[STANDARD][plan.division] += standard
    return found


def _inside(rows: QuerySet, scope: DivisionScope) -> QuerySet:
    rows = rows.filter(division__gte=scope.first, division__lt=scope.end)
    return rows.exclude(child__in=never_counted())
