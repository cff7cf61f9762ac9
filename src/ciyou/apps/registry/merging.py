"""Two files that are one person become one. Every relation to a person is named here; one that is not is refused, not forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
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
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.models import Identifier, PayeeAccount, Person, PersonPlace, PersonStatus, Relationship
from ciyou.apps.registry.payees import open_account, seal_account
from ciyou.apps.registry.places import refresh_places
from ciyou.apps.registry.refusals import refused, somebody_was_first
from ciyou.apps.registry.sealing import open_identifier
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action

COPY, STAY, REPOINT, FOLLOW, HEARS = "copy", "stay", "repoint", "follow", "hears"
RELATIONS: Mapping[str, str] = MappingProxyType(
    {
        # Encrypted for their person: sealed anew for the other; what was known of the first file when can still be asked.
        "registry.Fact.person": COPY,
        "registry.Identifier.person": COPY,
        "registry.PayeeAccount.person": COPY,
        "registry.Relationship.person": COPY,
        "registry.Relationship.other": COPY,
        # The first file's own story; a timeline reads both. Places are computed anew.
        "registry.PersonEvent.person": STAY,
        "registry.PersonPlace.person": STAY,
        # A determination is about the facts of its time and of its file; the merged child is determined anew.
        "entitlements.Determination.person": STAY,
        "entitlements.Outcome.person": STAY,
        # What people decided was about that file's facts; the county decides anew for the child if it is still open.
        "entitlements.CaseDecision.person": STAY,
        # What hears of the merge (registry.people_merged) and goes over by itself: two running awards of one child become one.
        "awards.Application.person": HEARS,
        "awards.Award.person": HEARS,
        "disbursement.CollectivePayee.person": HEARS,
        # What was paid, held or changed in a month was so under that file; the awards it hangs on go over.
        "disbursement.Payment.person": STAY,
        "disbursement.Hold.person": STAY,
        "disbursement.MonthChange.person": STAY,
        # Found under that file; the next comparison finds the kept one.
        "exchange.ExchangeItem.person": STAY,
        # A list is frozen as it was sent; the next month's tells of the kept file.
        "exchange.ListedChild.person": STAY,
        "registry.Person.merged_into": FOLLOW,
        "registry.NamedAccess.person": REPOINT,
        "registry.HouseholdMember.person": REPOINT,
        "registry.Evidence.person": REPOINT,
        "cases.Lead.person": REPOINT,
        "cases.Task.person": REPOINT,
        "cases.VisitedChild.person": REPOINT,
        # A child stands once in a round: what hears of the merge takes it over, or lets the second leave.
        "cases.ChildCheck.person": HEARS,
        "cases.InquiryLetter.child": REPOINT,
        "cases.InquiryLetter.about": REPOINT,
        "crossing.Crossing.person": REPOINT,
        "oversight.BreakGlass.person": REPOINT,
        "oversight.SubjectRequest.person": REPOINT,
    }
)
"""What becomes of each relation to the file that ends."""


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
        with walled(LOCAL_OPERATOR):
            moved = _move(actor, relations, kept, dropped)
            affected = children_of(kept)
        _note_merge(actor, kept, dropped, moved, reason)
        publish_event("registry.people_merged", kept=str(kept.id), dropped=str(dropped.id))
        publish_event("registry.facts_changed", child_ids=[str(child) for child in affected])
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


def relation_name(relation: models.ManyToOneRel) -> str:
    """`app.Model.field` of a relation to a person."""
    return f"{relation.related_model._meta.label}.{relation.field.name}"


def every_relation() -> dict[str, models.ManyToOneRel]:
    """Every relation to a person by its name; raises RecordError when RELATIONS does not say what becomes of one."""
    found = {relation_name(relation): relation for relation in Person._meta.related_objects}
    unknown = sorted(set(found) - set(RELATIONS))
    if unknown:
        raise refused(
            "merge_unknown",
            f"合并尚未说明如何处理：{'、'.join(unknown)}。请在 registry/merging.py 中补上后再合并。",
            f"It is not said what a merge does with {', '.join(unknown)}. Add them to registry/merging.py first.",
        )
    return found


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
