"""Guidance for families as a place keeps it: kinds with their legal basis and who may make them, forms, and what follows (`training/guidance.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ciyou.core.rules.book import Source
from ciyou.packs.located_yaml import Section, nearest
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.sources import read_citations
from ciyou.packs.whole_files import chain_of, read_innermost, words_by_code

FILE = "training/guidance.yaml"


@dataclass(frozen=True)
class GuidanceKind:
    """One kind: who may make it (codes of `issuers`), and the texts that it rests on.

    `sessions`: how many a place's text asks for where the paper says nothing; None where no text does.
    """

    code: str
    zh: str
    en: str
    issuers: tuple[str, ...]
    sources: tuple[Source, ...]
    sessions: int | None = None

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True)
class GuidancePack:
    """How a place keeps guidance. `issuers`, `forms`, `outcomes` (what follows when it was not done): code → (zh, en)."""

    kinds: Mapping[str, GuidanceKind]
    issuers: Mapping[str, tuple[str, str]]
    forms: Mapping[str, tuple[str, str]]
    outcomes: Mapping[str, tuple[str, str]]
    note: tuple[str, str]


def load_guidance(*, division: str, root: Path = SHIPPED) -> GuidancePack:
    """What holds in a division (2 to 12 digits); a place's file takes the place of a wider one's whole file.

    Raises PackError with all mistakes at once.
    """
    return _load(chain_of(division, root), root)


@lru_cache(maxsize=64)
def _load(chain: tuple[str, ...], root: Path) -> GuidancePack:
    return read_innermost(chain, root, FILE, _read)


def _read(section: Section, pack_set: PackSet) -> GuidancePack:
    section.names("name")
    section.boolean("verified")
    default = section.boolean("policy_default") or False
    issuers = words_by_code(section, "issuers")
    read = GuidancePack(
        kinds=_kinds(section, issuers, pack_set),
        issuers=issuers,
        forms=words_by_code(section, "forms"),
        outcomes=words_by_code(section, "outcomes"),
        note=section.names("note", required=default),
    )
    section.close()
    return read


def _kinds(section: Section, issuers: Mapping[str, object], pack_set: PackSet) -> Mapping[str, GuidanceKind]:
    listed = section.section("kinds")
    found = {}
    for code, one in listed.entries() if listed else ():
        makers = one.texts("issuers")
        for maker in makers:
            if maker not in issuers:
                hint_zh, hint_en = nearest(maker, issuers)
                one.notes.add(
                    one.value_place("issuers"),
                    "unknown_choice",
                    f"没有“{maker}”。{hint_zh}",
                    f"There is no “{maker}”. {hint_en}".strip(),
                )
        found[code] = GuidanceKind(
            code, one.text("zh"), one.text("en"), makers, read_citations(one, pack_set.documents), _sessions(one)
        )
        one.close()
    return MappingProxyType(found)


def _sessions(kind: Section) -> int | None:
    count = kind.integer("sessions")
    if count is not None and count < 1:
        kind.notes.add(
            kind.value_place("sessions"), "guidance_sessions", "sessions 至少写 1。", "`sessions` is at least 1."
        )
    return count
