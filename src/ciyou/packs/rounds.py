"""Rounds: what is looked at again for which children, how often; and of what ends soon somebody is told ahead of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ciyou.core.facts.definition import Entity
from ciyou.core.rules.book import Source
from ciyou.packs.folders import read_folder
from ciyou.packs.loading import overlay_key
from ciyou.packs.located_yaml import Section, nearest
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import read_citation

ROUNDS, WARNINGS = "rounds", "warnings"
PERIODS = ("month", "year")
WARNED_OF = ("age", "fact_ends", "award_ends", "paper", "recognition_ends")
OWNERS = ("child_director", "supervisor", "county_drafter")
_LAST_SAFE_DAY = 28
LONGEST_WARNING = 22
"""A task about what ends is known by the warning's code, the child and the day, within 64 characters."""
Key = tuple[Entity, str]


@dataclass(frozen=True)
class RoundCheck:
    """One thing that is looked at. `of`: rules (categories, entitlements) whose children it concerns; ages in full years, `to_age` excluded.

    `facts` are what it asks; none: a question that only the person who goes there can answer.
    """

    code: str
    zh: str
    en: str
    of: tuple[str, ...]
    facts: tuple[Key, ...]
    from_age: int | None
    to_age: int | None

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def concerns(self, rules: frozenset[str], age: int | None) -> bool:
        """Whether a child of whom these rules say yes, of this age (None: not known), is looked at."""
        if not rules & frozenset(self.of):
            return False
        if age is None:
            return True
        return (self.from_age is None or age >= self.from_age) and (self.to_age is None or age < self.to_age)


@dataclass(frozen=True)
class RoundKind:
    """One kind of round: how often (`period` month | year), and its checks.

    `opens_month`, `opens_day`: when it opens by itself; None: no source says so, and a person opens it.
    """

    code: str
    zh: str
    en: str
    period: str
    checks: tuple[RoundCheck, ...]
    opens_month: int | None
    opens_day: int | None
    policy_default: bool
    sources: tuple[Source, ...]
    note_zh: str
    note_en: str

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def note(self, lang: str = "zh") -> str:
        return self.note_en if lang == "en" else self.note_zh

    def period_on(self, day: dt.date) -> str:
        """The period of a day as a round is filed under: `2026` or `2026-11`."""
        return f"{day:%Y}" if self.period == "year" else f"{day:%Y-%m}"

    def opens_by(self, day: dt.date) -> bool:
        """Whether the round of this day's period has opened by itself by this day."""
        if self.opens_day is None:
            return False
        opens = (self.opens_month, self.opens_day) if self.period == "year" else (day.month, self.opens_day)
        return (day.month, day.day) >= (opens[0] or 1, opens[1])


@dataclass(frozen=True)
class ExpiryWarning:
    """Of what ends soon somebody is told. `what` age | fact_ends | award_ends | paper | recognition_ends.

    `term_months` of a paper, None: ask the place. `months`: the parameter that says for how long a recognition holds; `suggested`: where
    only a weak source says it (confidence C, L, K), which may hint and not decide, and where a firm one does another warning tells.
    """

    code: str
    zh: str
    en: str
    what: str
    age: int | None
    facts: tuple[Key, ...]
    paper: str
    term_months: int | None
    months: str
    suggested: bool
    of: tuple[str, ...]
    days_ahead: int
    owner: str
    note_zh: str
    note_en: str

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


def load_rounds(*, division: str, root: Path = SHIPPED) -> Mapping[str, RoundKind]:
    """Every kind of round of a division (2 to 12 digits), by code; a place's file takes the place of the nation's.

    Raises PackError with all mistakes at once.
    """
    return _rounds_of(overlay_key(division, root=root), root)


def load_warnings(*, division: str, root: Path = SHIPPED) -> Mapping[str, ExpiryWarning]:
    """Every warning of a division, by code; as `load_rounds`."""
    return _warnings_of(overlay_key(division, root=root), root)


@lru_cache(maxsize=64)
def _rounds_of(chain: tuple[str, ...], root: Path) -> Mapping[str, RoundKind]:
    return read_folder(chain, root, ROUNDS, _read_round)


@lru_cache(maxsize=64)
def _warnings_of(chain: tuple[str, ...], root: Path) -> Mapping[str, ExpiryWarning]:
    return read_folder(chain, root, WARNINGS, _read_warning)


