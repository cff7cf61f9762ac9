"""The whole check of a folder of packs: every file, every text on every date it changes, and every worked case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ciyou.core.errors import Place, Problem
from ciyou.core.rules.book import Rule, RuleBook, RuleKind
from ciyou.packs.binding import bind_rules
from ciyou.packs.cases import NOT_IN_FORCE, Case, differences, read_cases
from ciyou.packs.coverage import check_amounts, check_dates, check_outcomes, check_thresholds
from ciyou.packs.located_yaml import Notes
from ciyou.packs.pack_files import KINDS, SHIPPED, Pack, PackSet, read_pack_set
from ciyou.packs.parameter_uses import ParameterUses, check_uses, uses_of
from ciyou.packs.rule_files import PredicateVersion, RuleVersion, in_force
from ciyou.packs.yuan import fen_from_yuan

FOLDER_OF_KIND: Mapping[RuleKind, str] = {kind: name for name, kind in KINDS.items()}


@dataclass(frozen=True)
class CheckReport:
    """What was checked and every mistake found, in the order of files and lines."""

    packs: tuple[str, ...]
    rules: int
    cases: int
    parameters: int
    uses: ParameterUses
    rows: int
    facts: int
    version: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class RuleCases:
    """The cases of one rule folder of one pack."""

    pack: Pack
    code: str
    place: Place
    cases: tuple[Case, ...]


def check_packs(root: Path = SHIPPED) -> CheckReport:
    """Check a folder of packs, or one pack folder; all mistakes are in the report, none is raised."""
    pack_set = read_pack_set(root)
    notes = pack_set.notes
    books = Books(pack_set)
    _bind_every_version(books)
    uses = uses_of(pack_set.table.definitions, books.every_rule())
    check_uses(uses, pack_set)
    folders = list(read_all_cases(pack_set))
    if not notes.found:
        check_cases(folders, books)
    return CheckReport(
        packs=tuple(pack.code for pack in pack_set.packs),
        rules=sum(len(pack.rules) for pack in pack_set.packs),
        cases=sum(len(folder.cases) for folder in folders),
        parameters=len(pack_set.table.definitions),
        uses=uses,
        rows=len(pack_set.table.rows),
        facts=len(pack_set.vocabulary.definitions),
        version=pack_set.version,
        problems=notes.sorted(),
    )


def check_own_rules(pack_set: PackSet) -> tuple[Problem, ...]:
    """The mistakes in the rules that a place laid over sound packs, its worked cases among them; nothing else is tried."""
    tried = replace(pack_set, notes=Notes())
    books = Books(tried)
    _bind_every_version(books, packs=tried.where_own_hold())
    folders = [folder for folder in read_all_cases(tried) if folder.pack.own]
    if not tried.notes.found:
        check_cases(folders, books)
    return tried.notes.sorted()


def _without_own(pack_set: PackSet) -> PackSet:
    """The shipped packs by themselves; what is found wrong with them is noted in the same place."""
    packs = tuple(pack for pack in pack_set.packs if not pack.own)
    table = replace(pack_set.table, rows=tuple(row for row in pack_set.table.rows if not row.own))
    return replace(pack_set, packs=packs, table=table)


class Books:
    """Rule books of a pack set that is being checked, one for each chain of packs and day."""

    def __init__(self, pack_set: PackSet) -> None:
        self.pack_set = pack_set
        self._made: dict[tuple[str, dt.date], RuleBook] = {}
        # Places and days on which the same texts are in force share their rules: to bind them again for each took most of the check.
        self._bound: dict[frozenset[Place], tuple[Rule, ...]] = {}

    def book(self, division: str, as_of: dt.date) -> RuleBook:
        """The rule book of a place and day; mistakes in the texts go to the pack set's notes."""
        key = (division, as_of)
        if key not in self._made:
            chain = self.pack_set.chain(division)
            self._made[key] = RuleBook(
                division=division.ljust(12, "0"),
                as_of=as_of,
                rules=self._rules(chain, as_of),
                parameters=self.pack_set.table.values(division.ljust(12, "0"), as_of),
                vocabulary=self.pack_set.vocabulary,
                pack_version=self.pack_set.version,
                overlays=tuple(pack.code for pack in chain),
            )
        return self._made[key]

    def every_rule(self) -> Iterator[Rule]:
        """The rules of every book made so far."""
        for rules in self._bound.values():
            yield from rules

    def _rules(self, chain: tuple[Pack, ...], as_of: dt.date) -> tuple[Rule, ...]:
        texts = frozenset(version.place for pack in chain for version in _versions_in_force(pack, as_of))
        if texts not in self._bound:
            self._bound[texts] = bind_rules(self.pack_set, chain=chain, as_of=as_of, notes=self.pack_set.notes)
        return self._bound[texts]


