"""Work that changes hands: all that a post has to do, or some of its leads. Nobody's clock begins anew: the family has been waiting."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F, QuerySet

from ciyou.apps.accounts.selectors import PostCard, is_held, post_card, post_cards
from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.lead_access import COUNTY, TOWNSHIP, VILLAGE, check_may, visible_leads
from ciyou.apps.cases.lead_lists import LeadPage, lines_of
from ciyou.apps.cases.models import Lead, LeadState, Task, TaskState
from ciyou.apps.cases.steps import VERIFY
from ciyou.apps.cases.tasks import NewTask, end_tasks, open_tasks
from ciyou.apps.cases.worklist import tasks_of
from ciyou.apps.registry.selectors import protected_ids
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope
from ciyou.core.access.roles import ROLES, Action, Level, may_take_over
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError

TAKE_OVER = "take_over_work"
"""The notice to whoever gets somebody's work. Its subject is the post that gave it, and how many leads and tasks came."""
_QUEUE_OF = {Level.VILLAGE: VILLAGE, Level.TOWNSHIP: TOWNSHIP}


@dataclass(frozen=True)
class Caseload:
    """What a post has open: leads (those awaiting review too), and what stands on its holder's page of today. `held`: somebody holds it."""

    post: PostCard
    leads: int
    tasks: int
    held: bool


@dataclass(frozen=True)
class HandedOver:
    """How much went over."""

    leads: int
    tasks: int

    @property
    def nothing(self) -> bool:
        """Whether nothing was there to go."""
        return not self.leads and not self.tasks


@dataclass(frozen=True)
class Notice:
    """That somebody's work came: whose, and how much."""

    id: uuid.UUID
    giver: PostCard
    leads: int
    tasks: int


class NoticeNotFound(RunError):
    """There is no such notice for this actor."""


def caseloads(actor: Actor) -> tuple[Caseload, ...]:
    """Every post of the actor's area that has something open: those that nobody holds any more first, then by how much it is."""
    check_may(actor, Action.ASSIGN)
    leads = dict(_leads(actor).order_by().values_list("post").annotate(Count("id")))
    tasks = dict(_tasks(actor).order_by().values_list("post").annotate(Count("id")))
    cards = post_cards({*leads, *tasks})
    here = [card for card in cards.values() if actor.scope.holds(card.division)]
    found = [Caseload(card, leads.get(card.id, 0), tasks.get(card.id, 0), card.held) for card in here]
    return tuple(sorted(found, key=lambda one: (one.held, -one.leads - one.tasks, one.post.division)))


def caseload_of(actor: Actor, *, post_id: uuid.UUID) -> Caseload | None:
    """What one post of the actor's area has open; None where there is no such post."""
    card = post_card(post_id)
    if card is None or not actor.scope.holds(card.division):
        return None
    mine = {"post_id": post_id}
    return Caseload(card, _leads(actor).filter(**mine).count(), _tasks(actor).filter(**mine).count(), card.held)


def open_work_of(post_id: uuid.UUID) -> HandedOver:
    """How much a post has open, for whoever ends it and sees none of it: the machine counts."""
    with walled(LOCAL_OPERATOR):
        leads = Lead.objects.filter(post_id=post_id).exclude(state=LeadState.CLOSED)
        return HandedOver(leads.count(), Task.objects.filter(post_id=post_id, state=TaskState.OPEN).count())


def leads_of_post(actor: Actor, *, post_id: uuid.UUID, limit: int) -> LeadPage:
    """The open leads of a post that the actor may hand over, the most urgent first."""
    rows = _leads(actor).filter(post_id=post_id)
    page = list(rows.select_related("person").order_by("rank", "id")[:limit])
    return LeadPage(len(page) if len(page) < limit else rows.count(), lines_of(actor, page))


def _leads(actor: Actor) -> QuerySet[Lead]:
    """The open leads with a post that the actor sees; those of protected files are their named workers' own."""
    return visible_leads(actor).filter(post__isnull=False).exclude(state=LeadState.CLOSED)


def _tasks(actor: Actor) -> QuerySet[Task]:
    inside = Task.objects.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)
    open_tasks_here = inside.filter(state=TaskState.OPEN, post__isnull=False)
    return open_tasks_here.exclude(person__in=protected_ids(actor))


def hand_over(
    actor: Actor,
    *,
    from_post_id: uuid.UUID | str,
    to_post_id: uuid.UUID | str,
    lead_ids: Iterable[uuid.UUID | str] | None = None,
) -> HandedOver:
    """Give all open work of one post to another (a leaver, an absence), or with `lead_ids` these leads of it; who gets it is told.

    Days run on as they were. Raises RecordError where the other post is not for that place or cannot do that work; twice moves once.
    """
    check_may(actor, Action.ASSIGN)
    giver, taker = _posts(actor, from_post_id, to_post_id)
    with transaction.atomic():
        leads = _leads(actor).filter(post_id=giver.id)
        tasks = _tasks(actor).filter(post_id=giver.id)
        if lead_ids is not None:
            leads = leads.filter(id__in=[str(one) for one in lead_ids])
            subjects = [str(one) for one in leads.values_list("id", flat=True)]
            tasks = tasks.filter(kind=VERIFY, subject_id__in=subjects)
        moved = move_work(taker, leads, tasks)
        if not moved.nothing:
            tell(actor, giver, moved, post_id=taker.id, division=taker.division)
            _log(actor, giver, taker, moved)
    return moved


