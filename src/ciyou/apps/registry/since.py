"""What came onto a file since a merge, as far as the actor may read it: whoever says whose it is sees what it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db import models

from ciyou.apps.registry.between import Between
from ciyou.apps.registry.checks import working_purpose
from ciyou.apps.registry.history import FactLine, line_of
from ciyou.apps.registry.identifiers import MaskedIdentifier
from ciyou.apps.registry.identifying import mask_identifier
from ciyou.apps.registry.models import Fact, Identifier, PayeeAccount, Person, Relationship
from ciyou.apps.registry.payees import open_account
from ciyou.apps.registry.proofs import list_evidence
from ciyou.apps.registry.reading import cards_of, owned_rows
from ciyou.apps.registry.scoping import is_named
from ciyou.apps.registry.sealing import open_identifier
from ciyou.apps.registry.witnessing import sees_fact
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import ceiling_of

SHOWN_TO: Mapping[str, tuple[Action, ...]] = MappingProxyType(
    {
        "registry.NamedAccess": (Action.CONFIRM,),
        "registry.PayeeAccount": (Action.REVEAL,),
        "registry.Identifier": (Action.REVEAL,),
        "awards.Application": (Action.SEE_APPLICATIONS,),
        "awards.Award": (Action.SEE_APPLICATIONS,),
        "crossing.Crossing": (Action.SEE_CROSSINGS,),
        "disbursement.CollectivePayee": (Action.SEE_PAYMENTS,),
        "oversight.BreakGlass": (Action.REVIEW_BREAK_GLASS,),
        "oversight.SubjectRequest": (Action.SUBJECT_REQUEST, Action.DECIDE_SUBJECT_REQUEST),
    }
)
"""Kinds of rows that only some roles are told of; of the others' the rows themselves say of which class they are."""
_WHEN = ("recorded_at", "created_at", "opened_at", "granted_at", "sent_at", "drafted_at", "at", "awarded_on", "due_on")
_WHO = ("recorded_by", "received_by", "awarded_by", "granted_by", "drafted_by", "actor_id", "by")


@dataclass(frozen=True)
class SinceLine:
    """One row that came since a merge. `what` is `app.Model`, "" where the actor may not know of it; `by` a user's id.

    `ended`: a statement that the merge copied and that was ended since. At most one of `fact`, `number`, `named` says what it is.
    """

    key: str
    what: str
    ended: bool
    at: dt.date | dt.datetime | None = None
    by: str = ""
    fact: FactLine | None = None
    number: MaskedIdentifier | None = None
    named: str = ""


def lines_since(actor: Actor, kept: Person, found: Iterable[Between]) -> tuple[SinceLine, ...]:
    """The rows of `written_since` in the order in which they came."""
    named = is_named(actor, kept.id)
    facts = {one.row.id: line_of(one) for one in owned_rows(kept.id, moment=None, history=True)}
    papers = {one.id: one.title for one in list_evidence(actor, person_id=kept.id, purpose=working_purpose(actor))}
    told = []
    for one in found:
        line = SinceLine(one.key, "", one.ended)
        if _is_told(actor, one, named=named):
            when, who = _first(one.row, _WHEN), str(_first(one.row, _WHO) or "")
            said = _content(actor, one.row, kept, facts, papers)
            line = SinceLine(one.key, one.what, one.ended, when, who, **said)  # type: ignore[arg-type]
        told.append(line)
    return tuple(sorted(told, key=lambda line: (str(line.at or ""), line.key)))


def _is_told(actor: Actor, one: Between, *, named: bool) -> bool:
    if isinstance(one.row, Fact):
        return sees_fact(actor, one.row, named=named)
    wanted = SHOWN_TO.get(one.what)
    if wanted is not None and not any(may_do(actor.role, action) for action in wanted):
        return False
    return int(getattr(one.row, "sensitivity", 0)) <= ceiling_of(actor, named=named)


def _first(row: models.Model, names: Iterable[str]) -> object:
    return next((value for name in names if (value := getattr(row, name, None))), None)


def _content(
    actor: Actor, row: models.Model, kept: Person, facts: Mapping[int, FactLine], papers: Mapping[object, str]
) -> dict[str, object]:
    if isinstance(row, Fact):
        return {"fact": facts.get(row.id)}
    if isinstance(row, Identifier):
        masked = mask_identifier(row.kind, open_identifier(row.person_id, row.kind, row.cipher))
        return {"number": MaskedIdentifier(row.id, row.kind, masked, row.source)}
    if isinstance(row, PayeeAccount):
        content = open_account(row)
        return {"named": f"{content['holder']} {mask_identifier('account', content['number'])}"}
    if isinstance(row, Relationship):
        other = row.other_id if row.person_id == kept.id else row.person_id
        card = cards_of(actor, person_ids={other}, purpose=working_purpose(actor)).get(other)
        return {"named": card.name if card else ""}
    return {"named": papers.get(row.pk, "")}
