"""The inquiry letter 协查函 and its reply slip 回执 as an official document. They are written in Chinese whoever sends them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.cases.documents.typesetting import typeset
from ciyou.apps.cases.letter_contents import LetterContent
from ciyou.apps.cases.questions import Question
from ciyou.core.facts.definition import FactType
from ciyou.packs import department_name, load_documents, load_rule_book

TITLE = "关于协助核查有关人员情况的函"
GENERAL_BASIS = "gf_2016_36"
"""What is cited where no rule asks for the fact: the State Council's opinions on children in difficulty."""
CITED_AT_MOST = 3
SEXES = {"male": "男", "female": "女"}
_NOT_KNOWN = "不掌握"


def letter_number(year: int, sequence: int) -> str:
    """How a county writes the number of a letter."""
    return f"〔{year}〕民协查第{sequence}号"


def person_words(*, name: str, sex: str, birth_date: dt.date | None, id_card: str) -> tuple[tuple[str, str], ...]:
    """The person asked about, as the letter states them; what is not known is said so."""
    return (
        ("姓名", name),
        ("性别", SEXES.get(sex, "未登记")),
        ("出生日期", chinese_day(birth_date) if birth_date else "未登记"),
        ("公民身份号码", id_card or "未登记"),
    )


def letter_pdf(
    content: LetterContent,
    questions: Iterable[Question],
    *,
    number: str,
    division: str,
    department: str,
    sent_on: dt.date,
    reply_by: dt.date,
) -> bytes:
    """The letter as a PDF."""
    issuer = issuer_name(division)
    words = {
        "title": TITLE,
        "issuer": issuer,
        "number": number,
        "addressee": f"{_place(division)}{department_name(department)}：",
        "opening": (
            f"因办理困境儿童保障工作，需核查下列人员的有关情况。现请贵单位协助核查，并于{chinese_day(reply_by)}前回复。"
        ),
        "person": [list(row) for row in content.person],
        "ask_heading": "请核查以下事项：",
        "questions": [_question(question) for question in questions],
        "closing": [
            f"依据：{'；'.join(_bases(content.rules, division, sent_on))}。",
            "本函所涉个人信息仅用于上述核查，请勿另作他用，并予以保密。",
        ],
        "day": chinese_day(sent_on),
        "attached": "附件：协查函回执",
        "slip": {
            "title": "协查函回执",
            "addressee": f"{issuer}：",
            "columns": ["序号", "核查事项", "核查结果（请在□内打√）"],
            "refusal": "不能协查，理由：",
            "signatures": ["核查单位（盖章）", "经办人及联系电话", "回复日期"],
            "note": "可以在系统中直接回复；纸质回执请盖章后寄回。",
        },
    }
    return typeset("inquiry_letter", words)


def issuer_name(division: str) -> str:
    """The office that writes: the county's bureau of civil affairs."""
    return f"{_place(division)}民政局"


def chinese_day(day: dt.date) -> str:
    """A date as official documents write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def _place(division: str) -> str:
    name = division_name(division)
    # A county that no list of divisions names is left out: a letter does not begin with a number.
    return "" if name == division else name


def _question(question: Question) -> Mapping[str, Any]:
    definition = question.definition
    asked = f"是否{definition.zh}" if definition.type is FactType.BOOL else definition.zh
    blanks = [attribute.definition.zh for attribute in question.attributes]
    more = f"；如是，请注明{'、'.join(blanks)}" if blanks else ""
    return {
        "text": f"{asked}{more}。",
        "fact": definition.zh,
        "choices": _choices(question),
        "blanks": _blanks(question),
    }


def _choices(question: Question) -> list[str]:
    match question.definition.type:
        case FactType.BOOL:
            return ["是", "否", _NOT_KNOWN]
        case FactType.ENUM:
            return [*(zh for zh, _en in question.definition.options.values()), _NOT_KNOWN]
        case _:
            return [_NOT_KNOWN]


def _blanks(question: Question) -> list[str]:
    attributes = [attribute.definition.zh for attribute in question.attributes]
    return attributes if _choices(question) != [_NOT_KNOWN] else ["填写", *attributes]


def _bases(rules: tuple[str, ...], division: str, day: dt.date) -> list[str]:
    """The documents that the rules in question rest on; without any, the general one."""
    book = load_rule_book(division=division, as_of=day)
    sources = [source for code in rules if code in book.by_code for source in book.by_code[code].sources]
    cited = [_cited(source) for source in sources if source.kind in ("law", "regulation", "notice")]
    return list(dict.fromkeys(cited))[:CITED_AT_MOST] or [_cited(load_documents()[GENERAL_BASIS])]


def _cited(source: Any) -> str:
    number = f"（{source.number}）" if source.number else ""
    return f"《{source.title}》{number}"
