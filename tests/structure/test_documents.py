"""The documents hold together: links lead somewhere, decisions are numbered, both READMEs say the same."""

from __future__ import annotations

import re

import pytest

LINK = re.compile(r"!?\[[^\]]*\]\((?!https?://|mailto:|#)([^)\s#]+)(#[^)\s]*)?\)")


@pytest.fixture(scope="module")
def documents(repository_files):
    """Every Markdown file with its text."""
    return {path: path.read_text(encoding="utf-8") for path in repository_files if path.suffix == ".md"}


def test_every_link_between_documents_leads_to_a_file(documents, root):
    broken = [
        f"{path.relative_to(root)} → {target}"
        for path, text in documents.items()
        for target, _ in LINK.findall(text)
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_decisions_are_numbered_without_gaps_and_have_three_parts(root):
    decisions = sorted((root / "docs/decisions").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        headings = re.findall(r"(?m)^## (.+)$", path.read_text(encoding="utf-8"))
        assert headings == ["Context", "Decision", "Consequences"], path.name


def test_both_readmes_give_the_same_commands_and_pictures(root):
    english, chinese = ((root / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md"))
    commands = re.compile(r"(?m)^(?:git|make|cd|\.venv/bin/ciyou) [^\n#]*")
    pictures = re.compile(r"!\[[^\]]*\]\(([^)]*)\)")
    assert commands.findall(english) == commands.findall(chinese)
    # The same picture, each in its own language.
    assert [name.replace("-en.", "-zh.") for name in pictures.findall(english)] == pictures.findall(chinese)


def test_every_make_target_that_a_document_names_exists(documents, root):
    targets = set(re.findall(r"(?m)^([a-z0-9-]+):", (root / "Makefile").read_text(encoding="utf-8")))
    named = {name for text in documents.values() for name in re.findall(r"`make ([a-z0-9-]+)`", text)}
    assert named - targets == set()
