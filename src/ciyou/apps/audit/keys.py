"""The keyring of this installation."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from ciyou.core.errors import Place, Problem, VaultError
from ciyou.vault.keyring import Keyring, open_keyring, write_keyring

Change = Callable[[Keyring], Keyring]


def keyring() -> Keyring:
    """The keys of this installation, read once per process and again after the key file was replaced (rotation, restore)."""
    path = Path(settings.KEY_FILE)
    try:
        found = path.stat()
        stamp = (found.st_mtime_ns, found.st_ino)
    except FileNotFoundError:
        stamp = (0, 0)
    return _keyring(path, stamp)


def change_keyring(change: Change) -> Keyring:
    """Replace the key file by a changed one; every process takes up the new keys at its next use of them."""
    changed = change(keyring())
    write_keyring(changed, Path(settings.KEY_FILE), passphrase=settings.KEY_PASSPHRASE)
    return changed


@contextmanager
def keys_locked() -> Iterator[None]:
    """Only one command at a time changes keys; raises VaultError when another is at it."""
    path = Path(settings.KEY_FILE)
    with path.with_name(path.name + ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise VaultError(
                Problem(
                    Place(),
                    "vault.locked",
                    "另一个命令正在更换密钥；请等它结束后再运行。",
                    "Another command is changing keys; wait until it has ended, then run this again.",
                )
            ) from error
        yield


@lru_cache(maxsize=2)
def _keyring(path: Path, stamp: tuple[int, int]) -> Keyring:
    return open_keyring(path, passphrase=settings.KEY_PASSPHRASE)
