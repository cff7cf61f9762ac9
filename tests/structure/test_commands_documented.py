"""Every command, option and setting is explained where a person looks for it."""

from __future__ import annotations

import re
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from ciyou.cli import main as cli_main


def _group():
    return next(value for value in vars(cli_main).values() if isinstance(value, click.Group))


def _commands(group, prefix="ciyou"):
    context = click.Context(group, info_name=prefix)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        path = f"{prefix} {name}"
        yield path, command
        if isinstance(command, click.Group):
            yield from _commands(command, path)


COMMANDS = dict(_commands(_group()))


@pytest.fixture(scope="module")
def reference(root):
    """The reference of all commands."""
    return (root / "docs/reference/cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", COMMANDS)
def test_help_of_every_command_shows_an_example(path):
    shown = CliRunner().invoke(_group(), [*path.split()[1:], "--help"]).output
    examples = [line for line in shown.splitlines() if re.match(rf"\s*(Example: *|\$ )?{path}( |$)", line)]
    assert examples, shown


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_of_a_command_has_a_help_text_and_stands_in_the_reference(path, reference):
    section = re.search(rf"(?ms)^## `{path}`$(.*?)(?=^## |\Z)", reference)
    assert section, f"docs/reference/cli.md has no section for `{path}`: run `make reference`."
    for parameter in COMMANDS[path].params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert parameter.help, f"{path} {parameter.opts[-1]} has no help text."
            assert f"`{parameter.opts[-1]}" in section.group(1), f"{path} {parameter.opts[-1]}: run `make reference`."


def test_every_setting_from_the_environment_stands_in_the_reference(modules, root, reference):
    sources = [module.text for module in modules]
    sources += [path.read_text(encoding="utf-8") for path in (root / "Makefile", *sorted((root / "scripts").iterdir()))]
    names = {name for text in sources for name in re.findall(r"\bCIYOU_[A-Z_]+\b", text)}
    assert {name for name in names if f"`{name}`" not in reference} == set()


def test_the_generated_reference_is_up_to_date(root):
    done = subprocess.run(
        [sys.executable, "scripts/write_reference.py", "--check"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
