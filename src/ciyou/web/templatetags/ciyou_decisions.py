"""Rules as a child's page lists them. In Python, because a page holds some fifty: as templates they took a third of its time."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ciyou.web.explaining import ExplainedRule
from ciyou.web.templatetags.ciyou_ui import chip

register = template.Library()


@register.simple_tag
def decisions(rules: Iterable[ExplainedRule]) -> SafeString:
    """Rules in the order in which they come; those that came out as a no are folded into one line."""
    return mark_safe(
        "".join(_answers(outcome, list(same)) for outcome, same in groupby(rules, lambda rule: rule.outcome))
    )


@register.simple_tag
def decision(rule: ExplainedRule) -> SafeString:
    """One rule: its name, what it gives, how it came out, and why: in place, or fetched when somebody asks."""
    return mark_safe(_decision(rule, _("为什么")))  # every text in it was escaped where it was put in


def _answers(outcome: str, rules: list[ExplainedRule]) -> str:
    why = _("为什么")
    lines = "".join(_decision(rule, why) for rule in rules)
    if outcome != "no":
        return lines
    folded = ngettext("判断为“否”的 %(number)s 项", "判断为“否”的 %(number)s 项", len(rules)) % {"number": len(rules)}
    return f'<details class="quiet card decisions-no"><summary>{escape(folded)}</summary>{lines}</details>'


def _decision(rule: ExplainedRule, why: str) -> str:
    pays = rule.amount and rule.outcome != "no"
    amount = f'<span class="decision-amount">{escape(rule.amount)}</span>' if pays else ""
    name = f'<span class="decision-name">{escape(rule.name)}</span>'
    return (
        f'<details class="decision decision-{rule.outcome}"{_fetching(rule)}>'
        f"<summary>{name}{amount}{chip(rule.outcome, rule.basis)}</summary>"
        f'<div class="decision-body">{_body(rule, why)}</div></details>'
    )


def _fetching(rule: ExplainedRule) -> str:
    if not rule.why_address:
        return ""
    address = escape(rule.why_address)
    return f' hx-get="{address}" hx-trigger="toggle once" hx-target="find .decision-body" hx-swap="innerHTML"'


def _body(rule: ExplainedRule, why: str) -> str:
    if rule.why_address:
        return f'<p><a href="{escape(rule.why_address)}">{escape(why)}</a></p>'
    return render_to_string("web/components/rule_body.html", {"rule": rule})
