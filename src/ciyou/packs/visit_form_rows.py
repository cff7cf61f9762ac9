"""The rows of an added form, read from its workbook: only what can be asked at a door, in both languages, with conditions that Python and the browser share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ciyou.core.forms import (
    ASKED,
    DATE,
    MANY,
    NOTE,
    NUMBER,
    ONE,
    RESULT,
    TEXT,
    UNKNOWN,
    FormExpressionError,
    Node,
    Row,
    parse_condition,
    parse_value,
)
from ciyou.packs.follow_ups import Text
from ciyou.packs.form_sheets import EN, LINE, ZH, FormSheet, FormSheets
from ciyou.packs.located_yaml import Notes

MOST_QUESTIONS = 6
"""So many questions may be asked of every household; more only where an answer calls for them."""
HINT = ("hint::中文 (zh)", "hint::English (en)")
MESSAGE = ("constraint_message::中文 (zh)", "constraint_message::English (en)")
_TYPES: Mapping[str, str] = {
    "select_one": ONE,
    "select_multiple": MANY,
    "integer": NUMBER,
    "date": DATE,
    "text": TEXT,
    "note": NOTE,
    "calculate": RESULT,
}
_PICTURES = ("image", "audio", "video", "file", "geopoint", "geotrace", "geoshape", "barcode", "signature")
_COLUMNS = frozenset(
    {"type", "name", ZH, EN, *HINT, *MESSAGE, "relevant", "constraint", "required", "calculation", LINE}
)
_CHOICE_COLUMNS = frozenset({"list_name", "name", ZH, EN, LINE})
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NEVER = re.compile(r"积分|排名|排行|打卡|签到|\bpoints?\b|\branking\b|\bcheck-?in\b", re.IGNORECASE)


@dataclass(frozen=True)
class AddedRow:
    """A row with its words (zh, en): `message` is said where an answer is outside what can be given, `heading` is its group's."""

    row: Row
    label: Text
    hint: Text = ("", "")
    message: Text = ("", "")
    choices: Mapping[str, Text] = field(default_factory=dict)
    heading: Text = ("", "")


@dataclass(frozen=True)
class _Group:
    asked_if: Node | None
    heading: Text


