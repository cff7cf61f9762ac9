"""Reading a rule's text: Python's expression grammar as notation only (`ast` in eval mode), never executed.

Every mistake is collected with its line and column inside the pack file; nothing is guessed.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ciyou.core.errors import Place, Problem, RuleError
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.calls import FUNCTIONS
from ciyou.core.rules.kinds import NUMERIC, ORDERED, comparable, fits, kind_of
from ciyou.core.rules.names import read_attribute, read_fact, read_name
from ciyou.core.rules.scope import (
    KIND_WORDS,
    Predicate,
    Scope,
    facts_referred_to,
    mistake,
    parameters_referred_to,
    rules_referred_to,
    wrong_kind,
)
from ciyou.core.rules.tree import (
    And,
    Compare,
    Difference,
    FactRef,
    Kind,
    Literal,
    Named,
    Node,
    Not,
    OneOf,
    Or,
    Scale,
    Sum,
)

__all__ = ["facts_referred_to", "parameters_referred_to", "parse_expression", "rules_referred_to"]

OPERATORS: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def parse_expression(text: str, *, scope: Scope, place: Place, wants: Kind | None = None) -> Node:
    """The tree of a rule's text.

    `place` is where the text begins in its file; problems carry the line and column inside it.
    Raises RuleError with every mistake found: syntax, unknown names, kinds that do not fit.
    """
    reader = _Reader(scope=scope, place=place)
    node = reader.read(text)
    if node is not None and wants is not None and not fits(node, wants):
        reader.problems.append(wrong_kind(place, wants, kind_of(node)))
    if reader.problems:
        raise RuleError(reader.problems)
    assert node is not None
    return node


@dataclass
class _Reader:
    """Turns `ast` nodes into rule nodes; `bound` maps a predicate's formal names to entities."""

    scope: Scope
    place: Place
    bound: Mapping[str, Entity] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    applied: dict[tuple[str, tuple[Entity, ...]], Named] = field(default_factory=dict)

    def read(self, text: str) -> Node | None:
        try:
            tree = ast.parse(f"({text}\n)", mode="eval")
        except (SyntaxError, ValueError, RecursionError) as error:
            line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
            self.problems.append(
                mistake(
                    self._place_at(line, column - 1),
                    "syntax",
                    "表达式无法读取；请检查括号、引号和 and/or/not 的写法。",
                    "The expression cannot be read; check brackets, quotes and and/or/not.",
                )
            )
            return None
        return self.convert(tree.body)

    def _place_at(self, line: int, column: int) -> Place:
        first = line <= 1
        column_here = (self.place.column or 1) + column - 1 if first else column + 1
        return Place(self.place.file, (self.place.line or 1) + line - 1, max(column_here, 1))

    def _place(self, node: ast.AST) -> Place:
        return self._place_at(getattr(node, "lineno", 1), getattr(node, "col_offset", 1))

    def refuse(self, node: ast.AST, code: str, zh: str, en: str) -> None:
        """Note a mistake at the place of `node`; the caller goes on to find the others."""
        self.problems.append(mistake(self._place(node), code, zh, en))

    def convert(self, node: ast.expr) -> Node | None:
        """The rule node for an `ast` node, or None after noting what is wrong with it."""
        handler = _HANDLERS.get(type(node))
        if handler is None:
            self.refuse(
                node,
                "not_allowed",
                "规则中不能使用这种写法；只能用 and、or、not、比较、in (…)、+、-、* 和规定的函数。",
                "This notation is not part of the rule language; use and, or, not, comparisons, in (…), +, -, * and its functions.",
            )
            return None
        return handler(self, node)

    def convert_all(self, nodes: list[ast.expr]) -> list[Node] | None:
        """All of them, or None when any is wrong (each wrong one is noted)."""
        found = [self.convert(node) for node in nodes]
        return None if any(node is None for node in found) else [node for node in found if node is not None]

    def want(self, node: ast.expr, *kinds: Kind) -> Node | None:
        """The node, if its kind is one of those wanted."""
        found = self.convert(node)
        if found is None or any(fits(found, kind) for kind in kinds):
            return found
        self.problems.append(wrong_kind(self._place(node), kinds[0], kind_of(found)))
        return None

    # -- names ---------------------------------------------------------------------------------
    def entity(self, name: str) -> Entity | None:
        """The entity a name stands for here: an entity's own name or a predicate's parameter."""
        if name in self.bound:
            return self.bound[name]
        return Entity(name) if name in Entity.__members__.values() else None

    def fact(self, node: ast.AST, entity: Entity, name: str) -> FactRef | None:
        """A fact of an entity, checked against the vocabulary."""
        return read_fact(self, node, entity, name)

    # -- constants -----------------------------------------------------------------------------
    def read_constant(self, node: ast.expr) -> Node | None:
        assert isinstance(node, ast.Constant)
        value = node.value
        if isinstance(value, bool):
            return Literal(value, Kind.BOOL)
        if isinstance(value, int):
            return Literal(value, Kind.INT)
        if isinstance(value, str):
            return Literal(value, Kind.ENUM)
        self.refuse(
            node,
            "constant",
            "常量只能是整数（金额以分计）、带引号的代码、True 或 False；日期写成 date('2020-01-01')。",
            "A constant is a whole number (money in fen), a quoted code, True or False; write dates as date('2020-01-01').",
        )
        return None

    # -- logic ---------------------------------------------------------------------------------
    def read_bool_op(self, node: ast.expr) -> Node | None:
        assert isinstance(node, ast.BoolOp)
        items = [self.want(value, Kind.BOOL) for value in node.values]
        if any(item is None for item in items):
            return None
        parts = tuple(item for item in items if item is not None)
        return And(parts) if isinstance(node.op, ast.And) else Or(parts)

    def read_unary(self, node: ast.expr) -> Node | None:
        assert isinstance(node, ast.UnaryOp)
        if isinstance(node.op, ast.Not):
            item = self.want(node.operand, Kind.BOOL)
            return None if item is None else Not(item)
        if (
            isinstance(node.op, ast.USub)
            and isinstance(node.operand, ast.Constant)
            and isinstance(node.operand.value, int)
        ):
            return Literal(-node.operand.value, Kind.INT)
        self.refuse(
            node,
            "not_allowed",
            "这里只能用 not；不要用 ~ 或负号。",
            "Only `not` may stand here; no ~ and no minus sign.",
        )
        return None

    def read_compare(self, node: ast.expr) -> Node | None:
        assert isinstance(node, ast.Compare)
        if len(node.ops) != 1:
            self.refuse(
                node,
                "chained",
                "不能连续比较（a < b < c）；请用 and 分开写。",
                "Comparisons cannot be chained (a < b < c); write them apart with `and`.",
            )
            return None
        operator, right = node.ops[0], node.comparators[0]
        if isinstance(operator, (ast.In, ast.NotIn)):
            found = self._one_of(node.left, right)
            return Not(found) if found is not None and isinstance(operator, ast.NotIn) else found
        if type(operator) not in OPERATORS:
            self.refuse(
                node, "operator", "不能使用 is；请用 == 或 !=。", "`is` is not part of the rule language; use == or !=."
            )
            return None
        return self._comparison(node, OPERATORS[type(operator)], right)

    def _comparison(self, node: ast.Compare, symbol: str, right_node: ast.expr) -> Node | None:
        left, right = self.convert(node.left), self.convert(right_node)
        if left is None or right is None:
            return None
        ordered = symbol not in ("==", "!=")
        if not comparable(left, right) or (ordered and kind_of(left) not in ORDERED):
            zh_left, en_left = KIND_WORDS[kind_of(left)]
            zh_right, en_right = KIND_WORDS[kind_of(right)]
            self.refuse(
                node,
                "kinds",
                f"不能用“{symbol}”比较{zh_left}和{zh_right}。",
                f"`{symbol}` cannot compare {en_left} with {en_right}.",
            )
            return None
        if not all(self._check_code(node, one, other) for one, other in ((left, right), (right, left))):
            return None
        return Compare(symbol, left, right)

    def _one_of(self, left_node: ast.expr, right: ast.expr) -> OneOf | None:
        item = self.convert(left_node)
        if not isinstance(right, (ast.Tuple, ast.List, ast.Set)) or not right.elts:
            self.refuse(
                right,
                "options",
                "in 之后要写常量列表，如 (1, 2)。",
                "After `in` write a list of constants, such as (1, 2).",
            )
            return None
        options = self.convert_all(list(right.elts))
        if item is None or options is None:
            return None
        literals = tuple(option for option in options if isinstance(option, Literal))
        if len(literals) != len(options) or not all(comparable(item, option) for option in literals):
            self.refuse(
                right,
                "options",
                "列表中的常量与所比较的值不是同一类。",
                "The constants in the list are not of the kind compared.",
            )
            return None
        if not all(self._check_code(right, option, item) for option in literals):
            return None
        return OneOf(item, literals)

    def _check_code(self, node: ast.AST, one: Node, other: Node) -> bool:
        if not (isinstance(one, Literal) and one.kind == Kind.ENUM and isinstance(other, FactRef)):
            return True
        definition = self.scope.vocabulary.get(other.entity, other.name)
        if not definition.options or one.value in definition.options:
            return True
        codes = ", ".join(definition.options)
        self.refuse(
            node,
            "unknown_code",
            f"“{one.value}”不是事实“{other.name}”的代码；可用：{codes}。",
            f"“{one.value}” is not a code of fact “{other.name}”; use one of {codes}.",
        )
        return False

    # -- numbers -------------------------------------------------------------------------------
    def read_binary(self, node: ast.expr) -> Node | None:
        assert isinstance(node, ast.BinOp)
        left, right = self.want(node.left, *NUMERIC), self.want(node.right, *NUMERIC)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Mult):
            return self._scaled(node, left, right)
        if not comparable(left, right):
            self.refuse(
                node, "kinds", "不能把金额与个数相加减。", "An amount and a count cannot be added or subtracted."
            )
            return None
        if isinstance(node.op, ast.Add):
            first = left.items if isinstance(left, Sum) else (left,)
            return Sum((*first, right))
        if isinstance(node.op, ast.Sub):
            return Difference(left, right)
        self.refuse(
            node,
            "not_allowed",
            "只能用 +、- 和乘以整数；比例请写 percent(x, p) 并放进参数。",
            "Only +, - and times a whole number; write ratios as percent(x, p) with the share as a parameter.",
        )
        return None

    def _scaled(self, node: ast.AST, left: Node, right: Node) -> Node | None:
        for item, factor in ((left, right), (right, left)):
            if isinstance(factor, Literal) and isinstance(factor.value, int):
                return Scale(item, factor.value)
        self.refuse(
            node, "factor", "乘法的一边必须是整数常量。", "One side of a multiplication must be a whole constant."
        )
        return None

    # -- calls ---------------------------------------------------------------------------------
    def read_call(self, node: ast.expr) -> Node | None:
        assert isinstance(node, ast.Call)
        if not isinstance(node.func, ast.Name) or node.keywords:
            self.refuse(
                node,
                "call",
                "只能按名称调用函数，参数不带名称。",
                "Call functions by name, with positional arguments only.",
            )
            return None
        name = node.func.id
        if name in self.scope.predicates:
            return self._apply_predicate(node, name)
        build = FUNCTIONS.get(name)
        if build is not None:
            return build(self, node)
        near = difflib.get_close_matches(name, [*self.scope.predicates, *FUNCTIONS], n=1)
        hint_zh = f"是否指“{near[0]}”？" if near else "请先定义该谓词。"
        hint_en = f"Did you mean “{near[0]}”?" if near else "Define the predicate first."
        self.refuse(
            node,
            "unknown_function",
            f"没有函数或谓词“{name}”。{hint_zh}",
            f"There is no function or predicate “{name}”. {hint_en}",
        )
        return None

    def _apply_predicate(self, node: ast.Call, name: str) -> Node | None:
        predicate = self.scope.predicates[name]
        if name in self.within:
            self.refuse(node, "cycle", f"谓词“{name}”引用了自己。", f"Predicate “{name}” refers to itself.")
            return None
        entities = [self.entity(argument.id) if isinstance(argument, ast.Name) else None for argument in node.args]
        if len(entities) != len(predicate.parameters) or any(entity is None for entity in entities):
            wanted = ", ".join(predicate.parameters)
            self.refuse(
                node,
                "arguments",
                f"谓词“{name}({wanted})”的参数应为 child、father、mother 或 household。",
                f"The arguments of predicate “{name}({wanted})” are child, father, mother or household.",
            )
            return None
        chosen = tuple(entity for entity in entities if entity is not None)
        if (name, chosen) not in self.applied:
            made = self._bind(predicate, chosen)
            if made is None:
                return None
            self.applied[name, chosen] = made
        return self.applied[name, chosen]

    def _bind(self, predicate: Predicate, chosen: tuple[Entity, ...]) -> Named | None:
        """The predicate's meaning for these entities; one node however often a rule applies it."""
        inner = replace(
            self,
            place=predicate.place,
            bound=dict(zip(predicate.parameters, chosen, strict=True)),
            within=(*self.within, predicate.name),
        )
        body = inner.read(predicate.text)
        if body is None:
            return None
        if kind_of(body) != Kind.BOOL and not fits(body, Kind.MONEY):
            self.problems.append(wrong_kind(predicate.place, Kind.BOOL, kind_of(body)))
            return None
        return Named(
            predicate.name, predicate.zh, predicate.en, tuple(str(entity) for entity in chosen), body, predicate.cites
        )


_HANDLERS: Mapping[type[ast.expr], Callable[[_Reader, ast.expr], Node | None]] = {
    ast.Name: read_name,
    ast.Attribute: read_attribute,
    ast.Constant: _Reader.read_constant,
    ast.BoolOp: _Reader.read_bool_op,
    ast.UnaryOp: _Reader.read_unary,
    ast.Compare: _Reader.read_compare,
    ast.BinOp: _Reader.read_binary,
    ast.Call: _Reader.read_call,
}
