"""Destroying files whose time is over: persons with everything that hangs on them. The log is never touched."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from ciyou.apps.registry.models import Evidence, NamedAccess, Person, Relationship
from ciyou.core.access.actor import Actor, DivisionScope
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem


def children_in(scope: DivisionScope) -> QuerySet[Person]:
    """Every child's file of a place, restricted ones and all: for rules about keeping, never shown."""
    return Person.objects.filter(kind="child", division__gte=scope.first, division__lt=scope.end)


def held_by_others(people: QuerySet[Person]) -> QuerySet[Person]:
    """Of these files those that somebody still works on or that other files lead to: they are not destroyed."""
    named = NamedAccess.objects.filter(person=OuterRef("pk"))
    merged = Person.objects.filter(merged_into=OuterRef("pk"))
    return people.filter(Q(restricted=True) | Q(Exists(named)) | Q(Exists(merged)) | Q(merged_into__isnull=False))


def relatives_only_of(child_ids: Collection[uuid.UUID]) -> tuple[uuid.UUID, ...]:
    """The adults who are on file for nobody but these children, and have no work or other reason of their own."""
    tied = Relationship.objects.filter(person__in=child_ids).values("other")
    elsewhere = Relationship.objects.filter(other=OuterRef("pk")).exclude(person__in=child_ids)
    own = Relationship.objects.filter(person=OuterRef("pk"))
    people = Person.objects.filter(pk__in=tied, kind="adult").exclude(Exists(elsewhere)).exclude(Exists(own))
    # What other rooms protect (a letter, an opening in need) keeps its person.
    people = people.filter(inquired_about=None, inquiries=None, opened_in_need=None, subject_requests=None)
    return tuple(people.order_by("pk").values_list("pk", flat=True))


def destroy_people(actor: Actor, *, person_ids: Collection[uuid.UUID]) -> dict[str, int]:
    """Destroy these files with their facts, identifiers, relations, evidence, leads, tasks and determinations; counts by table.

    Called inside the transaction of the one who asked (oversight.retention); evidence files go when it is committed.
    """
    if not may_do(actor.role, Action.PURGE):
        raise AccessDenied(
            Problem(Place(), "access.role", "您的岗位不办理销毁。", "Your post does not destroy records.")
        )
    counts: Counter[str] = Counter()
    with transaction.atomic():
        evidence = tuple(Evidence.objects.filter(person__in=person_ids).values_list("id", flat=True))
        _links, by_table = Relationship.objects.filter(other__in=person_ids).delete()
        counts.update(by_table)
        _people, by_table = Person.objects.filter(pk__in=person_ids).delete()
        counts.update(by_table)
        transaction.on_commit(lambda: _remove_files(evidence))
    return {name.rpartition(".")[2]: count for name, count in sorted(counts.items()) if count}


def _remove_files(evidence: Collection[uuid.UUID]) -> None:
    for name in evidence:
        (Path(settings.EVIDENCE) / str(name)).unlink(missing_ok=True)
