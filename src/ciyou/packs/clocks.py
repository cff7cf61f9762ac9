"""The clocks of the office: within which time what must be done. Law where a source says so, else a default that is marked as one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ciyou.core.clock.calendar import WorkingCalendar
from ciyou.core.clock.limits import ESCALATION, HALF, Deadline, LimitKind, LimitUnit, TimeLimit
from ciyou.core.errors import PackError, Place
from ciyou.core.rules.book import Source
from ciyou.packs.folders import sections_of
from ciyou.packs.loading import load_packs, overlay_key
from ciyou.packs.located_yaml import Notes, Section, nearest
from ciyou.packs.pack_files import SHIPPED, Pack
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import Document, read_citation

FOLDER = "clocks"
POLICY_DEFAULT = "policy default, not law"
_LONGEST_CODE = 32  # a clock's code is the kind of the task that it times


@dataclass(frozen=True)
class DuePlan:
    """The days of one running clock: by law, by promise, the earlier of both, and when half and one and a half of it are used.

    `provisional`: some of the days lie where the working calendar is not published yet; plan it again then.
    """

    statutory_on: dt.date | None
    promised_on: dt.date | None
    due_on: dt.date
    half_on: dt.date
    escalate_on: dt.date
    provisional: bool


@dataclass(frozen=True)
class Clock:
    """One kind of work with its time. At least one of the two limits is there; `promised` alone is our own default, not law.

    `verified`: somebody has checked the amounts for the place that this clock is for.
    """

    code: str
    zh: str
    en: str
    counted_from_zh: str
    counted_from_en: str
    statutory: TimeLimit | None
    promised: TimeLimit | None
    policy_default: bool
    verified: bool
    sources: tuple[Source, ...]
    note_zh: str
    note_en: str

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def plan(self, start: dt.date, calendar: WorkingCalendar) -> DuePlan:
        """The days of this clock when it starts on `start`."""
        running = [limit.due(start, calendar) for limit in (self.statutory, self.promised) if limit is not None]
        due = min(running, key=_last_day)
        half, late = due.date_at(HALF, calendar), due.date_at(ESCALATION, calendar)
        return DuePlan(
            statutory_on=self.statutory.due(start, calendar).date if self.statutory else None,
            promised_on=self.promised.due(start, calendar).date if self.promised else None,
            due_on=due.date,
            half_on=half.date,
            escalate_on=late.date,
            provisional=any(deadline.provisional for deadline in running) or half.provisional or late.provisional,
        )


def _last_day(deadline: Deadline) -> dt.date:
    return deadline.date


def load_clocks(*, division: str, root: Path = SHIPPED) -> Mapping[str, Clock]:
    """Every clock of a division (2 to 12 digits) by code, the narrowest place's first; raises PackError with all mistakes at once."""
    chain = overlay_key(division, root=root)
    return _clocks_of(chain, root)


@lru_cache(maxsize=64)
def _clocks_of(chain: tuple[str, ...], root: Path) -> Mapping[str, Clock]:
    pack_set, notes = load_packs(root), Notes()
    found: dict[str, Clock] = {}
    for pack in (pack for pack in pack_set.packs if pack.code in chain):
        for clock in _read_pack(pack, pack_set.documents, notes, known=found):
            found[clock.code] = clock
    if notes.found:
        raise PackError(notes.sorted())
    return MappingProxyType(found)


def _read_pack(
    pack: Pack, documents: Mapping[str, Document], notes: Notes, *, known: Mapping[str, Clock]
) -> list[Clock]:
    clocks = []
    for section, code in sections_of(pack, FOLDER, notes):
        own, place = section.boolean("own") or False, section.value_place("own")
        clock = _read_clock(section, code, documents)
        if own:
            _check_own(section, code, place, is_new=bool(pack.division) and code not in known)
        elif pack.division and code not in known:
            _note_unknown(section, code, known)
            continue
        if clock is not None:
            _check_not_longer(section, clock, known.get(clock.code))
            clocks.append(clock)
    return clocks


def _check_own(section: Section, code: str, place: Place, *, is_new: bool) -> None:
    """A clock of a place's own is one that no wider pack has."""
    if not is_new:
        section.notes.add(
            place,
            "own_clock",
            f"时钟“{code}”已有（或这里是全国包），不是本地自设的；请删去 own，或换一个代号。",
            f"There is a clock “{code}” already (or this is the national pack), so it is no place's own; delete `own`, or give it another code.",
        )
    if len(code) > _LONGEST_CODE:
        section.notes.add(
            section.place,
            "own_clock_code",
            f"自设时钟的代号最多 {_LONGEST_CODE} 个字符；请缩短文件名和 code。",
            f"The code of a clock of one's own has at most {_LONGEST_CODE} characters; shorten the file's name and `code`.",
        )


