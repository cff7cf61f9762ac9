"""What came onto a file since a merge, as far as the actor may read it: whoever says whose it is sees what it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ciyou.apps.registry.between import Between
from ciyou.apps.registry.checks import working_purpose
from ciyou.apps.registry.history import FactLine, line_of
from ciyou.apps.registry.identifiers import MaskedIdentifier, masked_row
from ciyou.apps.registry.identifying import mask_identifier
from ciyou.apps.registry.models import Fact, Identifier, PayeeAccount, Person, Relationship
from ciyou.apps.registry.payees import open_account
from ciyou.apps.registry.proofs import list_evidence
from ciyou.apps.registry.reading import cards_of, own_rows
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


def lines_since(actor: Actor, kept: Person, found: Iterable[Between], *, named: bool) -> tuple[SinceLine, ...]:
    """The rows of `written_since` in the order in which they came; of what they say each table is asked once, if at all."""
    asked = list(found)
    keys: dict[str, list[str]] = {}
    for one in asked:
        keys.setdefault(one.what, []).append(one.row.key)
    facts = (
        {str(row.pk): row for row in Fact.objects.filter(pk__in=keys["registry.Fact"])}
        if "registry.Fact" in keys
        else {}
    )
    told = [one for one in asked if _is_told(actor, one, facts.get(one.row.key), named=named)]
    said = {
        label: told_of(actor, kept, [one.row.key for one in told if one.what == label])
        for label, told_of in _SAID.items()
        if any(one.what == label for one in told)
    }
    lines = [
        SinceLine(
            one.key,
            one.what,
            one.ended,
            one.row.at or one.row.on,
            one.row.by,
            **said.get(one.what, {}).get(one.row.key, {}),
        )
        if one in told
        else SinceLine(one.key, "", one.ended)
        for one in asked
    ]
    return tuple(sorted(lines, key=lambda line: (str(line.at or ""), line.key)))


def _is_told(actor: Actor, one: Between, fact: Fact | None, *, named: bool) -> bool:
    if fact is not None and one.what == Fact._meta.label:
        return sees_fact(actor, fact, named=named)
    wanted = SHOWN_TO.get(one.what)
    if wanted is not None and not any(may_do(actor.role, action) for action in wanted):
        return False
    return one.row.sensitivity <= ceiling_of(actor, named=named)


def _facts(actor: Actor, kept: Person, keys: list[str]) -> dict[str, dict[str, Any]]:
    return {str(one.row.pk): {"fact": line_of(one)} for one in own_rows(Fact.objects.filter(pk__in=keys))}


def _numbers(actor: Actor, kept: Person, keys: list[str]) -> dict[str, dict[str, Any]]:
    return {str(row.pk): {"number": masked_row(row)} for row in Identifier.objects.filter(pk__in=keys)}


def _accounts(actor: Actor, kept: Person, keys: list[str]) -> dict[str, dict[str, Any]]:
    opened = {str(row.pk): open_account(row) for row in PayeeAccount.objects.filter(pk__in=keys)}
    return {
        key: {"named": f"{one['holder']} {mask_identifier('account', one['number'])}"} for key, one in opened.items()
    }


def _ties(actor: Actor, kept: Person, keys: list[str]) -> dict[str, dict[str, Any]]:
    rows = Relationship.objects.filter(pk__in=keys)
    facing = {str(row.pk): row.other_id if row.person_id == kept.id else row.person_id for row in rows}
    cards = cards_of(actor, person_ids=facing.values(), purpose=working_purpose(actor))
    return {key: {"named": cards[other].name} for key, other in facing.items() if other in cards}


def _papers(actor: Actor, kept: Person, keys: list[str]) -> dict[str, dict[str, Any]]:
    papers = list_evidence(actor, person_id=kept.id, purpose=working_purpose(actor))
    return {str(one.id): {"named": one.title} for one in papers if str(one.id) in keys}


_SAID: Mapping[str, Callable[[Actor, Person, list[str]], dict[str, dict[str, Any]]]] = MappingProxyType(
    {
        "registry.Fact": _facts,
        "registry.Identifier": _numbers,
        "registry.PayeeAccount": _accounts,
        "registry.Relationship": _ties,
        "registry.Evidence": _papers,
    }
)
"""Tables whose rows say in a word what they are."""
