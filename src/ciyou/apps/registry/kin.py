"""Who is whose father, mother or carer: recorded like facts, so that an earlier answer can still be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import islice
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.checks import check_may, find_for_work
from ciyou.apps.registry.copying import copy_open_facts
from ciyou.apps.registry.incoming import IncomingRelation, PersonId
from ciyou.apps.registry.match_keys import refresh_match_keys
from ciyou.apps.registry.models import Person, PersonStatus, Relationship
from ciyou.apps.registry.places import refresh_places
from ciyou.apps.registry.refusals import refused
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action

BATCH = 500
PARENTS = ("father", "mother")
PARENT_SEX = {"father": "male", "mother": "female"}
Tie = tuple[UUID, str, UUID]


def relate_people(actor: Actor, *, relations: Iterable[IncomingRelation]) -> int:
    """Record the family ties of a screening between persons on file; gives how many are new.

    A child has one father and one mother: a roster that names another ends the earlier roster's word, not an officer's. An
    unnamed parent's file that officers opened becomes the named one's.
    """
    check_may(actor, Action.REGISTER, Action.SCREEN)
    made = 0
    rows = iter(relations)
    while batch := list(islice(rows, BATCH)):
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            made += _relate(actor, batch)
    record_action(actor, action="relate_people", details={"new": made}, highest_class=3)
    return made


def _relate(actor: Actor, batch: list[IncomingRelation]) -> int:
    people = _people({key for one in batch for key in (one.child_linkage_id, one.other_linkage_id)})
    said: dict[Tie, IncomingRelation] = {}
    for one in batch:
        child, other = people.get(one.child_linkage_id), people.get(one.other_linkage_id)
        if child and other and child != other:
            said[child, one.kind, other] = one
    current = list(
        Relationship.objects.filter(person_id__in={tie[0] for tie in said}, superseded_at=None).select_related("other")
    )
    known = {(row.person_id, row.kind, row.other_id) for row in current}
    new = {tie: one for tie, one in said.items() if tie not in known}
    parents = {(row.person_id, row.kind): row for row in current if row.kind in PARENTS}
    kept = {tie: one for tie, one in new.items() if not _officer_knows_better(parents.get(tie[:2]))}
    replaced = [parents[tie[:2]] for tie in kept if tie[:2] in parents]
    now = timezone.now()
    Relationship.objects.filter(id__in=[tie.id for tie in replaced]).update(superseded_at=now)
    Relationship.objects.bulk_create([_row(actor, tie, one, now) for tie, one in kept.items()])
    _take_over_unnamed(actor, kept, parents)
    refresh_places({tie[2] for tie in kept} | {tie.other_id for tie in replaced})
    refresh_match_keys({tie[0] for tie in kept})
    return len(kept)


def _people(linkage_ids: set[str]) -> dict[str, UUID]:
    rows = Person.objects.filter(linkage_id__in=linkage_ids).values_list("linkage_id", "id", "merged_into_id")
    return {str(key): merged or own for key, own, merged in rows}


def _is_unnamed(person: Person) -> bool:
    return not person.name and person.linkage_id is None


def _officer_knows_better(parent: Relationship | None) -> bool:
    return parent is not None and parent.source == "officer" and not _is_unnamed(parent.other)


def _row(actor: Actor, tie: Tie, one: IncomingRelation, now: dt.datetime) -> Relationship:
    person, kind, other = tie
    return Relationship(
        person_id=person,
        other_id=other,
        kind=kind,
        source=one.source[:120],
        confidence=one.confidence,
        recorded_at=now,
        recorded_by=actor.id,
    )


def _take_over_unnamed(
    actor: Actor, kept: Mapping[Tie, IncomingRelation], parents: Mapping[tuple[UUID, str], Relationship]
) -> None:
    for tie in kept:
        former = parents.get(tie[:2])
        if former is not None and _is_unnamed(former.other):
            copy_open_facts(actor, source_id=former.other_id, target_id=tie[2])
            # Letters and evidence that name the unnamed file lead on to the named one.
            unnamed = Person.objects.filter(id=former.other_id)
            unnamed.update(status=PersonStatus.MERGED, status_on=timezone.localdate(), merged_into_id=tie[2])


def ensure_parent(actor: Actor, *, child_id: PersonId, kind: str) -> UUID:
    """The file of a child's father or mother; one without a name is opened where nobody is known."""
    if kind not in PARENTS:
        raise refused("parent_kind", "只能是父亲或母亲；请重新选择。", "It is the father or the mother; choose again.")
    check_may(actor, Action.REGISTER, Action.RECORD_FACTS)
    with transaction.atomic():
        child = find_for_work(actor, child_id)
        with walled(LOCAL_OPERATOR):
            known = (
                Relationship.objects.filter(person=child, kind=kind, superseded_at=None)
                .values_list("other_id", flat=True)
                .first()
            )
            if known is not None:
                return known
            parent = _open_unnamed(actor, child, kind)
        record_action(
            actor,
            action="ensure_parent",
            subject=str(child.id),
            persons=[str(child.id), str(parent)],
            details={"kind": kind},
            highest_class=3,
        )
    return parent


def _open_unnamed(actor: Actor, child: Person, kind: str) -> UUID:
    now = timezone.now()
    parent = Person.objects.create(
        id=uuid4(),
        kind="adult",
        sex=PARENT_SEX[kind],
        division=child.division,
        division_resolved=child.division_resolved,
        created_at=now,
        updated_at=now,
    )
    Relationship.objects.create(
        person=child, other=parent, kind=kind, source="officer", recorded_at=now, recorded_by=actor.id
    )
    refresh_places([parent.id])
    return parent.id
