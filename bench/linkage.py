"""How right the linking of a population is: an output folder of `ciyou link` (or `ciyou screen`) against the maker's truth.

    python -m bench.linkage OUT TRUTH ROSTERS      (TRUTH holds truth_records and truth_children; ROSTERS the files as delivered)

Pairs are pairs of records of one person, over final clusters. A pair is hard when at least one of its two records has no clean ID
number of its own: its number is not one under which most records of its person stand. A cluster is mixed when it holds records of
several true persons. The queue is what a clerk would see; it holds the answer for a record when one of its pairs would join the record
to its person's largest cluster. A roster tells of a parent when the register, the birth certificate or the assistance list enters the
child with that parent's own number, or with the name that most of the parent's records bear. Proportions come with their Wilson interval (95 %).
"""

from __future__ import annotations

import sys
from math import sqrt
from pathlib import Path

import duckdb
import polars as pl
from python_calamine import CalamineWorkbook

GUARDIANS = ["g1_name", "g1_id", "g2_name", "g2_id"]
OWN = ["rec_id", "id_no", "ethnicity", "name", *GUARDIANS]
TELLING = "('hukou', 'births', 'dibao')"
PAIRS = "sum(n * (n - 1) // 2)"
Z = 1.959964
BANDS = [-99, 0, 4, 6, 8, 12, 20]


def main(arguments: list[str]) -> int:
    """Print every figure."""
    out, truth, rosters = map(Path, arguments)
    with duckdb.connect() as database:
        _load(database, out, truth)
        _load_delivered(database, rosters)
        _print_pairs(database)
        _print_mixed(database)
        _print_queue(database)
        _print_parents(database)
        _print_bands(database)
        _print_calibration(database)
        _print_groups(database)
    return 0


def _load(database: duckdb.DuckDBPyConnection, out: Path, truth: Path) -> None:
    for table in ("links", "people", "relations", "review"):
        database.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{out / table}.parquet')")
    for table in ("truth_children", "truth_records"):
        database.execute(f"CREATE VIEW {table} AS SELECT * FROM {_source(truth / table)}")


def _source(path: Path) -> str:
    csv = path.with_suffix(".csv")
    return f"read_csv('{csv}', all_varchar = true)" if csv.exists() else f"read_parquet('{path}.parquet')"


def _load_delivered(database: duckdb.DuckDBPyConnection, rosters: Path) -> None:
    """`rec` (rec_id, truth, kind, run, rule, weight, clean, ethnicity) of every linked record with a truth."""
    database.execute(f"CREATE TABLE own ({', '.join(f'{column} VARCHAR' for column in OWN)})")
    for file in sorted(rosters.iterdir()):
        columns = _own_columns(file)
        if columns is not None:
            database.register("delivered", columns.to_arrow())
            database.execute("INSERT INTO own BY NAME SELECT * FROM delivered")
    database.execute(
        """CREATE TABLE rec AS WITH joined AS (
             SELECT l.rec_id, t.roster, t.person_id AS truth, t.kind, t.twin = '1' AS twin, l.person_id AS run, l.rule, l.weight,
               CASE WHEN regexp_full_match(o.id_no, '[0-9]{17}[0-9X]') THEN o.id_no END AS idn, o.ethnicity
             FROM links l JOIN truth_records t USING (rec_id) LEFT JOIN own o USING (rec_id)),
           numbers AS (SELECT idn, mode(truth ORDER BY truth) AS owner FROM joined WHERE idn IS NOT NULL GROUP BY idn),
           usual AS (SELECT truth, mode(idn ORDER BY idn) AS idn FROM joined JOIN numbers USING (idn) WHERE owner = truth GROUP BY truth)
           SELECT j.*, coalesce(j.idn = u.idn, false) AS clean FROM joined j LEFT JOIN usual u USING (truth)"""
    )
    database.execute(
        """CREATE TABLE person_group AS SELECT truth, coalesce(mode(ethnicity ORDER BY ethnicity) FILTER (ethnicity <> ''), '?') AS ethnicity,
             bool_or(roster = 'hukou') AS registered FROM rec GROUP BY truth"""
    )


def _own_columns(file: Path) -> pl.DataFrame | None:
    """The columns OWN of a delivered file, as text; None when it is no roster."""
    if file.name.startswith("truth") or file.suffix not in {".csv", ".xlsx", ".parquet"}:
        return None
    if file.suffix == ".parquet":
        return pl.read_parquet(file, columns=OWN)
    if file.suffix == ".xlsx":
        titles, *rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
        places = [titles.index(name) for name in OWN]
        return pl.DataFrame([[str(row[place]) for place in places] for row in rows], schema=OWN, orient="row")
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    return pl.read_csv(text.encode(), infer_schema=False).select(OWN)


