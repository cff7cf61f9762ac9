"""Which clusters are compared with which, where no plain rule joined them: many keys, and none that half a county shares."""

from __future__ import annotations

from ciyou.batch.engines.duckdb_store import Store
from ciyou.batch.engines.workers import Workers
from ciyou.batch.linkage.lunar import solar_of
from ciyou.batch.linkage.records import birth_of, sex_of

# A key that more clusters share than this tells nothing of one family or one child, and would compare everybody with everybody.
MOST_SHARING = 60
_FAMILY = "split_part(r.reading, ' ', 1)"
_GIVEN = "nullif(substr(r.reading, instr(r.reading, ' ') + 1), r.reading)"
_READING, _COUNTY, _KIN_READING = "nullif(r.reading, '')", "left(r.division, 6)", "nullif(k.kin_reading, '')"
_DIGITS = "regexp_full_match(r.id_text, '[0-9]{16,17}[0-9X]')"
# The last seven of 17 digits (day of birth and serial) and the first fourteen (place and date), of a number of one's own or a wrong one.
_END = f"CASE WHEN r.aid > 0 THEN r.aid % 10000000 WHEN {_DIGITS} THEN try_cast(substr(r.id_text, 11, 7) AS BIGINT) END"
_START = f"CASE WHEN r.aid > 0 THEN r.aid // 1000 WHEN {_DIGITS} THEN try_cast(substr(r.id_text, 1, 14) AS BIGINT) END"

_TOLD = ("bearer", "bearer_born", "bearer_kin")

# Name of a key and its parts. `r` is a record with its cluster and one of its dates, `k` beside it a guardian whom it names.
_OWN_KEYS: dict[str, tuple[str, ...]] = {
    "reading_born": (_READING, "r.born"),
    "given_born": (_GIVEN, "r.born", _COUNTY),
    "village_born": ("r.village", "r.town", "r.born"),
    "reading_village": (_READING, _COUNTY, "r.village"),
    "reading_year": (_READING, _COUNTY, "year(r.born)"),
    "phone": ("r.phone",),
    "number_end": (_END, _FAMILY),
    "number_start": (_START,),
}
_KIN_KEYS: dict[str, tuple[str, ...]] = {
    "guardian_number": ("k.gid",),
    "guardian_born": (_KIN_READING, "r.born"),
    "guardian_reading": (_KIN_READING, _READING),
    "guardian_village": (_KIN_READING, "r.village", "r.town"),
}
# Guardians named by a record; a number of somebody else in the person's own field is most often a parent's.
_KIN = """SELECT p.rid, g.gid, g.name AS kin_name, g.reading AS kin_reading FROM {of} p JOIN guardian g USING (rid)
    UNION ALL SELECT p.rid, r.elder, '', '' FROM {of} p JOIN rec r USING (rid) WHERE r.elder IS NOT NULL
    UNION ALL SELECT p.rid, r.idn, '', '' FROM {of} p JOIN rec r USING (rid)
      WHERE p.aid < 0 AND r.idn IS NOT NULL AND NOT EXISTS (SELECT 1 FROM doubted d WHERE d.rid = p.rid)
    UNION ALL SELECT p.rid, NULL, r.unnamed_of, n.reading FROM {of} p JOIN rec r USING (rid)
      JOIN (SELECT name, min(reading) AS reading FROM rec WHERE name IN (SELECT unnamed_of FROM rec) GROUP BY name) n ON n.name = r.unnamed_of"""
# A record with its cluster and a date; of a guardian who is only named, the first record that does so.
_DATED_RECORD = """(SELECT d.aid, d.born, r.reading, r.division, r.town, r.village, r.phone, r.id_text, r.rid FROM dated d JOIN rec r USING (rid)
    UNION ALL SELECT m.aid, m.born, m.reading, r.division, r.town, r.village, r.phone, NULL, NULL FROM mentioned m JOIN rec r USING (rid)) r"""


