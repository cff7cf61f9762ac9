"""Services that a child is referred to: what their receiver needs to know, and what it can answer. A file for a service (`referrals/`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ciyou.core.access.verdict import RESTRICTED
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.book import Source
from ciyou.packs.folders import read_folder
from ciyou.packs.loading import overlay_key
from ciyou.packs.located_yaml import Section, nearest
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import read_citations

FOLDER = "referrals"
KINDS = ("hospital", "rehabilitation", "social_work", "school", "community")
"""Who can offer a service."""
FROM_FILE = ("name", "sex", "birth_date", "age", "residence")
"""What is taken from the child's file, and is nothing that a certificate says."""
TYPED, FACT = "typed", "fact."
LEAST_CLASS, MOST_LINK_DAYS = 3, 30


@dataclass(frozen=True)
class ReferralField:
    """One thing that a receiver may be told: `source` is a part of the file, `fact.<name>` of the child, or `typed` by the sender.

    `needed`: the service cannot be given without it; the sender chooses among the others.
    """

    code: str
    zh: str
    en: str
    source: str
    sensitivity: int
    needed: bool

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    @property
    def fact(self) -> str:
        """The child's fact that it is; "" where it is none."""
        return self.source.removeprefix(FACT) if self.source.startswith(FACT) else ""


@dataclass(frozen=True)
class Advice:
    """One thing that a receiver may advise for the time after: the return plan begins with it."""

    code: str
    zh: str
    en: str

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True)
class ReferralService:
    """One service: who offers it, how sensitive it is that a child is sent there, what is told and what may be advised.

    `findings_class`: the class of what the receiver found. `link_days`: how long a one-time link to answer lives.
    """

    code: str
    zh: str
    en: str
    kinds: tuple[str, ...]
    sensitivity: int
    findings_class: int
    link_days: int
    fields: tuple[ReferralField, ...]
    advice: tuple[Advice, ...]
    sources: tuple[Source, ...]
    verified: bool
    note_zh: str
    note_en: str

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def note(self, lang: str = "zh") -> str:
        return self.note_en if lang == "en" else self.note_zh


def load_referrals(*, division: str, root: Path = SHIPPED) -> Mapping[str, ReferralService]:
    """Every service of a division (2 to 12 digits), by code; a place's file takes the place of the nation's.

    Raises PackError with all mistakes at once.
    """
    return _services_of(overlay_key(division, root=root), root)


@lru_cache(maxsize=64)
def _services_of(chain: tuple[str, ...], root: Path) -> Mapping[str, ReferralService]:
    return read_folder(chain, root, FOLDER, _read)


def _read(section: Section, code: str, pack_set: PackSet) -> ReferralService:
    check_code(section, code)
    zh, en = section.names("name")
    note_zh, note_en = section.names("note")
    section.boolean("policy_default")
    own = _class(section, "class")
    service = ReferralService(
        code=code,
        zh=zh,
        en=en,
        kinds=_kinds(section),
        sensitivity=own,
        findings_class=max(own, _class(section, "findings_class")),
        link_days=section.between("link_days", 1, MOST_LINK_DAYS),
        fields=_fields(section, pack_set),
        advice=tuple(Advice(key, entry[0], entry[1]) for key, entry in _advice(section)),
        sources=read_citations(section, pack_set.documents),
        verified=section.boolean("verified") or False,
        note_zh=note_zh,
        note_en=note_en,
    )
    section.close()
    return service


def _class(section: Section, key: str) -> int:
    written = section.choice(key, [str(one) for one in range(LEAST_CLASS, RESTRICTED + 1)])
    return int(written) if written else RESTRICTED


def _kinds(section: Section) -> tuple[str, ...]:
    kinds = section.texts("kinds", required=True)
    for kind in (one for one in kinds if one not in KINDS):
        hint_zh, hint_en = nearest(kind, KINDS)
        section.notes.add(
            section.value_place("kinds"),
            "provider_kind",
            f"没有“{kind}”这种机构；可用：{'、'.join(KINDS)}。{hint_zh}",
            f"There is no kind of provider “{kind}”; use one of {', '.join(KINDS)}. {hint_en}".strip(),
        )
    return kinds


def _advice(section: Section) -> list[tuple[str, tuple[str, str]]]:
    inner = section.section("advice")
    return [] if inner is None else [(key, inner.names(key)) for key in inner]


def _fields(section: Section, pack_set: PackSet) -> tuple[ReferralField, ...]:
    inner = section.section("fields")
    found = [] if inner is None else [_field(code, entry, pack_set) for code, entry in inner.entries()]
    if inner is not None and not any(one.needed for one in found):
        section.notes.add(
            section.value_place("fields"),
            "no_needed_field",
            "至少要有一项是必需的（needed: true），否则接收方不知道是谁。",
            "At least one field must be needed (`needed: true`), or the receiver does not know whom it is about.",
        )
    return tuple(found)


def _field(code: str, entry: Section, pack_set: PackSet) -> ReferralField:
    source = entry.text("from")
    field = ReferralField(
        code,
        entry.text("zh"),
        entry.text("en"),
        source,
        _class(entry, "class"),
        entry.boolean("needed") or False,
    )
    if field.fact:
        _check_fact(entry, field, pack_set)
    elif source not in (*FROM_FILE, TYPED):
        hint_zh, hint_en = nearest(source, (*FROM_FILE, TYPED))
        entry.notes.add(
            entry.value_place("from"),
            "referral_field",
            f"from 只能是 {'、'.join((*FROM_FILE, TYPED))} 或 {FACT}<事实名>。{hint_zh}",
            f"`from` is one of {', '.join((*FROM_FILE, TYPED))}, or {FACT}<name of a fact>. {hint_en}".strip(),
        )
    entry.close()
    return field


def _check_fact(entry: Section, field: ReferralField, pack_set: PackSet) -> None:
    """A fact of the child that is known, not restricted, and told in no lower class than it has."""
    definition = pack_set.vocabulary.find(Entity.CHILD, field.fact)
    if definition is None:
        known = [name for entity, name in pack_set.vocabulary.pairs() if entity is Entity.CHILD]
        hint_zh, hint_en = nearest(field.fact, known)
        entry.notes.add(
            entry.value_place("from"),
            "unknown_fact",
            f"孩子没有“{field.fact}”这项事实。{hint_zh}",
            f"A child has no fact “{field.fact}”. {hint_en}".strip(),
        )
    elif definition.sensitivity >= RESTRICTED:
        entry.notes.add(
            entry.value_place("from"),
            "restricted_value",
            f"“{field.fact}”属于特别保护内容，不从档案转给接收方；请删去。",
            f"“{field.fact}” is restricted and never goes from the file to a receiver; delete it.",
        )
    elif definition.sensitivity > field.sensitivity:
        entry.notes.add(
            entry.value_place("class"),
            "field_class",
            f"“{field.fact}”的级别是 {definition.sensitivity}，class 不能更低。",
            f"“{field.fact}” is of class {definition.sensitivity}; `class` cannot be lower.",
        )
