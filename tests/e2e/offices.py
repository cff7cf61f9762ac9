"""Places and officers with the demo's password: from these the walks' own counties are put together. Nobody exists."""

from __future__ import annotations

from collections.abc import Iterable

from ciyou.apps.accounts.beginnings import DEMO_PASSWORD
from ciyou.apps.accounts.models import Division, Post
from tests.office import make_post


def make_places(places: Iterable[tuple[str, str, str]]) -> None:
    """Divisions by code, name and level."""
    for code, name, level in places:
        Division.objects.get_or_create(code=code, defaults={"name": name, "level": level})


def make_officer(username: str, name: str, role: str, division: str, **fields: object) -> Post:
    """A post and its holder, who signs in by this name."""
    post = make_post(role, division=division, **fields)
    post.user.username, post.user.full_name = username, name
    post.user.set_password(DEMO_PASSWORD)
    post.user.save()
    return post
