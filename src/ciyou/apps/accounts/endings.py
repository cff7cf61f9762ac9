"""Posts that end: who holds one no longer, who goes on with its work, and the news of it for the rooms above."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ciyou.apps.accounts.covers import POST_ENDED
from ciyou.apps.accounts.models import Post, SignIn
from ciyou.apps.accounts.people import list_people
from ciyou.apps.accounts.posts import PostCard, cards_of, running_posts
from ciyou.apps.accounts.refusals import check_may, refuse
from ciyou.apps.accounts.sessions import end_sign_ins
from ciyou.apps.audit.services import publish_event, record_action
from ciyou.core.access.actor import Actor, DivisionScope
from ciyou.core.access.roles import Action, may_take_over

_COUNTY_DIGITS = 6


def end_post(actor: Actor, *, post_id: uuid.UUID | str, successor_id: uuid.UUID | str = "") -> None:
    """End a post today; what its holder does in it ends at once.

    Its open work goes to the `successor_id`, where one is named, else to whoever is there for its place: by the event that this
    leaves. Raises RecordError for a successor who cannot do that work there.
    """
    check_may(actor, Action.MANAGE_USERS)
    post = _post_to_end(actor, post_id)
    if str(post.user_id) == actor.id:
        raise refuse("own_affair")
    if successor_id and str(successor_id) not in {str(card.id) for card in _successors(post)}:
        raise refuse("successor")
    today = timezone.localdate()
    with transaction.atomic():
        ending = Post.objects.filter(Q(id=post.id) | Q(cover_of_id=post.id))
        ending = ending.filter(Q(valid_to=None) | Q(valid_to__gt=today))
        ended = [str(one) for one in ending.values_list("id", flat=True)]
        ending.update(valid_to=today)
        end_sign_ins(SignIn.objects.filter(Q(post_id=post.id) | Q(post__cover_of_id=post.id)), because="post")
        record_action(actor, action="end_post", subject=str(post.id), details={"user": str(post.user_id)})
        publish_event(POST_ENDED, post_ids=ended, successor_id=str(successor_id))


def possible_takers(actor: Actor, *, post: PostCard) -> tuple[PostCard, ...]:
    """The posts of the actor's area to which the work of a post there can go, those of the same place and role first."""
    return tuple(card for card in _successors(post) if actor.scope.holds(card.division))


def covered_post(post_id: uuid.UUID | str) -> PostCard | None:
    """The post that a post on cover stands in for, if it is held today; None for a post of its own."""
    held = running_posts(timezone.localdate()).filter(covers__id=post_id)
    return next(iter(cards_of(held)), None)


def posts_on_cover() -> tuple[tuple[uuid.UUID, PostCard], ...]:
    """The posts on cover that are held today, each after the post that it stands in for."""
    rows = running_posts(timezone.localdate()).exclude(cover_of=None)
    covered = dict(rows.values_list("id", "cover_of"))
    return tuple((covered[card.id], card) for card in cards_of(rows))


def is_held(post_id: uuid.UUID | str) -> bool:
    """Whether somebody who may sign in holds a post today."""
    return running_posts(timezone.localdate()).filter(id=post_id).exists()


def _post_to_end(actor: Actor, post_id: uuid.UUID | str) -> Post:
    rows = running_posts(timezone.localdate()).filter(id=post_id, user_id__in=list_people(actor).values("id"))
    post = rows.filter(division__gte=actor.scope.first, division__lt=actor.scope.end).first()
    if post is None:
        raise refuse("unknown_post")
    return post


def _successors(post: Post | PostCard) -> tuple[PostCard, ...]:
    county = DivisionScope.below(post.division[:_COUNTY_DIGITS])
    rows = running_posts(timezone.localdate()).filter(cover_of=None, department=post.department)
    rows = rows.filter(division__gte=county.first, division__lt=county.end).exclude(id=post.id)
    cards = [
        card
        for card in cards_of(rows.order_by("user__full_name", "id"))
        if DivisionScope.of(card.division).holds(post.division) and may_take_over(card.role, post.role)
    ]
    return tuple(sorted(cards, key=lambda card: (card.division != post.division, card.role != post.role)))
