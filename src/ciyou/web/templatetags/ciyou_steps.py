"""The steps of an explanation as nested lists. In Python, because a page holds some two hundred: as templates they took half its time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ciyou.web.explaining import Step
from ciyou.web.templatetags.ciyou_ui import icon

register = template.Library()


@register.simple_tag
def step_list(steps: Iterable[Step]) -> SafeString:
    """Steps with their marks, clauses and sources, and what stands below each."""
    spoken = {"yes": _("成立："), "no": _("不成立："), "undetermined": _("未知："), "withheld": ""}
    marks = {
        mark: format_html('<span class="step-mark">{}<span class="visually-hidden">{}</span></span>', icon(mark), words)
        for mark, words in spoken.items()
    }
    return mark_safe(_list(steps, marks))  # every text in it was escaped where it was put in


def _list(steps: Iterable[Step], marks: Mapping[str, str]) -> str:
    items = "".join(
        f'<li class="step step-{step.mark}">{marks[step.mark]}<div class="step-body">{_body(step, marks)}</div></li>'
        for step in steps
    )
    return f'<ul class="steps">{items}</ul>' if items else ""


def _body(step: Step, marks: Mapping[str, str]) -> str:
    clauses = f'<span class="clause">{escape("; ".join(step.clauses))}</span>' if step.clauses else ""
    said = "".join(f'<span class="said">{escape(line)}</span>' for line in step.said)
    return f"<span>{escape(step.text)}</span>{clauses}{said}{_list(step.steps, marks)}"
