"""What each page of the rule book holds, the same for this server and for a folder of files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from ciyou.core.rules.words import Phrase
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.rulebook import (
    FactEntry,
    ParameterEntry,
    list_dates,
    list_facts,
    list_limits,
    list_parameters,
    list_places,
    list_sources,
    load_index,
    load_readers,
    load_rule_page,
)
from ciyou.web.rulebook_links import Links


@dataclass(frozen=True)
class Found:
    """One line of the search: what it is, where it stands, and the words by which it is found."""

    kind: str
    name: Phrase
    address: str
    words: str


class Content:
    """The pages of one folder of packs, told as on one day."""

    def __init__(self, links: Links, *, as_of: dt.date, root: Path = SHIPPED) -> None:
        self.links, self.as_of, self.root = links, as_of, root
        self.index = load_index(root=root)
        self.rules = {line.code: line.name for entry in self.index.measures for line in entry.lines}

    def front(self) -> dict[str, Any]:
        """The index by measure, and everything that can be searched."""
        return self._with(here="front", index=self.index, found=tuple(self._searchable()))

    def rule(self, code: str) -> dict[str, Any]:
        """One rule; KeyError where there is none."""
        page = load_rule_page(code, as_of=self.as_of, root=self.root)
        measure = next(entry for entry in self.index.measures if entry.code == page.measure)
        return self._with(here="rule", page=page, measure=measure)

    def listed(self, name: str) -> dict[str, Any]:
        """One of the lists of `rulebook_links.LISTS`."""
        return self._with(here=name, **getattr(self, f"_{name}")())

    def _parameters(self) -> dict[str, Any]:
        readers = load_readers(as_of=self.as_of, root=self.root)
        return {
            "entries": [
                (one, readers.of_parameters.get(one.key, ()), readers.informed.get(one.key, ()))
                for one in list_parameters(root=self.root)
            ],
            "limits": list_limits(root=self.root),
        }

    def _facts(self) -> dict[str, Any]:
        readers = load_readers(as_of=self.as_of, root=self.root).of_facts
        facts = list_facts(root=self.root)
        return {
            "entries": [
                (one, tuple(dict.fromkeys(rule for key in one.keys for rule in readers.get(key, ())))) for one in facts
            ]
        }

    def _sources(self) -> dict[str, Any]:
        names = {one.key: one.name for one in list_parameters(root=self.root)}
        return {
            "entries": [
                (one, self._rules(one.rules), [(key, names[key]) for key in one.parameters])
                for one in list_sources(root=self.root)
            ]
        }

    def _places(self) -> dict[str, Any]:
        names = {one.key: one.name for one in list_parameters(root=self.root)}
        found = []
        for place in list_places(root=self.root):
            rules = [(code, self.rules[code], change) for code, change in place.rules]
            keys = [(key, names[key]) for key in place.parameters]
            found.append((place, rules, self._rules(place.paying), keys))
        return {"entries": found}

    def _dates(self) -> dict[str, Any]:
        names = {("rule", code): name for code, name in self.rules.items()}
        names |= {("parameter", one.key): one.name for one in list_parameters(root=self.root)}
        days = groupby(list_dates(root=self.root), key=lambda one: one.day)
        return {"entries": [(day, [(one, names[one.kind, one.code]) for one in changes]) for day, changes in days]}

    def _rules(self, codes: tuple[str, ...]) -> list[tuple[str, Phrase]]:
        return [(code, self.rules[code]) for code in codes]

    def _searchable(self) -> Iterator[Found]:
        for code, name in self.rules.items():
            yield Found("rule", name, self.links.rule(code), _words(name, code))
        listed: tuple[tuple[str, tuple[ParameterEntry | FactEntry, ...]], ...] = (
            ("parameters", list_parameters(root=self.root)),
            ("facts", list_facts(root=self.root)),
        )
        for kind, entries in listed:
            for one in entries:
                key = one.key if isinstance(one, ParameterEntry) else one.anchor
                yield Found(kind, one.name, self.links.entry(kind, key), _words(one.name, key))
        for source in list_sources(root=self.root):
            said = source.source
            name = Phrase(said.number or said.title, said.number or said.title)
            words = _words(name, f"{said.title} {said.id}")
            yield Found("sources", name, self.links.entry("sources", said.id), words)

    def _with(self, **content: Any) -> dict[str, Any]:
        return {"links": self.links, "as_of": self.as_of, "version": self.index.version, **content}


def _words(name: Phrase, other: str) -> str:
    return f"{name.zh} {name.en} {other}".lower()
