"""Pairs of clusters compared in bits: name, birth date, sex, number, guardians, telephone and place."""

from __future__ import annotations

from ciyou.batch.engines.duckdb_store import Store
from ciyou.batch.engines.workers import Workers
from ciyou.batch.linkage.names import judge_names_there
from ciyou.batch.linkage.records import sex_of
from ciyou.batch.linkage.weights import amount, linkage_weights, tenths
from ciyou.core.linkage.name_agreement import NameLevel
from ciyou.core.linkage.weighing import NAME_LEVELS
from ciyou.core.linkage.weights import BY_RARITY

ONE_OF_FOUR = NAME_LEVELS[NameLevel.ONE_OF_FOUR_DIFFERS]
MISSING = NAME_LEVELS[NameLevel.MISSING]
EXACT = NAME_LEVELS[NameLevel.EXACT]
_BY_RARITY = {level: linkage_weights().less_for(level) for level in BY_RARITY}


def weigh_pairs(store: Store, workers: Workers) -> None:
    """Add to `weighed` (sid, aid, bits and each comparison's share in tenths, name_level, born_same, other_guardian) from `weighed_pair`."""
    workers.create("seeker", "SELECT * FROM bearer WHERE aid IN (SELECT sid FROM weighed_pair)")
    workers.create("sought", _SOUGHT)
    _weigh_names(store, workers)
    _weigh_births(workers)
    _weigh_rest(store, workers)
    _weigh_kin(store, workers)
    workers.create("newly_weighed", _WEIGHED)
    workers.fetch("newly_weighed")
    store.run(
        "CREATE TABLE IF NOT EXISTS weighed AS SELECT * FROM newly_weighed LIMIT 0",
        "INSERT INTO weighed SELECT * FROM newly_weighed",
    )
    made = ("seeker", "sought", "rarity", "judged_name", "by_name", "by_birth", "judged_kin", "by_kin", "number_slips")
    workers.drop(*made, "by_rest", "newly_weighed")


# A number of one's own says the sex, and its first 17 digits are the cluster's name.
_SOUGHT = f"""SELECT aid, roster, name, reading, unnamed, CASE WHEN aid > 0 THEN {sex_of("aid")} ELSE sex END AS sex, county, town, village, phone,
    CASE WHEN aid > 0 THEN printf('%017d', aid) END AS digits FROM bearer WHERE aid IN (SELECT aid FROM weighed_pair)"""


def _weigh_names(store: Store, workers: Workers) -> None:
    names = "SELECT DISTINCT aid, name, reading FROM {table} WHERE name <> ''"
    workers.create("seeker_name", names.format(table="seeker"))
    workers.create("sought_name", names.format(table="sought"))
    store.create("rarity", f"SELECT reading, {rarity('people', 'everybody')} AS tenths FROM bearer_count")
    workers.lend("rarity")
    judge_names_there(
        store,
        workers,
        """SELECT DISTINCT s.name AS name_a, s.reading AS reading_a, t.name AS name_b, t.reading AS reading_b
        FROM weighed_pair p JOIN seeker_name s ON s.aid = p.sid JOIN sought_name t ON t.aid = p.aid WHERE s.name <> t.name""",
        "judged_name",
        levels=NAME_LEVELS,
    )
    by_rarity = " ".join(f"WHEN {NAME_LEVELS[level]} THEN r.tenths + {less}" for level, less in _BY_RARITY.items())
    fixed = " ".join(
        f"WHEN {number} THEN {tenths('name', level.value)}"
        for level, number in NAME_LEVELS.items()
        if level not in _BY_RARITY
    )
    workers.create(
        "by_name",
        f"""SELECT sid, aid, max(tenths) AS name_tenths, max_by(level, tenths * 100 - level) AS name_level FROM (
          SELECT c.sid, c.aid, c.level, CASE c.level {by_rarity} {fixed} END AS tenths FROM (
            SELECT p.sid, p.aid, s.reading, CASE WHEN s.name IS NULL OR t.name IS NULL THEN {MISSING} WHEN s.name = t.name THEN {EXACT} ELSE j.level END AS level
            FROM weighed_pair p LEFT JOIN seeker_name s ON s.aid = p.sid LEFT JOIN sought_name t ON t.aid = p.aid
            LEFT JOIN judged_name j ON j.name_a = s.name AND j.name_b = t.name) c
          LEFT JOIN rarity r USING (reading)) GROUP BY sid, aid""",
    )
    workers.drop("seeker_name", "sought_name")


def rarity(people: str, everybody: str) -> str:
    """SQL: what an equal name weighs, in tenths, by how many bear its reading among how many (`Weights.rarity`)."""
    smoothing = amount("name", "smoothing_people")
    rarest, commonest = tenths("name", "rarest"), tenths("name", "commonest")
    return f"""greatest({commonest}, least({rarest}, CAST(round(10 * log2(({everybody} + {smoothing})
        / ({people} + {smoothing} * power(2, {-rarest / 10})))) AS INTEGER)))"""


