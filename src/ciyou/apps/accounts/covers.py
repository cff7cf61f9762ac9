"""Standing in for an absent colleague: a post for a time, that ends by itself."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ciyou.apps.accounts.models import Post
from ciyou.apps.accounts.posts import PostCard, cards_of, running_posts
from ciyou.apps.accounts.refusals import refuse
from ciyou.apps.audit.services import publish_event, record_action
from ciyou.core.access.actor import Actor, DivisionScope
from ciyou.core.access.roles import ROLES, SEPARATED, Action, may_do

LONGEST_DAYS = 90
POST_ENDED = "accounts.post_ended"
_COUNTY_DIGITS = 6


def give_cover(
    actor: Actor, *, post_id: uuid.UUID | str, colleague_post_id: uuid.UUID | str, first: dt.date, until: dt.date
) -> uuid.UUID:
    """Let a colleague do the work of a post from a day until before another; for oneself, or by whoever looks after the staff."""
    post = running_posts(timezone.localdate()).filter(id=post_id, cover_of=None).first()
    if post is None or not _may_arrange(actor, post):
        raise refuse("unknown_post")
    if not timezone.localdate() <= first < until or (until - first).days > LONGEST_DAYS:
        raise refuse("period")
    colleague = running_posts(timezone.localdate()).filter(id=colleague_post_id, cover_of=None).first()
    if colleague is None or not _may_stand_in(colleague, post):
        raise refuse("cover")
    with transaction.atomic():
        cover = Post.objects.create(
            user_id=colleague.user_id,
            role=post.role,
            organization_id=post.organization_id,
            division=post.division,
            department=post.department,
            clerk=post.clerk,
            cover_of=post,
            valid_from=first,
            valid_to=until,
        )
        record_action(actor, action="give_cover", subject=str(cover.id), details={"post": str(post.id)})
    return cover.id


def end_cover(actor: Actor, *, cover_id: uuid.UUID | str) -> None:
    """End a cover today: the colleague is back."""
    cover = Post.objects.filter(id=cover_id).exclude(cover_of=None).select_related("cover_of").first()
    if cover is None or cover.cover_of is None or not _may_arrange(actor, cover.cover_of):
        raise refuse("unknown_post")
    today = timezone.localdate()
    with transaction.atomic():
        Post.objects.filter(id=cover.id, valid_to__gt=today).update(valid_to=today)
        record_action(actor, action="end_cover", subject=str(cover.id))
        publish_event(POST_ENDED, post_ids=[str(cover.id)], successor_id="")


def covers_of(post_id: uuid.UUID | str) -> tuple[tuple[PostCard, dt.date, dt.date | None], ...]:
    """Who stands in for a post, now or later: the post on cover, its first day, and the day it ends."""
    rows = Post.objects.filter(cover_of_id=post_id, valid_to__gt=timezone.localdate()).order_by("valid_from")
    periods = {row.id: (row.valid_from, row.valid_to) for row in rows}
    return tuple((card, *periods[card.id]) for card in cards_of(rows))


def possible_covers(actor: Actor, *, post_id: uuid.UUID | str) -> tuple[PostCard, ...]:
    """The colleagues' posts from which one may stand in for this post, nearest first."""
    post = running_posts(timezone.localdate()).filter(id=post_id).first()
    if post is None or not _may_arrange(actor, post):
        return ()
    county = DivisionScope.below(post.division[:_COUNTY_DIGITS])
    rows = (
        running_posts(timezone.localdate())
        .filter(cover_of=None)
        .filter(Q(division__gte=county.first, division__lt=county.end))
    )
    fitting = [row.id for row in rows if _may_stand_in(row, post)]
    cards = cards_of(Post.objects.filter(id__in=fitting).order_by("division", "user__full_name"))
    return tuple(sorted(cards, key=lambda card: card.division[:9] != post.division[:9]))


def _may_arrange(actor: Actor, post: Post) -> bool:
    own = str(post.user_id) == actor.id
    looks_after = may_do(actor.role, Action.SUPPORT_STAFF) and not may_do(actor.role, Action.APPROVE_SECURITY)
    return own or (looks_after and actor.scope.holds(post.division))


def _may_stand_in(colleague: Post, post: Post) -> bool:
    """Nobody gets to see by a cover what they do not see in their own work, other places of the county apart."""
    return (
        colleague.user_id != post.user_id
        and post.role not in SEPARATED
        and colleague.role not in SEPARATED
        and colleague.division[:_COUNTY_DIGITS] == post.division[:_COUNTY_DIGITS]
        and ROLES[colleague.role].ceiling >= ROLES[post.role].ceiling
        and ROLES[colleague.role].purposes >= ROLES[post.role].purposes
        and colleague.department == post.department
    )
