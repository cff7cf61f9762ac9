"""Forms of official statistics 统计报表: which items a form asks for, and which figure fills each; one file per form (`reports/`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ciyou.core.awards.period import PeriodKind
from ciyou.core.errors import PackError
from ciyou.core.rules.book import Source
from ciyou.packs.folders import sections_of
from ciyou.packs.loading import load_packs, overlay_key
from ciyou.packs.located_yaml import Notes, Section, nearest
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import Document, read_citation

FOLDER = "reports"
FIGURES = (
    "children_paid",
    "fen_paid",
    "fen_arrears",
    "fen_recovered",
    "awards_running",
    "awards_new",
    "awards_ended",
    "applications_received",
    "applications_approved",
    "applications_refused",
    "standard",
    "posts",
)
"""What can fill an item. `children_paid` and `awards_running` are told for the last month of the period, the others for all of it."""

MONEY = frozenset({"fen_paid", "fen_arrears", "fen_recovered", "standard"})
ROLES_COUNTED = ("child_director", "supervisor")
_NEEDS = {"standard": "parameter", "posts": "role"}
PLACES = ("any", "institution", "elsewhere")
"""Whose money: everybody's, that paid into an institution's account, or all other."""


@dataclass(frozen=True)
class ReportItem:
    """One item of a form. `figure` "" means that this system cannot fill it: `missing` says why and whom to ask.

    `entitlements` which awards count (none: all); `living` narrows to money that is, or is not, paid into an institution's account.
    """

    code: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    figure: str
    entitlements: tuple[str, ...] = ()
    living: str = "any"
    parameter: str = ""
    role: str = ""
    missing_zh: str = ""
    missing_en: str = ""
    note_zh: str = ""
    note_en: str = ""

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def unit(self, lang: str = "zh") -> str:
        return self.unit_en if lang == "en" else self.unit_zh

    def missing(self, lang: str = "zh") -> str:
        return self.missing_en if lang == "en" else self.missing_zh

    def note(self, lang: str = "zh") -> str:
        return self.note_en if lang == "en" else self.note_zh


@dataclass(frozen=True)
class ReportForm:
    """A form with its items in order. `verified`: somebody has compared it with the form that the place hands in."""

    code: str
    zh: str
    en: str
    period: PeriodKind
    verified: bool
    source: Source | None
    note_zh: str
    note_en: str
    items: tuple[ReportItem, ...]

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def note(self, lang: str = "zh") -> str:
        return self.note_en if lang == "en" else self.note_zh


def load_report_forms(*, division: str, root: Path = SHIPPED) -> Mapping[str, ReportForm]:
    """Every form of a division (2 to 12 digits) by code, the narrowest place's first; raises PackError with all mistakes at once."""
    return _forms(overlay_key(division, root=root), root)


@lru_cache(maxsize=64)
def _forms(chain: tuple[str, ...], root: Path) -> Mapping[str, ReportForm]:
    pack_set, notes = load_packs(root), Notes()
    known = {code for pack in pack_set.packs for code in pack.rules}
    found: dict[str, ReportForm] = {}
    for pack in reversed([pack for pack in pack_set.packs if pack.code in chain]):
        for section, stem in sections_of(pack, FOLDER, notes):
            form = _form(section, stem, pack_set.documents, known, set(pack_set.table.definitions))
            if form is not None:
                found.setdefault(form.code, form)
    if notes.found:
        raise PackError(notes.sorted())
    return MappingProxyType(found)


def _form(
    section: Section, stem: str, documents: Mapping[str, Document], rules: set[str], parameters: set[str]
) -> ReportForm | None:
    check_code(section, stem)
    (zh, en), (note_zh, note_en) = section.names("name"), section.names("note", required=False)
    period = section.choice("period", [kind.value for kind in PeriodKind])
    citation = section.section("source")
    source = None if citation is None else read_citation(citation, documents)
    verified = section.boolean("verified") or False
    items, codes = [], set()
    for entry in section.sections("items"):
        item = _item(entry, rules, parameters)
        if item.code in codes:
            entry.notes.add(
                entry.value_place("code"),
                "item_twice",
                f"指标“{item.code}”写了两次；请改其中一个。",
                f"The item “{item.code}” stands twice; give one of them another code.",
            )
        codes.add(item.code)
        items.append(item)
    section.close()
    if not period:
        return None
    return ReportForm(stem, zh, en, PeriodKind(period), verified, source, note_zh, note_en, tuple(items))


def _item(entry: Section, rules: set[str], parameters: set[str]) -> ReportItem:
    code, (zh, en), unit = entry.text("code"), entry.names("name"), entry.names("unit")
    missing, note = entry.names("missing", required=False), entry.names("note", required=False)
    figure = entry.choice("figure", FIGURES) if entry.has("figure") else ""
    item = ReportItem(
        code=code,
        zh=zh,
        en=en,
        unit_zh=unit[0],
        unit_en=unit[1],
        figure=figure,
        entitlements=_known(entry, "entitlements", rules),
        living=entry.choice("living", PLACES, default="any"),
        parameter=_one_of(entry, "parameter", parameters),
        role=entry.choice("role", ROLES_COUNTED) if entry.has("role") else "",
        missing_zh=missing[0],
        missing_en=missing[1],
        note_zh=note[0],
        note_en=note[1],
    )
    _check_filled(entry, item)
    entry.close()
    return item


def _check_filled(entry: Section, item: ReportItem) -> None:
    """Exactly one of a figure, with what it needs, and a reason why there is none."""
    if bool(item.figure) == bool(item.missing_zh) and not (entry.has("figure") and not item.figure):
        entry.notes.add(
            entry.place,
            "item_unfilled",
            f"指标“{item.code}”要么写 figure（用哪个数），要么写 missing（为什么填不了、问谁），二者写一个。",
            f"The item “{item.code}” has either a `figure` that fills it or `missing`: why it cannot be filled, and whom to ask.",
        )
    needed = _NEEDS.get(item.figure, "")
    if needed and not getattr(item, needed):
        entry.notes.add(
            entry.place,
            "item_incomplete",
            f"指标“{item.code}”用“{item.figure}”，还要写 {needed}。",
            f"The item “{item.code}” is filled by “{item.figure}” and needs `{needed}`.",
        )


def _known(entry: Section, key: str, known: set[str]) -> tuple[str, ...]:
    written = entry.texts(key)
    for one in written:
        if one not in known:
            _note_unknown(entry, key, one, known)
    return tuple(one for one in written if one in known)


def _one_of(entry: Section, key: str, known: set[str]) -> str:
    written = entry.text(key, required=False)
    if written and written not in known:
        _note_unknown(entry, key, written, known)
        return ""
    return written


def _note_unknown(entry: Section, key: str, written: str, known: set[str]) -> None:
    hint_zh, hint_en = nearest(written, known)
    entry.notes.add(
        entry.value_place(key),
        f"unknown_{'entitlement' if key == 'entitlements' else key}",
        f"规则包里没有“{written}”；请改正。{hint_zh}",
        f"The packs have no “{written}”; correct it. {hint_en}".strip(),
    )
