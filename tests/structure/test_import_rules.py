"""What import-linter cannot see, or only with a list to maintain: which room may import what from outside, and how."""

from __future__ import annotations

import configparser
import sys

ENGINES = ("duckdb", "polars", "pyspark", "splink")
BELOW_THE_APPS = ("ciyou.core", "ciyou.packs", "ciyou.vault", "ciyou.batch")


def _places(module, imported):
    return f"{module.relative}:{imported.line} imports {imported.name}"


def test_core_imports_nothing_but_the_standard_library_and_itself(modules):
    wrong = [
        _places(module, imported)
        for module in modules
        if module.is_in("ciyou.core")
        for imported in module.imports
        if imported.top not in sys.stdlib_module_names and not f"{imported.name}.".startswith("ciyou.core.")
    ]
    assert wrong == []


def test_core_takes_neither_clock_nor_chance_nor_files(modules):
    forbidden = {
        "random",
        "secrets",
        "os",
        "pathlib",
        "subprocess",
        "socket",
        "time",
        "tempfile",
        "shutil",
        "logging",
        "uuid",
    }
    wrong = [
        _places(module, imported)
        for module in modules
        if module.is_in("ciyou.core")
        for imported in module.imports
        if imported.top in forbidden
    ]
    assert wrong == []


def test_only_batch_engines_import_duckdb_polars_pyspark_and_splink(modules):
    wrong = [
        _places(module, imported)
        for module in modules
        if not module.is_in("ciyou.batch.engines")
        for imported in module.imports
        if imported.top in ENGINES
    ]
    assert wrong == []


def test_core_packs_vault_and_batch_know_no_django(modules):
    wrong = [
        _places(module, imported)
        for module in modules
        if module.is_in(*BELOW_THE_APPS)
        for imported in module.imports
        if imported.top.startswith("django")
    ]
    assert wrong == []


def test_no_import_is_relative(modules):
    assert [_places(m, imported) for m in modules for imported in m.imports if imported.level] == []


def test_no_import_stands_inside_a_function(modules):
    assert [_places(m, imported) for m in modules for imported in m.imports if imported.in_function] == []


def test_models_are_imported_only_inside_their_own_app(modules):
    wrong = []
    for module in modules:
        own = ".".join(module.name.split(".")[:3])
        for imported in module.imports:
            parts = imported.name.split(".")
            if parts[:2] == ["ciyou", "apps"] and "models" in parts[3:] and ".".join(parts[:3]) != own:
                wrong.append(_places(module, imported))
    assert wrong == []


def test_the_import_contracts_are_exhaustive_and_have_no_exception(root):
    config = configparser.ConfigParser()
    config.read(root / ".importlinter", encoding="utf-8")
    contracts = [config[name] for name in config.sections() if name.startswith("importlinter:contract:")]
    assert {contract["type"] for contract in contracts} == {"layers", "acyclic_siblings"}
    for contract in contracts:
        assert "ignore_imports" not in contract
        assert "exhaustive_ignores" not in contract
        if contract["type"] == "layers":
            assert contract["exhaustive"] == "true"
