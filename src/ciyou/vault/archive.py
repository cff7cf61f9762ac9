"""A backup in one file: many files, compressed, encrypted with the FILE key, with a hash of each.

The first two lines can be read without a key: the line CIYOU-BACKUP-1 and a header (JSON) that says when it was made, which key opens
it and which other keys its contents need; never a key itself. Then comes one stream of the vault that holds a gzipped tar.
The header takes part in the stream's key: a header that was changed opens nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ciyou.core.errors import Place, Problem, VaultError
from ciyou.vault.joined import JoinedChunks
from ciyou.vault.keyring import KEY_BYTES, Keyring, KeyUse
from ciyou.vault.streams import EncryptingWriter, decrypted_chunks

MAGIC = b"CIYOU-BACKUP-1\n"
MANIFEST = "manifest.json"
_NAME = "backup"
_SALT_BYTES, _HEADER_LIMIT, _COMPRESSION = 16, 1 << 20, 4

Tell = Callable[[str, int], None]
"""Called with a member's name and the bytes read so far."""


@dataclass(frozen=True)
class Member:
    """One file of a backup: its name in it, and where it lies now."""

    name: str
    path: Path


def write_archive(
    target: Path, keyring: Keyring, *, header: Mapping[str, Any], members: Iterable[Member], tell: Tell | None = None
) -> int:
    """Write a backup, readable by its owner only, in one step; how many files it holds.

    A file that is gone when its turn comes is left out: deliveries and results may be removed while a backup is made.
    """
    key = keyring.current(KeyUse.FILE)
    salt = os.urandom(_SALT_BYTES)
    needed = [{"id": one.id, "use": one.use.value} for one in keyring.keys]
    line = (
        json.dumps({**header, "file_key": key.id, "keys": needed, "salt": salt.hex()}, sort_keys=True).encode() + b"\n"
    )
    part = target.with_name(target.name + ".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(MAGIC + line)
            with (
                EncryptingWriter(out, _key(key.secret, salt, line), name=_NAME) as sealed,
                gzip.GzipFile(fileobj=cast(BinaryIO, sealed), mode="wb", compresslevel=_COMPRESSION, mtime=0) as packed,
                tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
            ):
                count = _add_all(tar, members, tell)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.replace(target)
    return count


def read_header(path: Path) -> dict[str, Any]:
    """What a backup says of itself without a key; raises VaultError when the file is none."""
    with path.open("rb") as source:
        header: dict[str, Any] = json.loads(_header_line(source, path))
    return header


def check_keys(header: Mapping[str, Any], keyring: Keyring) -> None:
    """Raises VaultError when the keyring lacks a key that the backup's contents need: it is older than the backup, or another's."""
    here = {key.id for key in keyring.keys}
    missing = sorted(f"{key['id']} ({key['use']})" for key in header["keys"] if key["id"] not in here)
    if missing:
        names, made = ", ".join(missing), header.get("made_at", "?")
        raise VaultError(
            Problem(
                Place(),
                "vault.older_keys",
                f"给出的密钥文件比备份旧，或属于另一套系统：备份（{made}）还需要密钥 {names}。请找到备份当时或之后的密钥文件；没有做任何改动。",
                f"The key file is older than the backup, or that of another installation: the backup ({made}) also needs {names}. Find the key file of that time or later; nothing was changed.",
            )
        )


def extract_archive(path: Path, keyring: Keyring, folder: Path, *, tell: Tell | None = None) -> dict[str, str]:
    """Unpack a backup into an empty folder and check every hash; gives the hashes by name.

    Raises VaultError for a backup that was changed or cut, or whose key is not in the keyring. Nothing outside the folder is written.
    """
    with path.open("rb") as source, _damage_told():
        line = _header_line(source, path)
        header = json.loads(line)
        key = _key(keyring.by_id(header["file_key"]).secret, bytes.fromhex(header["salt"]), line)
        plain = io.BufferedReader(JoinedChunks(decrypted_chunks(source, key, name=_NAME)))
        with gzip.GzipFile(fileobj=plain, mode="rb") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            found, said = _extract_all(tar, folder, tell)
        while plain.read(1 << 20):  # to the end: only there it shows that nothing was cut off
            pass
    if found != said:
        raise VaultError(_damaged())
    return found


def hash_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Hashing(io.RawIOBase):
    """Passes a file on and hashes what passes."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._source.read(size)
        self.digest.update(chunk)
        return chunk


def _add_all(tar: tarfile.TarFile, members: Iterable[Member], tell: Tell | None) -> int:
    hashes: dict[str, str] = {}
    done = 0
    for member in members:
        try:
            file = member.path.open("rb")
        except FileNotFoundError:
            continue
        with file:
            entry = tarfile.TarInfo(member.name)
            entry.size, entry.mode = os.fstat(file.fileno()).st_size, 0o600
            hashing = _Hashing(file)
            tar.addfile(entry, cast(BinaryIO, hashing))
        hashes[member.name] = hashing.digest.hexdigest()
        done += entry.size
        if tell is not None:
            tell(member.name, done)
    text = json.dumps(hashes, sort_keys=True).encode()
    entry = tarfile.TarInfo(MANIFEST)
    entry.size = len(text)
    tar.addfile(entry, io.BytesIO(text))
    return len(hashes)


def _extract_all(tar: tarfile.TarFile, folder: Path, tell: Tell | None) -> tuple[dict[str, str], dict[str, str]]:
    found: dict[str, str] = {}
    said: dict[str, str] = {}
    done = 0
    for entry in tar:
        content = tar.extractfile(entry)
        if content is None or not entry.isreg():
            raise VaultError(_damaged())
        if entry.name == MANIFEST:
            said = json.loads(content.read())
            continue
        found[entry.name] = _put(content, _inside(folder, entry.name))
        done += entry.size
        if tell is not None:
            tell(entry.name, done)
    return found, said


def _put(content: Any, path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while chunk := content.read(1 << 20):
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


def _inside(folder: Path, name: str) -> Path:
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts:
        raise VaultError(_damaged())
    return folder.joinpath(*parts)


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError, gzip.BadGzipFile) as error:
        raise VaultError(_damaged()) from error


def _header_line(source: BinaryIO, path: Path) -> bytes:
    if source.read(len(MAGIC)) != MAGIC:
        raise VaultError(
            Problem(
                Place(path.name),
                "vault.no_backup",
                "这不是 ciyou backup 做的备份文件；请核对路径。",
                "This is no file that `ciyou backup` wrote; check its path.",
            )
        )
    line = source.readline(_HEADER_LIMIT)
    try:
        if not isinstance(json.loads(line), dict):
            raise ValueError("header")
    except ValueError as error:
        raise VaultError(_damaged()) from error
    return line


def _key(secret: bytes, salt: bytes, line: bytes) -> bytes:
    """A key for one backup alone (HKDF-SHA256): however many there are, no key and nonce come together twice."""
    return HKDF(hashes.SHA256(), KEY_BYTES, salt, b"ciyou backup " + line).derive(secret)


def _damaged() -> Problem:
    return Problem(
        Place(),
        "vault.backup_damaged",
        "备份文件已损坏或被改动过，没有恢复任何内容；请改用另一份备份。",
        "The backup is damaged or was changed; nothing was restored. Take another copy.",
    )
