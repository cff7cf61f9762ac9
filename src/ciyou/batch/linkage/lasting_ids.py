"""Whoever stood in an earlier linking keeps their id, whatever records they have gained or lost; an id is never given to somebody else."""

from __future__ import annotations

from ciyou.batch.engines.duckdb_store import Store
from ciyou.batch.linkage.people import SALT
from ciyou.batch.linkage.standing import Standing

MOST_TRIES = 20
_BY_NUMBER, _BY_NAME = 0.5, 0.25
"""What a number without a record, and the name of a child's relative, say beside one record: less than any."""


def carry_ids(store: Store, standing: Standing) -> None:
    """Give people of `person` the ids under which most of their records stood, each id to one of them; all others get one never used."""
    _vote(store, standing)
    store.create(
        "carried",
        """SELECT aid, pid FROM (
          SELECT *, row_number() OVER (PARTITION BY aid ORDER BY votes DESC, pid) AS mine, row_number() OVER (PARTITION BY pid ORDER BY votes DESC, aid DESC) AS its
          FROM (SELECT aid, pid, sum(votes) AS votes FROM vote GROUP BY aid, pid)) WHERE mine = 1 AND its = 1""",
    )
    store.create("used_id", f"SELECT DISTINCT pid FROM {standing.table('standing_people')}")
    store.create("newcomer", "SELECT aid, pid FROM person WHERE aid NOT IN (SELECT aid FROM carried)")
    for _ in range(MOST_TRIES):
        if not store.number("SELECT count(*) FROM newcomer WHERE pid IN (SELECT pid FROM used_id)"):
            break
        store.run(
            f"UPDATE newcomer SET pid = md5_number_lower('{SALT}' || 'again/' || pid) WHERE pid IN (SELECT pid FROM used_id)"
        )
    store.run(
        "UPDATE person SET pid = c.pid FROM (SELECT * FROM carried UNION ALL SELECT * FROM newcomer) c WHERE c.aid = person.aid",
    )
    store.drop("vote", "carried", "used_id", "newcomer")


def _vote(store: Store, standing: Standing) -> None:
    """`vote` (aid, pid, votes): how much of a person of now stood under an earlier id."""
    people = standing.table("standing_people")
    store.create(
        "vote",
        f"""SELECT p.aid, e.pid, count(*)::DOUBLE AS votes FROM recalled e JOIN placed p USING (rid) GROUP BY ALL
        UNION ALL SELECT q.aid, e.pid, {_BY_NUMBER} FROM {people} e JOIN person q ON q.aid = e.number
        UNION ALL SELECT q.aid, e.pid, {_BY_NAME} FROM {people} e JOIN person q ON q.name = e.name AND NOT q.own
          JOIN relation t ON t.other = q.aid JOIN placed p ON p.aid = t.child JOIN recalled c ON c.rid = p.rid AND c.pid = e.child
          WHERE e.child IS NOT NULL GROUP BY q.aid, e.pid""",
    )
