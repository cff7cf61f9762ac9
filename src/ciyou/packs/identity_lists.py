"""Monthly lists of identities: which department is told of which children, and what of each. Data of the packs, a file for a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ciyou.core.access.verdict import RESTRICTED
from ciyou.packs.folders import read_folder
from ciyou.packs.loading import overlay_key
from ciyou.packs.located_yaml import Section, nearest
from ciyou.packs.pack_files import SHIPPED, PackSet
from ciyou.packs.roster_pack import header_key
from ciyou.packs.rule_files import check_code

FOLDER = "identity_lists"
COLUMNS = ("name", "id_number", "birth_date", "sex", "identities", "entitlements")
"""What of a child can be told; name and identities are always among it."""
CHANGE = "change"
ANSWERS = ("taken", "already", "not_found", "refused")
"""What a receiver can answer."""


@dataclass(frozen=True)
class ListFile:
    """The receiver's layout: its `sheet`, the `titles` of what is told (columns, and `change`), and of what the receiver fills in.

    `words`: by what stands in the answer's column (as titles are compared) the answer that it means.
    """

    sheet: str
    titles: Mapping[str, str]
    month: str
    answer: str
    reason: str
    words: Mapping[str, str]


@dataclass(frozen=True)
class IdentityListKind:
    """One list: the `department` that reads it, the `entitlements` whose yes puts a child on it, the `identities` and `columns` told of it.

    `verified`: the place has agreed on it with the department. `file`: how it goes as a file; None where nobody has said.
    """

    code: str
    zh: str
    en: str
    department: str
    entitlements: tuple[str, ...]
    identities: tuple[str, ...]
    columns: tuple[str, ...]
    verified: bool
    note_zh: str
    note_en: str
    file: ListFile | None = None

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    def note(self, lang: str = "zh") -> str:
        return self.note_en if lang == "en" else self.note_zh


def load_identity_lists(*, division: str, root: Path = SHIPPED) -> Mapping[str, IdentityListKind]:
    """Every list of a division (2 to 12 digits), by code; a place's file takes the place of the nation's.

    Raises PackError with all mistakes at once.
    """
    return _lists_of(overlay_key(division, root=root), root)


@lru_cache(maxsize=64)
def _lists_of(chain: tuple[str, ...], root: Path) -> Mapping[str, IdentityListKind]:
    return read_folder(chain, root, FOLDER, _read)


def _read(section: Section, code: str, pack_set: PackSet) -> IdentityListKind:
    check_code(section, code)
    zh, en = section.names("name")
    note_zh, note_en = section.names("note")
    section.boolean("policy_default")
    kind = IdentityListKind(
        code=code,
        zh=zh,
        en=en,
        department=section.choice("department", tuple(pack_set.departments)),
        entitlements=_rules(section, "entitlements", pack_set),
        identities=_rules(section, "identities", pack_set),
        columns=section.texts("columns"),
        verified=section.boolean("verified") or False,
        note_zh=note_zh,
        note_en=note_en,
        file=_file(section),
    )
    _check_columns(section, kind.columns)
    section.close()
    return kind


def _rules(section: Section, key: str, pack_set: PackSet) -> tuple[str, ...]:
    """The codes under a key; noted where a rule is unknown, or restricted in whatever pack."""
    known: dict[str, int] = {}
    for pack in pack_set.packs:
        for code, rule in pack.rules.items():
            known[code] = max(known.get(code, 0), rule.sensitivity)
    named = section.texts(key)
    for code in named:
        if code not in known:
            hint_zh, hint_en = nearest(code, known)
            section.notes.add(
                section.value_place(key),
                "unknown_rule",
                f"没有规则“{code}”。{hint_zh}",
                f"There is no rule “{code}”. {hint_en}".strip(),
            )
        elif known[code] >= RESTRICTED:
            section.notes.add(
                section.value_place(key),
                "restricted_value",
                f"“{code}”属于特别保护内容，不能告诉部门；请删去。",
                f"“{code}” is restricted, and no department is told of it; delete it.",
            )
    return named


def _file(section: Section) -> ListFile | None:
    inner = section.section("file", required=False)
    if inner is None:
        return None
    titles, answers = inner.section("titles"), inner.section("answers")
    columns = section.texts("columns")
    told = {key: titles.text(key) for key in titles} if titles else {}
    if not set(columns) & set(COLUMNS) <= set(told) <= {CHANGE, *COLUMNS}:
        inner.notes.add(
            inner.value_place("titles"),
            "identity_titles",
            f"titles 要给 columns 中的每一列一个标题，另外只能有 {'、'.join((*COLUMNS, CHANGE))}；请改正。",
            f"`titles` gives every one of `columns` a title; it may name {', '.join((*COLUMNS, CHANGE))}. Correct it.",
        )
    words = {
        header_key(word): code for code in ANSWERS for word in (answers.texts(code, required=True) if answers else ())
    }
    found = ListFile(inner.text("sheet"), told, inner.text("month"), inner.text("answer"), inner.text("reason"), words)
    for one in (titles, answers, inner):
        if one is not None:
            one.close()
    return found


def _check_columns(section: Section, columns: tuple[str, ...]) -> None:
    wrong = [one for one in columns if one not in COLUMNS]
    if wrong or "name" not in columns or "identities" not in columns:
        section.notes.add(
            section.value_place("columns"),
            "identity_columns",
            f"columns 只能是 {'、'.join(COLUMNS)}，其中 name 和 identities 必须有。",
            f"`columns` are of {', '.join(COLUMNS)}; name and identities must be among them.",
        )