def _share(part: int, whole: int) -> str:
    if not whole:
        return "–"
    share, room = part / whole, Z * Z / whole
    middle = (share + room / 2) / (1 + room)
    half = Z * sqrt(share * (1 - share) / whole + room / whole / 4) / (1 + room)
    return f"{share:.5f} [{middle - half:.5f}, {middle + half:.5f}]"


def _pair_counts(database: duckdb.DuckDBPyConnection, where: str) -> tuple[int, int, int]:
    """True pairs, linked pairs, and pairs that are both, among the records that `where` names."""
    counted = (
        database.execute(
            f"SELECT coalesce({PAIRS}, 0) FROM (SELECT count(*) AS n FROM rec WHERE {where} GROUP BY {by})"
        ).fetchone()
        for by in ("truth", "run", "truth, run")
    )
    truly, linked, right = (int(row[0]) for row in counted if row)
    return truly, linked, right


def _figures(truly: int, linked: int, right: int) -> str:
    f1 = 2 * right / (truly + linked) if truly + linked else 0.0
    return f"P {_share(right, linked)}  R {_share(right, truly)}  F1 {f1:.5f}  ({truly:,} true, {linked:,} linked)"


def _both(database: duckdb.DuckDBPyConnection, where: str) -> tuple[str, str]:
    """The figures of all pairs and of the hard ones: all without those whose two records are both clean."""
    every, easy = _pair_counts(database, where), _pair_counts(database, f"({where}) AND clean")
    hard = tuple(one - other for one, other in zip(every, easy, strict=True))
    return _figures(*every), _figures(*hard)


def _print_pairs(database: duckdb.DuckDBPyConnection) -> None:
    for title, where in (("child", "kind = 'child'"), ("all", "true")):
        every, hard = _both(database, where)
        print(f"{title} pairs: {every}\n{title} hard pairs: {hard}")


def _print_mixed(database: duckdb.DuckDBPyConnection) -> None:
    row = database.execute(
        """SELECT count(*), count(*) FILTER (twins), count(*) FILTER (generations), max(size) FROM (
             SELECT run, bool_and(twin) AND bool_and(kind = 'child') AS twins, count(DISTINCT kind) > 1 AS generations, count(*) AS size,
               count(DISTINCT truth) AS people FROM rec GROUP BY run) WHERE people > 1"""
    ).fetchone()
    largest = database.execute("SELECT max(n) FROM (SELECT count(*) AS n FROM rec GROUP BY run)").fetchone()
    print(
        f"mixed clusters: {row[0]} (twins {row[1]}, child with parent {row[2]}); largest cluster: {largest[0]} records"
    )


def _print_queue(database: duckdb.DuckDBPyConnection) -> None:
    records = int(database.execute("SELECT count(*) FROM rec").fetchone()[0])
    queued = int(database.execute("SELECT count(DISTINCT rec_id_a) FROM review").fetchone()[0])
    print(f"queue: records {_share(queued, records)} ({queued:,} of {records:,})")
    database.execute(
        """CREATE TABLE main_cluster AS SELECT truth, first(run ORDER BY n DESC, run) AS run, count(*) AS clusters FROM (
             SELECT truth, run, count(*) AS n FROM rec GROUP BY truth, run) GROUP BY truth"""
    )
    for title, where in (("children", "kind = 'child'"), ("everybody", "true")):
        row = database.execute(
            f"""WITH apart AS (SELECT r.rec_id, m.run AS home FROM rec r JOIN main_cluster m USING (truth) WHERE r.run <> m.run AND {where}),
            asked AS (SELECT rec_id_a AS rec_id, rec_id_b AS other FROM review UNION ALL SELECT rec_id_b, rec_id_a FROM review)
            SELECT count(*), count(*) FILTER (EXISTS (SELECT 1 FROM asked q JOIN rec o ON o.rec_id = q.other
              WHERE q.rec_id = a.rec_id AND o.run = a.home)) FROM apart a"""
        ).fetchone()
        print(
            f"  records left apart from their person ({title}): {row[0]:,}; the queue holds the answer for {_share(row[1], row[0])}"
        )
    for row in database.execute(
        """SELECT v.reason, count(*), count(*) FILTER (a.truth = b.truth) FROM review v JOIN rec a ON a.rec_id = v.rec_id_a
           LEFT JOIN rec b ON b.rec_id = v.rec_id_b GROUP BY 1 ORDER BY 1"""
    ).fetchall():
        print(f"  {row[0]}: {row[1]} pairs, {row[2]} truly one person")


