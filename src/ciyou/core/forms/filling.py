"""What the answers to a form come to: which rows are asked, which answers are refused, what is worked out. Unknown is never a no."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ciyou.core.forms.rows import DATE, MANY, NOTE, NUMBER, ONE, RESULT, UNKNOWN, Node, Row

Known = bool | int | str | tuple[str, ...] | None
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BLANK = "".join(one for one in map(chr, range(0x3001)) if one.isspace()) + "\ufeff"
"""What is no answer: all that Python or a browser takes for a space, so that both take the same."""
_BETWEEN = re.compile(f"[{re.escape(_BLANK)}]+")
_MOST = 10**15
TEXT_LENGTH = 500


@dataclass(frozen=True)
class Filled:
    """`asked` by row: true, false, or None while what it depends on is not answered (it is not shown then either).

    `refused`: the rows that are asked and whose answer is outside what can be given; `values` what each result comes to.
    """

    asked: Mapping[str, bool | None]
    refused: tuple[str, ...]
    values: Mapping[str, Known]


def fill(rows: Sequence[Row], answers: Mapping[str, str], *, today: dt.date) -> Filled:
    """What answers (as typed, by row; several choices with a space between) come to. What is not asked is unknown to all that follows."""
    known: dict[str, Known] = {}
    asked: dict[str, bool | None] = {}
    refused: list[str] = []
    values: dict[str, Known] = {}
    for row in rows:
        state = _truth(row.asked_if, known, None, today)
        asked[row.name] = state
        if state is not True or row.kind == NOTE:
            if row.kind == RESULT:
                values[row.name] = None
            continue
        if row.kind == RESULT:
            known[row.name] = values[row.name] = None if row.value is None else _worth(row.value, known, None, today)
            continue
        value, fits = read_answer(row, answers.get(row.name, ""))
        if not fits or (value is not None and _truth(row.holds_if, known, value, today) is False):
            refused.append(row.name)
            continue
        known[row.name] = value
    return Filled(asked, tuple(refused), values)


def trimmed(typed: str) -> str:
    """An answer without what is no answer around it; the browser takes away the same."""
    return typed.strip(_BLANK)


def read_answer(row: Row, typed: str) -> tuple[Known, bool]:
    """The value of an answer as typed (None: unanswered, or nobody knows), and whether it is one that the row can have."""
    text = trimmed(typed)
    if not text or (row.kind == ONE and text == UNKNOWN):
        return None, True
    if row.kind == ONE:
        return text, text in row.choices
    if row.kind == MANY:
        chosen = _BETWEEN.split(text)
        return tuple(one for one in row.choices if one in chosen), set(chosen) <= set(row.choices)
    if row.kind == NUMBER:
        return (int(text), True) if _NUMBER.fullmatch(text) else (None, False)
    if row.kind == DATE:
        return text, _is_date(text)
    return text, len(text) <= TEXT_LENGTH


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _truth(node: Node | None, known: Mapping[str, Known], own: Known, today: dt.date) -> bool | None:
    if node is None:
        return True
    found = _worth(node, known, own, today)
    return found if isinstance(found, bool) else None


def _worth(node: Node, known: Mapping[str, Known], own: Known, today: dt.date) -> Known:
    match node.op:
        case "question":
            return known.get(str(node.value))
        case "own":
            return own
        case "literal" | "date":
            return node.value
        case "today":
            return today.isoformat()
    parts = [_worth(part, known, own, today) for part in node.of]
    match node.op:
        case "and":
            return False if False in parts else None if None in parts else True
        case "or":
            return True if True in parts else None if None in parts else False
        case "if":
            return _chosen(*parts)
        case _:
            return None if None in parts else _applied(node, parts)


def _chosen(truth: Known, yes: Known, no: Known) -> Known:
    """What an `if` comes to; of an unknown condition only what holds either way."""
    if truth is None:
        return yes if yes == no else None
    return yes if truth else no


def _applied(node: Node, parts: Sequence[Known]) -> Known:
    """An operator on what is all known."""
    first, second = parts[0], parts[-1]
    match node.op:
        case "not":
            return not first
        case "selected":
            return node.value in first if isinstance(first, tuple) else first == node.value
        case "=":
            return first == second
        case "!=":
            return first != second
    if isinstance(first, int) and isinstance(second, int):
        return _ordered(node.op, first, second) if node.op in _ORDERS else _counted(node.op, first, second)
    return _ordered(node.op, str(first), str(second))


_ORDERS = ("<", "<=", ">", ">=")


def _ordered(op: str, first: int | str, second: int | str) -> bool:
    before = first < second  # type: ignore[operator]
    return {"<": before, ">=": not before, "<=": before or first == second, ">": not (before or first == second)}[op]


def _counted(op: str, first: int, second: int) -> int | None:
    """A number; unknown where it is larger than the browser counts exactly."""
    found = {"+": first + second, "-": first - second, "*": first * second, "negative": -first}[op]
    return found if abs(found) <= _MOST else None
