"""Who holds which post: for assigning work, and for saying who a colleague is."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone

from ciyou.apps.accounts.divisions import path_of
from ciyou.apps.accounts.models import Post
from ciyou.apps.accounts.sealing import open_phone
from ciyou.core.access.actor import DIVISION_DIGITS, Actor, DivisionScope
from ciyou.core.access.roles import ROLES

Place = tuple[str, str]
"""Exactly this division, and a role in it."""


@dataclass(frozen=True)
class PostCard:
    """A post as colleagues see it. `on_cover`: its holder stands in for somebody who is absent. `held`: somebody works in it today."""

    id: uuid.UUID
    user_id: uuid.UUID
    user_name: str
    role: str
    division: str
    organization_name: str
    on_cover: bool
    department: str = ""
    held: bool = True


@dataclass(frozen=True)
class Colleague:
    """Whom a colleague calls: a name, and the number ("" where none is on file)."""

    post_id: uuid.UUID
    role: str
    name: str
    number: str


def colleagues_at(places: Collection[Place], *, on: dt.date) -> tuple[Colleague, ...]:
    """Who does the work of these roles in these divisions, in the order asked (as `posts_at`); for those who work under them."""
    held = _held_at(places, on)
    found = [(place[1], held[place]) for place in places if place in held]
    return tuple(
        Colleague(post.id, role, post.user.full_name, open_phone(post.user_id, post.user.phone)) for role, post in found
    )


def actor_of(post: Post) -> Actor | None:
    """The actor that a post makes of its holder; None before it begins and after it ended."""
    today = timezone.localdate()
    if today < post.valid_from or (post.valid_to is not None and today >= post.valid_to):
        return None
    return Actor(
        id=str(post.user_id),
        role=post.role,
        scope=DivisionScope.of(post.division),
        purposes=ROLES[post.role].purposes,
        post_id=str(post.id),
        department=post.department,
    )


def actor_by_post(post_id: uuid.UUID | str) -> Actor | None:
    """The same by the post's id, for work that the worker ends in somebody's place; None where the post is not held any more."""
    post = running_posts(timezone.localdate()).filter(id=post_id).first()
    return None if post is None else actor_of(post)


def running_posts(on: dt.date) -> QuerySet[Post]:
    """The posts that are held on a day by users who may sign in."""
    return Post.objects.filter(valid_from__lte=on, user__is_active=True).filter(Q(valid_to=None) | Q(valid_to__gt=on))


def _held_on(on: dt.date) -> QuerySet[Post]:
    """The same; of a day that is over also those whose users could sign in then and may not any more."""
    if on >= timezone.localdate():
        return running_posts(on)
    could = Q(user__is_active=True) | Q(user__deactivated_at__gte=_start_of(on))
    return Post.objects.filter(could, valid_from__lte=on).filter(Q(valid_to=None) | Q(valid_to__gt=on))


def _start_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def posts_in(actor: Actor, *, division: str, role: str) -> tuple[PostCard, ...]:
    """The running posts of a role in a division and below it, by place and name; only inside the actor's own scope."""
    inside = DivisionScope.of(division)
    rows = running_posts(timezone.localdate()).filter(role=role)
    rows = rows.filter(
        division__gte=max(inside.first, actor.scope.first), division__lt=min(inside.end, actor.scope.end)
    )
    return cards_of(rows.order_by("division", "user__full_name", "id"))


def posts_on_days(
    actor: Actor, *, division: str, role: str, days: Collection[dt.date]
) -> dict[dt.date, tuple[PostCard, ...]]:
    """By day the posts of a role that were held in a division and below it on that day, stand-ins aside, by place and name; as `posts_in`."""
    if not days:
        return {}
    inside, today = DivisionScope.of(division), timezone.localdate()
    rows = Post.objects.filter(role=role, cover_of=None, valid_from__lte=max(days))
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=min(days)))
    rows = rows.filter(
        division__gte=max(inside.first, actor.scope.first), division__lt=min(inside.end, actor.scope.end)
    )
    found = list(rows.select_related("user", "organization").order_by("division", "user__full_name", "id"))
    held = [(post, card_of(post)) for post in found]
    return {day: tuple(card for post, card in held if _was_held(post, day, today)) for day in sorted(set(days))}


def _was_held(post: Post, on: dt.date, today: dt.date) -> bool:
    """On a day that is over also where its holder could sign in then and may not any more."""
    begun, over = post.valid_from <= on, post.valid_to is not None and post.valid_to <= on
    closed_at = post.user.deactivated_at
    could = post.user.is_active or (on < today and closed_at is not None and closed_at >= _start_of(on))
    return begun and not over and could


def posts_over(
    actor: Actor, *, divisions: Iterable[str], roles: Iterable[str], on: dt.date | None = None
) -> tuple[PostCard, ...]:
    """The running posts of these roles whose place holds one of these divisions, inside the actor's own scope, by place and name."""
    above = {code for division in divisions for code in path_of(division)}
    rows = running_posts(on or timezone.localdate()).filter(role__in=list(roles), division__in=above)
    rows = rows.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)
    return cards_of(rows.order_by("-division", "user__full_name", "id"))


def post_for(*, division: str, role: str, on: dt.date) -> uuid.UUID | None:
    """The post that does the work of a role for exactly this division on a day; during an absence the one that covers it.

    None when nobody holds it. Of several holders the longest serving.
    """
    post = _held_at([(division, role)], on).get((division, role))
    return None if post is None else post.id


