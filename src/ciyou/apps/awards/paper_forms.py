"""The forms that an application goes through: what the applicant signs, the authorisation to verify, and the approval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ciyou.apps.accounts.selectors import division_name, user_names
from ciyou.apps.awards.access import county_of
from ciyou.apps.awards.contents import GIVEN, KNOWN, ApplicationContent
from ciyou.apps.awards.models import Application
from ciyou.apps.awards.paper_source import Written, both, cited
from ciyou.apps.awards.paying import TOWNSHIP, PayingRules
from ciyou.apps.cases.letter_documents import SEXES, chinese_day, issuer_name
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
_NOT_GIVEN = "未登记"
_MEMBERS = 6


def application_form(written: Written) -> Mapping[str, Any]:
    """申请表: what is applied for, by whom; the applicant signs it."""
    row, content = both(written)
    name = user_names([row.received_by]).get(row.received_by, "")
    proposed = not content.applicant.name
    return {
        "title": f"{written.rules.rule.zh}申请表",
        **_boxes(written),
        "opinions": [
            {
                "heading": "申请人声明",
                "words": _PROPOSED if proposed else _DECLARED,
                "signature": "监护人（签名）：＿＿＿＿＿＿＿＿" if proposed else "申请人（签名）：＿＿＿＿＿＿＿＿",
                "day": _BLANK_DAY,
            },
            {
                "heading": "受理",
                "words": f"已受理，受理单位：{division_name(row.received_in)}。",
                "signature": f"受理人：{name}　　（盖章）",
                "day": chinese_day(row.received_on),
            },
        ],
        "note": _NOTE,
    }


_DECLARED = (
    "以上情况和提交的材料真实、完整。情况有变化的，及时告知村（居）民委员会或者乡镇（街道）。"
    "知悉有关部门为办理本次申请比对所掌握的数据。"
)
_PROPOSED = "由民政部门依据已确认的认定主动提出。监护人知悉并同意申请；情况有变化的，及时告知。"
_NOTE = "本表含个人信息，仅用于本次申请的办理和存档。"
_BLANK_DAY = "　　　　年　　月　　日"


def _boxes(written: Written) -> Mapping[str, Any]:
    """Who the child is, who applies, for what, with which papers: the upper half of both forms."""
    row, content = both(written)
    child, applicant = written.child, content.applicant
    born = chinese_day(child.birth_date) if child.birth_date else _NOT_GIVEN
    return {
        "pairs": [
            ["姓名", child.name, "性别", SEXES.get(child.sex, _NOT_GIVEN)],
            ["出生日期", born, "身份证号码", written.id_number or _NOT_GIVEN],
            ["申请人", applicant.name or "—", "与儿童关系", RELATION_WORDS.get(applicant.relation, "—")],
            ["联系电话", applicant.contact or _NOT_GIVEN, "受理日期", chinese_day(row.received_on)],
        ],
        "wide": [
            ["户籍地", division_name(row.division)],
            ["申请事项", written.rules.rule.zh],
            ["材料", _documents(content, written.rules)],
            ["受理编号", row.number],
        ],
    }


def approval_form(written: Written) -> Mapping[str, Any]:
    """申请审批表: the check, the notice, the draft and the decision, each with its name and day."""
    row, content = both(written)
    names = user_names([row.checked_by, row.drafted_by, row.decided_by])
    place = "乡镇（街道）" if written.rules.decided_by == TOWNSHIP else "县级民政部门"
    opinions = [
        _opinion(
            "乡镇（街道）核查意见", _checked(content), "核查人", names.get(row.checked_by, ""), written.checked_on
        ),
        _noticed(written),
        _opinion(f"{place}拟定意见", _drafted(row), "经办人", names.get(row.drafted_by, ""), written.drafted_on),
        _opinion(
            f"{place}决定", _decided(written, row, content), "审批人", names.get(row.decided_by, ""), row.decided_on
        ),
    ]
    return {
        "title": f"{written.rules.rule.zh}申请审批表",
        **_boxes(written),
        "opinions": [one for one in opinions if one],
        "note": _NOTE,
    }


def _opinion(heading: str, words: str, who: str, name: str, on: dt.date | None) -> Mapping[str, str]:
    day = chinese_day(on) if on else _BLANK_DAY
    return {"heading": heading, "words": words, "signature": f"{who}：{name}　　（盖章）", "day": day}


def _noticed(written: Written) -> Mapping[str, str] | None:
    """What became of the public notice, where there was one."""
    one = written.notice
    if one is None:
        return None
    objected = f"收到异议{one.objections}件：{one.words}" if one.objections else "没有收到异议。"
    days = f"自{chinese_day(one.posted_on)}起公示，{chinese_day(one.removed_on)}取下。"
    return {"heading": "公示情况", "words": days + objected, "signature": "", "day": ""}


def _drafted(row: Application) -> str:
    return "拟不予确认。" if row.outcome != "approve" else "拟同意确认。"


def verification_authorisation(written: Written) -> Mapping[str, Any]:
    """经济状况核对授权书: every member of the household signs it."""
    row, content = both(written)
    applicant, child = content.applicant, written.child
    members = [[applicant.name, RELATION_WORDS.get(applicant.relation, ""), "", ""]] if applicant.name else []
    members += [[child.name, "本人（由监护人代签）", "", ""]] if applicant.relation != "self" else []
    return {
        "addressee": f"{issuer_name(county_of(row.division))}：",
        "paragraphs": [
            f"为{child.name}申请“{written.rules.rule.zh}”（受理编号{row.number}），依据{cited(written.rules)}，本人和共同生活的家庭成员授权你单位及其委托的核对机构：",
            "一、向公安、人力资源社会保障、自然资源、住房城乡建设、市场监管、税务、住房公积金等部门和银行、保险、证券等金融机构，查询、核对家庭成员的户籍、收入、支出和财产状况。",
            "二、授权自签字之日起生效，到本次申请办结时为止；确认给予保障的，到停止保障时为止，用于定期复核。",
            "三、核对所得的信息只用于本项保障的办理和复核，不得向无关的单位和个人提供。",
            "四、签字前已向我们说明：可以不授权；不授权的，本项申请不能继续办理，但不影响申请其他不需要核对经济状况的保障。核对结果与实际不符的，可以要求复查。",
        ],
        "columns": ["姓名", "与儿童关系", "身份证号码（本人填写）", "签名"],
        "members": members + [[""] * 4] * (_MEMBERS - len(members)),
        "note": "共同生活的成年家庭成员每人签名；未成年人由监护人代签。签名后本授权书随申请存档。",
        "witness": "见证人（经办人员）：＿＿＿＿＿＿＿＿",
        "sign_day": _BLANK_DAY,
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
        f"家庭经济状况核对报告：{content.report}" if content.report else "",
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
