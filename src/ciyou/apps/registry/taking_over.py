"""A value of another system that a person took for right: it stands as verified, and what an officer said otherwise ends."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.facts import correct_fact, record_facts
from ciyou.apps.registry.incoming import NewStatement, PersonId
from ciyou.apps.registry.kin import ensure_parent
from ciyou.apps.registry.models import Fact
from ciyou.apps.registry.statements import value_of
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.facts.definition import PARENTS, Entity, Value
from ciyou.core.facts.state import Basis
from ciyou.packs import load_vocabulary


def take_over_value(
    actor: Actor,
    *,
    child_id: PersonId,
    entity: Entity,
    name: str,
    value: Value,
    since: dt.date | None,
    source: str,
    reference: str,
) -> int:
    """Record of a child, or of its father or mother, what another system says; gives how many statements were new.

    What was verified otherwise ends on that day (altogether where no day is given) and stays in the history; what rosters say stays, and
    counts for less.
    Raises what `record_facts` raises.
    """
    with transaction.atomic():
        person = ensure_parent(actor, child_id=child_id, kind=entity.value) if entity in PARENTS else child_id
        for row, earlier in _contradicting(person, entity, name, value, since or timezone.localdate()):
            kept = None
            if since is not None and (row.valid_from is None or row.valid_from < since):
                kept = NewStatement(name, earlier, Basis.VERIFIED, row.valid_from, since)
            correct_fact(actor, fact_id=row.id, statement=kept, reason="outdated", evidence_id=row.evidence_id)
        statement = NewStatement(name, value, Basis.VERIFIED, since)
        return record_facts(actor, person_id=person, statements=[statement], source=source, reference=reference)


def _contradicting(person: PersonId, entity: Entity, name: str, value: Value, day: dt.date) -> list[tuple[Fact, Value]]:
    definition = load_vocabulary().get(entity, name)
    with walled(LOCAL_OPERATOR):
        rows = Fact.objects.filter(person_id=person, name=name, basis=Basis.VERIFIED.code, superseded_at=None)
        rows = rows.filter(Q(valid_from=None) | Q(valid_from__lte=day)).filter(Q(valid_to=None) | Q(valid_to__gt=day))
        said = [(row, value_of(row, definition)) for row in rows]
    return [(row, earlier) for row, earlier in said if earlier != value]
