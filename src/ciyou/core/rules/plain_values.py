"""The functions that read plain values: constants, facts, parameters, ages, durations and parts of a division code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from ciyou.core.clock.ages import full_years
from ciyou.core.clock.months import months_over
from ciyou.core.facts.definition import Value
from ciyou.core.rules.reading import EVERYWHERE, UNSEEN, Compiler, Reader, Reads, Seen
from ciyou.core.rules.tree import Age, DivisionPart, FactRef, Literal, MonthsSince, Node, ParameterRef


def plain_value(compiler: Compiler, node: Node) -> Reads | None:
    """The function for a value that is read; None for every other node."""
    build = _VALUES.get(type(node))
    return None if build is None else build(compiler, node)


def _literal(_compiler: Compiler, node: Literal) -> Reads:
    seen: Seen = (node.value, EVERYWHERE)
    return lambda reader: seen


def _fact(_compiler: Compiler, node: FactRef) -> Reads:
    key = (node.entity, node.name)
    return lambda reader: reader.facts.get(key, UNSEEN)


def _parameter(_compiler: Compiler, node: ParameterRef) -> Reads:
    key = node.key

    def value(reader: Reader) -> Seen:
        found = reader.parameters[key].value
        return UNSEEN if found is None else (found, EVERYWHERE)

    return value


def _age(compiler: Compiler, node: Age) -> Reads:
    def years(reader: Reader, born: Value) -> Value | None:
        return full_years(born, reader.as_of, rule=reader.age_rule) if isinstance(born, dt.date) else None

    return _derived(compiler, node, node.birth_date, years)


def _months_since(compiler: Compiler, node: MonthsSince) -> Reads:
    def months(reader: Reader, since: Value) -> Value | None:
        return months_over(since, reader.as_of, rule=reader.month_rule) if isinstance(since, dt.date) else None

    return _derived(compiler, node, node.date, months)


def _division_part(compiler: Compiler, node: DivisionPart) -> Reads:
    digits = node.digits
    return _derived(compiler, node, node.item, lambda _, code: code[:digits] if isinstance(code, str) else None)


def _derived(compiler: Compiler, node: Node, item: Node, work_out: Callable[[Reader, Value], Value | None]) -> Reads:
    number, read = compiler.number(node), compiler.reads(item)
    assert read is not None  # the parser lets only facts and other plain values stand there

    def value(reader: Reader) -> Seen:
        found = reader.values.get(number)
        if found is None:
            given, known = read(reader)
            worked_out = None if given is None else work_out(reader, given)
            found = reader.values[number] = UNSEEN if worked_out is None else (worked_out, known)
        return found

    return value


_VALUES: Mapping[type[Node], Callable[[Compiler, Any], Reads]] = {
    Literal: _literal,
    FactRef: _fact,
    ParameterRef: _parameter,
    DivisionPart: _division_part,
    Age: _age,
    MonthsSince: _months_since,
}
