"""What a determination keeps: statements, decisions and a salt, as canonical JSON, compressed and encrypted for one row."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ciyou.apps.audit.keys import keyring
from ciyou.core.facts.definition import Entity, Value
from ciyou.core.facts.state import Basis, StatedFact
from ciyou.core.rules.deciding import Unknown
from ciyou.core.rules.interpreter import Decision, Outcome
from ciyou.core.rules.settling import CaseAnswer
from ciyou.vault.fields import blind_index, decrypt_bytes, encrypt_bytes
from ciyou.vault.keyring import Keyring

SALT_BYTES = 16
# Most of what is kept repeats words of the vocabulary: the fastest level already takes four fifths away.
_COMPRESSION = 1
_DATE = "date"


@dataclass(frozen=True)
class Content:
    """The statements that were decided on, in canonical order, what the rules said, and the salt of the hash.

    `cases` are what people decided case by case, also what does not count on that day.
    """

    statements: tuple[StatedFact, ...]
    decisions: Mapping[str, Decision]
    salt: str
    cases: tuple[CaseAnswer, ...] = ()


@dataclass(frozen=True)
class Frame:
    """Under which rules and for which day: what a hash binds besides the answers."""

    as_of: dt.date
    division: str
    pack_version: str


def make_content(
    statements: Iterable[StatedFact], decisions: Mapping[str, Decision], cases: tuple[CaseAnswer, ...] = ()
) -> Content:
    """New content with a salt of its own; `statements` must be in canonical order already."""
    return Content(tuple(statements), decisions, secrets.token_hex(SALT_BYTES), cases)


def in_order(statements: Iterable[StatedFact]) -> tuple[StatedFact, ...]:
    """Statements in the one order in which they are hashed, stored and decided on; doubles once."""
    rows = {_text(_statement_row(said)): said for said in statements}
    return tuple(rows[key] for key in sorted(rows))


def facts_hash(person_id: object, statements: Iterable[StatedFact], cases: Iterable[CaseAnswer] = ()) -> str:
    """By which the engine sees that what it decides on is still the same: keyed, so that nobody else can guess it."""
    rows = [_statement_row(said) for said in statements] + [_case_row(case) for case in cases]
    return blind_index(keyring(), field=f"entitlements.facts:{person_id}", value=_text(rows))


def determination_hash(content: Content, frame: Frame) -> str:
    """SHA-256 of the canonical statements and decisions under their salt, the rules' version, the place and the day."""
    bound = {
        "as_of": frame.as_of.isoformat(),
        "division": frame.division,
        "packs": frame.pack_version,
        **_as_json(content),
    }
    return hashlib.sha256(_text(bound).encode()).hexdigest()


def seal_content(determination_id: object, content: Content) -> bytes:
    """The content, compressed and encrypted for this determination."""
    packed = zlib.compress(_text(_as_json(content)).encode(), _COMPRESSION)
    return encrypt_bytes(keyring(), packed, context=_context(determination_id))


