"""Recording an assessment and confirming a tier. Called by the room above, which plans the visits in the same transaction."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from ciyou.apps.assessments.contents import AssessmentContent, seal_content, seal_reason
from ciyou.apps.assessments.models import AssessmentState, RiskAssessment
from ciyou.apps.assessments.refusals import (
    LEAST_WORDS,
    WORDS_LENGTH,
    assessment_not_found,
    check_may_assess,
    moved_on,
    problem,
    refused,
)
from ciyou.apps.assessments.selectors import PURPOSE, standing_tier
from ciyou.apps.audit.services import publish_event, record_action
from ciyou.apps.registry.scoping import only_visible
from ciyou.apps.registry.selectors import PersonCard, get_person
from ciyou.core.access.actor import Actor
from ciyou.core.clock.ages import full_years
from ciyou.core.errors import Problem, RecordError
from ciyou.core.risk import UNKNOWN, IndicatorSet, propose
from ciyou.packs import load_risk, pack_version

DAYS_BACK = 30
"""How long afterwards an assessment from paper may still be entered."""
CLASS = 3


@dataclass(frozen=True)
class NewAssessment:
    """What a form says: `id` is made by the form; `answers` by indicator, every one of them answered, `unknown` being an answer."""

    id: uuid.UUID
    answers: Mapping[str, str]
    assessed_on: dt.date | None


@dataclass(frozen=True)
class ConfirmedTier:
    """The child whose tier was confirmed, and which tier stood before ("" none)."""

    child_id: uuid.UUID
    tier: str
    before: str


def record_assessment(actor: Actor, *, child_id: uuid.UUID, given: NewAssessment) -> uuid.UUID:
    """Record one assessment with the tier that it proposes; nothing changes until a person confirms one. The same form twice is one.

    An earlier one that nobody confirmed is replaced. Raises RecordError with every mistake, each with its indicator.
    """
    check_may_assess(actor)
    child = get_person(actor, person_id=child_id, purpose=PURPOSE)
    if _repeated(actor, child, given.id):
        return given.id
    asked = _check_child(child)
    assessed_on = _checked_day(given.assessed_on)
    age = full_years(child.birth_date, assessed_on) if child.birth_date else None
    answers = _checked(asked, given.answers, age)
    content = AssessmentContent(answers, age, propose(asked, answers, age=age))
    try:
        with transaction.atomic():
            _write(actor, child, given.id, content, assessed_on)
    except IntegrityError:
        # The same form a second time, at the same moment: the first is committed by now.
        if _repeated(actor, child, given.id):
            return given.id
        raise
    return given.id


def confirm_tier(actor: Actor, *, assessment_id: uuid.UUID, version: int, tier: str, reason: str) -> ConfirmedTier:
    """Confirm the tier of an assessment: the proposed one, or another with a reason. A tier that goes down takes a second person.

    Raises RecordError, or AssessmentNotFound.
    """
    check_may_assess(actor)
    row = only_visible(RiskAssessment.objects.filter(id=assessment_id), actor, purpose=PURPOSE).first()
    if row is None:
        raise assessment_not_found()
    before, words = standing_tier(row.person_id), " ".join(reason.split())
    _check_confirmed(actor, row, tier, before, words)
    with transaction.atomic():
        waiting = RiskAssessment.objects.filter(id=row.id, state=AssessmentState.PROPOSED, version=version)
        changed = waiting.update(
            state=AssessmentState.CONFIRMED,
            tier=tier,
            reason=seal_reason(row.id, words) if words else None,
            confirmed_by=actor.id,
            confirmed_at=timezone.now(),
            version=version + 1,
        )
        if not changed:
            raise moved_on()
        record_action(
            actor,
            action="confirm_risk_tier",
            subject=str(row.id),
            persons=[str(row.person_id)],
            details={"proposed": row.proposed, "tier": tier, "before": before},
            highest_class=CLASS,
        )
        publish_event("assessments.tier_confirmed", child_ids=[str(row.person_id)])
    return ConfirmedTier(row.person_id, tier, before)


def still_waits(assessment_id: uuid.UUID) -> bool:
    """Whether a person has yet to confirm a tier of this assessment, which nobody does before the transaction ends."""
    rows = RiskAssessment.objects.filter(id=assessment_id, state=AssessmentState.PROPOSED)
    return rows.select_for_update().first() is not None


def replace_older(child_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Of a child's assessments that nobody confirmed the newest stays, the others are replaced; which ones were."""
    rows = RiskAssessment.objects.filter(person_id=child_id, state=AssessmentState.PROPOSED)
    older = tuple(rows.order_by("-recorded_at", "-id").values_list("id", flat=True)[1:])
    RiskAssessment.objects.filter(id__in=older, state=AssessmentState.PROPOSED).update(state=AssessmentState.REPLACED)
    return older


