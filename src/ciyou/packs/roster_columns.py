"""The columns of a roster pack as they are written: types, accepted titles and the words that departments use for a value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from ciyou.core.facts.definition import Value
from ciyou.packs.located_yaml import Section
from ciyou.packs.roster_pack import ColumnType, RosterColumn

_WORDED = (ColumnType.CODE, ColumnType.SEX, ColumnType.BOOLEAN)
_BLANKS = re.compile(r"\s+")


def word_key(written: str) -> str:
    """A value as values are compared with a pack's words: width, case and blanks do not count."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", written)).casefold()


def read_columns(section: Section) -> tuple[RosterColumn, ...]:
    """Every column of a `columns:` group; mistakes are noted."""
    found = []
    for name, entry in section.entries():
        column = _read_column(name, entry)
        if column is not None:
            found.append(column)
    return tuple(found)


def _read_column(name: str, entry: Section) -> RosterColumn | None:
    written = entry.choice("type", tuple(ColumnType))
    if not written:
        return None
    kind = ColumnType(written)
    column = RosterColumn(
        name=name,
        type=kind,
        zh=entry.text("zh"),
        en=entry.text("en"),
        headers=entry.texts("headers", required=True),
        required=entry.boolean("required") or False,
        essential=entry.boolean("essential") or False,
        words=_read_words(entry, kind),
        otherwise=entry.scalar("otherwise", required=False) if kind is ColumnType.CODE else None,
        minimum=entry.integer("minimum"),
        maximum=entry.integer("maximum"),
        holds_id=entry.boolean("holds_id") or False,
    )
    entry.close()
    return column


def _read_words(entry: Section, kind: ColumnType) -> Mapping[str, Value] | None:
    """{what a department writes: canonical value}; a canonical code is a word for itself."""
    words = entry.section("words", required=kind in _WORDED)
    if words is None:
        return None
    found: dict[str, Value] = {}
    for code in words:
        value = _canonical(code, kind)
        if value is None:
            _note_bad_code(words, code, kind)
            continue
        for written in (code, *words.texts(code, required=True)):
            if found.setdefault(word_key(written), value) != value:
                words.notes.add(
                    words.value_place(code),
                    "ambiguous_word",
                    f"“{written}”对应了两个值；请只留一处。",
                    f"“{written}” stands for two values; keep it in one.",
                )
    return found


def _canonical(code: str, kind: ColumnType) -> Value | None:
    if kind is ColumnType.BOOLEAN:
        return {"true": True, "false": False}.get(code)
    if kind is ColumnType.INTEGER:
        return int(code) if re.fullmatch(r"-?\d+", code) else None
    if kind is ColumnType.SEX:
        return code if code in ("male", "female") else None
    return code


def _note_bad_code(words: Section, code: str, kind: ColumnType) -> None:
    wanted = {ColumnType.BOOLEAN: "true, false", ColumnType.SEX: "male, female"}.get(kind, "0, 1, 2 …")
    words.notes.add(
        words.key_place(code),
        "unknown_choice",
        f"这一列的值不能是“{code}”；可用：{wanted}。",
        f"A value of this column cannot be “{code}”; use {wanted}.",
    )