def open_content(determination_id: object, cipher: bytes) -> Content:
    """The content again; raises VaultError when it was changed or its key is missing."""
    packed = decrypt_bytes(keyring(), cipher, context=_context(determination_id))
    stored = json.loads(zlib.decompress(packed))
    return Content(
        tuple(_statement(row) for row in stored["statements"]),
        {code: _decision(code, row) for code, row in stored["decisions"].items()},
        stored["salt"],
        tuple(_case(row) for row in stored.get("cases", ())),
    )


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a determination rests on: what is said, and what people decided case by case."""

    statements: tuple[StatedFact, ...]
    cases: tuple[CaseAnswer, ...]


def open_grounds(ring: Keyring, determination_id: object, cipher: bytes) -> Grounds:
    """The grounds alone, for readers of many: the keys are given, the decisions stay unread, and a statement that was read before
    is not made again."""
    text = zlib.decompress(decrypt_bytes(ring, cipher, context=_context(determination_id))).decode()
    cases = tuple(_case(row) for row in json.loads(text)["cases"]) if text.startswith(_CASES) else ()
    try:
        return Grounds(_told(text), cases)
    except ValueError:  # a text among the values reads like the end of a statement, or there are none
        return Grounds(tuple(_statement(row) for row in json.loads(text)["statements"]), cases)


# Canonical JSON has its keys in order: the cases begin it where there are any, and the statements end it.
_CASES, _STATEMENTS, _NEXT, _END = '{"cases":', '"statements":[[', "],[", "]]}"


def _told(text: str) -> tuple[StatedFact, ...]:
    """The statements of a content; raises ValueError where they cannot be told apart without reading the whole.

    A quotation mark within a text is always escaped, so the key is found only where it is one, and half a text is no JSON.
    """
    begins = text.rindex(_STATEMENTS) + len(_STATEMENTS)
    if not text.endswith(_END):
        raise ValueError(_END)
    return tuple(map(_known_statement, text[begins : -len(_END)].split(_NEXT)))


@lru_cache(maxsize=100_000)
def _known_statement(row: str) -> StatedFact:
    return _statement(json.loads(f"[{row}]"))


def _context(determination_id: object) -> str:
    return f"entitlements.determination:{determination_id}"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _as_json(content: Content) -> dict[str, Any]:
    found: dict[str, Any] = {
        "decisions": {code: _decision_row(decision) for code, decision in content.decisions.items()},
        "salt": content.salt,
        "statements": [_statement_row(said) for said in content.statements],
    }
    # Left out where there are none: a determination without them keeps the hash that it always had.
    return found | ({"cases": [_case_row(case) for case in content.cases]} if content.cases else {})


def _case_row(case: CaseAnswer) -> list[Any]:
    """[rule, holds, first day, until, id]."""
    return [case.rule, case.holds, case.first.isoformat(), case.until.isoformat(), case.id]


def _case(row: list[Any]) -> CaseAnswer:
    rule, holds, first, until, found = row
    return CaseAnswer(rule, holds, dt.date.fromisoformat(first), dt.date.fromisoformat(until), found)


def _statement_row(said: StatedFact) -> list[Any]:
    """[entity, fact, value, basis, source, valid from, valid to]; a date among the values is marked as one."""
    value = {_DATE: said.value.isoformat()} if isinstance(said.value, dt.date) else said.value
    period = (said.valid_from, said.valid_to)
    return [
        said.entity.value,
        said.name,
        value,
        said.basis.code,
        said.source,
        *(None if day is None else day.isoformat() for day in period),
    ]


def _statement(row: list[Any]) -> StatedFact:
    entity, name, value, basis, source, valid_from, valid_to = row
    return StatedFact(
        Entity(entity),
        name,
        _value(value),
        Basis[basis.upper()],
        source,
        _day(valid_from),
        _day(valid_to),
    )


def _value(stored: Any) -> Value:
    found: Value = dt.date.fromisoformat(stored[_DATE]) if isinstance(stored, dict) else stored
    return found


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _decision_row(decision: Decision) -> list[Any]:
    """[outcome, basis, amount, floor, ceiling (fen), deciding facts]."""
    return [
        decision.outcome.value,
        decision.basis.code,
        decision.amount_fen,
        decision.floor_fen,
        decision.ceiling_fen,
        [str(unknown) for unknown in decision.deciding],
    ]


def _decision(code: str, row: list[Any]) -> Decision:
    outcome, basis, amount, floor, ceiling, deciding = row
    return Decision(
        code,
        Outcome(outcome),
        Basis[basis.upper()],
        amount,
        floor,
        ceiling,
        tuple(unknown_of(name) for name in deciding),
    )


def unknown_of(name: str) -> Unknown:
    """`father.dead` or `param.…` as the interpreter names it."""
    owner, _dot, rest = name.partition(".")
    return Unknown(None if owner == "param" else Entity(owner), rest)
