"""What departments are asked to correct after a linking, roster by roster."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import NamedTuple

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.run_folder import RUN_FILE
from ciyou.batch.screen import NATION
from ciyou.core.errors import Place, Problem, RunError


class Correction(NamedTuple):
    """One value of one record that the person's own number or the register denies, and where it stood in the file."""

    source_file: str
    source_row: int
    rec_id: str
    field: str
    stated: str
    believed: str
    basis: str


def corrections_of(folder: Path, *, again: bool = False) -> dict[str, list[Correction]]:
    """By roster, what a linking would have corrected; `again` includes what the linking before it asked. Raises RunError without one."""
    path = folder / "corrections.parquet"
    if not path.is_file():
        raise RunError(
            Problem(
                Place(folder.name),
                "run.no_corrections",
                "这个文件夹里没有人员识别结果；请给出 ciyou link 的输出文件夹。",
                "This folder holds no linking; give the output folder of `ciyou link`.",
            )
        )
    found: dict[str, list[Correction]] = {}
    with tempfile.TemporaryDirectory(prefix="ciyou-corrections-") as work, Store(Path(work)) as store:
        rows = store.rows(
            f"""SELECT roster, {", ".join(Correction._fields)} FROM read_parquet({quoted(str(path))}) WHERE ? OR NOT asked_before
            ORDER BY roster, source_file, source_row, rec_id, field""",
            [again],
        )
    for roster, *told in rows:
        found.setdefault(str(roster), []).append(Correction(*told))  # type: ignore[arg-type]
    return found


def place_of(folder: Path) -> str:
    """The place whose roster packs a linking read: as it was told, else the nation."""
    run = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
    return str(run["settings"].get("division") or NATION)
