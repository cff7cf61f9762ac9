"""The way of a lead: handed to a post, visited, reported on, reviewed, closed. At every moment somebody has its next step."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ciyou.apps.accounts.selectors import PostCard, post_card, posts_in
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.determination_tasks import ask_confirmation
from ciyou.apps.cases.distributing import distribute, route_leads
from ciyou.apps.cases.lead_access import (
    COUNTY,
    SENSITIVE,
    TOWNSHIP,
    VILLAGE,
    check_may,
    find_lead,
    moved_on,
    not_this_step,
    refused,
    visible_leads,
)
from ciyou.apps.cases.lead_reasons import CANNOT_BE_FOUND, is_result
from ciyou.apps.cases.loading import LoadReport, load_run
from ciyou.apps.cases.models import Lead, LeadState
from ciyou.apps.cases.steps import (
    ASSIGN,
    INQUIRE,
    REVIEW,
    VERIFY,
    begin_steps,
    end_step,
    end_steps,
    follow_division,
    reviewer_role,
)
from ciyou.apps.registry.services import move_person
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope
from ciyou.core.access.roles import ROLES, Action, Level, may_do
from ciyou.core.access.verdict import ceiling_of

__all__ = (
    "LoadReport",
    "assign_leads",
    "begin_visit",
    "change_lead",
    "distribute",
    "load_run",
    "report_lead",
    "return_to_queue",
    "review_lead",
    "route_leads",
    "settle_inquiry",
    "settle_record",
    "undo_assignment",
)

OPEN_TO_ASSIGN = (LeadState.NEW, LeadState.ASSIGNED)
TO_VISIT = (LeadState.NEW, LeadState.ASSIGNED, LeadState.VISITING)
MOST_AT_ONCE = 5_000
_QUEUE_OF = {Level.VILLAGE: VILLAGE, Level.TOWNSHIP: TOWNSHIP}


def assign_leads(
    actor: Actor,
    *,
    lead_ids: Iterable[uuid.UUID | str],
    post_id: uuid.UUID | str,
    at: dt.datetime | None = None,
) -> int:
    """Give leads to a post that is for their place; returns how many. What somebody is visiting already stays with them.

    A lead that the post has already stays as it is. `at` (default: now) names this step for `undo_assignment`.
    Raises RecordError when the post is not for one of the places, or nothing of what was chosen can be given any more.
    """
    check_may(actor, Action.ASSIGN)
    ids = [str(one) for one in lead_ids][:MOST_AT_ONCE]
    card = _post_to_give(actor, post_id)
    scope = DivisionScope.of(card.division)
    with transaction.atomic():
        chosen = visible_leads(actor).filter(id__in=ids, state__in=OPEN_TO_ASSIGN)
        found = list(chosen.select_for_update(of=("self",)))
        leads = [lead for lead in found if (lead.state, lead.post_id) != (LeadState.ASSIGNED, card.id)]
        if found and not leads:
            return 0  # the same form a second time
        _settle_places(actor, [lead for lead in leads if not scope.holds(lead.division)], card)
        given = _give(leads, card, at or timezone.now())
        if not given:
            raise refused(
                "nothing_to_assign",
                "所选线索都不能再分派：可能已经在走访、已上报或已办结。请刷新列表再看。",
                "None of these can be assigned any more: they are being visited, reported or closed. Look at the list again.",
            )
        end_steps(actor, leads, ASSIGN)
        end_steps(actor, leads, VERIFY)
        begin_steps(actor, leads, VERIFY, post_id=card.id)
        _log(actor, "assign_leads", leads, to=str(card.id))
    return given


def _post_to_give(actor: Actor, post_id: uuid.UUID | str) -> PostCard:
    card = post_card(post_id)
    running = () if card is None else posts_in(actor, division=card.division, role=card.role)
    if card is None or card.id not in {one.id for one in running} or not may_do(card.role, Action.VISIT):
        raise refused(
            "no_such_post",
            "请选择您辖区内能走访的岗位：儿童主任、督导员或县级工作人员。",
            "Choose a post of your own area that visits: a child director, a supervisor or a county officer.",
        )
    return card


def _settle_places(actor: Actor, leads: list[Lead], card: PostCard) -> None:
    """A child of whom only the county or township is known belongs from now on to the place of the post that is to find it."""
    if any(not DivisionScope.of(lead.division).holds(card.division) for lead in leads):
        raise refused(
            "wrong_place",
            "所选线索不全在这个岗位的辖区内。请按村筛选后再分派。",
            "Not all of these leads lie in the place of this post. Filter by village and assign again.",
        )
    for lead in leads:
        if lead.person_id is not None:
            move_person(actor, person_id=lead.person_id, division=card.division, on=timezone.localdate())
        lead.division = card.division
    Lead.objects.filter(id__in=[lead.id for lead in leads]).update(division=card.division)
    follow_division([lead.id for lead in leads], card.division)


def _give(leads: list[Lead], card: PostCard, now: dt.datetime) -> int:
    queue = _QUEUE_OF.get(ROLES[card.role].level, COUNTY)
    rows = Lead.objects.filter(id__in=[lead.id for lead in leads], state__in=OPEN_TO_ASSIGN)
    return rows.update(
        state=LeadState.ASSIGNED,
        post_id=card.id,
        queue=queue,
        assigned_at=now,
        result="",
        result_reason="",
        version=F("version") + 1,
    )


def undo_assignment(actor: Actor, *, post_id: uuid.UUID | str, assigned_at: dt.datetime) -> int:
    """Take back what was given to a post in one step, as far as nobody has begun on it; returns how many went back to the queue."""
    check_may(actor, Action.ASSIGN)
    with transaction.atomic():
        given = visible_leads(actor).filter(post_id=post_id, assigned_at=assigned_at, state=LeadState.ASSIGNED)
        return _to_queue(actor, list(given.select_for_update(of=("self",))), "undo_assignment")


def return_to_queue(actor: Actor, *, lead_ids: Iterable[uuid.UUID | str]) -> int:
    """Take assigned leads, on which nobody has begun, back to be assigned anew; returns how many."""
    check_may(actor, Action.ASSIGN)
    with transaction.atomic():
        chosen = visible_leads(actor).filter(id__in=[str(one) for one in lead_ids], state=LeadState.ASSIGNED)
        return _to_queue(actor, list(chosen.select_for_update(of=("self",))), "return_to_queue")


def _to_queue(actor: Actor, leads: list[Lead], action: str) -> int:
    own = TOWNSHIP if ROLES[actor.role].level is Level.TOWNSHIP else COUNTY
    moved = 0
    # A record that leads to nobody is the county's again, whoever gives it back.
    groups = (
        (own, [lead for lead in leads if lead.person_id]),
        (COUNTY, [lead for lead in leads if not lead.person_id]),
    )
    for queue, group in groups:
        rows = Lead.objects.filter(id__in=[lead.id for lead in group], state=LeadState.ASSIGNED)
        moved += rows.update(state=LeadState.NEW, post_id=None, queue=queue, assigned_at=None, version=F("version") + 1)
        end_steps(actor, group, VERIFY, state="withdrawn")
        begin_steps(actor, group, ASSIGN, queue=queue)
    _log(actor, action, leads)
    return moved


def begin_visit(actor: Actor, *, lead_id: uuid.UUID | str) -> None:
    """Note that the actor sets out to a lead's child; the lead is then theirs. Setting out twice is setting out once."""
    check_may(actor, Action.VISIT)
    with transaction.atomic():
        lead = find_lead(actor, lead_id)
        if lead.state == LeadState.VISITING and str(lead.post_id) == actor.post_id:
            return
        if lead.state not in TO_VISIT or lead.person_id is None:
            raise moved_on(lead)
        _take(actor, lead, LeadState.VISITING)
        _log(actor, "begin_visit", [lead])


