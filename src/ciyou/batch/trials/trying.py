"""A proposal tried on a population: piece by piece, with progress, into findings that hold nobody."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction

from ciyou.batch.engines.polars_lab import DIBAO, Laboratory
from ciyou.batch.lab.findings import Findings, Projection, Standard, Tally
from ciyou.batch.lab.touched import facts_read
from ciyou.batch.lab.zones import COUNTY_DIGITS, Zone, Zones
from ciyou.batch.trials.populations import Population
from ciyou.core.errors import Place, Problem, RunError
from ciyou.core.facts.definition import column_name
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.tree import Kind
from ciyou.packs import load_index_rules
from ciyou.packs.index_rules import Growth, IndexRule, project
from ciyou.packs.pack_files import PackSet
from ciyou.packs.proposals import NewValue, Proposal
from ciyou.packs.variants import told_apart, vary

Watch = Callable[[int, int], bool]
"""Hears how many children are done of how many; False: stop."""
PROJECTED_YEARS = 5
DIBAO_STANDARD = "dibao_standard"


class Stopped(RunError):
    """Somebody stopped the trial."""


def watch_nothing(done: int, total: int) -> bool:
    """Nobody watches."""
    return True


def prepare(proposal: Proposal, pack_set: PackSet, *, place: str) -> PackSet:
    """The packs with the proposal in force; raises PackError with everything that is wrong with it, before anybody is counted.

    `place`: the division of the population. The texts are bound there and in every division that the proposal names.
    """
    return vary(pack_set, proposal, places=(place, *(change.division for change in proposal.changes)))


def try_proposal(
    proposal: Proposal,
    population: Population,
    *,
    before: PackSet,
    after: PackSet,
    watch: Watch = watch_nothing,
    zones: Zones | None = None,
) -> Findings:
    """What the proposal does to a population; raises Stopped where `watch` says so. `zones`: those made for `columns_wanted`."""
    started = time.perf_counter()
    zones = Zones(before, after, proposal) if zones is None else zones
    laboratory = Laboratory(zones, digits=population.digits)
    tally: Tally = Counter()
    done = 0
    for piece in population.pieces():
        tally.update(laboratory.measure(piece))
        done += piece.num_rows
        if not watch(done, population.children):
            raise Stopped(_stopped())
    touched = _in_order(zones.zones, "touched")
    return Findings(
        first_month=proposal.first_month,
        months=proposal.months,
        children=done,
        digits=population.digits,
        rules=touched,
        monthly=_in_order(zones.zones, "monthly"),
        standards=tuple(_standards(proposal, zones)),
        projections=tuple(_projections(proposal, zones)),
        tally=tally,
        seconds=round(time.perf_counter() - started, 2),
    )


def columns_wanted(
    proposal: Proposal, *, before: PackSet, after: PackSet, place: str, zones: Zones | None = None
) -> frozenset[str]:
    """The facts that a trial in a division can read: of its population no others are needed."""
    zones = Zones(before, after, proposal) if zones is None else zones
    read: set[str] = {DIBAO}
    inside = {one for one in told_apart((before, after)) if one.startswith(place)} | {place}
    for zone in {zones.zone_foreseen(one.ljust(COUNTY_DIGITS, "0")) for one in sorted(inside)}:
        codes = {*zone.touched, *(code for rules in zone.income_rules.values() for code in rules)}
        books = [book for month in zone.months for book in (month.before, month.after)]
        read |= {column_name(entity, name) for book in books for entity, name in facts_read(book, codes)}
        read |= {one.column for one in zone.thresholds}
    return frozenset(read)


def _in_order(zones: tuple[Zone, ...], what: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for zone in zones for code in getattr(zone, what)))


# -- standards and formulas ---------------------------------------------------------------------------------------------------------
def _standards(proposal: Proposal, zones: Zones) -> Iterator[Standard]:
    """Every amount of money that is another one afterwards, where the population lives."""
    for place in sorted(zones.places()):
        before, after = zones.books_of(place)
        for key, value in after.parameters.items():
            old = before.parameters[key].value
            if value.kind is Kind.MONEY and value.value != old:
                dibao = _fen(after, DIBAO_STANDARD)
                yield Standard(key, place, _fen(before, key), _fen(after, key), dibao)


def _fen(book: RuleBook, key: str) -> int | None:
    value = book.parameters[key].value
    return value if isinstance(value, int) else None


def _projections(proposal: Proposal, zones: Zones) -> Iterator[Projection]:
    """What the formulas of the places make of the standards that the proposal names, before anything is changed."""
    keys = {change.key for change in proposal.changes if isinstance(change, NewValue)}
    for place in sorted(zones.places()):
        before, _ = zones.books_of(place)
        for rule in load_index_rules():
            if rule.kind == "none" or not place.startswith(rule.division) or not rule.holds_on(proposal.first_month):
                continue
            for key in sorted(keys & set(rule.targets)):
                found = _project(rule, key, place, before, proposal.growth)
                if found is not None:
                    yield found


def _project(rule: IndexRule, key: str, place: str, book: RuleBook, growth: Fraction | None) -> Projection | None:
    if rule.kind == "share":
        base = _fen(book, rule.of) if rule.of else None
        share = None if base is None else project(rule, base)
        return None if share is None else Projection(rule.code, key, place, "", (share,))
    amount = _fen(book, key)
    rate = growth if growth is not None else (max(rule.growths, key=_begins).rate if rule.growths else None)
    if amount is None or rate is None:
        return None
    amounts = [amount]
    for _ in range(PROJECTED_YEARS):
        amounts.append(project(rule, amounts[-1], rate=rate) or amounts[-1])
    return Projection(rule.code, key, place, f"{float(rate * 100):g}", tuple(amounts))


def _begins(growth: Growth) -> dt.date:
    return growth.valid_from


def _stopped() -> Problem:
    return Problem(
        Place(),
        "lab.stopped",
        "试算已停止；没有结果。可以重新运行。",
        "The trial was stopped and has no result. It can be run again.",
    )
