"""Figures for those who see no persons: children by category, leads, overdue work by division, small counts withheld."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db.models import Count

from ciyou.apps.accounts.selectors import division_names
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.list_conditions import count_leads, count_overdue
from ciyou.apps.entitlements.list_conditions import count_outcomes
from ciyou.apps.oversight.refusals import check_may
from ciyou.apps.registry.scoping import visible_people
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope, Purpose, significant_digits
from ciyou.core.access.roles import Action
from ciyou.core.indicators.suppression import Column, suppress_table
from ciyou.core.rules.book import Rule, RuleKind
from ciyou.packs import load_limits, load_rule_book

NEXT_DIGITS: Mapping[int, int] = {0: 2, 2: 4, 4: 6, 6: 9, 9: 12, 12: 12}
COUNTED_CLASS = 3
"""Figures name no rule above this class: that a village has a child with an illness would say which child."""


@dataclass(frozen=True)
class Figures:
    """One table: places in order, and columns whose cells are withheld where they are small.

    `rules` and `leads` name columns of `columns` as `rule:<code>` and `lead:<state>`; besides `children` and `overdue`.
    """

    places: tuple[tuple[str, str], ...]
    columns: Mapping[str, Column]
    rules: tuple[Rule, ...]
    threshold: int


LEAD_STATES = ("new", "assigned", "visiting", "reported", "closed")


def read_figures(actor: Actor, *, today: dt.date) -> Figures:
    """Counts of the actor's area by the level below it. Protected files are in no count; below the threshold nothing is told."""
    check_may(actor, Action.SEE_FIGURES)
    book = load_rule_book(division=actor.scope.first, as_of=today)
    rules = tuple(rule for rule in book.rules if rule.kind is RuleKind.CATEGORY and rule.sensitivity <= COUNTED_CLASS)
    counts = _counts(actor.scope, rules, today)
    places = sorted({place for column in counts.values() for place in column})
    names = division_names(places, today)
    threshold = load_limits()["small_cell"].value
    return Figures(
        places=tuple((place, names.get(place, place)) for place in places),
        columns=suppress_table(places, counts, threshold=threshold),
        rules=rules,
        threshold=threshold,
    )


def _counts(scope: DivisionScope, rules: Iterable[Rule], today: dt.date) -> dict[str, Counter[str]]:
    machine = replace(LOCAL_OPERATOR, scope=scope)
    digits = NEXT_DIGITS[len(significant_digits(scope.first))]
    codes = [rule.code for rule in rules]
    found: dict[str, Counter[str]] = {f"rule:{code}": Counter() for code in codes}
    found |= {f"lead:{state}": Counter() for state in LEAD_STATES}
    found |= {"children": Counter(), "overdue": Counter()}

    def add(column: str, division: str, count: int) -> None:
        found[column][division[:digits].ljust(12, "0")] += count

    with walled(LOCAL_OPERATOR):
        people = visible_people(machine, purpose=Purpose.SUPERVISE).filter(
            kind="child", restricted=False, status="active", division__gte=scope.first, division__lt=scope.end
        )
        for division, count in people.order_by().values_list("division").annotate(count=Count("pk")):
            add("children", division, count)
        for rule, division, count in count_outcomes(people, rules=codes):
            add(f"rule:{rule}", division, count)
        for state, division, count in count_leads(people):
            add(f"lead:{state}", division, count)
        for division, count in count_overdue(people, today=today):
            add("overdue", division, count)
    return found
