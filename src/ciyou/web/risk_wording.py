"""Words for risk: a tier by its name, its step and its color, what an assessment comes to, and why a visit is due when it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.assessments.selectors import AssessmentLine
from ciyou.apps.cases.visit_plans import NextVisit
from ciyou.core.risk import GROUPS, UNKNOWN, Indicator, IndicatorSet, Proposal
from ciyou.packs import load_risk, load_visit_intervals
from ciyou.packs.risk import RiskPack

GROUP_NAMES = dict(
    zip(GROUPS, (gettext_lazy("孩子自身"), gettext_lazy("家庭监护"), gettext_lazy("周围环境")), strict=True)
)
STATES = {
    "proposed": gettext_lazy("等人确定"),
    "confirmed": gettext_lazy("已确定"),
    "replaced": gettext_lazy("有了新的评估，没有采用"),
}
CAUSES = {
    "taken_in": gettext_lazy("列入走访"),
    "visited": gettext_lazy("上次走访之后"),
    "tier": gettext_lazy("风险等级确定之后"),
    "category": gettext_lazy("类别变化之后"),
    "place": gettext_lazy("地方变化之后"),
    "protection": gettext_lazy("保护措施变化之后"),
    "nightly": gettext_lazy("走访间隔变化之后"),
}
ANSWER = "answer:"


@dataclass(frozen=True)
class TierChip:
    """A tier to show: its name, and how many of how many steps are filled, so that the color never stands alone."""

    code: str
    name: str
    color: str
    steps: tuple[bool, ...]


@dataclass(frozen=True)
class VersionRow:
    """One assessment of a child in words; `answers` by group."""

    line: AssessmentLine
    proposed: TierChip
    tier: TierChip | None
    state: str
    result: str
    answers: list[tuple[str, list[tuple[str, str]]]]


def tier_chip(asked: IndicatorSet, code: str, lang: str) -> TierChip:
    """A tier as a chip; one that the place has no longer is told by its code."""
    tier, rank = asked.tier(code), asked.rank(code)
    steps = tuple(step <= rank for step in range(len(asked.tiers)))
    return TierChip(code, tier.name(lang) if tier else code, tier.color if tier else "", steps)


def result_words(asked: IndicatorSet, proposal: Proposal, lang: str) -> str:
    """What the answers came to: points, and while something is unknown between which tiers the child may stand."""
    points = _("合计 %(points)s 分") % {"points": proposal.points}
    if not proposal.unknown:
        return points
    unknown = _("%(count)s 项不清楚，各按 %(points)s 分算") % {
        "count": len(proposal.unknown),
        "points": asked.unknown_points,
    }
    if proposal.is_certain:
        return _("，").join((points, unknown))
    ends = [tier_chip(asked, code, lang).name for code in (proposal.lowest, proposal.highest)]
    open_between = _("查清以后可能在%(low)s和%(high)s之间") % {"low": ends[0], "high": ends[1]}
    return _("，").join((points, unknown, open_between))


def version_row(line: AssessmentLine, lang: str) -> VersionRow:
    """One assessment in words, by the tiers of the place where it was made."""
    asked = load_risk(division=line.division).asked
    return VersionRow(
        line=line,
        proposed=tier_chip(asked, line.proposed, lang),
        tier=tier_chip(asked, line.tier, lang) if line.tier else None,
        state=str(STATES[line.state]),
        result=result_words(asked, line.content.proposal, lang),
        answers=_answers(asked, line.content.answers, lang),
    )


def _answers(asked: IndicatorSet, said: Mapping[str, str], lang: str) -> list[tuple[str, list[tuple[str, str]]]]:
    found = []
    for group in GROUPS:
        lines = [
            (one.name(lang), answer_words(one, said[one.code], lang))
            for one in asked.indicators
            if one.group == group and one.code in said
        ]
        if lines:
            found.append((str(GROUP_NAMES[group]), lines))
    return found


def answer_words(indicator: Indicator, code: str, lang: str) -> str:
    """One answer in words."""
    answer = indicator.answer(code)
    return answer.name(lang) if answer else _("不清楚")


def question_groups(
    asked: tuple[Indicator, ...], typed: Mapping[str, str], problems: Mapping[str, str], lang: str
) -> list[tuple[str, list[dict[str, object]]]]:
    """The form: by group each indicator with its answers, the one that nobody knows last."""
    groups = []
    for group in GROUPS:
        questions = [
            {
                "code": one.code,
                "name": f"{ANSWER}{one.code}",
                "text": one.name(lang),
                "problem": problems.get(one.code, ""),
                "options": [
                    *((answer.code, answer.name(lang), typed.get(one.code) == answer.code) for answer in one.answers),
                    (UNKNOWN, _("不清楚"), typed.get(one.code) == UNKNOWN),
                ],
            }
            for one in asked
            if one.group == group
        ]
        if questions:
            groups.append((str(GROUP_NAMES[group]), questions))
    return groups


def note_of(pack: RiskPack, lang: str) -> str:
    """What the place's files say of themselves: that they are a default and no law."""
    return " ".join(dict.fromkeys(en if lang == "en" else zh for zh, en in pack.notes))


def visit_words(visit: NextVisit, division: str, lang: str) -> dict[str, object]:
    """The next visit: by when, how often, why so, and what the interval's row says of itself."""
    row = load_visit_intervals(division=division).get(visit.row)
    return {
        "due_on": visit.due_on,
        "often": _("每 %(days)s 天") % {"days": visit.interval_days} if visit.interval_days else "",
        "row": row.name(lang) if row else "",
        "cause": str(CAUSES.get(visit.cause, "")),
        "note": (row.note_en if lang == "en" else row.note_zh) if row else "",
    }
