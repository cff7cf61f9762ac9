"""The files that visits are about: a child with its parents, what is known of it, and what would decide; many at once."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from ciyou.apps.cases.lead_access import is_village
from ciyou.apps.cases.models import ChildCheck, Lead, LeadState
from ciyou.apps.cases.next_actions import open_visits_among
from ciyou.apps.cases.round_checks import due_checks, facts_of
from ciyou.apps.entitlements.selectors import DecidingFact, deciding_facts_of
from ciyou.apps.registry.selectors import PersonCard, named_among, readable_statements, relatives_of
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import FactState
from ciyou.packs import load_vocabulary

ASKED_ON_A_VISIT = frozenset({"village"})
"""What a village may be asked. What only a guardian's papers, a court or a department can say is never on the form."""
WORKABLE = (LeadState.NEW, LeadState.ASSIGNED, LeadState.VISITING)
Keys = frozenset[tuple[Entity, str]]


@dataclass(frozen=True)
class ChildFile:
    """One child as the form needs it: its parents' files, what is known, and what would decide."""

    card: PersonCard
    lead: Lead | None
    parents: Mapping[Entity, PersonCard | None]
    state: FactState
    deciding: Keys
    further: Keys
    checks: tuple[tuple[str, str], ...]
    checked: Keys


def read_files(
    actor: Actor,
    *,
    child_ids: Collection[uuid.UUID],
    protected: bool = True,
    named: frozenset[uuid.UUID] | None = None,
) -> dict[uuid.UUID, tuple[ChildFile, ...]]:
    """By child, its own file and those of every sibling that has an open lead, is due in a round or is visited in the same place
    regularly; in the order asked.

    A child whom the actor may not see is not there. `protected`: whether files that only their named workers see are read as well.
    `named`: those of whose case the actor is a named worker, where the caller knows them.
    The number of questions does not depend on how many children there are.
    """
    relatives = relatives_of(actor, child_ids=child_ids, purpose=Purpose.VERIFY)
    cards = {key: card for key, card in relatives.cards.items() if protected or not card.restricted}
    leads = _open_leads(actor, cards)
    checks = due_checks(cards)
    regular = open_visits_among(cards)

    def is_served(one: uuid.UUID, beside: uuid.UUID) -> bool:
        if one not in cards:
            return False
        return one in leads or one in checks or (one in regular and cards[one].division == cards[beside].division)

    served = {
        child: (child, *(one for one in relatives.siblings[child] if is_served(one, child)))
        for child in child_ids
        if child in cards
    }
    wanted = list(dict.fromkeys(one for files in served.values() for one in files))
    named = named_among(actor, wanted) if named is None else named
    said = readable_statements(actor, relatives, child_ids=wanted, named=named)
    missing = deciding_facts_of(actor, child_ids=wanted, named=named)
    today = timezone.localdate()
    files = {
        one: _file(
            cards[one],
            relatives.parents[one],
            FactState.on(today, said[one]),
            leads.get(one),
            missing.get(one, ()),
            tuple(checks.get(one, ())),
        )
        for one in wanted
    }
    return {child: tuple(files[one] for one in ids) for child, ids in served.items()}


def _open_leads(actor: Actor, child_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Lead]:
    """The open leads of these children that the actor may report on, by child."""
    rows = Lead.objects.filter(person__in=list(child_ids), state__in=WORKABLE).order_by("-rank")
    if is_village(actor):
        # A colleague's lead is a colleague's to report; one that nobody has is taken up by whoever is there.
        rows = rows.filter(Q(post=actor.post_id) | Q(state=LeadState.NEW))
    return {lead.person_id: lead for lead in rows if lead.person_id is not None}


def _file(
    card: PersonCard,
    parents: Mapping[Entity, PersonCard],
    state: FactState,
    lead: Lead | None,
    missing: Iterable[DecidingFact],
    due: tuple[ChildCheck, ...],
) -> ChildFile:
    deciding, further = _deciding(missing, lead)
    if due and lead is None:
        # A round asks what it is about; what would decide something else may be asked besides.
        deciding, further = frozenset(), further | deciding
    return ChildFile(
        card=card,
        lead=lead,
        parents={entity: parents.get(entity) for entity in (Entity.FATHER, Entity.MOTHER)},
        state=state,
        deciding=deciding,
        further=further,
        checks=tuple((check.round.kind, code) for check in due for code in check.checks),
        checked=frozenset(key for check in due for key in facts_of(check)),
    )


def _deciding(missing: Iterable[DecidingFact], lead: Lead | None) -> tuple[Keys, Keys]:
    """What would decide the rules that the lead is about, and what else would decide something.

    By the determination; before there is one, as the screening said. What is due for the child comes from many rules: a form that
    asked for all of them at once would be put away.
    """
    found = [item for item in missing if item.entity]
    every = frozenset((Entity(item.entity), item.name) for item in found)
    if not every:
        return frozenset(_named(lead.deciding if lead else ())), frozenset()
    about = set(lead.rules) if lead else set()
    first = frozenset((Entity(item.entity), item.name) for item in found if about & set(item.rules))
    return (first, every - first) if _any_askable(first) else (every, frozenset())


def _any_askable(keys: Keys) -> bool:
    vocabulary = load_vocabulary()
    found = (vocabulary.find(entity, name) for entity, name in keys)
    return any(one is not None and ASKED_ON_A_VISIT & set(one.askable) for one in found)


def _named(names: Iterable[str]) -> Iterable[tuple[Entity, str]]:
    for text in names:
        owner, _dot, name = text.partition(".")
        if owner in set(Entity):
            yield Entity(owner), name
