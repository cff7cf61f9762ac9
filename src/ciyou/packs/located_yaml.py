"""YAML read with places: every value knows its file, line and column, every mistake is collected, unknown keys are refused."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from ciyou.core.errors import Place, Problem
from ciyou.packs.yaml_twins import twins_in
from ciyou.packs.yuan import fen_from_yuan

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = "tag:yaml.org,2002:null"
_PARTIAL_DATE = re.compile(r"^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$")


@dataclass(frozen=True)
class Expression:
    """The text of a rule as it stands in its file, with the place of its first character."""

    text: str
    place: Place


@dataclass
class Notes:
    """The mistakes found so far, each once."""

    found: dict[Problem, None] = field(default_factory=dict)

    def add(self, place: Place, code: str, zh: str, en: str) -> None:
        """Note a mistake; `code` without its `pack.`."""
        self.found[Problem(place, f"pack.{code}", zh, en)] = None

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note mistakes that somebody else found."""
        self.found.update(dict.fromkeys(problems))

    def sorted(self) -> tuple[Problem, ...]:
        return tuple(sorted(self.found))


class Section:
    """A mapping of a pack file. Ask it for what it should hold, then `close` it: whatever was not asked for is refused."""

    def __init__(self, file: str, node: MappingNode, notes: Notes, lines: list[str]) -> None:
        self.file, self.node, self.notes, self._lines = file, node, notes, lines
        self._entries: dict[str, tuple[ScalarNode, yaml.Node]] = {}
        self._asked: set[str] = set()
        for key, value in node.value:
            self._take(key, value)

    def _take(self, key: yaml.Node, value: yaml.Node) -> None:
        if not isinstance(key, ScalarNode):
            self.notes.add(place_of(self.file, key), "wrong_type", "键必须是文字。", "A key must be plain text.")
            return
        if key.value in self._entries:
            self._note_twin(key)
            return
        self._entries[key.value] = (key, value)

    @property
    def place(self) -> Place:
        return place_of(self.file, self.node)

    def keys(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def key_place(self, key: str) -> Place:
        """Where a key stands; the section's own place when it is absent."""
        return place_of(self.file, self._entries[key][0]) if key in self._entries else self.place

    def value_place(self, key: str) -> Place:
        """Where a key's value begins; the section's own place when it is absent."""
        return place_of(self.file, self._entries[key][1]) if key in self._entries else self.place

    def has(self, key: str) -> bool:
        self._asked.add(key)
        return key in self._entries and not _is_null(self._entries[key][1])

    def _node(self, key: str, *, required: bool) -> yaml.Node | None:
        if self.has(key):
            return self._entries[key][1]
        if required:
            self.notes.add(
                self.key_place(key),
                "missing_key",
                f"缺少“{key}”；请在此处补上。",
                f"“{key}” is missing here; add it.",
            )
        return None

    def _wrong(self, key: str, zh: str, en: str, code: str = "wrong_type") -> None:
        self.notes.add(
            self.value_place(key), code, f"“{key}”的值不对；请写{zh}。", f"The value of “{key}” is wrong; write {en}."
        )

    # -- single values ---------------------------------------------------------------------------
    def scalar(self, key: str, *, required: bool = True) -> str | None:
        """A plain value as it is written, or None (noted when required)."""
        node = self._node(key, required=required)
        if node is None:
            return None
        if not isinstance(node, ScalarNode):
            self._wrong(key, "一个值，而不是列表或分组", "a single value, not a list or a group")
            return None
        return str(node.value).strip()

    def text(self, key: str, *, required: bool = True) -> str:
        return self.scalar(key, required=required) or ""

    def integer(self, key: str, *, required: bool = False) -> int | None:
        written = self.scalar(key, required=required)
        if written is None:
            return None
        if not re.fullmatch(r"-?\d+", written):
            self._wrong(key, "整数", "a whole number")
            return None
        return int(written)

    def between(self, key: str, least: int, most: int) -> int:
        """A whole number that must be there and lie in a range, both ends included; `least` where it does not."""
        value = self.integer(key, required=True)
        if value is None or least <= value <= most:
            return least if value is None else value
        self.notes.add(
            self.value_place(key),
            "out_of_range",
            f"{key} 须在 {least} 至 {most} 之间；请更正。",
            f"`{key}` lies between {least} and {most}; correct it.",
        )
        return least

    def fen(self, key: str, *, required: bool = False) -> int | None:
        """An amount written in yuan, as fen."""
        written = self.scalar(key, required=required)
        amount = None if written is None else fen_from_yuan(written)
        if written is not None and amount is None:
            self._wrong(key, "以元为单位的金额，最多两位小数", "an amount in yuan with at most two decimals")
        return amount

    def boolean(self, key: str, *, required: bool = False) -> bool | None:
        written = self.scalar(key, required=required)
        if written is None or written in ("true", "false"):
            return None if written is None else written == "true"
        self._wrong(key, "true 或 false", "true or false")
        return None

    def date(self, key: str, *, required: bool = False, partial: bool = False) -> dt.date | None:
        """A date YYYY-MM-DD; where `partial`, YYYY or YYYY-MM also (their first day)."""
        written = self.scalar(key, required=required)
        if written is None:
            return None
        day = read_date(written, partial=partial)
        if day is None:
            self._wrong(key, "真实存在的日期 YYYY-MM-DD", "a real date YYYY-MM-DD", code="bad_date")
        return day

    def choice(self, key: str, options: Iterable[str], *, code: str = "unknown_choice", default: str = "") -> str:
        """One of a closed list; the default when absent and a default is given."""
        written = self.scalar(key, required=not default)
        known = tuple(options)
        if written is None or written in known:
            return written or default
        hint_zh, hint_en = nearest(written, known)
        self.notes.add(
            self.value_place(key),
            code,
            f"“{key}”不能是“{written}”；可用：{'、'.join(known)}。{hint_zh}",
            f"“{key}” cannot be “{written}”; use one of {', '.join(known)}. {hint_en}".strip(),
        )
        return default

    def names(self, key: str, *, required: bool = True) -> tuple[str, str]:
        """A text in both languages: {zh: …, en: …}."""
        section = self.section(key, required=required)
        if section is None:
            return "", ""
        found = section.text("zh"), section.text("en")
        section.close()
        return found

    def expression(self, key: str, *, required: bool = True) -> Expression | None:
        """A rule's text with its exact place, so that mistakes inside it have their own line and column."""
        node = self._node(key, required=required)
        if node is None:
            return None
        if not isinstance(node, ScalarNode):
            self._wrong(key, "一个表达式", "an expression")
            return None
        return self._expression_text(node)

    def _expression_text(self, node: ScalarNode) -> Expression:
        start, end = node.start_mark, node.end_mark
        if node.style in ("'", '"'):
            return Expression(str(node.value), Place(self.file, start.line + 1, start.column + 2))
        rows = self._lines[start.line : end.line + 1]
        if start.line == end.line:
            return Expression(rows[0][start.column : end.column], Place(self.file, start.line + 1, start.column + 1))
        if node.style in ("|", ">"):
            return Expression("\n".join(self._lines[start.line + 1 : end.line]), Place(self.file, start.line + 2, 1))
        rows[-1] = rows[-1][: end.column]
        rows[0] = rows[0][start.column :]
        return Expression("\n".join(rows), Place(self.file, start.line + 1, start.column + 1))

    # -- groups ----------------------------------------------------------------------------------
    def section(self, key: str, *, required: bool = True) -> Section | None:
        node = self._node(key, required=required)
        if node is None:
            return None
        if not isinstance(node, MappingNode):
            self._wrong(key, "一组“键: 值”", "a group of `key: value`")
            return None
        return Section(self.file, node, self.notes, self._lines)

    def sections(self, key: str, *, required: bool = True) -> list[Section]:
        """A list of groups."""
        node = self._node(key, required=required)
        if node is None:
            return []
        if not isinstance(node, SequenceNode) or not all(isinstance(item, MappingNode) for item in node.value):
            self._wrong(key, "一个列表，每项是一组“键: 值”", "a list whose items are groups of `key: value`")
            return []
        return [Section(self.file, item, self.notes, self._lines) for item in node.value]

    def entries(self) -> list[tuple[str, Section]]:
        """Every key whose value is a group; anything else is noted."""
        found = []
        for key in self._entries:
            section = self.section(key)
            if section is not None:
                found.append((key, section))
        return found

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of plain values."""
        node = self._node(key, required=required)
        if node is None:
            return ()
        if not isinstance(node, SequenceNode) or not all(isinstance(item, ScalarNode) for item in node.value):
            self._wrong(key, "一个列表", "a list of plain values")
            return ()
        return tuple(str(item.value) for item in node.value)

    def plain(self, key: str, *, required: bool = False) -> object:
        """The value as plain Python (for facts): numbers, true/false, dates as text, lists, dicts."""
        node = self._node(key, required=required)
        if node is None:
            return None
        for key_node in twins_in(node):
            self._note_twin(key_node)
        return plain_value(node)

    def _note_twin(self, key: ScalarNode) -> None:
        self.notes.add(
            place_of(self.file, key),
            "duplicate_key",
            f"“{key.value}”写了两次；请删去一处。",
            f"“{key.value}” stands here twice; delete one of them.",
        )

    def deep_place(self, path: Iterable[str]) -> Place:
        """The place of a value deep inside, as near as it can be found."""
        node: yaml.Node = self.node
        for key in path:
            inner = _value_of(node, key)
            if inner is None:
                break
            node = inner
        return place_of(self.file, node)

    def close(self) -> None:
        """Refuse every key that nobody asked for."""
        known = sorted(self._asked)
        for key, (node, _) in self._entries.items():
            if key not in self._asked:
                hint_zh, hint_en = nearest(key, known)
                self.notes.add(
                    place_of(self.file, node),
                    "unknown_key",
                    f"这里不认识“{key}”；请改名、删除或移到别处。这里可写：{'、'.join(known)}。{hint_zh}",
                    f"“{key}” has no meaning here; rename, delete or move it. Known here: {', '.join(known)}. {hint_en}".strip(),
                )


def read_yaml(path: Path, *, file: str, notes: Notes) -> Section | None:
    """The top mapping of a YAML file, or None after noting why it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        notes.add(
            Place(file),
            "unreadable",
            "文件无法读取；请确认是 UTF-8 文本。",
            "The file cannot be read; save it as UTF-8 text.",
        )
        return None
    return read_yaml_text(text, file=file, notes=notes)


def read_yaml_text(text: str, *, file: str, notes: Notes) -> Section | None:
    """The top mapping of a YAML text, or None after noting why it cannot be read."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        notes.add(
            place,
            "yaml_syntax",
            "YAML 写法有误，文件无法读取；请检查缩进、冒号和引号。",
            "The YAML cannot be read; check indentation, colons and quotes.",
        )
        return None
    except yaml.YAMLError:
        notes.add(
            Place(file),
            "unreadable",
            "文件无法读取；请确认是 UTF-8 文本。",
            "The file cannot be read; save it as UTF-8 text.",
        )
        return None
    if not isinstance(node, MappingNode):
        notes.add(
            Place(file, 1, 1), "wrong_type", "文件应为一组“键: 值”。", "The file must be a group of `key: value`."
        )
        return None
    return Section(file, node, notes, text.splitlines())


def place_of(file: str, node: yaml.Node) -> Place:
    """Where a YAML node begins, counted from 1."""
    return Place(file, node.start_mark.line + 1, node.start_mark.column + 1)


def read_date(written: str, *, partial: bool = False) -> dt.date | None:
    """A written date, or None when there is no such day."""
    match = _PARTIAL_DATE.match(written)
    if match is None or (match.group(3) is None and not partial):
        return None
    try:
        return dt.date(int(match.group(1)), int(match.group(2) or 1), int(match.group(3) or 1))
    except ValueError:
        return None


def nearest(written: str, known: Iterable[str]) -> tuple[str, str]:
    """“Did you mean …?” in both languages, empty when nothing is near."""
    near = difflib.get_close_matches(written, list(known), n=1)
    return (f"是否指“{near[0]}”？", f"Did you mean “{near[0]}”?") if near else ("", "")


def plain_value(node: yaml.Node) -> object:
    """A YAML value as plain Python; dates stay text, `yes`/`no` stay text."""
    if isinstance(node, MappingNode):
        return {str(key.value): plain_value(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [plain_value(item) for item in node.value]
    return _plain_scalar(node)


def _plain_scalar(node: yaml.Node) -> object:
    written = str(node.value)
    if _is_null(node):
        return None
    if getattr(node, "style", None) in ("'", '"'):
        return written
    if written in ("true", "false"):
        return written == "true"
    return int(written) if re.fullmatch(r"-?\d+", written) else written


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == _NULL


def _value_of(node: yaml.Node, key: str) -> yaml.Node | None:
    if isinstance(node, MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    if isinstance(node, SequenceNode) and key.isdigit() and int(key) < len(node.value):
        found: yaml.Node = node.value[int(key)]
        return found
    return None
