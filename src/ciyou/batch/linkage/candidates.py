"""Pass 2: which cluster a record without a number of its own may belong to, and how strongly each candidate agrees."""

from __future__ import annotations

from ciyou.batch.engines.duckdb_store import Store
from ciyou.batch.engines.workers import Workers
from ciyou.batch.linkage.names import judge_names_there
from ciyou.batch.linkage.records import birth_of, sex_of

# A pair (rid, aid) comes to be compared through one of four keys. `loose` holds the records to place; `target` what they may join:
#   loose:  rid, roster, name, reading, placeholder, sex, birth_date, county, town, village
#   target: aid, rid, roster, name, reading, sex, birth_date, id_bd, county, town, village
_KEYS = (
    "SELECT l.rid, t.aid FROM loose l JOIN target t ON t.reading = l.reading AND t.birth_date = l.birth_date WHERE l.reading <> ''",
    "SELECT l.rid, t.aid FROM loose l JOIN target t ON t.reading = l.reading AND t.id_bd = l.birth_date WHERE l.reading <> ''",
    """SELECT l.rid, t.aid FROM loose l JOIN guardian g ON g.rid = l.rid AND g.gid IS NOT NULL
       JOIN (SELECT t.aid, t.birth_date, t.id_bd, g.gid FROM target t JOIN guardian g ON g.rid = t.rid AND g.gid IS NOT NULL) t
         ON t.gid = g.gid AND (t.birth_date = l.birth_date OR t.id_bd = l.birth_date)""",
    """SELECT l.rid, t.aid FROM loose l JOIN guardian g ON g.rid = l.rid AND g.reading <> ''
       JOIN (SELECT t.aid, coalesce(t.id_bd, t.birth_date) AS born, g.reading FROM target t JOIN guardian g ON g.rid = t.rid
             WHERE g.reading <> '') t
         ON t.reading = g.reading AND t.born = l.birth_date""",
)
# A guardian named by several children is an adult with a name, a number and so a date of birth, with or without a record.
_MENTIONED = f"""SELECT l.rid, m.gid AS aid FROM loose l JOIN (SELECT DISTINCT reading, gid FROM guardian WHERE gid IS NOT NULL) m
    ON m.reading = l.reading AND {birth_of("m.gid")} = l.birth_date WHERE l.reading <> ''"""

LINK, REVIEW = "link", "review"


def compare_candidates(store: Store, workers: Workers, *, with_mentioned: bool) -> None:
    """Make `candidate` (rid, aid, rule, weight, level, rival): every pair that agrees enough to be linked or looked at.

    Rule '' is review only; a rival is no candidate itself, but an unnamed newborn may be this one's as well as another's (twins).
    """
    keys = (*_KEYS, _MENTIONED) if with_mentioned else _KEYS
    workers.create("pair", "SELECT DISTINCT rid, aid FROM (" + " UNION ALL ".join(keys) + ") WHERE aid <> -rid")
    _compare_names(store, workers)
    _compare_guardians(workers)
    _compare_places(workers)
    workers.create("candidate", _CANDIDATE)
    workers.fetch("candidate")
    workers.drop("pair", "pair_name", "pair_guardian", "pair_place", "near_name", "named")


def _compare_names(store: Store, workers: Workers) -> None:
    workers.create(
        "named",
        """SELECT DISTINCT aid, name, reading FROM (
          SELECT t.aid, t.name, t.reading FROM target t WHERE t.aid IN (SELECT aid FROM pair)
          UNION ALL SELECT g.gid, g.name, g.reading FROM guardian g WHERE g.gid IN (SELECT aid FROM pair))
        WHERE name <> ''""",
    )
    pairs = """SELECT DISTINCT l.name AS name_a, l.reading AS reading_a, n.name AS name_b, n.reading AS reading_b
        FROM pair p JOIN loose l USING (rid) JOIN named n USING (aid) WHERE l.name <> '' AND l.name <> n.name"""
    judge_names_there(store, workers, pairs, "near_name")
    workers.create(
        "pair_name",
        """SELECT p.rid, p.aid, min(CASE WHEN l.name = '' OR n.name IS NULL THEN 6 WHEN l.name = n.name THEN 0
          ELSE coalesce(j.level, 5) END) AS level
        FROM pair p JOIN loose l USING (rid) LEFT JOIN named n USING (aid)
        LEFT JOIN near_name j ON j.name_a = l.name AND j.name_b = n.name GROUP BY p.rid, p.aid""",
    )


