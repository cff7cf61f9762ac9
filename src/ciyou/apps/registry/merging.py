"""Two files that are one person become one. Every relation to a person is named here; one that is not is refused, not forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.checks import check_may, find_for_work
from ciyou.apps.registry.copying import copy_open_facts
from ciyou.apps.registry.events import note_event
from ciyou.apps.registry.facts import children_of
from ciyou.apps.registry.identifiers import put_identifier
from ciyou.apps.registry.identity import check_apart, note_decision
from ciyou.apps.registry.identity_moves import moves_noted
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.match_keys import refresh_match_keys
from ciyou.apps.registry.models import Identifier, PayeeAccount, Person, PersonPlace, PersonStatus, Relationship
from ciyou.apps.registry.payees import open_account, seal_account
from ciyou.apps.registry.places import refresh_places
from ciyou.apps.registry.refusals import refused, somebody_was_first
from ciyou.apps.registry.relations import RELATIONS, REPOINT, every_relation
from ciyou.apps.registry.sealing import open_identifier
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action

MERGE_REASONS = ("same_number", "same_family", "told_by_family", "registered_twice")
"""Why two files are taken for one person's; a code, because free words about a person do not belong into a log."""


def merge_people(actor: Actor, *, keep: PersonId, drop: PersonId, reason: str = "") -> bool:
    """Make two files of one person one: `drop` ends and leads to `keep`. What was moved is noted on both, by row.

    `reason` is one of MERGE_REASONS, "" where the machine merges. False: they are one already (the form was sent twice). Raises
    RecordError for files of different kinds, when somebody merged them the other way, and when a relation to a person is not
    named in this module.
    """
    check_may(actor, Action.REGISTER)
    if reason and reason not in MERGE_REASONS:
        raise refused("merge_reason", "请选择为什么是同一个人。", "Choose why this is one person.")
    relations = every_relation()
    with transaction.atomic():
        stays, ends = UUID(str(keep)), UUID(str(drop))
        if stays == ends:
            raise _not_two()
        # In the order of their ids, so that two officers who merge the same two wait for each other.
        found = {asked: find_for_work(actor, asked) for asked in sorted((stays, ends))}
        kept, dropped = found[stays], found[ends]
        if kept.id == dropped.id == stays:
            return False
        if (kept.id, dropped.id) != (stays, ends):
            raise _moved_on()
        if kept.kind != dropped.kind:
            raise _not_two()
        check_apart(kept.id, dropped.id)
        with walled(LOCAL_OPERATOR):
            decision = note_decision(actor, "merge", kept=kept.id, dropped=dropped.id, reason=reason)
            with moves_noted(decision, "registry"):
                moved = _move(actor, relations, kept, dropped)
            affected = children_of(kept)
        _note_merge(actor, kept, dropped, moved, reason)
        publish_event("registry.people_merged", kept=str(kept.id), dropped=str(dropped.id), decision=str(decision.id))
        publish_event("registry.facts_changed", child_ids=[str(child) for child in affected])
        if dropped.restricted and not kept.restricted:
            publish_event("registry.protection_changed", child_ids=[str(kept.id)])
    return True


def _note_merge(actor: Actor, kept: Person, dropped: Person, moved: Mapping[str, list[str]], reason: str) -> None:
    why = {"reason": reason} if reason else {}
    note_event(actor, kept.id, "absorbed", details={"file": str(dropped.id), "moved": moved, **why})
    with walled(LOCAL_OPERATOR):
        note_event(actor, dropped.id, "merged", details={"into": str(kept.id), "moved": moved, **why})
    record_action(
        actor,
        action="merge_people",
        subject=str(kept.id),
        persons=[str(kept.id), str(dropped.id)],
        details=why,
        highest_class=4,
    )


def _not_two() -> Exception:
    return refused(
        "merge",
        "只能合并同一类的两份不同档案；请重新选择。",
        "Only two different files of the same kind can be merged; choose again.",
    )


def _moved_on() -> Exception:
    return somebody_was_first(
        "其中一份档案刚刚已由别人合并。请打开保留的那份查看。",
        "Somebody has just merged one of these files. Open the one that stayed.",
    )


