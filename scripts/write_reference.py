"""Writes the generated parts of docs/reference from the code, so that they cannot say anything else.

`cli.md`: every command with its options. `errors.md`: every error code with its sentences.
A page keeps what stands above its marker; everything below is written anew. With `--check` nothing is written, and the
exit code is 1 when a page is out of date.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from ciyou.cli import main as cli_main

ROOT = Path(__file__).resolve().parents[1]
MARKER = "<!-- Below this line: written by `make reference`. -->"
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
CHINESE_SENTENCE = re.compile(r"[一-鿿].*[。…]$", re.DOTALL)
# Where a code is written without its family, the function that builds the problem adds it.
FAMILIES = (("core/rules/", "rule"), ("packs/facts_file.py", "fact"), ("packs/", "pack"))


def main(arguments: list[str]) -> int:
    stale = []
    for name, body in (("cli.md", describe_commands()), ("errors.md", describe_errors())):
        page = ROOT / "docs/reference" / name
        old = page.read_text(encoding="utf-8")
        head, _, _ = old.partition(MARKER)
        new = f"{head.rstrip()}\n\n{MARKER}\n\n{body.strip()}\n"
        if new != old:
            stale.append(name)
            if "--check" not in arguments:
                page.write_text(new, encoding="utf-8")
    if stale and "--check" in arguments:
        print(f"Out of date: {', '.join(stale)} in docs/reference. Run `make reference`.", file=sys.stderr)
        return 1
    return 0


def describe_commands() -> str:
    group = next(value for value in vars(cli_main).values() if isinstance(value, click.Group))
    return "\n\n".join(describe_command(path, command) for path, command in walk_commands(group, "ciyou"))


def walk_commands(group: click.Group, prefix: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group, info_name=prefix)
    for name in sorted(group.list_commands(context)):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        yield f"{prefix} {name}", command
        if isinstance(command, click.Group):
            yield from walk_commands(command, f"{prefix} {name}")


def describe_command(path: str, command: click.Command) -> str:
    arguments = " ".join(parameter.make_metavar(click.Context(command)) for parameter in arguments_of(command))
    parts = [f"## `{path}`", f"`{path} {arguments}`".replace(" `", "`"), blocks(command.help or "")]
    rows = [
        describe_option(option) for option in command.params if isinstance(option, click.Option) and not option.hidden
    ]
    if rows:
        parts.append("\n".join(["| option | meaning | default |", "|---|---|---|", *rows]))
    if command.epilog:
        parts.append(blocks(command.epilog))
    return "\n\n".join(part for part in parts if part.strip())


def arguments_of(command: click.Command) -> list[click.Argument]:
    return [parameter for parameter in command.params if isinstance(parameter, click.Argument)]


def describe_option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in sorted([*option.opts, *option.secondary_opts], key=len))
    choices = f" ({', '.join(map(str, option.type.choices))})" if isinstance(option.type, click.Choice) else ""
    return f"| {names}{choices} | {cell(option.help or '')} | {cell(default_of(option))} |"


def default_of(option: click.Option) -> str:
    if option.required:
        return "required"
    default = option.to_info_dict().get("default")
    shown = default not in (None, "", ()) and not callable(default) and not option.is_flag
    return f"`{default}`" if shown else ""


def blocks(text: str) -> str:
    """Help text as Markdown: indented and `\\b` paragraphs become code blocks."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(text).replace("\f", ""))
    return "\n\n".join(block(paragraph) for paragraph in paragraphs)


def block(paragraph: str) -> str:
    if example := re.match(r"Example: *(ciyou .*)", paragraph, re.DOTALL):
        return f"```sh\n{example.group(1).strip()}\n```"
    if "\b" not in paragraph and not paragraph.startswith("    "):
        return " ".join(line.strip() for line in paragraph.splitlines())
    lines = [line.strip() for line in paragraph.replace("\b", "").splitlines()]
    lines = [line for line in lines if line and line != "Example:"]
    return "\n".join(["```sh" if lines[0].startswith("ciyou") else "```text", *lines, "```"])


def describe_errors() -> str:
    found: dict[str, tuple[str, str]] = {}
    for path in sorted((ROOT / "src/ciyou").rglob("*.py")):
        family = next((family for part, family in FAMILIES if part in path.as_posix()), "")
        for code, zh, en in problems_in(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(code if "." in code or not family else f"{family}.{code}", (zh, en))
    families = sorted({code.split(".")[0] for code in found})
    return "\n\n".join(describe_family(family, found) for family in families)


def describe_family(family: str, found: dict[str, tuple[str, str]]) -> str:
    rows = [
        f"| `{code}` | {cell(zh)} | {cell(en)} |"
        for code, (zh, en) in sorted(found.items())
        if code.split(".")[0] == family
    ]
    return "\n".join([f"## {family}", "", "| code | 中文 | English |", "|---|---|---|", *rows])


def problems_in(tree: ast.AST) -> Iterator[tuple[str, str, str]]:
    """Every call that passes a code followed by its two sentences, whatever the function that builds the problem is called."""
    assigned = [
        (target.id, node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        texts = [text_of(looked_up(argument, assigned)) for argument in arguments]
        for code, zh, en in zip(texts, texts[1:], texts[2:], strict=False):
            if CODE.fullmatch(code) and CHINESE_SENTENCE.search(zh) and en:
                yield code, zh, en


def looked_up(node: ast.expr, assigned: list[tuple[str, int, ast.expr]]) -> ast.expr:
    """What a name was last given above the place where it is used; anything else as it is."""
    if not isinstance(node, ast.Name):
        return node
    given = [(line, value) for name, line, value in assigned if name == node.id and line <= node.lineno]
    return max(given, key=lambda pair: pair[0])[1] if given else node


def text_of(node: ast.expr) -> str:
    """A string constant, or an f-string with its expressions shown as … ; empty for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) if isinstance(part, ast.Constant) else "…" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return text_of(node.left) + text_of(node.right)
    return ""


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
