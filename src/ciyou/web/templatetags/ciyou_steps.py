"""The steps of an explanation as nested lists. In Python, because a page holds some two hundred: as templates they took half its time."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ciyou.web.explaining import Step
from ciyou.web.templatetags.ciyou_ui import icon

register = template.Library()
_NOTHING = mark_safe("")  # a constant of ours


@register.simple_tag
def step_list(steps: Iterable[Step]) -> SafeString:
    """Steps with their marks, clauses and sources, and what stands below each."""
    spoken = {"yes": _("成立："), "no": _("不成立："), "undetermined": _("未知："), "withheld": ""}
    marks = {
        mark: format_html('<span class="step-mark">{}<span class="visually-hidden">{}</span></span>', icon(mark), words)
        for mark, words in spoken.items()
    }
    return _list(steps, marks)


def _list(steps: Iterable[Step], marks: dict[str, SafeString]) -> SafeString:
    rows = [(step.mark, marks[step.mark], _body(step, marks)) for step in steps]
    if not rows:
        return _NOTHING
    items = format_html_join("", '<li class="step step-{}">{}<div class="step-body">{}</div></li>', rows)
    return format_html('<ul class="steps">{}</ul>', items)


def _body(step: Step, marks: dict[str, SafeString]) -> SafeString:
    clauses = format_html('<span class="clause">{}</span>', "; ".join(step.clauses)) if step.clauses else _NOTHING
    said = format_html_join("", '<span class="said">{}</span>', ((line,) for line in step.said))
    return format_html("<span>{}</span>{}{}{}", step.text, clauses, said, _list(step.steps, marks))