def _repeated(actor: Actor, child: PersonCard, assessment_id: uuid.UUID) -> bool:
    row = RiskAssessment.objects.filter(id=assessment_id).first()
    if row is None:
        return False
    if (row.recorded_by, row.person_id) != (actor.id, child.id):
        raise refused("risk.number_taken", "这张表已被别人使用。请重新打开再填写。", "This form was already used by somebody else. Open it anew and fill it in.")  # fmt: skip
    return True


def _check_child(child: PersonCard) -> IndicatorSet:
    if child.kind != "child" or child.status != "active":
        raise refused("risk.no_child", "只评估在办的孩子。请从孩子的页面重新进入。", "Only a child whose file is open is assessed. Come in again from the child's page.")  # fmt: skip
    return load_risk(division=child.division).asked


def may_be_assessed_on(day: dt.date) -> bool:
    """Whether an assessment of this day may be entered today."""
    today = timezone.localdate()
    return today - dt.timedelta(days=DAYS_BACK) <= day <= today


def _checked_day(day: dt.date | None) -> dt.date:
    if day is None or not may_be_assessed_on(day):
        raise refused(
            "risk.assessed_on",
            f"请填写哪天评估的：不晚于今天，不早于 {DAYS_BACK} 天前。",
            f"Give the day of the assessment: not after today, and not more than {DAYS_BACK} days ago.",
            place="assessed_on",
        )
    return day


def _checked(asked: IndicatorSet, typed: Mapping[str, str], age: int | None) -> dict[str, str]:
    """Every indicator with its answer; raises RecordError naming each that has none, for silence is no answer and `unknown` is."""
    answers: dict[str, str] = {}
    problems: list[Problem] = []
    for one in asked.asked_of(age):
        said = typed.get(one.code, "")
        if said != UNKNOWN and one.answer(said) is None:
            problems.append(
                problem(
                    "risk.answer",
                    f"“{one.zh}”还没有选。不清楚的，请选“不清楚”。",
                    f"“{one.en}” has no answer yet. Where nobody knows, choose “Not known”.",
                    place=one.code,
                )
            )
        answers[one.code] = said
    if problems:
        raise RecordError(problems)
    return answers


def _write(
    actor: Actor, child: PersonCard, assessment_id: uuid.UUID, content: AssessmentContent, assessed_on: dt.date
) -> None:
    earlier = RiskAssessment.objects.filter(person_id=child.id, state=AssessmentState.PROPOSED)
    earlier.update(state=AssessmentState.REPLACED)
    RiskAssessment.objects.create(
        id=assessment_id,
        person_id=child.id,
        division=child.division if actor.scope.holds(child.division) else actor.scope.first,
        assessed_on=assessed_on,
        pack_version=pack_version(),
        content=seal_content(assessment_id, content),
        proposed=content.proposal.tier,
        recorded_by=actor.id,
        recorded_at=timezone.now(),
    )
    record_action(
        actor,
        action="record_risk_assessment",
        subject=str(assessment_id),
        persons=[str(child.id)],
        details={"proposed": content.proposal.tier},
        highest_class=CLASS,
    )


def _check_confirmed(actor: Actor, row: RiskAssessment, tier: str, before: str, words: str) -> None:
    asked = load_risk(division=row.division).asked
    problems = []
    if asked.tier(tier) is None:
        problems.append(problem("risk.tier", "请选择一个风险等级。", "Choose a tier of risk.", place="tier"))
    goes_down = bool(before) and asked.rank(tier) < asked.rank(before)
    if goes_down and row.recorded_by == actor.id:
        problems.append(
            problem(
                "risk.second_person",
                "等级降低要由评估人以外的人确定。请督导员或县级工作人员来确定。",
                "A tier goes down only when somebody else than the assessor confirms it. Ask the supervisor or the county.",
                place="tier",
            )
        )
    wrong_length = not LEAST_WORDS <= len(words) <= WORDS_LENGTH
    if (tier != row.proposed or goes_down or words) and wrong_length:
        problems.append(
            problem(
                "risk.reason",
                f"与建议的等级不同，或者比原来低，要写明理由（{LEAST_WORDS} 至 {WORDS_LENGTH} 个字）。",
                f"A tier other than the proposed one, or lower than before, needs a reason ({LEAST_WORDS} to {WORDS_LENGTH} characters).",
                place="reason",
            )
        )
    if problems:
        raise RecordError(problems)
