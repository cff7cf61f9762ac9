"""Every public name of the rooms that others build on says what it answers."""

from __future__ import annotations

import ast

ROOMS = ("ciyou.core", "ciyou.packs", "ciyou.vault", "ciyou.batch")
APP_FACES = ("services", "selectors")


def _needs_docstrings(module):
    parts = module.name.split(".")
    return module.is_in(*ROOMS) or (parts[:2] == ["ciyou", "apps"] and bool(set(parts[3:]) & set(APP_FACES)))


def _undocumented(module):
    for node in module.tree.body:
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if named and not node.name.startswith("_") and not ast.get_docstring(node):
            yield f"{module.relative}:{node.lineno} {node.name}"


def test_every_public_function_and_class_has_a_docstring(modules):
    assert [name for module in modules if _needs_docstrings(module) for name in _undocumented(module)] == []


def test_every_module_with_code_says_what_it_is_for(modules):
    wrong = [
        module.relative
        for module in modules
        if _needs_docstrings(module) and module.tree.body and not ast.get_docstring(module.tree)
    ]
    assert wrong == []
