"""What happens to the work about a child when its file changes: it moves, dies, comes of age, or was another file's child."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ciyou.apps.accounts.selectors import post_cards
from ciyou.apps.audit.services import record_action
from ciyou.apps.cases.distributing import Distribution, route_leads
from ciyou.apps.cases.lead_reasons import MERGED
from ciyou.apps.cases.models import Lead, LeadState, Task, TaskState
from ciyou.apps.cases.steps import VERIFY, end_steps, follow_division
from ciyou.apps.registry.identity_moves import follows_merge
from ciyou.core.access.actor import LOCAL_OPERATOR, DivisionScope

DIED, OF_AGE = "died", "of_age"
_FURTHEST = (LeadState.REPORTED, LeadState.VISITING, LeadState.ASSIGNED, LeadState.NEW)


def on_person_moved(person_id: str, new_division: str, **_more: object) -> None:
    """Handler of `registry.person_moved`: the child's open leads go to whoever is there for its new place."""
    with transaction.atomic():
        leads = list(_open_leads([person_id]).exclude(division=new_division).select_for_update())
        for lead in leads:
            lead.division = new_division
        _open_leads([person_id]).update(division=new_division)
        follow_division([lead.id for lead in leads], new_division)
        Task.objects.filter(person_id=person_id, state=TaskState.OPEN, department="").update(division=new_division)
        _route_again([lead for lead in leads if lead.state in (LeadState.ASSIGNED, LeadState.VISITING)])
        if leads:
            _log("move_leads", leads)


def on_child_died(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_died`: nobody is sent to a family in mourning to verify a benefit."""
    _end_work(list(child_ids), DIED)


def on_child_of_age(child_ids: Iterable[str], **_more: object) -> None:
    """Handler of `registry.child_of_age`: a lead about a child of eighteen ends; what was decided stays."""
    _end_work(list(child_ids), OF_AGE)


@follows_merge
def on_people_merged(kept: str, **_more: object) -> None:
    """Handler of `registry.people_merged`: of two open leads about one child the one that is furthest stays."""
    with transaction.atomic():
        leads = sorted(_open_leads([kept]), key=lambda lead: (_FURTHEST.index(LeadState(lead.state)), lead.rank))
        _close(leads[1:], MERGED)


def _open_leads(person_ids: list[str]) -> QuerySet[Lead]:
    return Lead.objects.filter(person_id__in=person_ids).exclude(state=LeadState.CLOSED)


def _route_again(leads: list[Lead]) -> None:
    """Leads whose post is not for their place any more go to whoever is."""
    posts = post_cards([lead.post_id for lead in leads if lead.post_id is not None])
    lost = [
        lead
        for lead in leads
        if lead.post_id not in posts or not DivisionScope.of(posts[lead.post_id].division).holds(lead.division)
    ]
    Lead.objects.filter(id__in=[lead.id for lead in lost]).update(
        state=LeadState.NEW, post_id=None, assigned_at=None, version=F("version") + 1
    )
    end_steps(LOCAL_OPERATOR, lost, VERIFY, state=TaskState.WITHDRAWN)
    route_leads(LOCAL_OPERATOR, lost, Distribution())


def _end_work(child_ids: list[str], reason: str) -> None:
    with transaction.atomic():
        _close(list(_open_leads(child_ids)), reason)
        Task.objects.filter(person_id__in=child_ids, kind=VERIFY, state=TaskState.OPEN).update(
            state=TaskState.WITHDRAWN, reason=reason, ended_at=timezone.now(), ended_by=LOCAL_OPERATOR.id
        )


def _close(leads: list[Lead], reason: str) -> None:
    if not leads:
        return
    Lead.objects.filter(id__in=[lead.id for lead in leads]).update(
        state=LeadState.CLOSED, result_reason=reason, closed_at=timezone.now(), version=F("version") + 1
    )
    Task.objects.filter(subject_id__in=[str(lead.id) for lead in leads], state=TaskState.OPEN).update(
        state=TaskState.WITHDRAWN, reason=reason, ended_at=timezone.now(), ended_by=LOCAL_OPERATOR.id
    )
    _log("close_leads", leads, reason=reason)


def _log(action: str, leads: list[Lead], **details: str) -> None:
    record_action(
        LOCAL_OPERATOR,
        action=action,
        persons=[str(lead.person_id) for lead in leads if lead.person_id],
        details={"leads": len(leads), **details},
        highest_class=3,
        origin="worker",
    )
