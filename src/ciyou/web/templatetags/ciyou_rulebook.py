"""The rule book's own pieces: words in the reader's language, texts as nested lists, links that work here and in a folder of files."""

from __future__ import annotations

import re

from django import template
from django.template import Context
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ciyou.core.rules.book import Source, Standing
from ciyou.core.rules.reciting import Said
from ciyou.core.rules.words import Phrase
from ciyou.packs.rulebook import words
from ciyou.packs.rulebook.lists import document_id
from ciyou.packs.sources import standing_of
from ciyou.web.context import short_language
from ciyou.web.rulebook_links import Links

register = template.Library()
CHINESE = re.compile(r"[\d〔〕]*[\u3400-\u9fff][\u3400-\u9fff\u3000-\u303f\uff00-\uffef\d]*")


@register.filter
def spoken(phrase: Phrase | None) -> str:
    """Words in the reader's language; nothing where there are none."""
    return "" if phrase is None else phrase.text(short_language())


@register.filter
def standing_words(standing: Standing) -> str:
    """What a text may do by its sources."""
    return spoken(words.STANDINGS[standing.value])


@register.filter
def change_words(change: str) -> str:
    """What a place's text does to the wider place's."""
    return spoken(words.CHANGES[change])


@register.filter
def case_outcome(outcome: str) -> str:
    """What a worked case must come out as."""
    return spoken(words.OUTCOMES[outcome])


@register.filter
def source_kind(source: Source) -> str:
    """What sort of document it is."""
    return spoken(words.SOURCE_KINDS[source.kind])


@register.simple_tag(takes_context=True)
def book_link(context: Context, kind: str, code: str, name: Phrase) -> SafeString:
    """A link to a rule, or to an entry of one of the lists."""
    return format_html('<a href="{}">{}</a>', _address(context["links"], kind, code), spoken(name))


@register.simple_tag(takes_context=True)
def book_list(context: Context, name: str) -> str:
    """The address of one of the lists."""
    return str(context["links"].listed(name))


def _address(links: Links, kind: str, code: str) -> str:
    return links.rule(code) if kind == "rule" else links.entry(kind, code)


@register.simple_tag(takes_context=True)
def book_source(context: Context, source: Source) -> SafeString:
    """A citation: the clause with a link to the document, how sure we are of it, and whether somebody verified it."""
    clause = source.cite(short_language())
    address = context["links"].entry("sources", document_id(source))
    return format_html('<a href="{}">{}</a>{}', address, _original(clause), _trust(source))


@register.simple_tag
def source_trust(source: Source) -> SafeString:
    """How sure we are of a document, and whether somebody verified it."""
    return _trust(source)


def _trust(source: Source) -> SafeString:
    parts = [
        f"{source.confidence} {spoken(words.CONFIDENCES[source.confidence])}",
        spoken(words.STANDINGS[standing_of(source).value]),
        _("已由 %(who)s 核对") % {"who": source.verified_by} if source.verified_by else _("未经当地核对"),
    ]
    note = format_html(' <span class="said">{}</span>', _original(source.note)) if source.note else ""
    return format_html(' <span class="said">{}</span>{}', " · ".join(parts), note)


@register.filter
def original(text: str | None) -> SafeString:
    """Text that exists in Chinese only, marked as such on an English page."""
    return _original(text or "")


def _original(text: str) -> SafeString:
    """On an English page every run of Chinese is marked as what it is, so that it is read out in Chinese."""
    if short_language() != "en":
        return format_html("{}", text)
    return mark_safe(CHINESE.sub(r'<span lang="zh-Hans">\g<0></span>', str(escape(text))))  # escaped before


@register.simple_tag(takes_context=True)
def recital(context: Context, said: Said) -> SafeString:
    """A text as a nested list: what is named stands folded below its name."""
    links: Links = context["links"]
    return mark_safe(
        f'<ul class="recital">{_item(said, links, 0)}</ul>'
    )  # every text in it is escaped where it is put in


def _item(said: Said, links: Links, depth: int) -> str:
    text, parts = _text(said, links), "".join(_item(part, links, depth + 1) for part in said.parts)
    if not parts:
        return f"<li>{text}</li>"
    if said.cites and depth >= 1:
        return f"<li><details><summary>{escape(spoken(said.words))}</summary><ul>{parts}</ul></details></li>"
    return f"<li>{text}<ul>{parts}</ul></li>"


def _text(said: Said, links: Links) -> str:
    words_ = escape(spoken(said.words))
    if said.rule:
        return f'<a href="{escape(links.rule(said.rule))}">{words_}</a>'
    if said.parameter:
        return f'<a href="{escape(links.entry("parameters", said.parameter))}">{words_}</a>'
    return str(words_)
