"""Folders of a pack that hold a file for a thing: read in one way for every kind of thing, a place's file in the place of the nation's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from ciyou.core.errors import PackError
from ciyou.packs.loading import load_packs
from ciyou.packs.located_yaml import Notes, Section, read_yaml
from ciyou.packs.pack_files import Pack, PackSet

Read = TypeVar("Read")


def sections_of(pack: Pack, folder: str, notes: Notes) -> Iterator[tuple[Section, str]]:
    """Each file of a pack's folder with its code, in the order of names; what cannot be read is noted and left out."""
    for path in sorted((pack.folder / folder).glob("*.yaml")):
        section = read_yaml(path, file=f"{pack.name}/{folder}/{path.name}", notes=notes)
        if section is not None:
            yield section, path.stem


def read_folder(
    chain: tuple[str, ...], root: Path, folder: str, read: Callable[[Section, str, PackSet], Read]
) -> Mapping[str, Read]:
    """What the files of a folder say in the packs of `chain` (codes, the nation first), by code, sorted.

    Raises PackError with all mistakes at once.
    """
    pack_set, notes = load_packs(root), Notes()
    found: dict[str, Read] = {}
    for pack in (one for one in pack_set.packs if one.code in chain):
        found |= {code: read(section, code, pack_set) for section, code in sections_of(pack, folder, notes)}
    if notes.found:
        raise PackError(notes.sorted())
    return MappingProxyType(dict(sorted(found.items())))
