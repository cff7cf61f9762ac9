"""What an uploaded file really is, by its content; and pictures without what a camera wrote into them."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ciyou.apps.registry.refusals import refused
from ciyou.core.errors import RecordError

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD"})  # fmt: skip
_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14, _APP15, _COMMENT = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_EXIF = b"Exif\x00\x00"
_ORIENTATION = 0x0112


def clean_media(content: bytes) -> tuple[str, bytes]:
    """The type of a PDF, JPEG or PNG and its content to keep; raises RecordError for anything else, whatever its name says.

    Of pictures only the picture is kept: place, camera and comments go, and whatever was hung on behind it. How a photograph is
    to be turned stays.
    """
    try:
        if content.startswith(b"\xff\xd8\xff"):
            return JPEG, b"".join(_jpeg_parts(content))
        if content.startswith(_PNG_SIGNATURE):
            return PNG, _PNG_SIGNATURE + b"".join(_png_parts(content))
    except (struct.error, IndexError, ValueError):
        raise _not_accepted() from None
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return PDF, content
    raise _not_accepted()


def _not_accepted() -> RecordError:
    return refused(
        "evidence_type",
        "只接受 PDF、JPEG 或 PNG 文件，而这个文件的内容不是其中任何一种，或已损坏。请重新拍照或扫描后上传。",
        "Only PDF, JPEG and PNG are accepted; this file's content is none of them, or damaged. Photograph or scan it again.",
    )


def _png_parts(content: bytes) -> Iterator[bytes]:
    at, kind = len(_PNG_SIGNATURE), b""
    while kind != b"IEND":
        (length,) = struct.unpack_from(">I", content, at)
        kind = content[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(content) or not kind.isalpha():
            raise ValueError("chunk")
        if kind in _PNG_KEPT:
            yield content[at:end]
        at = end


def _jpeg_parts(content: bytes) -> Iterator[bytes]:
    yield content[:2]
    at = 2
    while True:
        if content[at] != 0xFF:
            raise ValueError("marker")
        marker = content[at + 1]
        if marker == 0xFF:  # padding before a marker
            at += 1
            continue
        if marker == _EOI:
            yield content[at : at + 2]
            return
        if marker in _WITHOUT_LENGTH:
            at += 2
            continue
        end = _end_of_segment(content, at)
        if marker == _SOS:
            end = _end_of_scan(content, end)
        yield _kept_segment(marker, content[at:end])
        at = end


def _end_of_segment(content: bytes, at: int) -> int:
    (length,) = struct.unpack_from(">H", content, at + 2)
    end = at + 2 + int(length)
    if length < 2 or end > len(content):
        raise ValueError("segment")
    return end


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the compressed picture ends: at the next marker that is neither stuffing nor a restart."""
    while True:
        at = content.index(b"\xff", at)
        following = content[at + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7:
            return at
        at += 2


def _kept_segment(marker: int, segment: bytes) -> bytes:
    if marker == _APP1:
        return _turned(segment[4:])
    dropped = marker == _COMMENT or (_APP2 < marker <= _APP15 and marker != _APP14)
    return b"" if dropped else segment


def _turned(exif: bytes) -> bytes:
    """A segment that says how the picture is to be turned and nothing else; nothing where it is not turned."""
    try:
        orientation = _orientation(exif)
    except (struct.error, IndexError):
        return b""
    if orientation not in range(2, 9):
        return b""
    body = _EXIF + struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _orientation(exif: bytes) -> int:
    if not exif.startswith(_EXIF):
        return 0
    tiff = exif[len(_EXIF) :]
    order = "<" if tiff[:2] == b"II" else ">"
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, first)
    for number in range(min(count, 64)):
        tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * number)
        if tag == _ORIENTATION:
            return int(value)
    return 0
