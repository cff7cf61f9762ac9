"""The state folder of one installation: the database, the secret key, deliveries and their results."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def state_home() -> Path:
    """The state folder: CIYOU_HOME, or `.ciyou` in the user's own folder. It is made, readable by its owner only."""
    home = Path(os.environ.get("CIYOU_HOME") or Path.home() / ".ciyou").expanduser().absolute()
    home.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    return home


def private_folder(home: Path, name: str) -> Path:
    """A folder inside the state folder that only its owner can open; made when it is not there."""
    folder = home / name
    folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    return folder


def secret_key(home: Path) -> str:
    """The key that signs cookies: made on first use, kept in a file that only its owner can read."""
    path = home / "secret_key"
    try:
        # Exclusive creation: of two processes that start at once, one makes the key and the other reads it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    except FileExistsError:
        return _read_key(path)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key := secrets.token_urlsafe(64))
    return key


def _read_key(path: Path) -> str:
    key = path.read_text(encoding="ascii").strip()
    if not key:
        raise RuntimeError(f"The secret key file {path} is empty. Delete it and start again: a new key is made.")
    return key
