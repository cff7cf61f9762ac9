"""Makes determinations: the engine decides every rule for each child, freezes what it decided on, and proposes it to a person."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.entitlements.archive import book_now, book_then, keep_packs, law_days
from ciyou.apps.entitlements.case_answers import case_answers
from ciyou.apps.entitlements.contents import (
    Content,
    Frame,
    determination_hash,
    facts_hash,
    in_order,
    make_content,
    open_content,
    seal_content,
)
from ciyou.apps.entitlements.differences import Change, as_rows, changes_between
from ciyou.apps.entitlements.models import Determination, DeterminationState, Outcome
from ciyou.apps.entitlements.stored_causes import seal_causes
from ciyou.apps.entitlements.tallies import note_stale
from ciyou.apps.registry.deciding import ChildToDecide, children_to_decide
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.errors import RunError
from ciyou.core.facts.state import FactState
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.causes import Cause, Decided, causes_of
from ciyou.core.rules.changes import next_change
from ciyou.core.rules.interpreter import Decision
from ciyou.core.rules.settling import CaseAnswer, case_turns, decide_with_cases
from ciyou.packs import pack_version

BATCH = 200
PROPOSED, CONFIRMED, SUPERSEDED = (
    DeterminationState.PROPOSED,
    DeterminationState.CONFIRMED,
    DeterminationState.SUPERSEDED,
)


@dataclass(frozen=True)
class _Made:
    """A determination about to be written, and the rules that came out otherwise than before."""

    row: Determination
    outcomes: list[Outcome]
    changed: tuple[str, ...]


def determine_children(actor: Actor, *, child_ids: Iterable[object], as_of: dt.date, cause: str) -> int:
    """Determine these children as of a day; returns how many new determinations were made.

    A child whose statements, rules, place and answers are what they were keeps its determination. Called by the engine's own
    jobs and by services that recorded facts: it shows nothing to anybody.
    """
    ids = iter(dict.fromkeys(_uuid(one) for one in child_ids))
    made = 0
    while batch := list(islice(ids, BATCH)):
        made += _determine_batch(actor, batch, as_of, cause)
    return made


def _uuid(one: object) -> uuid.UUID:
    return one if isinstance(one, uuid.UUID) else uuid.UUID(str(one))


def _determine_batch(actor: Actor, ids: list[uuid.UUID], as_of: dt.date, cause: str) -> int:
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        current = _current_of(ids)
        children = children_to_decide(ids)
        work = _Work(as_of, cause, current, case_answers(ids))
        made = [one for child in children if (one := work.determine(child)) is not None]
        work.postpone_unchanged()
        if made:
            _write(made, current)
            _tell(actor, made, current, cause)
    return len(made)


def _current_of(ids: list[uuid.UUID]) -> dict[uuid.UUID, Determination]:
    """The current determinations; on PostgreSQL locked, so that two makers of one child's follow one another."""
    rows = Determination.objects.select_for_update().filter(person_id__in=ids, current=True)
    return {row.person_id: row for row in rows}


class _Work:
    """Decides the children of one batch."""

    def __init__(
        self,
        as_of: dt.date,
        cause: str,
        current: Mapping[uuid.UUID, Determination],
        cases: Mapping[uuid.UUID, tuple[CaseAnswer, ...]],
    ) -> None:
        self.as_of, self.cause, self.current, self.cases = as_of, cause, current, cases
        self.version, self.now = pack_version(), timezone.now()
        self.unchanged: list[Determination] = []
        self.compared = _compared_with(current.values())

    def determine(self, child: ChildToDecide) -> _Made | None:
        """The child's new determination; None where the present one still says what is so."""
        statements, cases = in_order(child.statements), self.cases.get(child.id, ())
        hashed = facts_hash(child.id, statements, cases)
        present = self.current.get(child.id)
        same_rules = present is not None and self._same_rules(present, child)
        if present is not None and same_rules and present.facts_hash == hashed and self._not_yet_due(present):
            return None
        book = book_now(division=child.division, as_of=self.as_of)
        decided = decide_with_cases(book, FactState.on(self.as_of, statements), cases)
        content = make_content(statements, decided, cases)
        due = _earliest(next_change(book, statements), self._law_day(child, content), *case_turns(cases, self.as_of))
        if present is not None and same_rules and _says_the_same(present, content):
            # The keyed hash is another one after the index key was rotated; what counts is the content.
            present.facts_hash, present.next_check_on = hashed, due
            self.unchanged.append(present)
            return None
        return self._made(child, book, content, hashed, due)

    def _same_rules(self, present: Determination, child: ChildToDecide) -> bool:
        return (present.seen_packs, present.division) == (self.version, child.division)

    def _law_day(self, child: ChildToDecide, content: Content) -> dt.date | None:
        """The first announced day on which the law of the place changes in something that concerns this child."""
        outcomes = {code: decision.outcome for code, decision in content.decisions.items()}
        days = law_days(version=self.version, division=child.division, after=self.as_of)
        return next((day for day, change in days if change.concerns(outcomes)), None)

    def _not_yet_due(self, present: Determination) -> bool:
        due = present.next_check_on
        return present.as_of <= self.as_of and (due is None or self.as_of < due)

    def _made(self, child: ChildToDecide, book: RuleBook, content: Content, hashed: str, due: dt.date | None) -> _Made:
        frame = Frame(self.as_of, child.division, self.version)
        before = self.compared.get(child.id)
        changes, causes = _compare(before, content, book)
        row = Determination(
            person_id=child.id,
            previous=before,
            as_of=self.as_of,
            division=child.division,
            pack_version=self.version,
            seen_packs=self.version,
            facts_hash=hashed,
            hash=determination_hash(content, frame),
            difference=as_rows(changes),
            cause=self.cause,
            next_check_on=due,
            known_at=self.now,
            made_at=self.now,
        )
        row.content = seal_content(row.id, content)
        row.causes = seal_causes(row.id, causes)
        return _Made(row, _outcomes(row, book, content.decisions), tuple(change.rule for change in changes))

    def postpone_unchanged(self) -> None:
        """Note for what stays as it is when to look again."""
        Determination.objects.bulk_update(self.unchanged, ["facts_hash", "next_check_on"])


