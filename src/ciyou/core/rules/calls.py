"""The functions of the rule language: what `age(child)`, `first(…)`, `top_up(…)` and the others build."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Protocol

from ciyou.core.facts.definition import Entity
from ciyou.core.rules.kinds import comparable, joint_kind, kind_of
from ciyou.core.rules.scope import Scope
from ciyou.core.rules.tree import (
    Age,
    AmountRef,
    Arm,
    DivisionPart,
    FactRef,
    First,
    Highest,
    Kind,
    Known,
    Literal,
    Lowest,
    MonthsSince,
    Node,
    Percent,
    TopUp,
)


class Reader(Protocol):
    """What a function's builder needs of the parser."""

    @property
    def scope(self) -> Scope: ...

    def convert(self, node: ast.expr) -> Node | None: ...

    def want(self, node: ast.expr, *kinds: Kind) -> Node | None: ...

    def refuse(self, node: ast.AST, code: str, zh: str, en: str) -> None: ...

    def entity(self, name: str) -> Entity | None: ...

    def fact(self, node: ast.AST, entity: Entity, name: str) -> FactRef | None: ...


BuildCall = Callable[[Reader, ast.Call], Node | None]


def _takes(reader: Reader, node: ast.Call, usage: str, *, at_least: int, at_most: int | None = None) -> bool:
    count = len(node.args)
    if count >= at_least and (at_most is None or count <= at_most):
        return True
    reader.refuse(node, "arguments", f"参数个数不对；写法是 {usage}。", f"Wrong number of arguments; write {usage}.")
    return False


def _age(reader: Reader, node: ast.Call) -> Node | None:
    if not _takes(reader, node, "age(child)", at_least=1, at_most=1):
        return None
    argument = node.args[0]
    entity = reader.entity(argument.id) if isinstance(argument, ast.Name) else None
    if entity is None or entity == Entity.HOUSEHOLD:
        reader.refuse(
            node,
            "arguments",
            "age 的参数是 child、father 或 mother。",
            "The argument of `age` is child, father or mother.",
        )
        return None
    fact = reader.fact(node, entity, "birth_date")
    return None if fact is None else Age(fact)


def _months_since(reader: Reader, node: ast.Call) -> Node | None:
    if not _takes(reader, node, "months_since(date)", at_least=1, at_most=1):
        return None
    date = reader.want(node.args[0], Kind.DATE)
    return None if date is None else MonthsSince(date)


def _date(reader: Reader, node: ast.Call) -> Node | None:
    if not _takes(reader, node, "date('2020-01-01')", at_least=1, at_most=1):
        return None
    argument = node.args[0]
    try:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            return Literal(dt.date.fromisoformat(argument.value), Kind.DATE)
    except ValueError:
        pass  # told below, with the same words as for a missing date
    reader.refuse(node, "date", "日期写成 date('2020-01-01')。", "Write a date as date('2020-01-01').")
    return None


def _several(build: type[Highest] | type[Lowest], name: str) -> BuildCall:
    def call(reader: Reader, node: ast.Call) -> Node | None:
        if not _takes(reader, node, f"{name}(a, b, …)", at_least=2):
            return None
        items = [reader.want(argument, Kind.MONEY, Kind.INT) for argument in node.args]
        if any(item is None for item in items):
            return None
        return build(tuple(item for item in items if item is not None))

    return call


def _top_up(reader: Reader, node: ast.Call) -> Node | None:
    if not _takes(reader, node, "top_up(standard, received, …)", at_least=2):
        return None
    items = [reader.want(argument, Kind.MONEY) for argument in node.args]
    if any(item is None for item in items):
        return None
    standard, *received = [item for item in items if item is not None]
    return TopUp(standard, tuple(received))


def _percent(reader: Reader, node: ast.Call) -> Node | None:
    if not _takes(reader, node, "percent(amount, share)", at_least=2, at_most=2):
        return None
    item, share = reader.want(node.args[0], Kind.MONEY, Kind.INT), reader.want(node.args[1], Kind.INT)
    return None if item is None or share is None else Percent(item, share)


def _amount(reader: Reader, node: ast.Call) -> Node | None:
    if not _takes(reader, node, "amount(rule_code)", at_least=1, at_most=1):
        return None
    argument = node.args[0]
    if isinstance(argument, ast.Name) and reader.scope.rules.get(argument.id):
        return AmountRef(argument.id)
    reader.refuse(
        node,
        "arguments",
        "amount 的参数是有金额的规则代码。",
        "The argument of `amount` is the code of a rule that has an amount.",
    )
    return None


def _known(reader: Reader, node: ast.Call) -> Node | None:
    if not _takes(reader, node, "known(fact)", at_least=1, at_most=1):
        return None
    item = reader.convert(node.args[0])
    return None if item is None else Known(item)


def _division(digits: int, name: str) -> BuildCall:
    def call(reader: Reader, node: ast.Call) -> Node | None:
        if not _takes(reader, node, f"{name}(child.hukou_division)", at_least=1, at_most=1):
            return None
        item = reader.want(node.args[0], Kind.ENUM)
        return None if item is None else DivisionPart(item, digits)

    return call


def _called(node: ast.expr, name: str, arguments: int) -> list[ast.expr] | None:
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    if not is_call or not isinstance(node, ast.Call) or len(node.args) != arguments:
        return None
    return node.args


def _first(reader: Reader, node: ast.Call) -> Node | None:
    usage = "first(when(condition, value), …, otherwise(value))"
    if not _takes(reader, node, usage, at_least=2):
        return None
    last = _called(node.args[-1], "otherwise", 1)
    whens = [_called(argument, "when", 2) for argument in node.args[:-1]]
    if last is None or any(when is None for when in whens):
        reader.refuse(
            node, "first", f"写法是 {usage}，最后必须是 otherwise。", f"Write {usage}; `otherwise` must come last."
        )
        return None
    arms = [_arm(reader, when) for when in whens if when is not None]
    otherwise = reader.want(last[0], Kind.MONEY, Kind.INT)
    if otherwise is None or any(arm is None for arm in arms):
        return None
    chosen = tuple(arm for arm in arms if arm is not None)
    values = (*(arm.value for arm in chosen), otherwise)
    joint = joint_kind(values)
    if not all(kind_of(value) == joint or comparable(value, Literal(0, joint)) for value in values):
        reader.refuse(node, "kinds", "first 各分支的值必须同类。", "All values of `first` must be of one kind.")
        return None
    return First(chosen, otherwise)


def _arm(reader: Reader, arguments: list[ast.expr]) -> Arm | None:
    condition, value = reader.want(arguments[0], Kind.BOOL), reader.want(arguments[1], Kind.MONEY, Kind.INT)
    return None if condition is None or value is None else Arm(condition, value)


def _outside_first(reader: Reader, node: ast.Call) -> Node | None:
    reader.refuse(
        node,
        "first",
        "when 和 otherwise 只能写在 first(…) 里。",
        "`when` and `otherwise` may stand only inside first(…).",
    )
    return None


FUNCTIONS: Mapping[str, BuildCall] = {
    "age": _age,
    "months_since": _months_since,
    "date": _date,
    "highest": _several(Highest, "highest"),
    "lowest": _several(Lowest, "lowest"),
    "top_up": _top_up,
    "percent": _percent,
    "amount": _amount,
    "known": _known,
    "province": _division(2, "province"),
    "city": _division(4, "city"),
    "county": _division(6, "county"),
    "township": _division(9, "township"),
    "first": _first,
    "when": _outside_first,
    "otherwise": _outside_first,
}