def _take(actor: Actor, lead: Lead, state: str) -> None:
    """Move a lead on in the actor's own hands; raises RecordError when somebody was quicker."""
    mine = str(lead.post_id) == actor.post_id
    changes = {"state": state, "post_id": uuid.UUID(actor.post_id), "version": F("version") + 1}
    if not mine:
        changes |= {"assigned_at": timezone.now(), "queue": _QUEUE_OF.get(ROLES[actor.role].level, COUNTY)}
    if not Lead.objects.filter(id=lead.id, version=lead.version).update(**changes):
        raise moved_on(Lead.objects.get(id=lead.id))
    if not mine:
        end_step(actor, lead, ASSIGN)
        end_step(actor, lead, VERIFY)
        begin_steps(actor, [lead], VERIFY, post_id=uuid.UUID(actor.post_id))


def report_lead(actor: Actor, *, lead_id: uuid.UUID | str, result: str, reason: str = "") -> None:
    """Report what a visit found: confirmed, not in difficulty, or cannot be found (with a reason); the next above reviews it.

    Of a record that leads to nobody: that no child is concerned, or that the person cannot be found, each with a reason. The same report twice is one. Raises RecordError when the lead has moved on, or the reason is not on the list.
    """
    check_may(actor, Action.VISIT)
    with transaction.atomic():
        lead = find_lead(actor, lead_id)
        _check_result(lead, result, reason)
        if lead.state == LeadState.REPORTED and (lead.reported_by, lead.result) == (actor.id, result):
            return
        if lead.state not in TO_VISIT:
            raise moved_on(lead)
        _report(actor, lead, result, reason)
        end_step(actor, lead, ASSIGN)
        end_step(actor, lead, VERIFY)
        begin_steps(actor, [lead], REVIEW, role=reviewer_role(lead, reporter_role=actor.role))
        _log(actor, "report_lead", [lead], result=result, reason=reason)


