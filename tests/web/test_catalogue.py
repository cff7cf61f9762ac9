"""Everything that a person reads on a page stands in the catalogue, in both languages."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import polib
import pytest

HAN = re.compile(r"[㐀-鿿]")
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
BLOCK = re.compile(r"\{%\s*blocktranslate\b.*?endblocktranslate\s*%\}", re.DOTALL)
LATIN = re.compile(r"[A-Za-z]{2,}")
# Names of files in examples; nothing to translate.
SAME_IN_BOTH = {"hukou.csv", "school.xlsx"}
# Sentences that stand there in both languages at once, before a language is known, or as an example of both.
BILINGUAL = {
    *("middleware.py", "styleguide.py", "context.py"),
    *(
        "finish_restore.py",
        "load_folder.py",
        "make_demo.py",
        "write_rulebook.py",
    ),  # commands: each sentence stands there in both languages
}


@pytest.fixture(scope="module")
def templates(root):
    return sorted((root / "src/ciyou/web/templates").rglob("*.html"))


def test_the_english_catalogue_is_complete_and_holds_nothing_else(root):
    done = subprocess.run(
        [sys.executable, "scripts/collect_messages.py", "--check"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_no_english_text_still_holds_chinese_and_no_placeholder_is_lost(root):
    catalogue = polib.pofile(str(root / "src/ciyou/web/locale/en/LC_MESSAGES/django.po"))
    for entry in catalogue:
        texts = list(entry.msgstr_plural.values()) or [entry.msgstr]
        for text in texts:
            assert not HAN.search(text), entry.msgid
            wanted = set(re.findall(r"%\(\w+\)s|\{\w+\}", entry.msgid))
            assert set(re.findall(r"%\(\w+\)s|\{\w+\}", text)) == wanted, entry.msgid


def test_no_template_holds_text_outside_the_catalogue(templates):
    wrong = []
    for path in templates:
        bare = TAG.sub(" ", BLOCK.sub(" ", path.read_text(encoding="utf-8")))
        attributes = re.findall(r'(?:aria-label|alt|title|placeholder|data-label)="([^"]*)"', bare)
        words = re.sub(r"<[^>]*>", " ", bare) + " ".join(attributes)
        for kept in SAME_IN_BOTH:
            words = words.replace(kept, " ")
        wrong += [f"{path.name}: {word}" for word in [*LATIN.findall(words), *HAN.findall(words)]]
    assert wrong == []


def test_no_page_module_holds_chinese_text_outside_the_catalogue(root):
    wrong = []
    for path in sorted((root / "src/ciyou/web").rglob("*.py")):
        if path.name in BILINGUAL:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        allowed = {id(part) for call in ast.walk(tree) if _is_translation(call) for part in ast.walk(call)}
        allowed |= {id(text) for text in _docstrings(tree)}
        wrong += [
            f"{path.name}:{node.lineno} {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and HAN.search(node.value)
            and id(node) not in allowed
        ]
    assert wrong == []


def _is_translation(node):
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        # A problem holds its sentence in both languages.
        and node.func.id in {"_", "gettext", "gettext_lazy", "ngettext", "Problem"}
    )


def _docstrings(tree):
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            yield body[0].value
