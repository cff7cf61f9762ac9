"""What raises an alert: `alerts/<code>.yaml`; and after how many days of silence, by tier and category: `contact_limits/<code>.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ciyou.core.facts.definition import Entity
from ciyou.core.risk import VisitInterval
from ciyou.core.rules.book import Source
from ciyou.packs.folders import read_folder
from ciyou.packs.loading import full_division, load_packs
from ciyou.packs.located_yaml import Section, nearest
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.rounds import OWNERS
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import read_citation
from ciyou.packs.visit_intervals import load_intervals

FOLDER, LIMITS = "alerts", "contact_limits"
SILENCE, THRESHOLD, CHANGE = "silence", "threshold", "change"
WHAT: Mapping[str, tuple[str, ...]] = {
    SILENCE: ("no_contact",),
    THRESHOLD: ("missed_visits", "score"),
    CHANGE: ("tier_rose", "place_changed", "guardian_changed", "parent_state"),
}
"""Kind of alert → what the program can notice of that kind."""
CLOCKS: Mapping[str, str] = {SILENCE: "answer_silence", THRESHOLD: "look_into_sign", CHANGE: "look_into_change"}
"""Kind of alert → the clock by which somebody sees to it, which is the kind of its task; how long it runs is the place's to say."""
KINDS = tuple(CLOCKS.values())
CONTACTS = ("visit", "call", "questionnaire", "referral_reply", "official_record", "home_session")
_DIGITS = 12
LONGEST_CODE = 24
"""A task is about `<rule>:<child>`, which has to fit."""


NAMED_WORKER = "named_worker"


@dataclass(frozen=True)
class AlertRule:
    """One thing that raises an alert, and whose work it then is.

    `what` is noticed by the program; `contacts` are what breaks a silence, and what ends the alert by itself (none: only a person does);
    `at_least` is how many (missed visits), `facts` are those of a parent (parent_state). The name stands in lists, and says nothing that those who see them may not know.
    """

    code: str
    zh: str
    en: str
    kind: str
    what: str
    owner: str
    contacts: tuple[str, ...]
    at_least: int
    facts: tuple[str, ...]
    policy_default: bool
    sources: tuple[Source, ...]
    note_zh: str
    note_en: str

    @property
    def tells_of_result(self) -> bool:
        """Whether that it was raised says something of what came of a questionnaire, which only named workers may know (class 5)."""
        return self.what == "score"

    @property
    def seen_by(self) -> str:
        """Whose work it is: the role of the pack, or the named workers of the child's case."""
        return NAMED_WORKER if self.tells_of_result else self.owner

    @property
    def clock(self) -> str:
        """The clock that runs, which is the kind of the task."""
        return CLOCKS[self.kind]

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def note(self, lang: str = "zh") -> str:
        return self.note_en if lang == "en" else self.note_zh


def load_alerts(*, division: str, root: Path = SHIPPED) -> Mapping[str, AlertRule]:
    """Every alert of a division (2 to 12 digits), by code; a place's file takes the place of a wider one's.

    Raises PackError with all mistakes at once.
    """
    return _load(tuple(pack.code for pack in load_packs(root).chain(full_division(division))), root)


def rules_of_named_workers(*, root: Path = SHIPPED) -> frozenset[str]:
    """The codes of the alerts that, in some place at least, only named workers may see."""
    places = (pack.division.ljust(_DIGITS, "0") for pack in load_packs(root).packs)
    rules = (rule for place in places for rule in load_alerts(division=place, root=root).values())
    return frozenset(rule.code for rule in rules if rule.seen_by == NAMED_WORKER)


def load_contact_limits(*, division: str, root: Path = SHIPPED) -> Mapping[str, VisitInterval]:
    """After how many days without contact somebody is told, by tier and category; as `load_visit_intervals`."""
    return load_intervals(LIMITS, division=division, root=root)


@lru_cache(maxsize=64)
def _load(chain: tuple[str, ...], root: Path) -> Mapping[str, AlertRule]:
    return read_folder(chain, root, FOLDER, _read)


def _read(section: Section, code: str, pack_set: PackSet) -> AlertRule:
    check_code(section, code)
    _check_length(section, code)
    zh, en = section.names("name")
    kind = section.choice("kind", tuple(WHAT))
    what = section.choice("what", WHAT.get(kind, ()))
    default = section.boolean("policy_default") or False
    citations = (read_citation(one, pack_set.documents) for one in section.sections("sources", required=not default))
    note_zh, note_en = section.names("note", required=default)
    rule = AlertRule(
        code=code,
        zh=zh,
        en=en,
        kind=kind,
        what=what,
        owner=section.choice("owner", OWNERS),
        contacts=_contacts(section, required=kind == SILENCE),
        at_least=_count(section) if what == "missed_visits" else 0,
        facts=_facts(section, pack_set) if what == "parent_state" else (),
        policy_default=default,
        sources=tuple(one for one in citations if one is not None),
        note_zh=note_zh,
        note_en=note_en,
    )
    section.boolean("verified")
    section.close()
    return rule


def _check_length(section: Section, code: str) -> None:
    if len(code) > LONGEST_CODE:
        section.notes.add(
            section.value_place("code"),
            "alert_code",
            f"提醒的代码最长 {LONGEST_CODE} 个字符；请改短。",
            f"The code of an alert has at most {LONGEST_CODE} characters; shorten it.",
        )


def _contacts(section: Section, *, required: bool) -> tuple[str, ...]:
    named = section.texts("contacts", required=required)
    _refuse_unknown(section, "contacts", named, CONTACTS)
    return named


def _facts(section: Section, pack_set: PackSet) -> tuple[str, ...]:
    named = section.texts("facts", required=True)
    _refuse_unknown(
        section, "facts", named, [name for entity, name in pack_set.vocabulary.pairs() if entity is Entity.FATHER]
    )
    return named


def _refuse_unknown(section: Section, key: str, named: tuple[str, ...], known: Iterable[str]) -> None:
    options = list(known)
    for text in (one for one in named if one not in options):
        hint_zh, hint_en = nearest(text, options)
        section.notes.add(
            section.value_place(key),
            "unknown_choice",
            f"{key} 里没有“{text}”可选。{hint_zh}",
            f"There is no “{text}” to choose in `{key}`. {hint_en}".strip(),
        )


def _count(section: Section) -> int:
    count = section.integer("at_least", required=True)
    if count is not None and count < 1:
        section.notes.add(
            section.value_place("at_least"), "alert_count", "at_least 至少写 1。", "`at_least` is at least 1."
        )
    return max(count or 1, 1)
