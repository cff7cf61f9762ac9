"""Large pieces that come in parts over a bad line: each part is appended where the last one ended, and nothing is sent twice."""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from io import BufferedRandom
from pathlib import Path

from django.conf import settings

from ciyou.apps.fieldwork.refusals import refused
from ciyou.core.access.actor import Actor

MOST_BYTES, MOST_DAYS = 700_000, 90


def take_part(actor: Actor, *, piece_id: uuid.UUID, offset: int, part: bytes) -> int:
    """Append a part of the user's own piece; how many bytes are there now. A part that begins elsewhere than at the end is left out:
    the phone goes on from the answer. Parts lie as they came, sealed; those that nobody went on with are swept away after some months.
    """
    with _held(actor, piece_id) as file:
        end = file.seek(0, os.SEEK_END)
        if end + len(part) > MOST_BYTES:
            raise refused(
                "too_large",
                "这件外出工作太大，没有收下；手机会保留它，请导出后交给县里。",
                "This piece is too large and was not taken. The phone keeps it; export it and hand it to the county.",
            )
        if offset == end:
            file.write(part)
            file.flush()
            os.fsync(file.fileno())
            end += len(part)
        return end


def read_parts(actor: Actor, *, piece_id: uuid.UUID) -> bytes:
    """What has come of a piece so far."""
    path = _path(actor, piece_id)
    return path.read_bytes() if path.exists() else b""


def forget_parts(actor: Actor, *, piece_id: uuid.UUID) -> None:
    """The piece was received, or cannot be read: its parts are of no more use. Old ones of anybody go with it."""
    _path(actor, piece_id).unlink(missing_ok=True)
    before = time.time() - MOST_DAYS * 86400
    for path in _folder().glob("*.part"):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.FIELD_PARTS)


def _path(actor: Actor, piece_id: uuid.UUID) -> Path:
    return _folder() / f"{uuid.UUID(actor.id)}-{piece_id}.part"


def _held(actor: Actor, piece_id: uuid.UUID) -> BufferedRandom:
    handle = os.open(_path(actor, piece_id), os.O_RDWR | os.O_CREAT, 0o600)
    file = os.fdopen(handle, "r+b")
    # Closing the file lets go of it.
    fcntl.flock(file, fcntl.LOCK_EX)
    return file
