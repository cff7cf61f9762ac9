"""Ids that sort by when they were made: rows that are written together then lie together in every index that begins with them."""

from __future__ import annotations

import secrets
import time
import uuid

_VERSION, _VARIANT = 7, 0b10


def ordered_id() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562, 5.7): 48 bits of milliseconds since 1970, the rest by chance."""
    milliseconds, chance = time.time_ns() // 1_000_000, secrets.randbits(74)
    high = (milliseconds & 0xFFFF_FFFF_FFFF) << 16 | _VERSION << 12 | chance >> 62
    return uuid.UUID(int=high << 64 | _VARIANT << 62 | chance & (1 << 62) - 1)
