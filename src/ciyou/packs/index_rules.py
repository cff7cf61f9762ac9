"""Index rules: how a place says its standards move, read from `index_rules/*.yaml`. For checks and projections; they decide no amount."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from ciyou.core.errors import PackError
from ciyou.core.rules.book import Source, Standing
from ciyou.core.rules.tree import Kind
from ciyou.packs.folders import sections_of
from ciyou.packs.loading import full_division, load_packs
from ciyou.packs.located_yaml import Notes, Section, nearest
from ciyou.packs.pack_files import SHIPPED, Pack, PackSet
from ciyou.packs.parameter_files import check_division, check_period
from ciyou.packs.parameters import ParameterDefinition, ParameterRow, ParameterTable
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import read_citation, read_citations

FOLDER = "index_rules"
KINDS = ("grows", "share", "none")
RELATIONS = ("equal", "at_least")
FEN_PER_YUAN = 100
_PERCENT = 100


@dataclass(frozen=True)
class Growth:
    """A published rate of growth by which the standards that begin on `valid_from` were moved; 5.4 percent is 27/500."""

    valid_from: dt.date
    rate: Fraction
    source: Source


@dataclass(frozen=True)
class IndexRule:
    """One formula of a place, from `valid_from` to `valid_to` (both days on which it holds; None: open).

    `kind` grows: each standard is the one before it times 1 + growth (`growths`: the rates that are published); share: it is
    `times` the parameter `of` ('' where no parameter holds what it is a share of); none: the place has no formula. `relation`
    equal | at_least. `targets` are keys of money parameters. Computed amounts are rounded to the nearest yuan, half up.
    """

    code: str
    zh: str
    en: str
    division: str
    valid_from: dt.date
    valid_to: dt.date | None
    kind: str
    targets: tuple[str, ...]
    relation: str
    of: str
    times: Fraction | None
    growths: tuple[Growth, ...]
    sources: tuple[Source, ...]

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def holds_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class IndexFinding:
    """What a formula says of one published row. `computed_fen` None: what it would be computed from is not on file.

    `verdict` fits | differs | not_on_file. The published row holds whatever the verdict is.
    """

    rule: IndexRule
    row: ParameterRow
    computed_fen: int | None
    verdict: str

    @property
    def published_fen(self) -> int:
        return _fen(self.row)


def load_index_rules(*, root: Path = SHIPPED) -> tuple[IndexRule, ...]:
    """The formulas of every place, the widest first; raises PackError with all mistakes at once."""
    return _index_rules(root)


@lru_cache(maxsize=8)
def _index_rules(root: Path) -> tuple[IndexRule, ...]:
    pack_set, notes = load_packs(root), Notes()
    found = [rule for pack in pack_set.packs for rule in _read_pack(pack, pack_set, notes)]
    if notes.found:
        raise PackError(notes.sorted())
    return tuple(sorted(found, key=lambda rule: (len(rule.division), rule.division, rule.code, rule.valid_from)))


def index_findings(*, division: str = "", root: Path = SHIPPED) -> tuple[IndexFinding, ...]:
    """What every formula says of the rows that are published where it holds; `division` (2 to 12 digits): only of the rows there and around."""
    table = load_packs(root).table
    place = full_division(division) if division else ""
    found = (finding for rule in load_index_rules(root=root) for finding in check_index_rule(rule, table))
    return tuple(one for one in found if not place or place.startswith(one.row.division) or _lies_in(one.row, division))


def check_index_rule(rule: IndexRule, table: ParameterTable) -> tuple[IndexFinding, ...]:
    """Hold every row of a formula's targets in its division, while it holds, against what it computes; rows from weak sources prove nothing."""
    firm = (row for row in table.rows if row.standing is not Standing.SUGGESTS)
    rows = [row for row in firm if row.key in rule.targets and row.division.startswith(rule.division)]
    found: list[IndexFinding] = []
    for _, group in sorted(_by_place(rows).items()):
        if rule.kind == "grows":
            found.extend(_finding(rule, row, _grown(rule, before, row)) for before, row in pairwise(group))
        elif rule.kind == "share":
            found.extend(_finding(rule, row, _shared(rule, row, table)) for row in group)
    return tuple(one for one in found if rule.holds_on(one.row.valid_from))


def project(rule: IndexRule, amount_fen: int, *, rate: Fraction | None = None) -> int | None:
    """What the formula makes of an amount: the next standard of one that grows (`rate`), the share of what it is a share of.

    A projection, never a standard. Whole yuan in fen; None where the place has no formula or the rate is not given.
    """
    if rule.kind == "grows" and rate is not None:
        return _to_yuan(amount_fen * (1 + rate))
    if rule.kind == "share" and rule.times is not None:
        return _to_yuan(amount_fen * rule.times)
    return None


