"""Tables of Chinese characters that cleaning needs: one reading per character, and traditional to simplified."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from opencc import OpenCC

_CJK_BLOCKS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))


@cache
def pinyin_table() -> Mapping[str, str]:
    """Character → its first reading without tones (ü is v). Surnames that read otherwise are core.linkage's own table."""
    return {chr(int(code)): _without_tone(readings.split(",")[0]) for code, readings in _pypinyin_characters().items()}


def _pypinyin_characters() -> Mapping[str, str]:
    """Readings by code point. Read from the package's file: importing it loads its phrases too, 56 MB in every process."""
    package = find_spec("pypinyin")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("pypinyin")
    found: Mapping[str, str] = json.loads(
        Path(package.origin).with_name("pinyin_dict.json").read_text(encoding="utf-8")
    )
    return found


def _without_tone(reading: str) -> str:
    plain = unicodedata.normalize("NFD", reading.replace("ü", "v"))
    letters = unicodedata.normalize("NFC", "".join(c for c in plain if not unicodedata.combining(c) or c == "\u0308"))
    return letters.replace("ü", "v")


@cache
def simplify_table() -> Mapping[int, str]:
    """Code point of a traditional character → its simplified one, for `str.translate`.

    Characters that GB 2312 holds are left alone: they are standard in names (乾, 著) though also a traditional form of others.
    """
    characters = [chr(code) for low, high in _CJK_BLOCKS for code in range(low, high + 1)]
    candidates = [character for character in characters if not _is_standard(character)]
    converted = OpenCC("t2s").convert("\n".join(candidates)).split("\n")
    return {
        ord(traditional): simplified
        for traditional, simplified in zip(candidates, converted, strict=True)
        if simplified != traditional and len(simplified) == 1
    }


def _is_standard(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
