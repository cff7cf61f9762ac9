"""A screening's children where they are stored: what each is decided by, as one number and in full."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa

from ciyou.batch.engines.duckdb_store import Store
from ciyou.batch.facts.wide import ENTITIES, children_query, columns_about
from ciyou.batch.ranges import Range
from ciyou.core.facts.definition import Vocabulary


class StoredChildren:
    """The children of a work database that holds `kin` and the wide tables; makes `input` there (pid, fingerprint)."""

    def __init__(self, store: Store, vocabulary: Vocabulary) -> None:
        self._store = store
        self._vocabulary = vocabulary
        _make_inputs(store, vocabulary)

    def inputs(self, part: Range) -> pa.Table:
        """`pid` and a 64-bit `fingerprint` of all else that a child is decided by (facts, disputes, parents, division), by pid."""
        return self._store.arrow(f"SELECT pid, fingerprint FROM input WHERE {part.where('pid')} ORDER BY pid")

    def facts(self, part: Range, reading: Collection[str] | None = None) -> pa.Table:
        """The children of a range as `children_query` gives them; with no other columns of facts than these, where some are named."""
        return self._store.arrow(children_query(self._vocabulary, part.where("k.pid"), reading))

    def chosen(self, pids: pa.Array) -> pa.Table:
        """These children, wherever they are. The tables are gone through once for all of them."""
        self._store.empty("chosen_child", {"pid": "UBIGINT"})
        self._store.append_arrow("chosen_child", pa.table({"pid": pids}))
        return self._store.arrow(children_query(self._vocabulary, "k.pid IN (SELECT pid FROM chosen_child)"))


def _make_inputs(store: Store, vocabulary: Vocabulary) -> None:
    # People and households are hashed where they stand and only the numbers are brought together: to put every fact of a child
    # side by side costs more than to decide the few that were touched.
    for entity in ENTITIES:
        columns = ", ".join((*columns_about(vocabulary, entity), "clash"))
        store.create(f"print_{entity}", f"SELECT pid, hash({columns}) AS print FROM wide_{entity}")
    store.create(
        "input",
        """SELECT k.pid, hash(k.own_division, k.knows_father, k.knows_mother, k.father IS NULL, k.mother IS NULL,
          c.print, f.print, m.print, h1.print, h2.print, h3.print) AS fingerprint
        FROM kin k LEFT JOIN print_child c ON c.pid = k.pid
        LEFT JOIN print_parent f ON f.pid = k.father LEFT JOIN print_parent m ON m.pid = k.mother
        LEFT JOIN print_household h1 ON h1.pid = k.pid LEFT JOIN print_household h2 ON h2.pid = k.father
        LEFT JOIN print_household h3 ON h3.pid = k.mother ORDER BY k.pid""",
    )
    store.drop(*(f"print_{entity}" for entity in ENTITIES))