def _weigh_births(workers: Workers) -> None:
    """The best agreement of any of the dates on both sides; a number's date is one of them."""
    a, b = "s.born", "t.born"
    levels = (
        ("same", f"{a} = {b} AND NOT s.lunar"),
        ("lunar", f"{a} = {b}"),
        ("swapped", f"NOT s.lunar AND year({a}) = year({b}) AND month({a}) = day({b}) AND day({a}) = month({b})"),
        ("first_of_january", f"NOT s.lunar AND year({a}) = year({b}) AND 101 IN (month({a}) * 100 + day({a}), month({b}) * 100 + day({b}))"),
        ("one_digit", f"NOT s.lunar AND {_digits_apart(f'month({a})', f'month({b})')} + {_digits_apart(f'day({a})', f'day({b})')} = 1 AND year({a}) = year({b})"),
        ("other_year", f"NOT s.lunar AND month({a}) = month({b}) AND day({a}) = day({b}) AND abs(year({a}) - year({b})) IN (1, 2, 10)"),
    )  # fmt: skip
    cases = " ".join(f"WHEN {condition} THEN {tenths('born', level)}" for level, condition in levels)
    workers.create(
        "by_birth",
        f"""SELECT p.sid, p.aid, max(CASE {cases} ELSE {tenths("born", "different")} END) AS born_tenths FROM weighed_pair p
        JOIN bearer_born s ON s.aid = p.sid
        JOIN (SELECT * FROM bearer_born WHERE NOT lunar) t ON t.aid = p.aid GROUP BY p.sid, p.aid""",
    )


def _digits_apart(one: str, other: str) -> str:
    """SQL: in how many digits two numbers of two digits differ."""
    return f"CAST({one} // 10 <> {other} // 10 AS INTEGER) + CAST({one} % 10 <> {other} % 10 AS INTEGER)"


def _weigh_kin(store: Store, workers: Workers) -> None:
    """`by_kin`; names are judged only where neither a number nor a reading is shared and a name that resembles would tell."""
    workers.create(
        "kin_met",
        """SELECT p.sid, p.aid, s.gid AS gid_a, t.gid AS gid_b, s.kin_name AS name_a, t.kin_name AS name_b,
          s.kin_reading AS reading_a, t.kin_reading AS reading_b
        FROM weighed_pair p JOIN bearer_kin s ON s.aid = p.sid JOIN bearer_kin t ON t.aid = p.aid""",
    )
    workers.create(
        "kin_told",
        f"""SELECT sid, aid, bool_or(coalesce(gid_a = gid_b, false)) AS shared,
          bool_or(coalesce(gid_a <> gid_b AND {sex_of("gid_a")} = {sex_of("gid_b")}, false)) AND NOT shared AS other_guardian,
          count(DISTINCT reading_a) FILTER (WHERE reading_a <> '' AND reading_a = reading_b) AS same_names, bool_or(name_a <> '' AND name_b <> '') AS named
        FROM kin_met GROUP BY sid, aid""",
    )
    workers.create(
        "kin_open", f"SELECT m.* FROM kin_met m JOIN ({_HOPEFUL}) USING (sid, aid) WHERE name_a <> '' AND name_b <> ''"
    )
    judge_names_there(
        store,
        workers,
        "SELECT DISTINCT name_a, reading_a, name_b, reading_b FROM kin_open WHERE name_a <> name_b",
        "judged_kin",
        levels=NAME_LEVELS,
    )
    workers.create(
        "by_kin",
        f"""SELECT k.*, a.alike IS NOT NULL AS alike FROM kin_told k LEFT JOIN (
          SELECT DISTINCT m.sid, m.aid, true AS alike FROM kin_open m JOIN judged_kin USING (name_a, name_b) WHERE level <= {ONE_OF_FOUR}) a
        ON a.sid = k.sid AND a.aid = k.aid""",
    )
    workers.drop("kin_met", "kin_told", "kin_open")


