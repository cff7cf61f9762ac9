"""By what a record is known again in another delivery: a hash of what it says about whom it is."""

from __future__ import annotations

from pathlib import Path

from ciyou.batch.engines.duckdb_store import Store, quoted

VERSION = "ciyou-record-1"
NUMBER = "coalesce(id_text, id_no)"
"""SQL: the number beside a name, also one that cannot be right."""
_SAID = ("name", "placeholder_of", "sex", NUMBER, "birth_date", "g1_name", "g1_id", "g2_name", "g2_id")
"""What is hashed besides the roster: who somebody is. Place, telephone and the department's own number change with deliveries."""
_BETWEEN = "chr(31)"
RECORD_KEY = f"sha256(concat_ws({_BETWEEN}, '{VERSION}', roster, {', '.join(f'coalesce(CAST({name} AS VARCHAR), chr(30))' for name in _SAID)}))"
"""SQL over a normalized roster: 64 hexadecimal digits, equal for rows of one roster that say the same about whom they are."""


def roster_files(store: Store) -> list[tuple[str, int, str]]:
    """The loaded rosters: code, the number of the first record, and the quoted path of the file."""
    rows = store.rows("SELECT roster, first_rid, path FROM roster_offset ORDER BY roster")
    return [(str(roster), int(str(first)), quoted(str(Path(str(path))))) for roster, first, path in rows]
