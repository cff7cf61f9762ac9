"""What happens to school cases without anybody's doing: rosters miss a child, it moves, grows, dies, is protected, or is one with another."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.screened import children_named_by
from ciyou.apps.registry.identity_moves import follows_merge
from ciyou.apps.registry.paying import standings_of
from ciyou.apps.registry.round_children import children_in_care, places_for_work, statements_named
from ciyou.apps.schooling.access import county_of
from ciyou.apps.schooling.home import (
    end_home_schooling,
    end_older_placements,
    give_placements_to_named,
    hand_on_placements,
    remind_late_sessions,
)
from ciyou.apps.schooling.models import PlaceRequest, SchoolCase, SchoolState, SpecialPlacement
from ciyou.apps.schooling.opening import FACTS, ROSTER, Missed, open_cases, reopen
from ciyou.apps.schooling.places import end_requests, give_requests_to_named, hand_on_requests
from ciyou.apps.schooling.steps import LINKS, due_day, hand_on, hand_to_named, move, note_step, worker_of
from ciyou.apps.schooling.transitions import ABOVE_AGE, DIED, MACHINE, MERGED, OPEN, POSTPONED
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.facts.state import Basis
from ciyou.packs import load_schooling
from ciyou.packs.schooling import STATUS

_NATION = "00"
_FURTHEST = (SchoolState.FOUND, SchoolState.VISITED, SchoolState.CONTRADICTED, SchoolState.PLACED)


def on_run_loaded(run_id: str, **_more: object) -> None:
    """Handler of `cases.run_loaded`: whom the rosters miss on the school rolls becomes a school case."""
    with walled(LOCAL_OPERATOR):
        names = load_schooling(division=_NATION).compulsory.differences
        known_on, children = children_named_by(run_id, differences=names)
        if known_on is not None:
            open_cases([Missed(child, known_on) for child in children], cause=ROSTER)


def on_determination_made(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `entitlements.determination_made`: of whom somebody said that it left school, or stands on no roll, becomes a school case."""
    today = timezone.localdate()
    with walled(LOCAL_OPERATOR):
        statuses = set(load_schooling(division=_NATION).compulsory.statuses)
        missed = []
        for child, said in statements_named([uuid.UUID(str(one)) for one in child_ids], name=STATUS).items():
            firm = [one for one in said if one.holds_on(today) and one.basis is not Basis.PRESUMED]
            if firm and {one.value for one in firm} <= statuses:
                missed.append(Missed(child, max(one.valid_from or dt.date.min for one in firm)))
        open_cases(missed, cause=FACTS)


def on_person_moved(person_id: str, new_division: str, **_more: object) -> None:
    """Handler of `registry.person_moved`: what is open goes along. Into another county it is handed on, and begins there anew; not lost."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        for row in _open_of([person_id]).exclude(division=new_division):
            _go_along(row, new_division)
        _hand_on_rest(person_id, moved=True)


def _go_along(row: SchoolCase, division: str) -> None:
    if county_of(division) != county_of(row.division):
        # Another county's schools: nobody there has been to the child, and no school there was named.
        LINKS.withdraw(row)
        note_step(LOCAL_OPERATOR, row, "handed_on")
        begun = {"state": SchoolState.FOUND, "told_school": False, "village_said": "", "school_said": ""}
        day = timezone.localdate()
        due_on = due_day(SchoolState.FOUND, division)
        SchoolCase.objects.filter(id=row.id).update(**begun, since_on=day, due_on=due_on, version=F("version") + 1)
    SchoolCase.objects.filter(id=row.id).update(division=division)
    row.refresh_from_db()
    hand_on(row)


def on_child_died(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_died`: nobody asks a family in mourning why the child is not at school."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        _end(_open_of(child_ids), DIED)
        end_requests(child_ids, DIED)
        end_home_schooling(child_ids)


def on_child_of_age(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_of_age`: compulsory schooling is over."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        _end(_open_of(child_ids), ABOVE_AGE)
        end_requests(child_ids, ABOVE_AGE)
        end_home_schooling(child_ids)


def on_protection_changed(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.protection_changed`: schools and their department are told no more of a protected child; its work is a named worker's."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        children = places_for_work([uuid.UUID(str(one)) for one in child_ids])
        hidden = [one.id for one in children.values() if one.restricted]
        for rows in (SchoolCase.objects, PlaceRequest.objects, SpecialPlacement.objects):
            rows.filter(child_id__in=hidden).update(told_school=False)
        for row in _open_of(list(children)):
            if row.child_id in hidden:
                LINKS.withdraw(row)
            hand_on(row)
        for child in children:
            _hand_on_rest(child, moved=False)


def _hand_on_rest(child_id: object, *, moved: bool) -> None:
    hand_on_requests(child_id, moved=moved)
    hand_on_placements(child_id, moved=moved)


@follows_merge
def on_people_merged(kept: str, **_more: object) -> None:
    """Handler of `registry.people_merged`: of two open cases of one child the one that is furthest stays, of two running placements the later."""
    for file in standings_of([kept]).values():
        on_person_moved(kept, file.division)
    rows = sorted(_open_of([kept]), key=lambda row: (-_FURTHEST.index(SchoolState(row.state)), row.opened_at))
    _end(rows[1:], MERGED)
    end_older_placements(kept)


def on_people_unmerged(kept: str, restored: str, **_more: object) -> None:
    """Handler of `registry.people_unmerged`: each case is its own child's again, and so is the work."""
    with walled(LOCAL_OPERATOR), transaction.atomic():
        for file in standings_of([kept, restored]).values():
            for row in _open_of([file.id]):
                if row.division != file.division:
                    _go_along(row, file.division)
                else:
                    hand_on(row)
            _hand_on_rest(file.id, moved=True)


