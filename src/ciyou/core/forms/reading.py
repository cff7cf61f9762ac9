"""Reading the conditions of a form: a small part of XPath as XLSForm writes it, into trees; what is not in it is refused, nothing is guessed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ciyou.core.errors import CiyouError, Place, Problem
from ciyou.core.forms.rows import DATE, MANY, NUMBER, ONE, TEXT, Node, Row

TRUTH = "truth"
LONGEST, DEEPEST = 500, 30
_TOKEN = re.compile(
    r"\s*(?:(?P<question>\$\{[^}]*\})|(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_:-]*)|(?P<sign><=|>=|!=|[-+*=<>(),.])|(?P<strange>\S))"
)
_COMPARED, _ORDERED = ("=", "!=", "<", "<=", ">", ">="), (NUMBER, DATE)
_WORDS = {
    TRUTH: ("是非判断", "a condition"),
    NUMBER: ("整数", "a whole number"),
    DATE: ("日期", "a date"),
    TEXT: ("文字", "a text"),
    ONE: ("单选题", "a question of one choice"),
    MANY: ("多选题", "a question of several choices"),
}
SUBSET = (
    "可以写：${题目}、.、整数、'文字'、= != < <= > >=、and、or、not()、selected(题目, '选项')、+ - *、if(条件, 甲, 乙)、date('2026-01-31')、today()",
    "It may hold: ${question}, ., whole numbers, 'text', = != < <= > >=, and, or, not(), selected(question, 'choice'), + - *, "
    "if(condition, a, b), date('2026-01-31'), today()",
)


class FormExpressionError(CiyouError):
    """An expression of a form cannot be read."""


def parse_condition(text: str, *, before: Mapping[str, Row], own: Row | None = None) -> Node:
    """The tree of a `relevant`, or with `own` (the row it stands in) of a `constraint`; `before` are the rows above it, by name.

    Raises FormExpressionError.
    """
    node, kind = _Reader(text, before, own).read()
    if kind != TRUTH:
        raise _refused(f"这里应是{_WORDS[TRUTH][0]}，不是{_WORDS[kind][0]}", f"{_WORDS[TRUTH][1]} belongs here, not {_WORDS[kind][1]}")  # fmt: skip
    return node


def parse_value(text: str, *, before: Mapping[str, Row]) -> tuple[Node, str]:
    """The tree of a `calculation`, and the kind of what it comes to: number, date or text. Raises FormExpressionError."""
    node, kind = _Reader(text, before, None).read()
    if kind not in (NUMBER, DATE, TEXT):
        raise _refused(f"算出来的应是整数、日期或文字，不是{_WORDS[kind][0]}", f"A calculation comes to a number, a date or a text, not to {_WORDS[kind][1]}")  # fmt: skip
    return node, kind


def _refused(zh: str, en: str) -> FormExpressionError:
    return FormExpressionError(Problem(Place(), "form.expression", f"{zh}。{SUBSET[0]}。", f"{en}. {SUBSET[1]}."))


@dataclass
class _Reader:
    """Recursive descent over the tokens; every step gives a tree and the kind of its value."""

    text: str
    before: Mapping[str, Row]
    own: Row | None
    tokens: list[tuple[str, str]] = field(default_factory=list)
    at: int = 0

    def read(self) -> tuple[Node, str]:
        if len(self.text) > LONGEST or self.text.count("(") > DEEPEST:
            raise _refused(
                f"表达式超过 {LONGEST} 字或 {DEEPEST} 层括号",
                f"The expression is longer than {LONGEST} characters, or has more than {DEEPEST} brackets",
            )
        self.tokens = [(str(one.lastgroup), one.group(one.lastgroup or 0)) for one in _TOKEN.finditer(self.text)]
        found = self._or()
        if self.at < len(self.tokens):
            raise _refused(f"读不懂“{self._now()[1]}”", f"“{self._now()[1]}” cannot be read here")
        return found

    def _now(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _take(self, *wanted: str) -> str:
        """The next token where it is one of these; "" else."""
        kind, text = self._now()
        if kind in ("sign", "name") and text in wanted:
            self.at += 1
            return text
        return ""

    def _expect(self, wanted: str) -> None:
        if not self._take(wanted):
            raise _refused(f"这里缺少“{wanted}”", f"“{wanted}” is missing")

    def _or(self) -> tuple[Node, str]:
        return self._joined("or", self._and)

    def _and(self) -> tuple[Node, str]:
        return self._joined("and", self._compared)

    def _joined(self, word: str, part: Callable[[], tuple[Node, str]]) -> tuple[Node, str]:
        found = [part()]
        while self._take(word):
            found.append(part())
        if len(found) == 1:
            return found[0]
        for _node, kind in found:
            _check_kind(kind, TRUTH)
        return Node(word, tuple(node for node, _kind in found)), TRUTH

    def _compared(self) -> tuple[Node, str]:
        left, kind = self._sum()
        op = self._take(*_COMPARED)
        if not op:
            return left, kind
        right, other = self._sum()
        self._check_comparable(op, left, kind, right, other)
        return Node(op, (left, right)), TRUTH

    def _check_comparable(self, op: str, left: Node, kind: str, right: Node, other: str) -> None:
        if op in ("=", "!=") and {kind, other} == {ONE, TEXT}:
            asked, literal = (left, right) if kind == ONE else (right, left)
            return self._check_choice(asked, literal)
        if MANY in (kind, other):
            raise _refused("多选题请用 selected(${题目}, '选项')", "Of a question of several choices ask selected(${question}, 'choice')")  # fmt: skip
        if kind != other or kind in (TRUTH, ONE) or (op not in ("=", "!=") and kind not in _ORDERED):
            raise _refused(
                f"不能用“{op}”比较{_WORDS[kind][0]}和{_WORDS[other][0]}",
                f"{_WORDS[kind][1]} and {_WORDS[other][1]} cannot be compared by “{op}”",
            )
        return None

    def _check_choice(self, asked: Node, literal: Node) -> None:
        """What a choice is compared with is one of the question's; an empty text does not stand for “unanswered”."""
        row = self.own if asked.op == "own" else self.before[str(asked.value)]
        if row is None or literal.op != "literal" or literal.value not in row.choices:
            raise _refused(
                f"“{literal.value if literal.op == 'literal' else ''}”不是“{row.name if row else ''}”的选项",
                f"“{literal.value if literal.op == 'literal' else ''}” is no choice of “{row.name if row else ''}”",
            )

    def _sum(self) -> tuple[Node, str]:
        return self._counted(("+", "-"), self._product)

    def _product(self) -> tuple[Node, str]:
        return self._counted(("*",), self._signed)

    def _counted(self, signs: tuple[str, ...], part: Callable[[], tuple[Node, str]]) -> tuple[Node, str]:
        left, kind = part()
        while op := self._take(*signs):
            right, other = part()
            _check_kind(kind, NUMBER)
            _check_kind(other, NUMBER)
            left = Node(op, (left, right))
        return left, kind

    def _signed(self) -> tuple[Node, str]:
        if not self._take("-"):
            return self._single()
        node, kind = self._single()
        _check_kind(kind, NUMBER)
        return Node("negative", (node,)), NUMBER

    def _single(self) -> tuple[Node, str]:
        kind, text = self._now()
        self.at += 1
        if kind == "question":
            return self._question(text[2:-1].strip())
        if kind == "text":
            if not text[1:-1]:
                raise _refused("不能和空文字比较；没有回答的题目是“未知”，不是空", "An empty text compares with nothing: what is unanswered is unknown, not empty")  # fmt: skip
            return Node("literal", value=text[1:-1]), TEXT
        if kind == "number" and text.isdecimal() and len(text) < 10:
            return Node("literal", value=int(text)), NUMBER
        if (kind, text) == ("sign", "("):
            found = self._or()
            self._expect(")")
            return found
        if (kind, text) == ("sign", "."):
            return self._own()
        if kind == "name" and (self._now() == ("sign", "(")):
            return self._function(text)
        raise _refused(f"读不懂“{text}”" if text else "表达式没有写完", f"“{text}” cannot be read here" if text else "The expression is not finished")  # fmt: skip

    def _question(self, name: str) -> tuple[Node, str]:
        row = self.before.get(name)
        if row is None:
            raise _refused(f"前面没有题目“{name}”", f"No question “{name}” stands above this row")
        return Node("question", value=name), row.kind

    def _own(self) -> tuple[Node, str]:
        if self.own is None:
            raise _refused("“.”只能写在 constraint 里", "“.” belongs into a constraint only")
        return Node("own"), self.own.kind

    def _function(self, name: str) -> tuple[Node, str]:
        self._expect("(")
        match name:
            case "today":
                found = Node("today"), DATE
            case "not":
                inner, kind = self._or()
                _check_kind(kind, TRUTH)
                found = Node("not", (inner,)), TRUTH
            case "date":
                found = self._date(), DATE
            case "selected":
                found = self._selected(), TRUTH
            case "if":
                found = self._if()
            case _:
                raise _refused(f"不认识函数“{name}”", f"There is no function “{name}” here")
        self._expect(")")
        return found

    def _date(self) -> Node:
        kind, text = self._now()
        self.at += 1
        try:
            day = dt.date.fromisoformat(text[1:-1] if kind == "text" and len(text) == 12 else "")
        except ValueError as error:
            raise _refused("date() 里写一个日期，如 date('2026-01-31')", "date() holds one day, such as date('2026-01-31')") from error  # fmt: skip
        return Node("date", value=day.isoformat())

    def _selected(self) -> Node:
        asked, kind = self._single()
        self._expect(",")
        literal, _text = self._single()
        if kind not in (ONE, MANY):
            raise _refused("selected() 问的应是选择题", "selected() asks of a question with choices")
        self._check_choice(asked, literal)
        return Node("selected", (asked,), literal.value)

    def _if(self) -> tuple[Node, str]:
        condition, truth = self._or()
        self._expect(",")
        yes, kind = self._or()
        self._expect(",")
        no, other = self._or()
        _check_kind(truth, TRUTH)
        _check_kind(other, kind)
        if kind in (ONE, MANY):
            raise _refused("if() 的结果应是数、日期或文字", "if() comes to a number, a date or a text")
        return Node("if", (condition, yes, no)), kind


def _check_kind(found: str, wanted: str) -> None:
    if found != wanted:
        raise _refused(f"这里应是{_WORDS[wanted][0]}，不是{_WORDS[found][0]}", f"{_WORDS[wanted][1]} belongs here, not {_WORDS[found][1]}")  # fmt: skip
