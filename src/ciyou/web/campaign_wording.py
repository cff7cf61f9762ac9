"""Words for screening campaigns: how far, who said no, and hints in numbers. No village is ranked, and no number clears anybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.care.campaign_lists import CampaignCard, ChildToAsk
from ciyou.apps.care.campaign_readings import TOPICS, Reading
from ciyou.apps.care.campaign_schools import School
from ciyou.apps.care.instruments import CHILD_AGREED, GUARDIAN_AGREED
from ciyou.core.questionnaires import TOTAL
from ciyou.core.risk import IndicatorSet
from ciyou.packs import load_questionnaires
from ciyou.packs.questionnaires import QuestionnaireFile
from ciyou.packs.result_colors import ResultColors, colors_of
from ciyou.web.questionnaire_wording import HINTS

CLOSED_FOR = {
    "time_over": gettext_lazy("时间到了，没有来得及问"),
    "no_worker": gettext_lazy("没有人可以去"),
    "stopped": gettext_lazy("这次筛查不再做了"),
}
REFUSED = {
    "guardian": gettext_lazy("监护人不同意"),
    "child": gettext_lazy("孩子自己不愿意"),
}
NOT_REACHED = {
    "away": gettext_lazy("孩子不在家（外出、住校）"),
    "nobody_home": gettext_lazy("家里没有人"),
    "unwell": gettext_lazy("孩子今天不适合问"),
}
LEFT = {
    "moved": gettext_lazy("已搬走"),
    "died": gettext_lazy("已去世"),
    "merged": gettext_lazy("档案已合并"),
    "other_school": gettext_lazy("不在这所学校了"),
    "of_age": gettext_lazy("已满 18 周岁"),
    "protected": gettext_lazy("由指名的办案人员负责"),
}
STATES = {
    "due": gettext_lazy("还没有问"),
    "asked": gettext_lazy("问过了"),
    "refused": gettext_lazy("不同意，这次不再问"),
    "not_reached": gettext_lazy("没有见到"),
    "left": gettext_lazy("不再问"),
}
CONSENT = {
    GUARDIAN_AGREED: gettext_lazy("要监护人同意才问"),
    CHILD_AGREED: gettext_lazy("要孩子本人同意才问，并告诉监护人（监护人可能就是伤害来源的，先不告诉）"),
}
WHO_ANSWERS = {"carer": gettext_lazy("问照料人"), "self": gettext_lazy("问孩子本人")}
TOPIC_NAMES = {
    "study": gettext_lazy("学习"),
    "family": gettext_lazy("家里和情绪"),
    "money": gettext_lazy("经济"),
    "rights": gettext_lazy("权益"),
}


def card_words(one: CampaignCard, place: str, lang: str) -> dict[str, object]:
    """A campaign with its school, else its place, and the name of its questionnaire in the reader's language."""
    return {"card": one, "place": one.school_name or place, "name": instrument_name(one.instrument, one.division, lang)}


def instrument_name(code: str, division: str, lang: str) -> str:
    """A questionnaire by its name in the reader's language; its code where its pack is gone."""
    file = load_questionnaires(division=division).get(code)
    return file.name(lang) if file else code


COLORS = {
    "gray": gettext_lazy("灰"),
    "green": gettext_lazy("绿"),
    "blue": gettext_lazy("蓝"),
    "yellow": gettext_lazy("黄"),
    "orange": gettext_lazy("橙"),
    "red": gettext_lazy("红"),
}
"""The colors of a place for results, said in words beside each: they are of another kind than those of the risk of a child."""


def result_tables(card: CampaignCard, file: QuestionnaireFile | None) -> list[dict[str, object]]:
    """The numbers of a closed campaign: by hint, and by band of points where there are bands, each in the place's color and in words.

    A small number is not shown.
    """
    if not card.results:
        return []
    colors = colors_of(card.instrument, division=card.division)
    hints = colors.hints if colors else {}
    tables = [("hints", _("按提示线"), [(code, str(HINTS[code]), code, hints.get(code, "")) for code in HINTS])]
    if "bands" in card.results:
        tables.append(("bands", _("按总分"), _bands(file, card.results["bands"], colors)))
    return [
        {
            "title": title,
            "rows": [
                {
                    "code": hint,
                    "words": said,
                    "count": _count(card.results[name].get(code, 0)),
                    "color": color,
                    "color_words": COLORS.get(color, ""),
                }
                for code, said, hint, color in rows
            ],
        }
        for name, title, rows in tables
    ]


def _count(count: int | None) -> str:
    return _("不公布") if count is None else str(count)


def _bands(
    file: QuestionnaireFile | None, told: Mapping[str, int | None], colors: ResultColors | None
) -> list[tuple[str, str, str, str]]:
    scales = file.scoring.scales if file and file.scoring else ()
    lows = next((one.bands for one in scales if one.code == TOTAL), ())
    # Where the questionnaire was changed since, its bands and the colors may be of different numbers.
    named = colors.bands if colors and len(colors.bands) == len(lows) else ("",) * len(lows)
    rows = []
    for place, low in enumerate(lows):
        higher = lows[place + 1 :]
        said = (
            _("%(low)s 至 %(high)s 分") % {"low": low, "high": higher[0] - 1}
            if higher
            else _("%(low)s 分及以上") % {"low": low}
        )
        rows.append((str(low), said, "", named[place]))
    unknown = colors.hints.get("unknown", "") if colors else ""
    return [*rows, ("unknown", _("没有得分（有漏答）"), "", unknown)] if "unknown" in told else rows


def child_words(one: ChildToAsk) -> dict[str, object]:
    """A child of a visit: its age, who has to agree, and where it stands, with the reason."""
    reasons = {"refused": REFUSED, "not_reached": NOT_REACHED | CLOSED_FOR, "left": LEFT}.get(one.state, {})
    return {
        "id": one.card.id,
        "name": one.card.name,
        "age": one.age,
        "consent": CONSENT[one.grounds[0]] if one.grounds else "",
        "state": one.state,
        "words": STATES[one.state],
        "reason": reasons.get(one.reason, ""),
        "open": one.state in ("due", "not_reached"),
    }


def school_choices(schools: Iterable[School], places: Mapping[str, str]) -> list[tuple[str, str]]:
    """The schools of a form: by name where a campaign gave one, else by the township where most of their children live."""
    named = _("%(name)s（%(code)s）：%(count)s 名儿童")
    unnamed = _("%(code)s，孩子多在%(place)s：%(count)s 名儿童")
    return [
        (
            one.code,
            (named if one.name else unnamed)
            % {"name": one.name, "code": one.code, "place": places.get(one.township, ""), "count": one.children},
        )
        for one in schools
    ]


def said_choices() -> list[tuple[str, str]]:
    """Why a child was not asked, as the form sends it."""
    refused = [(f"refused:{code}", str(words)) for code, words in REFUSED.items()]
    return refused + [(f"not_reached:{code}", str(words)) for code, words in NOT_REACHED.items()]


def reading_words(one: Reading, indicators: IndicatorSet, lang: str) -> dict[str, object]:
    """A child with its hint, and by topic what the last assessment at home said."""
    by_code = {indicator.code: indicator for indicator in indicators.indicators}
    topics = []
    for topic, codes in TOPICS.items():
        said = []
        for code in codes:
            indicator = by_code.get(code)
            answer = indicator.answer(one.seen.get(code, "")) if indicator else None
            if indicator is not None and answer is not None:
                said.append((indicator.name(lang), answer.name(lang)))
        topics.append((TOPIC_NAMES[topic], said))
    return {"reading": one, "hint": HINTS[one.hint], "topics": topics}
