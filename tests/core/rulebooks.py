"""Small vocabularies and rule books for tests of the rule language; the law itself is tested in tests/packs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ciyou.core.errors import Place
from ciyou.core.facts.definition import Entity, FactDefinition, FactType, Value, Vocabulary
from ciyou.core.facts.state import Basis, FactState, StatedFact
from ciyou.core.rules.book import ParameterValue, Rule, RuleBook, RuleKind, Source, Standing
from ciyou.core.rules.parser import parse_expression
from ciyou.core.rules.scope import Predicate, Scope
from ciyou.core.rules.tree import Kind

AS_OF = dt.date(2025, 9, 1)
SOURCE = Source("s1", "notice", "测试用文件", "测试〔2020〕1号", "一", dt.date(2020, 1, 1), "H")

VOCABULARY = Vocabulary(
    [
        FactDefinition("birth_date", ("child", "parent"), FactType.DATE, "出生日期", "birth date"),
        FactDefinition("dead", ("child", "parent"), FactType.BOOL, "死亡", "dead", suppliers=("health",)),
        FactDefinition("missing", ("parent",), FactType.BOOL, "宣告失踪", "declared missing", suppliers=("court",)),
        FactDefinition("imprisoned", ("parent",), FactType.BOOL, "服刑在押", "imprisoned", suppliers=("justice",)),
        FactDefinition(
            "imprisoned.term_months", ("parent",), FactType.INT, "刑期（月）", "term (months)", minimum=0, maximum=600
        ),
        FactDefinition("lost", ("parent",), FactType.BOOL, "失联", "lost contact", suppliers=("police",)),
        FactDefinition("lost.since", ("parent",), FactType.DATE, "公安受理日", "police accepted on"),
        FactDefinition(
            "disability_type",
            ("child", "parent"),
            FactType.ENUM,
            "残疾类别",
            "disability type",
            options={"none": ("无", "none"), "mental": ("精神", "mental"), "limb": ("肢体", "limb")},
        ),
        FactDefinition(
            "disability_grade", ("child", "parent"), FactType.INT, "残疾等级", "disability grade", minimum=0, maximum=4
        ),
        FactDefinition("aid_fen", ("child",), FactType.MONEY, "已领补助", "aid received", minimum=0, maximum=500_000),
        FactDefinition("poor", ("household",), FactType.BOOL, "低保家庭", "dibao household"),
        FactDefinition("hukou", ("child",), FactType.DIVISION, "户籍地", "hukou place"),
    ]
)


def parameter(key: str, value: Value | None, kind: Kind = Kind.INT) -> ParameterValue:
    return ParameterValue(
        key=key,
        kind=kind,
        value=value,
        zh=f"参数 {key}",
        en=f"parameter {key}",
        source=SOURCE,
        standing=Standing.DECIDES,
        division="000000000000",
        valid_from=None,
        valid_to=None,
    )


PARAMETERS = {
    "minimum_months": parameter("minimum_months", 6),
    "standard": parameter("standard", 148_400, Kind.MONEY),
    "open_money": parameter("open_money", None, Kind.MONEY),
    "reading": parameter("reading", None, Kind.ENUM),
    "share": parameter("share", 60),
}


def predicate(name: str, parameters: tuple[str, ...], text: str) -> Predicate:
    return Predicate(
        name, parameters, f"谓词 {name}", f"predicate {name}", text, ("s1",), Place("predicates.yaml", 10, 5)
    )


def scope(predicates: tuple[Predicate, ...] = (), rules: Mapping[str, bool] | None = None) -> Scope:
    return Scope(
        VOCABULARY,
        {key: value.kind for key, value in PARAMETERS.items()},
        rules or {},
        {one.name: one for one in predicates},
    )


def book(
    rules: Mapping[str, str | tuple[str, str]],
    *,
    predicates: tuple[Predicate, ...] = (),
    as_of: dt.date = AS_OF,
    parameters: Mapping[str, ParameterValue] | None = None,
) -> RuleBook:
    """A book from rule texts: code → condition, or code → (condition, amount)."""
    texts = {code: (text, None) if isinstance(text, str) else text for code, text in rules.items()}
    names = scope(predicates, {code: amount is not None for code, (_, amount) in texts.items()})
    made = []
    for code, (condition, amount) in texts.items():
        place = Place(f"{code}.yaml", 1, 1)
        made.append(
            Rule(
                code=code,
                kind=RuleKind.CATEGORY if amount is None else RuleKind.ENTITLEMENT,
                zh=f"规则 {code}",
                en=f"rule {code}",
                measure="M1",
                sensitivity=3,
                standing=Standing.DECIDES,
                condition=parse_expression(condition, scope=names, place=place, wants=Kind.BOOL),
                amount=None if amount is None else parse_expression(amount, scope=names, place=place, wants=Kind.MONEY),
                sources=(SOURCE,),
                cites=("s1",),
            )
        )
    return RuleBook("510000000000", as_of, tuple(made), parameters or PARAMETERS, VOCABULARY, "test")


def state(
    facts: Mapping[str, Value], *, basis: Basis = Basis.VERIFIED, presumed: Mapping[str, Value] | None = None
) -> FactState:
    """What is known, from `father.dead` → True; `presumed` facts stand on the silence of a complete roster."""
    said = [_stated(key, value, basis) for key, value in facts.items()]
    said += [_stated(key, value, Basis.PRESUMED) for key, value in (presumed or {}).items()]
    return FactState.on(AS_OF, said)


def _stated(key: str, value: Value, basis: Basis) -> StatedFact:
    owner, name = key.split(".", 1)
    entity = Entity(owner)
    return StatedFact(entity, name, VOCABULARY.get(entity, name).check(value), basis, "test")