class RowReader:
    """Reads the sheets of one form; every mistake is noted with its sheet and line."""

    def __init__(self, sheets: FormSheets, notes: Notes) -> None:
        self.survey, self.notes = sheets.survey, notes
        self.lists = self._lists(sheets.choices)
        self.before: dict[str, Row] = {}
        self.groups: list[_Group] = []
        self.names: set[str] = set()

    def read(self) -> tuple[AddedRow, ...]:
        """The rows in order, with the conditions of their groups in them."""
        found = [one for said in self.survey.rows if (one := self._line(said)) is not None]
        if self.groups:
            self._note(self.survey.rows[-1], "form_group", "begin group 没有对应的 end group", "a `begin group` has no `end group`")  # fmt: skip
        self._check_length(found)
        return tuple(found)

    def _line(self, said: Mapping[str, str]) -> AddedRow | None:
        self._check_columns(self.survey, said, _COLUMNS)
        kind = " ".join(said.get("type", "").split())
        if kind in ("begin group", "begin_group"):
            condition = self._both(self._condition(said, "relevant"))
            self.groups.append(_Group(condition, self._words(said, (ZH, EN), required=True)))
            return None
        if kind in ("end group", "end_group"):
            if not self.groups:
                self._note(said, "form_group", "end group 没有对应的 begin group", "this `end group` ends nothing")
            self.groups = self.groups[:-1]
            return None
        return self._row(said, *kind.partition(" ")[::2])

    def _row(self, said: Mapping[str, str], word: str, listed: str) -> AddedRow | None:
        kind, name = _TYPES.get(word, ""), said.get("name", "")
        if not kind or (listed != "") != (kind in (ONE, MANY)):
            self._refuse_type(said, word)
            return None
        self._check_name(said, name)
        choices = self._choices(said, listed) if listed else {}
        row = Row(
            name=name,
            kind=kind,
            choices=tuple(choices),
            asked_if=self._both(self._condition(said, "relevant")),
            required=self._required(said, kind),
        )
        if kind in ASKED:
            row = replace(row, holds_if=self._condition(said, "constraint", own=row))
            self.before[name] = row
        if kind == RESULT:
            row = replace(row, value=self._calculation(said, row))
        self._check_empty(said, kind)
        return AddedRow(
            row=row,
            label=self._words(said, (ZH, EN), required=kind != RESULT),
            hint=self._words(said, HINT),
            message=self._words(said, MESSAGE, required=row.holds_if is not None),
            choices=choices,
            heading=self.groups[-1].heading if self.groups else ("", ""),
        )

    def _both(self, own: Node | None) -> Node | None:
        """A row's own condition and that of the group it is in."""
        around = self.groups[-1].asked_if if self.groups else None
        if own is None or around is None:
            return own or around
        return Node("and", (around, own))

    def _condition(self, said: Mapping[str, str], column: str, own: Row | None = None) -> Node | None:
        text = said.get(column, "")
        if not text:
            return None
        try:
            return parse_condition(text, before=self.before, own=own)
        except FormExpressionError as error:
            self._note_expression(said, column, error)
            return None

    def _calculation(self, said: Mapping[str, str], row: Row) -> Node | None:
        try:
            node, kind = parse_value(said.get("calculation", ""), before=self.before)
        except FormExpressionError as error:
            self._note_expression(said, "calculation", error)
            return None
        # What follows reads it as a number, a date or a text.
        self.before[row.name] = replace(row, kind=kind)
        return node

    def _note_expression(self, said: Mapping[str, str], column: str, error: FormExpressionError) -> None:
        one = error.problems[0]
        name = said.get("name", "")
        self.notes.add(
            self.survey.place(said),
            "form_expression",
            f"“{name}”的 {column} 不能这样写：{one.zh}",
            f"`{column}` of “{name}” cannot be written so: {one.en}",
        )

    def _required(self, said: Mapping[str, str], kind: str) -> bool:
        text = said.get("required", "").lower()
        if text not in ("", "yes", "no", "true", "false", "true()", "false()"):
            self._note(said, "form_required", "required 写 yes 或留空", "`required` is `yes` or empty")
        wanted = text in ("yes", "true", "true()")
        if wanted and kind != ONE:
            self._note(
                said,
                "form_required",
                "只有单选题可以必答，因为只有它带“不知道”；别的题目不逼人编一个答案",
                "only a question of one choice can be required, since it alone can be answered by “not known”; nobody is made to invent an answer",
            )
        return wanted

    def _choices(self, said: Mapping[str, str], listed: str) -> Mapping[str, Text]:
        found = self.lists.get(listed, {})
        if not found:
            self._note(said, "form_choices", f"choices 表里没有“{listed}”的选项", f"the sheet `choices` has no list “{listed}”")  # fmt: skip
        return found

    def _lists(self, sheet: FormSheet) -> dict[str, dict[str, Text]]:
        found: dict[str, dict[str, Text]] = {}
        for said in sheet.rows:
            self._check_columns(sheet, said, _CHOICE_COLUMNS)
            name, own = said.get("name", ""), found.setdefault(said.get("list_name", ""), {})
            if not _NAME.fullmatch(name) or name in own or name == UNKNOWN:
                self.notes.add(
                    sheet.place(said),
                    "form_choice",
                    f"选项代号“{name}”不能用：小写字母开头，只含小写字母、数字和下划线，同一组里不重复；“不知道”由系统加上，不要写 {UNKNOWN}。",
                    f"A choice cannot be called “{name}”: small letters, digits and underscores, a letter first, once in its list; “not known” "
                    f"is added by itself, leave `{UNKNOWN}` out.",
                )
            own[name] = self._words(said, (ZH, EN), required=True, sheet=sheet)
        return found

    def _words(
        self,
        said: Mapping[str, str],
        columns: tuple[str, str],
        *,
        required: bool = False,
        sheet: FormSheet | None = None,
    ) -> Text:
        words = said.get(columns[0], ""), said.get(columns[1], "")
        place, name = (sheet or self.survey).place(said), said.get("name", "")
        if not all(words) and (required or any(words)):
            self.notes.add(
                place,
                "form_label",
                f"“{name}”的 {columns[0].partition(':')[0]} 缺少中文或英文；两种都要填写。",
                f"`{columns[0].partition(':')[0]}` of “{name}” lacks Chinese or English; both are needed.",
            )
        for text in words:
            if (never := _NEVER.search(text)) or "${" in text:
                self.notes.add(
                    place,
                    "form_words",
                    f"“{name}”里不能写“{never.group() if never else '${'}”：走访不积分、不排名、不打卡，文字里也不放别题的答案。请改写。",
                    f"“{never.group() if never else '${'}” cannot stand in “{name}”: a visit has no points, ranking or check-in, and words hold "
                    "no other answer. Write it otherwise.",
                )
        return words

    def _refuse_type(self, said: Mapping[str, str], word: str) -> None:
        if word in _PICTURES:
            self._note(
                said,
                "form_type",
                f"表里不能有“{word}”：照片、签名只按 visit_pieces 里写明的依据要，定位和扫码一律不要",
                f"a form has no “{word}”: photographs and signatures are asked for on a basis in visit_pieces only, places and codes never",
            )
        else:
            self._note(
                said,
                "form_type",
                f"不认识题型“{said.get('type', '')}”；可以写 select_one 表、select_multiple 表、integer、date、text、note、calculate、begin group、end group",
                f"there is no type “{said.get('type', '')}” here; it is `select_one list`, `select_multiple list`, integer, date, text, note, "
                "calculate, begin group or end group",
            )

    def _check_name(self, said: Mapping[str, str], name: str) -> None:
        if not _NAME.fullmatch(name) or name in self.names:
            self._note(
                said,
                "form_name",
                f"题目代号“{name}”不能用：小写字母开头，只含小写字母、数字和下划线，不重复",
                f"a question cannot be called “{name}”: small letters, digits and underscores, a letter first, each name once",
            )
        self.names.add(name)

    def _check_empty(self, said: Mapping[str, str], kind: str) -> None:
        """Nothing stands where it would have no effect."""
        idle = {"constraint": kind in ASKED, "required": kind in ASKED, "calculation": kind == RESULT}
        for column in (name for name, used in idle.items() if not used and said.get(name)):
            self._note(said, "form_column", f"{column} 一列对这种题型不起作用，请清空", f"`{column}` has no effect on this type; empty it")  # fmt: skip

    def _check_columns(self, sheet: FormSheet, said: Mapping[str, str], known: frozenset[str]) -> None:
        for column in sorted(name for name, text in said.items() if text and name not in known):
            self.notes.add(
                sheet.place(said),
                "form_column",
                f"“{column}”一列在这里没有作用；请清空。可以写：{'、'.join(sorted(known - {LINE}))}。",
                f"The column “{column}” has no effect here; empty it. Known are {', '.join(sorted(known - {LINE}))}.",
            )

    def _check_length(self, rows: list[AddedRow]) -> None:
        always = [one for one in rows if one.row.kind in ASKED and one.row.asked_if is None]
        if len(always) > MOST_QUESTIONS:
            self.notes.add(
                self.survey.place(
                    next(one for one in self.survey.rows if one.get("name") == always[MOST_QUESTIONS].row.name)
                ),
                "form_long",
                f"每户都要问的题目有 {len(always)} 道，最多 {MOST_QUESTIONS} 道：再问的要有 relevant，只在前面的回答用得着时才问。",
                f"{len(always)} questions are asked of every household; at most {MOST_QUESTIONS} may be. Give the others a `relevant`, so that "
                "they are asked only where an answer calls for them.",
            )
        if not any(one.row.kind in ASKED for one in rows):
            self.notes.add(self.survey.place({LINE: "1"}), "form_empty", "survey 表里没有题目。", "The sheet `survey` holds no question.")  # fmt: skip

    def _note(self, said: Mapping[str, str], code: str, zh: str, en: str) -> None:
        name = said.get("name") or said.get("type", "")
        self.notes.add(self.survey.place(said), code, f"“{name}”：{zh}。", f"“{name}”: {en}.")
