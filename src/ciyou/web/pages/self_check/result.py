"""The result: what is due, what is open and who knows, what is not due; each with why, where to go and what to bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ciyou.core.asking.interview import PER_YEAR, Answers, Interview
from ciyou.core.asking.question import UNKNOWN, UNSURE, YES, Question, Shape, ticks_of
from ciyou.core.rules.book import RuleKind
from ciyou.core.rules.explain import Explanation, explain_all
from ciyou.core.rules.interpreter import Outcome
from ciyou.packs import department_name, load_payments
from ciyou.packs.payment_values import PaymentRule
from ciyou.packs.self_check import RESTRICTED
from ciyou.web.application_wording import RECEIVERS
from ciyou.web.explaining import ExplainedRule, OpenQuestion, explain_for_page, told_with


@dataclass(frozen=True)
class Paper:
    """One thing to bring; `spared`: not where the office can see it in its own records."""

    name: str
    spared: bool


@dataclass(frozen=True)
class Found:
    """One entitlement in the result. `facts`: what is missing and who knows it; `local`: what the place must say.

    `unasked`: who knows what is never asked here, where nothing else is missing. `at_least`: fen in a year, to put the most first.
    `terms`: what the place says beside, which decides nothing.
    """

    rule: ExplainedRule
    receivers: str
    papers: tuple[Paper, ...]
    department: str
    facts: tuple[OpenQuestion, ...]
    local: tuple[str, ...]
    unasked: str
    at_least: int
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """All entitlements, sorted: due, open (what is missing is told), open only for what is never asked here, and not due."""

    due: tuple[Found, ...]
    open: tuple[Found, ...]
    unasked: tuple[Found, ...]
    not_due: tuple[Found, ...]


@dataclass(frozen=True)
class Said:
    """One answer as the result shows it: the question, what was said, and whether that was “I do not know”."""

    code: str
    question: str
    answer: str
    unknown: bool


def result_of(interview: Interview, answers: Answers, lang: str) -> Result:
    """What came out, entitlement by entitlement, in one language."""
    book = interview.book
    payments = load_payments(division=book.division)
    due, still_open, unasked, not_due = [], [], [], []
    for code, told in explain_all(book, interview.state(answers)).items():
        if told.rule.kind is not RuleKind.ENTITLEMENT:
            continue
        found = _found(interview, told, payments.get(code), lang)
        if told.decision.outcome is Outcome.YES:
            due.append(found)
        elif told.decision.outcome is Outcome.NO:
            not_due.append(found)
        else:
            (unasked if found.unasked else still_open).append(found)
    due.sort(key=lambda found: -found.at_least)
    return Result(tuple(due), tuple(still_open), tuple(unasked), tuple(not_due))


def _found(interview: Interview, told: Explanation, payment: PaymentRule | None, lang: str) -> Found:
    rule = explain_for_page(told, lang)
    asked = zip(told.missing, rule.questions, strict=True)
    local = [interview.book.parameters[one.unknown.name] for one in told.missing if one.unknown.entity is None]
    return Found(
        rule=rule,
        receivers=_receivers(payment),
        papers=_papers(payment, lang),
        department="" if payment is None or not payment.department else department_name(payment.department, lang),
        facts=tuple(question for missing, question in asked if missing.unknown.entity is not None),
        local=tuple(one.ask_en if lang == "en" else one.ask_zh for one in local),
        unasked=_only_restricted(interview, told, lang),
        at_least=(told.decision.floor_fen or 0) * PER_YEAR[told.rule.period],
        terms=told_with(told.rule, interview.book.division, interview.book.as_of, lang),
    )


def _only_restricted(interview: Interview, told: Explanation, lang: str) -> str:
    """Who knows what is never asked here, where nothing else is missing; "" otherwise."""
    if told.decision.outcome is not Outcome.UNDETERMINED:
        return ""
    vocabulary = interview.book.vocabulary
    found: dict[str, None] = {}
    for missing in told.missing:
        entity, name = missing.unknown
        if entity is None or vocabulary.get(entity, name).sensitivity < RESTRICTED:
            return ""
        found.update(dict.fromkeys(missing.suppliers))
    return _("、").join(department_name(code, lang) for code in found)


def _receivers(payment: PaymentRule | None) -> str:
    if payment is None or payment.receivers is None or not payment.receivers.value:
        return ""
    return _("、").join(str(RECEIVERS[code]) for code in payment.receivers.value)


def _papers(payment: PaymentRule | None, lang: str) -> tuple[Paper, ...]:
    """What to bring. A guardian's word here proves nothing: only what an office already has on record spares a paper."""
    documents = payment.documents if payment else ()
    return tuple(Paper(one.name(lang), bool(one.only_if_unknown)) for one in documents)


def said_so_far(interview: Interview, answers: Answers, lang: str) -> tuple[Said, ...]:
    """The answers given, in their order, in words."""
    return tuple(
        Said(code, question.text(lang), _answer_words(question, answer, lang), answer == UNKNOWN)
        for code, answer in answers.items()
        if (question := interview.by_code.get(code)) is not None
    )


def _answer_words(question: Question, answer: str, lang: str) -> str:
    if answer == UNKNOWN:
        return _("不知道")
    names: Mapping[str, str] = {option.code: option.name(lang) for option in question.options}
    match question.shape:
        case Shape.TICKS:
            return _tick_words(ticks_of(question, answer), names)
        case Shape.CHOICE:
            return names[answer]
        case Shape.AGE:
            return _("%(years)s 周岁") % {"years": answer}
        case Shape.MONEY:
            return _("%(amount)s 元") % {"amount": answer}
        case _:
            return answer


def _tick_words(said: Mapping[str, str], names: Mapping[str, str]) -> str:
    yes = [names[code] for code, one in said.items() if one == YES]
    unsure = [names[code] for code, one in said.items() if one == UNSURE]
    parts = [_("、").join(yes)] if yes else []
    if unsure:
        parts.append(_("其余说不准") if yes else _("说不准"))
    return _("；").join(parts) or _("都没有")
