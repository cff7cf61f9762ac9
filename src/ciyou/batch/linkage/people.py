"""Clusters become people: a stable id drawn from content, and the best statement of name, sex, birth date and place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.linkage.anchors import HUKOU
from ciyou.batch.linkage.deterministic import BIRTHS
from ciyou.batch.linkage.records import birth_of, sex_of

SALT = "ciyou-person-1"
PEOPLE_PER_PART = 500_000
# Who is believed first about name, sex, birth date and place where there is no ID number to ask.
_TRUST = (HUKOU, BIRTHS, "insurance_enrolment", "education_school_roll", "civil_affairs_assistance")


def make_people(store: Store, *, as_of: dt.date, adverse: Sequence[str], child_rosters: Sequence[str]) -> None:
    """Make `person` (aid, pid, kind, name, sex, birth_date, division, own, adverse_only) for every cluster and every guardian.

    `adverse` are rosters that speak only of misfortune; who stands in no other and is nobody's guardian is of unknown kind.
    `child_rosters` list children only: they tell what a person without a birth date is.
    """
    _gather(store, adverse, child_rosters)
    _gather_guardians(store)
    # A join of everybody with everybody's guardians at once would not fit: it is done in parts that do not touch each other.
    parts = 1 + store.number("SELECT count(*) FROM gathered") // PEOPLE_PER_PART
    store.create("person", f"{_person_query(as_of, part=0, parts=parts)}")
    for part in range(1, parts):
        store.run(f"INSERT INTO person {_person_query(as_of, part=part, parts=parts)}")
    store.drop("gathered", "gathered_guardian")


def person_id(pid: str) -> str:
    """SQL: the public form of a person's number."""
    return f"'p' || printf('%016x', {pid})"


def _trust_rank() -> str:
    ranks = " ".join(f"WHEN {quoted(roster)} THEN {rank}" for rank, roster in enumerate(_TRUST))
    return f"CASE r.roster {ranks} ELSE {len(_TRUST)} END"


def _gather(store: Store, adverse: Sequence[str], child_rosters: Sequence[str]) -> None:
    # Rank and value packed into one whole number: the smallest is the most trusted statement, whatever the order of rows.
    listed = ", ".join(map(quoted, adverse)) or "''"
    children = ", ".join(map(quoted, child_rosters)) or "''"
    store.create(
        "gathered",
        f"""SELECT aid, min(roster || '/' || rec_id) AS first_rec, min(trust::VARCHAR || name) FILTER (name <> '') AS name,
          min(trust * 10 + CASE sex WHEN 'male' THEN 1 ELSE 2 END) FILTER (sex IS NOT NULL) % 10 AS sex,
          min(trust * 100000000 + year(birth_date) * 10000 + month(birth_date) * 100 + day(birth_date)) % 100000000 AS born,
          min(trust * 1000000000000 + try_cast(division AS BIGINT)) % 1000000000000 AS division,
          bool_and(roster IN ({listed})) AS adverse_only, bool_or(roster IN ({children}) OR coalesce(relation IN ('son', 'daughter', 'grandchild'), false)) AS child_like,
          bool_or(coalesce(relation IN ('head', 'spouse', 'parent'), false)) AS adult_like
        FROM (SELECT p.aid, r.*, ({_trust_rank()})::BIGINT AS trust FROM placed p JOIN rec r USING (rid)) GROUP BY aid""",
    )


def _gather_guardians(store: Store) -> None:
    store.create(
        "gathered_guardian",
        """SELECT g.gid AS aid, min(r.roster || '/' || r.rec_id || '/' || g.slot) AS first_rec, min(g.name) FILTER (g.name <> '') AS name,
          min(try_cast(r.division AS BIGINT)) AS division
        FROM guardian g JOIN rec r USING (rid) WHERE g.gid IS NOT NULL GROUP BY g.gid""",
    )


def _person_query(as_of: dt.date, *, part: int, parts: int) -> str:
    day = as_of.year * 10000 + as_of.month * 100 + as_of.day
    return f"""
    WITH joined AS (
      SELECT coalesce(c.aid, g.aid) AS aid, coalesce(c.first_rec, g.first_rec) AS first_rec, coalesce(substr(c.name, 2), g.name, '') AS name,
        c.aid IS NOT NULL AS own, g.aid IS NOT NULL AS named, coalesce(c.adverse_only, false) AS adverse_only,
        coalesce(c.child_like, false) AS child_like, coalesce(c.adult_like, false) AS adult_like,
        CASE WHEN coalesce(c.aid, g.aid) > 0 THEN {sex_of("coalesce(c.aid, g.aid)")} WHEN c.sex = 1 THEN 'male' WHEN c.sex = 2 THEN 'female' END AS sex,
        CASE WHEN coalesce(c.aid, g.aid) > 0 THEN {birth_of("coalesce(c.aid, g.aid)")}
             WHEN c.born IS NOT NULL THEN make_date((c.born // 10000)::INTEGER, (c.born // 100 % 100)::INTEGER, (c.born % 100)::INTEGER) END AS birth_date,
        lpad(coalesce(c.division, g.division)::VARCHAR, 12, '0') AS division
      FROM (SELECT * FROM gathered WHERE abs(aid) % {parts} = {part}) c
        FULL JOIN (SELECT * FROM gathered_guardian WHERE abs(aid) % {parts} = {part}) g USING (aid)),
    aged AS (SELECT *, ({day} - year(birth_date) * 10000 - month(birth_date) * 100 - day(birth_date)) // 10000 AS age FROM joined)
    SELECT aid, md5_number_lower('{SALT}' || first_rec) AS pid, CASE
        WHEN age < 18 AND age >= 0 THEN 'child'
        WHEN adverse_only AND NOT named THEN 'unknown'
        WHEN age >= 18 THEN 'adult'
        WHEN named OR adult_like THEN 'adult' WHEN child_like THEN 'child' ELSE 'unknown' END AS kind,
      name, sex, birth_date, division, own, named, adverse_only FROM aged"""
