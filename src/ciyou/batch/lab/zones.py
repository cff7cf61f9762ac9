"""The places of a population, grouped by what the law says there before and after: one pair of books for each month and group."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from ciyou.batch.lab.touched import Threshold, income_rules, parameters_read, pays_monthly, thresholds_of, touched_rules
from ciyou.core.clock.months import add_months
from ciyou.core.rules.book import RuleBook
from ciyou.packs.checking import Books
from ciyou.packs.pack_files import PackSet
from ciyou.packs.proposals import Proposal
from ciyou.packs.variants import told_apart

COUNTY_DIGITS = 6
RESTRICTED = 5


@dataclass(frozen=True)
class Month:
    """The books of a zone on the first day of a month."""

    first_day: dt.date
    before: RuleBook
    after: RuleBook


@dataclass(frozen=True, eq=False)
class Zone:
    """Places in which the same rules read the same values, before and after, in every month looked at.

    `touched` are the rules that the proposal can touch there in any of these months; `thresholds` the incomes at which they turn.
    """

    place: str
    months: tuple[Month, ...]
    touched: tuple[str, ...]
    monthly: tuple[str, ...]
    thresholds: tuple[Threshold, ...]
    income_rules: Mapping[str, tuple[str, ...]]

    @property
    def first(self) -> Month:
        return self.months[0]


class Zones:
    """Finds the zone of a county; each zone is made once."""

    def __init__(self, before: PackSet, after: PackSet, proposal: Proposal) -> None:
        self._books = (Books(before), Books(after))
        self._days = [add_months(proposal.first_month, number) for number in range(proposal.months)]
        self._divisions = told_apart((before, after))
        self._by_place: dict[str, Zone] = {}
        self._made: dict[str, Zone] = {}
        self._by_law: dict[object, Zone] = {}

    def zone_of(self, county: str) -> Zone:
        """The zone of a county (6 digits) in which somebody lives."""
        place = self._place_of(county)
        if place not in self._by_place:
            self._by_place[place] = self._zone(place)
        return self._by_place[place]

    def zone_foreseen(self, county: str) -> Zone:
        """The zone of a county of which it is not yet known whether anybody lives there: not one that was met."""
        return self._zone(self._place_of(county))

    def _place_of(self, county: str) -> str:
        return max((one for one in self._divisions if county.startswith(one)), key=len)

    def _zone(self, place: str) -> Zone:
        if place not in self._made:
            zone = self._make(place)
            self._made[place] = self._by_law.setdefault(_law_of(zone), zone)
        return self._made[place]

    @property
    def zones(self) -> tuple[Zone, ...]:
        """The zones met so far."""
        return tuple(dict.fromkeys(self._by_place.values()))

    def places(self) -> Mapping[str, Zone]:
        """The told-apart places met so far."""
        return dict(self._by_place)

    def books_of(self, place: str) -> tuple[RuleBook, RuleBook]:
        """The two books of a place in the first month."""
        before, after = (books.book(place, self._days[0]) for books in self._books)
        return before, after

    def _make(self, place: str) -> Zone:
        months = tuple(Month(day, *(books.book(place, day) for books in self._books)) for day in self._days)
        touched = {code for month in months for code in touched_rules(month.before, month.after)}
        order = dict.fromkeys(rule.code for month in months for book in _books_of(month) for rule in book.rules)
        known = {rule.code: rule for month in months for book in _books_of(month) for rule in book.rules}
        # Class 5 stands in no figure, and in no sum from which it could be taken.
        codes = tuple(code for code in order if code in touched and known[code].sensitivity < RESTRICTED)
        first = months[0]
        thresholds = {one for book in _books_of(first) for one in thresholds_of(book, codes)}
        return Zone(
            place,
            months,
            codes,
            tuple(code for code in codes if pays_monthly(known[code])),
            tuple(sorted(thresholds)),
            {one.column: _income_rules(first, one.column) for one in thresholds},
        )


def _books_of(month: Month) -> tuple[RuleBook, RuleBook]:
    return month.before, month.after


def _income_rules(month: Month, column: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for book in _books_of(month) for code in income_rules(book, column)))


def _law_of(zone: Zone) -> object:
    return tuple(
        (tuple(map(id, book.rules)), tuple(book.parameters[key].value for key in sorted(_read(book, zone))))
        for month in zone.months
        for book in _books_of(month)
    )


def _read(book: RuleBook, zone: Zone) -> frozenset[str]:
    codes = {*zone.touched, *(code for rules in zone.income_rules.values() for code in rules)}
    return parameters_read(book, codes)
