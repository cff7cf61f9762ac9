"""Words for questionnaires: a hint with its points, who answers and who agreed. Never a diagnosis, and never an all-clear."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.care.contents import AnswersContent, Assessment, ResultContent
from ciyou.apps.care.instruments import CHILD_AGREED, GUARDIAN_AGREED, GUARDIAN_NOT_TOLD
from ciyou.apps.care.selectors import FilledLine
from ciyou.core.questionnaires import TOTAL, Measured
from ciyou.packs.follow_ups import FollowUp, Text
from ciyou.packs.questionnaires import QuestionnaireFile

RESPONDENTS = {"carer": gettext_lazy("照料人回答"), "self": gettext_lazy("孩子自己回答")}
GROUNDS = {
    GUARDIAN_AGREED: gettext_lazy("监护人同意了"),
    CHILD_AGREED: gettext_lazy("孩子本人同意了，也告诉了监护人"),
    GUARDIAN_NOT_TOLD: gettext_lazy("孩子本人同意了；监护人可能就是伤害的来源，先不告诉"),
}
STATES = {
    "recorded": gettext_lazy("已记录"),
    "waiting": gettext_lazy("今天必须有人当面看到孩子"),
    "assessed": gettext_lazy("已当面评估"),
}
OUTCOMES = {
    "urgent": gettext_lazy("情况紧急，已经走紧急途径（送医、报警），孩子身边一直有人"),
    "referred": gettext_lazy("专业人员今天评估了，或者已经接手"),
    "watched": gettext_lazy("今天没有看到马上的危险，已经约好再看的时间"),
}
GUARDIAN = {
    "told": gettext_lazy("已经告诉监护人"),
    "suspected": gettext_lazy("没有告诉：怀疑伤害来自监护人，由督导员决定"),
    "unsure": gettext_lazy("没有告诉：说不准，由督导员决定"),
}
VERDICTS = {
    "reached": gettext_lazy("有提示：建议进一步了解，和督导员商量专业评估"),
    "below": gettext_lazy("没有达到提示线。这不等于孩子没事；放心不下就再看、再问。"),
    "unknown": gettext_lazy("说不准：漏答太多，或者各种说法的提示线不一致。请补问，或者请专业人员评估。"),
}
HINTS = {
    "reached": gettext_lazy("达到提示线"),
    "below": gettext_lazy("没有达到提示线"),
    "unknown": gettext_lazy("说不准"),
}


def one_of(text: Text, lang: str) -> str:
    """A pack's text in one language."""
    return text[1] if lang == "en" else text[0]


def head_words(file: QuestionnaireFile, lang: str) -> dict[str, object]:
    """What stands at the head of a questionnaire."""
    return {
        "code": file.code,
        "name": file.name(lang),
        "introduction": one_of(file.words.introduction, lang),
        "period": one_of(file.words.period, lang),
        "translation": "" if file.words.validated else one_of(file.words.translation, lang),
        "licence": one_of(file.words.licence_note, lang),
        "respondent": RESPONDENTS[file.respondent],
        "questions": len(file.texts),
        "default": file.words.default,
    }


def blank_questions(file: QuestionnaireFile, lang: str) -> list[dict[str, object]]:
    """The questions of a questionnaire in their order, each with its possible answers by points."""
    options = [(points, one_of(text, lang)) for points, text in file.options.items()]
    return [
        {"code": item, "number": number, "text": one_of(text, lang), "options": options}
        for number, (item, text) in enumerate(file.texts.items(), start=1)
    ]


def by_respondent(files: Iterable[QuestionnaireFile], lang: str) -> list[tuple[str, list[dict[str, object]]]]:
    """The questionnaires under who answers them, the carer's first."""
    found = [
        (str(words), [head_words(one, lang) for one in files if one.respondent == code])
        for code, words in RESPONDENTS.items()
    ]
    return [(words, heads) for words, heads in found if heads]


def unfit_words(file: QuestionnaireFile, lang: str) -> str:
    """A questionnaire with the ages for which it is meant."""
    ages = file.scoring.ages if file.scoring else None
    if ages is None or (ages.first is None and ages.last is None):
        return file.name(lang)
    if ages.last is None:
        return _("%(name)s（%(first)s 岁起）") % {"name": file.name(lang), "first": ages.first}
    return _("%(name)s（%(first)s 至 %(last)s 岁）") % {
        "name": file.name(lang),
        "first": ages.first or 0,
        "last": ages.last,
    }


def verdict_code(reached: bool | None) -> str:
    """reached | below | unknown."""
    return "unknown" if reached is None else "reached" if reached else "below"


