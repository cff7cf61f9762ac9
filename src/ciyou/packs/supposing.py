"""Reading a supposed answer of a place: `both_gone_one_missing=neither`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ciyou.core.errors import PackError, Place, Problem
from ciyou.core.facts.definition import Value
from ciyou.core.rules.tree import Kind
from ciyou.packs.loading import load_packs
from ciyou.packs.located_yaml import nearest, read_date
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.parameters import ParameterDefinition

TRUTHS = {"true": True, "false": False}


def read_suppositions(written: Iterable[str], *, root: Path = SHIPPED) -> dict[str, Value]:
    """Parameter values from texts KEY=VALUE (amounts in fen); raises PackError with every mistake."""
    definitions = load_packs(root).table.definitions
    found: dict[str, Value] = {}
    problems = []
    for text in written:
        key, _, said = text.partition("=")
        if key not in definitions:
            problems.append(_unknown(key, definitions))
            continue
        value = _value(definitions[key], said)
        if value is None:
            problems.append(_wrong(definitions[key]))
        else:
            found[key] = value
    if problems:
        raise PackError(problems)
    return found


def _value(definition: ParameterDefinition, said: str) -> Value | None:
    match definition.kind:
        case Kind.BOOL:
            return TRUTHS.get(said)
        case Kind.DATE:
            return read_date(said)
        case Kind.ENUM:
            return said if said in definition.options else None
        case _:
            return int(said) if said.isascii() and said.isdigit() else None


def _unknown(key: str, definitions: Iterable[str]) -> Problem:
    hint_zh, hint_en = nearest(key, definitions)
    return Problem(
        Place("--suppose"),
        "pack.unknown_parameter",
        f"没有参数“{key}”；请按“参数=值”填写。{hint_zh}",
        f"There is no parameter “{key}”; write KEY=VALUE. {hint_en}".strip(),
    )


def _wrong(definition: ParameterDefinition) -> Problem:
    domain = {Kind.BOOL: "true, false", Kind.DATE: "YYYY-MM-DD", Kind.ENUM: ", ".join(definition.options)}
    wanted = domain.get(definition.kind, "0, 1, 2, …")
    return Problem(
        Place("--suppose"),
        "pack.supposed_value",
        f"参数“{definition.key}”不能取这个值；可用：{wanted}。",
        f"The parameter “{definition.key}” cannot have this value; use: {wanted}.",
    )
