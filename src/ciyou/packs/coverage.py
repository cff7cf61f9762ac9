"""Whether a rule's worked cases say enough: a yes, a no, an unknown, both sides of every threshold and of every change in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from ciyou.core.errors import Place
from ciyou.core.facts.definition import Entity
from ciyou.core.rules.book import Rule, RuleBook
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.tree import (
    Age,
    Compare,
    FactRef,
    Kind,
    Literal,
    MonthsSince,
    Named,
    Node,
    OneOf,
    ParameterRef,
    walk,
)
from ciyou.packs.cases import NOT_IN_FORCE, Case
from ciyou.packs.located_yaml import Notes
from ciyou.packs.pack_files import Pack
from ciyou.packs.rule_files import RuleFile

NEEDED_OUTCOMES = ("yes", "no", "undetermined")


def check_outcomes(rule: RuleFile, cases: Iterable[Case], *, place: Place, notes: Notes) -> None:
    """A rule is shown by at least one yes, one no and one unknown; a rule switched off by one case that shows it is."""
    shown = {case.expect.outcome for case in cases}
    for outcome in (NOT_IN_FORCE,) if rule.change == "off" else NEEDED_OUTCOMES:
        if outcome not in shown:
            notes.add(
                place,
                "missing_case",
                f"规则“{rule.code}”没有结果为 {outcome} 的案例；请补一个。",
                f"Rule “{rule.code}” has no case with outcome {outcome}; add one.",
            )


def check_amounts(rule: RuleFile, cases: Iterable[Case], *, place: Place, notes: Notes) -> None:
    """A rule that pays has a case that says how much, in yuan: the rule is written in fen, so a slip of a hundred shows."""
    if any(version.amount is not None for version in rule.versions) and not any(_says_how_much(case) for case in cases):
        notes.add(
            place,
            "missing_amount_case",
            f"规则“{rule.code}”有金额，却没有案例写明多少元；请在一个结果为 yes 的案例的 expect 中写 amount_yuan（不能确定时写 floor_yuan、ceiling_yuan；各地都未答复时，在 deciding 中写该参数）。",
            f"Rule “{rule.code}” pays an amount, and no case says how much; write amount_yuan (floor_yuan and ceiling_yuan where it is not "
            "settled; the parameter under `deciding` where no place has answered it) under `expect` of a case with outcome yes.",
        )


def _says_how_much(case: Case) -> bool:
    expect = case.expect
    asks_place = any(name.startswith("param.") for name in expect.deciding or ())
    amounts = (expect.amount_fen, expect.floor_fen, expect.ceiling_fen)
    return expect.outcome == "yes" and (asks_place or amounts != (None, None, None))


def check_thresholds(code: str, cases: Iterable[tuple[Case, RuleBook]], *, place: Place, notes: Notes) -> None:
    """Every comparison of an age, a period, a number or a grade in the rule is met from both sides by some case."""
    sides: dict[str, set[bool]] = {}
    for case, book in cases:
        rule = book.by_code.get(code)
        if rule is None:
            continue
        evaluation = Evaluation(book, case.state())
        for node, text in thresholds_of(rule):
            met = sides.setdefault(text, set())
            truth = evaluation.truth(node)
            if truth is not None:
                met.add(truth)
    for text, met in sides.items():
        for side, zh, en in ((True, "满足", "meets"), (False, "不满足", "fails")):
            if side not in met:
                notes.add(
                    place,
                    "missing_threshold_case",
                    f"规则“{code}”的界限“{text}”没有{zh}它的案例；请补一个。界限若属于另一条规则，写它的代号即可，无须再写案例。",
                    f"Rule “{code}” has no case that {en} its threshold “{text}”; add one. If it is another rule's threshold, "
                    "refer to that rule by its code: its own cases show it.",
                )


def thresholds_of(rule: Rule) -> list[tuple[Node, str]]:
    """The comparisons with a limit inside a rule and its predicates, each with its text (father and mother alike)."""
    found = []
    for tree in (rule.condition, rule.amount):
        for node in walk(tree) if tree is not None else ():
            text = _threshold_text(node)
            if text:
                found.append((node, text))
    return found


def _threshold_text(node: Node) -> str:
    match node:
        case Compare(operator, left, right) if _quantity(left) and isinstance(right, (Literal, ParameterRef)):
            limit = f"param.{right.key}" if isinstance(right, ParameterRef) else str(right.value)
            return f"{_quantity(left)} {operator} {limit}"
        case OneOf(item, options) if _quantity(item):
            return f"{_quantity(item)} in ({', '.join(str(option.value) for option in options)})"
        case _:
            return ""


def _quantity(node: Node) -> str:
    """The name of something measured: an age, months since a date, a number or an amount; '' for anything else."""
    match node:
        case Age(FactRef(entity, _)):
            return f"age({_whose(entity)})"
        case MonthsSince(FactRef(entity, name)):
            return f"months_since({_whose(entity)}.{name})"
        case FactRef(entity, name, kind) if kind in (Kind.INT, Kind.MONEY):
            return f"{_whose(entity)}.{name}"
        case _:
            return ""


def _whose(entity: Entity) -> str:
    return "parent" if entity in (Entity.FATHER, Entity.MOTHER) else str(entity)


def check_dates(
    rule: RuleFile, cases: Iterable[tuple[Case, RuleBook]], chain: Iterable[Pack], *, place: Place, notes: Notes
) -> None:
    """Every day on which the rule or one of its predicates changes has a case before it and a case from it on."""
    known = list(cases)
    days = {case.as_of for case, _ in known}
    for name, changes in _changes_in_time(rule, known, chain).items():
        for day in changes:
            if not (any(shown < day for shown in days) and any(shown >= day for shown in days)):
                notes.add(
                    place,
                    "missing_dated_case",
                    f"“{name}”自 {day} 起改变；请在此日之前和之后各写一个案例。",
                    f"“{name}” changes on {day}; add a case before that day and one from it on.",
                )


def _changes_in_time(
    rule: RuleFile, cases: Iterable[tuple[Case, RuleBook]], chain: Iterable[Pack]
) -> Mapping[str, list[dt.date]]:
    used = {
        part.name
        for _, book in cases
        for tree in _trees(book.by_code.get(rule.code))
        for part in walk(tree)
        if isinstance(part, Named)
    }
    begins, *later = sorted(version.valid_from for version in rule.versions)
    changes = {rule.code: later}
    for pack in chain:
        for name, predicate in pack.predicates.items():
            if name in used:
                days = sorted(version.valid_from for version in predicate.versions)[1:]
                changes[name] = [day for day in days if day > begins]
    return changes


def _trees(rule: Rule | None) -> list[Node]:
    return [] if rule is None else [tree for tree in (rule.condition, rule.amount) if tree is not None]
