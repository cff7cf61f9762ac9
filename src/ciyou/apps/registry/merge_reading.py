"""Which files were merged into a child's, and what an undoing would give to whom: shown before anybody decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.between import moves_money, written_since
from ciyou.apps.registry.checks import check_may, find_person, working_purpose
from ciyou.apps.registry.comparing import ComparedFile, read_file
from ciyou.apps.registry.identity import CONTENT, files_in, latest_merge, merges_into, standing_proposal
from ciyou.apps.registry.identity_moves import changes_of
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.models import IdentityDecision, Person
from ciyou.apps.registry.reading import PersonCard, card_of
from ciyou.apps.registry.refusals import PersonNotFound
from ciyou.apps.registry.row_images import RowChange, put_back
from ciyou.apps.registry.scoping import visible_people
from ciyou.apps.registry.sealing import open_identity
from ciyou.apps.registry.since import SinceLine, lines_since
from ciyou.apps.registry.unmerging import find_merge, taken_place
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.core.errors import Problem, RecordError

STANDING, PROPOSED, UNDONE = "standing", "proposed", "undone"


@dataclass(frozen=True)
class Decided:
    """Who decided when, and why (a code)."""

    by: str
    at: dt.datetime
    reason: str


@dataclass(frozen=True)
class MergeLine:
    """One merge into a child's file: `state` standing | proposed | undone.

    `other` is the file that ended; None where it stands again and the actor may not see it. `latest`: no later merge rests on it.
    """

    id: UUID
    merged: Decided
    other: PersonCard | None
    state: str
    answered: Decided | None
    latest: bool


@dataclass(frozen=True)
class Proposal:
    """What somebody proposed: whose is what, by key. `current`: nothing came since; `own`: the actor's, who does not confirm it."""

    said: Decided
    belongs: Mapping[str, str]
    current: bool
    own: bool


@dataclass(frozen=True)
class Undoing:
    """What undoing a merge would do. `restored` None: a file that the actor would not see. `returning`: keys of rows that go back.

    `refused`: why it cannot be done now.
    """

    kept: ComparedFile | None
    restored: ComparedFile | None
    returning: frozenset[str]
    since: tuple[SinceLine, ...]
    money: bool
    proposal: Proposal | None
    refused: tuple[Problem, ...]


def merges_of(actor: Actor, *, child_id: PersonId) -> tuple[MergeLine, ...]:
    """Every merge into a child's file and into files that lead to it, the latest first; those that were undone too."""
    check_may(actor, Action.REGISTER)
    purpose = working_purpose(actor)
    person = find_person(actor, child_id, purpose)
    with walled(LOCAL_OPERATOR):
        rows = merges_into(files_in(person.id))
        proposals = {row.id: standing_proposal(row) for row in rows if row.superseded_by_id is None}
        latest = latest_merge(person.id)
    seen = set(visible_people(actor, purpose=purpose).filter(id__in=[row.dropped_id for row in rows]).values_list("id"))
    return tuple(_line(row, proposals.get(row.id), (row.dropped_id,) in seen, row == latest) for row in rows)


def _line(row: IdentityDecision, proposal: IdentityDecision | None, seen: bool, latest: bool) -> MergeLine:
    answer = row.superseded_by or proposal
    standing = row.superseded_by is None
    return MergeLine(
        id=row.id,
        merged=Decided(row.by, row.at, row.reason),
        other=card_of(row.dropped) if standing or seen else None,
        state=UNDONE if not standing else PROPOSED if proposal else STANDING,
        answered=Decided(answer.by, answer.at, answer.reason) if answer else None,
        latest=latest and standing,
    )


def read_undoing(actor: Actor, *, merge_id: PersonId) -> Undoing:
    """What undoing a standing merge would give to whom: both files are made to stand, read, and left as they were.

    Raises PersonNotFound for a merge that is not the actor's to undo.
    """
    check_may(actor, Action.REGISTER)
    with transaction.atomic():
        merge = find_merge(actor, merge_id)
        with walled(LOCAL_OPERATOR):
            changes, _left = changes_of(merge)
            kept = Person.objects.get(pk=merge.kept_id)
            found = written_since(merge)
            money, proposal = moves_money(merge), _proposal(actor, merge, {one.key for one in found})
        since = lines_since(actor, kept, found)
        files, refused = _as_restored(actor, merge, changes)
        transaction.set_rollback(True)
    return Undoing(*files, _returning(merge, changes), since, money, proposal, refused)


def _as_restored(
    actor: Actor, merge: IdentityDecision, changes: list[RowChange]
) -> tuple[tuple[ComparedFile | None, ComparedFile | None], tuple[Problem, ...]]:
    """Both files as they would stand; the caller rolls back."""
    try:
        with transaction.atomic(), walled(LOCAL_OPERATOR):
            put_back(changes)
    except IntegrityError:
        refusal = taken_place()
        return (None, None), tuple(refusal.problems) if isinstance(refusal, RecordError) else ()
    return (_seen(actor, merge.kept_id), _seen(actor, merge.dropped_id)), ()


def _seen(actor: Actor, person_id: UUID) -> ComparedFile | None:
    try:
        return read_file(actor, find_person(actor, person_id, working_purpose(actor)))
    except PersonNotFound:
        return None


def _returning(merge: IdentityDecision, changes: list[RowChange]) -> frozenset[str]:
    dropped = str(merge.dropped_id)
    return frozenset(
        one.key
        for one in changes
        if one.was and one.now and dropped in map(str, one.was.values()) and one.key != dropped
    )


def _proposal(actor: Actor, merge: IdentityDecision, keys: set[str]) -> Proposal | None:
    row = standing_proposal(merge)
    if row is None:
        return None
    content: Any = open_identity(row.id, CONTENT, row.content)
    belongs = dict(content["belongs"])
    return Proposal(Decided(row.by, row.at, row.reason), belongs, set(belongs) == keys, row.by == actor.id)
