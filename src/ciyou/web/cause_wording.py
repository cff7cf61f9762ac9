"""Why something came out otherwise than before, in sentences: which statement, whose, which day, which entry of the law."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import division_name
from ciyou.core.facts.definition import FactDefinition, Value
from ciyou.core.rules.book import RuleBook
from ciyou.core.rules.causes import Cause, CauseKind
from ciyou.core.rules.tree import Kind
from ciyou.core.rules.words import ENTITY_WORDS, Phrase, value_words
from ciyou.packs import load_vocabulary
from ciyou.web.explaining import source_name

_PARAMETER, _RULE = "param.", "rule."


def cause_lines(causes: Iterable[Cause], book: RuleBook, lang: str) -> tuple[str, ...]:
    """Causes as sentences, each once; what the reader's book does not know of the law any more is left out."""
    found = (_sentence(cause, book, lang) for cause in causes)
    return tuple(dict.fromkeys(line for line in found if line))


def _sentence(cause: Cause, book: RuleBook, lang: str) -> str:
    if cause.kind is CauseKind.PLACE:
        return _("改按 %(place)s 的规定判断") % {"place": division_name(str(cause.after))}
    if cause.entity is not None:
        return _of_family(cause, lang) if cause.name else _withheld(cause, lang)
    if cause.name.startswith(_RULE):
        rule = book.by_code.get(cause.name.removeprefix(_RULE))
        words = _("规定的条文有更新：%(name)s") if cause.kind is CauseKind.PACK else _("新的条文开始执行：%(name)s")
        return words % {"name": rule.name(lang)} if rule else ""
    return _parameter(cause, book, lang)


def _withheld(cause: Cause, lang: str) -> str:
    owner = Phrase(*ENTITY_WORDS[cause.entity]).text(lang) if cause.entity else ""
    return _("%(owner)s：部门核实的情况有变化，内容不在此显示") % {"owner": owner}


def _of_family(cause: Cause, lang: str) -> str:
    definition = load_vocabulary().find(cause.entity, cause.name) if cause.entity else None
    if cause.entity is None or definition is None:
        return ""
    told = {
        "fact": f"{Phrase(*ENTITY_WORDS[cause.entity]).text(lang)} · {definition.label(lang)}",
        "before": _value(cause.before, definition, lang),
        "after": _value(cause.after, definition, lang),
        "day": cause.day.isoformat() if cause.day else "",
        "count": cause.count,
        "owner": Phrase(*ENTITY_WORDS[cause.entity]).text(lang),
    }
    said = _template(cause) % told
    if cause.kind is CauseKind.FACT and cause.day is not None:
        said += _("，自 %(day)s 起") % told
    if not cause.source or cause.kind is CauseKind.BIRTHDAY:
        return said
    return _("%(said)s（%(source)s）") % {"said": said, "source": source_name(cause.source, lang)}


def _template(cause: Cause) -> str:
    match cause.kind:
        case CauseKind.BEGAN:
            return _("%(fact)s：%(after)s，自 %(day)s 起")
        case CauseKind.ENDED:
            return _("%(fact)s：“%(before)s”的期限于 %(day)s 届满")
        case CauseKind.BIRTHDAY:
            return _("%(owner)s于 %(day)s 满 %(count)s 周岁")
        case CauseKind.DURATION:
            return _("%(fact)s：%(after)s 起，%(day)s 已满 %(count)s 个月")
        case _:
            return _said(cause)


def _said(cause: Cause) -> str:
    if cause.before is None:
        return _("%(fact)s：新说明为“%(after)s”")
    if cause.after is None:
        return _("%(fact)s：不再有“%(before)s”的说明")
    if cause.before == cause.after:
        return _("%(fact)s：“%(after)s”的依据或期限有变化")
    return _("%(fact)s：“%(before)s”改为“%(after)s”")


def _parameter(cause: Cause, book: RuleBook, lang: str) -> str:
    found = book.parameters.get(cause.name.removeprefix(_PARAMETER))
    if found is None:
        return ""
    told = {
        "name": found.en if lang == "en" else found.zh,
        "before": _amount(cause.before, found.kind, lang),
        "after": _amount(cause.after, found.kind, lang),
        "day": cause.day.isoformat() if cause.day else "",
    }
    if cause.kind is CauseKind.STANDARD:
        words = _("%(day)s 起执行的规定：%(name)s由 %(before)s 改为 %(after)s")
        return words % told if cause.day else _("规定到期：%(name)s由 %(before)s 改为 %(after)s") % told
    return _("规定有更新：%(name)s由 %(before)s 改为 %(after)s") % told


def _value(value: Value | None, definition: FactDefinition, lang: str) -> str:
    return "" if value is None else value_words(value, definition).text(lang)


def _amount(value: Value | None, kind: Kind, lang: str) -> str:
    return _("未定") if value is None else value_words(value, kind=kind).text(lang)
