"""Recording what is known: by a visit, a letter, a registration or a correction. Nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.checks import check_may, find_for_work
from ciyou.apps.registry.events import note_event
from ciyou.apps.registry.incoming import NewStatement, PersonId
from ciyou.apps.registry.models import Evidence, Fact, Person, Relationship
from ciyou.apps.registry.refusals import not_to_be_asked_here, person_not_found, refused, somebody_was_first
from ciyou.apps.registry.scoping import is_named
from ciyou.apps.registry.statements import CheckedStatement, Recording, Revision, check_statement, is_empty
from ciyou.apps.registry.witnessing import sees_fact
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import ROLES, Action, Level
from ciyou.packs import load_vocabulary

LOWEST_LEVELS = (Level.VILLAGE, Level.TOWNSHIP)
CORRECTION_REASONS = ("mistyped", "other_person", "wrong_period", "outdated", "source_withdrew")
"""Why a statement was wrong; a code, because free words about a person do not belong into a log."""


def record_facts(
    actor: Actor,
    *,
    person_id: PersonId,
    statements: Iterable[NewStatement],
    source: str,
    reference: str = "",
    evidence_id: UUID | None = None,
) -> int:
    """Record what a source says of a person now; gives how many statements were new.

    For the time they speak of, they take the place of what the same source said before. Raises FactError for what the vocabulary
    does not know, AccessDenied for what a village is not to ask, RecordError for a period that ends before it begins.
    """
    check_may(actor, Action.RECORD_FACTS, Action.REGISTER)
    with transaction.atomic():
        person = find_for_work(actor, person_id)
        checked = _checked(actor, person, statements)
        _check_evidence(person, evidence_id)
        recording = Recording(actor, now=timezone.now(), source=source, reference=reference, evidence_id=evidence_id)
        with walled(LOCAL_OPERATOR):
            made = _write(recording, person, checked)
            affected = children_of(person)
        if made:
            _tell(actor, "record_facts", person, checked, affected)
    return made


def _checked(actor: Actor, person: Person, statements: Iterable[NewStatement]) -> list[CheckedStatement]:
    vocabulary = load_vocabulary()
    checked = [check_statement(vocabulary, person.kind, one) for one in statements]
    if any(is_empty(one.period) for one in checked):
        raise refused(
            "period",
            "结束日期必须在开始日期之后；请改正日期。",
            "The end must lie after the beginning; correct the dates.",
        )
    if is_low(actor) and any("village" not in one.definition.askable for one in checked):
        raise not_to_be_asked_here()
    return checked


def is_low(actor: Actor) -> bool:
    """Whether the actor works in a village or township, which neither asks nor sees certain things."""
    return ROLES[actor.role].level in LOWEST_LEVELS


def _check_evidence(person: Person, evidence_id: UUID | None) -> None:
    if evidence_id is not None and not Evidence.objects.filter(id=evidence_id).exists():
        raise refused("evidence", "没有这份证明材料；请重新上传。", "There is no such evidence file; upload it again.")


def _write(recording: Recording, person: Person, checked: Sequence[CheckedStatement]) -> int:
    made = 0
    for name, group in groupby(sorted(checked, key=lambda one: one.name), key=lambda one: one.name):
        earlier = list(Fact.objects.filter(person=person, name=name, source=recording.source, superseded_at=None))
        new = list(group)
        revision = recording.revise(person.id, earlier, new)
        apply_revision(revision, recording)
        made += revision.new
    return made


def apply_revision(revision: Revision, recording: Recording) -> None:
    """End what has ended and add what came."""
    Fact.objects.filter(id__in=revision.ended, superseded_at=None).update(superseded_at=recording.now)
    Fact.objects.bulk_create(revision.made)


def _tell(
    actor: Actor, action: str, person: Person, checked: Sequence[CheckedStatement], children: Sequence[UUID]
) -> None:
    record_action(
        actor,
        action=action,
        subject=str(person.id),
        persons=[str(person.id), *map(str, children)],
        details={"facts": len(checked)},
        highest_class=max((one.definition.sensitivity for one in checked), default=3),
    )
    if children:
        publish_event("registry.facts_changed", child_ids=[str(child) for child in children])


def children_of(person: Person) -> list[UUID]:
    """The children whose answers depend on this person's facts: itself, or those whose father or mother it is."""
    if person.kind == "child":
        return [person.id]
    ties = Relationship.objects.filter(other=person, superseded_at=None, kind__in=("father", "mother"))
    return sorted(set(ties.values_list("person_id", flat=True)))


def correct_fact(
    actor: Actor,
    *,
    fact_id: int,
    statement: NewStatement | None,
    reason: str,
    evidence_id: UUID | None = None,
) -> int:
    """End a wrong statement and, where the right one is known, record that as verified; the wrong one stays readable in the history.

    `statement` None: it was wrong, and what is right is not known. Raises RecordError when somebody else was first.
    """
    check_may(actor, Action.RECORD_FACTS)
    if reason not in CORRECTION_REASONS:
        raise refused("correction_reason", "请选择更正的原因。", "Choose why it is corrected.")
    with transaction.atomic():
        wrong = _find_fact(actor, fact_id)
        now = timezone.now()
        with walled(LOCAL_OPERATOR):
            if not Fact.objects.filter(id=fact_id, superseded_at=None).update(superseded_at=now):
                raise somebody_was_first(
                    "这条记录刚刚被别人更正或更新。请刷新后查看现在的内容。",
                    "Somebody has just corrected or renewed this entry. Reload to see what it says now.",
                )
        note_event(actor, wrong.person_id, "corrected", details={"fact": fact_id, "reason": reason})
        record_action(
            actor,
            action="correct_fact",
            subject=str(wrong.person_id),
            persons=[str(wrong.person_id)],
            details={"fact": fact_id, "reason": reason, "replaced": statement is not None},
            highest_class=wrong.sensitivity,
        )
        if statement is not None:
            right = NewStatement(wrong.name, statement.value, "verified", statement.valid_from, statement.valid_to)
            return record_facts(
                actor,
                person_id=wrong.person_id,
                statements=[right],
                source="correction",
                reference=str(fact_id),
                evidence_id=evidence_id,
            )
        with walled(LOCAL_OPERATOR):
            affected = children_of(wrong.person)
        publish_event("registry.facts_changed", child_ids=[str(child) for child in affected])
    return 0


def _find_fact(actor: Actor, fact_id: int) -> Fact:
    """The statement, if the actor may read it; otherwise it does not exist."""
    row = Fact.objects.filter(id=fact_id).select_related("person").first()
    if row is None:
        raise person_not_found()
    person = find_for_work(actor, row.person_id)
    if not sees_fact(actor, row, named=is_named(actor, person.id, *children_of(person))):
        raise person_not_found()
    return row
