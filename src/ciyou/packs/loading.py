"""The way in: a rule book, the vocabulary and the parameters of a place on a date, read once per process."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from ciyou.core.errors import PackError, Place, Problem
from ciyou.core.facts.definition import Value, Vocabulary
from ciyou.core.rules.book import ParameterValue, Rule, RuleBook, Source
from ciyou.packs.binding import bind_rules
from ciyou.packs.checking import check_cases_present
from ciyou.packs.located_yaml import Notes
from ciyou.packs.pack_files import SHIPPED, PackSet, read_pack_set
from ciyou.packs.parameters import ParameterRow
from ciyou.packs.rule_files import RuleFile, turning_days
from ciyou.packs.vocabulary import Department

SIGNIFICANT_DIGITS = (2, 4, 6, 9, 12)


def load_packs(root: Path = SHIPPED) -> PackSet:
    """Every pack below a folder; raises PackError with all mistakes of all files at once."""
    return _packs_below(root)  # the cache would keep a folder twice: once said and once left to be the shipped one


@lru_cache(maxsize=8)
def _packs_below(root: Path) -> PackSet:
    pack_set = read_pack_set(root)
    check_cases_present(pack_set)
    if pack_set.notes.found:
        raise PackError(pack_set.notes.sorted())
    return pack_set


def load_rule_book(*, division: str, as_of: dt.date, root: Path = SHIPPED) -> RuleBook:
    """The rules and parameters of a division (2 to 12 digits) on a date; raises PackError with all mistakes at once.

    Every file of every pack is checked; the worked cases are run by `ciyou packs check`, not here.
    """
    full = full_division(division)
    pack_set = load_packs(root)
    return RuleBook(
        division=full,
        as_of=as_of,
        rules=_rules_on(as_of, overlay_key(full, root=root), root),
        parameters=parameters_for(division=full, as_of=as_of, root=root),
        vocabulary=pack_set.vocabulary,
        pack_version=pack_set.version,
        overlays=overlay_key(full, root=root),
    )


def _rules_on(as_of: dt.date, overlays: tuple[str, ...], root: Path) -> tuple[Rule, ...]:
    """The rules in force on a day; of two days between which no text changes, the same objects."""
    turns = _turns(overlays, root)
    return _rules(turns[bisect_right(turns, as_of) - 1], overlays, root)


@lru_cache(maxsize=256)
def _turns(overlays: tuple[str, ...], root: Path) -> tuple[dt.date, ...]:
    texts = (version for pack in load_packs(root).packs if pack.code in overlays for version in pack.versions())
    return tuple(sorted({dt.date.min, *turning_days(texts)}))


def load_rule_titles(*, root: Path = SHIPPED) -> Mapping[str, RuleFile]:
    """The rule that gives each code its name and kind, whatever the place and day: the nation's, or that of the first overlay."""
    found: dict[str, RuleFile] = {}
    for pack in load_packs(root).packs:
        for code, rule in pack.rules.items():
            found.setdefault(code, rule)
    return found


def rule_places(code: str, *, root: Path = SHIPPED) -> dict[str, dt.date]:
    """The packs that have a rule of this code, each with the day on which its first version begins."""
    rules = {pack.code: pack.rules[code] for pack in load_packs(root).packs if code in pack.rules}
    return {place: min(one.valid_from for one in rule.versions) for place, rule in rules.items() if rule.versions}


@lru_cache(maxsize=256)
def _rules(since: dt.date, overlays: tuple[str, ...], root: Path) -> tuple[Rule, ...]:
    pack_set, notes = load_packs(root), Notes()
    chain = tuple(pack for pack in pack_set.packs if pack.code in overlays)
    rules = bind_rules(pack_set, chain=chain, as_of=since, notes=notes)
    if notes.found:
        raise PackError(notes.sorted())
    return rules