def _move(
    actor: Actor, relations: Mapping[str, models.ManyToOneRel], kept: Person, dropped: Person
) -> dict[str, list[str]]:
    now = timezone.now()
    copy_open_facts(actor, source_id=dropped.id, target_id=kept.id, now=now)
    _copy_identifiers(kept, dropped, now)
    _copy_account(kept, dropped, now)
    relatives = _copy_ties(actor, kept, dropped, now)
    moved = {
        name: _repoint(relation, kept, dropped) for name, relation in relations.items() if RELATIONS[name] == REPOINT
    }
    Person.objects.filter(merged_into=dropped).update(merged_into=kept)
    _fill_gaps(kept, dropped)
    Person.objects.filter(id=dropped.id).update(
        status=PersonStatus.MERGED,
        status_on=timezone.localdate(),
        merged_into=kept,
        version=F("version") + 1,
        updated_at=now,
    )
    PersonPlace.objects.filter(person=dropped).delete()
    refresh_places([kept.id, *relatives])
    refresh_match_keys([kept.id, dropped.id, *relatives])
    return {name: ids for name, ids in moved.items() if ids}


def _repoint(relation: models.ManyToOneRel, kept: Person, dropped: Person) -> list[str]:
    field = relation.field.name
    rows = relation.related_model._default_manager.filter(**{field: dropped})
    ids = [str(row) for row in rows.values_list("pk", flat=True)]
    rows.update(**{field: kept})
    return ids


def _copy_identifiers(kept: Person, dropped: Person, now: dt.datetime) -> None:
    kinds = set(
        Identifier.objects.filter(person=kept, ended_at=None).exclude(kind="phone").values_list("kind", flat=True)
    )
    for row in Identifier.objects.filter(person=dropped, ended_at=None):
        if row.kind not in kinds:
            put_identifier(kept, row.kind, open_identifier(dropped.id, row.kind, row.cipher), row.source)
    Identifier.objects.filter(person=dropped, ended_at=None).update(ended_at=now)


def _copy_account(kept: Person, dropped: Person, now: dt.datetime) -> None:
    row = PayeeAccount.objects.filter(person=dropped, ended_at=None).first()
    if row is not None and not PayeeAccount.objects.filter(person=kept, ended_at=None).exists():
        cipher = seal_account(kept.id, open_account(row))
        PayeeAccount.objects.create(
            person=kept, cipher=cipher, blind=row.blind, recorded_at=now, recorded_by=row.recorded_by
        )
    PayeeAccount.objects.filter(person=dropped, ended_at=None).update(ended_at=now)


def _copy_ties(actor: Actor, kept: Person, dropped: Person, now: dt.datetime) -> set[UUID]:
    """The dropped file's ties end and stand at the kept one from now on, unless it has them; gives the relatives."""
    relatives: set[UUID] = set()
    single = set(Relationship.objects.filter(person=kept, superseded_at=None).values_list("kind", flat=True)) & {
        "father",
        "mother",
    }
    for side, other_side in (("person", "other"), ("other", "person")):
        for row in list(Relationship.objects.filter(**{side: dropped}, superseded_at=None)):
            Relationship.objects.filter(id=row.id).update(superseded_at=now)
            relative = getattr(row, f"{other_side}_id")
            relatives.add(relative)
            if relative == kept.id or (side == "person" and row.kind in single):
                continue
            tie = {side: kept, f"{other_side}_id": relative, "kind": row.kind}
            if Relationship.objects.filter(**tie, superseded_at=None).exists():
                continue
            Relationship.objects.create(
                **tie,
                source=row.source,
                confidence=row.confidence,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                recorded_at=now,
                recorded_by=actor.id,
            )
    return relatives


def _fill_gaps(kept: Person, dropped: Person) -> None:
    """What the kept file does not know of name, sex, birth and residence it takes from the other; protection passes on."""
    changes: dict[str, object] = {
        field: getattr(dropped, field)
        for field in ("name", "given_name", "name_reading", "name_initials", "sex", "birth_date", "residence_division")
        if not getattr(kept, field) and getattr(dropped, field)
    }
    if dropped.restricted:
        changes["restricted"] = True
    Person.objects.filter(id=kept.id).update(**changes, version=F("version") + 1, updated_at=timezone.now())
