"""Words for codes: the stages of a screening, and problems as sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.core.errors import Problem
from ciyou.web.context import short_language

STAGES = {
    "": gettext_lazy("正在准备"),
    "synthesize": gettext_lazy("正在生成演示名册"),
    "read": gettext_lazy("正在读取名册"),
    "link": gettext_lazy("正在核对谁是谁"),
    "relate": gettext_lazy("正在核对谁是谁的父母"),
    "facts": gettext_lazy("正在汇总每个孩子的事实"),
    "decide": gettext_lazy("正在逐条判断类别和待遇"),
    "leads": gettext_lazy("正在整理线索"),
    "write": gettext_lazy("正在保存结果"),
}


@dataclass(frozen=True)
class Sentence:
    """A problem in one language: where, and what."""

    place: str
    sentence: str


def sentences(problems: Iterable[Problem]) -> list[Sentence]:
    """Problems as sentences in the reader's language, each with its place."""
    english = short_language() == "en"
    return [Sentence(str(problem.place), problem.en if english else problem.zh) for problem in problems]


def stage_words(stage: str, *, queued: bool) -> str:
    """What a screening is doing now."""
    if queued:
        return _("排队中：前面还有筛查在进行")
    return str(STAGES.get(stage, STAGES[""]))
