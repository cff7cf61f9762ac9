"""What a trial found: counts and money only, never a child; as it is counted, as JSON keeps it, and as it may be told."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ciyou.core.indicators.suppression import Column, Pattern, withhold, withhold_over

FORMAT = "ciyou-lab/1"
Tally = Counter[tuple[str, ...]]
BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Standard:
    """A money value that the proposal changes, in one place: before, after, and the dibao standard there (None: not on file)."""

    key: str
    place: str
    before_fen: int | None
    after_fen: int | None
    dibao_fen: int | None

    def percent_of_dibao(self, amount_fen: int | None) -> int | None:
        """An amount in percent of the dibao standard, rounded half up."""
        if amount_fen is None or not self.dibao_fen:
            return None
        return (amount_fen * 200 + self.dibao_fen) // (2 * self.dibao_fen)


@dataclass(frozen=True)
class Projection:
    """What a place's formula makes of a standard: `year` 0 is now; `rate_percent` the growth supposed ('' for a share)."""

    rule: str
    key: str
    place: str
    rate_percent: str
    amounts_fen: tuple[int, ...]


@dataclass(frozen=True)
class Findings:
    """One trial. `rules` are the touched rules in order, `monthly` those of monthly money; `tally` as the engine counts."""

    first_month: dt.date
    months: int
    children: int
    digits: int
    rules: tuple[str, ...]
    monthly: tuple[str, ...]
    standards: tuple[Standard, ...]
    projections: tuple[Projection, ...]
    tally: Tally
    seconds: float = 0.0

    def places(self) -> tuple[str, ...]:
        """The places in which children were counted, in order."""
        return tuple(sorted({key[1] for key in self.tally if key[0] == "place"}))

    def by_place(self, measure: str) -> dict[str, int]:
        """A measure of the first month by place."""
        return {place: self.tally["place", place, measure] for place in self.places()}

    def by_month(self, number: int, measure: str) -> dict[str, int]:
        """A measure of a month by place."""
        return {place: self.tally["month", f"{number}", place, measure] for place in self.places()}

    def of_rule(self, code: str, measure: str) -> int:
        """A measure of a rule over everybody."""
        return self.tally["rule", code, measure]

    def to_json(self) -> dict[str, Any]:
        """Everything as plain JSON values."""
        return {
            "format": FORMAT,
            "first_month": self.first_month.isoformat(),
            **{name: getattr(self, name) for name in ("months", "children", "digits", "seconds")},
            "rules": list(self.rules),
            "monthly": list(self.monthly),
            "standards": [[one.key, one.place, one.before_fen, one.after_fen, one.dibao_fen] for one in self.standards],
            "projections": [
                [one.rule, one.key, one.place, one.rate_percent, list(one.amounts_fen)] for one in self.projections
            ],
            "tally": [[*key, count] for key, count in sorted(self.tally.items()) if count],
        }


def from_json(kept: Mapping[str, Any]) -> Findings:
    """The findings that such values hold."""
    return Findings(
        dt.date.fromisoformat(kept["first_month"]),
        kept["months"],
        kept["children"],
        kept["digits"],
        tuple(kept["rules"]),
        tuple(kept["monthly"]),
        tuple(Standard(*row) for row in kept["standards"]),
        tuple(
            Projection(rule, key, place, rate, tuple(amounts))
            for rule, key, place, rate, amounts in kept["projections"]
        ),
        Counter({tuple(row[:-1]): row[-1] for row in kept["tally"]}),
        kept["seconds"],
    )


# -- telling ----------------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Cliff:
    """A little more income that costs more than it brings: at which value, how many children stand near below it (None: withheld).

    `loss_fen` is the most that a child loses a month.
    """

    column: str
    last: int
    side: str
    near: int | None
    loss_fen: int


@dataclass(frozen=True)
class Told:
    """Findings as they may be read: `places` (measures by place), `months` (measure → month → cell of everybody), `by_month` (by place)."""

    findings: Findings
    places: Mapping[str, Column]
    months: Mapping[str, Sequence[int | None]]
    cost_by_place: Mapping[str, Sequence[int | None]]
    rules: Mapping[str, Mapping[str, int | None]]
    cliffs: tuple[Cliff, ...]
    threshold: int


PLACE_COUNTS = ("children", "gain", "lose", "may_gain", "may_lose", "open", "due_before", "due_after")
PLACE_MONEY = ("gain_fen", "lose_fen", "may_fen")
MONTH_COUNTS = ("before", "after", "changed", "open", "unpriced")
MONTH_MONEY = ("before_fen", "after_fen")


