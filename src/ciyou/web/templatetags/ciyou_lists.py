"""Parts of long lists, put together in Python: a template with loops takes ten times as long for a page of fifty children."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ciyou.web.pages.ledger_cells import Cell
from ciyou.web.templatetags.ciyou_ui import chip, icon

register = template.Library()


@register.simple_tag
def options(choices: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    """The options of a select: code and words, one of them chosen. Escaped here, each where it is put in."""
    return mark_safe(
        "".join(
            f'<option value="{escape(str(code))}"{" selected" if code == chosen else ""}>{escape(str(words))}</option>'
            for code, words in choices
        )
    )


@register.simple_tag
def ledger_cells(cells: Iterable[Cell]) -> SafeString:
    """The cells of one row of the ledger."""
    return mark_safe("".join(_cell(cell) for cell in cells))


def _cell(cell: Cell) -> str:
    empty = not cell.content and cell.content != 0
    classes = " ".join(filter(None, (_CLASSES.get(cell.kind, ""), "empty-cell" if empty else "")))
    inside = "—" if empty else _INSIDE.get(cell.kind, _text)(cell.content)
    return f'<td class="{classes}" data-label="{escape(cell.label)}">{inside}</td>'


def _text(content: Any) -> str:
    return escape(str(content))


def _rules(content: Iterable[tuple[str, str, str]]) -> str:
    lines = (f'<li class="rule-line">{chip(outcome, basis)} {escape(name)}</li>' for name, outcome, basis in content)
    return f'<ul class="plain-list">{"".join(lines)}</ul>'


def _late(content: Any) -> str:
    words = escape(_("已超期"))
    return f'<span class="late">{icon("warning")}{escape(str(content))} <span class="visually-hidden">{words}</span></span>'


_CLASSES: Mapping[str, str] = {"number": "num", "rules": "cell-wide"}
_INSIDE: Mapping[str, Callable[[Any], str]] = {"rules": _rules, "late": _late}
