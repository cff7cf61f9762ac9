"""What a screening found, as its page needs it: totals and rows set aside. Restricted things (class 5) are left out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ciyou.batch.engines import result_queries as queries
from ciyou.batch.run_folder import read_run_file
from ciyou.core.access.actor import Actor
from ciyou.core.access.verdict import ceiling_of
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
