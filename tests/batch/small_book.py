"""A small book of rules built by hand, without packs: one rule for each way the language has of being unknown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ciyou.core.clock.ages import AgeRule
from ciyou.core.clock.months import MonthRule
from ciyou.core.facts.definition import Entity, FactDefinition, FactType, Value, Vocabulary
from ciyou.core.rules.book import ParameterValue, Rule, RuleBook, RuleKind, Standing
from ciyou.core.rules.tree import FactRef, Kind, Node, ParameterRef

GRADES = {"none": ("无", "none"), "visual": ("视力", "visual"), "mental": ("精神", "mental")}
VOCABULARY = Vocabulary(
    (
        FactDefinition("birth_date", ("child", "parent"), FactType.DATE, "出生日期", "date of birth"),
        FactDefinition("dead", ("child", "parent"), FactType.BOOL, "死亡", "dead"),
        FactDefinition("adopted", ("child",), FactType.BOOL, "被收养", "adopted"),
        FactDefinition("lost_contact.since", ("parent",), FactType.DATE, "失联起始", "out of contact since"),
        FactDefinition("imprisoned.term_months", ("parent",), FactType.INT, "刑期", "term", minimum=0, maximum=600),
        FactDefinition("disability_type", ("child",), FactType.ENUM, "残疾类别", "disability", options=GRADES),
        FactDefinition("disability_grade", ("child",), FactType.INT, "残疾等级", "grade", minimum=0, maximum=4),
        FactDefinition("dibao_share_fen", ("child",), FactType.MONEY, "低保金", "dibao", minimum=0),
        FactDefinition("tekun_amount_fen", ("child",), FactType.MONEY, "特困金", "tekun", minimum=0, maximum=200_000),
        FactDefinition("hukou_division", ("child",), FactType.DIVISION, "户籍地", "hukou"),
        FactDefinition("residence_division", ("child",), FactType.DIVISION, "居住地", "residence"),
        FactDefinition("size", ("household",), FactType.INT, "人口", "size", minimum=1),
    )
)
PARAMETERS: Mapping[str, tuple[Kind, Value | None]] = {
    "minimum_months": (Kind.INT, 6),
    "adult_age": (Kind.INT, 18),
    "standard": (Kind.MONEY, 120_000),
    "share": (Kind.INT, 33),
    "open_standard": (Kind.MONEY, None),
    "local_reading": (Kind.BOOL, True),
}


def fact(entity: Entity, name: str) -> FactRef:
    """A reference to a fact of the small vocabulary."""
    kinds = {FactType.DIVISION: Kind.ENUM}
    kind = VOCABULARY.get(entity, name).type
    return FactRef(entity, name, kinds.get(kind) or Kind(kind.value))


def parameter(key: str) -> ParameterRef:
    return ParameterRef(key, PARAMETERS[key][0])


def rule(code: str, condition: Node, amount: Node | None = None) -> Rule:
    """A rule with nothing but its trees."""
    return Rule(
        code=code,
        kind=RuleKind.ENTITLEMENT if amount is not None else RuleKind.CATEGORY,
        zh=code,
        en=code,
        measure="M1",
        sensitivity=3,
        standing=Standing.DECIDES,
        condition=condition,
        amount=amount,
        sources=(),
    )


def book(
    *rules: Rule,
    as_of: dt.date = dt.date(2026, 3, 1),
    age_rule: AgeRule | None = None,
    month_rule: MonthRule | None = None,
    parameters: Mapping[str, Value | None] | None = None,
    division: str = "510000000000",
) -> RuleBook:
    """A book of these rules; `parameters` replace values of the defaults."""
    changed = parameters or {}
    values = {
        key: ParameterValue(key, kind, changed.get(key, value), key, key, None, Standing.DECIDES, division, None, None)
        for key, (kind, value) in PARAMETERS.items()
    }
    return RuleBook(
        division=division,
        as_of=as_of,
        rules=rules,
        parameters=values,
        vocabulary=VOCABULARY,
        pack_version="test",
        age_rule=age_rule or AgeRule(),
        month_rule=month_rule or MonthRule(),
    )
