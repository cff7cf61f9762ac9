"""A workbook is a zip of XML: before it is opened, what it would unpack to is measured, without trusting what it says of itself."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_STORED, _DEFLATED = 0, 8
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_PIECE = 1 << 20
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_CELL_WITH_CONTENT = re.compile(rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r=["']([A-Z]{1,3})([0-9]{1,7})["'](?:[^>]*[^/>])?>""")
_NUMBERED_ROW = re.compile(rb"""<(?:\w+:)?row\s(?:[^>]*?\s)?r=["']([0-9]{1,7})["']""")
_LONGEST_CELL_TAG = 200


@dataclass(frozen=True)
class Limits:
    """What a workbook may unpack to. `ratio` (unpacked to packed) counts from `ratio_from` unpacked bytes on.

    `cells` bounds the rectangle up to the last filled cell, which a reader holds in memory whole.
    """

    file_bytes: int = 200 << 20
    unpacked_bytes: int = 1 << 30
    ratio: int = 200
    ratio_from: int = 32 << 20
    entries: int = 5_000
    cells: int = 30_000_000


DEFAULT_LIMITS = Limits()


class BombError(Exception):
    """The workbook unpacks to more than the limits allow; its argument says which: size, ratio, entries or cells."""


def check_workbook(path: Path, limits: Limits = DEFAULT_LIMITS) -> None:
    """Raises BombError when the workbook is too large to open, zipfile.BadZipFile (or zlib.error) when it is damaged."""
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise BombError("size")
    with path.open("rb") as opened, zipfile.ZipFile(opened) as archive:
        entries = archive.infolist()
        if len(entries) > limits.entries:
            raise BombError("entries")
        unpacked = 0
        for entry in entries:
            last = _LastCell()
            for piece in _unpack(opened, entry):
                unpacked += len(piece)
                if unpacked > limits.unpacked_bytes:
                    raise BombError("size")
                if unpacked > limits.ratio_from and unpacked > limits.ratio * size:
                    raise BombError("ratio")
                if _SHEET.fullmatch(entry.filename):
                    last.look(piece)
            if last.row * last.column > limits.cells:
                raise BombError("cells")


class _LastCell:
    """The last row and column that hold something in a sheet's XML; cells need not say where they stand."""

    def __init__(self) -> None:
        self.row, self.column, self._rest = 0, 0, b""
        self._columns: set[bytes] = set()
        self._cells_in_row = 0

    def look(self, piece: bytes) -> None:
        """Look through the next piece of the sheet."""
        text = self._rest + piece
        for letters, digits in _CELL_WITH_CONTENT.findall(text):
            self.row = max(self.row, int(digits))
            if letters not in self._columns:
                self._columns.add(letters)
                self.column = max(self.column, _column_number(letters))
        self.row = max(self.row, *map(int, _NUMBERED_ROW.findall(text)), 0)
        self._count_cells(piece)
        self._rest = text[-_LONGEST_CELL_TAG:]

    def _count_cells(self, piece: bytes) -> None:
        unfinished, *rows = piece.split(b"row>")
        self._cells_in_row += unfinished.count(b"<v")
        for row in rows:
            self.column = max(self.column, self._cells_in_row)
            self._cells_in_row = row.count(b"<v")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _unpack(opened: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """An entry's bytes as they really unpack: its stated size may lie."""
    if entry.flag_bits & 1 or entry.compress_type not in (_STORED, _DEFLATED):
        raise zipfile.BadZipFile("encrypted or unusual compression")
    opened.seek(entry.header_offset)
    header = _LOCAL_HEADER.unpack(opened.read(_LOCAL_HEADER.size))
    opened.seek(header[9] + header[10], 1)
    remaining = entry.compress_size
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    while remaining > 0:
        packed = opened.read(min(_PIECE, remaining))
        if not packed:
            raise zipfile.BadZipFile("truncated")
        remaining -= len(packed)
        if entry.compress_type == _STORED:
            yield packed
            continue
        while packed and not inflate.eof:
            yield inflate.decompress(packed, _PIECE)
            packed = inflate.unconsumed_tail
