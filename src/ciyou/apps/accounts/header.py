"""Who is signed in, as the header of every page says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ciyou.apps.accounts.models import Post, SignIn
from ciyou.apps.accounts.selectors import actor_of, division_name
from ciyou.core.access.roles import ROLES


@dataclass(frozen=True)
class PostChoice:
    """One post a user may change to, in words."""

    id: str
    words: str


@dataclass(frozen=True)
class SignedIn:
    """The user, the post that is acting, and the user's other running posts."""

    name: str
    post: str
    other_posts: tuple[PostChoice, ...]


def describe_sign_in(sign_in: SignIn, lang: str) -> SignedIn:
    """The header's words for a running sign-in (one query)."""
    posts = [post for post in sign_in.user.posts.all() if actor_of(post) is not None]
    others = tuple(PostChoice(str(post.id), _words(post, lang)) for post in posts if post.id != sign_in.post_id)
    return SignedIn(sign_in.user.full_name, _words(sign_in.post, lang) if sign_in.post else "", others)


def post_choices(posts: Iterable[Post], lang: str) -> tuple[PostChoice, ...]:
    """Posts to choose from, in words."""
    return tuple(PostChoice(str(post.id), _words(post, lang)) for post in posts)


def _words(post: Post, lang: str) -> str:
    role = ROLES[post.role]
    return f"{division_name(post.division)} · {role.en if lang == 'en' else role.zh}"