def _compared_with(current: Iterable[Determination]) -> dict[uuid.UUID, Determination]:
    """For each child what a new determination is compared with: what a person last confirmed, else the present one."""
    rows = {row.person_id: row for row in current}
    confirmed = Determination.objects.filter(person_id__in=rows, state=CONFIRMED)
    return rows | {row.person_id: row for row in confirmed.order_by("made_at")}


def _compare(
    before: Determination | None, after: Content, book: RuleBook
) -> tuple[tuple[Change, ...], tuple[Cause, ...]]:
    """What came out otherwise than before, and what lies between."""
    if before is None:
        return (), ()
    stored = _content_of(before)
    try:
        then = book_then(version=before.pack_version, division=before.division, as_of=before.as_of)
    except RunError:
        # The packs of that time are lost: what changed is still told, but not why.
        return changes_between(stored.decisions, after.decisions, book.rules), ()
    gone = tuple(rule for rule in then.rules if rule.code not in book.by_code)
    changes = changes_between(stored.decisions, after.decisions, book.rules + gone)
    between = Decided(stored.statements, then), Decided(after.statements, book)
    return changes, causes_of(*between, [change.rule for change in changes]) if changes else ()


def _says_the_same(present: Determination, content: Content) -> bool:
    stored = _content_of(present)
    same = (stored.statements, stored.decisions, stored.cases)
    return same == (content.statements, content.decisions, content.cases)


def _content_of(row: Determination) -> Content:
    return open_content(row.id, row.content)


def _outcomes(row: Determination, book: RuleBook, decisions: Mapping[str, Decision]) -> list[Outcome]:
    """The rules that are not a plain no; restricted ones (class 5) never stand in a table."""
    shown = (rule for rule in book.rules if rule.sensitivity < RESTRICTED)
    return [
        Outcome(
            determination=row,
            person_id=row.person_id,
            rule=rule.code,
            kind=rule.kind.value,
            outcome=decision.outcome.value,
            basis=decision.basis.code,
            amount_fen=decision.amount_fen,
            floor_fen=decision.floor_fen,
            ceiling_fen=decision.ceiling_fen,
            deciding=_unrestricted(decision, book),
        )
        for rule in shown
        if (decision := decisions[rule.code]).outcome.value != "no"
    ]


def _unrestricted(decision: Decision, book: RuleBook) -> list[str]:
    classes = (
        (unknown, book.vocabulary.find(unknown.entity, unknown.name) if unknown.entity else None)
        for unknown in decision.deciding
    )
    return [str(unknown) for unknown, found in classes if found is None or found.sensitivity < RESTRICTED]


def _earliest(*days: dt.date | None) -> dt.date | None:
    return min((day for day in days if day is not None), default=None)


def _write(made: Sequence[_Made], current: Mapping[uuid.UUID, Determination]) -> None:
    keep_packs(made[0].row.pack_version)
    persons = [one.row.person_id for one in made]
    before = Determination.objects.filter(id__in=[current[person].id for person in persons if person in current])
    before.filter(state=PROPOSED).update(state=SUPERSEDED)
    before.update(current=False)
    Outcome.objects.filter(person_id__in=persons).delete()
    Determination.objects.bulk_create([one.row for one in made])
    Outcome.objects.bulk_create([outcome for one in made for outcome in one.outcomes])
    left = (current[person].division for person in persons if person in current)
    note_stale((*left, *(one.row.division for one in made)))


def _needs_a_person(made: _Made) -> bool:
    """Whether somebody has to look at a proposal soon: something changed, or a yes was never confirmed."""
    before = made.row.previous
    confirmed = before is not None and before.state == CONFIRMED
    return bool(made.changed) or (not confirmed and any(outcome.outcome == "yes" for outcome in made.outcomes))


def _tell(actor: Actor, made: Sequence[_Made], current: Mapping[uuid.UUID, Determination], cause: str) -> None:
    record_action(
        actor,
        action="determine_children",
        persons=[str(one.row.person_id) for one in made],
        details={"cause": cause, "made": len(made)},
        highest_class=RESTRICTED,
    )
    awaiting = [one for one in made if _needs_a_person(one)]
    publish_event(
        "entitlements.determination_made",
        child_ids=[str(one.row.person_id) for one in made],
        awaiting_ids=[str(one.row.id) for one in awaiting],
        replaced_ids=[str(current[one.row.person_id].id) for one in made if one.row.person_id in current],
        rules=sorted({rule for one in made for rule in one.changed}),
    )
