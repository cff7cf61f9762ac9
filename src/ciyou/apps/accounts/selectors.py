"""Reading users, posts and divisions: what the rooms above ask."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import connection
from django.db.models import Case, F, OuterRef, Subquery, UUIDField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Replace

from ciyou.apps.accounts.divisions import (
    division_choices,
    division_name,
    division_names,
    find_divisions,
    level_of,
    successor_of,
)
from ciyou.apps.accounts.endings import covered_post, is_held, possible_takers, posts_on_cover
from ciyou.apps.accounts.models import User
from ciyou.apps.accounts.posts import (
    Colleague,
    PostCard,
    actor_by_post,
    actor_of,
    actors_of_role,
    actors_of_user,
    card_of,
    colleagues_at,
    count_holders,
    divisions_of_role,
    holders_by_place,
    is_department_there,
    post_among,
    post_card,
    post_cards,
    post_for,
    post_ids_within,
    posts_at,
    posts_in,
    posts_on_days,
    posts_over,
)

__all__ = (
    "Colleague",
    "PostCard",
    "actor_by_post",
    "actor_of",
    "actors_of_role",
    "actors_of_user",
    "card_of",
    "colleagues_at",
    "count_holders",
    "covered_post",
    "division_choices",
    "division_name",
    "division_names",
    "divisions_of_role",
    "find_divisions",
    "holders_by_place",
    "is_department_there",
    "is_held",
    "level_of",
    "possible_takers",
    "post_among",
    "post_card",
    "post_cards",
    "post_for",
    "post_ids_within",
    "posts_at",
    "posts_in",
    "posts_on_cover",
    "posts_on_days",
    "posts_over",
    "successor_of",
    "user_name",
    "user_names",
)


def user_name(user_id: uuid.UUID | str) -> str:
    """The name that colleagues know a user by; "" for an id that is nobody's (this machine's own jobs)."""
    return user_names((user_id,)).get(str(user_id), "")


_USER_ID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


def user_names(user_ids: Iterable[uuid.UUID | str]) -> dict[str, str]:
    """Names by user id (as text), in one query; ids that are no user's are left out."""
    wanted = {text for one in user_ids if (text := _uuid(one))}
    return {str(user_id): name for user_id, name in User.objects.filter(id__in=wanted).values_list("id", "full_name")}


def user_id_of(column: str) -> Combinable:
    """The id of a user from a column that keeps it as text; none where the machine or nobody stands in it."""
    if connection.vendor == "postgresql":
        return Case(When(**{f"{column}__regex": _USER_ID}, then=Cast(column, UUIDField())))
    return Replace(F(column), Value("-"), Value(""), output_field=UUIDField())


def user_name_of(column: str) -> Subquery:
    """The name behind a column (or annotation) that is a user's id, within the query that asks."""
    return Subquery(User.objects.filter(id=OuterRef(column)).values("full_name")[:1])


def _uuid(value: uuid.UUID | str) -> str:
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        return ""
