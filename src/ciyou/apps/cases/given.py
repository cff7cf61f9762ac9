"""Questions that are written once, with places for what is given when they are asked.

To write the one of the report of loops, two dozen parts with conditions of their own, took Django a tenth of a second each time: longer
than a township's answer.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, CharField, Expression, F, Field, QuerySet

from ciyou.core.access.actor import DivisionScope

Question = tuple[str, tuple[Any, ...]]
"""Its SQL, and its parameters as far as they are known."""


@dataclass(frozen=True)
class _Place:
    """Where a parameter goes."""

    name: str


class Given(Expression):
    """`first` and `end` of the area, or `today` (with its field)."""

    def __init__(self, name: str, output_field: Field | None = None) -> None:
        super().__init__(output_field=output_field or CharField())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """One place."""
        return "%s", [_Place(self.name)]


class IsHidden(Expression):
    """Whether a row is about one of the protected files; about nobody it is about none."""

    conditional = True
    output_field = BooleanField()  # type: ignore[assignment]

    def __init__(self, person: str) -> None:
        super().__init__()
        self.person: Any = F(person)

    def get_source_expressions(self) -> list[Any]:
        return [self.person]

    def set_source_expressions(self, exprs: list[Any]) -> None:
        (self.person,) = exprs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The condition with one place, however many there are."""
        person, params = compiler.compile(self.person)
        among = "= ANY(%s)" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"
        return f"({person} IS NOT NULL AND {person} {among})", [*params, *params, _Place("hidden")]


def written(rows: QuerySet) -> Question:
    """A queryset as a question."""
    sql, params = rows.query.sql_with_params()
    return sql, tuple(params)


def parameters(params: Iterable[Any], *, scope: DivisionScope, today: dt.date, hidden: Iterable[UUID]) -> list[Any]:
    """The parameters of a query with what its places ask for."""
    ids: Any = list(hidden)
    if connection.vendor == "sqlite":
        ids = json.dumps([one.hex for one in ids])
    day = connection.ops.adapt_datefield_value(today)
    given = {"first": scope.first, "end": scope.end, "today": day, "hidden": ids}
    return [given[one.name] if isinstance(one, _Place) else one for one in params]
