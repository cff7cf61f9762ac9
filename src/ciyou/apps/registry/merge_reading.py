"""Which files were merged into a child's, and what an undoing would give to whom: shown before anybody decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.between import moves_money, since_in
from ciyou.apps.registry.checks import check_may, find_person, working_purpose
from ciyou.apps.registry.comparing import ComparedFile
from ciyou.apps.registry.identity import CONTENT, MERGE, decisions_into
from ciyou.apps.registry.identity import PROPOSED as PROPOSAL
from ciyou.apps.registry.identity_moves import Record, record_of
from ciyou.apps.registry.incoming import PersonId
from ciyou.apps.registry.models import IdentityDecision, PayeeAccount, Person
from ciyou.apps.registry.plain_rows import Values
from ciyou.apps.registry.reading import PersonCard, card_of
from ciyou.apps.registry.recorded_files import files_before
from ciyou.apps.registry.refusals import person_not_found
from ciyou.apps.registry.scoping import is_named, visible_people
from ciyou.apps.registry.sealing import open_identity
from ciyou.apps.registry.since import SinceLine, lines_since
from ciyou.apps.registry.standing_rows import standing_rows
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action

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
    """What undoing a merge would do: both files as they stood before it, from its own record, as far as the actor may read them.

    `restored` None: a file that the actor would not see. `returning`: keys of rows that go back; `copies`: of bank cards that the
    merge copied. `rows` are the recorded rows of other rooms, by `app.Model`, for these rooms to read. `named`: the actor is a named
    worker of the file.
    """

    kept: ComparedFile
    restored: ComparedFile | None
    returning: frozenset[str]
    copies: frozenset[str]
    rows: Mapping[str, list[Values]]
    named: bool
    since: tuple[SinceLine, ...]
    money: bool
    proposal: Proposal | None


@dataclass(frozen=True)
class ReadMerge:
    """One merge into a child's file; `undoing` None where it was undone, or a later one rests on it."""

    child: PersonCard
    line: MergeLine
    undoing: Undoing | None


def merges_of(actor: Actor, *, child_id: PersonId) -> tuple[PersonCard, tuple[MergeLine, ...]]:
    """A child, and every merge into its file and into files that lead to it, the latest first; those that were undone too."""
    person, rows = _decisions(actor, child_id)
    return card_of(person), _lines(actor, person, rows)


def read_merge(actor: Actor, *, child_id: PersonId, merge_id: PersonId) -> ReadMerge:
    """One merge and what undoing it would give to whom. It changes nothing, and reads the merge's record instead of two whole files.

    Raises PersonNotFound for a merge that is not the actor's to undo.
    """
    person, rows = _decisions(actor, child_id)
    merge = next((row for row in rows if row.id == merge_id and row.decision == MERGE), None)
    if merge is None:
        raise person_not_found()
    (line,) = (one for one in _lines(actor, person, rows) if one.id == merge.id)
    undoing = _undoing(actor, person, merge, _proposal_of(merge, rows)) if line.latest else None
    return ReadMerge(card_of(person), line, undoing)


def _decisions(actor: Actor, child_id: PersonId) -> tuple[Person, list[IdentityDecision]]:
    check_may(actor, Action.REGISTER)
    person = find_person(actor, child_id, working_purpose(actor))
    if person.kind != "child":
        raise person_not_found()
    with walled(LOCAL_OPERATOR):
        return person, decisions_into(person.id)


def _lines(actor: Actor, person: Person, rows: Iterable[IdentityDecision]) -> tuple[MergeLine, ...]:
    merges = [row for row in rows if row.decision == MERGE]
    apart = [row.dropped_id for row in merges if row.superseded_by_id is not None]
    visible = visible_people(actor, purpose=working_purpose(actor)).filter(id__in=apart) if apart else ()
    seen = {one.id for one in visible}
    latest = next((row.id for row in merges if row.kept_id == person.id and row.superseded_by_id is None), None)
    return tuple(_line(row, _proposal_of(row, rows), row.dropped_id in seen, row.id == latest) for row in merges)


def _proposal_of(merge: IdentityDecision, rows: Iterable[IdentityDecision]) -> IdentityDecision | None:
    """What stands proposed of a merge, among the decisions about its files."""
    files = (merge.kept_id, merge.dropped_id)
    asked = (row for row in rows if row.decision == PROPOSAL and (row.kept_id, row.dropped_id) == files)
    if merge.superseded_by_id is not None:
        return None
    return next((row for row in asked if row.superseded_by_id is None and row.at > merge.at), None)


def _line(row: IdentityDecision, proposal: IdentityDecision | None, seen: bool, latest: bool) -> MergeLine:
    answer = row.superseded_by or proposal
    standing = row.superseded_by is None
    return MergeLine(
        id=row.id,
        merged=Decided(row.by, row.at, row.reason),
        other=card_of(row.dropped) if standing or seen else None,
        state=UNDONE if not standing else PROPOSED if proposal else STANDING,
        answered=Decided(answer.by, answer.at, answer.reason) if answer else None,
        latest=latest,
    )


def _undoing(actor: Actor, person: Person, merge: IdentityDecision, proposed: IdentityDecision | None) -> Undoing:
    with walled(LOCAL_OPERATOR):
        record = record_of(merge)
        rows = standing_rows((merge.kept_id, merge.dropped_id))
        found = since_in(rows, record)
        proposal = _proposal(actor, proposed, {one.key for one in found})
    named = is_named(actor, person.id)
    kept, restored = files_before(actor, merge, record, named=named)
    return Undoing(
        kept=kept,
        restored=restored,
        returning=_returning(merge, record),
        copies=frozenset(
            one.key for one in record.changes if one.was is None and one.model == PayeeAccount._meta.label
        ),
        rows=record.before,
        named=named,
        since=lines_since(actor, person, found, named=named),
        money=moves_money(rows),
        proposal=proposal,
    )


def _returning(merge: IdentityDecision, record: Record) -> frozenset[str]:
    dropped = str(merge.dropped_id)
    return frozenset(
        one.key
        for one in record.changes
        if one.was and one.now and dropped in map(str, one.was.values()) and one.key != dropped
    )


def _proposal(actor: Actor, row: IdentityDecision | None, keys: set[str]) -> Proposal | None:
    if row is None:
        return None
    content: Any = open_identity(row.id, CONTENT, row.content)
    belongs = dict(content["belongs"])
    return Proposal(Decided(row.by, row.at, row.reason), belongs, set(belongs) == keys, row.by == actor.id)
