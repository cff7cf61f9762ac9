"""Questions as a form shows them: plain words, what is on file, the answer typed so far, and the sentence for what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.cases.questions import CODE, ELSEWHERE, HERE, NO, UNKNOWN, YES, Question
from ciyou.core.errors import Problem
from ciyou.core.facts.definition import Entity, FactType
from ciyou.core.rules.words import value_words
from ciyou.web.explaining import said_words

WHO = {
    Entity.CHILD: gettext_lazy("孩子"),
    Entity.FATHER: gettext_lazy("父亲"),
    Entity.MOTHER: gettext_lazy("母亲"),
    Entity.HOUSEHOLD: gettext_lazy("这个家庭"),
}
PLAIN = {
    "adopted": gettext_lazy("%(who)s已经办了收养手续吗？"),
    "away_since": gettext_lazy("%(who)s从哪一天起不在户籍地居住？"),
    "birth_date": gettext_lazy("%(who)s哪一天出生？"),
    "boarding": gettext_lazy("%(who)s住校吗？"),
    "dead": gettext_lazy("%(who)s去世了吗？"),
    "dibao": gettext_lazy("%(who)s领低保吗？"),
    "disability_grade": gettext_lazy("%(who)s的残疾证是几级？没有残疾填 0。"),
    "disability_type": gettext_lazy("%(who)s有残疾证吗？是哪一类？"),
    "hukou_division": gettext_lazy("%(who)s的户口在哪里？"),
    "hukou_rural": gettext_lazy("%(who)s的户口在农村吗？"),
    "in_institution": gettext_lazy("%(who)s由儿童福利院养育吗？"),
    "insured": gettext_lazy("%(who)s参加了居民医保吗？"),
    "lacks_guardianship_capacity": gettext_lazy("%(who)s没有能力照管孩子，是吗？"),
    "lost_contact": gettext_lazy("%(who)s联系不上，也没有抚养孩子，是吗？"),
    "lost_contact.since": gettext_lazy("公安机关哪一天受理了查找？"),
    "near_dibao": gettext_lazy("%(who)s被认定为低保边缘家庭吗？"),
    "needs_long_term_care": gettext_lazy("%(who)s需要长期照护吗？"),
    "receives_full_child_allowance": gettext_lazy("%(who)s正在全额领取孤儿或事实无人抚养儿童的生活费吗？"),
    "recognized_tekun": gettext_lazy("%(who)s本人已被认定为特困人员吗？"),
    "residence_division": gettext_lazy("%(who)s平时住在哪里？"),
    "rigid_expenditure": gettext_lazy("%(who)s被认定为刚性支出困难家庭吗？"),
    "school_stage": gettext_lazy("%(who)s现在上哪一级学校？"),
    "school_status": gettext_lazy("%(who)s的学籍是什么情况？"),
    "severely_ill": gettext_lazy("%(who)s患当地认定的重病吗？"),
    "sex": gettext_lazy("%(who)s的性别？"),
    "size": gettext_lazy("%(who)s共同生活的有几口人？"),
    "working_away": gettext_lazy("%(who)s在外地打工吗？"),
    "working_away.since": gettext_lazy("从哪一天起在外地打工？"),
}
"""How a village asks: a sentence that can be read out. A fact without one is asked by its name in the vocabulary."""
STILL = {
    "dibao": gettext_lazy("%(who)s还在领低保吗？"),
    "lost_contact": gettext_lazy("%(who)s仍然联系不上、没有抚养孩子吗？"),
    "working_away": gettext_lazy("%(who)s还在外地打工吗？"),
}
"""The same where a yes is on file."""


@dataclass(frozen=True)
class Choice:
    """One answer to choose."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Asked:
    """One question ready to show. `shape` choices | options | date | number | money | division; `name` is the field."""

    name: str
    text: str
    shape: str
    choices: tuple[Choice, ...]
    value: str
    unit: str
    on_file: str
    problem: str
    code: str = ""
    attributes: tuple[Asked, ...] = ()

    @property
    def id(self) -> str:
        """The field's id on the page: its name without the characters that a style sheet would read."""
        return self.name.replace(":", "-").replace(".", "-")


SHAPES = {
    FactType.BOOL: "choices",
    FactType.ENUM: "options",
    FactType.DATE: "date",
    FactType.INT: "number",
    FactType.MONEY: "money",
    FactType.DIVISION: "division",
}


def ask(
    question: Question,
    typed: Mapping[str, str],
    problems: Mapping[str, Problem],
    lang: str,
    *,
    plainly: bool = True,
) -> Asked:
    """A question in the reader's language; `plainly` as one asks a family, otherwise as one asks an office."""
    value = typed.get(question.key, "")
    problem = problems.get(question.key)
    return Asked(
        name=question.key,
        text=_text(question, lang, plainly=plainly),
        shape=SHAPES[question.definition.type],
        choices=_choices(question, value, lang, plainly=plainly),
        value=value,
        unit=_unit(question),
        on_file=_on_file(question, lang) if plainly else "",
        problem="" if problem is None else sentence(problem, lang),
        code=typed.get(question.key + CODE, ""),
        attributes=tuple(ask(one, typed, problems, lang, plainly=plainly) for one in question.attributes),
    )


def sentence(problem: Problem, lang: str) -> str:
    """A problem in the reader's language."""
    return problem.en if lang == "en" else problem.zh


def _text(question: Question, lang: str, *, plainly: bool) -> str:
    name = question.definition.name
    if plainly and question.wording is not None:
        return question.wording.label[1 if lang == "en" else 0]
    if not plainly:
        return question.definition.label(lang)
    who = str(WHO[question.subject.entity])
    if name in STILL and question.known is not None and question.known.value is True:
        return str(STILL[name]) % {"who": who}
    if name in PLAIN:
        return str(PLAIN[name]) % {"who": who}
    return _("%(who)s：%(fact)s？") % {"who": who, "fact": question.definition.label(lang)}


def _choices(question: Question, value: str, lang: str, *, plainly: bool) -> tuple[Choice, ...]:
    unknown = _("不知道") if plainly else _("不掌握")
    if plainly and question.wording is not None and question.wording.choices:
        place = 1 if lang == "en" else 0
        own = [(code, label[place]) for code, label in question.wording.choices.items()]
        return tuple(Choice(code, label, code == value) for code, label in (*own, (UNKNOWN, unknown)))
    match question.definition.type:
        case FactType.BOOL:
            words = [(YES, _("是")), (NO, _("否")), (UNKNOWN, unknown)]
        case FactType.ENUM:
            place = 1 if lang == "en" else 0
            words = [(code, label[place]) for code, label in question.definition.options.items()]
            words.append((UNKNOWN, unknown))
        case FactType.DIVISION:
            words = [(HERE, _("就在本村（社区）")), (ELSEWHERE, _("在别处")), (UNKNOWN, unknown)]
        case _:
            words = []
    return tuple(Choice(code, label, code == value) for code, label in words)


def _unit(question: Question) -> str:
    units = {"month": _("个月"), "person": _("人"), "fen/month": _("元/月")}
    return units.get(question.definition.unit, "")


def _on_file(question: Question, lang: str) -> str:
    """What is on file now, and who said so; nothing where nothing is."""
    known = question.known
    if known is None:
        return ""
    value = value_words(known.value, question.definition).text(lang)
    return _("现在登记的是：%(value)s（%(source)s）") % {"value": value, "source": said_words(known, lang)}
