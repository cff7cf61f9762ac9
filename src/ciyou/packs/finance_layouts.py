"""How a place's finance bureau wants its rosters and answers them: one folder per layout, data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ciyou.core.errors import PackError
from ciyou.core.rules.book import Source
from ciyou.packs.loading import load_packs, overlay_key
from ciyou.packs.located_yaml import Notes, Section, read_yaml
from ciyou.packs.pack_files import SHIPPED, Pack
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import Document, read_citation

FOLDER, FILE = "finance_layouts", "layout.yaml"
FORMATS = ("csv", "xlsx")
ENCODINGS = ("gb18030", "utf-8", "utf-8-sig")
VALUES = (
    "row_number",
    "payment_number",
    "month",
    "name",
    "id_number",
    "holder",
    "bank",
    "account_number",
    "amount",
    "current",
    "arrears",
    "recovery",
    "entitlements",
    "township",
    "village",
    "remark",
)
ORDERS = ("division", "name", "payment_number", "bank")
NEEDED = ("payment_number", "amount", "account_number")
"""Without these a roster could not be paid, or its answer not be matched."""
RESULT_COLUMNS = ("payment_number", "month", "amount", "status", "reason", "paid_on")
RESULT_NEEDED = ("payment_number", "amount", "status")
STATUSES = ("paid", "failed")
REASONS = ("account_wrong", "holder_differs", "account_closed")


@dataclass(frozen=True)
class LayoutColumn:
    """One column of a roster."""

    title: str
    value: str


@dataclass(frozen=True)
class ResultLayout:
    """How the answer is read: titles of its columns, and the words for what became of a payment. `totals`: the word of the last row."""

    columns: Mapping[str, str]
    statuses: Mapping[str, str]
    reasons: Mapping[str, str]
    totals: str


@dataclass(frozen=True)
class FinanceLayout:
    """A layout: the roster's file and how its answer is read. `policy_default`: ours, until the place writes its own."""

    code: str
    zh: str
    en: str
    policy_default: bool
    verified: bool
    sources: tuple[Source, ...]
    note_zh: str
    note_en: str
    format: str
    encoding: str
    sheet: str
    order: tuple[str, ...]
    totals: bool
    columns: tuple[LayoutColumn, ...]
    result: ResultLayout

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def note(self, lang: str = "zh") -> str:
        return self.note_en if lang == "en" else self.note_zh


def load_finance_layouts(*, division: str, root: Path = SHIPPED) -> Mapping[str, FinanceLayout]:
    """Every layout of a division (2 to 12 digits) by code, the narrowest place's first; raises PackError with all mistakes at once."""
    return _layouts(overlay_key(division, root=root), root)


@lru_cache(maxsize=64)
def _layouts(chain: tuple[str, ...], root: Path) -> Mapping[str, FinanceLayout]:
    pack_set, notes = load_packs(root), Notes()
    found: dict[str, FinanceLayout] = {}
    for pack in reversed([pack for pack in pack_set.packs if pack.code in chain]):
        for layout in _read_pack(pack, pack_set.documents, notes):
            found.setdefault(layout.code, layout)
    if notes.found:
        raise PackError(notes.sorted())
    return MappingProxyType(found)


def _read_pack(pack: Pack, documents: Mapping[str, Document], notes: Notes) -> list[FinanceLayout]:
    found = []
    for folder in sorted(path for path in (pack.folder / FOLDER).glob("*") if path.is_dir()):
        section = read_yaml(folder / FILE, file=f"{pack.name}/{FOLDER}/{folder.name}/{FILE}", notes=notes)
        if section is not None and (layout := _read(section, folder.name, documents)) is not None:
            found.append(layout)
    return found


def _read(section: Section, code: str, documents: Mapping[str, Document]) -> FinanceLayout | None:
    check_code(section, code)
    names, note = section.names("name"), section.names("note", required=False)
    default, verified = section.boolean("policy_default") or False, section.boolean("verified") or False
    citation = section.section("source", required=False)
    source = None if citation is None else read_citation(citation, documents)
    roster, answer = section.section("roster"), section.section("result")
    if source is None and not default:
        section.notes.add(
            section.place,
            "no_source",
            "版式没有来源时，必须写明 policy_default: true（通用版式，不是财政部门的模板）。",
            "A layout without a source must be marked `policy_default: true` (a general one, not a finance bureau's).",
        )
    section.close()
    if roster is None or answer is None:
        return None
    form = roster.choice("format", FORMATS)
    encoding = roster.choice("encoding", ENCODINGS, default="utf-8-sig")
    layout = FinanceLayout(
        code=code,
        zh=names[0],
        en=names[1],
        policy_default=default,
        verified=verified,
        sources=() if source is None else (source,),
        note_zh=note[0],
        note_en=note[1],
        format=form,
        encoding=encoding,
        sheet=roster.text("sheet", required=form == "xlsx"),
        order=_known(roster, "order", ORDERS),
        totals=roster.boolean("totals") or False,
        columns=_columns(roster),
        result=_result(answer),
    )
    roster.close()
    return layout


def _known(section: Section, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    written = section.texts(key)
    for one in written:
        if one not in known:
            section.notes.add(
                section.value_place(key),
                "unknown_choice",
                f"“{key}”不能含“{one}”；可用：{'、'.join(known)}。",
                f"“{key}” cannot hold “{one}”; use {', '.join(known)}.",
            )
    return tuple(one for one in written if one in known)


def _columns(roster: Section) -> tuple[LayoutColumn, ...]:
    found, titles = [], set()
    for entry in roster.sections("columns"):
        column = LayoutColumn(entry.text("title"), entry.choice("value", VALUES))
        if column.title in titles:
            entry.notes.add(
                entry.value_place("title"),
                "column_twice",
                f"列名“{column.title}”写了两次；请改名。",
                f"The title “{column.title}” stands twice; give one of them another name.",
            )
        titles.add(column.title)
        entry.close()
        found.append(column)
    for value in NEEDED:
        if value not in {column.value for column in found}:
            roster.notes.add(
                roster.value_place("columns"),
                "column_missing",
                f"名册缺少“{value}”一列，不能据以发放；请补上。",
                f"The roster lacks a column for “{value}” and could not be paid from; add it.",
            )
    return tuple(found)


def _result(section: Section) -> ResultLayout:
    columns = section.section("columns")
    titles = (
        {} if columns is None else {name: columns.text(name, required=name in RESULT_NEEDED) for name in RESULT_COLUMNS}
    )
    if columns is not None:
        columns.close()
    found = ResultLayout(
        columns=MappingProxyType({name: title for name, title in titles.items() if title}),
        statuses=_words(section, "statuses", STATUSES, required=True),
        reasons=_words(section, "reasons", REASONS, required=False),
        totals=section.text("totals", required=False),
    )
    section.close()
    return found


def _words(section: Section, key: str, codes: tuple[str, ...], *, required: bool) -> Mapping[str, str]:
    """By word what it means; a word that means two things is noted."""
    inner = section.section(key, required=required)
    found: dict[str, str] = {}
    if inner is None:
        return MappingProxyType(found)
    for code in codes:
        for word in inner.texts(code, required=required):
            if word in found:
                inner.notes.add(
                    inner.value_place(code),
                    "word_twice",
                    f"“{word}”既表示“{found[word]}”又表示“{code}”；请只留一处。",
                    f"“{word}” means both “{found[word]}” and “{code}”; keep one of them.",
                )
            found[word] = code
    inner.close()
    return MappingProxyType(found)
