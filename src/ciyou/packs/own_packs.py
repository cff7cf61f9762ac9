"""A place's own packs, laid over the shipped ones: the folders that `CIYOU_PACKS` names, or `own/` where packs are kept as they were."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ciyou.core.errors import Place
from ciyou.packs.located_yaml import Notes

VARIABLE = "CIYOU_PACKS"
OWN = "own"
PLACE_FILE = "place.yaml"


def named_folders() -> list[Path]:
    """The folders that the setting names, in its order; read from the environment each time, for commands read packs without settings."""
    return [Path(one.strip()) for one in os.environ.get(VARIABLE, "").split(os.pathsep) if one.strip()]


def find_own_packs(root: Path, notes: Notes, *, shipped: bool) -> list[Path]:
    """The pack folders that are laid over those of a root: the setting's over the shipped ones, else those kept below the root.

    What is named and cannot be used is noted: a place is never served without what it added.
    """
    kept = [root / OWN] if (root / OWN).is_dir() else []
    folders = [folder for folder in named_folders() if _is_there(folder, notes)] if shipped else kept
    found = [pack for folder in folders for pack in _packs_in(folder, notes)]
    _note_twice(found, notes)
    return found


def is_national(folder: Path) -> bool:
    """Whether a pack folder is a nation's: only there facts are declared."""
    return (folder / "facts").is_dir()


def _packs_in(folder: Path, notes: Notes) -> list[Path]:
    if (folder / PLACE_FILE).is_file():
        return [folder]
    inside = sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] not in "._")
    for path in inside:
        if not (path / PLACE_FILE).is_file():
            _note_no_place(path, notes)
    if not inside:
        _note_no_place(folder, notes)
    return [path for path in inside if (path / PLACE_FILE).is_file()]


def _is_there(folder: Path, notes: Notes) -> bool:
    if folder.is_absolute() and folder.is_dir():
        return True
    notes.add(
        Place(str(folder)),
        "own_packs_folder",
        f"{VARIABLE} 写的这个文件夹不存在，或不是从根目录写起的路径；请更正 {VARIABLE}，或建好文件夹再启动。",
        f"{VARIABLE} names this folder, which does not exist or is not written from the root directory on; correct {VARIABLE} or make "
        "the folder, then start again.",
    )
    return False


def _note_no_place(folder: Path, notes: Notes) -> None:
    notes.add(
        Place(str(folder / PLACE_FILE)),
        "own_pack_without_place",
        f"{VARIABLE} 指向的文件夹里没有这个文件，不知道是哪里的包；请补上（ciyou packs new 会写），或把不是包的文件夹移走。",
        f"A folder of {VARIABLE} lacks this file, so nobody knows of which place the pack is; add it (`ciyou packs new` writes it) or move "
        "what is no pack elsewhere.",
    )


def _note_twice(found: Iterable[Path], notes: Notes) -> None:
    first: dict[str, Path] = {}
    for folder in found:
        if first.setdefault(folder.name, folder) != folder:
            notes.add(
                Place(str(folder)),
                "own_pack_twice",
                f"{first[folder.name]} 也叫“{folder.name}”，说不清以哪个为准；请合成一个文件夹。",
                f"{first[folder.name]} is called “{folder.name}” too, and neither goes first; put both into one folder.",
            )


def note_not_of_a_place(place: Place, *, code: str, division: str, folder: Path, notes: Notes) -> None:
    """Note of an own pack what would leave open where it holds, or whether it is the nation's."""
    if is_national(folder) or not division:
        notes.add(
            place,
            "own_pack_national",
            "全国包随程序提供，本地只能加某个地方的包；请写明 division 和 extends: cn，不要放 facts 文件夹。",
            "The nation's pack comes with the program, and what is added is a place's; give `division` and `extends: cn`, and have no folder `facts`.",
        )
    if code != folder.name:
        notes.add(
            place,
            "own_pack_code",
            f"code 写的是“{code}”，文件夹却叫“{folder.name}”；请改成一样的。",
            f"`code` says “{code}” and the folder is called “{folder.name}”; make them the same.",
        )
