"""What comes into the registry: persons, statements and family ties, as loads, visits and letters hand them over."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from ciyou.core.facts.definition import Value
from ciyou.core.facts.state import Basis

PersonId = UUID | str


@dataclass(frozen=True)
class IncomingPerson:
    """One person of a screening. `kind` child | adult; `division` 12 digits, the county's own where `division_resolved` is false.

    `identifiers` are (kind, value) in the clear; they are encrypted before they are stored.
    """

    linkage_id: str
    kind: str
    name: str
    sex: str
    birth_date: dt.date | None
    division: str
    residence_division: str = ""
    division_resolved: bool = True
    identifiers: tuple[tuple[str, str], ...] = ()
    source: str = ""


@dataclass(frozen=True)
class NewStatement:
    """Something said of a person: true from `valid_from` until before `valid_to` (None: open). `name` as the vocabulary has it.

    A fact of the household is named `household.<name>` and stands at the child.
    """

    name: str
    value: Value
    basis: Basis | str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True)
class IncomingRelation:
    """`other` is the `kind` (father | mother | guardian | carer | sibling | household) of the child, says a source."""

    child_linkage_id: str
    kind: str
    other_linkage_id: str
    source: str
    confidence: float | None


def basis_code(basis: Basis | str) -> str:
    """presumed | rostered | verified."""
    return basis.code if isinstance(basis, Basis) else Basis[basis.upper()].code
