"""Which domains of a child's life are weak, and why, as far as the reader may see it; and whether the plan has an answer to each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from ciyou.apps.assessments.selectors import standing_answers
from ciyou.apps.care.selectors import last_results
from ciyou.apps.plans.goals import GoalLine
from ciyou.apps.plans.models import ChildCase, LineState
from ciyou.apps.plans.package import Line
from ciyou.apps.plans.standings import Outcome
from ciyou.core.access.actor import Actor
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.risk import UNKNOWN, IndicatorSet
from ciyou.packs import load_plan_domains, load_risk, load_rule_book
from ciyou.packs.plans import PlanDomain

ANSWER, NOT_KNOWN, DUE, UNDETERMINED, HINT = "answer", "not_known", "due", "undetermined", "hint"


@dataclass(frozen=True)
class Ground:
    """Why a domain is weak: an indicator's `answer` or that it is not known, something `due`, a rule `undetermined`, or a questionnaire's hint."""

    kind: str
    code: str
    answer: str = ""


@dataclass(frozen=True)
class DomainView:
    """One domain of a plan: why it is weak (nothing: it is not, as far as the reader sees), its goals, and what is needed there."""

    domain: PlanDomain
    grounds: tuple[Ground, ...]
    goals: tuple[GoalLine, ...]
    lines: tuple[Line, ...]

    @property
    def is_weak(self) -> bool:
        return bool(self.grounds)

    @property
    def is_answered(self) -> bool:
        """Whether nothing is weak here, or a goal that somebody owns stands against it."""
        return not self.grounds or any(one.counts for one in self.goals)


def domains_of(
    actor: Actor,
    row: ChildCase,
    *,
    goals: tuple[GoalLine, ...],
    lines: tuple[Line, ...],
    outcomes: tuple[Outcome, ...],
) -> tuple[DomainView, ...]:
    """The domains of a child's plan in the order of the packs. Questionnaires count only where the reader may read them itself.

    `outcomes`: what the rules say (`Standings.outcomes`).
    """
    grounds = _Grounds(actor, row, lines, outcomes)
    return tuple(
        DomainView(
            domain,
            tuple(grounds.of(domain)),
            tuple(one for one in goals if one.domain == domain.code),
            tuple(one for one in lines if one.domain == domain.code),
        )
        for domain in load_plan_domains(division=row.division).values()
    )


def unanswered(domains: tuple[DomainView, ...]) -> tuple[PlanDomain, ...]:
    """The weak domains without a goal that somebody owns: while there is one, the plan is not complete."""
    return tuple(one.domain for one in domains if not one.is_answered)


class _Grounds:
    """What shows weakness of one child, read once."""

    def __init__(self, actor: Actor, row: ChildCase, lines: tuple[Line, ...], outcomes: tuple[Outcome, ...]) -> None:
        self.asked: IndicatorSet = load_risk(division=row.division).asked
        self.answers = standing_answers(actor, child_id=row.person_id)
        self.due = {one.code for one in lines if one.state == LineState.DUE}
        rules = load_rule_book(division=row.division, as_of=timezone.localdate()).by_code
        self.open = {
            card.rule
            for card in outcomes
            if card.outcome == "undetermined"
            and card.rule in rules
            and rules[card.rule].sensitivity <= ceiling_of(actor)
        }
        self.hints = _hints(actor, row)

    def of(self, domain: PlanDomain) -> Iterator[Ground]:
        """Why this domain is weak."""
        for indicator in (one for one in self.asked.indicators if one.code in domain.indicators):
            said = self.answers.get(indicator.code, "")
            answer = indicator.answer(said)
            if said == UNKNOWN:
                yield Ground(NOT_KNOWN, indicator.code)
            elif answer is not None and answer.points > 0:
                yield Ground(ANSWER, indicator.code, answer.code)
        for rule in domain.rules:
            if rule in self.due:
                yield Ground(DUE, rule)
            elif rule in self.open:
                yield Ground(UNDETERMINED, rule)
        for instrument in domain.questionnaires:
            if instrument in self.hints:
                yield Ground(HINT, instrument)


def _hints(actor: Actor, row: ChildCase) -> frozenset[str]:
    """The questionnaires whose last result is a hint, of those that the actor may read."""
    last = last_results(actor, child_id=row.person_id)
    return frozenset(
        code for code, one in last.items() if one.raised or any(found.reached for found in one.result.measured)
    )
