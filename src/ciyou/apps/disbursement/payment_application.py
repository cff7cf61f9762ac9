"""The payment application 资金拨付申请: what civil affairs asks finance to pay, with its sums, as an official document."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name, user_names
from ciyou.apps.cases.documents.typesetting import typeset
from ciyou.apps.cases.letter_documents import chinese_day, issuer_name
from ciyou.apps.disbursement.finance_files import RosterRow, yuan
from ciyou.apps.disbursement.models import MonthRun
from ciyou.apps.disbursement.numbering import batch_number

FUNDS = {
    "children_living": "儿童基本生活保障资金",
    "children_living_restricted": "儿童基本生活保障资金",
    "disability_subsidies": "残疾人两项补贴资金",
    "dibao": "最低生活保障资金",
    "tekun": "特困人员救助供养资金",
}
"""What the money of a series is called on papers; of the restricted one nothing more is said."""


def fund_of(run: MonthRun) -> str:
    """What the money of a run is called on papers."""
    return FUNDS.get(run.series, "民政保障资金")


def application_pdf(run: MonthRun, number: int, own: Sequence[RosterRow], collective: Sequence[RosterRow]) -> bytes:
    """The application for one hand-over as a PDF. It is written in Chinese whoever makes it."""
    every = [*own, *collective]
    month = f"{run.month.year}年{run.month.month}月"
    again, fund = "（补发批次）" if number > 1 else "", fund_of(run)
    words = {
        "title": f"关于申请拨付{month}{fund}的函{again}",
        "issuer": issuer_name(run.county),
        "number": f"批次号：{batch_number(run, number)}",
        "addressee": f"{division_name(run.county)}财政局：",
        "opening": f"经审批，{month}应发放{fund}{len(every)}人，共计人民币{_money(sum(row.amount_fen for row in every))}元（大写：{capitals(sum(row.amount_fen for row in every))}）。现申请拨付，明细见所附发放花名册。",
        "columns": ["项目", "人数", "金额（元）"],
        "rows": [
            ["本人（监护人）账户发放", str(len(own)), _money(sum(row.amount_fen for row in own))],
            ["儿童福利机构集体账户", str(len(collective)), _money(sum(row.amount_fen for row in collective))],
            ["其中：当月", "", _money(sum(row.current_fen for row in every))],
            [
                "其中：补发",
                str(sum(row.arrears_fen > 0 for row in every)),
                _money(sum(row.arrears_fen for row in every)),
            ],
            [
                "其中：扣回",
                str(sum(row.recovery_fen < 0 for row in every)),
                _money(sum(row.recovery_fen for row in every)),
            ],
            ["合计", str(len(every)), _money(sum(row.amount_fen for row in every))],
        ],
        "signatures": signed_by(run),
        "closing": "本函及所附名册含个人信息，仅用于资金发放，请予以保密。",
        "day": chinese_day(timezone.localdate()),
    }
    return typeset("payment_application", words)


def signed_by(run: MonthRun) -> list[list[str]]:
    """The three who stand behind the month, by name."""
    took = (("起草", run.drafted_by), ("复核", run.reviewed_by), ("审批", run.approved_by))
    names = user_names([by for _step, by in took])
    return [[step, names.get(by, "")] for step, by in took]


def _money(fen: int) -> str:
    return f"{yuan(fen):,.2f}"


_DIGITS, _UNITS, _GROUPS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟"), ("", "万", "亿", "万亿")


def capitals(fen: int) -> str:
    """An amount as it is written out on papers: 壹仟肆佰捌拾肆元整."""
    whole, rest = divmod(fen, 100)
    text = (_whole(whole) + "元") if whole else ""
    jiao, last = divmod(rest, 10)
    if not rest:
        return (text or "零元") + "整"
    text += (_DIGITS[jiao] + "角") if jiao else ("零" if text else "")
    return text + ((_DIGITS[last] + "分") if last else "整")


def _whole(number: int) -> str:
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text = ""
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group == 0:
            continue
        if text and (group < 1000 or groups[place + 1] == 0):
            text += "零"
        text += _four(group) + _GROUPS[place]
    return text


def _four(group: int) -> str:
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _UNITS[place]
        gap = False
    return text
