"""Every relation to a person's file, and what a merge of two files does with it; one that is not named is refused, not forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db import models

from ciyou.apps.registry.models import Person
from ciyou.apps.registry.refusals import refused

COPY, STAY, REPOINT, FOLLOW, HEARS = "copy", "stay", "repoint", "follow", "hears"
RELATIONS: Mapping[str, str] = MappingProxyType(
    {
        # Encrypted for their person: sealed anew for the other; what was known of the first file when can still be asked.
        "registry.Fact.person": COPY,
        "registry.Identifier.person": COPY,
        "registry.PayeeAccount.person": COPY,
        "registry.Relationship.person": COPY,
        "registry.Relationship.other": COPY,
        # The first file's own story; a timeline reads both. Places are computed anew.
        "registry.PersonEvent.person": STAY,
        "registry.PersonPlace.person": STAY,
        # Computed anew for both files, as their places are.
        "registry.MatchKey.person": STAY,
        # A determination is about the facts of its time and of its file; the merged child is determined anew.
        "entitlements.Determination.person": STAY,
        "entitlements.Outcome.person": STAY,
        # What people decided was about that file's facts; the county decides anew for the child if it is still open.
        "entitlements.CaseDecision.person": STAY,
        # What hears of the merge (registry.people_merged) and goes over by itself: two running awards of one child become one.
        "awards.Application.person": HEARS,
        "awards.Award.person": HEARS,
        "disbursement.CollectivePayee.person": HEARS,
        # What was paid, held or changed in a month was so under that file; the awards it hangs on go over.
        "disbursement.Payment.person": STAY,
        "disbursement.Hold.person": STAY,
        "disbursement.MonthChange.person": STAY,
        # Found under that file; the next comparison finds the kept one.
        "exchange.ExchangeItem.person": STAY,
        # A list is frozen as it was sent; the next month's tells of the kept file.
        "exchange.ListedChild.person": STAY,
        "registry.Person.merged_into": FOLLOW,
        # The log of who is who: it says what became of both, and goes with neither.
        "registry.IdentityDecision.kept": STAY,
        "registry.IdentityDecision.dropped": STAY,
        "registry.NamedAccess.person": REPOINT,
        "registry.HouseholdMember.person": REPOINT,
        "registry.Evidence.person": REPOINT,
        "cases.Lead.person": REPOINT,
        "cases.Task.person": REPOINT,
        "cases.VisitedChild.person": REPOINT,
        # A child stands once in a round: what hears of the merge takes it over, or lets the second leave.
        "cases.ChildCheck.person": HEARS,
        "cases.InquiryLetter.child": REPOINT,
        "cases.InquiryLetter.about": REPOINT,
        "partners.Referral.child": REPOINT,
        "schooling.SchoolCase.child": REPOINT,
        "schooling.PlaceRequest.child": REPOINT,
        "schooling.SpecialPlacement.child": REPOINT,
        "training.Guidance.child": REPOINT,
        # One child has one open case: what hears of the merge takes the other's goals over.
        "plans.ChildCase.person": HEARS,
        "crossing.Crossing.person": REPOINT,
        # Sealed for itself, not for its person; whoever asked, and the named workers of the kept file, read it there.
        "care.FilledQuestionnaire.person": REPOINT,
        # A child stands once in a campaign: what hears of the merge takes it over, or lets the second leave.
        "care.CampaignChild.person": HEARS,
        # Every version of both: the tier that a person confirmed last stands.
        "assessments.RiskAssessment.person": REPOINT,
        "oversight.BreakGlass.person": REPOINT,
        "oversight.SubjectRequest.person": REPOINT,
    }
)
"""What becomes of each relation to the file that ends."""

DEPENDENTS = (
    "crossing.CrossingStep.crossing.person",
    "awards.ApplicationStep.application.person",
    "schooling.SchoolStep.case.child",
    "plans.CaseStep.case.person",
    "plans.PlanGoal.case.person",
)
"""What hangs on such a row and is written when a merge is heard of: `app.Model.field.field of the person`."""


def relation_name(relation: models.ManyToOneRel) -> str:
    """`app.Model.field` of a relation to a person."""
    return f"{relation.related_model._meta.label}.{relation.field.name}"


def every_relation() -> dict[str, models.ManyToOneRel]:
    """Every relation to a person by its name; raises RecordError when RELATIONS does not say what becomes of one."""
    found = {relation_name(relation): relation for relation in Person._meta.related_objects}
    unknown = sorted(set(found) - set(RELATIONS))
    if unknown:
        raise refused(
            "merge_unknown",
            f"合并尚未说明如何处理：{'、'.join(unknown)}。请在 registry/relations.py 中补上后再合并。",
            f"It is not said what a merge does with {', '.join(unknown)}. Add them to registry/relations.py first.",
        )
    return found
