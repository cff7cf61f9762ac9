"""Which clusters are compared with which, where no plain rule joined them: many keys, and none that half a county shares."""

from __future__ import annotations

import datetime as dt

from borax.calendars.lunardate import LunarDate

from ciyou.batch.engines.duckdb_store import Store
from ciyou.batch.linkage.records import birth_of, sex_of

# A key that more clusters share than this tells nothing of one family or one child, and would compare everybody with everybody.
MOST_SHARING = 60
_GIVEN = "substr(reading, strpos(reading, ' ') + 1)"
_FIRST = "split_part(reading, ' ', 1)"

# Name of a key: the table it is read from, its parts, and what must hold. See `make_bearers` for the columns.
_KEYS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "reading_born": ("bearer_born", ("reading", "born"), "reading <> ''"),
    "given_born": ("bearer_born", (_GIVEN, "born", "county"), "strpos(reading, ' ') > 0"),
    "village_born": ("bearer_born", ("village", "town", "born"), "true"),
    "reading_village": ("bearer", ("reading", "county", "village"), "reading <> ''"),
    "reading_year": ("bearer_born", ("reading", "county", "year(born)"), "reading <> ''"),
    "phone": ("bearer", ("phone",), "true"),
    "number_end": ("bearer", ("substr(digits, 11, 7)", _FIRST), "true"),
    "number_start": ("bearer", ("substr(digits, 1, 14)",), "true"),
    "guardian_number": ("bearer_kin", ("gid",), "true"),
    "guardian_born": ("bearer_kin_born", ("kin_reading", "born"), "kin_reading <> ''"),
    "guardian_reading": ("bearer_kin", ("kin_reading", "reading"), "kin_reading <> '' AND reading <> ''"),
    "guardian_village": ("bearer_kin", ("kin_reading", "village", "town"), "kin_reading <> ''"),
}


def make_bearers(store: Store) -> None:
    """The records of every cluster as they are compared, and of every guardian whom a child's record names by number.

    bearer: aid, rid, roster ('' for a guardian who is only named), name, reading, unnamed, sex, born_stated, born_number, county, town,
    village, phone, digits (of the number, valid or not), mentioned. A cluster below 0 has no number of its own and seeks whom it belongs to.
    bearer_born: the same with `born`, once for each date there is (`lunar`: if it was meant in the farmers' calendar). bearer_kin: aid, rid, gid, kin_name, kin_reading; a number of
    somebody else in the person's own field is most often a parent's.
    """
    store.create(
        "bearer",
        f"""SELECT p.aid, r.rid, r.roster, r.name, r.reading, r.placeholder OR r.name = '' AS unnamed, r.sex, r.birth_date AS born_stated,
          CASE WHEN p.aid > 0 THEN {birth_of("p.aid")} WHEN r.rid IN (SELECT rid FROM doubted) THEN r.id_bd END AS born_number, left(r.division, 6) AS county, r.town, r.village, r.phone,
          CASE WHEN p.aid > 0 THEN printf('%017d', p.aid) WHEN regexp_full_match(r.id_text, '[0-9]{{16,17}}[0-9X]') THEN r.id_text END AS digits,
          false AS mentioned
        FROM placed p JOIN rec r USING (rid)
        UNION ALL
        SELECT g.gid, min(g.rid), '', g.name, g.reading, false, {sex_of("g.gid")}, NULL, {birth_of("g.gid")}, left(r.division, 6) AS county, r.town, r.village,
          r.phone, printf('%017d', g.gid), true
        FROM guardian g JOIN rec r USING (rid) WHERE g.gid IS NOT NULL GROUP BY ALL""",
    )
    _make_lunar(store)
    columns = "b.aid, b.rid, b.reading, b.county, b.town, b.village, b.mentioned"
    store.create(
        "bearer_born",
        f"""SELECT {columns}, b.born_stated AS born, false AS lunar FROM bearer b WHERE b.born_stated IS NOT NULL
        UNION ALL SELECT {columns}, b.born_number, false FROM bearer b
          WHERE b.born_number IS NOT NULL AND b.born_number IS DISTINCT FROM b.born_stated
        UNION ALL SELECT {columns}, l.solar, true FROM bearer b JOIN lunar l ON l.stated = b.born_stated WHERE b.aid < 0""",
    )
    store.create(
        "bearer_kin",
        """SELECT p.aid, r.rid, g.gid, g.name AS kin_name, g.reading AS kin_reading, r.reading, r.village, r.town
        FROM placed p JOIN rec r USING (rid) JOIN guardian g USING (rid)
        UNION ALL SELECT p.aid, r.rid, r.elder, '', '', r.reading, r.village, r.town FROM placed p JOIN rec r USING (rid) WHERE r.elder IS NOT NULL
        UNION ALL SELECT p.aid, r.rid, r.idn, '', '', r.reading, r.village, r.town FROM placed p JOIN rec r USING (rid)
          WHERE p.aid < 0 AND r.idn IS NOT NULL AND r.rid NOT IN (SELECT rid FROM doubted)
        UNION ALL SELECT p.aid, r.rid, NULL, r.unnamed_of, n.reading, '', r.village, r.town FROM placed p JOIN rec r USING (rid)
          JOIN (SELECT name, min(reading) AS reading FROM rec WHERE name IN (SELECT unnamed_of FROM rec) GROUP BY name) n ON n.name = r.unnamed_of""",
    )
    store.create(
        "bearer_kin_born",
        """SELECT k.aid, k.kin_reading, b.born FROM bearer_kin k JOIN bearer_born b USING (rid)
        WHERE NOT b.mentioned AND k.kin_reading IN (SELECT kin_reading FROM bearer_kin WHERE aid < 0)""",
    )