def move_work(taker: PostCard, leads: QuerySet[Lead], tasks: QuerySet[Task]) -> HandedOver:
    """Make leads and tasks a post's, as they stand; the caller says in the log why."""
    # By their ids: once the leads have moved, the queryset of the giver's is empty.
    lead_ids, task_ids = list(leads.values_list("id", flat=True)), list(tasks.values_list("id", flat=True))
    queue = _QUEUE_OF.get(ROLES[taker.role].level, COUNTY)
    kept_queue = Lead.objects.filter(id__in=lead_ids, state=LeadState.REPORTED)
    kept_queue.update(post_id=taker.id, version=F("version") + 1)
    going_on = Lead.objects.filter(id__in=lead_ids).exclude(state=LeadState.REPORTED)
    going_on.update(post_id=taker.id, queue=queue, version=F("version") + 1)
    moved = Task.objects.filter(id__in=task_ids, state=TaskState.OPEN)
    return HandedOver(len(lead_ids), moved.update(post_id=taker.id, queue_role=taker.role, version=F("version") + 1))


def tell(
    actor: Actor,
    giver: PostCard,
    moved: HandedOver,
    *,
    division: str,
    post_id: uuid.UUID | None = None,
    role: str = "",
) -> None:
    """One notice to the post, or to whoever holds the role there, that somebody's work has come."""
    subject = f"{giver.id}:{moved.leads}:{moved.tasks}"
    open_tasks(actor, tasks=[NewTask(TAKE_OVER, subject, division, post_id=post_id, queue_role=role)])


def read_notice(actor: Actor, *, notice_id: uuid.UUID) -> Notice:
    """A notice that is the actor's to read; raises NoticeNotFound."""
    task = tasks_of(actor).filter(id=notice_id, kind=TAKE_OVER).first()
    post_id, leads, tasks = task.subject_id.split(":") if task is not None else ("", "0", "0")
    giver = post_card(post_id) if post_id else None
    if giver is None:
        raise NoticeNotFound(
            Problem(
                Place(),
                "task.no_notice",
                "没有这个移交通知，或者已经有人看过。请从“今日”重新进入。",
                "There is no such notice of work handed over, or somebody has read it. Come in again from “Today”.",
            )
        )
    return Notice(notice_id, giver, int(leads), int(tasks))


def acknowledge(actor: Actor, *, notice_id: uuid.UUID) -> None:
    """The actor knows of the work that came: the notice ends. Raises NoticeNotFound."""
    read_notice(actor, notice_id=notice_id)
    with transaction.atomic():
        task = Task.objects.get(id=notice_id)
        end_tasks(actor, kind=TAKE_OVER, subject_ids=[task.subject_id])
        record_action(actor, action="acknowledge_handover", subject=str(notice_id))


def _posts(actor: Actor, from_post_id: uuid.UUID | str, to_post_id: uuid.UUID | str) -> tuple[PostCard, PostCard]:
    giver, taker = post_card(from_post_id), post_card(to_post_id)
    if giver is None or taker is None or not _both_inside(actor.scope, giver, taker):
        raise AccessDenied(
            Problem(
                Place(),
                "task.hand_over",
                "您不能在这两个岗位之间移交工作。请联系所在辖区的督导员或县级工作人员。",
                "You cannot hand work over between these posts. Ask the supervisor or the county's officers of that place.",
            )
        )
    fits = DivisionScope.of(taker.division).holds(giver.division) and may_take_over(taker.role, giver.role)
    if giver.id == taker.id or not fits or not is_held(taker.id):
        raise RecordError(
            Problem(
                Place(),
                "task.hand_over_place",
                "接手的岗位不管这个地方，或者办不了这些工作。请选择同一辖区或上级辖区在任的岗位。",
                "The post that takes over is not for this place, or does not do such work. Choose one that is held, of the same place or above it.",
            )
        )
    return giver, taker


def _both_inside(scope: DivisionScope, *cards: PostCard) -> bool:
    return all(scope.holds(card.division) for card in cards)


def _log(actor: Actor, giver: PostCard, taker: PostCard, moved: HandedOver) -> None:
    record_action(
        actor,
        action="hand_over",
        subject=str(giver.id),
        details={"to": str(taker.id), "leads": moved.leads, "tasks": moved.tasks},
    )
