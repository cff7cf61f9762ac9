"""How an item may be settled: what is done about a child that one side has, or about a column in which the two differ."""

from __future__ import annotations

from ciyou.apps.exchange.models import ItemKind
from ciyou.packs.exchange_mappings import CIRCUMSTANCE, ID_NUMBER, ExchangeColumn

ENTER_THERE, NOT_TO_ENTER = "enter_there", "not_to_enter"
MAKE_LEAD, NOT_OURS = "make_lead", "not_ours"
TAKE_THEIRS, CORRECT_THERE, LEAVE = "take_theirs", "correct_there", "leave"
NEEDS_NOTE = frozenset({NOT_TO_ENTER, NOT_OURS, LEAVE})
"""What somebody later asks about: why."""
FINAL = frozenset({MAKE_LEAD, TAKE_THEIRS})
"""What was done in our own files and is not undone here."""


def decisions_for(
    kind: str, *, elsewhere: bool, on_file: bool, column: ExchangeColumn | None, theirs: str
) -> tuple[str, ...]:
    """The decisions that an item allows, the usual one first. `on_file`: the child's file is here (it has ended, where only they have it)."""
    if kind == ItemKind.ONLY_HERE:
        return (ENTER_THERE, NOT_TO_ENTER)
    if kind == ItemKind.ONLY_THERE:
        return (CORRECT_THERE, LEAVE) if on_file else (NOT_OURS,) if elsewhere else (MAKE_LEAD, NOT_OURS)
    return (TAKE_THEIRS, CORRECT_THERE, LEAVE) if can_be_taken(column, theirs) else (CORRECT_THERE, LEAVE)


def can_be_taken(column: ExchangeColumn | None, theirs: str) -> bool:
    """Whether their value could stand in our file: one of a fact, or a missing ID number."""
    if column is None or not theirs:
        return False
    if column.value == ID_NUMBER:
        return True
    if column.fact is None:
        return False
    return column.fact[1] != CIRCUMSTANCE or theirs in column.written