def watch_schooling(today: dt.date | None = None) -> int:
    """The daily job: who grew too old ends, an entry put off begins again on its day, the work for protected children is of whoever is
    named now, late sessions become tasks; how many of all."""
    day = today or timezone.localdate()
    with walled(LOCAL_OPERATOR), transaction.atomic():
        named = hand_to_named(_open_cases().filter(child__restricted=True))
        named += give_requests_to_named() + give_placements_to_named()
        return _end_above_age(day) + _take_up_postponed(day) + named + remind_late_sessions(day)


def _end_above_age(day: dt.date) -> int:
    rows = SchoolCase.objects.filter(state__in=OPEN).values_list("id", "division", "child__birth_date")
    old = [key for key, division, born in rows.iterator() if _is_over(division, born, day)]
    locked = SchoolCase.objects.select_for_update(of=("self",)).filter(id__in=old, state__in=OPEN)
    return _end(locked, ABOVE_AGE)


def _is_over(division: str, born: dt.date | None, day: dt.date) -> bool:
    return load_schooling(division=division).compulsory.is_above_age(born, day)


def _take_up_postponed(day: dt.date) -> int:
    rows = SchoolCase.objects.select_for_update(of=("self",)).filter(end_reason=POSTPONED, postponed_until__lt=day)
    taken = 0
    for row in rows:
        child = children_in_care([row.child_id]).get(row.child_id)
        owner = worker_of(row.child_id, child.division) if child else None
        if child is None or owner is None or _has_later(row):
            continue
        pack = load_schooling(division=child.division).compulsory
        if pack.is_of_age(child.birth_date, day) and not _open_of([row.child_id]).exists():
            year = pack.school_year(day)
            reopen(row, post=owner[0], division=child.division, cause=row.cause, school_year=year)
            taken += 1
    return taken


def _has_later(row: SchoolCase) -> bool:
    """Whether a case of the child began after this one ended: how that ended is what holds."""
    later = SchoolCase.objects.filter(child_id=row.child_id).exclude(id=row.id).exclude(end_reason=MERGED)
    return later.filter(Q(school_year__gt=row.school_year) | Q(opened_at__gte=row.closed_at)).exists()


def _open_of(person_ids: Iterable[object]) -> QuerySet[SchoolCase]:
    return _open_cases().filter(child_id__in=list(person_ids))


def _open_cases() -> QuerySet[SchoolCase]:
    return SchoolCase.objects.select_for_update(of=("self",)).filter(state__in=OPEN)


def _end(rows: Iterable[SchoolCase], reason: str) -> int:
    listed = list(rows)
    for row in listed:
        move(LOCAL_OPERATOR, row, step="end", end=MACHINE, note=reason)
    return len(listed)
