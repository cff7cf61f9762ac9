"""Uploaded rosters: streamed to disk under caps, and kept under harmless names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

from ciyou.core.errors import Place, Problem, RosterError

# Also tables that cannot be read, and the statement of coverage: whether they are of use is said where rosters are read.
ROSTER_SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".parquet", ".xls", ".et", ".ods", ".xlsb", ".yaml")
_UNSAFE = re.compile(r"[^\w.\-（）()]+")


@dataclass(frozen=True)
class IncomingFile:
    """One uploaded file: the name the sender gave it, and where its bytes lie now."""

    name: str
    path: Path


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Writes every part straight to disk, and stops an upload that grows beyond the caps of the settings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.delivery_bytes = 0
        self.file_bytes = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
        self.file_bytes = 0
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file_bytes += len(raw_data)
        self.delivery_bytes += len(raw_data)
        if self.file_bytes > settings.MAX_FILE_BYTES or self.delivery_bytes > settings.MAX_DELIVERY_BYTES:
            self.request.META["ciyou.upload_too_large"] = True
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


def incoming_files(uploaded: Iterable[TemporaryUploadedFile]) -> tuple[IncomingFile, ...]:
    """The files of an upload that have content or a name."""
    return tuple(IncomingFile(file.name or "", Path(file.temporary_file_path())) for file in uploaded)


def check_delivery(files: tuple[IncomingFile, ...], *, too_large: bool) -> tuple[IncomingFile, ...]:
    """The files that can be rosters; raises RosterError with everything that is wrong with the delivery."""
    rosters = tuple(file for file in files if Path(file.name).suffix.lower() in ROSTER_SUFFIXES)
    if too_large:
        raise RosterError(_too_large())
    if not rosters:
        raise RosterError(_no_roster())
    doubled = {file.name for file in rosters if sum(other.name == file.name for other in rosters) > 1}
    if doubled:
        raise RosterError([_twice(safe_name(name)) for name in sorted(doubled)])
    return rosters


def keep_files(files: Iterable[IncomingFile], folder: Path) -> tuple[str, ...]:
    """Move the files into a new folder that only its owner can read; returns the names they got."""
    folder.mkdir(mode=0o700, parents=True)
    names = []
    for file in files:
        name = safe_name(file.name)
        target = folder / name
        file.path.replace(target)
        target.chmod(0o600)
        names.append(name)
    return tuple(names)


def safe_name(name: str) -> str:
    """A file name without folders, control characters or leading dots, at most 80 characters, its suffix kept."""
    base = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    cleaned = _UNSAFE.sub("_", base).lstrip("._") or "roster"
    suffix = Path(cleaned).suffix[:10]
    return cleaned[: 80 - len(suffix)].removesuffix(suffix) + suffix


def _too_large() -> Problem:
    limit = settings.MAX_DELIVERY_BYTES // 1024**3
    return Problem(
        Place(),
        "upload.too_large",
        f"一次上传的文件总量超过 {limit} GB 上限。请分开上传，或在本机用命令 ciyou screen 直接筛查该文件夹。",
        f"The upload is larger than the {limit} GB limit. Upload it in parts, or screen the folder on this machine with `ciyou screen`.",
    )


def _no_roster() -> Problem:
    return Problem(
        Place(),
        "upload.no_roster",
        "没有收到名册文件。请选择含有 CSV、XLSX 或 Parquet 文件的文件夹。",
        "No roster was received. Choose a folder that holds CSV, XLSX or Parquet files.",
    )


def _twice(name: str) -> Problem:
    return Problem(
        Place(name),
        "upload.same_name",
        "这一文件名出现了两次。请改名后重新上传，以免一份名册盖掉另一份。",
        "This file name was received twice. Rename one and upload again, so that neither roster replaces the other.",
    )