def _print_parents(database: duckdb.DuckDBPyConnection) -> None:
    database.execute(
        """CREATE TABLE known_as AS SELECT truth, mode(name ORDER BY name) AS name, mode(idn ORDER BY idn) FILTER (clean) AS idn FROM (
             SELECT r.truth, r.clean, o.name, o.id_no AS idn FROM rec r JOIN own o USING (rec_id) WHERE r.kind = 'parent') GROUP BY truth"""
    )
    for relation, column in (("father", "father_id"), ("mother", "mother_id")):
        database.execute(
            f"""CREATE OR REPLACE TABLE parent_of AS WITH meant AS (SELECT run, mode(truth ORDER BY truth) AS truth FROM rec GROUP BY run),
            named AS (SELECT m.truth, bool_or(o.truth = c.{column}) AS good FROM relations r JOIN meant m ON m.run = r.person_id
              JOIN meant o ON o.run = r.other_id JOIN truth_children c ON c.person_id = m.truth WHERE r.relation = '{relation}' GROUP BY m.truth),
            told AS (SELECT DISTINCT r.truth FROM rec r JOIN own o USING (rec_id) JOIN truth_children c ON c.person_id = r.truth
              JOIN known_as k ON k.truth = c.{column} WHERE r.roster IN {TELLING}
                AND (k.idn IN (o.g1_id, o.g2_id) OR k.name IN (o.g1_name, o.g2_name)))
            SELECT c.person_id IN (SELECT truth FROM told) AS told, n.truth IS NOT NULL AS named, coalesce(n.good, false) AS good
            FROM truth_children c LEFT JOIN named n ON n.truth = c.person_id
            WHERE c.person_id IN (SELECT truth FROM rec) AND c.{column} IN (SELECT truth FROM rec)"""
        )
        every, named, good, told, told_good = database.execute(
            """SELECT count(*), count(*) FILTER (named), count(*) FILTER (good), count(*) FILTER (told), count(*) FILTER (told AND good)
            FROM parent_of"""
        ).fetchone()
        print(
            f"{relation}s: right where named {_share(good, named)}; named and right where a roster tells {_share(told_good, told)}; "
            f"of all with both on a roster {_share(good, every)}"
        )


def _print_bands(database: duckdb.DuckDBPyConnection) -> None:
    """What a rule's weight is worth: the share of its records that lie in the cluster of their person's majority."""
    print("right share by rule and weight (records that a rule joined to a cluster of others):")
    for rule, weight, count, right in database.execute(
        """WITH meant AS (SELECT run, mode(truth ORDER BY truth) AS truth FROM rec GROUP BY run HAVING count(*) > 1)
           SELECT r.rule, r.weight, count(*), count(*) FILTER (r.truth = m.truth) FROM rec r JOIN meant m USING (run)
           GROUP BY ALL ORDER BY r.weight DESC, r.rule"""
    ).fetchall():
        print(f"  {weight:>3} {rule:28} {_share(right, count)} of {count:,}")


def _print_calibration(database: duckdb.DuckDBPyConnection) -> None:
    """What bits are worth: the chance that they would state (odds of two to their power), and how many are truly one person's."""
    print(
        "bits and truth (stated: what the bits would mean as odds; a question that something forbade says less than its bits):"
    )
    database.execute(
        """CREATE TABLE told AS WITH meant AS (SELECT run, mode(truth ORDER BY truth) AS truth FROM rec GROUP BY run)
           SELECT 'link' AS what, l.reason AS words, r.truth = m.truth AS good
             FROM links l JOIN rec r USING (rec_id) JOIN meant m USING (run) WHERE l.rule = 'weighed' AND contains(l.reason, ' = ')
           UNION ALL SELECT CASE v.reason WHEN 'several_candidates' THEN 'question' ELSE 'forbidden' END, v.bits, a.truth = b.truth
             FROM review v JOIN rec a ON a.rec_id = v.rec_id_a JOIN rec b ON b.rec_id = v.rec_id_b WHERE v.bits IS NOT NULL"""
    )
    for what, low, count, stated, right in database.execute(
        f"""SELECT what, band, count(*), avg(1 / (1 + pow(2, -bits))), count(*) FILTER (good) FROM (
             SELECT what, good, CAST(split_part(words, ' = ', 2) AS DOUBLE) AS bits,
               list_max([low FOR low IN {BANDS} IF low <= bits]) AS band FROM told) GROUP BY ALL ORDER BY what, band"""
    ).fetchall():
        print(
            f"  {what:10} from {low:>3} bits: stated {stated:.3f}, minus true {stated - right / count:+.3f}; true {_share(right, count)} of {count:,}"
        )


def _print_groups(database: duckdb.DuckDBPyConnection) -> None:
    print("children's pairs by group (all | hard):")
    groups = database.execute("SELECT ethnicity, count(*) FROM person_group GROUP BY 1 ORDER BY 2 DESC").fetchall()
    for name, _count in groups:
        _print_group(database, name, f"ethnicity = '{name}'")
    _print_group(database, "without household registration", "NOT registered")
    _print_group(database, "with household registration", "registered")


def _print_group(database: duckdb.DuckDBPyConnection, name: str, which: str) -> None:
    where = f"kind = 'child' AND truth IN (SELECT truth FROM person_group WHERE {which})"
    every, hard = _both(database, where)
    print(f"  {name}: {every}\n    hard {hard}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
