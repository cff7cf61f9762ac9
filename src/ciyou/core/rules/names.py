"""Names in a rule's text: rules, facts of entities, parameters; a name that is not known is answered with the nearest one."""

from __future__ import annotations

import ast
import difflib

from ciyou.core.facts.definition import Entity
from ciyou.core.rules.calls import Reader
from ciyou.core.rules.kinds import KIND_OF_FACT
from ciyou.core.rules.tree import FactRef, Node, ParameterRef, RuleRef


def read_name(reader: Reader, node: ast.expr) -> Node | None:
    """A bare name: the code of another rule."""
    assert isinstance(node, ast.Name)
    if node.id in reader.scope.rules:
        return RuleRef(node.id)
    near = difflib.get_close_matches(node.id, [*reader.scope.rules, *reader.scope.predicates], n=1)
    hint_zh = f"是否指“{near[0]}”？" if near else "事实要写成 child.…、father.…、mother.… 或 household.…。"
    hint_en = f"Did you mean “{near[0]}”?" if near else "Write facts as child.…, father.…, mother.… or household.…."
    reader.refuse(
        node, "unknown_name", f"没有名为“{node.id}”的规则。{hint_zh}", f"There is no rule “{node.id}”. {hint_en}"
    )
    return None


def read_attribute(reader: Reader, node: ast.expr) -> Node | None:
    """A dotted name: a parameter, or a fact of an entity."""
    path = _dotted(node)
    if path is None:
        reader.refuse(node, "not_allowed", "圆点前只能是名称。", "Only names may stand before a dot.")
        return None
    owner, name = path[0], ".".join(path[1:])
    if owner == "param":
        return _read_parameter(reader, node, name)
    entity = reader.entity(owner)
    if entity is None:
        reader.refuse(
            node,
            "unknown_entity",
            f"“{owner}”不是 child、father、mother、household 或谓词的参数。",
            f"“{owner}” is not child, father, mother, household or a predicate's parameter.",
        )
        return None
    return reader.fact(node, entity, name)


def read_fact(reader: Reader, node: ast.AST, entity: Entity, name: str) -> FactRef | None:
    """A fact of an entity, checked against the vocabulary."""
    definition = reader.scope.vocabulary.find(entity, name)
    if definition is None:
        known = [fact for owner, fact in reader.scope.vocabulary.pairs() if owner == entity]
        near = difflib.get_close_matches(name, known, n=1)
        hint_zh = f"是否指“{near[0]}”？" if near else "请先在 facts/ 中定义。"
        hint_en = f"Did you mean “{near[0]}”?" if near else "Define it under facts/ first."
        reader.refuse(
            node,
            "unknown_fact",
            f"词汇表中没有 {entity} 的事实“{name}”。{hint_zh}",
            f"The vocabulary has no fact “{name}” of {entity}. {hint_en}",
        )
        return None
    return FactRef(entity, name, KIND_OF_FACT[definition.type])


def _read_parameter(reader: Reader, node: ast.expr, key: str) -> Node | None:
    if key in reader.scope.parameters:
        return ParameterRef(key, reader.scope.parameters[key])
    near = difflib.get_close_matches(key, list(reader.scope.parameters), n=1)
    hint_zh = f"是否指“{near[0]}”？" if near else "请在 parameters/ 或 standards/ 中声明。"
    hint_en = f"Did you mean “{near[0]}”?" if near else "Declare it under parameters/ or standards/."
    reader.refuse(node, "unknown_parameter", f"没有参数“{key}”。{hint_zh}", f"There is no parameter “{key}”. {hint_en}")
    return None


def _dotted(node: ast.expr) -> list[str] | None:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return None if before is None else [*before, node.attr]
    return None
