"""Explanations as a page shows them: each step with its mark, its clauses and who said so, in one language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from ciyou.core.access.redaction import is_withheld
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import Basis, StatedFact
from ciyou.core.rules.amounts import bounds_words
from ciyou.core.rules.book import Rule, RuleBook, Standing
from ciyou.core.rules.bounds import Bounds
from ciyou.core.rules.deciding import Unknown
from ciyou.core.rules.explain import Explanation, Missing, Reason
from ciyou.core.rules.words import unknown_words
from ciyou.packs import department_name, load_roster_packs
from ciyou.packs.rulebook.terms import terms_with

SAID_AT_MOST = 3
COUNTY_DIGITS = 6
RESTRICTED = 5
Ways = Callable[[str, str, tuple[str, ...]], tuple[str, str]]
"""From an entity, a fact and who may be asked to how the reader finds it out (visit | letter | "") and where that begins."""

NATION = "00"
SAID_BY_THE_READER = ("guardian", "self_check")
"""Sources of the self-check: what was answered there, and what it takes for granted. Neither is verified, and neither says so."""


@dataclass(frozen=True)
class Step:
    """One step of an explanation. `mark`: yes | no | undetermined | withheld. `clauses` and `said` are ready to read."""

    text: str
    mark: str
    clauses: tuple[str, ...]
    said: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class OpenQuestion:
    """A fact that would decide: what it is, which departments know it, and who may be asked.

    `way`: how the reader finds it out: visit | letter | "" (somebody else's to find out); `address` is where that begins.
    """

    text: str
    known_by: str
    ask: str
    way: str = ""
    address: str = ""


@dataclass(frozen=True)
class ExplainedRule:
    """One rule for one child as the page shows it; `amount` is ready to read, "" where nothing is paid.

    `why_address`: where the reasons are fetched from; "" where they stand in `steps`. `law_address`: the rule itself in the book.
    `by_people`: that people decided it, and until when. `terms`: what the place says beside, which decided nothing.
    """

    code: str
    name: str
    outcome: str
    basis: str
    flagged: bool
    suggests: bool
    amount: str
    payer: str
    apply: str
    steps: tuple[Step, ...]
    amount_steps: tuple[Step, ...]
    clauses: tuple[str, ...]
    questions: tuple[OpenQuestion, ...]
    why_address: str = ""
    law_address: str = ""
    by_people: str = ""
    terms: tuple[str, ...] = ()

    @property
    def named_questions(self) -> list[tuple[OpenQuestion, list[str]]]:
        """The open questions as the component of questions wants them, what the reader can find out first."""
        return [(question, []) for question in sorted(self.questions, key=lambda one: not one.way)]


def explain_for_page(
    explanation: Explanation,
    lang: str,
    ways: Ways | None = None,
    *,
    why_address: str = "",
    place: str = "",
    on: dt.date | None = None,
) -> ExplainedRule:
    """One explained rule in one language; `ways` says how the reader may find out what is missing.

    `place`, `on`: whose law of which day decided it, for the link to the rule in the book.

    With `why_address` the steps are left out: the page fetches them from there when somebody asks why.
    """
    rule, decision = explanation.rule, explanation.decision
    told = not why_address
    return ExplainedRule(
        why_address=why_address,
        law_address=_law_address(rule, place, on) if told else "",
        code=rule.code,
        name=rule.name(lang),
        outcome=decision.outcome.value,
        basis=decision.basis.code,
        flagged=rule.standing is Standing.FLAGGED,
        suggests=rule.standing is Standing.SUGGESTS,
        amount=_amount(explanation, lang),
        payer=department_name(rule.payer, lang) if rule.payer else "",
        apply=rule.apply_en if lang == "en" else rule.apply_zh,
        steps=tuple(_step(child, lang) for child in explanation.reason.children) if told else (),
        amount_steps=(_step(explanation.amount, lang),) if told and explanation.amount is not None else (),
        clauses=tuple(source.cite(lang) for source in explanation.cites),
        questions=tuple(_question(missing, lang, ways) for missing in explanation.missing),
        terms=told_with(rule, place, on, lang) if told and place and on else (),
    )


def told_with(rule: Rule, place: str, on: dt.date, lang: str) -> tuple[str, ...]:
    """What a place says beside a rule on a day, which decides nothing, with its documents."""
    return tuple(one.en if lang == "en" else one.zh for one in terms_with(rule.code, division=place, as_of=on))


def _law_address(rule: Rule, place: str, on: dt.date | None) -> str:
    """The rule in the book, as it stands where and when it decided: the county is told, never a village.

    A restricted rule (class 5) is not named in an address that is reached from a child: the link leads to the front of the book.
    """
    if rule.sensitivity >= RESTRICTED:
        return reverse("rulebook")
    address = reverse("rule_page", kwargs={"rule_code": rule.code})
    asked = {key: value for key, value in (("place", place[:COUNTY_DIGITS]), ("on", on and on.isoformat())) if value}
    return f"{address}?{urlencode(asked)}#here" if asked else address


def _amount(explanation: Explanation, lang: str) -> str:
    decision = explanation.decision
    if not explanation.pays:
        return ""
    per = {"month": _("每月"), "year": _("每年"), "once": _("一次")}[explanation.rule.period]
    due = bounds_words(Bounds(decision.amount_fen, decision.floor_fen, decision.ceiling_fen)).text(lang)
    return _("%(amount)s（%(period)s）") % {"amount": due, "period": per}


def _step(reason: Reason, lang: str) -> Step:
    mark = "withheld" if is_withheld(reason) else {True: "yes", False: "no", None: "undetermined"}[reason.truth]
    said = tuple(dict.fromkeys(said_words(fact, lang) for fact in reason.said))
    return Step(
        text=reason.text(lang),
        mark=mark,
        clauses=tuple(source.cite(lang) for source in reason.cites),
        said=said[:SAID_AT_MOST],
        steps=tuple(_step(child, lang) for child in reason.children),
    )


def said_words(fact: StatedFact, lang: str) -> str:
    """Who said so, since when, and how firmly it stands."""
    return _said(fact.source, fact.valid_from, fact.basis, lang)


@lru_cache(maxsize=4096)
def _said(source: str, valid_from: dt.date | None, basis: Basis, lang: str) -> str:
    # The same few sources come back a hundred times on a page; `lang` is the language that is active.
    if source in SAID_BY_THE_READER:
        return source_name(source, lang)
    parts = [source_name(source, lang)] if source else []
    if valid_from:
        parts.append(_("自 %(date)s") % {"date": valid_from.isoformat()})
    parts.append(basis_words(basis))
    return " · ".join(parts)


def basis_words(basis: Basis) -> str:
    """How firmly a fact stands."""
    return {
        Basis.VERIFIED: _("已核实"),
        Basis.ROSTERED: _("名册登记"),
        Basis.PRESUMED: _("推定：完整名册中没有记录"),
    }[basis]


def source_name(code: str, lang: str) -> str:
    """The name of a roster or a department; the code itself where it has none."""
    derived = {
        "visit": _("走访核实"),
        "inquiry": _("协查回函"),
        "correction": _("更正"),
        "registration": _("登记建档"),
        "officer": _("经办人登记"),
        "id_number": _("身份证号码"),
        "rosters": _("各名册"),
        "national_child_welfare": _("全国儿童福利信息系统"),
        "families": _("家庭关系核对"),
        "guardian": _("您的回答"),
        "self_check": _("自查的前提"),
        "": "",
    }
    return _roster_names().get(code, {}).get(lang) or derived.get(code) or department_name(code, lang)


def tie_words(source: str, confidence: float | None, lang: str) -> str:
    """Which rosters say that somebody is a child's father or mother, and how sure that is."""
    names = _("、").join(source_name(code, lang) for code in source.split("+") if code)
    if confidence is None:
        return names
    return _("据%(names)s，把握 %(percent)s%%") % {"names": names, "percent": round(confidence * 100)}


@lru_cache(maxsize=1)
def _roster_names() -> dict[str, dict[str, str]]:
    packs = load_roster_packs(division=NATION)
    return {pack.code: {lang: pack.name(lang) for lang in ("zh", "en")} for pack in packs}


def _question(missing: Missing, lang: str, ways: Ways | None) -> OpenQuestion:
    entity = missing.unknown.entity
    way, address = ways(entity.value if entity else "", missing.unknown.name, missing.askable) if ways else ("", "")
    return question_words(missing.words.text(lang), missing.suppliers, missing.askable, lang, way=way, address=address)


def question_words(
    text: str, suppliers: Iterable[str], askable: Iterable[str], lang: str, *, way: str = "", address: str = ""
) -> OpenQuestion:
    """An open question ready to read: what, which departments know it, who may be asked, and where that begins."""
    known_by, ask = _whose(tuple(suppliers), tuple(askable), lang)
    return OpenQuestion(text=text, known_by=known_by, ask=ask, way=way, address=address)


@lru_cache(maxsize=512)
def _whose(suppliers: tuple[str, ...], askable: tuple[str, ...], lang: str) -> tuple[str, str]:
    """Which departments know it, and who may be asked, in the language that is active."""
    asked = {
        "guardian": _("监护人"),
        "village": _("村（居）委会"),
        "school": _("学校"),
        "department": _("部门"),
    }
    return (
        _("、").join(department_name(code, lang) for code in suppliers),
        _("、").join(asked[code] for code in askable if code in asked),
    )


def fact_phrases(book: RuleBook, names: Iterable[str], lang: str) -> list[str]:
    """Deciding facts as a list page names them: `father.dead` → 父亲·死亡."""
    return [unknown_words(book, unknown).text(lang) for name in names if (unknown := _unknown(book, name))]


def _unknown(book: RuleBook, name: str) -> Unknown | None:
    owner, _dot, rest = name.partition(".")
    if owner == "param":
        return Unknown(None, rest) if rest in book.parameters else None
    entity = Entity(owner)
    return Unknown(entity, rest) if book.vocabulary.find(entity, rest) else None
