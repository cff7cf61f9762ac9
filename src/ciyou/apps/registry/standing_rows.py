"""Which rows stand on files, in one question for all tables: when and by whom each was written; not what it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.db.models import (
    BooleanField,
    DateField,
    DateTimeField,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce

from ciyou.apps.registry.relations import COPY, HEARS, RELATIONS, REPOINT

MONEY = ("awards.Application", "awards.Award", "disbursement.Payment", "disbursement.CollectivePayee")
"""Where a row of either file stands here, undoing a merge moves money: a second person agrees."""
_FOLLOWS = frozenset({"cases.Task"})
_AT = ("recorded_at", "created_at", "opened_at", "granted_at", "sent_at", "drafted_at", "at")
_ON = ("awarded_on", "due_on")
_BY = ("recorded_by", "received_by", "awarded_by", "granted_by", "drafted_by", "actor_id", "by")
_ENDED = ("superseded_at", "ended_at")


@dataclass(frozen=True)
class StandingRow:
    """A row of a file: `what` is `app.Model`; `ended`: a statement that stands no more; `at` or `on` when it was written, `by` a user's id."""

    what: str
    key: str
    ended: bool
    at: dt.datetime | None
    on: dt.date | None
    by: str
    sensitivity: int


def standing_rows(people: Collection[UUID]) -> tuple[StandingRow, ...]:
    """Every row of these files that a merge may move, and what was paid; tasks follow what they are about."""
    first, *more = (_asked(label, which) for label, which in _tables(people).items())
    return tuple(
        StandingRow(what, str(apps.get_model(what)._meta.pk.to_python(key)), bool(ended), at, on, by or "", sensitivity)
        for what, key, ended, at, on, by, sensitivity in first.union(*more, all=True)
    )


def _tables(people: Collection[UUID]) -> Mapping[str, Q]:
    wanted = {"disbursement.Payment": Q(person__in=people)}
    for name in (name for name, how in RELATIONS.items() if how in (COPY, REPOINT, HEARS)):
        label, _dot, field = name.rpartition(".")
        if label not in _FOLLOWS:
            wanted[label] = wanted.get(label, Q()) | Q(**{f"{field}__in": people})
    return wanted


def _asked(label: str, which: Q) -> QuerySet:
    """The rows of one table in the columns of all: in a union every column has one type, so each is said."""
    model = apps.get_model(label)
    there = {field.attname: field for field in model._meta.concrete_fields}
    ended = [f"{name}__isnull" for name in _ENDED if name in there]
    return (
        model._default_manager.filter(which)
        .order_by()
        .values_list(
            Cast(Value(label), TextField()),
            Cast("pk", TextField()),
            ExpressionWrapper(Q(**{ended[0]: False}), BooleanField()) if ended else Value(False, BooleanField()),
            _first_of(_AT, there, DateTimeField()),
            _first_of(_ON, there, DateField()),
            _first_of(_BY, there, TextField()),
            Cast(F("sensitivity"), IntegerField()) if "sensitivity" in there else Value(0, IntegerField()),
        )
    )


def _first_of(
    names: tuple[str, ...], there: Mapping[str, object], kind: DateTimeField | DateField | TextField
) -> Combinable:
    columns = [Cast(F(name), kind) if isinstance(kind, TextField) else F(name) for name in names if name in there]
    return (
        Coalesce(*columns, output_field=kind)
        if len(columns) > 1
        else columns[0]
        if columns
        else Cast(Value(None), kind)
    )
