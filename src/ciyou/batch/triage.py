"""What one fact, or one roster, would settle over a whole screening: the counterpart of `core.rules.triage` as set operations."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.run_folder import read_run_file
from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.rules.book import RuleKind
from ciyou.core.rules.triage import Worth
from ciyou.packs import load_rule_titles, load_vocabulary
from ciyou.packs.roster_reach import facts_told_by

_MONTHS = {"month": 1, "year": 12, "once": 0}


def triage_run(folder: Path, *, division: str = "", rosters: bool = False) -> dict[str, Worth]:
    """By unknown (`father.dead`, `param.…`) or, with `rosters`, by roster: what it would settle of a run's children.

    `division`: only children of a place (2 to 12 digits). Class 5 rules and facts are in no number. Raises RunError when the
    folder holds no finished run, or an encrypted one.
    """
    read_run_file(folder)
    with tempfile.TemporaryDirectory(prefix="ciyou-triage-") as work, Store(Path(work)) as store:
        store.empty("told", {"key": "VARCHAR", "facts": "VARCHAR[]"})
        store.append_arrow("told", _told(division if len(division) >= _COUNTY else ""))
        store.empty("asked", {"rule": "VARCHAR", "is_category": "BOOLEAN", "months": "INTEGER"})
        store.append("asked", _rules())
        store.create("open", _open(folder / "decisions.parquet", division))
        rows = store.rows(_SUMS.format(keyed=_BY_ROSTER if rosters else _BY_FACT.format(restricted=_restricted())))
    return {str(key): Worth(*(int(str(number)) for number in numbers)) for key, *numbers in rows}


_COUNTY = 6


def _told(division: str) -> pa.Table:
    told: Mapping[str, frozenset[str]] = facts_told_by(division)
    return pa.table({"key": list(told), "facts": [sorted(facts) for facts in told.values()]})


def _rules() -> list[tuple[str, bool, int]]:
    titles = load_rule_titles().items()
    return [
        (code, title.kind is RuleKind.CATEGORY, _MONTHS[title.period])
        for code, title in titles
        if title.sensitivity < RESTRICTED
    ]


def _restricted() -> str:
    names = [
        f"{entity.value}.{fact.name}"
        for fact in load_vocabulary()
        if fact.sensitivity >= RESTRICTED
        for entity in fact.entities()
    ]
    return ", ".join(map(quoted, names)) or "''"


def _open(decisions: Path, division: str) -> str:
    """Every open rule of every child: whether a category is open, the money a month that is, and the unknowns that decide it."""
    inside = f"AND starts_with(division, {quoted(division)})" if division else ""
    return f"""SELECT person_id, deciding_facts AS deciding, is_category AND outcome = 'undetermined' AS category,
      CASE WHEN months = 0 OR amount_fen IS NOT NULL OR (floor_fen IS NULL AND ceiling_fen IS NULL) THEN 0
        WHEN ceiling_fen IS NULL THEN NULL ELSE greatest(0, ceiling_fen - coalesce(floor_fen, 0)) // months END AS span
    FROM read_parquet({quoted(str(decisions))}) JOIN asked USING (rule) WHERE len(deciding_facts) > 0 {inside}"""


_BY_FACT = """SELECT * FROM (SELECT person_id, category, span, unnest(deciding) AS key, len(deciding) = 1 AS alone FROM open)
    WHERE key NOT IN ({restricted})"""
_BY_ROSTER = """SELECT person_id, category, span, key, list_has_all(facts, deciding) AS alone
    FROM open JOIN told ON list_has_any(facts, deciding)"""
_SUMS = """
WITH keyed AS ({keyed}),
by_child AS (
  SELECT key, bool_or(alone) AS alone, count(*) FILTER (alone AND category) AS categories,
    coalesce(max(span) FILTER (alone), 0) AS fen, coalesce(bool_or(span IS NULL) FILTER (alone), false) AS unbounded,
    bool_or(NOT alone) AS shared, coalesce(max(span) FILTER (NOT alone), 0) AS shared_fen
  FROM keyed GROUP BY key, person_id)
SELECT key, count(*), count(*) FILTER (alone), sum(categories), sum(fen), count(*) FILTER (unbounded), count(*) FILTER (shared), sum(shared_fen)
FROM by_child GROUP BY key ORDER BY key"""
