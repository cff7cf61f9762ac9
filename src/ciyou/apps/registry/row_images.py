"""Rows of two files as plain values, before and after something was done to them: what changed, and how it is put back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Q

from ciyou.apps.registry.models import Person, PersonPlace, Relationship
from ciyou.apps.registry.plain_rows import Values, stored, values_of
from ciyou.apps.registry.relations import COPY, DEPENDENTS, HEARS, RELATIONS, REPOINT

Image = dict[tuple[str, str], Values]
"""(`app.Model`, key) → the row's columns."""

_MOVED = (COPY, REPOINT, HEARS)


@dataclass(frozen=True)
class RowChange:
    """One row: `was` None where it was made, `now` None where it was taken away, otherwise only the columns that differ."""

    model: str
    key: str
    was: Values | None
    now: Values | None


def image_of(people: Collection[UUID]) -> Image:
    """Every row of these files that a merge may touch, and the places of their relatives."""
    wanted: dict[str, Q] = {"registry.Person": Q(pk__in=people) | Q(merged_into__in=people)}
    for name in [*(name for name, how in RELATIONS.items() if how in _MOVED), *DEPENDENTS]:
        app, model, *path = name.split(".")
        label = f"{app}.{model}"
        wanted[label] = wanted.get(label, Q()) | Q(**{f"{'__'.join(path)}__in": people})
    wanted["registry.PersonPlace"] = Q(person__in=_with_relatives(people))
    return {
        (label, str(row.pk)): values_of(row)
        for label, which in wanted.items()
        for row in _manager(label).filter(which).order_by("pk")
    }


def _with_relatives(people: Collection[UUID]) -> set[UUID]:
    ties = Relationship.objects.filter(Q(person__in=people) | Q(other__in=people))
    return {one for tie in ties.values_list("person_id", "other_id") for one in tie} | set(people)


def _manager(label: str) -> models.Manager[models.Model]:
    return apps.get_model(label)._default_manager


def difference(before: Image, after: Image) -> list[RowChange]:
    """What became of each row from one image to the next."""
    found = []
    for place in sorted(before.keys() | after.keys()):
        was, now = before.get(place), after.get(place)
        if was == now:
            continue
        if was is not None and now is not None:
            differing = [name for name in now if was[name] != now[name]]
            was, now = {name: was[name] for name in differing}, {name: now[name] for name in differing}
        found.append(RowChange(*place, was, now))
    return found


def put_back(changes: Iterable[RowChange]) -> list[RowChange]:
    """Undo changes, the latest first, column by column; gives those that were not undone since somebody wrote there later.

    A row that was made is taken away, unless somebody has worked with it (a copy always: what it was copied from is there).
    """
    undone = list(changes)[::-1]
    left = [change for change in undone if change.was is None and not _take_away(change)]
    for change in undone:
        if change.now is None and change.was is not None:
            model = apps.get_model(change.model)
            model._default_manager.bulk_create([model(**stored(change.model, change.was))])
    both = [change for change in undone if change.was is not None and change.now is not None]
    # Whose a row is goes first: a file has at most one running award, and for a moment one would have two.
    left += [change for change in both for part in [_persons(change)] if part.was and not _turn(part)]
    left += [change for change in both for part in [_others(change)] if part.was and not _turn(part)]
    return left


def _take_away(change: RowChange) -> bool:
    rows = _manager(change.model).filter(pk=change.key)
    row = rows.first()
    if row is None:
        return True
    if (f"{change.model}.person" in RELATIONS and RELATIONS[f"{change.model}.person"] == COPY) or _is_place(change):
        rows.delete()
        return True
    if values_of(row) != change.now:
        return False
    rows.delete()
    return True


def _is_place(change: RowChange) -> bool:
    return change.model == PersonPlace._meta.label


def _split(change: RowChange, *, persons: bool) -> RowChange:
    own = {
        field.attname
        for field in apps.get_model(change.model)._meta.concrete_fields
        if field.related_model is Person and change.model != Person._meta.label
    }
    assert change.was is not None and change.now is not None
    names = [name for name in change.was if (name in own) == persons]
    return RowChange(change.model, change.key, {n: change.was[n] for n in names}, {n: change.now[n] for n in names})


def _persons(change: RowChange) -> RowChange:
    return _split(change, persons=True)


def _others(change: RowChange) -> RowChange:
    return _split(change, persons=False)


def _turn(change: RowChange) -> bool:
    """Whether every column stood as it was left; those that did are turned back."""
    assert change.was is not None and change.now is not None
    rows = _manager(change.model).filter(pk=change.key)
    row = rows.first()
    if row is None:
        return False
    current = values_of(row)
    standing = {name: change.was[name] for name in change.was if current[name] == change.now[name]}
    if standing:
        rows.update(**stored(change.model, standing, of=current))
    return len(standing) == len(change.was)