def block(store: Store, workers: Workers) -> None:
    """Make `weighed_pair` (sid, aid): clusters without a number (`sid`) beside whatever shares a key with them. And what weighing reads:

    bearer: aid, rid, roster ('' for a guardian who is only named), name, reading, unnamed, sex, county, town, village, phone, digits (of the
    number, valid or not), mentioned. bearer_born: aid, born, lunar (a date as it would be if meant in the farmers' calendar). bearer_kin: aid,
    gid, kin_name, kin_reading. All three hold only clusters that stand in a pair.
    """
    _make_lunar(store)
    workers.lend("lunar")
    _gather_dates(workers)
    _gather_mentioned(workers)
    for table, cluster in (("seeker_key", "sid"), ("bearer_key", "aid")):
        workers.create(table, f"SELECT '' AS kind, hash('') AS k, CAST(0 AS BIGINT) AS {cluster} WHERE false")
    _add_keys(workers, _OWN_KEYS, "{rows}")
    _add_keys(workers, _KIN_KEYS, f"{{rows}} JOIN ({_KIN.format(of='placed')}) k USING (rid)")
    workers.create(
        "weighed_pair",
        f"""SELECT DISTINCT s.sid, b.aid FROM seeker_key s
        JOIN (SELECT kind, k FROM bearer_key GROUP BY kind, k HAVING count(*) <= {MOST_SHARING}) USING (kind, k)
        JOIN bearer_key b USING (kind, k) WHERE b.aid <> s.sid""",
    )
    workers.drop("seeker_key", "bearer_key")
    _gather_near(workers)
    workers.fetch(*_TOLD)


def count_names(store: Store, workers: Workers) -> None:
    """`bearer_count` (reading, people, everybody): how many bear each reading, among how many to the nearest quarter of a doubling.

    Rounded, so that no name's rarity changes with everybody who comes.
    """
    workers.create(
        "bearing", "SELECT reading, count(DISTINCT aid) AS people FROM placed JOIN rec USING (rid) GROUP BY reading"
    )
    workers.fetch("bearing")
    everybody = "SELECT pow(2, round(4 * log2(count(DISTINCT aid))) / 4) FROM placed"
    store.create("bearer_count", f"SELECT *, CAST(round(({everybody})) AS BIGINT) AS everybody FROM bearing")
    workers.drop("bearing")


def _gather_dates(workers: Workers) -> None:
    """`dated` (aid, rid, born, lunar): the stated date of every record, the number's where it is another, and the lunar reading of a seeker's."""
    workers.create(
        "dated",
        f"""WITH given AS (SELECT p.aid, p.rid, r.birth_date AS stated,
            CASE WHEN p.aid > 0 THEN {birth_of("p.aid")} WHEN d.rid IS NOT NULL THEN r.id_bd END AS numbered
          FROM placed p JOIN rec r USING (rid) LEFT JOIN doubted d USING (rid))
        SELECT aid, rid, stated AS born, false AS lunar FROM given
        UNION ALL SELECT aid, rid, numbered, false FROM given WHERE numbered IS NOT NULL AND numbered IS DISTINCT FROM stated
        UNION ALL SELECT aid, rid, solar, true FROM given JOIN lunar USING (stated) WHERE aid < 0""",
    )


def _gather_mentioned(workers: Workers) -> None:
    """`mentioned` (aid, rid, name, reading, born): guardians named by number who stand in no roster themselves."""
    workers.create(
        "mentioned",
        f"""SELECT g.gid AS aid, min(g.rid) AS rid, g.name, g.reading, {birth_of("g.gid")} AS born FROM guardian g
        WHERE g.gid IS NOT NULL AND NOT EXISTS (SELECT 1 FROM placed p WHERE p.aid = g.gid) GROUP BY g.gid, g.name, g.reading""",
    )


def _add_keys(workers: Workers, keys: dict[str, tuple[str, ...]], source: str) -> None:
    """Add to `seeker_key` all keys of seekers, to `bearer_key` those of them that anybody has."""
    columns = ", ".join(f"{_key(parts)} AS {kind}" for kind, parts in keys.items())
    workers.create("key_row", f"SELECT r.aid, {columns} FROM " + source.format(rows=_DATED_RECORD))
    one_a_row = f"key_row UNPIVOT (k FOR kind IN ({', '.join(keys)}))"
    workers.add("seeker_key", f"SELECT DISTINCT kind, k, aid FROM {one_a_row} WHERE aid IN (SELECT aid FROM seeking)")
    workers.add(
        "bearer_key",
        f"SELECT DISTINCT kind, k, aid FROM {one_a_row} JOIN (SELECT DISTINCT kind, k FROM seeker_key) USING (kind, k)",
    )
    workers.drop("key_row")


