"""What is due, and the determination behind it: rules explained, what changed, who stands behind it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import repeat

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.entitlements.case_reading import DecidedByPeople
from ciyou.apps.entitlements.differences import Answer, Change
from ciyou.apps.entitlements.views import DeterminationLine, DeterminationView
from ciyou.core.rules.book import Rule, RuleBook, RuleKind
from ciyou.core.rules.words import yuan
from ciyou.web.addresses import address_of
from ciyou.web.cause_wording import cause_lines
from ciyou.web.explaining import ExplainedRule, OpenQuestion, Ways, explain_for_page
from ciyou.web.templatetags.ciyou_ui import outcome_word

ORDER = {"yes": 0, "undetermined": 1, "no": 2}
STATES = {
    "proposed": gettext_lazy("待确认"),
    "confirmed": gettext_lazy("已确认"),
    "returned": gettext_lazy("已退回"),
    "superseded": gettext_lazy("已由新的认定替代"),
}
CAUSES = {
    "load": gettext_lazy("筛查结果载入"),
    "visit": gettext_lazy("走访后情况变化"),
    "inquiry": gettext_lazy("部门协查回函"),
    "correction": gettext_lazy("资料更正"),
    "registration": gettext_lazy("登记建档"),
    "facts": gettext_lazy("情况变化"),
    "pack": gettext_lazy("政策规则更新"),
    "birthday": gettext_lazy("年龄、期限或标准到期"),
    "redecide": gettext_lazy("统一重新判断"),
    "case": gettext_lazy("一事一议"),
}


@dataclass(frozen=True)
class ChangeLine:
    """One rule that came out otherwise: its name, from what, to what. `loses`: a yes would end or pay less."""

    name: str
    before: str
    after: str
    loses: bool


@dataclass(frozen=True)
class DeterminationBox:
    """A determination as the page shows it; `decided_by` is a name, `reasons` what made it come out otherwise."""

    id: uuid.UUID
    state: str
    state_words: str
    cause: str
    line: DeterminationLine
    changes: tuple[ChangeLine, ...]
    decided_by: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Due:
    """What a child belongs to and what is due to it, what is open first among equals, and every open question once."""

    categories: list[ExplainedRule]
    entitlements: list[ExplainedRule]
    questions: list[tuple[OpenQuestion, list[str]]]


def due_of(
    view: DeterminationView,
    lang: str,
    ways: Ways | None = None,
    *,
    fetched: bool = False,
    marks: Mapping[str, DecidedByPeople] | None = None,
) -> Due:
    """Every rule the reader may see, explained in one language; `fetched`: the reasons are fetched when somebody asks why.

    `marks`: by rule, what people decided case by case: such an answer is shown as theirs, not as the engine's.
    """
    people = {code: _people_words(mark) for code, mark in (marks or {}).items()}
    addresses = _why_addresses(view) if fetched else repeat("")
    explained = [
        (
            one.rule.kind,
            replace(
                explain_for_page(one, lang, ways, why_address=why, place=view.division, on=view.line.as_of),
                by_people=people.get(one.rule.code, ""),
            ),
        )
        for one, why in zip(view.explanations, addresses, strict=False)
    ]
    return Due(
        _sorted(rule for kind, rule in explained if kind is RuleKind.CATEGORY),
        _sorted(rule for kind, rule in explained if kind is RuleKind.ENTITLEMENT),
        _questions(rule for _kind, rule in explained),
    )


def _people_words(mark: DecidedByPeople) -> str:
    if mark.differs:
        return _("一事一议与现有事实得出的结论不一致，待人复议")
    if mark.due:
        return _("一事一议已于 %(day)s 到期，待复议") % {"day": mark.until.isoformat()}
    return _("由人一事一议决定，%(day)s 到期") % {"day": mark.until.isoformat()}


def _why_addresses(view: DeterminationView) -> Iterable[str]:
    """Where each rule's reasons are: by its place among the rules, for the name of some would say too much in an address."""
    first = address_of("why", determination_id=view.line.id, number=0)
    return (f"{first.removesuffix('0/')}{number}/" for number in range(len(view.explanations)))


def box_of(
    line: DeterminationLine, rules: Mapping[str, Rule], book: RuleBook, names: Mapping[str, str], lang: str
) -> DeterminationBox:
    """A determination in words; changes of rules that are not among `rules`, those the reader may see, are left out."""
    return DeterminationBox(
        id=line.id,
        state=line.state,
        state_words=str(STATES.get(line.state, line.state)),
        cause=cause_words(line.cause),
        line=line,
        changes=tuple(change_line(one, rules[one.rule], lang) for one in line.changes if one.rule in rules),
        decided_by=names.get(line.decided_by, ""),
        reasons=cause_lines(line.causes, book, lang),
    )


def cause_words(cause: str) -> str:
    """Why a determination was made."""
    return str(CAUSES.get(cause, CAUSES["facts"]))


def change_line(change: Change, rule: Rule, lang: str) -> ChangeLine:
    """A change in words."""
    return ChangeLine(rule.name(lang), _answer(change.before), _answer(change.after), change.takes_away)


def _answer(answer: Answer) -> str:
    if not answer.outcome:
        return _("没有这一项")
    word = outcome_word(answer.outcome, answer.basis)
    return f"{word} · {yuan(answer.amount_fen)}" if answer.outcome == "yes" and answer.amount_fen else word


def _sorted(rules: Iterable[ExplainedRule]) -> list[ExplainedRule]:
    return sorted(rules, key=lambda rule: ORDER[rule.outcome])


def _questions(rules: Iterable[ExplainedRule]) -> list[tuple[OpenQuestion, list[str]]]:
    """Every open question once, with the rules it would decide: what the reader can find out first, then what decides most."""
    found: dict[OpenQuestion, list[str]] = {}
    for rule in rules:
        for question in rule.questions:
            found.setdefault(question, []).append(rule.name)
    return sorted(found.items(), key=lambda item: (not item[0].way, -len(item[1])))
