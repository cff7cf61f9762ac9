"""How values look on a page: amounts, numbers, masked numbers, icons, chips."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ciyou.core.rules.words import yuan as yuan_words
from ciyou.web.icons import PATHS

register = template.Library()

MASK = "*"


@register.simple_tag
@lru_cache
def icon(name: str) -> SafeString:
    """One of the icons; always beside words, so it is hidden from screen readers."""
    return format_html(
        '<svg class="icon icon-{}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">{}</svg>',
        name,
        mark_safe(PATHS[name]),  # constants of ours
    )


@register.simple_tag
@lru_cache
def style_sheets(*names: str) -> SafeString:
    """Links to the style sheets of ours by these names, in this order."""
    return format_html_join(
        "\n    ", '<link rel="stylesheet" href="{}">', ((static(f"web/{name}.css"),) for name in names)
    )


@register.simple_tag
def chip(outcome: str, basis: str = "") -> SafeString:
    """An outcome as shape, word and color; a presumed no looks and reads differently from a no."""
    return _chip(outcome, basis, get_language())


@lru_cache
def _chip(outcome: str, basis: str, _language: str | None) -> SafeString:
    # A page shows some hundred of them, and there are not a dozen; `_language` is the language that is active.
    kind = "presumed" if outcome == "no" and basis == "presumed" else outcome
    return format_html(
        '<span class="chip chip-{}">{}<span>{}</span></span>', kind, icon(kind), outcome_word(outcome, basis)
    )


@register.filter
def outcome_word(outcome: str, basis: str = "") -> str:
    """An outcome in one word."""
    presumed = basis == "presumed"
    words = {
        "yes": _("推定是") if presumed else _("是"),
        "no": _("推定否") if presumed else _("否"),
        "presumed": _("推定否"),
        "undetermined": _("待定"),
    }
    return words[outcome]


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as people write money: ¥1,484.00; an em dash where there is no amount."""
    return "—" if fen is None else yuan_words(fen)


@register.filter
def number(value: float | None) -> str:
    """A count with thousands separated; an em dash where there is none."""
    return "—" if value is None else f"{value:,}"


@register.filter
def seconds(value: float | None) -> str:
    """A duration in seconds with one decimal."""
    return "—" if value is None else f"{value:,.1f}"


@register.filter
def day(value: dt.date | None) -> str:
    """A date with its weekday: 2026-11-23（周一）."""
    if value is None:
        return "—"
    weekdays = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return _("%(date)s（%(weekday)s）") % {"date": value.isoformat(), "weekday": weekdays[value.weekday()]}


@register.filter
def moment(value: dt.datetime | None) -> str:
    """A date with hours and minutes, in the office's own time."""
    return "—" if value is None else localtime(value).strftime("%Y-%m-%d %H:%M")


@register.filter
def masked(number_: str | None) -> str:
    """An ID number with its middle hidden: 4401**********1234."""
    if not number_:
        return "—"
    return number_[:4] + MASK * max(len(number_) - 8, 4) + number_[-4:] if len(number_) > 8 else MASK * len(number_)


@register.filter
def share_of(part: float, whole: float) -> str:
    """A part as a width between 0 and 100 (a drawing's units)."""
    return f"{100 * part / whole:.2f}" if whole else "0"
