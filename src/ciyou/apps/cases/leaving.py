"""A post has ended: what it had open goes by itself to the successor, else to whoever is there for the place, and they are told."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from ciyou.apps.accounts.selectors import PostCard, covered_post, is_held, post_card, post_for, posts_on_cover
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.distributing import Distribution, route_leads
from ciyou.apps.cases.handing_over import TAKE_OVER, HandedOver, move_work, tell
from ciyou.apps.cases.lead_access import TOWNSHIP
from ciyou.apps.cases.models import Lead, LeadState, Task, TaskState
from ciyou.apps.cases.steps import QUEUE_ROLES, VERIFY, end_steps, supervisor_of, township_of
from ciyou.apps.cases.tasks import end_tasks
from ciyou.core.access.actor import DIVISION_DIGITS, LOCAL_OPERATOR

IN_HAND = (LeadState.ASSIGNED, LeadState.VISITING)
DIRECTOR, SUPERVISOR, DRAFTER = "child_director", "supervisor", "county_drafter"
_COUNTY_DIGITS = 6


@dataclass(frozen=True)
class Destination:
    """Who gets work: a post, or whoever holds a role in a division."""

    post_id: uuid.UUID | None
    role: str
    division: str


def on_post_ended(post_ids: Iterable[str], successor_id: str = "", **_more: object) -> None:
    """Handler of `accounts.post_ended`: the open work of these posts goes on elsewhere."""
    for post_id in post_ids:
        release_post(post_id, successor_id=successor_id)


def release_ended_posts() -> int:
    """Find posts that ended with something still open and let it go on (the worker's periodic job); how many posts.

    Covers that ran out are told to nobody otherwise. Of posts that were ended today the event says to whom their work goes, so
    they are left to it until tomorrow.
    """
    today = timezone.localdate()
    covered = Q(post__cover_of__valid_to=None) | Q(post__cover_of__valid_to__gt=today)
    over = Q(post__valid_to__lt=today) | (Q(post__valid_to__lte=today, post__cover_of__isnull=False) & covered)
    leads = Lead.objects.filter(over, state__in=IN_HAND)
    tasks = Task.objects.filter(over, state=TaskState.OPEN)
    posts = {*leads.values_list("post_id", flat=True), *tasks.values_list("post_id", flat=True)}
    for post_id in sorted(posts):
        release_post(post_id)
    return len(posts)


def give_to_covers() -> int:
    """Give whoever stands in for somebody what that one has open, and tell them (the worker's periodic job); for how many posts.

    Without it only new work would come, and what is due this week would wait for a person who is away. It goes back when the cover ends.
    What is about protected files stays: a cover is no named worker.
    """
    given = 0
    for post_id, cover in posts_on_cover():
        with walled(LOCAL_OPERATOR), transaction.atomic():
            giver = post_card(post_id)
            leads = (
                Lead.objects.filter(post_id=post_id).exclude(state=LeadState.CLOSED).exclude(person__restricted=True)
            )
            tasks = Task.objects.filter(post_id=post_id, state=TaskState.OPEN).exclude(kind=TAKE_OVER)
            moved = move_work(cover, leads, tasks.exclude(person__restricted=True))
            if giver is None or moved.nothing:
                continue
            tell(LOCAL_OPERATOR, giver, moved, post_id=cover.id, division=cover.division)
            details = {"leads": moved.leads, "tasks": moved.tasks, "to": str(cover.id)}
            record_action(
                LOCAL_OPERATOR, action="give_to_cover", subject=str(post_id), details=details, origin="worker"
            )
            given += 1
    return given


def release_post(post_id: uuid.UUID | str, *, successor_id: str = "") -> int:
    """Hand on what an ended post has open; how many leads and tasks. A post that is held again keeps its work."""
    giver = post_card(post_id)
    if giver is None or is_held(giver.id):
        return 0
    with transaction.atomic():
        heir = _heir(giver, successor_id)
        went = _to_heir(giver, heir) if heir is not None else _to_queues(giver)
        for destination, moved in went.items():
            where = {"post_id": destination.post_id, "role": destination.role, "division": destination.division}
            tell(LOCAL_OPERATOR, giver, moved, **where)
        leads, tasks = sum(one.leads for one in went.values()), sum(one.tasks for one in went.values())
        if went:
            record_action(
                LOCAL_OPERATOR,
                action="release_post",
                subject=str(giver.id),
                details={"leads": leads, "tasks": tasks, "to": len(went)},
                origin="worker",
            )
    return leads + tasks


def _heir(giver: PostCard, successor_id: str) -> PostCard | None:
    """The successor who was named, the post that was stood in for, or the village's other director."""
    if successor_id and is_held(successor_id):
        return post_card(successor_id)
    if (covered := covered_post(giver.id)) is not None:
        return covered
    if giver.role != DIRECTOR:
        return None
    colleague = post_for(division=giver.division, role=DIRECTOR, on=timezone.localdate())
    return post_card(colleague) if colleague is not None else None


def _to_heir(giver: PostCard, heir: PostCard) -> dict[Destination, HandedOver]:
    # That the heir's own work had come is no news to the heir.
    told = Task.objects.filter(post_id=giver.id, kind=TAKE_OVER, state=TaskState.OPEN, subject_id__startswith=f"{heir.id}:")  # fmt: skip
    end_tasks(LOCAL_OPERATOR, kind=TAKE_OVER, subject_ids=list(told.values_list("subject_id", flat=True)), state=TaskState.WITHDRAWN)  # fmt: skip
    leads = Lead.objects.filter(post_id=giver.id).exclude(state=LeadState.CLOSED)
    moved = move_work(heir, leads, Task.objects.filter(post_id=giver.id, state=TaskState.OPEN))
    return {} if moved.nothing else {Destination(heir.id, "", heir.division): moved}


def _to_queues(giver: PostCard) -> dict[Destination, HandedOver]:
    """Leads as if they were new in their place; everything else to whoever holds the role there, or the one above."""
    leads, tasks = Counter(_route(giver)), Counter(_queue_tasks(giver))
    return {one: HandedOver(leads[one], tasks[one]) for one in {**leads, **tasks}}


def _route(giver: PostCard) -> Iterable[Destination]:
    leads = list(Lead.objects.filter(post_id=giver.id, state__in=IN_HAND).select_for_update())
    ids = [lead.id for lead in leads]
    Lead.objects.filter(id__in=ids).update(
        state=LeadState.NEW, post_id=None, assigned_at=None, version=F("version") + 1
    )
    end_steps(LOCAL_OPERATOR, leads, VERIFY, state=TaskState.WITHDRAWN)
    for lead in leads:
        lead.state, lead.post_id = LeadState.NEW, None
    route_leads(LOCAL_OPERATOR, leads, Distribution())
    return [_destination(lead) for lead in Lead.objects.filter(id__in=ids)]


def _destination(lead: Lead) -> Destination:
    if lead.post_id is not None:
        return Destination(lead.post_id, "", lead.division)
    place = township_of(lead.division) if lead.queue == TOWNSHIP else _county(lead.division)
    return Destination(None, QUEUE_ROLES[lead.queue], place)


def _queue_tasks(giver: PostCard) -> Iterable[Destination]:
    rows = Task.objects.filter(post_id=giver.id, state=TaskState.OPEN)
    role, place = _queue_of(giver)
    moved = rows.update(post_id=None, queue_role=role, version=F("version") + 1)
    return [Destination(None, role, place)] * moved


def _queue_of(giver: PostCard) -> tuple[str, str]:
    """The role, and its place, whose queue gets the tasks of a post that nobody succeeds."""
    if giver.role == DIRECTOR and supervisor_of(giver.division) is not None:
        return SUPERVISOR, township_of(giver.division)
    if giver.role in (DIRECTOR, SUPERVISOR):
        alone = post_for(division=giver.division, role=giver.role, on=timezone.localdate()) is None
        return (DRAFTER, _county(giver.division)) if alone else (giver.role, giver.division)
    return giver.role, giver.division


def _county(division: str) -> str:
    return division[:_COUNTY_DIGITS].ljust(DIVISION_DIGITS, "0")
