"""Assessments of risk for tests: every indicator answered, the harmless answer where nothing else is said."""

from __future__ import annotations

import uuid

from django.utils import timezone

from ciyou.apps.assessments.models import RiskAssessment
from ciyou.apps.assessments.recording import NewAssessment
from ciyou.apps.cases.risk_work import assess_risk, settle_tier
from ciyou.core.access.actor import Actor
from ciyou.packs import load_risk
from tests.office import VILLAGE, make_actor

HIGH = {"carer": "nobody"}


def harmless(**said: str) -> dict[str, str]:
    """Answers of no points to every indicator, save those that are named."""
    asked = load_risk(division=VILLAGE).asked.indicators
    return {one.code: min(one.answers, key=lambda answer: answer.points).code for one in asked} | said


def assess(actor: Actor, child_id: uuid.UUID, **said: str) -> RiskAssessment:
    """A recorded assessment that waits for a person."""
    given = NewAssessment(uuid.uuid4(), harmless(**said), timezone.localdate())
    return RiskAssessment.objects.get(id=assess_risk(actor, child_id=child_id, given=given))


def give_tier(actor: Actor, child_id: uuid.UUID, tier: str, reason: str = "走访看到的情况和表上不同"):
    """A child of this tier, by an assessment of somebody else."""
    row = assess(make_actor("county_drafter"), child_id)
    return settle_tier(actor, assessment_id=row.id, version=row.version, tier=tier, reason=reason)
