"""Reading determinations, each as far as the actor may see it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db.models import QuerySet
from django.utils import timezone

from ciyou.apps.entitlements.archive import book_now, book_then
from ciyou.apps.entitlements.contents import open_content, unknown_of
from ciyou.apps.entitlements.differences import from_rows
from ciyou.apps.entitlements.freshness import stale_since
from ciyou.apps.entitlements.models import Determination, DeterminationState, Outcome
from ciyou.apps.entitlements.stored_causes import causes_for, highest_class_of, open_causes
from ciyou.apps.entitlements.views import (
    AwaitingLine,
    DecidingFact,
    DeterminationLine,
    DeterminationView,
    KnownFact,
    OutcomeCard,
    Proposal,
)
from ciyou.apps.registry.deciding import Told, provenance_of, with_naming
from ciyou.apps.registry.scoping import named_among, only_visible, visible_people
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.redaction import Statement, may_be_asked, redact, withheld_above
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import RESTRICTED, ceiling_of
from ciyou.core.facts.state import Basis, Conflict, FactState
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.explain import Explanation, explain_all
from ciyou.core.rules.interpreter import Decision
from ciyou.core.rules.words import unknown_words

SHOWN_HISTORY = 20
COUNTED_AT_MOST = 1000
_SUPPLIES_PARAMETERS = ("civil_affairs",)
_ASKED_PARAMETERS = ("department",)


def current_determination(actor: Actor, *, child_id: object, purpose: Purpose) -> DeterminationView | None:
    """A child's current determination as the actor may see it; None where there is none, or no such child for the actor."""
    rows = with_naming(actor, _visible(actor, child_id, purpose).filter(current=True))
    found = rows.select_related("previous").defer("previous__content").first()
    return None if found is None else _view(actor, found)


def determination(actor: Actor, *, determination_id: object, purpose: Purpose) -> DeterminationView | None:
    """Any determination, also an old one, told with the packs of its time; None where the actor may not know of it."""
    rows = with_naming(actor, only_visible(Determination.objects.filter(id=determination_id), actor, purpose=purpose))
    found = rows.select_related("previous").defer("previous__content").first()
    return None if found is None else _view(actor, found)


def determinations_of(actor: Actor, *, child_id: object, purpose: Purpose) -> tuple[DeterminationLine, ...]:
    """A child's determinations, the latest first, each with what came out otherwise than before."""
    rows = with_naming(actor, _visible(actor, child_id, purpose)).defer("content").order_by("-made_at")
    return tuple(_line(row, ceiling_of(actor, named=row.named)) for row in rows[:SHOWN_HISTORY])


def deciding_facts(actor: Actor, *, child_id: object) -> tuple[DecidingFact, ...]:
    """What would decide what is open of a child: those that decide most rules first, as far as the actor may know of them."""
    return next(iter(deciding_facts_of(actor, child_ids=[child_id]).values()), ())


def deciding_facts_of(
    actor: Actor, *, child_ids: Iterable[object], named: frozenset[uuid.UUID] | None = None
) -> dict[uuid.UUID, tuple[DecidingFact, ...]]:
    """The same for many children, by child; one of whom nothing is determined is not there.

    `named`: of whose case the actor is a named worker, where the caller has asked already.
    """
    ids = list(child_ids)
    purpose = next(iter(actor.purposes), Purpose.SERVE)
    people = visible_people(actor, purpose=purpose).filter(id__in=ids)
    rows: dict[uuid.UUID, list[Outcome]] = {}
    for row in (
        Outcome.objects.filter(person__in=people).select_related("determination").defer("determination__content")
    ):
        rows.setdefault(row.person_id, []).append(row)
    if named is None:
        named = named_among(actor, rows)
    return {child: _deciding_of(found, ceiling_of(actor, named=child in named)) for child, found in rows.items()}


def _deciding_of(rows: Sequence[Outcome], ceiling: int) -> tuple[DecidingFact, ...]:
    found: dict[str, list[str]] = {}
    for row in rows:
        for name in row.deciding:
            found.setdefault(name, []).append(row.rule)
    made = rows[0].determination
    book = book_now(division=made.division, as_of=made.as_of)
    facts = (_deciding(book, name, tuple(rules), ceiling) for name, rules in found.items())
    return tuple(sorted((fact for fact in facts if fact), key=lambda fact: -len(fact.rules)))


