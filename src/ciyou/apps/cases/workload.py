"""How much each child director has: children by tier, work that is open and late, visits that come. An even table by place, and no ranking."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import timezone

from ciyou.apps.accounts.selectors import PostCard, posts_in
from ciyou.apps.assessments.selectors import tier_of_each
from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.lead_access import check_may
from ciyou.apps.cases.models import Task, TaskState
from ciyou.apps.cases.next_actions import VISIT, caseload
from ciyou.apps.registry.scoping import only_visible
from ciyou.apps.registry.selectors import protected_ids
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import Action
from ciyou.core.risk import NOT_ASSESSED

COMING_DAYS = 30
DIRECTOR = "child_director"


@dataclass(frozen=True)
class DirectorWork:
    """One director: the children of the village by tier (`not_assessed` without one), and the work of the post."""

    post: PostCard
    tiers: Mapping[str, int]
    open_tasks: int
    late_tasks: int
    visits: int

    @property
    def children(self) -> int:
        """All children of the caseload there."""
        return sum(self.tiers.values())


def workload_of(actor: Actor) -> tuple[DirectorWork, ...]:
    """Every child director of the actor's area with what there is to do, by place and name. Protected children are in no number.

    Raises AccessDenied. For whoever hands work out and over; nobody is compared with anybody.
    """
    check_may(actor, Action.ASSIGN)
    posts = posts_in(actor, division=actor.scope.first, role=DIRECTOR)
    tiers, work = _children(actor), _work(actor, [post.id for post in posts], timezone.localdate())
    return tuple(
        DirectorWork(post, tiers.get(post.division, {}), *work.get(post.id, (0, 0, 0)))
        for post in sorted(posts, key=lambda post: (post.division, post.user_name, str(post.id)))
    )


def _children(actor: Actor) -> dict[str, Counter[str]]:
    """By village its children of the caseload by tier."""
    # Said beside who may be seen: the place is what an index finds, and no other place has a line in the table.
    here = caseload().filter(restricted=False, division__gte=actor.scope.first, division__lt=actor.scope.end)
    people = only_visible(here, actor, purpose=Purpose.SERVE, person="")
    counted = people.order_by().annotate(stands=tier_of_each()).values_list("division", "stands")
    found: dict[str, Counter[str]] = {}
    # Whom it counts is said above. Behind the actor's wall PostgreSQL would ask of each row about a child for the child once more,
    # and a child whose open lead lies in another place would be in nobody's number.
    with walled(LOCAL_OPERATOR):
        for division, tier, count in counted.annotate(count=Count("*")):
            found.setdefault(division, Counter())[tier or NOT_ASSESSED] += count
    return found


def _work(actor: Actor, posts: Collection[uuid.UUID], today: dt.date) -> dict[uuid.UUID, tuple[int, int, int]]:
    """By post, of these: open tasks, late ones among them, and visits due within the coming days."""
    # By the posts themselves: PostgreSQL, asked for the posts of a place, reads the open work of the whole installation.
    rows = Task.objects.filter(state=TaskState.OPEN, post__in=posts).exclude(person__in=protected_ids(actor)).order_by()
    soon = Q(kind=VISIT, due_on__lte=today + dt.timedelta(days=COMING_DAYS))
    counted = rows.values("post").annotate(
        opened=Count("*"), late=Count("kind", filter=Q(due_on__lt=today)), visits=Count("kind", filter=soon)
    )
    return {one["post"]: (one["opened"], one["late"], one["visits"]) for one in counted}
