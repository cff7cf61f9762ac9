"""What a linking that went on from an earlier one found changed, and what departments state otherwise than the one that ought to know."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ciyou.batch.engines.duckdb_store import Store, quoted
from ciyou.batch.linkage.anchors import HUKOU
from ciyou.batch.linkage.identifiers import id_number
from ciyou.batch.linkage.people import person_id
from ciyou.batch.linkage.record_keys import roster_files
from ciyou.batch.linkage.records import birth_of, sex_of
from ciyou.batch.linkage.standing import RECORD_COLUMNS, Standing

NEW, LEFT, MOVED, CORRECTED, JOINED_OTHERWISE = "new", "left", "moved", "corrected", "joined_otherwise"
CHANGES: dict[str, tuple[str, str]] = {
    NEW: ("新出现的记录", "New records"),
    LEFT: ("名册中不再有的记录", "Records that left their roster"),
    MOVED: ("住址变了的记录", "Records with another place"),
    CORRECTED: ("所载身份信息变了的记录", "Records that state something else of whom they are"),
    JOINED_OTHERWISE: ("未变、但改归另一人的记录", "Unchanged records that now belong to somebody else"),
}
"""What may have become of a record since the earlier linking, in words; a record may stand under two of them."""
CORRECTION_FIELDS: dict[str, tuple[str, str]] = {
    "name": ("姓名", "name"),
    "sex": ("性别", "sex"),
    "birth_date": ("出生日期", "date of birth"),
    "id_no": ("身份证号", "ID number"),
}


def make_changes(store: Store, stood: Mapping[str, Path]) -> None:
    """`change` (roster, rec_id, what, pid, earlier_pid): beside how the rosters that came stood before (`stood`), if anything did."""
    store.empty(
        "change",
        {"roster": "VARCHAR", "rec_id": "VARCHAR", "what": "VARCHAR", "pid": "UBIGINT", "earlier_pid": "UBIGINT"},
    )
    if not stood:
        return
    listed = ", ".join(quoted(str(path)) for path in stood.values())
    store.create(
        "stood",
        f"""SELECT {", ".join(RECORD_COLUMNS)} FROM read_parquet([{listed}], union_by_name = true)
        WHERE (roster, rec_id) IN (SELECT (roster, rec_id) FROM gone)""",
    )
    now = "SELECT r.*, h.pid AS now_pid FROM rec r SEMI JOIN came USING (rid) JOIN held h USING (rid)"
    place = "({0}.division, {0}.town, {0}.village)"
    store.run(
        f"""INSERT INTO change SELECT n.roster, n.rec_id, unnest(list_filter([
            CASE WHEN e.pid IS NULL THEN '{NEW}' END,
            CASE WHEN e.pid IS NOT NULL AND {place.format("n")} IS DISTINCT FROM {place.format("b")} THEN '{MOVED}' END,
            CASE WHEN e.pid IS NOT NULL AND {_who("n")} IS DISTINCT FROM {_who("b")} THEN '{CORRECTED}' END], lambda one: one IS NOT NULL)),
          n.now_pid, e.pid
        FROM ({now}) n LEFT JOIN recalled e USING (rid) LEFT JOIN (SELECT *, {_said("id_no", "id_text")} AS said_no FROM stood) b
          ON b.roster = n.roster AND b.rec_id = n.rec_id""",
        f"""INSERT INTO change SELECT r.roster, r.rec_id, '{JOINED_OTHERWISE}', h.pid, e.pid FROM recalled e JOIN held h USING (rid) JOIN rec r USING (rid)
        ANTI JOIN came USING (rid) WHERE e.pid <> h.pid""",
        f"""INSERT INTO change SELECT roster, rec_id, '{LEFT}', NULL, e.pid FROM gone JOIN recalled e USING (old) WHERE left_roster""",
    )


def _said(number: str, text: str) -> str:
    return f"coalesce(substr({number}, 1, 17), {text})"


def _who(table: str) -> str:
    number = f"coalesce(printf('%017d', {table}.idn), {table}.id_text)" if table == "n" else f"{table}.said_no"
    return f"({table}.name, {table}.sex, {number}, {table}.birth_date)"


def make_corrections(store: Store) -> None:
    """`correction` (rid, pid, field, stated, believed, basis): what a record states against what its person's own number or the register says.

    The number's date and sex count where the household register bears it, or two rosters do; the name is the register's, where it has one.
    """
    store.create(
        "sure",
        f"""SELECT p.aid, bool_or(r.roster = '{HUKOU}') AS registered,
          CASE WHEN count(DISTINCT r.name) FILTER (r.roster = '{HUKOU}' AND r.name <> '') = 1 THEN min(r.name) FILTER (r.roster = '{HUKOU}' AND r.name <> '') END AS name
        FROM placed p JOIN rec r USING (rid) WHERE p.aid > 0 AND r.idn = p.aid GROUP BY p.aid
        HAVING bool_or(r.roster = '{HUKOU}') OR count(DISTINCT r.roster) > 1""",
    )
    store.create(
        "correction",
        f"""WITH told AS (SELECT r.*, s.aid, s.registered, s.name AS registered_name FROM rec r JOIN placed p USING (rid) JOIN sure s USING (aid))
        SELECT s.rid, q.pid, field, stated, believed, basis FROM (
          SELECT rid, aid, 'birth_date' AS field, strftime(birth_date, '%Y-%m-%d') AS stated, strftime({birth_of("aid")}, '%Y-%m-%d') AS believed, 'own_number' AS basis
            FROM told WHERE birth_date <> {birth_of("aid")}
          UNION ALL SELECT rid, aid, 'sex', sex, {sex_of("aid")}, 'own_number' FROM told WHERE sex <> {sex_of("aid")}
          UNION ALL SELECT rid, aid, 'name', name, registered_name, 'register' FROM told
            WHERE roster <> '{HUKOU}' AND name <> '' AND NOT placeholder AND name <> registered_name
          UNION ALL SELECT rid, aid, 'id_no', coalesce(id_text, {id_number("idn")}), {id_number("aid")}, CASE WHEN registered THEN 'register' ELSE 'several_rosters' END
            FROM told WHERE idn IS DISTINCT FROM aid AND coalesce(id_text, '') || coalesce(idn::VARCHAR, '') <> '') s JOIN person q USING (aid)""",
    )
    store.drop("sure")
    store.empty("record_place", {"rid": "INTEGER", "source_file": "VARCHAR", "source_row": "INTEGER"})
    for _roster, first, path in roster_files(store):
        store.run(
            f"""INSERT INTO record_place SELECT {first} + file_row_number, source_file, source_row FROM read_parquet({path}, file_row_number = true)
            WHERE {first} + file_row_number IN (SELECT rid FROM correction)"""
        )


CHANGES_QUERY = f"""SELECT roster, rec_id, what, CASE WHEN pid IS NOT NULL THEN {person_id("pid")} END AS person_id,
    CASE WHEN earlier_pid IS NOT NULL THEN {person_id("earlier_pid")} END AS earlier_person_id FROM change ORDER BY roster, rec_id, what"""
"""SQL of the table `changes` in its final order."""


def corrections_query(standing: Standing | None) -> str:
    """SQL of the table `corrections` in its final order; `asked_before` where the earlier linking said the same."""
    earlier = (
        standing.table("corrections")
        if standing
        else "(SELECT NULL::VARCHAR AS roster, NULL AS rec_id, NULL AS field, NULL AS stated WHERE false)"
    )
    return f"""SELECT r.roster, r.rec_id, {person_id("c.pid")} AS person_id, c.field, c.stated, c.believed, c.basis, f.source_file, f.source_row,
      (r.roster, r.rec_id, c.field, c.stated) IN (SELECT (roster, rec_id, field, stated) FROM {earlier}) AS asked_before
    FROM correction c JOIN rec r USING (rid) JOIN record_place f USING (rid) ORDER BY r.roster, r.rec_id, c.field"""