def outcomes_of(child_ids: Iterable[object]) -> dict[uuid.UUID, tuple[OutcomeCard, ...]]:
    """For children that the caller may show: their rules that are not a plain no (class 4 and below), by child."""
    found: dict[uuid.UUID, list[OutcomeCard]] = {}
    for row in Outcome.objects.filter(person_id__in=list(child_ids)).order_by("id"):
        found.setdefault(row.person_id, []).append(_card(row))
    return {child: tuple(cards) for child, cards in found.items()}


def children_with_outcome(*, rule: str, outcome: str = "") -> QuerySet:
    """The ids of the children for whom a rule came out so (yes | undetermined; "" either): to narrow a list already scoped."""
    rows = Outcome.objects.filter(rule=rule)
    return (rows.filter(outcome=outcome) if outcome else rows).values("person_id")


def awaiting_confirmation(actor: Actor, *, purpose: Purpose = Purpose.DECIDE) -> QuerySet:
    """The current proposals in the actor's scope, oldest first: what somebody must stand behind or return."""
    people = visible_people(actor, purpose=purpose)
    rows = Determination.objects.filter(current=True, state=DeterminationState.PROPOSED, person__in=people)
    return rows.defer("content").order_by("made_at", "id")


def awaiting_page(
    actor: Actor, *, offset: int, limit: int, only_changed: bool = False
) -> tuple[int, tuple[AwaitingLine, ...]]:
    """How many proposals wait for a person in the actor's scope (counted up to COUNTED_AT_MOST), and one page, oldest first.

    `only_changed`: those in which something came out otherwise than before.
    """
    rows = awaiting_confirmation(actor)
    if only_changed:
        rows = rows.exclude(difference=[])
    unread = ("content", "previous__content", "previous__causes")
    page = rows.select_related("previous").defer(*unread)[offset : offset + limit]
    counted = rows.order_by().values("id")[: COUNTED_AT_MOST + 1].count()
    ceiling = min(ceiling_of(actor), RESTRICTED - 1)  # in a list nothing of class 5 is told, whoever reads it
    return counted, tuple(AwaitingLine(row.person_id, row.division, _line(row, ceiling), _stands(row)) for row in page)


def _stands(row: Determination) -> bool:
    before = row.previous
    return not row.difference and before is not None and before.state == DeterminationState.CONFIRMED


def proposals_among(determination_ids: Iterable[object]) -> tuple[Proposal, ...]:
    """Those of these determinations that still wait for a person: for the work about them, shown to nobody."""
    rows = Determination.objects.filter(id__in=list(determination_ids), current=True, state=DeterminationState.PROPOSED)
    return tuple(Proposal(*row) for row in rows.values_list("id", "person_id", "division"))


def child_of_determination(determination_id: object) -> uuid.UUID | None:
    """The child that a determination is about; None where there is no such determination."""
    return Determination.objects.filter(id=determination_id).values_list("person_id", flat=True).first()


def _visible(actor: Actor, child_id: object, purpose: Purpose) -> QuerySet[Determination]:
    return only_visible(Determination.objects.filter(person_id=child_id), actor, purpose=purpose)


def _view(actor: Actor, row: Determination) -> DeterminationView:
    ceiling, told = ceiling_of(actor, named=row.named), provenance_of(actor, child_id=row.person_id, named=row.named)
    book = book_then(version=row.pack_version, division=row.division, as_of=row.as_of)
    content = open_content(row.id, row.content)
    state = FactState.on(row.as_of, content.statements)
    known = tuple(_known(book, state, ceiling, told))
    confirms = may_do(actor.role, Action.CONFIRM) and row.current and row.state == DeterminationState.PROPOSED
    own_word = confirms and any(one.by_hand and one.recorded_by == actor.id for one in told.values())
    before = row.previous
    line = _line(row, ceiling, frozenset(key for key, one in told.items() if one.readable))
    return DeterminationView(
        line=line,
        child_id=row.person_id,
        division=row.division,
        pack_version=row.pack_version,
        hash=row.hash,
        known_at=row.known_at,
        explanations=_explanations(book, state, content.decisions, ceiling, told),
        known=known,
        conflicts=tuple(_visible_conflicts(book, state, ceiling)),
        by_department=_told_by_department(book, state, known),
        confirmed_before=before.decided_at if before is not None and before.decided_at else None,
        may_confirm=confirms and not own_word,
        own_word=own_word,
        by_case=bool(content.cases),
        highest_class=max(3, highest_class_of(line.causes), *(fact.definition.sensitivity for fact in known)),
        book=book,
    )


