"""Rows of a form, and the trees of their conditions. Packs fill them; the browser reads the same as JSON."""

from __future__ import annotations

from dataclasses import dataclass

ONE, MANY, NUMBER, DATE, TEXT, NOTE, RESULT = "one", "many", "number", "date", "text", "note", "result"
ASKED = (ONE, MANY, NUMBER, DATE, TEXT)
"""The kinds of a row that is a question; a note says something, a result is worked out."""
UNKNOWN = "unknown"
"""The answer to a question of one choice that says: nobody knows. No choice of a form may be called so."""


@dataclass(frozen=True)
class Node:
    """One step of an expression: `op` with what it is applied to, or a leaf with its `value`.

    Leaves: question (value: its name), own (the answer that a constraint is about), literal (number or text), date (value: ISO), today.
    selected has the choice as its value. The rest: = != < <= > >= + - * negative and or not if.
    """

    op: str
    of: tuple[Node, ...] = ()
    value: int | str | None = None


@dataclass(frozen=True)
class Row:
    """One row in the order of the form.

    `asked_if`: the conditions of its groups and its own, None is always; `holds_if` what an answer has to fulfill; `value` how a
    result is worked out; `choices` the codes that can be chosen.
    """

    name: str
    kind: str
    choices: tuple[str, ...] = ()
    asked_if: Node | None = None
    holds_if: Node | None = None
    value: Node | None = None
    required: bool = False
