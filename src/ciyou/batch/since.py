"""Whether an earlier run's answers may stand for children that nothing has touched since; if not, why, and what to do."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ciyou.batch.decisions.silence import Presumption
from ciyou.batch.engines.duckdb_store import FINGERPRINTS
from ciyou.batch.engines.earlier_run import EarlierRun
from ciyou.batch.facts.roster_facts import json_of
from ciyou.batch.run_folder import read_run_file
from ciyou.core.errors import Place, Problem, RunError
from ciyou.packs import pack_version


def basis_of(presumptions: Sequence[Presumption]) -> dict[str, str]:
    """What a run must have in common with the next for its answers to stand: how inputs are told apart, and what silence says."""
    said = [
        [one.entity, one.fact, json_of(one.value), one.source, one.needs_parent]
        for one in sorted(presumptions, key=lambda one: (one.entity, one.fact))
    ]
    return {"fingerprints": FINGERPRINTS, "silence": hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]}


def check_since(folder: Path) -> Mapping[str, Any]:
    """The run file of an earlier run that can be gone on from; raises RunError where everybody would have to be decided anew."""
    run = read_run_file(folder)
    if run.get("pack_version") != pack_version():
        raise RunError(
            Problem(
                Place(folder.name),
                "run.since_law",
                "上次筛查用的是另一版本的规则包，人人都要重新判定；请不带 --since 完整筛查一次。",
                "The earlier run was made with other packs, so everybody has to be decided anew; run once in full, without --since.",
            )
        )
    if run.get("basis", {}).get("fingerprints") != FINGERPRINTS or not (folder / "inputs.parquet").is_file():
        raise RunError(
            Problem(
                Place(folder.name),
                "run.since_inputs",
                "上次筛查没有留下可以比对的输入（版本较旧，或软件库已升级）；请不带 --since 完整筛查一次。",
                "The earlier run left no inputs that can be compared (it is of an older version, or a library was upgraded); "
                "run once in full, without --since.",
            )
        )
    return run


def open_earlier(folder: Path, presumptions: Sequence[Presumption]) -> EarlierRun:
    """The earlier run, if silence still says what it said then; raises RunError."""
    run = check_since(folder)
    if run["basis"] != basis_of(presumptions):
        raise RunError(
            Problem(
                Place(folder.name),
                "run.since_rosters",
                "这次交来的完整名册与上次不同，名册未载即推定的内容变了，人人都要重新判定；请不带 --since 完整筛查一次。",
                "Other complete rosters were delivered than for the earlier run, so that silence says something else of everybody; "
                "run once in full, without --since.",
            )
        )
    return EarlierRun(folder, dt.date.fromisoformat(run["as_of"]))
