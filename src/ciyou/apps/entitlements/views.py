"""What is shown of determinations, by frozen values: the whole of one for one actor, a line of history, a card in a list."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from ciyou.apps.entitlements.differences import Change
from ciyou.core.facts.definition import Entity, FactDefinition
from ciyou.core.facts.state import Conflict, StatedFact
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.causes import Cause
from ciyou.core.rules.explain import Explanation
from ciyou.core.rules.interpreter import Decision
from ciyou.core.rules.words import Phrase


@dataclass(frozen=True)
class KnownFact:
    """A fact with its definition, who said it, and the day since which it is due to be verified again (None: it is fresh)."""

    entity: Entity
    definition: FactDefinition
    said: StatedFact
    stale_since: dt.date | None = None


@dataclass(frozen=True)
class DeterminationLine:
    """One determination in a child's history. `changes` as far as the actor may see the rules; `decided_by` is a user's id.

    `causes`: what lies between it and the one it is compared with, as far as the actor may know of it.
    """

    id: uuid.UUID
    as_of: dt.date
    made_at: dt.datetime
    cause: str
    state: str
    current: bool
    changes: tuple[Change, ...]
    decided_by: str
    decided_at: dt.datetime | None
    reason: str
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True)
class DeterminationView:
    """One determination as one actor may see it.

    `explanations` are redacted to the actor's ceiling; `known` are the facts it rests on that the actor may read; `by_department`
    are the members of the family of whom a department told something that the actor may not read. `confirmed_before`: a person
    stands behind an earlier one, which `line.changes` compares with. `may_confirm`: the actor may confirm or return this one.
    `by_case`: people decided something of this child case by case.
    """

    line: DeterminationLine
    child_id: uuid.UUID
    division: str
    pack_version: str
    hash: str
    known_at: dt.datetime
    explanations: tuple[Explanation, ...]
    known: tuple[KnownFact, ...]
    conflicts: tuple[Conflict, ...]
    by_department: frozenset[Entity]
    confirmed_before: dt.datetime | None
    may_confirm: bool
    own_word: bool
    by_case: bool
    highest_class: int
    book: RuleBook


@dataclass(frozen=True)
class Proposal:
    """A determination that waits for a person: whose, and where."""

    id: uuid.UUID
    child_id: uuid.UUID
    division: str


@dataclass(frozen=True)
class AwaitingLine:
    """A proposal that waits for a person; `unchanged`: it says what a person confirmed before."""

    child_id: uuid.UUID
    division: str
    line: DeterminationLine
    unchanged: bool


@dataclass(frozen=True)
class OutcomeCard:
    """One rule of a child's current determination that is not a plain no."""

    rule: str
    kind: str
    outcome: str
    basis: str
    amount_fen: int | None
    floor_fen: int | None
    ceiling_fen: int | None
    deciding: tuple[str, ...]


@dataclass(frozen=True)
class DecidingFact:
    """An unknown that would decide rules of a child: what it is, which departments know it, who may be asked, for which rules.

    `entity` "" is a parameter that the place must say.
    """

    entity: str
    name: str
    words: Phrase
    suppliers: tuple[str, ...]
    askable: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True)
class RuleDecided:
    """One rule of a child's current determination, for the room that pays: shown to nobody as it is.

    `confirmed`: a person stands behind the determination. `decision` None: the place has no such rule.
    """

    determination_id: uuid.UUID
    division: str
    as_of: dt.date
    confirmed: bool
    decision: Decision | None
