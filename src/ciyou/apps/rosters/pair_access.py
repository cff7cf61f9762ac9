"""Which pairs an actor may compare, and the sentences of what is refused."""

from __future__ import annotations

import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet

from ciyou.apps.registry.selectors import protected_linkage_ids
from ciyou.apps.rosters.models import PairKind, PairLook, ReviewPair
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError
from ciyou.core.linkage.verdicts import Stand

PAIRS_MOVED = "rosters.pairs_moved"
"""The news that pairs of a county (`division`) came, went or were looked at."""
WORKED_ON = (Stand.OPEN.value, Stand.SECOND.value, Stand.DISPUTED.value)


class PairNotFound(RunError):
    """There is no such pair for this actor: unknown, or not theirs to know of. Both read the same."""


def check_may_judge(actor: Actor) -> None:
    """Raises AccessDenied unless the actor's post compares records to identify people."""
    if not may_do(actor.role, Action.JUDGE_PAIRS) or Purpose.IDENTIFY not in actor.purposes:
        raise AccessDenied(
            Problem(
                Place(),
                "access.role",
                "您的岗位不办理同一人核对。如工作需要，请联系县级系统管理员。",
                "Your post does not compare records. If your work needs it, ask the county's system administrator.",
            )
        )


def visible_pairs(actor: Actor) -> QuerySet[ReviewPair]:
    """The pairs of the actor's county; none that is about a protected file, but for its named workers."""
    check_may_judge(actor)
    pairs = ReviewPair.objects.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)
    hidden = protected_linkage_ids(actor)
    return pairs.exclude(Q(person_a__in=hidden) | Q(person_b__in=hidden) | Q(holder_b__in=hidden)) if hidden else pairs


def are_pairs_waiting(division: str) -> bool:
    """Whether any doubt of a county waits for somebody's look; for the machine, which opens and ends the county's task."""
    doubts = _waiting(ReviewPair.objects.filter(division=division))
    return doubts.filter(Q(kind=PairKind.DOUBT) | ~Q(stand=Stand.OPEN.value)).exists()


def _waiting(pairs: QuerySet[ReviewPair]) -> QuerySet[ReviewPair]:
    return pairs.filter(gone=False, stand__in=WORKED_ON, content__isnull=False)


def pairs_to_do(actor: Actor, visible: QuerySet[ReviewPair]) -> QuerySet[ReviewPair]:
    """Those of the visible pairs that wait for a look, and of which this actor has said nothing yet since they were asked."""
    pairs = _waiting(visible)
    own = PairLook.objects.filter(pair=OuterRef("pk"), asked=OuterRef("asked"), by=actor.id, withdrawn_at=None)
    return pairs.exclude(Exists(own))


def doubts_to_do(actor: Actor, visible: QuerySet[ReviewPair]) -> QuerySet[ReviewPair]:
    """The queue: what contradicts a decision first, then by rank (deaths, custody and money before all else). Joined pairs wait for a second look only."""
    return (
        pairs_to_do(actor, visible)
        .filter(Q(kind=PairKind.DOUBT) | ~Q(stand=Stand.OPEN.value))
        .order_by("-against", "rank", "id")
    )


def sample_to_do(actor: Actor, visible: QuerySet[ReviewPair]) -> QuerySet[ReviewPair]:
    """The random sample that nobody has looked at yet, in its random order."""
    return (
        pairs_to_do(actor, visible)
        .filter(turn__isnull=False, stand=Stand.OPEN.value, against="")
        .order_by("turn", "id")
    )


def find_pair(visible: QuerySet[ReviewPair], pair_id: uuid.UUID | str) -> ReviewPair:
    """One of the visible pairs; raises PairNotFound."""
    pair = visible.filter(id=pair_id).first()
    if pair is None:
        raise PairNotFound(
            Problem(
                Place(),
                "pair.unknown",
                "没有这一对记录，或者不在您的工作范围内。请从同一人核对页面重新进入。",
                "There is no such pair, or it is outside your area. Come in again from the page of pairs to compare.",
            )
        )
    return pair


def refusal(code: str, zh: str, en: str) -> RecordError:
    """A refused step, in both languages."""
    return RecordError(Problem(Place(), code, zh, en))