def _lies_in(row: ParameterRow, division: str) -> bool:
    return row.division.startswith(division)


def _by_place(rows: list[ParameterRow]) -> Mapping[tuple[str, str], list[ParameterRow]]:
    groups: dict[tuple[str, str], list[ParameterRow]] = {}
    for row in sorted(rows, key=lambda row: row.valid_from):
        groups.setdefault((row.key, row.division), []).append(row)
    return groups


def _grown(rule: IndexRule, before: ParameterRow, row: ParameterRow) -> int | None:
    rate = next((growth.rate for growth in rule.growths if growth.valid_from == row.valid_from), None)
    return project(rule, _fen(before), rate=rate)


def _shared(rule: IndexRule, row: ParameterRow, table: ParameterTable) -> int | None:
    if not rule.of:
        return None
    base = table.value(rule.of, row.division.ljust(12, "0"), row.valid_from).value
    return project(rule, base) if isinstance(base, int) else None


def _finding(rule: IndexRule, row: ParameterRow, computed: int | None) -> IndexFinding:
    if computed is None:
        return IndexFinding(rule, row, None, "not_on_file")
    published = _fen(row)
    fits = published >= computed if rule.relation == "at_least" else published == computed
    return IndexFinding(rule, row, computed, "fits" if fits else "differs")


def _fen(row: ParameterRow) -> int:
    return row.value if isinstance(row.value, int) else 0


def _to_yuan(fen: Fraction) -> int:
    return int(fen / FEN_PER_YUAN + Fraction(1, 2)) * FEN_PER_YUAN


# -- reading ------------------------------------------------------------------------------------------------------------------
def _read_pack(pack: Pack, pack_set: PackSet, notes: Notes) -> Iterator[IndexRule]:
    for section, code in sections_of(pack, FOLDER, notes):
        rule = _read(section, code, pack, pack_set)
        if rule is not None:
            yield rule


def _read(section: Section, code: str, pack: Pack, pack_set: PackSet) -> IndexRule | None:
    check_code(section, code)
    zh, en = section.names("name")
    division = section.text("division", required=False) or pack.division
    check_division(division, within=pack.division, place=section.value_place("division"), notes=section.notes)
    valid_from, valid_to = section.date("from", required=True), section.date("to")
    check_period(valid_from, valid_to, place=section.value_place("to"), notes=section.notes)
    kind = section.choice("kind", KINDS)
    definitions = pack_set.table.definitions
    targets = section.texts("targets", required=True)
    _check_money(section, "targets", targets, definitions)
    of = section.text("of", required=False)
    _check_money(section, "of", (of,) if of else (), definitions)
    times = _ratio(section, "times", required=kind == "share")
    growths = tuple(_read_growths(section, pack_set))
    relation = section.choice("relation", RELATIONS, default="equal")
    sources = read_citations(section, pack_set.documents)
    section.has("place")  # for the reader's eye
    section.has("note")
    section.close()
    if valid_from is None or not kind:
        return None
    return IndexRule(code, zh, en, division, valid_from, valid_to, kind, targets, relation, of, times, growths, sources)


def _read_growths(section: Section, pack_set: PackSet) -> Iterator[Growth]:
    for entry in section.sections("growths", required=False):
        day, percent = entry.date("from", required=True), _ratio(entry, "percent", required=True)
        source = read_citation(entry, pack_set.documents)
        entry.close()
        if day is not None and percent is not None and source is not None:
            yield Growth(day, percent / _PERCENT, source)


def _ratio(section: Section, key: str, *, required: bool) -> Fraction | None:
    written = section.text(key, required=required)
    if not written:
        return None
    try:
        return Fraction(written)
    except (ValueError, ZeroDivisionError):
        section.notes.add(
            section.value_place(key),
            "bad_ratio",
            f"“{key}”应为小数或分数，如 0.8 或 1/6；请改正。",
            f"“{key}” is a decimal or a fraction, such as 0.8 or 1/6; correct it.",
        )
        return None


def _check_money(
    section: Section, key: str, written: tuple[str, ...], definitions: Mapping[str, ParameterDefinition]
) -> None:
    money = [name for name, definition in definitions.items() if definition.kind is Kind.MONEY]
    for name in written:
        if name not in money:
            hint_zh, hint_en = nearest(name, money)
            section.notes.add(
                section.value_place(key),
                "not_a_standard",
                f"“{name}”不是金额参数，不能有调整公式；请写金额参数的代码。{hint_zh}",
                f"“{name}” is no parameter of money and can have no formula; name one that is. {hint_en}".strip(),
            )
