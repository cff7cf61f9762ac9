"""An output folder written by hand: the smallest that shows every kind of row."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl

AS_OF = dt.date(2025, 9, 1)
CHILD, SECOND, THIRD = "c0000000000000001", "c0000000000000002", "c0000000000000003"
FATHER, MOTHER = "a0000000000000001", "a0000000000000002"
TOWNSHIP = "513322101"
DIVISION = f"{TOWNSHIP}201"
OTHER_DIVISION = "513322102201"
NAME = "扎西卓玛"

PEOPLE = [
    (CHILD, "child", NAME, "female", dt.date(2015, 3, 4), DIVISION),
    (SECOND, "child", "王小明", "male", dt.date(2012, 1, 1), OTHER_DIVISION),
    (THIRD, "child", "李小红", "female", dt.date(2020, 6, 1), None),
    (FATHER, "adult", "扎西", "male", dt.date(1985, 1, 1), DIVISION),
    (MOTHER, "adult", "卓玛", "female", dt.date(1987, 1, 1), DIVISION),
]
RELATIONS = [
    (CHILD, "father", FATHER, "police_hukou+health_births", 0.9),
    (CHILD, "mother", MOTHER, "police_hukou+health_births", 0.9),
    (CHILD, "sibling", SECOND, "police_hukou+health_births", 0.9),
]
FACTS = [
    (CHILD, "birth_date", '"2015-03-04"', "police_hukou", "rostered"),
    (CHILD, "sex", '"female"', "police_hukou", "rostered"),
    (CHILD, "hukou_division", f'"{DIVISION}"', "police_hukou", "rostered"),
    (CHILD, "dead", "false", "health_deaths", "presumed"),
    (CHILD, "hiv_infected", "true", "health_major_illness", "rostered"),
    (CHILD, "adopted", "false", "civil_affairs", "verified"),
    (CHILD, "parents_untraceable", "false", "civil_affairs", "verified"),
    (CHILD, "household.dibao", "false", "civil_affairs_assistance", "presumed"),
    (FATHER, "dead", "true", "health_deaths", "rostered"),
    (MOTHER, "declared_dead", "false", "court_rulings", "presumed"),
    (MOTHER, "declared_missing", "false", "court_rulings", "presumed"),
    (MOTHER, "imprisoned", "true", "justice_custody", "rostered"),
    (MOTHER, "imprisoned.term_months", "36", "justice_custody", "rostered"),
    (MOTHER, "dead", "false", "health_deaths", "presumed"),
]
DECISIONS = [
    (CHILD, "de_facto_unattended", "yes", "rostered"),
    (CHILD, "orphan", "no", "presumed"),
    (CHILD, "hiv_infected", "yes", "rostered"),
    (SECOND, "de_facto_unattended", "undetermined", "rostered"),
    (SECOND, "orphan", "no", "rostered"),
    (SECOND, "hiv_infected", "no", "presumed"),
]
LEADS = [
    ("l1", CHILD, None, "entitled", 120_000, ["child.in_institution"], DIVISION, 1),
    ("l2", SECOND, None, "open_with_adverse", 50_000, ["father.dead", "mother.lost_contact"], OTHER_DIVISION, 2),
    ("l3", None, "JL000123", "adverse_record_alone", 0, [], DIVISION, 3),
]
REJECTED = [
    (
        "police_hukou",
        "hukou.csv",
        17,
        "birth_date",
        "unreadable_date",
        "bad_date",
        "日期无法读懂。",
        "The date cannot be read.",
    ),
    (
        "police_hukou",
        "hukou.csv",
        23,
        "birth_date",
        "unreadable_date",
        "bad_date",
        "日期无法读懂。",
        "The date cannot be read.",
    ),
]
RUN = {
    "format": "ciyou-run/1",
    "as_of": AS_OF.isoformat(),
    "pack_version": "0123456789abcdef",
    "settings": {},
    "rosters": [{"roster": "police_hukou", "file": "hukou.csv", "sha256": "", "read": 10, "used": 8, "rejected": 2}],
    "people": {"adult": 2, "child": 3},
    "review": {"same_name_and_birth": 4},
    "outcomes": [
        {"rule": "de_facto_unattended", "outcome": "yes", "basis": "rostered", "children": 1},
        {"rule": "de_facto_unattended", "outcome": "undetermined", "basis": "rostered", "children": 2},
        {"rule": "orphan", "outcome": "no", "basis": "presumed", "children": 1},
        {"rule": "orphan", "outcome": "no", "basis": "rostered", "children": 2},
        {"rule": "hiv_infected", "outcome": "yes", "basis": "rostered", "children": 987},
    ],
    "leads": {"entitled": 1, "open_with_adverse": 1, "adverse_record_alone": 1},
    "stages": [{"name": "read", "seconds": 1.5, "rows": 10, "peak_memory_mb": 90}],
    "peak_memory_mb": 90,
}
LEAD_COLUMNS = ("lead_id", "person_id", "rec_id", "why", "expected_gain_fen", "deciding_facts", "division", "rank")
REJECTED_COLUMNS = ("roster", "file", "row", "column", "value_kind", "reason", "reason_zh", "reason_en")


def write_results(folder: Path) -> None:
    """Write the files that `ciyou screen` would have written."""
    _write(folder, "people", ("person_id", "kind", "name", "sex", "birth_date", "division"), PEOPLE)
    _write(folder, "relations", ("person_id", "relation", "other_id", "source", "confidence"), RELATIONS)
    facts = [(person, fact, value, None, None, source, basis) for person, fact, value, source, basis in FACTS]
    _write(folder, "facts", ("person_id", "fact", "value", "valid_from", "valid_to", "source", "basis"), facts)
    decisions = [(*row, DIVISION) for row in DECISIONS]
    _write(folder, "decisions", ("person_id", "rule", "outcome", "basis", "division"), decisions)
    _write(folder, "leads", LEAD_COLUMNS, LEADS)
    _write(folder, "rejected", REJECTED_COLUMNS, REJECTED)
    _write(folder, "links", ("rec_id", "roster", "person_id"), [("HK1", "police_hukou", CHILD)])
    (folder / "run.json").write_text(json.dumps(RUN), encoding="utf-8")


def _write(folder: Path, name: str, columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None).write_parquet(
        folder / f"{name}.parquet"
    )