def verdict_of(result: ResultContent) -> dict[str, object]:
    """What all scales say together: one that is a hint decides, and one that is not certain leaves it open."""
    said = [one.reached for one in result.result.measured if result.cut_offs.get(one.scale)]
    code = verdict_code(True if True in said else None if None in said or not said else False)
    return {"code": code, "words": VERDICTS[code]}


def scale_rows(result: ResultContent, file: QuestionnaireFile | None, lang: str) -> list[dict[str, object]]:
    """One row a scale: its name, points, band, line and hint."""
    rows = []
    for one in result.result.measured:
        code = verdict_code(one.reached)
        rows.append(
            {
                "name": _scale_name(one.scale, file, lang),
                "points": points_words(one),
                "band": _band_words(one, file),
                "cut_off": _cut_off_words(result.cut_offs.get(one.scale, ()), file),
                "code": code,
                "hint": HINTS[code] if result.cut_offs.get(one.scale) else _("没有提示线"),
            }
        )
    return rows


def points_words(one: Measured) -> str:
    """The points, or between what they lie where there is no score."""
    if one.points is not None:
        return _("%(points)s 分") % {"points": one.points}
    return _("没有得分（漏答；在 %(least)s 至 %(most)s 分之间）") % {"least": one.at_least, "most": one.at_most}


def _scale_name(code: str, file: QuestionnaireFile | None, lang: str) -> str:
    if code == TOTAL:
        return _("总分")
    return one_of(file.scales[code], lang) if file and code in file.scales else code


def _band_words(one: Measured, file: QuestionnaireFile | None) -> str:
    scales = file.scoring.scales if file and file.scoring else ()
    bands = next((scale.bands for scale in scales if scale.code == one.scale), ())
    if one.band is None or one.band not in bands:
        return ""
    following = [low for low in bands if low > one.band]
    if not following:
        return _("%(low)s 分及以上一段") % {"low": one.band}
    return _("%(low)s 至 %(high)s 分一段") % {"low": one.band, "high": following[0] - 1}


def _cut_off_words(values: Sequence[int], file: QuestionnaireFile | None) -> str:
    if not values:
        return ""
    told = _(" 或 ").join(str(value) for value in sorted(set(values)))
    low = bool(file and file.scoring and file.scoring.lower_is_worse)
    return (_("%(points)s 分及以下") if low else _("%(points)s 分及以上")) % {"points": told}


def blank_numbers(result: ResultContent, file: QuestionnaireFile | None) -> str:
    """The numbers of the questions that were left blank."""
    items = list(file.scoring.items) if file and file.scoring else []
    return _("、").join(str(items.index(one) + 1) for one in result.result.blanks if one in items)


def answer_rows(said: AnswersContent, file: QuestionnaireFile | None, lang: str) -> list[tuple[int, str, str]]:
    """Number, question and answer, in the order in which they were asked."""
    if file is None:
        return []
    rows = []
    for number, (item, text) in enumerate(file.texts.items(), start=1):
        points = said.answers.get(item)
        words = _("没有答") if points is None else one_of(file.options[points], lang)
        rows.append((number, one_of(text, lang), words))
    return rows


def list_row(line: FilledLine, file: QuestionnaireFile | None, lang: str) -> dict[str, object]:
    """A filled questionnaire in a list that only its readers see."""
    total = line.result.result.of(TOTAL)
    return {
        "id": line.id,
        "on": line.asked_on,
        "name": file.name(lang) if file else line.instrument,
        "by": line.asked_by,
        "points": points_words(total),
        "verdict": HINTS[str(verdict_of(line.result)["code"])],
        "state": STATES[line.state] if line.state != "recorded" else "",
        "waiting": line.waits,
    }


def follow_up_words(one: FollowUp, lang: str) -> dict[str, object]:
    """What follows a flag, in one language."""
    asked = one.questions
    return {
        "code": one.code,
        "name": one_of(one.name, lang),
        "act": one_of(one.act, lang),
        "guardian": one_of(one.guardian, lang),
        "call": one_of(one.call, lang),
        "helplines": [(line.number, one_of(line.words, lang)) for line in one.helplines],
        "questions": [one_of(item, lang) for item in asked.items] if asked else [],
        "rule": one_of(asked.rule, lang) if asked else "",
        "translation": "" if asked is None or asked.validated else one_of(asked.translation, lang),
    }


def helpline_rows(known: Iterable[FollowUp], lang: str) -> list[tuple[str, str]]:
    """Every number of the place's packs, once."""
    return list({line.number: one_of(line.words, lang) for one in known for line in one.helplines}.items())


def assessment_words(said: Assessment) -> dict[str, object]:
    """What whoever saw the child wrote."""
    return {
        "outcome": OUTCOMES.get(said.outcome, said.outcome),
        "guardian": GUARDIAN.get(said.guardian, said.guardian),
        "words": said.words,
    }
