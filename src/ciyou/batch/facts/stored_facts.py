"""The facts that leave a run: what rosters say of everybody, and what their silence presumes of children and their parents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ciyou.batch.decisions.silence import Presumption
from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.facts.roster_facts import HOUSEHOLD_PREFIX, json_of
from ciyou.batch.linkage.people import person_id
from ciyou.batch.ranges import Range


def make_silence(store: Store, presumptions: Sequence[Presumption], *, as_of: dt.date) -> None:
    """Make `silence` (entity, fact, value, source), `hushed` (pid, entity: of whom it speaks) and `household_said`."""
    store.empty("silence", {"entity": "VARCHAR", "fact": "VARCHAR", "value": "VARCHAR", "source": "VARCHAR"})
    for one in presumptions:
        name = f"{HOUSEHOLD_PREFIX}{one.fact}" if one.entity == "household" else one.fact
        entity = "child_with_parent" if one.needs_parent else one.entity
        store.run(
            f"INSERT INTO silence VALUES ({quoted(entity)}, {quoted(name)}, {quoted(json_of(one.value))}, {quoted(one.source)})"
        )
    store.create(
        "hushed",
        """SELECT DISTINCT pid, entity FROM (
          SELECT pid, 'child' AS entity FROM kin UNION ALL SELECT pid, 'household' FROM kin
          UNION ALL SELECT pid, 'child_with_parent' FROM kin WHERE father IS NOT NULL OR mother IS NOT NULL
          UNION ALL SELECT father, 'parent' FROM kin WHERE knows_father UNION ALL SELECT mother, 'parent' FROM kin WHERE knows_mother)
        ORDER BY pid""",
    )
    store.create(
        "household_said",
        f"""WITH said AS (SELECT DISTINCT pid, fact FROM fact_row WHERE starts_with(fact, '{HOUSEHOLD_PREFIX}') AND {holding(as_of)})
        SELECT DISTINCT pid, fact FROM (
          SELECT k.pid, s.fact FROM kin k JOIN said s ON s.pid = k.pid UNION ALL SELECT k.pid, s.fact FROM kin k JOIN said s ON s.pid = k.father
          UNION ALL SELECT k.pid, s.fact FROM kin k JOIN said s ON s.pid = k.mother)""",
    )


def holding(as_of: dt.date) -> str:
    """SQL: whether a row's statement says anything about the day; an expired one leaves room for silence."""
    today = f"DATE '{as_of.isoformat()}'"
    return f"coalesce(valid_from <= {today}, true) AND coalesce(valid_to > {today}, true)"


def facts_query(part: Range, *, as_of: dt.date) -> str:
    """SQL of all facts of one range of people in their final order: by person, fact, basis, source, value, period."""
    return f"""
    SELECT {person_id("pid")} AS person_id, fact, value, valid_from, valid_to, source, basis FROM (
      SELECT pid, fact, value, valid_from, valid_to, source, 'rostered' AS basis FROM fact_row WHERE {part.where("pid")}
      UNION ALL
      SELECT h.pid, s.fact, s.value, NULL, NULL, s.source, 'presumed' FROM hushed h JOIN silence s USING (entity)
      LEFT JOIN (SELECT DISTINCT pid, fact FROM fact_row WHERE {part.where("pid")} AND {holding(as_of)}
                 UNION SELECT pid, fact FROM household_said WHERE {part.where("pid")}) d ON d.pid = h.pid AND d.fact = s.fact
      WHERE {part.where("h.pid")} AND d.pid IS NULL)
    ORDER BY pid, fact, basis DESC, source, value, valid_from, valid_to"""
