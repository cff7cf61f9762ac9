"""Whole files encrypted in chunks (AES-256-GCM), so that a file of any size fits into memory.

A stream: the line CIYOU-AESGCM-1, 8 random bytes, then per chunk 4 bytes of length (big-endian) and the ciphertext with its tag. The
nonce is the random bytes and the chunk's number; name, number and whether the chunk is the last are authenticated, so that chunks
can be neither left out, exchanged nor moved to another stream.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ciyou.core.errors import Place, Problem, VaultError

MAGIC = b"CIYOU-AESGCM-1\n"
CHUNK_BYTES = 1 << 20
_PREFIX_BYTES, _TAG_BYTES = 8, 16


class EncryptingWriter:
    """Writes what it is given, encrypted; it must be closed, or the stream lacks its end and cannot be read."""

    def __init__(self, target: BinaryIO, key: bytes, *, name: str) -> None:
        self._target, self._cipher, self._name = target, AESGCM(key), name
        self._prefix, self._number = os.urandom(_PREFIX_BYTES), 0
        self._waiting = bytearray()
        target.write(MAGIC + self._prefix)

    def __enter__(self) -> EncryptingWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()

    def write(self, plain: bytes) -> int:
        """Take more; whether a chunk is the last is known only when something follows it."""
        self._waiting += plain
        while len(self._waiting) > CHUNK_BYTES:
            self._put(bytes(self._waiting[:CHUNK_BYTES]), last=False)
            del self._waiting[:CHUNK_BYTES]
        return len(plain)

    def flush(self) -> None:
        """Nothing: a chunk is written when it is full."""

    def close(self) -> None:
        """Write the last chunk; the target stays open."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, chunk: bytes, *, last: bool) -> None:
        nonce = self._prefix + self._number.to_bytes(4, "big")
        sealed = self._cipher.encrypt(nonce, chunk, _bound(self._name, self._number, last=last))
        self._target.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


def decrypted_chunks(source: BinaryIO, key: bytes, *, name: str) -> Iterator[bytes]:
    """The readable chunks of a stream; raises VaultError for another key, another name, or a stream that was changed or cut."""
    cipher = AESGCM(key)
    if source.read(len(MAGIC)) != MAGIC:
        raise VaultError(_changed())
    prefix, number = source.read(_PREFIX_BYTES), 0
    header = source.read(4)
    while True:
        length = int.from_bytes(header, "big")
        if len(header) < 4 or length > CHUNK_BYTES + _TAG_BYTES:
            raise VaultError(_changed())
        sealed, following = source.read(length), source.read(4)
        try:
            nonce = prefix + number.to_bytes(4, "big")
            yield cipher.decrypt(nonce, sealed, _bound(name, number, last=not following))
        except (InvalidTag, ValueError) as error:
            raise VaultError(_changed()) from error
        if not following:
            return
        header, number = following, number + 1


def _bound(name: str, number: int, *, last: bool) -> bytes:
    return f"{name}/{number}/{'last' if last else 'more'}".encode()


def _changed() -> Problem:
    return Problem(
        Place(),
        "vault.stream_changed",
        "无法解密：密钥不对，或文件已被改动或截断；请核对密钥，或改用另一份备份。",
        "It cannot be decrypted: the key is another one, or the file was changed or cut short; check the key, or take another copy.",
    )
