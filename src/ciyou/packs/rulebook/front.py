"""The front of the rule book: the rules by measure, and how many there are of what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ciyou.core.rules.words import Phrase
from ciyou.packs.loading import load_packs, load_rule_titles
from ciyou.packs.measures import MEASURES
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.rulebook import words
from ciyou.packs.rulebook.worked import count_cases


@dataclass(frozen=True)
class IndexLine:
    """A rule in the index: `texts` of all places and days, `places` with a text of their own, worked `cases`."""

    code: str
    name: Phrase
    kind: Phrase
    texts: int
    places: int
    cases: int


@dataclass(frozen=True)
class MeasureEntry:
    """A measure with its rules."""

    code: str
    name: Phrase
    lines: tuple[IndexLine, ...]


@dataclass(frozen=True)
class BookIndex:
    """The rules by measure M1–M21; `version` is the hash of the pack files."""

    measures: tuple[MeasureEntry, ...]
    version: str
    rules: int
    cases: int
    parameters: int
    documents: int


@lru_cache(maxsize=8)
def load_index(*, root: Path = SHIPPED) -> BookIndex:
    """The front of the book of a folder of packs; raises PackError."""
    pack_set, titles, cases = load_packs(root), load_rule_titles(root=root), count_cases(root)
    texts = Counter(code for pack in pack_set.packs for code, rule in pack.rules.items() for _version in rule.versions)
    places = Counter(code for pack in pack_set.packs for code in pack.rules)
    by_measure: dict[str, list[IndexLine]] = {code: [] for code in MEASURES}
    for code, title in titles.items():
        line = IndexLine(
            code,
            Phrase(title.zh, title.en),
            words.KINDS[title.kind.value],
            texts[code],
            places[code],
            cases.get(code, 0),
        )
        by_measure[title.measure].append(line)
    return BookIndex(
        measures=tuple(MeasureEntry(code, MEASURES[code], tuple(lines)) for code, lines in by_measure.items() if lines),
        version=pack_set.version,
        rules=len(titles),
        cases=sum(cases.values()),
        parameters=len(pack_set.table.definitions),
        documents=len(pack_set.documents),
    )


def count_by_measure(*, root: Path = SHIPPED) -> Mapping[str, tuple[int, int, int]]:
    """For each measure with rules: rules of different codes, texts of rules in all places, worked cases."""
    found = {}
    for entry in load_index(root=root).measures:
        lines = entry.lines
        found[entry.code] = (len(lines), sum(line.places for line in lines), sum(line.cases for line in lines))
    return found