def tell(findings: Findings, *, threshold: int) -> Told:
    """The findings with everything small withheld, and what it could be derived from.

    A place that has a small number in any column, in any month, is withheld in all of them: gainers, losers and money are
    differences of one another.
    """
    pattern = _pattern(findings, threshold)
    places = {name: pattern.apply(findings.by_place(name)) for name in (*PLACE_COUNTS, *PLACE_MONEY)}
    numbers = range(findings.months)
    by_month = {
        name: [pattern.apply(findings.by_month(number, name)) for number in numbers]
        for name in (*MONTH_COUNTS, *MONTH_MONEY)
    }
    cost = {
        place: [_cost(by_month, number, place) for number in numbers]
        for place in findings.places()
    }  # fmt: skip
    return Told(
        findings,
        places,
        {name: [column.total.count for column in columns] for name, columns in by_month.items()},
        cost,
        _rules(findings, threshold),
        _cliffs(findings, threshold),
        threshold,
    )


def _cost(by_month: Mapping[str, Sequence[Column]], number: int, place: str) -> int | None:
    before, after = (by_month[name][number].cells[place].count for name in MONTH_MONEY)
    return None if before is None or after is None else after - before


def _pattern(findings: Findings, threshold: int) -> Pattern:
    gain, lose, opened = (findings.by_place(name) for name in ("gain", "lose", "open"))
    children = findings.by_place("children")
    same = {place: children[place] - gain[place] - lose[place] - opened[place] for place in children}
    may = [findings.by_place(name) for name in ("may_gain", "may_lose")]
    strata: list[Sequence[Mapping[str, int]]] = [[gain, lose, opened, same, children, *may]]
    due = [findings.by_place(name) for name in ("due_before", "due_after")]
    both = findings.by_place("due_both")
    strata.append([*due, _less(due[0], both), _less(due[1], both)])
    for number in range(findings.months):
        before, after, both, changed, unclear, unpriced = (
            findings.by_month(number, name) for name in ("before", "after", "both", "changed", "open", "unpriced")
        )
        strata.append([before, after, _less(before, both), _less(after, both), changed, unclear, unpriced])
    return withhold_over(strata, threshold=threshold)


def _less(counts: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    return {key: count - others.get(key, 0) for key, count in counts.items()}


def _rules(findings: Findings, threshold: int) -> dict[str, dict[str, int | None]]:
    """Every rule's numbers. Those of monthly money add up to a sum that is told, and so are withheld together; the others alone."""
    counted = {code: _counts(findings, code) for code in findings.rules}
    names = [name for name in _STEPS if name in next(iter(counted.values()), {})]

    def hidden(codes: Iterable[str]) -> frozenset[str]:
        return withhold([{code: counted[code][name] for code in codes} for name in names], threshold=threshold).withheld

    together = hidden(findings.monthly)
    alone = frozenset().union(*(hidden([code]) for code in findings.rules if code not in findings.monthly))
    return {
        code: _told_rule(counts, counts_withheld=code in together | alone, threshold=threshold)
        for code, counts in counted.items()
    }


_STEPS = ("yes_before", "yes_after", "newly", "no_longer", "more", "less", "same", "open_before", "open_after")
_DIBAO = ("dibao_before", "dibao_after", "dibao_unknown_before", "dibao_unknown_after", "other_before", "other_after")


def _counts(findings: Findings, code: str) -> dict[str, int]:
    measures = (*_STEPS, *_DIBAO, "before_fen", "after_fen")
    counts = {name: findings.of_rule(code, name) for name in measures}
    counts["same"] = counts["yes_before"] - counts["no_longer"] - counts["more"] - counts["less"]
    for side in (BEFORE, AFTER):
        counts[f"other_{side}"] = counts[f"yes_{side}"] - counts[f"dibao_{side}"] - counts[f"dibao_unknown_{side}"]
    return counts


def _told_rule(counts: Mapping[str, int], *, counts_withheld: bool, threshold: int) -> dict[str, int | None]:
    small = any(0 < counts[name] < threshold for name in _DIBAO)
    hidden = {name for name in counts if counts_withheld} | {name for name in _DIBAO if small}
    return {name: None if name in hidden else value for name, value in counts.items()}


def _cliffs(findings: Findings, threshold: int) -> tuple[Cliff, ...]:
    found = []
    for _, column, last, side in sorted({key[:4] for key in findings.tally if key[0] == "cliff"}):
        losses = _losses(findings, column, last, side)
        near = findings.tally["cliff", column, last, side, "near"]
        if losses:
            found.append(Cliff(column, int(last), side, None if 0 < near < threshold else near, 100 * max(losses)))
    return tuple(found)


def _losses(findings: Findings, column: str, last: str, side: str) -> list[int]:
    names: Iterable[str] = (key[4] for key in findings.tally if key[:4] == ("cliff", column, last, side))
    return [int(name.removeprefix("loss:")) for name in names if name.startswith("loss:")]
