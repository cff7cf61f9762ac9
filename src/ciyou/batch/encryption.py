"""Result tables encrypted for transport: AES-256-GCM in chunks, so that a file of any size fits into memory.

File: the line CIYOU-AESGCM-1, 8 random bytes, then per chunk 4 bytes of length (big-endian) and the ciphertext with its tag. The
nonce is the random bytes and the chunk's number; name, number and whether the chunk is the last are authenticated, so that
chunks can be neither left out, exchanged nor moved to another table.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ciyou.core.errors import Place, Problem, RunError

MAGIC = b"CIYOU-AESGCM-1\n"
ENDING = ".enc"
_CHUNK_BYTES, _KEY_BYTES, _PREFIX_BYTES = 1 << 20, 32, 8


def read_or_make_key(path: Path) -> bytes:
    """The key of a key file; a missing file is made with a random key that only its owner may read."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(AESGCM.generate_key(256))
    return read_key(path)


def read_key(path: Path) -> bytes:
    """The 32 bytes of a key file; raises RunError when it is missing or no key."""
    try:
        key = path.read_bytes()
    except OSError as error:
        raise _refusal(
            path, "key_missing", "密钥文件无法读取；请检查路径。", "The key file cannot be read; check its path."
        ) from error
    if len(key) != _KEY_BYTES:
        raise _refusal(
            path,
            "key_length",
            "密钥文件应恰为 32 字节；请用筛查时的密钥文件。",
            "A key file has exactly 32 bytes; use that of the screening.",
        )
    return key


def encrypt_tables(folder: Path, key: bytes) -> None:
    """Replace every Parquet file of a folder by its encrypted form (`people.parquet` → `people.parquet.enc`)."""
    for path in sorted(folder.glob("*.parquet")):
        with path.open("rb") as source, path.with_name(path.name + ENDING).open("wb") as target:
            _encrypt(source, target, path.name, AESGCM(key))
        path.unlink()


def decrypt_tables(folder: Path, out: Path, key: bytes) -> int:
    """Write the decrypted tables of a folder to another, readable by the owner alone; how many. Raises RunError when tampered."""
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = sorted(folder.glob(f"*{ENDING}"))
    for path in found:
        name = path.name.removesuffix(ENDING)
        part = out / f"{name}.part"
        try:
            with (
                path.open("rb") as source,
                os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target,
            ):
                target.writelines(_decrypt(source, name, AESGCM(key)))
            part.replace(out / name)
        except (InvalidTag, EOFError) as error:
            part.unlink(missing_ok=True)
            raise _refusal(
                path,
                "key_wrong",
                "无法解密：密钥不对，或文件已被改动；请核对。",
                "It cannot be decrypted: the key is another one, or the file was changed.",
            ) from error
    return len(found)


def _encrypt(source: BinaryIO, target: BinaryIO, name: str, cipher: AESGCM) -> None:
    prefix = os.urandom(_PREFIX_BYTES)
    target.write(MAGIC + prefix)
    chunk, number = source.read(_CHUNK_BYTES), 0
    while True:
        following = source.read(_CHUNK_BYTES)
        sealed = cipher.encrypt(prefix + number.to_bytes(4, "big"), chunk, _bound(name, number, last=not following))
        target.write(len(sealed).to_bytes(4, "big") + sealed)
        if not following:
            return
        chunk, number = following, number + 1


def _decrypt(source: BinaryIO, name: str, cipher: AESGCM) -> Iterator[bytes]:
    if source.read(len(MAGIC)) != MAGIC:
        raise EOFError
    prefix, number = source.read(_PREFIX_BYTES), 0
    header = source.read(4)
    while True:
        sealed = source.read(int.from_bytes(header, "big"))
        following = source.read(4)
        yield cipher.decrypt(prefix + number.to_bytes(4, "big"), sealed, _bound(name, number, last=not following))
        if not following:
            return
        header, number = following, number + 1


def _bound(name: str, number: int, *, last: bool) -> bytes:
    return f"{name}/{number}/{'last' if last else 'more'}".encode()


def _refusal(path: Path, code: str, zh: str, en: str) -> RunError:
    return RunError(Problem(Place(path.name), f"run.{code}", zh, en))