def _weigh_rest(store: Store, workers: Workers) -> None:
    _count_slips(store, workers)
    place = (
        ("village_and_town", "s.village = t.village AND s.town = t.town AND coalesce(s.county = t.county, true)"),
        ("village", "s.village = t.village AND coalesce(s.county = t.county, true) AND (s.town IS NULL OR t.town IS NULL)"),
        ("town", "s.town = t.town AND s.county = t.county"),
        ("county", "s.county = t.county"),
        ("missing", "s.county IS NULL OR t.county IS NULL"),
    )  # fmt: skip
    places = " ".join(f"WHEN {condition} THEN {tenths('place', level)}" for level, condition in place)
    number = (
        ("missing", "s.digits IS NULL OR t.digits IS NULL"),
        ("rounded", "substr(s.digits, 1, 15) = substr(t.digits, 1, 15) AND s.digits LIKE '%000'"),
        ("one_slip", "n.slips <= 1"),
        ("two_slips", "n.slips = 2"),
    )
    numbers = " ".join(f"WHEN {condition} THEN {tenths('number', level)}" for level, condition in number)
    workers.create(
        "by_rest",
        f"""SELECT p.sid, p.aid, max(CASE {places} ELSE {tenths("place", "another_county")} END) AS place_tenths,
          max(CASE {numbers} ELSE {tenths("number", "another")} END) AS number_tenths,
          CASE WHEN bool_or(coalesce(s.phone = t.phone, false)) THEN {tenths("phone", "same")} ELSE 0 END AS phone_tenths,
          CASE WHEN bool_or(coalesce(s.sex = t.sex, false)) THEN {tenths("sex", "same")}
               WHEN bool_or(s.sex <> t.sex) THEN {tenths("sex", "different")} ELSE 0 END AS sex_tenths,
          bool_or(s.roster = t.roster) AS same_roster,
          bool_or(s.roster = t.roster AND s.roster IN ('police_hukou', 'health_births')) AS taken,
          bool_or(s.roster = t.roster AND s.roster = 'health_births' AND s.unnamed AND t.unnamed) AS taken_by_unnamed
        FROM weighed_pair p JOIN seeker s ON s.aid = p.sid JOIN sought t ON t.aid = p.aid
        LEFT JOIN number_slips n ON n.stated = substr(s.digits, 1, 17) AND n.own = t.digits GROUP BY p.sid, p.aid""",
    )


def _count_slips(store: Store, workers: Workers) -> None:
    """`number_slips` (stated, own, slips): by how many slips of the pen a number that is nobody's differs from a person's own."""
    workers.create(
        "number_met",
        """SELECT DISTINCT substr(s.digits, 1, 17) AS stated, t.digits AS own FROM weighed_pair p
        JOIN seeker s ON s.aid = p.sid JOIN sought t ON t.aid = p.aid WHERE s.digits IS NOT NULL AND t.digits IS NOT NULL""",
    )
    workers.fetch("number_met")
    store.create("number_slips", "SELECT stated, own, damerau_levenshtein(stated, own) AS slips FROM number_met")
    workers.lend("number_slips")
    workers.drop("number_met")


_HOPEFUL = f"""
SELECT sid, aid FROM kin_told JOIN by_name USING (sid, aid) JOIN by_rest USING (sid, aid) LEFT JOIN by_birth USING (sid, aid)
WHERE NOT shared AND same_names = 0 AND name_tenths + coalesce(born_tenths, 0) + sex_tenths + number_tenths + {tenths("prior")}
  + least({tenths("family_at_most")}, {tenths("guardian_names", "alike")} + phone_tenths + place_tenths) >= {tenths("ask_from")}"""
_KIN_TENTHS = f"""greatest(CASE WHEN k.shared THEN {tenths("guardian_number", "shared")} ELSE -1000 END,
    CASE WHEN k.same_names > 1 THEN {tenths("guardian_names", "both")} WHEN k.same_names = 1 THEN {tenths("guardian_names", "one")}
      WHEN k.alike THEN {tenths("guardian_names", "alike")} WHEN k.named THEN {tenths("guardian_names", "another")} ELSE 0 END)"""
_WEIGHED = f"""
SELECT *, name_tenths + born_tenths + sex_tenths + number_tenths + family_tenths + roster_tenths + {tenths("prior")} AS tenths FROM (
  SELECT p.sid, p.aid, n.name_tenths, n.name_level, coalesce(b.born_tenths, 0) AS born_tenths, coalesce(b.born_tenths = {tenths("born", "same")}, false) AS born_same,
    r.sex_tenths, r.number_tenths, least({tenths("family_at_most")}, coalesce(k.kin_tenths_told, 0) + r.phone_tenths + r.place_tenths) AS family_tenths,
    coalesce(k.kin_tenths_told, 0) AS kin_tenths, r.phone_tenths, r.place_tenths, CASE WHEN r.same_roster THEN {tenths("same_roster_twice")} ELSE 0 END AS roster_tenths, r.taken, r.taken_by_unnamed,
    coalesce(k.shared, false) AS shared, coalesce(k.other_guardian, false) AS other_guardian
  FROM weighed_pair p JOIN by_name n USING (sid, aid) LEFT JOIN by_birth b USING (sid, aid) JOIN by_rest r USING (sid, aid)
  LEFT JOIN (SELECT k.*, {_KIN_TENTHS} + CASE WHEN k.other_guardian THEN {tenths("guardian_number", "another")} ELSE 0 END AS kin_tenths_told FROM by_kin k) k USING (sid, aid))"""
