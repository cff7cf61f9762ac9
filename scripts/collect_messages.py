"""Collects every text of the pages and merges it into the English catalogue: new texts are added empty, gone ones removed.

The texts in the source are Chinese, so the Chinese catalogue needs no file. With `--check` nothing is written, and the exit code
is 1 when a text is missing, gone or not translated.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src/ciyou"
CATALOGUE = SOURCE / "web/locale/en/LC_MESSAGES/django.po"

STRING = r"(?:\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)')"
PYTHON_CALL = re.compile(r"\b(?:_|gettext|gettext_lazy|gettext_noop)\(\s*((?:" + STRING + r"\s*)+),?\s*\)")
PYTHON_PLURAL = re.compile(r"\bngettext(?:_lazy)?\(\s*" + STRING + r"\s*,\s*" + STRING + r"\s*,")
TRANSLATE = re.compile(r"\{%-?\s*(?:translate|trans)\s+" + STRING + r"[^%]*%\}")
FILTER = re.compile(r"_\(" + STRING + r"\)")
BLOCK = re.compile(r"\{%\s*blocktranslate\b([^%]*)%\}(.*?)\{%\s*endblocktranslate\s*%\}", re.DOTALL)
PLURAL = re.compile(r"\{%\s*plural\s*%\}")
VARIABLE = re.compile(r"\{\{\s*([^}|\s]+)[^}]*\}\}")

Message = tuple[str, str]  # the text and its plural ("" where it has none)


def main(arguments: list[str]) -> int:
    wanted = collect()
    catalogue = polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else new_catalogue()
    known = {(entry.msgid, entry.msgid_plural): entry for entry in catalogue}
    missing = [message for message in wanted if message not in known]
    gone = [message for message in known if message not in wanted]
    empty = [message for message, entry in known.items() if message in wanted and not is_translated(entry)]
    if "--check" in arguments:
        for title, messages in (("missing", missing), ("gone", gone), ("not translated", empty)):
            for text, _plural in messages:
                print(f"{title}: {text}", file=sys.stderr)
        return 1 if missing or gone or empty else 0
    write(catalogue, wanted, known)
    print(f"{len(wanted)} texts; {len(missing)} new, {len(gone)} removed, {len(empty) + len(missing)} to translate")
    return 0


def write(catalogue: polib.POFile, wanted: dict[Message, set[str]], known: dict[Message, polib.POEntry]) -> None:
    del catalogue[:]
    for message in sorted(wanted, key=lambda found: (min(wanted[found]), found)):
        entry = known.get(message) or new_entry(message)
        entry.occurrences = [(place, "") for place in sorted(wanted[message])]
        catalogue.append(entry)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(CATALOGUE))


def new_catalogue() -> polib.POFile:
    catalogue = polib.POFile(wrapwidth=120)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "en",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    return catalogue


def new_entry(message: Message) -> polib.POEntry:
    text, plural = message
    if plural:
        return polib.POEntry(msgid=text, msgid_plural=plural, msgstr_plural={0: "", 1: ""})
    return polib.POEntry(msgid=text)


def is_translated(entry: polib.POEntry) -> bool:
    return all(entry.msgstr_plural.values()) if entry.msgid_plural else bool(entry.msgstr)


def collect() -> dict[Message, set[str]]:
    """Every text with the files it stands in."""
    found: dict[Message, set[str]] = {}
    for path in [
        *SOURCE.rglob("templates/**/*.html"),
        *(SOURCE / "web").rglob("*.py"),
        *(SOURCE / "config").rglob("*.py"),
    ]:
        text = path.read_text(encoding="utf-8")
        reader = in_template if path.suffix == ".html" else in_python
        for message in reader(text):
            found.setdefault(message, set()).add(path.relative_to(SOURCE).as_posix())
    return found


def in_python(text: str) -> Iterator[Message]:
    for call in PYTHON_CALL.finditer(text):
        parts = re.findall(STRING, call.group(1))
        yield "".join(double or single for double, single in parts).replace('\\"', '"').replace("\\n", "\n"), ""
    for one, other, several, others in PYTHON_PLURAL.findall(text):
        yield one or other, several or others


def in_template(text: str) -> Iterator[Message]:
    for pattern in (TRANSLATE, FILTER):
        for double, single in pattern.findall(text):
            yield double or single, ""
    for options, body in BLOCK.findall(text):
        singular, _mark, plural = PLURAL.sub("\0", body).partition("\0")
        trimmed = "trimmed" in options
        yield placeholders(singular, trimmed), placeholders(plural, trimmed)


def placeholders(text: str, trimmed: bool) -> str:
    """A block's text as gettext knows it: variables named, and lines joined where the block says so."""
    named = VARIABLE.sub(lambda found: f"%({found.group(1)})s", text.replace("%", "%%"))
    return " ".join(line.strip() for line in named.splitlines() if line.strip()) if trimmed else named


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
