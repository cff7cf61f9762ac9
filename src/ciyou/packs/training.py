"""Training as a place keeps it: kinds of courses, for whom, what a year's training is measured by, and themes of publicity (`training/`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ciyou.core.access.roles import ROLES
from ciyou.core.rules.book import Source
from ciyou.packs.located_yaml import Section, nearest
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.sources import read_citations
from ciyou.packs.whole_files import chain_of, read_innermost, words_by_code

FILE = "training/training.yaml"


@dataclass(frozen=True)
class Audience:
    """For whom a course is. `role`: these are users, and attendance is by name; "" where people are counted and nobody is named.

    `yearly_hours`: the place's parameter for their hours a year ("" where there is none to measure by).
    """

    code: str
    zh: str
    en: str
    role: str
    yearly_hours: str

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True)
class TrainingPack:
    """How a place keeps training. `kinds`, `themes`: code → (zh, en). `certificate_months`: the parameter of how long one holds."""

    kinds: Mapping[str, tuple[str, str]]
    audiences: Mapping[str, Audience]
    themes: Mapping[str, tuple[str, str]]
    certificate_months: str
    note: tuple[str, str]
    sources: tuple[Source, ...]

    @property
    def workers(self) -> tuple[Audience, ...]:
        """The audiences that are users of this system."""
        return tuple(one for one in self.audiences.values() if one.role)


def load_training(*, division: str, root: Path = SHIPPED) -> TrainingPack:
    """What holds in a division (2 to 12 digits); a place's file takes the place of a wider one's whole file.

    Raises PackError with all mistakes at once.
    """
    return _load(chain_of(division, root), root)


@lru_cache(maxsize=64)
def _load(chain: tuple[str, ...], root: Path) -> TrainingPack:
    return read_innermost(chain, root, FILE, _read)


def _read(section: Section, pack_set: PackSet) -> TrainingPack:
    section.names("name")
    section.boolean("verified")
    default = section.boolean("policy_default") or False
    sources = read_citations(section, pack_set.documents) if section.sections("sources", required=not default) else ()
    read = TrainingPack(
        kinds=words_by_code(section, "kinds"),
        audiences=_audiences(section, pack_set),
        themes=words_by_code(section, "themes"),
        certificate_months=_parameter(section, "certificate_months", pack_set),
        note=section.names("note", required=default),
        sources=sources,
    )
    section.close()
    return read


def _audiences(section: Section, pack_set: PackSet) -> Mapping[str, Audience]:
    listed = section.section("audiences")
    found = {}
    for code, one in listed.entries() if listed else ():
        role = one.text("role", required=False)
        if role and role not in ROLES:
            _unknown(one, "role", role, ROLES)
        hours = _parameter(one, "yearly_hours", pack_set, required=False)
        found[code] = Audience(code, one.text("zh"), one.text("en"), role, hours)
        one.close()
    return MappingProxyType(found)


def _parameter(section: Section, key: str, pack_set: PackSet, *, required: bool = True) -> str:
    name = section.text(key, required=required)
    known = pack_set.table.definitions
    if name and name not in known:
        _unknown(section, key, name, known)
    return name


def _unknown(section: Section, key: str, word: str, known: Iterable[str]) -> None:
    hint_zh, hint_en = nearest(word, known)
    section.notes.add(
        section.value_place(key),
        "unknown_choice",
        f"没有“{word}”。{hint_zh}",
        f"There is no “{word}”. {hint_en}".strip(),
    )
