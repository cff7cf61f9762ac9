"""How the families of leads are recognized and reached: ID numbers, telephones and an address, for loading them into the registry and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.linkage.people import person_id

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(aid: str) -> str:
    """SQL: the whole number of a cluster that was found by it: it is called by the first 17 digits, from which the 18th follows (GB 11643)."""
    digits = f"printf('%017d', {aid})"
    total = " + ".join(f"{weight} * substr({digits}, {place}, 1)::INTEGER" for place, weight in enumerate(_WEIGHTS, 1))
    return f"{digits} || substr('10X98765432', ({total}) % 11 + 1, 1)"


_REACHED_BY = ("phone", "address")
_REGISTRATION = "police_hukou"
# Departments write the same place in many ways; the register's way stands, else that of the first roster in order.
_ONE_ADDRESS = f"""DELETE FROM identifier WHERE kind = 'address' AND (aid, roster, value) NOT IN (
    SELECT aid, first(roster ORDER BY roster <> '{_REGISTRATION}', roster, value), first(value ORDER BY roster <> '{_REGISTRATION}', roster, value)
    FROM identifier WHERE kind = 'address' GROUP BY aid)"""


def make_identifiers(store: Store, *, adverse: Sequence[str]) -> None:
    """Make `identifier` (aid, kind, value, roster) for the children of `child_lead` and whoever is related to them.

    Telephones and addresses come from rosters that do not speak of misfortune only: a list of prisoners says nothing of where a
    family is reached. Of a person's addresses one is kept.
    """
    store.create(
        "reached",
        """SELECT DISTINCT aid FROM (
          SELECT c.aid FROM child_lead l JOIN person c USING (pid)
          UNION ALL SELECT r.other FROM child_lead l JOIN person c USING (pid) JOIN relation r ON r.child = c.aid)""",
    )
    store.create(
        "identifier",
        f"SELECT aid, 'id_card' AS kind, {id_number('aid')} AS value, 'derived' AS roster FROM reached WHERE aid > 0",
    )
    for roster, offset, path in store.rows("SELECT roster, first_rid, path FROM roster_offset ORDER BY roster"):
        columns = store.parquet_columns(Path(str(path)))
        for kind in _REACHED_BY if roster not in adverse else ():
            if kind in columns:
                store.run(
                    f"""INSERT INTO identifier SELECT DISTINCT p.aid, '{kind}', n.{kind}, {quoted(str(roster))}
                    FROM read_parquet({quoted(str(path))}, file_row_number = true) n
                    JOIN placed p ON p.rid = {offset} + n.file_row_number JOIN reached USING (aid) WHERE n.{kind} <> ''"""
                )
    store.run(_ONE_ADDRESS)
    store.drop("reached")


IDENTIFIERS_QUERY = f"""SELECT {person_id("q.pid")} AS person_id, i.kind, i.value, i.roster FROM identifier i JOIN person q USING (aid)
    ORDER BY ALL"""
"""SQL of the table `identifiers` in its final order."""
