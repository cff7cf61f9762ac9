"""The glossary decides about words: a name that is not in it may not be used for a rule, a fact, a roster or a table."""

from __future__ import annotations

import ast

import pytest


@pytest.fixture(scope="module")
def glossary(root):
    """The text of the glossary."""
    return (root / "docs/glossary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["categories", "entitlements", "rosters"])
def test_every_pack_code_stands_in_the_glossary(kind, glossary, root):
    codes = {path.parent.name for path in (root / "src/ciyou/packs").glob(f"*/{kind}/*/*.yaml")}
    assert codes
    assert {code for code in codes if f"`{code}`" not in glossary} == set()


def test_every_model_stands_in_the_glossary(modules, glossary):
    names = {
        node.name
        for module in modules
        if module.is_in("ciyou.apps") and "models" in module.name.split(".")[3:]
        for node in module.tree.body
        if isinstance(node, ast.ClassDef) and any("Model" in ast.unparse(base) for base in node.bases)
    }
    assert {name for name in names if f"`{name}`" not in glossary} == set()