def _read_clock(section: Section, code: str, documents: Mapping[str, Document]) -> Clock | None:
    check_code(section, code)
    names, counted_from = section.names("name"), section.names("counted_from")
    note_zh, note_en = section.names("note", required=False)
    statutory_place, promised_place = section.value_place("statutory"), section.value_place("promised")
    statutory, source = _read_limit(section, "statutory", code, names, documents)
    promised, promise_source = _read_limit(section, "promised", code, names, documents)
    default = section.boolean("policy_default") or False
    clock = Clock(
        code=code,
        zh=names[0],
        en=names[1],
        counted_from_zh=counted_from[0],
        counted_from_en=counted_from[1],
        statutory=statutory,
        promised=promised,
        policy_default=default,
        verified=section.boolean("verified") or False,
        sources=tuple(one for one in (source, promise_source) if one is not None),
        note_zh=note_zh,
        note_en=note_en,
    )
    _check_sources(section, clock, source, promise_source, (statutory_place, promised_place))
    section.close()
    return clock if statutory or promised else None


def _read_limit(
    section: Section, key: str, code: str, names: tuple[str, str], documents: Mapping[str, Document]
) -> tuple[TimeLimit | None, Source | None]:
    inner = section.section(key, required=False)
    if inner is None:
        return None, None
    amount = inner.integer("amount", required=True)
    unit = inner.choice("unit", list(LimitUnit))
    moves = inner.boolean("moves_off_days_off") or False
    citation = inner.section("source", required=False)
    source = None if citation is None else read_citation(citation, documents)
    if amount is not None and amount < 1:
        inner.notes.add(
            inner.value_place("amount"),
            "clock_amount",
            "期限的数量至少为 1；请改正。",
            "The amount of a limit is at least 1; correct it.",
        )
        amount = None
    inner.close()
    if amount is None or not unit:
        return None, source
    kind = LimitKind.STATUTORY if key == "statutory" else LimitKind.PROMISED
    counted_from = f"{code}.start"
    limit = TimeLimit(
        code, amount, LimitUnit(unit), counted_from, *names, kind, source.id if source else "", moves_off_days_off=moves
    )
    return limit, source


def _check_sources(
    section: Section, clock: Clock, source: Source | None, promise_source: Source | None, places: tuple[Place, Place]
) -> None:
    if clock.statutory is None and clock.promised is None:
        section.notes.add(
            section.place,
            "clock_without_limit",
            "时钟至少要有一个期限：statutory（法定）或 promised（承诺）。",
            "A clock needs at least one limit: `statutory` or `promised`.",
        )
    if clock.statutory is not None and source is None:
        section.notes.add(
            places[0],
            "no_source",
            "法定期限没有来源，不能使用；请在 statutory 下写明 source。",
            "A statutory limit without a source cannot be used; give its `source` under `statutory`.",
        )
    if clock.promised is not None and promise_source is None and not clock.policy_default:
        section.notes.add(
            places[1],
            "no_source",
            "承诺期限没有来源时，必须写明 policy_default: true（默认值，不是法律规定）。",
            "A promised limit without a source must be marked `policy_default: true` (a default and not law).",
        )


def _check_not_longer(section: Section, clock: Clock, national: Clock | None) -> None:
    """A promise, and a narrower place, may be shorter than the law and never longer; only limits of one unit are compared."""
    law = clock.statutory or (national.statutory if national else None)
    wider = national.statutory if national else None
    for limit, bound in ((clock.promised, law), (clock.statutory, wider)):
        if limit is None or bound is None or limit.unit is not bound.unit or limit.amount <= bound.amount:
            continue
        section.notes.add(
            section.value_place("promised" if limit is clock.promised else "statutory"),
            "clock_longer_than_law",
            f"期限 {limit.amount} 比法定的 {bound.amount} 更长；只能缩短，不能延长。",
            f"The limit of {limit.amount} is longer than the law's {bound.amount}; it may be shorter, never longer.",
        )


def _note_unknown(section: Section, code: str, known: Mapping[str, Clock]) -> None:
    hint_zh, hint_en = nearest(code, known)
    section.notes.add(
        section.place,
        "unknown_clock",
        f"全国包没有时钟“{code}”，地方包改写的只能是已有的时钟。{hint_zh}如果是本地文件自定的期限，请加 own: true。",
        f"The national pack has no clock “{code}”, and a place restates one that exists. {hint_en} "
        "If it is a deadline of this place's own, add `own: true`.",
    )
