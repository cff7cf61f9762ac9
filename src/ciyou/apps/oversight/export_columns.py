"""What an export may hold: each column with its class, its words, and how it is read from a row."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ciyou.apps.oversight.ledger import LedgerRow
from ciyou.core.access.actor import Actor
from ciyou.core.access.verdict import RESTRICTED, ceiling_of
from ciyou.core.rules.book import Rule, RuleKind
from ciyou.core.rules.words import yuan

OUTCOMES = {"yes": ("是", "Yes"), "undetermined": ("待定", "Undetermined")}
SEXES = {"male": ("男", "Male"), "female": ("女", "Female")}
STATUSES = {
    "active": ("在册", "On file"),
    "of_age": ("已成年", "Of age"),
    "moved": ("已迁出", "Moved away"),
    "dead": ("已死亡", "Deceased"),
}
DETERMINATIONS = {
    "proposed": ("待确认", "To be confirmed"),
    "confirmed": ("已确认", "Confirmed"),
    "returned": ("已退回", "Returned"),
    "none": ("尚未认定", "None yet"),
}
LEADS = {
    "new": ("待分派", "To be assigned"),
    "assigned": ("已分派", "Assigned"),
    "visiting": ("走访中", "Being visited"),
    "reported": ("待审核", "To be reviewed"),
    "closed": ("已办结", "Closed"),
    "": ("", ""),
}


@dataclass(frozen=True)
class Looked:
    """What is looked up for all rows of an export at once, and in which language it is told."""

    rules: Mapping[str, Rule]
    id_numbers: Mapping[uuid.UUID, str]
    parents: Mapping[tuple[uuid.UUID, str], str]
    lang: str

    def word(self, words: Mapping[str, tuple[str, str]], code: str) -> str:
        pair = words.get(code, (code, code))
        return pair[1] if self.lang == "en" else pair[0]


@dataclass(frozen=True)
class ExportColumn:
    """One column. `sensitivity` is its class: 4 goes to county roles only, 5 does not exist here."""

    code: str
    zh: str
    en: str
    sensitivity: int
    read: Callable[[LedgerRow, Looked], str | int | None]

    def label(self, lang: str) -> str:
        return self.en if lang == "en" else self.zh


def _rules(row: LedgerRow, looked: Looked, kind: RuleKind, classes: range) -> str:
    told = []
    for card in row.determination.rules:
        rule = looked.rules.get(card.rule)
        if rule is not None and rule.kind is kind and rule.sensitivity in classes:
            told.append(f"{rule.name(looked.lang)}: {looked.word(OUTCOMES, card.outcome)}")
    return "; ".join(told) if looked.lang == "en" else "；".join(told)


def _amount(row: LedgerRow, looked: Looked) -> str:
    total = sum(card.amount_fen or 0 for card in row.determination.rules if card.outcome == "yes")
    return yuan(total) if total else ""


def _basis(row: LedgerRow, looked: Looked) -> str:
    words = {"verified": ("已核实", "Verified"), "rostered": ("名册登记", "Rostered"), "presumed": ("推定", "Presumed")}
    return " / ".join(dict.fromkeys(looked.word(words, card.basis) for card in row.determination.rules))


def _day(value: object) -> str:
    return "" if value is None else str(value)


_BASIC = range(1, 4)
_COLUMNS = (
    ExportColumn("name", "姓名", "Name", 3, lambda row, looked: row.name),
    ExportColumn(
        "id_number", "身份证号码", "ID number", 3, lambda row, looked: looked.id_numbers.get(row.person_id, "")
    ),
    ExportColumn("sex", "性别", "Sex", 3, lambda row, looked: looked.word(SEXES, row.sex)),
    ExportColumn("birth_date", "出生日期", "Birth date", 3, lambda row, looked: _day(row.birth_date)),
    ExportColumn("age", "年龄", "Age", 3, lambda row, looked: row.age),
    ExportColumn("place", "地方", "Place", 3, lambda row, looked: row.place),
    ExportColumn("division", "区划代码", "Division code", 3, lambda row, looked: row.division),
    ExportColumn("status", "档案状态", "State of the file", 3, lambda row, looked: looked.word(STATUSES, row.status)),
    ExportColumn("father", "父亲", "Father", 3, lambda row, looked: looked.parents.get((row.person_id, "father"), "")),
    ExportColumn("mother", "母亲", "Mother", 3, lambda row, looked: looked.parents.get((row.person_id, "mother"), "")),
    ExportColumn(
        "categories",
        "类别",
        "Categories",
        3,
        lambda row, looked: _rules(row, looked, RuleKind.CATEGORY, _BASIC),
    ),
    ExportColumn(
        "health_categories",
        "涉及健康与监护的类别（第 4 级）",
        "Categories about health and guardianship (class 4)",
        4,
        lambda row, looked: _rules(row, looked, RuleKind.CATEGORY, range(4, 5)),
    ),
    ExportColumn(
        "entitlements",
        "待遇",
        "Entitlements",
        3,
        lambda row, looked: _rules(row, looked, RuleKind.ENTITLEMENT, _BASIC),
    ),
    ExportColumn("amount", "每月金额（元）", "Amount per month (yuan)", 3, _amount),
    ExportColumn("basis", "依据强度", "Basis", 3, _basis),
    ExportColumn(
        "determination",
        "认定",
        "Determination",
        3,
        lambda row, looked: looked.word(DETERMINATIONS, row.determination.state),
    ),
    ExportColumn("lead", "线索", "Lead", 3, lambda row, looked: looked.word(LEADS, row.work.lead_state)),
    ExportColumn("owner", "经手人", "Whose work", 2, lambda row, looked: row.owner),
    ExportColumn("visited", "最近走访", "Last visit", 3, lambda row, looked: _day(row.work.visited_on)),
    ExportColumn("due", "最早到期", "Next due", 2, lambda row, looked: _day(row.work.due_on)),
)
DEFAULT = ("name", "sex", "age", "place", "categories", "determination", "visited")


def columns_for(actor: Actor) -> tuple[ExportColumn, ...]:
    """The columns that the actor may export; class 5 never."""
    highest = min(ceiling_of(actor), RESTRICTED - 1)
    return tuple(column for column in _COLUMNS if column.sensitivity <= highest)


def chosen_columns(actor: Actor, codes: Iterable[str]) -> tuple[ExportColumn, ...]:
    """Of these codes the columns that exist and that the actor may export, in the order of the list."""
    wanted = set(codes)
    return tuple(column for column in columns_for(actor) if column.code in wanted)
