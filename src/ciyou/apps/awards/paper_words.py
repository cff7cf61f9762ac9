"""What the papers say. They are written in Chinese whoever issues them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ciyou.apps.accounts.selectors import division_name, user_names
from ciyou.apps.awards.contents import GIVEN, KNOWN, Applicant, ApplicationContent
from ciyou.apps.awards.models import Application
from ciyou.apps.awards.paying import PayingRules
from ciyou.apps.cases.letter_documents import SEXES, chinese_day, issuer_name
from ciyou.apps.registry.selectors import PersonCard
from ciyou.core.awards.month import Month
from ciyou.core.rules.words import yuan
from ciyou.packs import department_name

RELATION_WORDS = {
    "self": "本人",
    "father": "父亲",
    "mother": "母亲",
    "guardian": "监护人",
    "relative": "受托近亲属",
    "village": "村（居）民委员会",
    "": "由系统依据认定提出",
}
MADE_HERE = "application_form"
OUTCOMES = {"agree": "同意", "disagree": "不同意"}
TITLES = {
    "application_form": "困境儿童保障申请审批表",
    "refusal": "不予确认告知书",
    "public_notice": "公示",
    "care_agreement": "孤儿养育协议",
    "ending": "停止发放告知书",
}
_NOT_GIVEN = "未登记"


@dataclass(frozen=True)
class Written:
    """What a paper is written from."""

    number: str
    child: PersonCard
    id_number: str
    rules: PayingRules
    division: str
    today: dt.date
    application: Application | None = None
    content: ApplicationContent | None = None
    last_month: Month | None = None
    ground: str = ""
    reason: str = ""
    ends_on: dt.date | None = None
    checked_on: dt.date | None = None


def words_of(kind: str, written: Written) -> Mapping[str, Any]:
    """The content of a paper for its template."""
    return {
        "title": TITLES[kind],
        "number": written.number,
        "issuer": issuer_name(_county(written.division)),
        "day": chinese_day(written.today),
        **_KINDS[kind](written),
    }


def _application_form(written: Written) -> Mapping[str, Any]:
    row, content = _both(written)
    names = user_names([row.received_by, row.checked_by, row.drafted_by, row.decided_by])
    child, applicant = written.child, content.applicant
    return {
        "title": f"{written.rules.rule.zh}申请审批表",
        "pairs": [
            ["姓名", child.name, "性别", SEXES.get(child.sex, _NOT_GIVEN)],
            [
                "出生日期",
                chinese_day(child.birth_date) if child.birth_date else _NOT_GIVEN,
                "身份证号码",
                written.id_number or _NOT_GIVEN,
            ],
            ["申请人", applicant.name or "—", "与儿童关系", RELATION_WORDS.get(applicant.relation, "—")],
            ["联系电话", applicant.contact or _NOT_GIVEN, "受理日期", chinese_day(row.received_on)],
        ],
        "wide": [
            ["户籍地", division_name(row.division)],
            ["申请事项", written.rules.rule.zh],
            ["材料", _documents(content, written.rules)],
            ["受理编号", row.number],
        ],
        "opinions": [
            {
                "heading": "乡镇（街道）核查意见",
                "words": _checked(content),
                "signature": f"核查人：{names.get(row.checked_by, '')}　　（盖章）",
                "day": chinese_day(written.checked_on) if written.checked_on else "　　　　年　　月　　日",
            },
            {
                "heading": "县级民政部门意见",
                "words": _decided(written, row, content),
                "signature": f"经办：{names.get(row.drafted_by, '')}　审批：{names.get(row.decided_by, '')}　　（盖章）",
                "day": chinese_day(written.today),
            },
        ],
        "note": "本表含个人信息，仅用于本次申请的办理和存档。",
    }


def _documents(content: ApplicationContent, rules: PayingRules) -> str:
    named = {one.code: one.zh for one in rules.documents}
    given = [named.get(code, code) for code, state in content.documents.items() if state == GIVEN]
    known = [code for code, state in content.documents.items() if state == KNOWN and code != MADE_HERE]
    told = [f"已提交：{'、'.join(given)}。" if given else "", "其余由部门数据比对，免交。" if known else ""]
    return "".join(told) or "无需提交。"


def _checked(content: ApplicationContent) -> str:
    compared = "、".join(department_name(code) for code in content.compared)
    told = [
        f"已与{compared}的数据比对。" if compared else "",
        f"{OUTCOMES.get(content.check_outcome, '—')}。",
        content.check_words,
    ]
    return "".join(part for part in told if part != "—。")


def _decided(written: Written, row: Application, content: ApplicationContent) -> str:
    if row.outcome != "approve" or row.amount_fen is None or row.first_month is None:
        return f"不予确认。{content.draft_words}"
    month = Month.of(row.first_month)
    return (
        f"经认定，符合{written.rules.rule.zh}条件，同意确认。自{month.year}年{month.month}月起按月发放，"
        f"确认时标准为每月{yuan(row.amount_fen)}。{content.draft_words}"
    )


def _refusal(written: Written) -> Mapping[str, Any]:
    row, content = _both(written)
    return {
        "addressee": f"{_addressee(content.applicant)}：",
        "paragraphs": [
            f"您于{chinese_day(row.received_on)}为{written.child.name}提出的“{written.rules.rule.zh}”申请（受理编号{row.number}）收悉。经核查，不予确认。",
            f"理由：{content.draft_words}",
            f"依据：{_cited(written.rules)}。",
            "情况有变化的，可以随时重新申请。对本决定有异议的，可以向本机关提出申诉，由没有参加原决定的人员答复；也可以依法申请行政复议或者提起行政诉讼。",
        ],
        "slip": "送达回执：收件人签名＿＿＿＿＿＿　送达人＿＿＿＿＿＿　日期＿＿＿＿＿＿",
    }


def _notice(written: Written) -> Mapping[str, Any]:
    assert written.ends_on is not None
    return {
        "issuer": f"{division_name(_township(written.division))}",
        "paragraphs": ["经申请、核查，拟对下列人员予以确认，现予公示："],
        "rows": [
            ["姓名", written.child.name],
            ["村（居）", division_name(written.division)],
            ["事项", written.rules.rule.zh],
        ],
        "closing": [
            f"公示期：{chinese_day(written.today)}至{chinese_day(written.ends_on)}。对公示内容有异议的，请在公示期内向乡镇人民政府（街道办事处）反映。公示期满即取下。"
        ],
    }


def _care_agreement(written: Written) -> Mapping[str, Any]:
    row, content = _both(written)
    name, issuer = written.child.name, issuer_name(_county(written.division))
    monthly = f"{yuan(row.amount_fen)}/月" if row.amount_fen is not None else "按当地标准"
    return {
        "parties": [
            f"甲方：{issuer}",
            f"乙方（养育人）：{content.applicant.name or '＿＿＿＿＿＿＿＿'}",
            f"儿童：{name}",
        ],
        "paragraphs": [
            "为保障孤儿的健康成长，根据国家关于孤儿保障的规定，甲乙双方订立本协议。",
            f"一、乙方照料{name}的生活，保证其吃、穿、住、就医和按时入学，关心其心理，不得虐待、遗弃，不得使其失学。",
            f"二、甲方自确认的月份起按月发放孤儿基本生活费，订立时标准为{monthly}，以后随标准调整。该款属于儿童本人，乙方应当全部用于儿童，不得挪作他用。",
            "三、乙方配合儿童主任、儿童督导员和民政部门的走访；儿童的住址、学校、健康或者监护情况变化的，及时告知村（居）或者乡镇。",
            "四、乙方不能继续养育、或者未尽到养育责任的，甲方另行安排养育，并变更领款人。",
            "五、本协议自双方签字之日起生效，至儿童不再符合条件或者另行安排养育时终止。一式三份，甲乙双方和乡镇（街道）各执一份。",
        ],
        "signatures": [
            "甲方（盖章）：",
            "乙方（签名）：",
            "经办人：",
            "见证人：",
            "日期：　　年　月　日",
            "日期：　　年　月　日",
        ],
    }


def _ending(written: Written) -> Mapping[str, Any]:
    assert written.last_month is not None
    last, following = written.last_month, written.last_month.plus(1)
    applicant = written.content.applicant if written.content else Applicant()
    return {
        "addressee": f"{_addressee(applicant)}：",
        "paragraphs": [
            f"{written.child.name}享受的“{written.rules.rule.zh}”，因{written.ground}，自{following.year}年{following.month}月起停止发放，最后发放的月份为{last.year}年{last.month}月。",
            f"说明：{written.reason}",
            "对本决定有异议的，可以向本机关提出申诉；也可以依法申请行政复议或者提起行政诉讼。以后再次符合条件的，可以重新申请。",
        ],
    }


def slip_words(number: str, code: str, received_on: dt.date, division: str) -> Mapping[str, Any]:
    """The receipt: number, code, and how to ask; nothing of the child."""
    return {
        "title": "受理回执",
        "number": number,
        "issuer": issuer_name(_county(division)),
        "day": chinese_day(received_on),
        "rows": [["受理编号", number], ["受理日期", chinese_day(received_on)], ["受理单位", division_name(division)]],
        "code_label": "查询码（只显示这一次，请收好）",
        "code": f"{code[:4]} {code[4:]}",
        "paragraphs": [
            "查询办理进度：打开本系统的“申请进度”页面，输入受理编号和查询码，不需要账号。也可以到村（居）、乡镇请工作人员代查。",
            "乡镇（街道）先与有关部门的数据比对，再由县级民政部门作出决定；每一步的期限在“申请进度”里看得到。",
            "查询码丢失的，请带身份证件到受理单位重新领取。",
        ],
    }


_KINDS = {
    "application_form": _application_form,
    "refusal": _refusal,
    "public_notice": _notice,
    "care_agreement": _care_agreement,
    "ending": _ending,
}


def _both(written: Written) -> tuple[Application, ApplicationContent]:
    assert written.application is not None
    assert written.content is not None
    return written.application, written.content


def _addressee(applicant: Applicant) -> str:
    return applicant.name or "监护人"


def _cited(rules: PayingRules) -> str:
    titles = [f"《{one.title}》" + (f"（{one.number}）" if one.number else "") for one in rules.rule.sources]
    return "；".join(dict.fromkeys(titles)) or "国家和本地的有关规定"


def _county(division: str) -> str:
    return division[:6].ljust(12, "0")


def _township(division: str) -> str:
    return division[:9].ljust(12, "0")
