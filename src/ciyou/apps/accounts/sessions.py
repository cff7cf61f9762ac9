"""A session's way from a cookie to an actor: who is signed in, in which post, and until when."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from types import MappingProxyType

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q, QuerySet
from django.utils import timezone

from ciyou.apps.accounts.models import Device, Post, SignIn, User
from ciyou.apps.accounts.posts import actor_of
from ciyou.core.access.actor import Actor

ABSOLUTE_LIMIT = dt.timedelta(hours=12)
IDLE_LIMIT = dt.timedelta(minutes=30)
# A child director walks from house to house with one phone: half an hour would sign her out at every door.
IDLE_LIMITS: Mapping[str, dt.timedelta] = MappingProxyType({"child_director": dt.timedelta(hours=8)})
PROOF_LIMIT = dt.timedelta(minutes=10)
SEEN_EVERY = dt.timedelta(seconds=60)
SIGN_IN_KEY = "sign_in"


def begin_session(
    session: SessionBase,
    *,
    user: User,
    post: Post,
    method: str,
    origin: str,
    agent: str = "",
    device: Device | None = None,
) -> SignIn:
    """Start a fresh session for a user in a post, after every factor was checked.

    `method` password | totp | passkey | recovery | pin | demo.
    """
    session.flush()
    session.create()
    now = timezone.now()
    row = SignIn.objects.create(
        user=user,
        session_hash=_hash(session.session_key or ""),
        post=post,
        device=device,
        method=method,
        origin=origin[:64],
        agent=agent[:200],
        started_at=now,
        last_seen_at=now,
        proved_at=now,
        ends_at=now + ABSOLUTE_LIMIT,
    )
    session[SIGN_IN_KEY] = str(row.id)
    return row


def current_sign_in(session: SessionBase, *, alone: bool = False) -> SignIn | None:
    """The running sign-in of a session with its user and post; None when there is none, or it is over.

    `alone`: a page asks by itself, so this says nothing of anybody being there.
    """
    row_id = session.get(SIGN_IN_KEY)
    if not row_id:
        return None
    row = SignIn.objects.select_related("user", "post").filter(id=row_id, ended_at=None).first()
    if (
        row is None
        or row.post is None
        or not row.user.is_active
        or row.session_hash != _hash(session.session_key or "")
    ):
        return None
    now = timezone.now()
    if is_over(row, now):
        return None
    if not alone and now - row.last_seen_at >= SEEN_EVERY:
        SignIn.objects.filter(id=row.id).update(last_seen_at=now)
    return row


def is_over(row: SignIn, now: dt.datetime) -> bool:
    """Whether a sign-in has ended: by somebody, by its day, or because nobody was there for too long."""
    return row.ended_at is not None or now >= row.ends_at or now - row.last_seen_at >= idle_limit(row)


def idle_limit(row: SignIn) -> dt.timedelta:
    """How long a sign-in may rest; longer for a child director on a known device."""
    role = "" if row.post is None else row.post.role
    return IDLE_LIMITS.get(role, IDLE_LIMIT)


def current_actor(row: SignIn) -> Actor | None:
    """The actor of a sign-in; None when its post has ended."""
    return None if row.post is None else actor_of(row.post)


def proved_recently(row: SignIn) -> bool:
    """Whether the user proved to be there within the last ten minutes (by signing in, or on the page that asks again)."""
    return timezone.now() - row.proved_at < PROOF_LIMIT


def mark_proved(row: SignIn) -> None:
    """The user has just proved to be there."""
    row.proved_at = timezone.now()
    SignIn.objects.filter(id=row.id).update(proved_at=row.proved_at)


def change_post(session: SessionBase, row: SignIn, post: Post) -> None:
    """Go on in another post of the same user; other rights, so another session key."""
    session.cycle_key()
    SignIn.objects.filter(id=row.id).update(post=post, session_hash=_hash(session.session_key or ""))


def end_sign_in(row_id: uuid.UUID, *, because: str) -> None:
    """End one sign-in. `because` sign_out | ended | password | factor | post | deactivated | device."""
    end_sign_ins(SignIn.objects.filter(id=row_id), because=because)


def end_sessions_of(user_id: uuid.UUID, *, because: str, but: uuid.UUID | None = None) -> int:
    """End every running sign-in of a user at once, save one; returns how many."""
    return end_sign_ins(SignIn.objects.filter(user_id=user_id).filter(~Q(id=but) if but else Q()), because=because)


def end_sign_ins(rows: QuerySet[SignIn], *, because: str) -> int:
    """End those of these sign-ins that still run."""
    return rows.filter(ended_at=None).update(ended_at=timezone.now(), ended_because=because)


def _hash(session_key: str) -> str:
    return hashlib.sha256(session_key.encode()).hexdigest()