def _bind_every_version(books: Books, *, packs: Iterable[Pack] | None = None) -> None:
    """Parse every text that is ever in force, in every place that has a pack of its own (or in those of `packs`)."""
    for pack in books.pack_set.packs if packs is None else packs:
        days = {version.valid_from for one in books.pack_set.chain(pack.division) for version in _all_versions(one)}
        for day in sorted(days):
            books.book(pack.division, day)


def _versions_in_force(pack: Pack, day: dt.date) -> Iterator[RuleVersion | PredicateVersion]:
    for rule in pack.rules.values():
        version = in_force(rule.versions, day)
        if version is not None:
            yield version
    for predicate in pack.predicates.values():
        meaning = in_force(predicate.versions, day)
        if meaning is not None:
            yield meaning


def _all_versions(pack: Pack) -> Iterator[RuleVersion | PredicateVersion]:
    for rule in pack.rules.values():
        yield from rule.versions
    for predicate in pack.predicates.values():
        yield from predicate.versions


def check_cases_present(pack_set: PackSet) -> None:
    """Note every rule without a yes, a no and an unknown among its worked cases, and every case that cannot be read."""
    for folder in read_all_cases(pack_set):
        rule = folder.pack.rules[folder.code]
        check_outcomes(rule, folder.cases, place=folder.place, notes=pack_set.notes)


def read_all_cases(pack_set: PackSet) -> Iterator[RuleCases]:
    """The worked cases of every rule of every pack."""
    for pack in pack_set.packs:
        for code, rule in pack.rules.items():
            path = pack.folder / FOLDER_OF_KIND[rule.kind] / code / "cases.yaml"
            if not path.is_file():
                continue
            file = pack.named(path)
            cases = read_cases(
                path,
                file=file,
                rule=code,
                overlay=pack.code,
                vocabulary=pack_set.vocabulary,
                notes=pack_set.notes,
            )
            yield RuleCases(pack, code, Place(file, 1, 1), tuple(cases))


def check_cases(folders: Iterable[RuleCases], books: Books) -> None:
    """Run the cases: a place's own with everything, the shipped ones with the shipped packs, of which they are true."""
    plain = Books(_without_own(books.pack_set)) if any(pack.own for pack in books.pack_set.packs) else books
    for folder in folders:
        _check_folder(folder, books if folder.pack.own else plain)


def _check_folder(folder: RuleCases, books: Books) -> None:
    notes, rule = books.pack_set.notes, folder.pack.rules[folder.code]
    with_books = [(case, books.book(case.division, case.as_of)) for case in folder.cases]
    for case, book in with_books:
        _check_case(case, book, notes)
    check_outcomes(rule, folder.cases, place=folder.place, notes=notes)
    check_amounts(rule, folder.cases, place=folder.place, notes=notes)
    if rule.change in ("new", "replace"):
        check_thresholds(folder.code, with_books, place=folder.place, notes=notes)
        chain = books.pack_set.chain(folder.pack.division)
        check_dates(rule, with_books, chain, place=folder.place, notes=notes)


def _check_case(case: Case, book: RuleBook, notes: Notes) -> None:
    for what, wanted, got in differences(case, book):
        notes.add(
            case.place,
            "case_failed",
            f"案例“{case.zh}”不成立：{what} 应为 {wanted or '（无）'}，实际为 {got or '（无）'}；请更正规则或案例。{_hint(case, wanted, got)[0]}",
            f"Case “{case.en}” fails: {what} should be {wanted or '(none)'} but is {got or '(none)'}; correct the rule or the case."
            f"{_hint(case, wanted, got)[1]}",
        )


def _hint(case: Case, wanted: str, got: str) -> tuple[str, str]:
    """What to look at when the rule is not there, or two amounts differ a hundredfold, in both languages; empty otherwise."""
    if got == NOT_IN_FORCE:
        return (
            f"{case.as_of} 这天 {case.division} 没有这条规则：请看案例的 as_of 和 division，以及规则的 from。",
            f" In {case.division} there is no such rule on {case.as_of}: look at the case's `as_of` and `division` and the rule's `from`.",
        )
    fen = sorted((fen_from_yuan(wanted) or 0, fen_from_yuan(got) or 0))
    if fen[0] > 0 and fen[0] * 100 == fen[1]:
        return (
            "两者正好相差一百倍：rule.yaml 的金额以分计，案例以元计。",
            " They differ a hundredfold: rule.yaml is in fen, cases are in yuan.",
        )
    return "", ""
