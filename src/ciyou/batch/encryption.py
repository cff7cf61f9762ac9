"""Result tables encrypted for transport, each as a stream of the vault (`ciyou.vault.streams`) that bears the table's name."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ciyou.core.errors import Place, Problem, RunError, VaultError
from ciyou.vault.streams import CHUNK_BYTES, EncryptingWriter, decrypted_chunks

ENDING = ".enc"
_KEY_BYTES = 32


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
        with (
            path.open("rb") as source,
            path.with_name(path.name + ENDING).open("wb") as target,
            EncryptingWriter(target, key, name=path.name) as writer,
        ):
            shutil.copyfileobj(source, writer, CHUNK_BYTES)
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
                target.writelines(decrypted_chunks(source, key, name=name))
            part.replace(out / name)
        except VaultError as error:
            part.unlink(missing_ok=True)
            raise _refusal(
                path,
                "key_wrong",
                "无法解密：密钥不对，或文件已被改动；请核对。",
                "It cannot be decrypted: the key is another one, or the file was changed.",
            ) from error
    return len(found)


def _refusal(path: Path, code: str, zh: str, en: str) -> RunError:
    return RunError(Problem(Place(path.name), f"run.{code}", zh, en))