def _check_result(lead: Lead, result: str, reason: str) -> None:
    if not is_result(result, reason, of_record=lead.person_id is None):
        raise refused(
            "result",
            "请选择核实结果；查找不到、没有孩子时还要选择原因。",
            "Choose what came of it; where nobody is found, choose the reason too.",
        )


def _report(actor: Actor, lead: Lead, result: str, reason: str) -> None:
    now = timezone.now()
    changed = Lead.objects.filter(id=lead.id, version=lead.version).update(
        state=LeadState.REPORTED,
        post_id=uuid.UUID(actor.post_id),
        assigned_at=lead.assigned_at or now,
        result=result,
        result_reason=reason,
        reported_by=actor.id,
        reported_at=now,
        returned_for="",
        version=F("version") + 1,
    )
    if not changed:
        raise moved_on(Lead.objects.get(id=lead.id))


def review_lead(actor: Actor, *, lead_id: uuid.UUID | str, accept: bool, reason: str = "") -> str:
    """Accept a reported result, or send it back with a reason; returns what became of it: closed | county | returned.

    Nobody reviews their own visit. A child that cannot be found is not simply closed: the township's acceptance brings it to the
    county, which may ask departments; the county closes it with a typed reason.
    """
    check_may(actor, Action.REVIEW)
    reason = reason.strip()
    with transaction.atomic():
        lead = find_lead(actor, lead_id)
        if lead.state != LeadState.REPORTED:
            raise moved_on(lead)
        _check_reviewer(actor, lead)
        if not accept:
            return _send_back(actor, lead, reason)
        if lead.result == CANNOT_BE_FOUND:
            if ROLES[actor.role].level is not Level.COUNTY:
                return _to_county(actor, lead)
            _check_reason(reason)
        return _close(actor, lead, reason)


def _check_reviewer(actor: Actor, lead: Lead) -> None:
    if lead.reported_by == actor.id:
        raise refused(
            "own_report",
            "自己上报的结果要由别人审核。请等督导员或县级复核人处理。",
            "A result is reviewed by somebody else than who reported it. Leave it to the supervisor or the county's reviewer.",
        )


