"""Which rules, named conditions, parameters, documents and other files differ between two folders of packs, in words."""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ciyou.core.rules.book import Source
from ciyou.core.rules.reciting import Said, parameter_words
from ciyou.core.rules.words import Phrase
from ciyou.packs.loading import load_packs
from ciyou.packs.pack_files import PackSet, pack_paths
from ciyou.packs.parameters import ParameterRow
from ciyou.packs.rule_files import PredicateVersion, RuleVersion
from ciyou.packs.rulebook import words
from ciyou.packs.rulebook.places import pack_words, place_words
from ciyou.packs.rulebook.texts import RuleText, option_words, texts_of

ELSEWHERE = ("rule.yaml", "cases.yaml", "sources.yaml")
COVERED = ("parameters", "standards", "predicates")


@dataclass(frozen=True)
class Difference:
    """One thing that differs. `kind` rule | condition | parameter | document | file; `what` added | removed | changed.

    `lines` say how, in words: in each language, those of the old text begin with −, those of the new with +.
    """

    kind: str
    what: str
    code: str
    name: Phrase
    place: Phrase
    since: dt.date | None
    lines: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class _One:
    """Something dated that a folder says: by what it is known, how it is named, what of it is compared, and how it reads."""

    kind: str
    code: str
    name: Phrase
    place: Phrase
    since: dt.date | None
    compared: tuple[object, ...]
    read: Callable[[str], list[str]]


def compare_packs(old: Path, new: Path, *, as_of: dt.date) -> tuple[Difference, ...]:
    """Everything that differs, rules first; texts are told with the parameters of `as_of`. Raises PackError."""
    before, after = _everything(old, as_of), _everything(new, as_of)
    found = []
    for key in dict.fromkeys([*before, *after]):
        one, other = before.get(key), after.get(key)
        if one is not None and other is not None and one.compared == other.compared:
            continue
        found.append(_difference(one, other))
    return tuple(
        sorted(found, key=lambda one: (_ORDER.index(one.kind), one.code, one.place.zh, one.since or dt.date.min))
    )


_ORDER = ("rule", "condition", "parameter", "document", "file")


def _difference(one: _One | None, other: _One | None) -> Difference:
    shown = other or one
    assert shown is not None
    what = "changed" if one and other else "added" if other else "removed"
    sides = {
        lang: ([] if one is None else one.read(lang), [] if other is None else other.read(lang))
        for lang in ("zh", "en")
    }
    lines = {lang: tuple(_unified(*pair)) for lang, pair in sides.items()}
    return Difference(shown.kind, what, shown.code, shown.name, shown.place, shown.since, lines)


def _unified(old: list[str], new: list[str]) -> Iterator[str]:
    """The lines that differ, each with the one before it, so that a reader knows where he is."""
    for line in difflib.unified_diff(old, new, n=1, lineterm=""):
        if line.startswith(("---", "+++", "@@")):
            continue
        yield line.replace("-", "−", 1) if line.startswith("-") else line


def _everything(root: Path, as_of: dt.date) -> dict[tuple[object, ...], _One]:
    pack_set = load_packs(root)
    found: dict[tuple[object, ...], _One] = {}
    for one in (*_rules(pack_set, root, as_of), *_conditions(pack_set), *_rows(pack_set, root), *_documents(pack_set)):
        found[one.kind, one.code, one.place, one.since] = one
    for one in _files(pack_set):
        found[one.kind, one.code, one.place, one.since] = one
    return found


def _rules(pack_set: PackSet, root: Path, as_of: dt.date) -> Iterator[_One]:
    for pack in pack_set.packs:
        for code, rule in pack.rules.items():
            texts = {text.valid_from: text for text in texts_of(code, as_of, root) if text.pack == pack.code}
            for version in rule.versions:
                compared = (rule.change, rule.measure, rule.period, rule.payer, rule.makes_lead, *_of_version(version))
                text = texts[version.valid_from]
                title = pack_set.packs[0].rules.get(code, rule)
                name = Phrase(rule.zh or title.zh, rule.en or title.en)
                yield _One("rule", code, name, pack_words(pack), version.valid_from, compared, _reading(text))


