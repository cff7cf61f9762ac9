"""An output folder of a screening for loads: children with a family each, in as few words as a test needs."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl

from tests.office import VILLAGE

AS_OF = dt.date(2026, 11, 2)
ROSTERS = ("health_deaths", "police_hukou")
_SCHEMAS = {
    "people": {"person_id": pl.String, "kind": pl.String, "name": pl.String, "sex": pl.String, "birth_date": pl.Date, "division": pl.String},
    "relations": {"person_id": pl.String, "relation": pl.String, "other_id": pl.String, "source": pl.String, "confidence": pl.Float64},
    "facts": {
        "person_id": pl.String, "fact": pl.String, "value": pl.String, "valid_from": pl.Date, "valid_to": pl.Date,
        "source": pl.String, "basis": pl.String,
    },
    "leads": {
        "lead_id": pl.String, "person_id": pl.String, "rec_id": pl.String, "why": pl.String, "rules": pl.List(pl.String),
        "expected_gain_fen": pl.Int64, "deciding_facts": pl.List(pl.String), "division": pl.String, "rank": pl.Int32,
    },
    "links": {"rec_id": pl.String, "roster": pl.String, "person_id": pl.String},
    "identifiers": {"person_id": pl.String, "kind": pl.String, "value": pl.String, "roster": pl.String},
}  # fmt: skip


def child_lead(
    key: str,
    *,
    division: str | None = VILLAGE,
    why: str = "entitled",
    rules=("de_facto_living_allowance",),
    deciding=("child.in_institution",),
    rank: int = 1,
) -> dict[str, object]:
    """The lead of child `key`."""
    return {
        "lead_id": f"l-{key}", "person_id": key, "rec_id": None, "why": why, "rules": list(rules), "expected_gain_fen": 140_000,
        "deciding_facts": list(deciding), "division": division, "rank": rank,
    }  # fmt: skip


def record_lead(key: str, *, rank: int = 9) -> dict[str, object]:
    """The lead of a prison's record that leads to no child."""
    return {
        "lead_id": f"l-{key}", "person_id": None, "rec_id": key, "why": "adverse_record_alone", "rules": ["justice_custody"],
        "expected_gain_fen": 0, "deciding_facts": [], "division": "990101000000", "rank": rank,
    }  # fmt: skip


def write_screening(folder: Path, leads, *, rosters=ROSTERS, siblings=()) -> Path:
    """Write what `ciyou screen` would have written for these leads; every child has a dead father and a mother in prison."""
    folder.mkdir(parents=True, exist_ok=True)
    children = [lead["person_id"] for lead in leads if lead["person_id"]]
    places = {lead["person_id"]: lead["division"] for lead in leads}
    people, relations, facts, links = [], [], [], []
    for child in children:
        place = places[child]
        people += [
            (child, "child", f"孩{child}", "female", dt.date(2016, 5, 1), place),
            (f"{child}f", "adult", f"父{child}", "male", dt.date(1985, 3, 2), place),
            (f"{child}m", "adult", f"母{child}", "female", dt.date(1987, 6, 5), place),
            (f"{child}u", "adult", f"叔{child}", "male", dt.date(1980, 1, 1), place),
        ]
        relations += [(child, kind, f"{child}{kind[0]}", "police_hukou", 0.9) for kind in ("father", "mother")]
        relations += [(child, "household", f"{child}u", "police_hukou", 0.5)]
        facts += [
            (child, "birth_date", '"2016-05-01"', None, None, "police_hukou", "rostered"),
            (child, "hukou_division", json.dumps(place or VILLAGE), None, None, "police_hukou", "rostered"),
            (child, "household.dibao", "true", None, None, "police_hukou", "rostered"),
            (f"{child}f", "dead", "true", None, None, "health_deaths", "rostered"),
            (f"{child}m", "imprisoned", "true", None, None, "police_hukou", "rostered"),
        ]
    relations += [(one, "sibling", other, "derived", 0.9) for one, other in siblings]
    for lead in leads:
        if lead["rec_id"]:
            person = f"x{lead['rec_id']}"
            people.append((person, "unknown", "某甲", "male", dt.date(1990, 1, 1), None))
            links.append((lead["rec_id"], "justice_custody", person))
    identifiers = [(f"{child}m", "phone", "13800000001", "police_hukou") for child in children]
    tables = {"people": people, "relations": relations, "facts": facts, "links": links, "identifiers": identifiers}
    for name, rows in tables.items():
        _frame(name, rows).write_parquet(folder / f"{name}.parquet")
    pl.DataFrame(list(leads), schema=_SCHEMAS["leads"]).write_parquet(folder / "leads.parquet")
    run = {
        "as_of": AS_OF.isoformat(),
        "rosters": [{"roster": code} for code in rosters],
        "settings": {"encrypted": False},
    }
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    return folder


def _frame(name: str, rows) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=_SCHEMAS[name], orient="row")
