"""What a screening found, as its pages need it: totals, rows set aside, leads. Restricted things (class 5) are left out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ciyou.batch.engines import result_queries as queries
from ciyou.batch.engines.result_queries import LeadFilter
from ciyou.batch.leads import WHY
from ciyou.batch.run_folder import read_run_file
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.verdict import ceiling_of, may_see
from ciyou.core.rules.book import Rule, RuleBook, RuleKind
from ciyou.packs import load_rule_book

NATION = "000000000000"
KINDS = ("yes", "undetermined", "presumed", "no")


@dataclass(frozen=True)
class OutcomeCount:
    """How many children a rule came out how for."""

    rule: Rule
    yes: int
    undetermined: int
    presumed: int
    no: int

    @property
    def children(self) -> int:
        return self.yes + self.undetermined + self.presumed + self.no


@dataclass(frozen=True)
class RosterCount:
    """Rows of one roster: read = used + rejected."""

    roster: str
    read: int
    used: int
    rejected: int


@dataclass(frozen=True)
class StageCost:
    """Where the time went: seconds, rows and peak memory (MB) of one stage."""

    stage: str
    seconds: float
    rows: int
    peak_memory_mb: int


@dataclass(frozen=True)
class Summary:
    """The totals of one screening."""

    people: int
    children: int
    leads: int
    reviews: int
    rosters: tuple[RosterCount, ...]
    categories: tuple[OutcomeCount, ...]
    entitlements: tuple[OutcomeCount, ...]
    leads_by_why: tuple[tuple[str, int], ...]
    stages: tuple[StageCost, ...]
    pack_version: str


@dataclass(frozen=True)
class Lead:
    """One lead: a possible child in difficulty, or (no person_id) an adverse record that links to nobody."""

    lead_id: str
    person_id: str | None
    rec_id: str | None
    name: str | None
    sex: str | None
    birth_date: dt.date | None
    why: str
    gain_fen: int | None
    deciding: tuple[str, ...]
    division: str | None
    rank: int


@dataclass(frozen=True)
class LeadPage:
    """One page of leads and how many there are in all."""

    total: int
    leads: tuple[Lead, ...]


@dataclass(frozen=True)
class RejectedGroup:
    """Rows of one file set aside for one reason: how many, and where the first ones stand. Never what stands in them."""

    roster: str
    file: str
    column: str
    zh: str
    en: str
    rows: int
    first_rows: tuple[int, ...]


def rule_book(as_of: dt.date, division: str = NATION) -> RuleBook:
    """The rules of a place on the day of the screening."""
    return load_rule_book(division=division or NATION, as_of=as_of)


def visible_rules(actor: Actor, book: RuleBook) -> tuple[Rule, ...]:
    """The rules whose very existence in a count the actor may see."""
    return tuple(rule for rule in book.rules if rule.sensitivity <= ceiling_of(actor))


def read_summary(actor: Actor, *, folder: Path, as_of: dt.date) -> Summary:
    """The totals of a finished screening, restricted categories left out."""
    run = read_run_file(folder)
    outcomes = _outcome_counts(visible_rules(actor, rule_book(as_of)), run["outcomes"])
    return Summary(
        people=sum(run["people"].values()),
        children=run["people"].get("child", 0),
        leads=sum(run["leads"].values()),
        reviews=sum(run["review"].values()),
        rosters=tuple(RosterCount(row["roster"], row["read"], row["used"], row["rejected"]) for row in run["rosters"]),
        categories=tuple(count for count in outcomes if count.rule.kind is RuleKind.CATEGORY),
        entitlements=tuple(count for count in outcomes if count.rule.kind is RuleKind.ENTITLEMENT),
        leads_by_why=tuple(sorted(run["leads"].items(), key=lambda item: -item[1])),
        stages=tuple(
            StageCost(row["name"], row["seconds"], row["rows"], row["peak_memory_mb"]) for row in run["stages"]
        ),
        pack_version=run["pack_version"],
    )


def _outcome_counts(rules: tuple[Rule, ...], rows: list[dict[str, Any]]) -> list[OutcomeCount]:
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        kind = "presumed" if (row["outcome"], row["basis"]) == ("no", "presumed") else row["outcome"]
        found[row["rule"], kind] += row["children"]
    return [OutcomeCount(rule, *(found[rule.code, kind] for kind in KINDS)) for rule in rules]


def list_leads(actor: Actor, *, folder: Path, wanted: LeadFilter, page: int, size: int) -> LeadPage:
    """One page (from 1) of the leads in the actor's scope, by rank."""
    total, rows = queries.find_leads(folder, wanted, offset=(page - 1) * size, limit=size)
    seen = (row for row in rows if _may_see(actor, row["division"]))
    return LeadPage(total, tuple(_lead(row) for row in seen))


def _may_see(actor: Actor, division: str | None) -> bool:
    return may_see(actor, sensitivity=3, division=division, purpose=Purpose.VERIFY).allowed


def _lead(row: dict[str, Any]) -> Lead:
    return Lead(
        lead_id=row["lead_id"],
        person_id=row["person_id"],
        rec_id=row["rec_id"],
        name=row["name"],
        sex=row["sex"],
        birth_date=row["birth_date"],
        why=row["why"],
        gain_fen=row["expected_gain_fen"],
        deciding=tuple(row["deciding_facts"] or ()),
        division=row["division"],
        rank=row["rank"],
    )


def list_rejected(*, folder: Path) -> tuple[RejectedGroup, ...]:
    """The rows set aside, by roster and reason."""
    return tuple(
        RejectedGroup(
            row["roster"],
            row["file"],
            row["column"] or "",
            row["reason_zh"],
            row["reason_en"],
            row["rows"],
            tuple(row["first_rows"]),
        )
        for row in queries.rejected_rows(folder)
    )


def lead_townships(actor: Actor, *, folder: Path) -> tuple[str, ...]:
    """The townships (9 digits) of the actor's scope in which there are leads."""
    return tuple(code for code in queries.lead_divisions(folder) if actor.scope.holds(code))


def lead_reasons(*, folder: Path) -> tuple[str, ...]:
    """The reasons that leads were raised for, the strongest first."""
    return tuple(why for why in WHY if why in read_run_file(folder)["leads"])
