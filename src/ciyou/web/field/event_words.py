"""Words for what phones handed in: kinds, reasons, and values side by side."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.cases.questions import CODE, UNKNOWN
from ciyou.apps.fieldwork.contents import SaidInField
from ciyou.apps.fieldwork.fitting import QUESTION, RESULT
from ciyou.apps.fieldwork.lists import ClashLine
from ciyou.core.facts.definition import Entity, FactDefinition, FactType
from ciyou.core.rules.words import value_words
from ciyou.packs import load_vocabulary
from ciyou.web.added_wording import brought_rows
from ciyou.web.asking import WHO
from ciyou.web.visit_wording import RESULT_WORDS

KIND_WORDS = {
    "visit": gettext_lazy("走访"),
    "no_change": gettext_lazy("走访，无变化"),
    "questionnaire": gettext_lazy("用量表提问"),
    "enclosure": gettext_lazy("走访照片或签名"),
}
REASON_WORDS = {
    "conflict": gettext_lazy("和别人后来记下的不一样，请选定以哪个为准"),
    "not_yours": gettext_lazy("这个孩子已不在原来的工作范围内（迁走、受保护或已合并）"),
    "no_right": gettext_lazy("做这件工作的岗位现在不做走访"),
    "post_ended": gettext_lazy("做这件工作的岗位已经结束"),
    "out_of_range": gettext_lazy("有答案不在可填范围内"),
    "form_changed": gettext_lazy("表上有的问题现在不再询问"),
    "no_picture": gettext_lazy("发来的不是照片，或已损坏；请重新拍"),
    "no_basis": gettext_lazy("这里没有要求照片或签名的依据，所以没有记入档案"),
    "no_consent": gettext_lazy("没有写明谁同意了提问"),
    "clock": gettext_lazy("日期不对，手机时间可能不准"),
    "refused": gettext_lazy("按现在的资料不能这样记录"),
    "phone_revoked": gettext_lazy("手机已被停用后才发来"),
    "recovered": gettext_lazy("从手机导出的文件中找回"),
    "unreadable": gettext_lazy("封存的内容打不开，原件已保留"),
}
SETTLEMENT_WORDS = {
    "chosen": gettext_lazy("已选定"),
    "recorded": gettext_lazy("已记入档案"),
    "visited_again": gettext_lazy("已重新走访"),
    "entered_by_hand": gettext_lazy("已另行录入"),
    "told_other_place": gettext_lazy("已告知现在负责的地方"),
    "seen_in_person": gettext_lazy("已有人当面看到孩子"),
    "asked_again": gettext_lazy("已重新提问，记入了档案"),
    "not_asked": gettext_lazy("查明没有提问过"),
    "no_visit_made": gettext_lazy("查明没有走访过"),
}


def clash_rows(clashes: Iterable[ClashLine], lang: str) -> list[dict[str, Any]]:
    """Each field that was said differently, ready to read."""
    return [
        {
            "id": one.id,
            "label": _label(one.content.key, lang),
            "base": _value(one.content.key, one.content.base, lang) or _("没有登记"),
            "theirs": _value(one.content.key, one.content.theirs, lang),
            "theirs_by": one.theirs_by or _("名册或系统"),
            "theirs_at": dt.datetime.fromisoformat(one.content.theirs_at) if one.content.theirs_at else None,
            "ours": _value(one.content.key, one.content.ours, lang),
            "may_take": bool(one.content.fields),
            "choice": one.choice,
        }
        for one in clashes
    ]


def said_rows(said: SaidInField, lang: str, *, division: str, ceiling: int) -> tuple[list[tuple[str, str]], int]:
    """What a phone said, field by field, as it was typed, as far as the reader's `ceiling` goes; and its highest class."""
    rows = [
        (_label(key, lang), _typed(key, text, lang))
        for key, text in said.fields.items()
        if text and not key.endswith(CODE) and key.startswith((QUESTION, RESULT))
    ]
    added, highest = brought_rows(said.fields, lang, division=division, ceiling=ceiling)
    return rows + added, highest


def _label(key: str, lang: str) -> str:
    if key.startswith(RESULT):
        return _("核实结果")
    entity, definition = _fact(key)
    return f"{WHO[entity]} · {definition.label(lang)}" if entity and definition else key.rpartition(":")[2]


def _fact(key: str) -> tuple[Entity | None, FactDefinition | None]:
    subject, _colon, name = key.removeprefix(QUESTION).rpartition(":")
    kind = subject.partition(":")[0]
    if kind not in set(Entity):
        return None, None
    return Entity(kind), load_vocabulary().find(Entity(kind), name)


def _value(key: str, text: str, lang: str) -> str:
    """A value kept as JSON, in words."""
    if key.startswith(RESULT):
        return _result(text)
    _entity, definition = _fact(key)
    if not text or definition is None:
        return text
    value = json.loads(text)
    return value_words(definition.check(value), definition).text(lang)


def _result(text: str) -> str:
    if text == "moved_on":
        return _("这条线索已由别人办理，或已不在您这里")
    return "" if _is_id(text) else str(RESULT_WORDS.get(text, text))


def _typed(key: str, text: str, lang: str) -> str:
    if key.startswith(RESULT):
        return _result(text)
    if text == UNKNOWN:
        return _("不知道")
    _entity, definition = _fact(key)
    if definition is not None and definition.type is FactType.BOOL:
        return {"yes": _("是"), "no": _("否")}.get(text, text)
    if definition is not None and definition.type is FactType.ENUM and text in definition.options:
        return definition.options[text][1 if lang == "en" else 0]
    return text


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
