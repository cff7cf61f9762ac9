"""Which characters a font file can draw: read from its `cmap` table (OpenType 1.9, tables `cmap`, `ttcf`)."""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path

_COLLECTION = b"ttcf"
_SEGMENTS, _GROUPS = 4, 12
_LAST_OF_PLANE = 0xFFFF

Ranges = tuple[tuple[int, int], ...]


@lru_cache(maxsize=64)
def drawable_ranges(path: Path, index: int) -> Ranges:
    """The code points that face `index` of a font file draws, as ranges with both ends; empty when the table cannot be read."""
    content = path.read_bytes()
    try:
        return _ranges(content, _face_offset(content, index))
    except (struct.error, KeyError):
        return ()


def draws(ranges: Ranges, character: str) -> bool:
    """Whether a character lies in the ranges."""
    code = ord(character)
    return any(first <= code <= last for first, last in ranges)


def _face_offset(content: bytes, index: int) -> int:
    if content[:4] != _COLLECTION:
        return 0
    (offset,) = struct.unpack_from(">I", content, 12 + 4 * index)
    return int(offset)


def _ranges(content: bytes, face: int) -> Ranges:
    cmap = _table(content, face, b"cmap")
    (count,) = struct.unpack_from(">H", content, cmap + 2)
    found: list[tuple[int, int]] = []
    for number in range(count):
        (offset,) = struct.unpack_from(">I", content, cmap + 8 + 8 * number)
        found.extend(_subtable(content, cmap + offset))
    return tuple(sorted(set(found)))


def _table(content: bytes, face: int, name: bytes) -> int:
    (count,) = struct.unpack_from(">H", content, face + 4)
    for number in range(count):
        tag, _checksum, offset, _length = struct.unpack_from(">4sIII", content, face + 12 + 16 * number)
        if tag == name:
            return int(offset)
    raise KeyError(name)


def _subtable(content: bytes, at: int) -> list[tuple[int, int]]:
    (form,) = struct.unpack_from(">H", content, at)
    if form == _GROUPS:
        (count,) = struct.unpack_from(">I", content, at + 12)
        return [struct.unpack_from(">II", content, at + 16 + 12 * number) for number in range(count)]
    if form == _SEGMENTS:
        (twice,) = struct.unpack_from(">H", content, at + 6)
        ends = struct.unpack_from(f">{twice // 2}H", content, at + 14)
        starts = struct.unpack_from(f">{twice // 2}H", content, at + 16 + twice)
        return [(first, last) for first, last in zip(starts, ends, strict=True) if last != _LAST_OF_PLANE]
    return []
