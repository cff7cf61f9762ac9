"""What a division is called in the rule book: the name of its pack, a name on file, else that of the wider place with the code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from ciyou.core.rules.words import Phrase
from ciyou.packs.loading import load_packs
from ciyou.packs.located_yaml import Notes, read_yaml
from ciyou.packs.pack_files import NATIONAL, SHIPPED, Pack

FILE = "place_names.yaml"
LENGTHS = (6, 4, 2)


def pack_words(pack: Pack) -> Phrase:
    """The name of a pack's place, and whether the place itself laid the pack over the shipped ones."""
    if pack.own:
        return Phrase(f"{pack.zh}（本地自己的包）", f"{pack.en} (its own pack)")
    return Phrase(pack.zh, pack.en)


@lru_cache(maxsize=4096)
def place_words(division: str, *, root: Path = SHIPPED) -> Phrase:
    """A division in words: the nation, a place with a name on file, or a part of one with its code."""
    significant, named = _significant(division), names_of_places(root)
    if significant in named:
        return named[significant]
    whole = next((named[significant[:length]] for length in LENGTHS if significant[:length] in named), None)
    if whole is None:
        return Phrase(f"行政区划 {significant}", f"division {significant}")
    return Phrase(f"{whole.zh} {significant}", f"{whole.en} {significant}")


@lru_cache(maxsize=8)
def names_of_places(root: Path) -> Mapping[str, Phrase]:
    """Every place that has a name on file, by its significant digits ("" is the nation); what a pack calls itself goes first."""
    return {**_names(), **{pack.division: Phrase(pack.zh, pack.en) for pack in load_packs(root).packs}}


def _significant(division: str) -> str:
    for length in (0, 2, 4, 6, 9):
        if set(division[length:]) <= {"0"}:
            return division[:length]
    return division


@lru_cache(maxsize=1)
def _names() -> Mapping[str, Phrase]:
    section = read_yaml(SHIPPED / NATIONAL / FILE, file=f"{NATIONAL}/{FILE}", notes=Notes())
    return {} if section is None else {code: Phrase(*section.names(code)) for code in section}
