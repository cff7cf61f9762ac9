"""What comes of a child in a campaign: asked by the questionnaire itself, refused, or not reached. A no is respected and not asked again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.care.campaign_access import household_rows
from ciyou.apps.care.campaigning import ASK
from ciyou.apps.care.models import CampaignChild, CampaignState, FilledQuestionnaire
from ciyou.apps.care.refusals import campaign_not_found, check_may_ask, moved_on, refused
from ciyou.apps.cases.tasks import end_task
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor

REFUSED_BY = ("guardian", "child")
NOT_REACHED_FOR = ("away", "nobody_home", "unwell")
"""Who said no; and why a child was not reached."""
REASONS = {CampaignState.REFUSED: REFUSED_BY, CampaignState.NOT_REACHED: NOT_REACHED_FOR}


def record_unasked(actor: Actor, *, household: uuid.UUID, child_id: uuid.UUID, state: str, reason: str) -> None:
    """Write down that a child was not asked: somebody said no, or it was not reached; its task ends with the last of the household.

    Said twice it stands once. Raises RecordError for a reason that is none, and where it was asked meanwhile.
    """
    check_may_ask(actor)
    if reason not in REASONS.get(CampaignState(state) if state in REASONS else CampaignState.DUE, ()):
        raise refused(
            "unasked", "请选择谁不同意，或者为什么没有见到。", "Choose who said no, or why the child was not reached."
        )
    row = next((one for one in household_rows(actor, household) if one.person_id == child_id), None)
    if row is None:
        raise campaign_not_found()
    if (row.state, row.reason) == (state, reason):
        return
    with transaction.atomic(), walled(LOCAL_OPERATOR):
        lock_households([household])
        open_states = (CampaignState.DUE, CampaignState.NOT_REACHED)
        changed = CampaignChild.objects.filter(id=row.id, state__in=open_states, campaign__closed_at=None).update(
            state=state, reason=reason, answered_by=actor.id, answered_at=timezone.now()
        )
        if not changed:
            raise moved_on()
        end_done_visits(actor, [household])
        record_action(
            actor,
            action="record_unasked_in_campaign",
            subject=str(row.campaign_id),
            persons=[str(child_id)],
            details={"state": str(state), "reason": reason},
            highest_class=3,
        )


def answer_campaigns(actor: Actor, filled: FilledQuestionnaire) -> None:
    """A questionnaire answers what open campaigns ask of the child with it. Inside the transaction that records it.

    One who was not reached may be after all; one who said no stays counted as that.
    """
    with walled(LOCAL_OPERATOR):
        rows = CampaignChild.objects.filter(
            person_id=filled.person_id,
            campaign__instrument=filled.instrument,
            campaign__closed_at=None,
            campaign__from_on__lte=filled.asked_on,
            state__in=(CampaignState.DUE, CampaignState.NOT_REACHED),
        )
        lock_households(rows.values_list("household", flat=True))
        found = list(rows.values_list("id", "household"))
        if not found:
            return
        CampaignChild.objects.filter(id__in=[key for key, _home in found]).update(
            state=CampaignState.ASKED, reason="", filled=filled.id, answered_by=actor.id, answered_at=timezone.now()
        )
        end_done_visits(actor, [home for _key, home in found])


def lock_households(households: Iterable[uuid.UUID]) -> None:
    """Take hold of the rows of these visits, in one order, before any is changed: of two siblings answered at once the second sees the first.

    Where two changed their own rows first, each would find the other still due, and nobody would end the task.
    """
    rows = CampaignChild.objects.filter(household__in=list(households)).order_by("id")
    list(rows.select_for_update().values_list("id"))


def end_done_visits(actor: Actor, households: Iterable[uuid.UUID]) -> None:
    """End the task of each household in which nobody is due any more. As the machine, inside a transaction."""
    for home in set(households):
        if not CampaignChild.objects.filter(household=home, state=CampaignState.DUE).exists():
            end_task(actor, kind=ASK, subject_id=str(home))
