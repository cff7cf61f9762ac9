"""What must never make a giant cluster: a number that many names stand beside, and what the run says of it."""

from __future__ import annotations

from ciyou.batch.engines.duckdb_store import Store
from ciyou.batch.linkage.anchors import MOST_NAMES


def guard_counts(store: Store) -> dict[str, int]:
    """Counts for the run file, never a number itself: who shares an ID number with too many, and how large clusters are.

    id_numbers_of_many, records_under_them: numbers beside more than MOST_NAMES names, nobody's then, and the records that bear
    them, which stay records and are linked by everything but the number. largest_cluster: records of the person with most.
    """
    many = f"SELECT idn FROM owner GROUP BY idn HAVING count(*) > {MOST_NAMES}"
    return {
        "id_numbers_of_many": store.number(f"SELECT count(*) FROM ({many})"),
        "records_under_them": store.number(f"SELECT count(*) FROM rec WHERE idn IN ({many})"),
        "largest_cluster": store.number(
            "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM placed GROUP BY aid)"
        ),
    }