def _key(parts: tuple[str, ...]) -> str:
    whole = " AND ".join(f"{part} IS NOT NULL" for part in parts)
    return f"CASE WHEN {whole} THEN hash({', '.join(parts)}) END"


def _gather_near(workers: Workers) -> None:
    """`bearer`, `bearer_born` and `bearer_kin` of the clusters that are compared with somebody, and how many share their readings."""
    workers.create("near", "SELECT sid AS aid FROM weighed_pair UNION SELECT aid FROM weighed_pair")
    workers.create("near_placed", "SELECT aid, rid FROM placed WHERE aid IN (SELECT aid FROM near)")
    workers.create(
        "bearer",
        f"""SELECT p.aid, r.rid, r.roster, r.name, r.reading, r.placeholder OR r.name = '' AS unnamed, r.sex, left(r.division, 6) AS county, r.town, r.village,
          r.phone, CASE WHEN p.aid > 0 THEN printf('%017d', p.aid) WHEN {_DIGITS} THEN r.id_text END AS digits, false AS mentioned
        FROM near_placed p JOIN rec r USING (rid)
        UNION ALL SELECT m.aid, m.rid, '', m.name, m.reading, false, {sex_of("m.aid")}, left(r.division, 6), r.town, r.village, r.phone,
          printf('%017d', m.aid), true FROM mentioned m JOIN rec r USING (rid) WHERE m.aid IN (SELECT aid FROM near)""",
    )
    workers.create(
        "bearer_born",
        """SELECT DISTINCT aid, born, lunar FROM dated WHERE born IS NOT NULL AND aid IN (SELECT aid FROM near)
        UNION SELECT aid, born, false FROM mentioned WHERE aid IN (SELECT aid FROM near)""",
    )
    workers.create(
        "bearer_kin",
        f"SELECT DISTINCT p.aid, k.gid, k.kin_name, k.kin_reading FROM near_placed p JOIN ({_KIN.format(of='near_placed')}) k USING (rid)",
    )
    workers.drop("near", "near_placed", "dated", "mentioned", "lunar")


def _make_lunar(store: Store) -> None:
    """`lunar` (stated, solar): which day a stated date is if it was meant in the farmers' calendar."""
    store.empty("lunar", {"stated": "DATE", "solar": "DATE"})
    stated = store.rows(
        "SELECT DISTINCT birth_date FROM rec JOIN placed USING (rid) WHERE aid < 0 AND birth_date IS NOT NULL ORDER BY 1"
    )
    store.append("lunar", [(day, solar) for (day,) in stated if (solar := solar_of(day)) is not None])


def follow(store: Store) -> None:
    """What `joined` (sid, aid) made of clusters: their records move, and the pairs that they stood in are to be weighed again."""
    for table in _TOLD:
        store.run(f"UPDATE {table} SET aid = j.aid FROM joined j WHERE j.sid = {table}.aid")
    store.create("regrouped", "SELECT sid AS aid FROM joined UNION SELECT aid FROM joined")
    touched = "sid IN (SELECT aid FROM regrouped) OR aid IN (SELECT aid FROM regrouped)"
    store.create(
        "weighed_pair",
        f"""SELECT DISTINCT * FROM (
          SELECT coalesce(s.aid, p.sid) AS sid, coalesce(t.aid, p.aid) AS aid FROM (SELECT sid, aid FROM weighed WHERE {touched}) p
          LEFT JOIN joined s ON s.sid = p.sid LEFT JOIN joined t ON t.sid = p.aid)
        WHERE sid < 0 AND sid <> aid""",
    )
    store.run(f"DELETE FROM weighed WHERE {touched}")
    store.drop("regrouped")
