"""How long what is kept, and the office's own limits: read from packs, with their sources or marked as a default that is no law."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ciyou.core.clock.months import add_months
from ciyou.core.errors import PackError
from ciyou.core.rules.book import Source
from ciyou.packs.located_yaml import Notes, Section, read_yaml
from ciyou.packs.pack_files import NATIONAL, SHIPPED
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import Document, read_citation, read_documents

WHAT = (
    "log",
    "sharing_records",
    "people_without_difficulty",
    "emergency_aid",
    "complaints",
    "screening_files",
    "export_files",
    "child_files",
)
EVENTS = ("recorded", "closed", "finished", "made", "of_age")
_UNITS = ("days", "months", "years")
_MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class Period:
    """A length of time as a rule states it; `unit` days | months | years."""

    amount: int
    unit: str

    def before(self, today: dt.date) -> dt.date:
        """What happened before this day is older than the period."""
        if self.unit == "days":
            return today - dt.timedelta(days=self.amount)
        return add_months(today, -self.amount * (_MONTHS_PER_YEAR if self.unit == "years" else 1))


@dataclass(frozen=True)
class RetentionRule:
    """How long one kind of record is kept, counted from an event.

    `keep_at_least`: it must not go earlier. `destroy_after`: it goes then. Neither: nobody knows the period, and nothing goes.
    `policy_default`: the number is ours and not the law's; the place should set it.
    """

    code: str
    what: str
    counted_from: str
    zh: str
    en: str
    keep_at_least: Period | None
    destroy_after: Period | None
    policy_default: bool
    sources: tuple[Source, ...]
    note_zh: str
    note_en: str

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def note(self, lang: str = "zh") -> str:
        return self.note_en if lang == "en" else self.note_zh


@dataclass(frozen=True)
class OfficeLimit:
    """One number by which the office works: a size, a length, a threshold. Without a source it is ours, and unverified asks the place."""

    code: str
    value: int
    unit: str
    zh: str
    en: str
    policy_default: bool
    verified: bool
    sources: tuple[Source, ...]
    note_zh: str
    note_en: str

    @property
    def asks_place(self) -> bool:
        """Whether the number is nobody's but ours, so that the place has to say what holds there."""
        return self.policy_default and not self.verified

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def note(self, lang: str = "zh") -> str:
        return self.note_en if lang == "en" else self.note_zh


@lru_cache(maxsize=4)
def load_retention_rules(*, root: Path = SHIPPED) -> Mapping[str, RetentionRule]:
    """Every retention rule of the national pack, by code; raises PackError with all mistakes."""
    notes = Notes()
    documents = _documents(root, notes)
    rules = [_rule(section, path.stem, documents) for path, section in _files(root, "retention", notes)]
    _raise(notes)
    return MappingProxyType({rule.code: rule for rule in rules})


@lru_cache(maxsize=4)
def load_limits(*, root: Path = SHIPPED) -> Mapping[str, OfficeLimit]:
    """Every limit of the office, by code; raises PackError with all mistakes."""
    notes = Notes()
    documents = _documents(root, notes)
    limits = [_limit(section, path.stem, documents) for path, section in _files(root, "limits", notes)]
    _raise(notes)
    return MappingProxyType({limit.code: limit for limit in limits})


def _raise(notes: Notes) -> None:
    if notes.found:
        raise PackError(notes.sorted())


def _documents(root: Path, notes: Notes) -> Mapping[str, Document]:
    section = read_yaml(root / NATIONAL / "sources.yaml", file=f"{NATIONAL}/sources.yaml", notes=notes)
    return read_documents(section) if section else {}


def _files(root: Path, folder: str, notes: Notes) -> list[tuple[Path, Section]]:
    found = []
    for path in sorted((root / NATIONAL / folder).glob("*.yaml")):
        section = read_yaml(path, file=f"{NATIONAL}/{folder}/{path.name}", notes=notes)
        if section is not None:
            found.append((path, section))
    return found


def _rule(section: Section, stem: str, documents: Mapping[str, Document]) -> RetentionRule:
    check_code(section, stem)
    (zh, en), (note_zh, note_en) = section.names("name"), section.names("note", required=False)
    default = section.boolean("policy_default") or False
    rule = RetentionRule(
        code=stem,
        what=section.choice("what", WHAT),
        counted_from=section.choice("from", EVENTS),
        zh=zh,
        en=en,
        keep_at_least=_period(section, "keep_at_least"),
        destroy_after=_period(section, "destroy_after"),
        policy_default=default,
        sources=_sources(section, documents, needed=True),
        note_zh=note_zh,
        note_en=note_en,
    )
    if rule.what in ("log", "sharing_records") and rule.destroy_after is not None:
        section.notes.add(
            section.value_place("destroy_after"),
            "retention_of_records",
            "日志和记录不能设定销毁期限；请改为 keep_at_least。",
            "The log and records have no date of destruction; write keep_at_least.",
        )
    section.close()
    return rule


def _limit(section: Section, stem: str, documents: Mapping[str, Document]) -> OfficeLimit:
    check_code(section, stem)
    (zh, en), (note_zh, note_en) = section.names("name"), section.names("note", required=False)
    default = section.boolean("policy_default") or False
    limit = OfficeLimit(
        code=stem,
        value=section.integer("value", required=True) or 0,
        unit=section.text("unit"),
        zh=zh,
        en=en,
        policy_default=default,
        verified=section.boolean("verified") or False,
        sources=_sources(section, documents, needed=not default),
        note_zh=note_zh,
        note_en=note_en,
    )
    section.close()
    return limit


def _sources(section: Section, documents: Mapping[str, Document], *, needed: bool) -> tuple[Source, ...]:
    entries = section.sections("sources", required=needed)
    found = (read_citation(entry, documents) for entry in entries)
    return tuple(source for source in found if source is not None)


def _period(section: Section, key: str) -> Period | None:
    inner = section.section(key, required=False)
    if inner is None:
        return None
    amounts = [(unit, inner.integer(unit)) for unit in _UNITS if inner.has(unit)]
    inner.close()
    if len(amounts) != 1 or not amounts[0][1] or amounts[0][1] < 1:
        section.notes.add(
            section.value_place(key),
            "retention_period",
            "期限应写成 {days: 数} 或 {months: 数} 或 {years: 数}，至少为 1。",
            "A period is written {days: N}, {months: N} or {years: N}, at least 1.",
        )
        return None
    unit, amount = amounts[0]
    return Period(amount or 0, unit)
