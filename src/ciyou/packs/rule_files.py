"""Rule folders and predicate files as they are written: names, sources and dated versions, not yet bound to any place or date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, TypeVar

from ciyou.core.errors import Place
from ciyou.core.rules.book import RuleKind, Source
from ciyou.packs.located_yaml import Expression, Notes, Section
from ciyou.packs.measures import MEASURES
from ciyou.packs.parameter_files import check_period, note_overlap
from ciyou.packs.sources import Document, read_citations

CHANGES = ("new", "replace", "widen", "tier", "off")
PERIODS = ("month", "year", "once")


class Dated(Protocol):
    """Whatever holds from a day, to a day (inclusive; None: until the next version)."""

    @property
    def valid_from(self) -> dt.date: ...

    @property
    def valid_to(self) -> dt.date | None: ...


ONE_DAY = dt.timedelta(days=1)
AnyDated = TypeVar("AnyDated", bound=Dated)


@dataclass(frozen=True)
class RuleVersion:
    """A rule's text in one period: its condition and amount, and the sources it stands on."""

    valid_from: dt.date
    valid_to: dt.date | None
    when: Expression | None
    amount: Expression | None
    sources: tuple[Source, ...]
    place: Place


@dataclass(frozen=True)
class RuleFile:
    """A `rule.yaml`. `change` says what an overlay does to the rule it extends: replace, widen, tier (amount only) or off."""

    code: str
    kind: RuleKind
    change: str
    zh: str
    en: str
    measure: str
    sensitivity: int
    period: str
    payer: str
    apply_zh: str
    apply_en: str
    makes_lead: bool
    versions: tuple[RuleVersion, ...]
    place: Place

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True)
class PredicateVersion:
    """A predicate's meaning in one period."""

    valid_from: dt.date
    valid_to: dt.date | None
    when: Expression
    sources: tuple[Source, ...]
    place: Place


@dataclass(frozen=True)
class PredicateFile:
    """A file of `predicates/`: a named condition of the law with its formal names and dated meanings."""

    name: str
    parameters: tuple[str, ...]
    zh: str
    en: str
    versions: tuple[PredicateVersion, ...]
    place: Place


def turning_days(dated: Iterable[Dated]) -> Iterator[dt.date]:
    """Every day on which something begins to hold, or no longer does."""
    for one in dated:
        yield one.valid_from
        if one.valid_to is not None:
            yield one.valid_to + ONE_DAY


def in_force(versions: Iterable[AnyDated], day: dt.date) -> AnyDated | None:
    """The version that holds on a day: the latest that has begun and not ended."""
    begun = [version for version in versions if version.valid_from <= day]
    latest = max(begun, key=lambda version: version.valid_from, default=None)
    if latest is None or (latest.valid_to is not None and latest.valid_to < day):
        return None
    return latest


def read_rule(
    section: Section,
    *,
    code: str,
    kind: RuleKind,
    documents: Mapping[str, Document],
    is_overlay: bool,
    payers: Iterable[str],
) -> RuleFile | None:
    """A `rule.yaml`; mistakes are noted. An overlay that changes a rule need not repeat its names."""
    check_code(section, code)
    change = section.choice("change", CHANGES, default="new") if is_overlay else "new"
    whole = change == "new"
    zh, en = section.names("name", required=whole)
    apply_zh, apply_en = section.names("apply", required=False)
    payer = section.choice("payer", payers, code="unknown_department") if section.has("payer") else ""
    versions = _read_versions(section, documents, kind=kind, change=change)
    rule = RuleFile(
        code=code,
        kind=kind,
        change=change,
        zh=zh,
        en=en,
        measure=section.choice("measure", MEASURES) if whole or section.has("measure") else "",
        sensitivity=section.integer("sensitivity") or 3,
        period=section.choice("period", PERIODS, default="month"),
        payer=payer,
        apply_zh=apply_zh,
        apply_en=apply_en,
        makes_lead=section.boolean("makes_lead") is not False,
        versions=versions,
        place=section.place,
    )
    section.close()
    return rule


def check_code(section: Section, code: str) -> None:
    """The `code:` (or `key:`) written in a file is the name of its folder or file."""
    written = section.text("code")
    if written and written != code:
        section.notes.add(
            section.value_place("code"),
            "code_name",
            f"代码“{written}”与文件夹（文件）名“{code}”不一致；两者必须相同。",
            f"Code “{written}” differs from the name of its folder or file, “{code}”; they must be equal.",
        )


def _read_versions(
    section: Section, documents: Mapping[str, Document], *, kind: RuleKind, change: str
) -> tuple[RuleVersion, ...]:
    found = []
    for entry in section.sections("versions"):
        valid_from, valid_to = _read_period(entry)
        when = None if change in ("off", "tier") else entry.expression("when")
        pays = kind is RuleKind.ENTITLEMENT and change not in ("off", "widen")
        amount = entry.expression("amount", required=change == "tier") if pays else None
        sources = read_citations(entry, documents)
        _check_not_statistic(sources, entry)
        if valid_from is not None:
            found.append(RuleVersion(valid_from, valid_to, when, amount, sources, entry.place))
        entry.close()
    check_version_overlaps(found, section.notes)
    return tuple(found)


def _check_not_statistic(sources: Iterable[Source], entry: Section) -> None:
    if any(source.kind == "statistic" for source in sources):
        entry.notes.add(
            entry.value_place("sources"),
            "statistic_as_standard",
            "统计数不能作为规则或发放标准的来源；请引用作出规定的文件。",
            "A statistic is never the source of a rule or a standard; cite the document that sets it.",
        )


def _read_period(entry: Section) -> tuple[dt.date | None, dt.date | None]:
    valid_from, valid_to = entry.date("from", required=True), entry.date("to")
    check_period(valid_from, valid_to, place=entry.value_place("to"), notes=entry.notes)
    return valid_from, valid_to


def check_version_overlaps(versions: Iterable[RuleVersion | PredicateVersion], notes: Notes) -> None:
    """No two versions of one rule or predicate hold on the same day."""
    ordered = sorted(versions, key=lambda version: (version.valid_from, version.place))
    for earlier, later in pairwise(ordered):
        note_overlap(earlier.valid_from, earlier.valid_to, later.valid_from, place=later.place, notes=notes)


def read_predicate(section: Section, *, code: str, documents: Mapping[str, Document]) -> PredicateFile:
    """A file of `predicates/`; mistakes are noted."""
    check_code(section, code)
    zh, en = section.names("name")
    versions = []
    for entry in section.sections("versions"):
        valid_from, valid_to = _read_period(entry)
        when, sources = entry.expression("when"), read_citations(entry, documents)
        if valid_from is not None and when is not None:
            versions.append(PredicateVersion(valid_from, valid_to, when, sources, entry.place))
        entry.close()
    check_version_overlaps(versions, section.notes)
    predicate = PredicateFile(code, section.texts("of", required=True), zh, en, tuple(versions), section.place)
    section.close()
    return predicate
