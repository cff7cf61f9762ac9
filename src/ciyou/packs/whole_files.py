"""Files of which a place has one of its own or none: the innermost pack's takes the place of a wider one's whole file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from ciyou.core.errors import PackError, Place
from ciyou.packs.loading import full_division, load_packs
from ciyou.packs.located_yaml import Notes, Section, read_yaml
from ciyou.packs.pack_files import PackSet

Read = TypeVar("Read")


def chain_of(division: str, root: Path) -> tuple[str, ...]:
    """The codes of the packs that hold in a division (2 to 12 digits), the widest first."""
    return tuple(pack.code for pack in load_packs(root).chain(full_division(division)))


def read_innermost(chain: tuple[str, ...], root: Path, file: str, read: Callable[[Section, PackSet], Read]) -> Read:
    """What `read` makes of the file; raises PackError with all mistakes at once, and where no pack of the chain has it."""
    pack_set, notes = load_packs(root), Notes()
    packs = [pack for pack in pack_set.packs if pack.code in chain and (pack.folder / file).is_file()]
    section = read_yaml(packs[-1].folder / file, file=f"{packs[-1].name}/{file}", notes=notes) if packs else None
    if section is None:
        if not packs:
            note_missing(notes, file)
        raise PackError(notes.sorted())
    found = read(section, pack_set)
    if notes.found:
        raise PackError(notes.sorted())
    return found


def note_missing(notes: Notes, file: str) -> None:
    """No pack has a file that has to be there."""
    notes.add(Place(file), "missing_file", f"缺少文件 {file}；请在全国包中补上。", f"{file} is missing; add it to the national pack.")  # fmt: skip


def words_by_code(section: Section, key: str) -> Mapping[str, tuple[str, str]]:
    """A list of codes, each with its words in Chinese and English."""
    listed = section.section(key)
    return MappingProxyType({code: listed.names(code) for code in listed} if listed else {})
