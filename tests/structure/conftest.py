"""The sources, read and parsed once, for tests that look at the code itself."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"


@dataclass(frozen=True)
class ImportedName:
    """One imported module: its dotted name (`from a.b import c` gives `a.b.c`), its line, and where it stands."""

    name: str
    line: int
    level: int
    in_function: bool

    @property
    def top(self) -> str:
        return self.name.split(".")[0]


@dataclass(frozen=True)
class Function:
    """One function with its number of lines, decorators and docstring included."""

    name: str
    line: int
    length: int


class Module:
    """One Python file of the product."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text, filename=str(path))

    @property
    def relative(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def name(self) -> str:
        parts = self.path.relative_to(SOURCE).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def is_migration(self) -> bool:
        return "migrations" in self.path.parts

    def is_in(self, *packages: str) -> bool:
        return any(self.name == package or self.name.startswith(package + ".") for package in packages)

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @cached_property
    def imports(self) -> tuple[ImportedName, ...]:
        return tuple(_imports(self.tree, in_function=False))

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        found = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        return tuple(
            Function(node.name, node.lineno, (node.end_lineno or node.lineno) - _first_line(node) + 1) for node in found
        )


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _imports(node: ast.AST, *, in_function: bool) -> Iterator[ImportedName]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield ImportedName(alias.name, child.lineno, 0, in_function)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                base = child.module or ""
                yield ImportedName(f"{base}.{alias.name}".strip("."), child.lineno, child.level, in_function)
        else:
            inside = in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(child, in_function=inside)


@pytest.fixture(scope="session")
def modules() -> tuple[Module, ...]:
    """Every Python file under src/ciyou, migrations excepted."""
    found = (Module(path) for path in sorted(SOURCE.rglob("*.py")))
    return tuple(module for module in found if not module.is_migration)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def repository_files() -> tuple[Path, ...]:
    """Every file that is or would be committed: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("Not a git checkout: there is no telling which files belong to the repository.")
    return tuple(path for name in sorted(set(listed.split("\0"))) if name and (path := ROOT / name).is_file())
