"""The list of one's sign-ins, and ending them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.models import SignIn
from ciyou.apps.accounts.refusals import refuse
from ciyou.apps.accounts.sessions import change_post, end_sign_ins, is_over
from ciyou.apps.accounts.signing import posts_of
from ciyou.apps.audit.services import record_action
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import ROLES

SHOWN = 20


@dataclass(frozen=True)
class SignInCard:
    """One sign-in as its owner and the administrators see it."""

    id: uuid.UUID
    method: str
    origin: str
    agent: str
    started_at: dt.datetime
    last_seen_at: dt.datetime
    running: bool


def list_sign_ins(user_id: uuid.UUID | str) -> tuple[SignInCard, ...]:
    """The last sign-ins of a user, the newest first."""
    now = timezone.now()
    rows = SignIn.objects.filter(user_id=user_id).select_related("post").order_by("-started_at")[:SHOWN]
    return tuple(
        SignInCard(row.id, row.method, row.origin, row.agent, row.started_at, row.last_seen_at, not is_over(row, now))
        for row in rows
    )


def end_own_sign_ins(actor: Actor, *, but: uuid.UUID | None = None, only: uuid.UUID | None = None) -> int:
    """End one of one's own sign-ins (`only`), or all but this one; returns how many ran."""
    rows = SignIn.objects.filter(user_id=actor.id)
    rows = rows.filter(id=only) if only else rows.exclude(id=but)
    with transaction.atomic():
        ended = end_sign_ins(rows, because="ended")
        record_action(actor, action="end_sign_ins", details={"ended": ended})
    return ended


def switch_post(session: SessionBase, sign_in: SignIn, *, post_id: str) -> None:
    """Go on in another of one's own posts; refused where that post needs a proof that this sign-in did not ask for."""
    post = next((post for post in posts_of(sign_in.user) if str(post.id) == post_id), None)
    if post is None:
        raise refuse("unknown_post")
    on_device = sign_in.method == "pin" or sign_in.device_id is not None
    if on_device and ROLES[post.role].second_factor and sign_in.method in ("pin", "password"):
        raise refuse("needs_factor")
    change_post(session, sign_in, post)
