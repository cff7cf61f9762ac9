"""The history of a child's facts and of its file, line by line, cut down to what the actor may read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from ciyou.apps.registry.checks import find_person
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.models import PersonEvent
from ciyou.apps.registry.proofs import openable_evidence
from ciyou.apps.registry.reading import OwnedRow, owned_rows
from ciyou.apps.registry.refusals import not_yours_to_do
from ciyou.apps.registry.scoping import is_named
from ciyou.apps.registry.statements import value_of
from ciyou.apps.registry.witnessing import PROTECTED_CLASS, sees_fact
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.facts.definition import Entity, FactDefinition, Value

ASKED = ("visit", "inquiry", "correction", "registration")


@dataclass(frozen=True)
class FactLine:
    """One statement as a page shows it; of a withheld one only that a department has verified something of this class.

    `fact_id` 0, `definition` and `value` None, and no source or day where `withheld`: each of them would tell what it is. `department`
    is the supplier or roster that said so ("" where it was asked: by a visit, a letter, a registration). `fresh_until`: a verified
    answer is asked again after that day. `superseded_at`: it stands no more.
    """

    fact_id: int
    person_id: UUID | None
    entity: Entity
    definition: FactDefinition | None
    value: Value | None
    basis: str
    source: str
    department: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    recorded_at: dt.datetime | None
    recorded_by: str
    superseded_at: dt.datetime | None
    evidence_id: UUID | None
    fresh_until: dt.date | None
    withheld: bool = False

    def is_stale(self, on: dt.date) -> bool:
        """Whether a verified answer is too old on a day and should be asked again."""
        return self.fresh_until is not None and self.fresh_until < on


def facts_history(
    actor: Actor,
    *,
    child_id: PersonId,
    purpose: Purpose,
    ceiling_applied: bool = True,
    known_at: dt.datetime | None = None,
    standing_only: bool = False,
) -> tuple[FactLine, ...]:
    """Every statement ever made of a child, its parents and household, the latest first; with `known_at` what was known then.

    `standing_only`: only what stands now. `ceiling_applied` False lifts the limit of class for the machine's own work alone.
    """
    if not ceiling_applied and actor != LOCAL_OPERATOR:
        raise not_yours_to_do()
    child = find_person(actor, child_id, purpose)
    rows = owned_rows(child.id, moment=known_at, history=known_at is None and not standing_only)
    named = is_named(actor, child.id)
    seen = [one for one in rows if not ceiling_applied or sees_fact(actor, one.row, named=named)]
    hidden = [one for one in rows if one not in seen and one.row.sensitivity == PROTECTED_CLASS]
    opened = openable_evidence(actor, (one.row.evidence_id for one in seen if one.row.evidence_id), named=named)
    shown = (line_of(one) for one in seen)
    # A village reads some of what a department said, and is not led to the paper that came with it.
    led = (line if line.evidence_id in opened else replace(line, evidence_id=None) for line in shown)
    lines = sorted(led, key=lambda line: (line.recorded_at, line.fact_id), reverse=True)
    return (*lines, *_withheld(hidden))


def shown_lines(actor: Actor, rows: Iterable[OwnedRow], *, named: bool) -> tuple[FactLine, ...]:
    """Statements that stand or stood on a file, cut down to what the actor may read; none leads to a paper."""
    read = list(rows)
    seen = [one for one in read if sees_fact(actor, one.row, named=named)]
    hidden = [one for one in read if one not in seen and one.row.sensitivity == PROTECTED_CLASS]
    return (*(replace(line_of(one), evidence_id=None) for one in seen), *_withheld(hidden))


def find_line(actor: Actor, *, child_id: PersonId, fact_id: int, purpose: Purpose) -> FactLine | None:
    """One standing statement that the actor may read, for the form that corrects it; None when it stands no more."""
    lines = facts_history(actor, child_id=child_id, purpose=purpose, standing_only=True)
    return next((line for line in lines if line.fact_id == fact_id and not line.withheld), None)


def line_of(owned: OwnedRow) -> FactLine:
    """A statement in full."""
    row = owned.row
    return FactLine(
        fact_id=row.id,
        person_id=row.person_id,
        entity=owned.entity,
        definition=owned.definition,
        value=value_of(row, owned.definition),
        basis=row.basis,
        source=row.source,
        department="" if row.source in ASKED else row.source,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        superseded_at=row.superseded_at,
        evidence_id=row.evidence_id,
        fresh_until=_fresh_until(owned),
    )


def _fresh_until(owned: OwnedRow) -> dt.date | None:
    days = owned.definition.fresh_days
    if days is None or owned.row.basis != "verified":
        return None
    return timezone.localtime(owned.row.recorded_at).date() + dt.timedelta(days=days)


def _withheld(hidden: Iterable[OwnedRow]) -> list[FactLine]:
    """One line per member of the family: how many there are would say something too. Class 5 leaves no line at all."""
    members = sorted(
        {one.entity for one in hidden if one.row.superseded_at is None and one.row.sensitivity < RESTRICTED}
    )
    return [
        FactLine(
            fact_id=0,
            person_id=None,
            entity=entity,
            definition=None,
            value=None,
            basis="verified",
            source="",
            department="",
            valid_from=None,
            valid_to=None,
            recorded_at=None,
            recorded_by="",
            superseded_at=None,
            evidence_id=None,
            fresh_until=None,
            withheld=True,
        )
        for entity in members
    ]


def stale_facts(actor: Actor, *, child_id: PersonId, purpose: Purpose, on: dt.date) -> tuple[FactLine, ...]:
    """The verified answers that are too old on a day, as far as the actor reads them."""
    lines = facts_history(actor, child_id=child_id, purpose=purpose, standing_only=True)
    return tuple(line for line in lines if line.is_stale(on))


@dataclass(frozen=True)
class TimelineEntry:
    """Something that happened to a file: `kind` registered | died | of_age | moved | merged | … with codes as details."""

    kind: str
    on: dt.date
    recorded_at: dt.datetime
    recorded_by: str
    details: dict[str, object]


CLASS_OF_EVENT = {"restricted": 5, "unrestricted": 5, "died": 4}
"""What a class above 3 is needed for; everything else on a timeline is class 3."""


def timeline_of(actor: Actor, *, person_id: PersonId, purpose: Purpose) -> tuple[TimelineEntry, ...]:
    """What happened to a person's file and to files that were merged into it, the latest first."""
    person = find_person(actor, person_id, purpose)
    named = is_named(actor, person.id)
    entries = [
        TimelineEntry(row.kind, row.on, row.recorded_at, row.recorded_by, dict(row.details))
        for row in PersonEvent.objects.filter(Q(person=person) | Q(person__merged_into=person))
        if named or CLASS_OF_EVENT.get(row.kind, 3) < RESTRICTED
    ]
    if not any(entry.kind == "registered" for entry in entries):
        opened = timezone.localtime(person.created_at).date()
        entries.append(TimelineEntry("registered", opened, person.created_at, "", {}))
    return tuple(sorted(entries, key=lambda entry: (entry.on, entry.recorded_at), reverse=True))