@lru_cache(maxsize=65_536)
def parameters_for(
    *, division: str, as_of: dt.date, known_on: dt.date | None = None, root: Path = SHIPPED
) -> Mapping[str, ParameterValue]:
    """Every parameter's value in a division on a day; `known_on` leaves out what had not yet been issued on that day.

    The difference between the two is what a retroactive notice gives: arrears.
    """
    return load_packs(root).table.values(full_division(division), as_of, known_on=known_on)


def suggested_value(key: str, *, division: str, as_of: dt.date, root: Path = SHIPPED) -> Value | None:
    """What only a weak source says of a parameter in a division on a day: to be told as a hint, never decided on; None where a firm one decides."""
    return load_packs(root).table.suggested(key, full_division(division), as_of)


def overlay_key(division: str, *, root: Path = SHIPPED) -> tuple[str, ...]:
    """The packs whose texts apply in a division (2 to 12 digits), widest first. Divisions with equal keys share everything that is read."""
    return tuple(pack.code for pack in load_packs(root).chain(full_division(division)))


def load_parameter_titles(*, root: Path = SHIPPED) -> Mapping[str, tuple[str, str]]:
    """What each parameter is called, in Chinese and English, by key."""
    return {key: (one.zh, one.en) for key, one in load_packs(root).table.definitions.items()}


def load_vocabulary(*, root: Path = SHIPPED) -> Vocabulary:
    """All facts that may be known."""
    return load_packs(root).vocabulary


def load_fact_lists(*, root: Path = SHIPPED) -> tuple[Vocabulary, Mapping[str, Department]]:
    """All facts and departments, also while a rule somewhere is half-written: whoever writes one looks them up.

    Raises PackError with the mistakes in the lists themselves.
    """
    pack_set = read_pack_set(root)
    own = [one for one in pack_set.notes.sorted() if one.place.file.startswith(("cn/facts/", "cn/departments.yaml"))]
    if own:
        raise PackError(own)
    return pack_set.vocabulary, pack_set.departments


def load_departments(*, root: Path = SHIPPED) -> Mapping[str, Department]:
    """All departments that supply facts, by code."""
    return load_packs(root).departments


def department_name(code: str, lang: str = "zh") -> str:
    """The name of a department of the shipped packs; the code itself where it has none."""
    department = load_departments().get(code)
    return code if department is None else department.name(lang)


def load_documents(*, root: Path = SHIPPED) -> Mapping[str, Source]:
    """All documents of law and statistics, by id."""
    return {key: document.source for key, document in load_packs(root).documents.items()}


def load_parameter_rows(key: str, *, root: Path = SHIPPED) -> tuple[ParameterRow, ...]:
    """Every dated row of a parameter, with its day of issue; for adjustments, arrears and tables of standards."""
    return tuple(row for row in load_packs(root).table.rows if row.key == key)


def load_statistics(key: str, *, root: Path = SHIPPED) -> tuple[ParameterRow, ...]:
    """Published averages of a parameter: for comparison only, never paid."""
    return tuple(row for row in load_packs(root).table.statistics if row.key == key)


def pack_version(*, root: Path = SHIPPED) -> str:
    """The content hash of all pack files: equal files, equal version."""
    return load_packs(root).version


def full_division(division: str) -> str:
    """A division code with all 12 digits; raises PackError when it is not a code."""
    if division.isdigit() and len(division) in SIGNIFICANT_DIGITS:
        return division.ljust(12, "0")
    raise PackError(
        Problem(
            Place(),
            "pack.division",
            "行政区划代码应为 2、4、6、9 或 12 位数字；请更正。",
            "A division code has 2, 4, 6, 9 or 12 digits; correct it.",
        )
    )


@lru_cache(maxsize=8)
def load_informing(*, root: Path = SHIPPED) -> Mapping[str, tuple[str, ...]]:
    """The parameters that are told with each rule without deciding it, by the rule's code."""
    found: dict[str, list[str]] = {}
    for key, one in sorted(load_packs(root).table.definitions.items()):
        for code in one.informs.of if one.informs else ():
            found.setdefault(code, []).append(key)
    return {code: tuple(keys) for code, keys in found.items()}
