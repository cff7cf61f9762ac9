"""Rosters as separated text: the encoding is found by decoding strictly, never by guessing; lines that are no text are set aside."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ciyou.batch.rosters.csv_lines import UNDECODABLE, NumberedRow, parse_lines

BLOCK_BYTES = 4 << 20
SEPARATORS = (",", "\t", ";", "|", "，")
_LONGEST_LINE_BYTES = 64 << 20
_LINES_JUDGED = 2_000
_HEAD_BYTES = 256 << 10
_LONGEST_QUOTED_LINES = 50
_BOM = codecs.BOM_UTF8


@dataclass(frozen=True)
class TextForm:
    """How a text file is written: `encoding` is utf-8, gb18030 or "" (neither), `newline` the byte that ends a line."""

    encoding: str
    newline: bytes
    sha256: str
    size: int


def inspect_text(path: Path) -> TextForm:
    """The form of a text file, by one or two passes over all of it.

    UTF-8 checks itself: text of another encoding is almost never valid in it. So a file is UTF-8 when it decodes strictly, or
    when most of its lines beyond ASCII do (the others are damaged); else GB 18030 when it decodes in that, wholly or mostly.
    """
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, size, newline = True, 0, b""
    with path.open("rb") as opened:
        while block := opened.read(BLOCK_BYTES):
            digest.update(block)
            size += len(block)
            newline = newline or _newline_of(block)
            is_utf8 = is_utf8 and _decodes(decoder, block)
    is_utf8 = is_utf8 and _decodes(decoder, b"", final=True)
    newline = newline or b"\n"
    encoding = "utf-8" if is_utf8 else _encoding_of_most_lines(path, newline)
    return TextForm(encoding, newline, digest.hexdigest(), size)


def _newline_of(block: bytes) -> bytes:
    return b"\n" if b"\n" in block else b"\r" if b"\r" in block else b""


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _encoding_of_most_lines(path: Path, newline: bytes) -> str:
    """The first of the two encodings in which more than half of the lines beyond ASCII are text."""
    lines: list[bytes] = []
    with path.open("rb") as opened:
        for block in iter(lambda: opened.read(_HEAD_BYTES), b""):
            # The last line may be cut in two.
            lines += [line for line in block.split(newline)[1:-1] or [block] if not line.isascii()]
            if len(lines) >= _LINES_JUDGED:
                break
    for encoding in ("utf-8", "gb18030"):
        if sum(_is_text(line, encoding) for line in lines) * 2 > len(lines):
            return encoding
    return ""


def _is_text(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def read_head(path: Path, form: TextForm) -> str:
    """The decodable lines of the beginning of a file."""
    with path.open("rb") as opened:
        block = opened.read(_HEAD_BYTES).removeprefix(_BOM)
    lines = block.split(form.newline)
    whole = lines if len(block) < _HEAD_BYTES - len(_BOM) else lines[:-1]
    return "\n".join(_decode_line(line, form.encoding) for line in whole)


def head_rows(head: str, separator: str, count: int) -> list[list[str]]:
    """The first rows of a file's beginning."""
    lines = [line.rstrip("\r") for line in head.split("\n")]
    return [list(row or ()) for _, row in islice(parse_lines(lines, separator), count)]


def read_blocks(path: Path, form: TextForm) -> Iterator[tuple[int, bytes]]:
    """The file in pieces that end where a row ends, each with the number of its first line."""
    first = 1
    for block in _blocks(path, form.newline):
        yield first, block
        first += block.count(form.newline)


def rows_of_block(block: bytes, form: TextForm, *, first: int, separator: str, width: int) -> list[NumberedRow]:
    """The rows of a piece of a file; a quoted cell may span lines."""
    return list(parse_lines(_lines(block, form), separator, first=first, width=width))


def _blocks(path: Path, newline: bytes) -> Iterator[bytes]:
    """The file in pieces that end where a row ends."""
    rest = b""
    with path.open("rb") as opened:
        if opened.read(len(_BOM)) != _BOM:
            opened.seek(0)
        while piece := opened.read(BLOCK_BYTES):
            rest += piece
            end = _end_of_last_row(rest, newline)
            if end:
                yield rest[:end]
                rest = rest[end:]
    if rest:
        yield rest


def _end_of_last_row(block: bytes, newline: bytes) -> int:
    """Just after the last line break outside quotes; 0 to read on.

    Where stray quotes leave none among the last lines, any line break is one: lines are then read each by itself.
    """
    end = block.rfind(newline)
    if end < 0:
        return len(block) if len(block) > _LONGEST_LINE_BYTES else 0
    quotes, position = block.count(b'"', 0, end), end
    for _ in range(_LONGEST_QUOTED_LINES):
        if quotes % 2 == 0:
            return position + 1
        earlier = block.rfind(newline, 0, position)
        if earlier < 0:
            break
        quotes -= block.count(b'"', earlier, position)
        position = earlier
    return end + 1


def _lines(block: bytes, form: TextForm) -> list[str]:
    try:
        text = block.decode(form.encoding)
    except UnicodeDecodeError:
        text = "\n".join(_decode_line(line, form.encoding) for line in block.split(form.newline))
    if form.newline == b"\r":
        text = text.replace("\r", "\n")
    elif "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", " ")
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return lines


def _decode_line(line: bytes, encoding: str) -> str:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return UNDECODABLE
