"""Pass 1: the same valid ID number and compatible names. Whoever else uses a number (a child under its mother's) is set apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from ciyou.batch.engines.duckdb_store import Store
from ciyou.batch.engines.workers import Workers
from ciyou.batch.linkage.names import APPEND_ROWS, batches, level_of, may_be_one
from ciyou.batch.linkage.records import birth_of
from ciyou.core.linkage.name_agreement import NameLevel

HUKOU = "police_hukou"
# A number beside more names than a family can explain is junk that happens to be valid: it is nobody's, and names that resemble each
# other in a chain must not make one person of a thousand.
MOST_NAMES = 20


def place_by_id(store: Store, workers: Workers) -> None:
    """Make `owner` and `placed` (rid, aid, rule, weight: records with a number of their own) and the first review pairs.

    owner: idn, name, owned: for numbers used under several names, which of them the number belongs to. The number itself names
    the cluster (aid).
    """
    workers.lend("rec", "mention")
    _collect_names(workers)
    store.empty("owner", {"idn": "BIGINT", "name": "VARCHAR", "owned": "BOOLEAN"})
    for batch in batches(_owners(store), APPEND_ROWS):
        store.append("owner", batch)
    workers.lend("owner")
    workers.create(
        "placed",
        f"""SELECT r.rid, r.idn AS aid, CASE WHEN r.name = '' THEN 'same_id_no_name' ELSE 'same_id_and_name' END AS rule,
        CASE WHEN r.name = '' THEN 90 ELSE 100 END AS weight
        FROM rec r LEFT JOIN owner o ON o.idn = r.idn AND o.name = r.name
        WHERE r.idn IS NOT NULL AND coalesce(o.owned, true)
          AND (r.name <> '' OR (NOT r.placeholder AND coalesce(r.birth_date = {birth_of("r.idn")}, true)))""",
    )
    workers.create(
        "guardian",
        """SELECT m.rid, m.slot, m.name, m.reading, CASE WHEN coalesce(o.owned, true) THEN m.idn END AS gid,
        m.idn IS NOT NULL AND NOT coalesce(o.owned, true) AS contested, m.idn
        FROM mention m LEFT JOIN owner o ON o.idn = m.idn AND o.name = m.name""",
    )
    workers.fetch("placed", "guardian")
    _note_contested(store)
    workers.drop("idname", "shared_number", "mention")


def _collect_names(workers: Workers) -> None:
    """`shared_number`: the names beside every number that stands beside more than one, and how often who uses it."""
    workers.create(
        "idname",
        f"""SELECT idn, name, min(reading) AS reading, sum(own) AS own, sum(hukou) AS hukou, sum(agrees) AS agrees, sum(named) AS named FROM (
          SELECT idn, name, reading, 1 AS own, CAST(roster = '{HUKOU}' AS INTEGER) AS hukou,
                 CAST(coalesce(birth_date = id_bd, false) AS INTEGER) AS agrees, 0 AS named
          FROM rec WHERE idn IS NOT NULL AND name <> ''
          UNION ALL SELECT idn, name, reading, 0, 0, 0, 1 FROM mention WHERE idn IS NOT NULL AND name <> '')
        GROUP BY idn, name""",
    )
    workers.create(
        "shared_number",
        "SELECT * FROM idname WHERE idn IN (SELECT idn FROM idname GROUP BY idn HAVING count(*) > 1)",
    )
    workers.fetch("shared_number")


def _owners(store: Store) -> Iterator[tuple[object, ...]]:
    """(idn, name, owned) for every number that stands beside more than one name."""
    query = "SELECT idn, name, reading, own, hukou, agrees, named FROM shared_number ORDER BY idn, name"
    for idn, rows in groupby(store.stream(query), key=lambda row: row[0]):
        uses = [_Use(*row[1:]) for row in rows]
        if len(uses) > MOST_NAMES:
            yield from ((idn, use.name, False) for use in uses)
            continue
        parts = parts_of(uses)
        best = owning_part(parts)
        for number, part in enumerate(parts):
            for use in part:
                yield idn, use.name, number == best


class _Use:
    """One name beside a number, and how often who uses it."""

    __slots__ = ("agrees", "name", "points", "reading")

    def __init__(
        self, name: object, reading: object, own: object, hukou: object, agrees: object, named: object
    ) -> None:
        self.name, self.reading, self.agrees = str(name), str(reading or ""), bool(agrees)
        # The household register checks numbers; a record that states the number's own date of birth is worth more than one
        # that does not; a guardian named by a child's record is one more witness.
        self.points = 3 * int(str(hukou)) + 2 * int(str(agrees)) + int(str(own)) + int(str(named))


def parts_of(uses: Iterable[_Use]) -> list[list[_Use]]:
    """The names beside one number, in groups of names that may be one person's.

    A shortened name may be short for several that are not each other's, a mother's and her child's: it goes to the one that has most to say.
    """
    parts: list[list[_Use]] = []
    for use in sorted(uses, key=lambda use: -len(use.name)):
        joined = [part for part in parts if any(_agree(use, other) for other in part)]
        if joined and all(
            _level(use, other) is NameLevel.TRUNCATED for part in joined for other in part if _agree(use, other)
        ):
            joined = [max(joined, key=_points)]
        parts = [part for part in parts if part not in joined]
        parts.append([other for part in joined for other in part] + [use])
    return parts


def _points(part: Iterable[_Use]) -> int:
    return sum(use.points for use in part)


def _level(one: _Use, other: _Use) -> NameLevel:
    return level_of(one.name, one.reading, other.name, other.reading)


def _agree(one: _Use, other: _Use) -> bool:
    return may_be_one(_level(one, other), born_as_id_says=one.agrees and other.agrees)


def owning_part(parts: list[list[_Use]]) -> int | None:
    """Which group of names the number belongs to; None when two have equal claims."""
    points = [_points(part) for part in parts]
    top = max(points)
    return points.index(top) if points.count(top) == 1 else None


def _note_contested(store: Store) -> None:
    """A record under somebody else's number, beside that person's first record. Junk numbers are counted, not queued (see guards)."""
    store.create(
        "review_pair",
        f"""SELECT r.rid AS rid_a, first(p.rid ORDER BY p.rid) AS rid_b, 40 AS rank, 'same_id_other_name' AS reason
        FROM rec r JOIN owner o ON o.idn = r.idn AND o.name = r.name AND NOT o.owned LEFT JOIN placed p ON p.aid = r.idn
        WHERE r.idn NOT IN (SELECT idn FROM owner GROUP BY idn HAVING count(*) > {MOST_NAMES}) GROUP BY r.rid""",
    )