def _read_round(section: Section, code: str, pack_set: PackSet) -> RoundKind:
    check_code(section, code)
    zh, en = section.names("name")
    note_zh, note_en = section.names("note", required=False)
    period = section.choice("period", PERIODS)
    default, sources = _grounds(section, pack_set)
    month, day = _opening(section, period)
    kind = RoundKind(
        code=code,
        zh=zh,
        en=en,
        period=period,
        checks=tuple(_read_check(entry, pack_set) for entry in section.sections("checks")),
        opens_month=month,
        opens_day=day,
        policy_default=default,
        sources=sources,
        note_zh=note_zh,
        note_en=note_en,
    )
    section.close()
    return kind


def _opening(section: Section, period: str) -> tuple[int | None, int | None]:
    inner = section.section("opens", required=False)
    if inner is None:
        return None, None
    month = inner.integer("month", required=True) if period == "year" else None
    day = inner.integer("day", required=True)
    inner.close()
    if not 1 <= (day or 0) <= _LAST_SAFE_DAY or not 1 <= (month or 1) <= 12:
        section.notes.add(
            section.value_place("opens"),
            "round_opens",
            "opens 写一天：每月写 {day: 1…28}，每年写 {month: 1…12, day: 1…28}。",
            "`opens` is a day: {day: 1…28} for a month, {month: 1…12, day: 1…28} for a year.",
        )
    return month, day


def _read_check(entry: Section, pack_set: PackSet) -> RoundCheck:
    zh, en = entry.names("name")
    check = RoundCheck(
        code=entry.text("code"),
        zh=zh,
        en=en,
        of=_rules(entry, pack_set),
        facts=_facts(entry, pack_set),
        from_age=entry.integer("from_age"),
        to_age=entry.integer("to_age"),
    )
    entry.close()
    return check


def _read_warning(section: Section, code: str, pack_set: PackSet) -> ExpiryWarning:
    check_code(section, code)
    if len(code) > LONGEST_WARNING:
        section.notes.add(
            section.value_place("code"),
            "warning_code",
            f"提醒的代码最多 {LONGEST_WARNING} 个字符，“{code}”有 {len(code)} 个；任务要用它写明针对什么，请改短（文件名同改）。",
            f"The code of a warning has at most {LONGEST_WARNING} characters, “{code}” has {len(code)}: a task says by it what it is about. "
            "Shorten it, and the file's name with it.",
        )
    zh, en = section.names("name")
    note_zh, note_en = section.names("note", required=False)
    _grounds(section, pack_set)
    found = ExpiryWarning(
        code=code,
        zh=zh,
        en=en,
        what=section.choice("what", WARNED_OF),
        age=section.integer("age"),
        facts=_facts(section, pack_set),
        paper=section.text("paper", required=False),
        term_months=section.integer("term_months"),
        months=_months(section, pack_set),
        suggested=section.boolean("suggested") or False,
        of=_rules(section, pack_set),
        days_ahead=section.integer("days_ahead", required=True) or 0,
        owner=section.choice("owner", OWNERS),
        note_zh=note_zh,
        note_en=note_en,
    )
    section.close()
    return found


def _grounds(section: Section, pack_set: PackSet) -> tuple[bool, tuple[Source, ...]]:
    """Whether the file says that it is a default and no law, and its sources: one of the two is there."""
    default = section.boolean("policy_default") or False
    entries = section.sections("sources", required=not default)
    found = (read_citation(entry, pack_set.documents) for entry in entries)
    return default, tuple(source for source in found if source is not None)


def _months(section: Section, pack_set: PackSet) -> str:
    key, known = section.text("months", required=False), pack_set.table.definitions
    if key and key not in known:
        hint_zh, hint_en = nearest(key, known)
        section.notes.add(
            section.value_place("months"),
            "unknown_parameter",
            f"没有参数“{key}”。{hint_zh}",
            f"There is no parameter “{key}”. {hint_en}".strip(),
        )
    return key


def _rules(section: Section, pack_set: PackSet) -> tuple[str, ...]:
    known = {code for pack in pack_set.packs for code in pack.rules}
    named = section.texts("of")
    for code in named:
        if code not in known:
            hint_zh, hint_en = nearest(code, known)
            section.notes.add(
                section.value_place("of"),
                "unknown_rule",
                f"没有规则“{code}”。{hint_zh}",
                f"There is no rule “{code}”. {hint_en}".strip(),
            )
    return named


def _facts(section: Section, pack_set: PackSet) -> tuple[Key, ...]:
    known = {f"{entity}.{name}": (entity, name) for entity, name in pack_set.vocabulary.pairs()}
    found = []
    for text in section.texts("facts"):
        if text in known:
            found.append(known[text])
            continue
        hint_zh, hint_en = nearest(text, known)
        section.notes.add(
            section.value_place("facts"),
            "unknown_fact",
            f"没有事实“{text}”。{hint_zh}",
            f"There is no fact “{text}”. {hint_en}".strip(),
        )
    return tuple(found)
