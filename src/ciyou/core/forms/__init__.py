"""Forms with conditions: what a row asks, when it is asked, and what its answers come to. No texts, no law; the browser reads the same as JSON."""

from ciyou.core.forms.filling import Filled, fill, read_answer, trimmed
from ciyou.core.forms.reading import FormExpressionError, parse_condition, parse_value
from ciyou.core.forms.rows import ASKED, MANY, NOTE, NUMBER, ONE, RESULT, TEXT, UNKNOWN, Node, Row
from ciyou.core.forms.rows import DATE as DATE

__all__ = [
    "ASKED",
    "DATE",
    "MANY",
    "NOTE",
    "NUMBER",
    "ONE",
    "RESULT",
    "TEXT",
    "UNKNOWN",
    "Filled",
    "FormExpressionError",
    "Node",
    "Row",
    "fill",
    "parse_condition",
    "parse_value",
    "read_answer",
    "trimmed",
]
