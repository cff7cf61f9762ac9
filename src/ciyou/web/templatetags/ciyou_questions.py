"""The long tail of open questions as one list. In Python, because a page holds some fifty: as templates they took half its time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ciyou.web.explaining import OpenQuestion

register = template.Library()
NAMED = 2


@register.simple_tag
def question_list(questions: Iterable[tuple[OpenQuestion, Sequence[str]]]) -> SafeString:
    """Questions in one line each: what, which departments know it, and the rules that it would decide."""
    known, about, comma, more = _("由%(names)s掌握"), _("关系到："), _("、"), _("等")

    def line(question: OpenQuestion, names: Sequence[str]) -> str:
        text = escape(question.text)
        what = f'<a href="{escape(question.address)}">{text}</a>' if question.address else text
        whose = escape(known % {"names": question.known_by}) if question.known_by else ""
        which = f" · {about}{escape(comma.join(names[:NAMED]))}{more if len(names) > NAMED else ''}" if names else ""
        return f'<li>{what}<span class="said">{whose}{which}</span></li>'

    lines = "".join(line(question, names) for question, names in questions)
    return mark_safe(f'<ul class="more-questions">{lines}</ul>')  # every text in it was escaped where it was put in
