"""The output folder of a run: private, locked while in use, and holding either a whole run or nothing of it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ciyou.core.errors import Place, Problem, RunError

RUN_FILE = "run.json"
FORMAT = "ciyou-run/1"
LINK_FORMAT = "ciyou-link/1"
LOCK_FILE = ".lock"
WORK_FOLDER = ".work"
READY_FOLDER = ".ready"
"""Holds a whole new run while it is put in place: whoever finds it first puts the rest in place."""
_LISTED = "files.json"
TABLES = (
    "people",
    "links",
    "relations",
    "review",
    "pairs",
    "rejected",
    "facts",
    "decisions",
    "leads",
    "differences",
    "identifiers",
    "inputs",
    "hints",
    "changes",
    "corrections",
    "standing_judged",
    "standing_people",
)


_STANDING = "standing_"
ROSTER_FILES = f"{_STANDING}roster_"
"""Beside its tables, a linking keeps its rosters in files that are called so."""


@dataclass(frozen=True)
class RunFolder:
    """An output folder that this process holds. `work` is for what is thrown away, `final` for what will be published."""

    out: Path

    @property
    def work(self) -> Path:
        return self.out / WORK_FOLDER

    @property
    def final(self) -> Path:
        return self.work / "final"

    def publish(self, run: Mapping[str, object]) -> None:
        """Put the finished run in place. Killed at any moment, the folder holds the run before, or this one, which `finish_publishing` finishes."""
        made = self.final / RUN_FILE
        made.write_text(json.dumps(run, ensure_ascii=False, indent=2, sort_keys=False) + "\n", encoding="utf-8")
        names = sorted(path.name for path in self.final.iterdir() if _is_own(path.name))
        (self.final / _LISTED).write_text(json.dumps(names), encoding="ascii")
        self.final.rename(self.out / READY_FOLDER)
        _put_in_place(self.out)


def finish_publishing(out: Path) -> None:
    """Put in place what a run had finished when it was killed. Raises RunError while another process uses the folder."""
    if not (out / READY_FOLDER).is_dir():
        return
    with (out / LOCK_FILE).open("a+", encoding="ascii") as lock:
        _lock(lock.fileno(), out)
        _put_in_place(out)
        (out / LOCK_FILE).unlink(missing_ok=True)


def _put_in_place(out: Path) -> None:
    """Move a whole run out of its folder of readiness: its run file last, and before all else what it does not hold goes."""
    ready = out / READY_FOLDER
    if (ready / RUN_FILE).is_file():
        names = json.loads((ready / _LISTED).read_text(encoding="ascii"))
        (out / RUN_FILE).unlink(missing_ok=True)
        for path in out.iterdir():
            if _is_own(path.name) and path.name not in names:
                path.unlink()
        for name in (*names, RUN_FILE):
            if (ready / name).exists():
                (ready / name).chmod(0o600)
                (ready / name).replace(out / name)
    shutil.rmtree(ready, ignore_errors=True)


@contextmanager
def open_run_folder(out: Path) -> Iterator[RunFolder]:
    """Hold an output folder for one run; leftovers of a run that was killed are cleared. Raises RunError when it is not ours."""
    _check_ours(out)
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    out.chmod(0o700)
    with (out / LOCK_FILE).open("a+", encoding="ascii") as lock:
        _lock(lock.fileno(), out)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        folder = RunFolder(out)
        _put_in_place(out)
        shutil.rmtree(folder.work, ignore_errors=True)
        folder.final.mkdir(parents=True, mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder.work, ignore_errors=True)
            (out / LOCK_FILE).unlink(missing_ok=True)


def read_run_file(folder: Path) -> dict[str, Any]:
    """`run.json` of an output folder; raises RunError when the folder holds no finished run, or an encrypted one."""
    finish_publishing(folder)
    path = folder / RUN_FILE
    if not path.is_file():
        raise RunError(
            Problem(
                Place(folder.name),
                "run.none",
                "这个文件夹里没有筛查结果（缺少 run.json）；请给出 ciyou screen 的输出文件夹。",
                "This folder holds no screening (there is no run.json); give the output folder of `ciyou screen`.",
            )
        )
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if found.get("format") == LINK_FORMAT:
        raise RunError(
            Problem(
                Place(folder.name),
                "run.linked_only",
                "这个文件夹里只有人员识别结果（ciyou link），没有判定；请先运行 ciyou screen。",
                "This folder holds a linking (`ciyou link`), which decides nothing; run `ciyou screen` on the rosters.",
            )
        )
    if found.get("settings", {}).get("encrypted") and not (folder / "leads.parquet").exists():
        raise RunError(
            Problem(
                Place(folder.name),
                "run.encrypted",
                "这次筛查的结果是加密的；请先用 ciyou decrypt 解密到另一个文件夹（连同 run.json）。",
                "The results of this screening are encrypted; decrypt them to another folder with `ciyou decrypt` first (with run.json).",
            )
        )
    return found


def refuse_screening(out: Path) -> None:
    """Raises RunError when a folder holds a screening: a linking in its place would take its decisions away."""
    path = out / RUN_FILE
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")).get("format") != LINK_FORMAT:
        raise RunError(
            Problem(
                Place(out.name),
                "run.holds_screening",
                "输出文件夹里是一次筛查的结果；为避免丢失判定，请为人员识别换一个文件夹。",
                "The output folder holds a screening; give another folder for the linking, so that its decisions are not lost.",
            )
        )


def _check_ours(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise RunError(
            Problem(
                Place(out.name),
                "run.not_a_folder",
                "输出位置是一个文件；请换一个文件夹。",
                "The output is a file; give a folder.",
            )
        )
    names = {path.name for path in out.iterdir()} - {LOCK_FILE, WORK_FOLDER, READY_FOLDER}
    foreign = {name for name in names if not _is_own(name)}
    if names and RUN_FILE not in names and foreign:
        raise RunError(
            Problem(
                Place(out.name),
                "run.foreign_folder",
                "输出文件夹里有其他文件，且不是以前的筛查结果；为避免覆盖，请换一个空文件夹。",
                "The output folder holds other files and is not an earlier run; nothing is overwritten: give an empty folder.",
            )
        )


def _is_own(name: str) -> bool:
    """Whether a file is a table of a run. The run file is not: it comes and goes by itself."""
    table = name.removesuffix(".enc").removesuffix(".parquet")
    return table != name and (table in TABLES or table.startswith(_STANDING))


def _lock(descriptor: int, out: Path) -> None:
    try:
        # The system drops this lock when the process ends, however it ends: a killed run never blocks the next one.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise RunError(
            Problem(
                Place(out.name),
                "run.locked",
                "另一个筛查正在使用这个输出文件夹；请等它结束，或换一个文件夹。",
                "Another run is using this output folder; wait for it to end or give another folder.",
            )
        ) from error
