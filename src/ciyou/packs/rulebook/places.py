"""What a division is called in the rule book: the name of its pack, else its province with the code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from ciyou.core.rules.words import Phrase
from ciyou.packs.loading import load_packs
from ciyou.packs.located_yaml import Notes, read_yaml
from ciyou.packs.pack_files import NATIONAL, SHIPPED, Pack

FILE = "provinces.yaml"


def pack_words(pack: Pack) -> Phrase:
    """The name of a pack's place."""
    return Phrase(pack.zh, pack.en)


@lru_cache(maxsize=4096)
def place_words(division: str, *, root: Path = SHIPPED) -> Phrase:
    """A division in words: the nation, a place that has a pack, or a part of a province with its code."""
    significant = _significant(division)
    named = {pack.division: pack_words(pack) for pack in load_packs(root).packs}
    if significant in named:
        return named[significant]
    provinces = _provinces()
    if significant in provinces:
        return provinces[significant]
    whole = named.get(significant[:4]) or named.get(significant[:2]) or provinces.get(significant[:2])
    if whole is None:
        return Phrase(f"行政区划 {significant}", f"division {significant}")
    return Phrase(f"{whole.zh} {significant}", f"{whole.en} {significant}")


def _significant(division: str) -> str:
    for length in (0, 2, 4, 6, 9):
        if set(division[length:]) <= {"0"}:
            return division[:length]
    return division


@lru_cache(maxsize=1)
def _provinces() -> Mapping[str, Phrase]:
    section = read_yaml(SHIPPED / NATIONAL / FILE, file=f"{NATIONAL}/{FILE}", notes=Notes())
    return {} if section is None else {code: Phrase(*section.names(code)) for code in section}