def _check_reason(reason: str) -> None:
    if not reason:
        raise refused("reason", "请写明原因，写一句话即可。", "Give the reason; one sentence is enough.")


def _send_back(actor: Actor, lead: Lead, reason: str) -> str:
    _check_reason(reason)
    change_lead(lead, state=LeadState.ASSIGNED, returned_for=reason[:400], reviewed_by=actor.id)
    end_step(actor, lead, REVIEW, state="refused", reason=reason)
    end_step(actor, lead, INQUIRE, state="withdrawn")
    begin_steps(actor, [lead], VERIFY, post_id=lead.post_id)
    _log(actor, "review_lead", [lead], accept=False, result=lead.result)
    return "returned"


def _to_county(actor: Actor, lead: Lead) -> str:
    change_lead(lead, queue=COUNTY, reviewed_by=actor.id)
    end_step(actor, lead, REVIEW)
    if lead.person_id is None:  # no department can be asked about a child that nobody knows of
        begin_steps(actor, [lead], REVIEW, role="county_reviewer")
    else:
        begin_steps(actor, [lead], INQUIRE, role="county_drafter")
    _log(actor, "review_lead", [lead], accept=True, result=lead.result, to=COUNTY)
    return COUNTY


def _close(actor: Actor, lead: Lead, reason: str) -> str:
    change_lead(lead, state=LeadState.CLOSED, closed_at=timezone.now(), reviewed_by=actor.id)
    end_step(actor, lead, REVIEW, reason=reason)
    end_step(actor, lead, INQUIRE, reason=reason)
    with walled(LOCAL_OPERATOR):
        ask_confirmation(lead.person_id)
    _log(actor, "review_lead", [lead], accept=True, result=lead.result)
    return "closed"


def change_lead(lead: Lead, **changes: object) -> None:
    """Change a lead that was read before; raises RecordError when somebody was quicker."""
    if not Lead.objects.filter(id=lead.id, version=lead.version).update(**changes, version=F("version") + 1):
        raise moved_on(Lead.objects.get(id=lead.id))


def settle_inquiry(actor: Actor, *, child_id: uuid.UUID | str) -> int:
    """The county has asked departments about a child that cannot be found, or found that it need not: its reviewer goes on.

    Returns how many leads moved on. Called when a letter about the child is sent.
    """
    with transaction.atomic():
        waiting = Lead.objects.filter(person_id=child_id, state=LeadState.REPORTED, queue=COUNTY)
        leads = list(waiting.filter(result=CANNOT_BE_FOUND))
        end_steps(actor, leads, INQUIRE)
        begin_steps(actor, leads, REVIEW, role="county_reviewer")
        if leads:
            _log(actor, "settle_inquiry", leads)
    return len(leads)


def settle_record(actor: Actor, *, lead_id: uuid.UUID | str, reason: str) -> None:
    """End a lead from an adverse record that leads to no child, with what the county itself found out about it."""
    check_may(actor, Action.ASSIGN)
    if ceiling_of(actor) < SENSITIVE:
        raise not_this_step()
    reason = " ".join(reason.split())
    _check_reason(reason)
    with transaction.atomic():
        lead = find_lead(actor, lead_id)
        if lead.person_id is not None or lead.state not in TO_VISIT:
            raise moved_on(lead)
        change_lead(
            lead, state=LeadState.CLOSED, closed_at=timezone.now(), reviewed_by=actor.id, result_reason="settled"
        )
        for kind in (ASSIGN, VERIFY):
            end_step(actor, lead, kind, reason=reason)
        _log(actor, "settle_record", [lead])


def _log(actor: Actor, action: str, leads: list[Lead], **details: str | bool) -> None:
    record_action(
        actor,
        action=action,
        subject=str(leads[0].id) if len(leads) == 1 else "",
        persons=[str(lead.person_id) for lead in leads if lead.person_id],
        details={"leads": len(leads), **details},
        highest_class=3,
    )