def posts_at(places: Collection[Place], *, on: dt.date) -> dict[Place, PostCard]:
    """The same for many places in one question; a place whose role nobody holds is left out."""
    return {place: card_of(post) for place, post in _held_at(places, on).items()}


def _held_at(places: Collection[Place], on: dt.date) -> dict[Place, Post]:
    if not places:
        return {}
    asked = Q(*(Q(division=division, role=role) for division, role in places), _connector=Q.OR)
    covered = Q(*(Q(cover_of__division=division, cover_of__role=role) for division, role in places), _connector=Q.OR)
    running = running_posts(on).select_related("user", "organization")
    # Two halves, each by an index of its own: one condition over both would read every post of the country.
    rows = sorted(
        running.filter(asked, cover_of=None).union(running.filter(covered), all=True),
        key=lambda post: (post.valid_from, post.id),
        reverse=True,
    )
    own = {(post.division, post.role): post for post in rows if post.cover_of_id is None}
    covers = {post.cover_of_id: post for post in rows if post.cover_of_id is not None}
    return {place: covers.get(post.id, post) for place, post in own.items()}


def is_department_there(*, division: str, department: str, on: dt.date) -> bool:
    """Whether somebody of a department works in the system for exactly this division on a day."""
    return running_posts(on).filter(division=division, department=department, role="partner").exists()


def post_card(post_id: uuid.UUID | str) -> PostCard | None:
    """One post, running or ended; None when there is none."""
    return next(iter(cards_of(Post.objects.filter(id=post_id))), None)


def post_cards(post_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, PostCard]:
    """Many posts by their ids, in one query."""
    return {card.id: card for card in cards_of(Post.objects.filter(id__in=set(post_ids)))}


def post_ids_within(scope: DivisionScope) -> tuple[str, ...]:
    """Every post there is or was in a place, as text: what an auditor of that place may read the log of."""
    rows = Post.objects.filter(division__gte=scope.first, division__lt=scope.end).order_by("id")
    return tuple(str(post_id) for post_id in rows.values_list("id", flat=True))


def cards_of(posts: QuerySet[Post]) -> tuple[PostCard, ...]:
    """Posts as cards."""
    return tuple(card_of(post) for post in posts.select_related("user", "organization"))


def _is_held(post: Post, on: dt.date) -> bool:
    begun, over = post.valid_from <= on, post.valid_to is not None and post.valid_to <= on
    return begun and not over and post.user.is_active


def card_of(post: Post) -> PostCard:
    """One post as a card."""
    return PostCard(
        id=post.id,
        user_id=post.user_id,
        user_name=post.user.full_name,
        role=post.role,
        division=post.division,
        organization_name=post.organization.name if post.organization else "",
        on_cover=post.cover_of_id is not None,
        department=post.department,
        held=_is_held(post, timezone.localdate()),
    )


def post_among(user_ids: Iterable[str], *, division: str, role: str, on: dt.date) -> uuid.UUID | None:
    """The post of a role for exactly this division that one of these users holds on a day; None when none of them does."""
    held = running_posts(on).filter(
        division=division, role=role, user_id__in=[user for user in user_ids if _is_id(user)]
    )
    return held.order_by("valid_from", "id").values_list("id", flat=True).first()


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def actors_of_role(*, division: str, role: str) -> tuple[Actor, ...]:
    """Whoever holds a role in a division or below it today, as actors: for what this machine does in their place (a demo)."""
    inside = DivisionScope.of(division)
    held = running_posts(timezone.localdate()).filter(role=role, division__gte=inside.first, division__lt=inside.end)
    found = (actor_of(post) for post in held.filter(cover_of=None).order_by("division", "id"))
    return tuple(actor for actor in found if actor is not None)


def actors_of_user(user_id: uuid.UUID | str) -> tuple[Actor, ...]:
    """A user in each of the posts that it may work in today, those on cover too: for the machine that counts what waits for it."""
    held = running_posts(timezone.localdate()).filter(user_id=user_id).order_by("id")
    return tuple(actor for actor in map(actor_of, held) if actor is not None)


def count_holders(scope: DivisionScope, *, roles: Iterable[str], on: dt.date) -> dict[str, int]:
    """How many people hold a post of each of these roles in an area on a day; whoever stands in for somebody does not count."""
    rows = running_posts(on).filter(
        role__in=list(roles), cover_of=None, division__gte=scope.first, division__lt=scope.end
    )
    counted = rows.order_by().values_list("role").annotate(count=Count("user", distinct=True))
    return dict(counted)


def holders_by_place(
    scope: DivisionScope, *, roles: Iterable[str], on: dt.date, digits: int, among: QuerySet | None = None
) -> dict[tuple[str, str], int]:
    """By place (so many digits of it, filled up) and role: how many hold a post on a day, stand-ins aside; `among`: only these users' ids."""
    rows = _held_on(on).filter(role__in=list(roles), cover_of=None, division__gte=scope.first, division__lt=scope.end)
    rows = rows if among is None else rows.filter(user__in=among)
    counted = rows.order_by().annotate(place=Substr("division", 1, digits)).values_list("place", "role")
    return {
        (place.ljust(DIVISION_DIGITS, "0"), role): count
        for place, role, count in counted.annotate(count=Count("user", distinct=True))
    }


def divisions_of_role(role: str, *, on: dt.date) -> tuple[str, ...]:
    """The divisions in which somebody holds a role on a day: for jobs that go from county to county."""
    return tuple(sorted(set(running_posts(on).filter(role=role).values_list("division", flat=True))))
