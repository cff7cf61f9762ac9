"""Streams: read back what was written, by whoever has the key, where it belongs, and only whole."""

from __future__ import annotations

import io
import os

import pytest

from ciyou.core.errors import VaultError
from ciyou.vault.joined import JoinedChunks
from ciyou.vault.streams import CHUNK_BYTES, EncryptingWriter, decrypted_chunks

KEY = b"k" * 32


def encrypted(plain: bytes, name: str = "a") -> bytes:
    target = io.BytesIO()
    with EncryptingWriter(target, KEY, name=name) as writer:
        writer.write(plain)
    return target.getvalue()


def decrypted(stream: bytes, name: str = "a", key: bytes = KEY) -> bytes:
    return b"".join(decrypted_chunks(io.BytesIO(stream), key, name=name))


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_a_stream_of_any_size_is_read_back_as_it_was(size):
    plain = os.urandom(size)
    assert decrypted(encrypted(plain)) == plain
    assert JoinedChunks(decrypted_chunks(io.BytesIO(encrypted(plain)), KEY, name="a")).read() == plain


def test_a_stream_that_lost_its_end_is_refused():
    stream = encrypted(b"x" * (2 * CHUNK_BYTES + 5))
    second_end = 23 + 2 * (4 + CHUNK_BYTES + 16)
    with pytest.raises(VaultError, match="stream_changed"):
        decrypted(stream[:second_end])


def test_a_stream_whose_chunks_were_exchanged_is_refused():
    stream = encrypted(b"a" * CHUNK_BYTES + b"b" * CHUNK_BYTES + b"c")
    size = 4 + CHUNK_BYTES + 16
    first, second, rest = stream[23 : 23 + size], stream[23 + size : 23 + 2 * size], stream[23 + 2 * size :]
    with pytest.raises(VaultError, match="stream_changed"):
        decrypted(stream[:23] + second + first + rest)


@pytest.mark.parametrize("place", [0, 20, 40, -1])
def test_a_stream_in_which_one_bit_was_changed_is_refused(place):
    stream = bytearray(encrypted(b"plain text"))
    stream[place] ^= 1
    with pytest.raises(VaultError):
        decrypted(bytes(stream))


def test_another_name_or_key_does_not_open_a_stream():
    for wrong in ({"name": "b"}, {"key": b"o" * 32}):
        with pytest.raises(VaultError):
            decrypted(encrypted(b"plain"), **wrong)
