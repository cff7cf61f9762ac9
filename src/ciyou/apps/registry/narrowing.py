"""How lists ask their questions so that a database with 100,000 children answers at once, whichever of the two it is."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When

from ciyou.apps.registry.models import Person, PersonPlace
from ciyou.core.access.actor import DivisionScope, significant_digits

_COUNTY_DIGITS = 6


def placed_in(scope: DivisionScope) -> Q:
    """Persons with a place in a township or village, as a set that the database can start from; everybody for anything larger.

    `visible_people` asks of each person whether it has a place in the area. For a village among 100,000 children that is 100,000
    questions (measured: 240 ms); starting from the village's few hundred places it is a few hundred (20 ms).
    """
    if len(significant_digits(scope.first)) <= _COUNTY_DIGITS:
        return Q()
    places = PersonPlace.objects.filter(division__gte=scope.first, division__lt=scope.end)
    return Q(pk__in=places.values("person"))


def in_two_parts(people: QuerySet, scope: DivisionScope, *columns: str) -> QuerySet:
    """Persons whom an actor of this area may see, as the same rows in two parts: whose own place lies in it, and who has another place there.

    Each part is a range of an index, where one or the other of them is a question to every person of the country (measured for a
    county of 11,000 children among 40,000: 4 s).
    """
    inside = Q(division__gte=scope.first, division__lt=scope.end)
    places = PersonPlace.objects.filter(division__gte=scope.first, division__lt=scope.end)
    # Of nearly all children with a place there it is their own: two indexes say so, and few are looked at.
    guests = places.values("person").difference(Person.objects.filter(inside, kind="child").values("pk"))
    elsewhere = people.filter(~inside, pk__in=guests)
    return (
        people.filter(inside)
        .order_by()
        .values_list(*columns)
        .union(elsewhere.order_by().values_list(*columns), all=True)
    )


Has = Callable[[QuerySet], Q]
"""How "there is such a row about this person" is asked: `each_has` for a page, `among` for a count. `rows` have a `person`."""


def each_has(rows: QuerySet) -> Q:
    """Persons about whom there is such a row, asked person by person in the order of the list.

    PostgreSQL turns a plain EXISTS into a join, and behind row-level security it cannot guess how many rows that gives: it then
    reads everything before the first page (measured: up to 35 s). Inside a CASE it asks of each person until the page is full.
    """
    found = Exists(rows.filter(person=OuterRef("pk")))
    return Q(Case(When(found, then=Value(True)), default=Value(False), output_field=BooleanField()))


def among(rows: QuerySet) -> Q:
    """The same persons as one set, for a count: all of them are needed, and asking each takes several times as long (measured)."""
    return Q(pk__in=rows.filter(person__isnull=False).order_by().values("person"))
