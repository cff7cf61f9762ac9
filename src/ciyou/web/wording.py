"""Words for codes: the stages of a screening, and problems as sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.batch.leads import lead_reasons
from ciyou.batch.run_record import STAGES
from ciyou.core.errors import Problem
from ciyou.web.context import short_language


@dataclass(frozen=True)
class Sentence:
    """A problem in one language: where, and what."""

    place: str
    sentence: str


def sentences(problems: Iterable[Problem]) -> list[Sentence]:
    """Problems as sentences in the reader's language, each with its place."""
    english = short_language() == "en"
    return [Sentence(str(problem.place), problem.en if english else problem.zh) for problem in problems]


def plain_sentences(problems: Iterable[Problem]) -> list[Sentence]:
    """Problems of a form: their sentences alone, since a place there is the code of a field."""
    return [Sentence("", one.sentence) for one in sentences(problems)]


def stage_words(stage: str, *, queued: bool) -> str:
    """What a screening is doing now."""
    if queued:
        return _("排队中：前面还有筛查在进行")
    if stage == "synthesize":
        return _("生成演示名册")
    if stage == "register":
        return _("建立档案、生成并分派线索")
    return STAGES[stage][_spoken()] if stage in STAGES else _("准备")


def _spoken() -> int:
    """Which of a pair of words (zh, en) the reader reads."""
    return 1 if short_language() == "en" else 0


RELATIONS = {
    "father": gettext_lazy("父亲"),
    "mother": gettext_lazy("母亲"),
    "guardian": gettext_lazy("监护人"),
    "sibling": gettext_lazy("兄弟姐妹"),
    "household": gettext_lazy("同户"),
}
SEXES = {"male": gettext_lazy("男"), "female": gettext_lazy("女")}


def why_words(code: str) -> str:
    """Why a lead was raised."""
    return lead_reasons()[code][_spoken()]