def _compare_guardians(workers: Workers) -> None:
    """Per pair: do they share a guardian's number or name, or name two different fathers or mothers by number?"""
    workers.create(
        "pair_guardian",
        f"""WITH theirs AS (SELECT DISTINCT t.aid, g.gid, g.reading FROM target t JOIN guardian g USING (rid)
                           WHERE t.aid IN (SELECT aid FROM pair)),
        met AS (SELECT p.rid, p.aid, g.gid AS gid_a, th.gid AS gid_b, g.reading AS reading_a, th.reading AS reading_b
                FROM pair p JOIN guardian g USING (rid) JOIN theirs th ON th.aid = p.aid)
        SELECT rid, aid, bool_or(coalesce(gid_a = gid_b, false)) AS same_id,
          bool_or(reading_a <> '' AND reading_a = reading_b) AS same_name,
          bool_or(coalesce(gid_a <> gid_b AND {sex_of("gid_a")} = {sex_of("gid_b")}, false)) AS other_id
        FROM met GROUP BY rid, aid""",
    )


def _compare_places(workers: Workers) -> None:
    workers.create(
        "pair_place",
        """SELECT p.rid, p.aid,
          bool_or(coalesce(l.village = t.village AND coalesce(l.county = t.county, true) AND (l.town = t.town OR l.town IS NULL OR t.town IS NULL), false)) AS same_village,
          bool_or(coalesce(l.county = t.county, true)) AS same_county,
          bool_or(coalesce(l.sex <> t.sex, false)) AS other_sex
        FROM pair p JOIN loose l USING (rid) JOIN target t USING (aid) GROUP BY p.rid, p.aid""",
    )


_CANDIDATE = f"""
WITH compared AS (
  SELECT p.rid, p.aid, n.level, l.placeholder OR l.name = '' AS unnamed, coalesce(g.same_id, false) AS same_id,
    coalesce(g.same_name, false) AS same_name,
    coalesce(g.other_id AND NOT g.same_id, false) AS other_guardian,
    coalesce(w.same_village, false) AS same_village, coalesce(w.same_county, true) AS same_county,
    CASE WHEN p.aid > 0 AND l.sex IS NOT NULL THEN l.sex <> {sex_of("p.aid")} ELSE coalesce(w.other_sex, false) END AS other_sex
  FROM pair p JOIN loose l USING (rid) JOIN pair_name n USING (rid, aid) LEFT JOIN pair_guardian g USING (rid, aid)
  LEFT JOIN pair_place w USING (rid, aid)),
ruled AS (SELECT *, CASE
    WHEN same_id AND level <= 3 THEN 'name_birth_guardian_id'
    WHEN other_guardian THEN ''
    WHEN same_name AND level <= 2 THEN 'name_birth_guardian_name'
    WHEN level <= 1 AND same_village AND NOT other_sex THEN 'name_birth_village'
    WHEN same_id AND unnamed AND NOT other_sex THEN 'birth_guardian_id'
    WHEN level = 0 AND same_county AND NOT other_sex THEN 'name_birth_county'
    WHEN unnamed AND same_name AND same_village AND NOT other_sex THEN 'birth_guardian_name_village'
    ELSE '' END AS rule FROM compared)
SELECT rid, aid, rule,
  rule IN ('', 'birth_guardian_name_village') AND unnamed AND same_name AND NOT other_guardian AND NOT other_sex AS rival,
  CASE rule WHEN 'name_birth_guardian_id' THEN 95 WHEN 'name_birth_guardian_name' THEN 85 WHEN 'name_birth_village' THEN 80
    WHEN 'birth_guardian_id' THEN 75 WHEN 'name_birth_county' THEN 65 WHEN 'birth_guardian_name_village' THEN 60
    ELSE 0 END AS weight,
  level
FROM ruled WHERE rule <> '' OR same_id OR level <= 1 OR (unnamed AND same_name)"""