def _make_lunar(store: Store) -> None:
    """`lunar` (stated, solar): which day a stated date is if it was meant in the farmers' calendar."""
    store.empty("lunar", {"stated": "DATE", "solar": "DATE"})
    stated = store.rows("SELECT DISTINCT born_stated FROM bearer WHERE aid < 0 AND born_stated IS NOT NULL ORDER BY 1")
    store.append("lunar", [(day, solar) for (day,) in stated if (solar := solar_of(day)) is not None])


def solar_of(day: object) -> dt.date | None:
    """The solar date of year, month and day read as lunar ones; None where that calendar has no such day."""
    if not isinstance(day, dt.date):
        return None
    try:
        solar: dt.date = LunarDate(day.year, day.month, day.day).to_solar_date()
    except (ValueError, IndexError):
        return None
    return solar


def block(store: Store) -> None:
    """Make `weighed_pair` (sid, aid), clusters without a number (`sid`) beside whatever shares a key with them, and `bearer_count`."""
    store.empty("seeker_key", {"kind": "VARCHAR", "k": "UBIGINT", "sid": "BIGINT"})
    store.empty("bearer_key", {"kind": "VARCHAR", "k": "UBIGINT", "aid": "BIGINT"})
    for kind, (table, parts, condition) in _KEYS.items():
        where = " AND ".join((condition, *(f"{part} IS NOT NULL" for part in parts)))
        key = f"hash({', '.join(parts)})"
        store.run(
            f"""INSERT INTO seeker_key SELECT DISTINCT '{kind}', {key}, aid FROM {table} WHERE aid < 0 AND {where}""",
            f"""INSERT INTO bearer_key SELECT DISTINCT '{kind}', k, aid FROM (SELECT {key} AS k, aid FROM {table} WHERE {where})
            WHERE k IN (SELECT k FROM seeker_key WHERE kind = '{kind}')""",
        )
    store.create(
        "weighed_pair",
        f"""SELECT DISTINCT s.sid, b.aid FROM seeker_key s
        JOIN (SELECT kind, k FROM bearer_key GROUP BY kind, k HAVING count(*) <= {MOST_SHARING}) USING (kind, k)
        JOIN bearer_key b USING (kind, k) WHERE b.aid <> s.sid""",
    )
    store.drop("seeker_key", "bearer_key")
    store.create(
        "bearer_count",
        """SELECT reading, count(DISTINCT aid) AS people, (SELECT count(DISTINCT aid) FROM bearer) AS everybody FROM bearer
        WHERE reading IN (SELECT reading FROM bearer WHERE aid IN (SELECT sid FROM weighed_pair)) GROUP BY reading""",
    )
    _keep_the_near(store)


def _keep_the_near(store: Store) -> None:
    """Of the bearers only those that are compared with somebody: all passes are over them."""
    store.create("near", "SELECT sid AS aid FROM weighed_pair UNION SELECT aid FROM weighed_pair")
    for table in ("bearer", "bearer_born", "bearer_kin"):
        store.create(table, f"SELECT b.* FROM {table} b WHERE b.aid IN (SELECT aid FROM near)")
    store.drop("near", "bearer_kin_born")


def follow(store: Store) -> None:
    """What `joined` (sid, aid) made of clusters: their records move, and so do the pairs that are to be compared again."""
    for table in ("bearer", "bearer_born", "bearer_kin"):
        store.run(f"UPDATE {table} SET aid = j.aid FROM joined j WHERE j.sid = {table}.aid")
    store.create(
        "weighed_pair",
        """SELECT DISTINCT * FROM (
          SELECT coalesce(s.aid, p.sid) AS sid, coalesce(t.aid, p.aid) AS aid FROM weighed_pair p
          LEFT JOIN joined s ON s.sid = p.sid LEFT JOIN joined t ON t.sid = p.aid)
        WHERE sid < 0 AND sid <> aid""",
    )
