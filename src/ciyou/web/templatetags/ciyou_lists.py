"""Parts of long lists, put together in Python: a template with loops takes ten times as long for a page of fifty children."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ciyou.web.ledger_cells import Cell, ShownRow
from ciyou.web.templatetags.ciyou_ui import chip, icon

register = template.Library()


@register.simple_tag
def options(choices: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    """The options of a select: code and words, one of them chosen. Escaped here, each where it is put in."""
    return mark_safe(_options(tuple((str(code), str(words)) for code, words in choices), str(chosen)))


@lru_cache(maxsize=256)
def _options(choices: tuple[tuple[str, str], ...], chosen: str) -> str:
    return "".join(
        f'<option value="{escape(code)}"{" selected" if code == chosen else ""}>{escape(words)}</option>'
        for code, words in choices
    )


@register.simple_tag
def ledger_rows(rows: Iterable[ShownRow]) -> SafeString:
    """The rows of the ledger: a box to tick, the child with its address, and the chosen cells."""
    words = _Words(_("选择 %(name)s"), escape(_("姓名不详")), escape(_("受保护档案")), escape(_("已超期")))
    return mark_safe("".join(_row(row, words) for row in rows))


@dataclass(frozen=True)
class _Words:
    """What stands in every row, in the language that is active; `choose` holds a place for the name."""

    choose: str
    nameless: str
    protected: str
    late: str


def _row(row: ShownRow, words: _Words) -> str:
    protected = f' <span class="said">{words.protected}</span>' if row.protected else ""
    choose = escape(words.choose % {"name": row.name})
    return (
        f'<tr><td class="ledger-tick"><label class="tick"><input type="checkbox" name="person" value="{row.person_id}">'
        f'<span class="visually-hidden">{choose}</span></label></td>'
        f'<th scope="row" class="lead-who"><a href="{escape(row.address)}">{escape(row.name) or words.nameless}</a>{protected}</th>'
        f"{''.join(_cell(cell, words) for cell in row.cells)}</tr>"
    )


def _cell(cell: Cell, words: _Words) -> str:
    empty = not cell.content and cell.content != 0
    classes = " ".join(filter(None, (_CLASSES.get(cell.kind, ""), "empty-cell" if empty else "")))
    inside = "—" if empty else _INSIDE.get(cell.kind, _text)(cell.content, words)
    return f'<td class="{classes}" data-label="{_escaped(cell.label)}">{inside}</td>'


_escaped = lru_cache(maxsize=512)(escape)
"""Of labels and names of rules, which come back in every row."""


def _text(content: Any, words: _Words) -> str:
    return escape(str(content))


def _rules(content: Iterable[tuple[str, str, str]], words: _Words) -> str:
    lines = (f'<li class="rule-line">{chip(outcome, basis)} {_escaped(name)}</li>' for name, outcome, basis in content)
    return f'<ul class="plain-list">{"".join(lines)}</ul>'


def _late(content: Any, words: _Words) -> str:
    return f'<span class="late">{icon("warning")}{escape(str(content))} <span class="visually-hidden">{words.late}</span></span>'


_CLASSES: Mapping[str, str] = {"number": "num", "rules": "cell-wide"}
_INSIDE: Mapping[str, Callable[[Any, _Words], str]] = {"rules": _rules, "late": _late}
