"""Official documents as PDF: set by Typst in a font that has every character they need, or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from ciyou.apps.cases.documents.glyphs import Ranges, drawable_ranges, draws
from ciyou.core.errors import Place, Problem, RunError

FOLDER = Path(__file__).resolve().parent
FONTS = FOLDER / "fonts"
MORE_FONTS = "CIYOU_FONTS"
"""The environment variable that names a folder with further fonts, for names with very rare characters."""
WANTED_FAMILIES = (
    "Noto Serif SC",
    "Source Han Serif SC",
    "Noto Serif CJK SC",
    "FangSong",
    "SimSun",
    "Songti SC",
    "Noto Sans SC",
    "Noto Sans CJK SC",
)
"""Families that set a letter as offices are used to, the best first; ours come with the program (`make assets`)."""
_PLAIN = 400
_PROBE = "协查函"


def typeset(template: str, content: Mapping[str, Any], *, form: str = "pdf") -> bytes:
    """A document of `apps/cases/documents` with its content; `form` pdf | png (first page only, to look at)."""
    return typeset_file(FOLDER / f"{template}.typ", content, root=FOLDER, form=form)


def typeset_file(template: Path, content: Mapping[str, Any], *, root: Path, form: str = "pdf") -> bytes:
    """A template of any folder with its content; it may import other files below `root`, and nothing else.

    Content reaches the template as JSON, never as source text: a name cannot write commands. Raises RunError when there is no
    Chinese font, or no font has a character that stands in the content.
    """
    families = families_for(content)
    fonts = _fonts(_further_folder())
    made = typst.compile(
        template.read_bytes(),
        root=str(root),
        font_paths=fonts,
        format=form,
        ppi=110,
        sys_inputs={"content": json.dumps(dict(content), ensure_ascii=False), "fonts": json.dumps(families)},
        timestamp=0,
    )
    return bytes(made[0] if isinstance(made, list) else made)


def families_for(content: Mapping[str, Any]) -> list[str]:
    """The font families to set a content in: the best Chinese one, then those that draw what it lacks."""
    faces = _plain_faces(_further_folder())
    needed = {character for text in _texts(content) for character in text if not character.isspace()}
    chosen: list[str] = []
    for family in sorted(faces, key=_preference):
        ranges = drawable_ranges(*faces[family])
        if not chosen and not _draws_all(ranges, _PROBE):
            continue
        drawn = {one for one in needed if draws(ranges, one)}
        if drawn or not chosen:
            chosen.append(family)
            needed -= drawn
        if not needed:
            return chosen
    raise RunError(_no_glyph(needed) if chosen else _no_chinese_font())


def _preference(family: str) -> tuple[int, str]:
    return (WANTED_FAMILIES.index(family) if family in WANTED_FAMILIES else len(WANTED_FAMILIES), family)


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _texts(part)


def _draws_all(ranges: Ranges, text: str) -> bool:
    return all(draws(ranges, character) for character in text)


def _further_folder() -> str:
    return os.environ.get(MORE_FONTS, "")


@lru_cache(maxsize=4)
def _fonts(further: str) -> typst.Fonts:
    folders = [str(folder) for folder in (FONTS, Path(further) if further else None) if folder and folder.is_dir()]
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=folders)


@lru_cache(maxsize=4)
def _plain_faces(further: str) -> dict[str, tuple[Path, int]]:
    """Where the regular face of each family stands. The fonts inside Typst itself have no file and no Chinese: they are left out."""
    faces: dict[str, tuple[Path, int]] = {}
    for face in _fonts(further).fonts():
        if face.path and face.style == "normal" and abs(face.weight - _PLAIN) <= 100 and face.family not in faces:
            faces[face.family] = (Path(face.path), face.index)
    return faces


def _no_chinese_font() -> Problem:
    return Problem(
        Place(),
        "document.no_font",
        f"没有可用的中文字体，不能生成公文。请运行 make assets，或安装思源宋体，或用环境变量 {MORE_FONTS} 指明字体文件夹。",
        f"There is no Chinese font, so no document can be made. Run `make assets`, install Noto Serif SC, or name a folder of fonts in {MORE_FONTS}.",
    )


def _no_glyph(missing: set[str]) -> Problem:
    # Single characters, not the name: enough to choose a font by.
    codes = ", ".join(sorted(f"U+{ord(one):04X}" for one in missing))
    return Problem(
        Place(),
        "document.no_glyph",
        f"没有一种字体含有生僻字 {codes}，公文不能缺字。请把含有它的字体放进环境变量 {MORE_FONTS} 指明的文件夹后重试。",
        f"No font has the rare character {codes}, and a document must not lack it. Put a font that has it into the folder named by {MORE_FONTS} and try again.",
    )
