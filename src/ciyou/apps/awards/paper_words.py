"""What the papers say. They are written in Chinese whoever issues them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.awards.access import county_of, township_of
from ciyou.apps.awards.contents import Applicant
from ciyou.apps.awards.paper_forms import application_form, approval_form, verification_authorisation
from ciyou.apps.awards.paper_source import Written, both, cited
from ciyou.apps.cases.letter_documents import chinese_day, issuer_name
from ciyou.core.rules.words import yuan

TITLES = {
    "application_form": "困境儿童保障申请表",
    "approval_form": "困境儿童保障申请审批表",
    "verification_authorisation": "家庭经济状况核对授权书",
    "refusal": "不予确认告知书",
    "public_notice": "公示",
    "care_agreement": "孤儿养育协议",
    "ending": "停止发放告知书",
}


def words_of(kind: str, written: Written) -> Mapping[str, Any]:
    """The content of a paper for its template."""
    return {
        "title": TITLES[kind],
        "number": written.number,
        "issuer": issuer_name(county_of(written.division)),
        "day": chinese_day(written.today),
        **_KINDS[kind](written),
    }


def _refusal(written: Written) -> Mapping[str, Any]:
    row, content = both(written)
    return {
        "addressee": f"{_addressee(content.applicant)}：",
        "paragraphs": [
            f"您于{chinese_day(row.received_on)}为{written.child.name}提出的“{written.rules.rule.zh}”申请（受理编号{row.number}）收悉。经核查，不予确认。",
            f"理由：{content.draft_words}",
            f"依据：{cited(written.rules)}。",
            "情况有变化的，可以随时重新申请。对本决定有异议的，可以向本机关提出申诉，由没有参加原决定的人员答复；也可以依法申请行政复议或者提起行政诉讼。",
        ],
        "slip": "送达回执：收件人签名＿＿＿＿＿＿　送达人＿＿＿＿＿＿　日期＿＿＿＿＿＿",
    }


def _notice(written: Written) -> Mapping[str, Any]:
    assert written.ends_on is not None
    return {
        "issuer": f"{division_name(township_of(written.division))}",
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
    row, content = both(written)
    name, issuer = written.child.name, issuer_name(county_of(written.division))
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


WAY = "乡镇（街道）先与有关部门的数据比对，再由县级民政部门作出决定；每一步的期限在“申请进度”里看得到。"


def slip_words(
    number: str, code: str, received_on: dt.date, division: str, address: str, way: str
) -> Mapping[str, Any]:
    """The receipt: number, code, and how to ask; nothing of the child."""
    return {
        "title": "受理回执",
        "number": number,
        "issuer": issuer_name(county_of(division)),
        "day": chinese_day(received_on),
        "rows": [["受理编号", number], ["受理日期", chinese_day(received_on)], ["受理单位", division_name(division)]],
        "code_label": "查询码（只显示这一次，请收好）",
        "code": f"{code[:4]} {code[4:]}",
        "paragraphs": [
            f"查询办理进度：打开{address or '本系统的“申请进度”页面'}，输入受理编号和查询码，不需要账号。也可以到村（居）、乡镇请工作人员代查。",
            way,
            "查询码丢失的，请带身份证件到受理单位重新领取。",
        ],
    }


def _addressee(applicant: Applicant) -> str:
    return applicant.name or "监护人"


_KINDS = {
    "application_form": application_form,
    "approval_form": approval_form,
    "verification_authorisation": verification_authorisation,
    "refusal": _refusal,
    "public_notice": _notice,
    "care_agreement": _care_agreement,
    "ending": _ending,
}