def _of_version(version: RuleVersion | PredicateVersion) -> tuple[object, ...]:
    texts = [getattr(version, key, None) for key in ("when", "amount")]
    written = tuple(" ".join(text.text.split()) if text else "" for text in texts)
    return (*written, version.valid_to, *(_of_source(source) for source in version.sources))


def _of_source(source: Source) -> tuple[object, ...]:
    return source.id, source.confidence, source.verified_by, source.note


def _reading(text: RuleText) -> Callable[[str], list[str]]:
    def read(lang: str) -> list[str]:
        parts = [part for part in (text.condition, text.amount) if part is not None]
        lines = [line for part in parts for line in _flat(part, lang, 0)]
        change = words.CHANGES[text.change].text(lang)
        ends = [] if text.valid_to is None else [f"… {text.valid_to}"]
        return [*lines, change, *ends, *(_cited(source, lang) for source in text.sources)]

    return read


def _flat(said: Said, lang: str, depth: int) -> Iterator[str]:
    """The lines of a text; what a named condition means is compared by itself."""
    yield "  " * depth + said.words.text(lang)
    for part in () if said.cites else said.parts:
        yield from _flat(part, lang, depth + 1)


def _cited(source: Source, lang: str) -> str:
    note = f" {source.note}" if source.note else ""
    return f"[{source.cite(lang)} {source.confidence}{note}]"


def _conditions(pack_set: PackSet) -> Iterator[_One]:
    for pack in pack_set.packs:
        for code, predicate in pack.predicates.items():
            for version in predicate.versions:

                def read(lang: str, version: PredicateVersion = version) -> list[str]:
                    text = [line.strip() for line in version.when.text.strip().splitlines()]
                    return [*text, *(_cited(source, lang) for source in version.sources)]

                name = Phrase(predicate.zh, predicate.en)
                compared = (predicate.parameters, *_of_version(version))
                yield _One("condition", code, name, pack_words(pack), version.valid_from, compared, read)


def _rows(pack_set: PackSet, root: Path) -> Iterator[_One]:
    table = pack_set.table
    for key, one in table.definitions.items():
        compared: tuple[object, ...] = (
            one.kind,
            one.unit,
            one.combine,
            one.options,
            one.falls_back_to,
            one.minimum,
            one.maximum,
        )
        nation = Phrase("全国", "Nation")
        ask = Phrase(one.ask_zh, one.ask_en)
        yield _One("parameter", key, Phrase(one.zh, one.en), nation, None, (*compared, ask), _says(ask))
    for row in table.rows:
        definition = table.definitions[row.key]
        value = parameter_words(row.key, row.value, definition.kind, option_words(root))
        compared = (row.value, row.valid_to, row.issued_on, *_of_source(row.source))
        name, place = Phrase(definition.zh, definition.en), place_words(row.division, root=root)
        yield _One("parameter", row.key, name, place, row.valid_from, compared, _row_reading(row, value))


def _says(phrase: Phrase) -> Callable[[str], list[str]]:
    return lambda lang: [phrase.text(lang)]


def _row_reading(row: ParameterRow, value: Phrase) -> Callable[[str], list[str]]:
    def read(lang: str) -> list[str]:
        ends = f" … {row.valid_to}" if row.valid_to else ""
        return [f"{value.text(lang)}{ends} {_cited(row.source, lang)}"]

    return read


def _documents(pack_set: PackSet) -> Iterator[_One]:
    for key, document in pack_set.documents.items():
        source = document.source
        name = Phrase(source.cite("zh"), source.cite("en"))
        told = f"{source.title} · {source.date or ''} · {source.confidence}"
        compared: tuple[Any, ...] = (source.kind, source.title, source.number, source.date, *_of_source(source))
        yield _One("document", key, name, Phrase("", ""), None, compared, _says(Phrase(told, told)))


def _files(pack_set: PackSet) -> Iterator[_One]:
    """Files that are no rule, parameter or document: how it is paid, clocks, rosters, proofs and so on; only that they differ."""
    for pack in pack_set.packs:
        for path in pack_paths(pack.folder):
            relative = path.relative_to(pack.folder)
            if path.name in ELSEWHERE or relative.parts[0] in COVERED:
                continue
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            file = pack.named(path)
            yield _One("file", file, Phrase(file, file), pack_words(pack), None, (digest,), lambda _lang: [])
