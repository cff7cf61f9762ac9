"""How right a screening is: an output folder of `ciyou screen` against the truth that the maker of the rosters kept.

    python -m bench.screen_quality OUT TRUTH      (TRUTH holds truth_children and truth_records, CSV or Parquet)

Children whose own and whose parents' records are all linked are judged strictly: no wrong yes, no plain no (a no that rests on
rosters, not on presumption) for a child who truly is an orphan or de facto unattended. Recall counts what reaches a worker: a yes,
an undetermined answer or a lead. Exit code 1 when a strict rule is broken.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

CARE_RULES = {"orphan": ("orphan", "both_gone_one_declared_missing"), "de_facto_unattended": ("de_facto_unattended",)}
UNCARED = ("orphan", "de_facto_unattended", "both_gone_one_declared_missing")


def main(arguments: list[str]) -> int:
    """Print the figures; 1 when a fully linked child got a wrong yes or a plain no."""
    out, truth = map(Path, arguments)
    with duckdb.connect() as database:
        _load(database, out, truth)
        _print_linkage(database)
        broken = _print_outcomes(database)
        _print_recall(database)
    return 1 if broken else 0


def _load(database: duckdb.DuckDBPyConnection, out: Path, truth: Path) -> None:
    for table in ("links", "people", "relations", "decisions", "leads"):
        database.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{out / table}.parquet')")
    for table in ("truth_children", "truth_records"):
        csv = truth / f"{table}.csv"
        source = (
            f"read_csv('{csv}', all_varchar = true)" if csv.exists() else f"read_parquet('{truth / table}.parquet')"
        )
        database.execute(f"CREATE VIEW {table} AS SELECT * FROM {source}")
    # A person of the run is the true person whom most of its records are about.
    database.execute(
        """CREATE TABLE meant AS SELECT person_id, mode(truth ORDER BY truth) AS truth, count(DISTINCT truth) > 1 AS mixed FROM (
           SELECT l.person_id, t.person_id AS truth FROM links l JOIN truth_records t USING (rec_id)) GROUP BY person_id"""
    )
    database.execute(
        """CREATE TABLE held AS SELECT truth AS person, count(DISTINCT run) AS clusters FROM (
           SELECT t.person_id AS truth, l.person_id AS run FROM truth_records t JOIN links l USING (rec_id)
           WHERE t.roster IN ('hukou', 'custody', 'deaths', 'court', 'illness', 'missing', 'disability', 'dibao')) GROUP BY truth"""
    )
    database.execute(
        """CREATE TABLE child AS SELECT c.*, m.person_id AS run_id,
             coalesce(h.clusters, 1) = 1 AND coalesce(hf.clusters, 1) = 1 AND coalesce(hm.clusters, 1) = 1
             AND coalesce(rf.other_id = mf.person_id, false) AND coalesce(rm.other_id = mm.person_id, false) AS linked,
             coalesce(rf.other_id <> mf.person_id, false) OR coalesce(rm.other_id <> mm.person_id, false) AS wrong_parent
           FROM truth_children c JOIN meant m ON m.truth = c.person_id JOIN people p ON p.person_id = m.person_id AND p.kind = 'child'
           LEFT JOIN held h ON h.person = c.person_id LEFT JOIN held hf ON hf.person = c.father_id LEFT JOIN held hm ON hm.person = c.mother_id
           LEFT JOIN relations rf ON rf.person_id = m.person_id AND rf.relation = 'father'
           LEFT JOIN relations rm ON rm.person_id = m.person_id AND rm.relation = 'mother'
           LEFT JOIN meant mf ON mf.truth = c.father_id AND mf.person_id = rf.other_id
           LEFT JOIN meant mm ON mm.truth = c.mother_id AND mm.person_id = rm.other_id"""
    )


def _print_linkage(database: duckdb.DuckDBPyConnection) -> None:
    mixed = database.execute("SELECT count(*) FILTER (mixed), count(*) FROM meant").fetchone()
    split = database.execute("SELECT count(*) FILTER (clusters > 1), count(*) FROM held").fetchone()
    named = database.execute(
        "SELECT count(*), count(*) FILTER (linked), count(DISTINCT person_id) FROM child"
    ).fetchone()
    wrong = database.execute(
        """SELECT count(*) FROM relations r JOIN meant a ON a.person_id = r.person_id JOIN meant b ON b.person_id = r.other_id
           JOIN truth_children c ON c.person_id = a.truth WHERE (r.relation = 'father' AND b.truth <> c.father_id)
           OR (r.relation = 'mother' AND b.truth <> c.mother_id)"""
    ).fetchone()
    print(
        f"people of several true persons: {mixed[0]} of {mixed[1]}; true persons held apart: {split[0]} of {split[1]}"
    )
    print(
        f"children in the run: {named[0]} (of {named[2]} true children), fully linked: {named[1]}; wrong father or mother: {wrong[0]}"
    )


def _print_outcomes(database: duckdb.DuckDBPyConnection) -> int:
    broken = 0
    for rule, categories in CARE_RULES.items():
        listed = ", ".join(f"'{one}'" for one in categories)
        rows = database.execute(
            f"""SELECT c.linked, c.category IN ({listed}) AS truly, d.outcome, d.basis, count(*) FROM child c
                JOIN decisions d ON d.person_id = c.run_id AND d.rule = '{rule}' GROUP BY ALL ORDER BY ALL"""
        ).fetchall()
        print(f"{rule}:")
        for linked, truly, outcome, basis, count in rows:
            wrong = (outcome == "yes" and not truly) or (outcome == "no" and basis == "rostered" and truly)
            broken += count if wrong and linked else 0
            print(
                f"  linked={linked!s:5} truly={truly!s:5} {outcome:12} {basis:9} {count:>9,}{'   WRONG' if wrong else ''}"
            )
    print(f"fully linked children with a wrong yes or a plain no: {broken}")
    return broken


def _print_recall(database: duckdb.DuckDBPyConnection) -> None:
    listed = ", ".join(f"'{one}'" for one in UNCARED)
    rows = database.execute(
        f"""WITH found AS (SELECT c.person_id, any_value(c.category) AS category, bool_or(c.linked) AS linked,
              bool_or(d.outcome = 'yes') AS yes, bool_or(d.outcome = 'undetermined') AS open,
              bool_or(l.person_id IS NOT NULL) AS lead, min(l.rank) AS rank, arg_min(l.why, l.rank) AS why
            FROM child c LEFT JOIN decisions d ON d.person_id = c.run_id AND d.rule IN ('orphan', 'de_facto_unattended')
            LEFT JOIN leads l ON l.person_id = c.run_id WHERE c.category IN ({listed}) GROUP BY c.person_id)
            SELECT linked, yes, open, coalesce(why, '(no lead)'), count(*), median(rank) FROM found GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    print("children truly without parental care: linked, yes, undetermined, strongest lead, children, median rank")
    for row in rows:
        print("  ", *row)
    print("leads:", database.execute("SELECT why, count(*) FROM leads GROUP BY why ORDER BY 2 DESC").fetchall())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