def _explanations(
    book: RuleBook, state: FactState, decisions: Mapping[str, Decision], ceiling: int, told: Told
) -> tuple[Explanation, ...]:
    """What was decided then, and why; the reasons are told only where they are read."""
    readable = [statement for statement, provenance in told.items() if provenance.readable]
    withheld, explained = withheld_above(book, ceiling, readable=readable), explain_all(book, state, decisions)
    return tuple(redact(explained[rule.code], withheld) for rule in book.rules if rule.sensitivity <= ceiling)


def _known(book: RuleBook, state: FactState, ceiling: int, told: Told) -> Iterator[KnownFact]:
    """The facts that the actor may read, in the order of the vocabulary."""
    today = timezone.localdate()
    for entity, name in book.vocabulary.pairs():
        said, definition = state.get(entity, name), book.vocabulary.get(entity, name)
        if said is None:
            continue
        provenance = told.get((entity, name, said.source))
        if definition.sensitivity <= ceiling or (provenance is not None and provenance.readable):
            yield KnownFact(entity, definition, said, stale_since(definition, said, told, today))


def _visible_conflicts(book: RuleBook, state: FactState, ceiling: int) -> Iterator[Conflict]:
    for conflict in state.conflicts:
        definition = book.vocabulary.find(conflict.entity, conflict.name)
        if definition is not None and definition.sensitivity <= ceiling:
            yield conflict


def _told_by_department(book: RuleBook, state: FactState, known: Iterable[KnownFact]) -> frozenset:
    """Of whom something is known (more than presumed, below class 5) that is not among what the actor may read."""
    readable = {(fact.entity, fact.definition.name) for fact in known}
    return frozenset(
        said.entity
        for said in state.statements()
        if said.basis is not Basis.PRESUMED
        and (said.entity, said.name) not in readable
        and (definition := book.vocabulary.find(said.entity, said.name)) is not None
        and definition.sensitivity == _CIRCUMSTANCE
    )


_CIRCUMSTANCE = 4
"""The class of a parent's death, custody, disability: a department's word, of which a village hears only that it was given."""


def _line(row: Determination, ceiling: int, readable: frozenset[Statement] = frozenset()) -> DeterminationLine:
    return DeterminationLine(
        id=row.id,
        as_of=row.as_of,
        made_at=row.made_at,
        cause=row.cause,
        state=row.state,
        current=row.current,
        changes=from_rows(row.difference),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
        causes=causes_for(open_causes(row.id, row.causes), ceiling=ceiling, readable=readable),
    )


def _deciding(book: RuleBook, name: str, rules: tuple[str, ...], ceiling: int) -> DecidingFact | None:
    unknown = unknown_of(name)
    if unknown.entity is None:
        if unknown.name not in book.parameters:
            return None
        words = unknown_words(book, unknown)
        return DecidingFact("", unknown.name, words, _SUPPLIES_PARAMETERS, _ASKED_PARAMETERS, rules)
    definition = book.vocabulary.find(unknown.entity, unknown.name)
    if definition is None or (definition.sensitivity > ceiling and not may_be_asked(definition)):
        return None
    words = unknown_words(book, unknown)
    return DecidingFact(unknown.entity.value, unknown.name, words, definition.suppliers, definition.askable, rules)


def _card(row: Outcome) -> OutcomeCard:
    return OutcomeCard(
        row.rule,
        row.kind,
        row.outcome,
        row.basis,
        row.amount_fen,
        row.floor_fen,
        row.ceiling_fen,
        tuple(row.deciding),
    )
