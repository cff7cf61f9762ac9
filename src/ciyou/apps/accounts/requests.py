"""What two administrators do together: one asks, another decides; nobody about themselves."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ciyou.apps.accounts.codes import make_code
from ciyou.apps.accounts.factors import has_factor
from ciyou.apps.accounts.models import Post, TwoPersonRequest, User
from ciyou.apps.accounts.posts import running_posts
from ciyou.apps.accounts.refusals import check_may, refuse
from ciyou.apps.accounts.sessions import end_sessions_of
from ciyou.apps.audit.services import record_action
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import ROLES, Action, may_hold_together

RESETS: Mapping[str, str] = {"password_reset": "password", "factor_reset": "factor", "reactivate": "activation"}
"""What may be asked about an existing user, and the kind of code that a grant hands out."""


@dataclass(frozen=True)
class RequestCard:
    """One request as the administrators see it. `mine`: the reader asked it, or it is about the reader."""

    id: uuid.UUID
    kind: str
    user_id: uuid.UUID
    user_name: str
    username: str
    role: str
    division: str
    reason: str
    asked_by: str
    asked_at: dt.datetime
    mine: bool


@dataclass(frozen=True)
class Granted:
    """A grant: the code to hand over ("" where none is needed), whose it is, and until when it opens."""

    code: str
    username: str
    user_name: str


def ask_reset(actor: Actor, *, user_id: uuid.UUID | str, kind: str, reason: str) -> uuid.UUID:
    """Ask that a user's password or lost factor be reset, or a deactivated user be let in again."""
    check_may(actor, Action.MANAGE_USERS)
    user = User.objects.filter(id=user_id).first()
    division = _place_of(user, actor)
    if user is None or division is None or kind not in RESETS:
        raise refuse("unknown_user")
    _check_ask(actor, user, reason)
    if (kind == "reactivate") == user.is_active:
        raise refuse("active" if user.is_active else "inactive")
    return open_request(actor, kind=kind, user=user, division=division, reason=reason)


def open_request(
    actor: Actor,
    *,
    kind: str,
    user: User,
    division: str,
    reason: str,
    content: Mapping[str, str | bool | None] | None = None,
) -> uuid.UUID:
    """Write a request down; refused while the same one waits."""
    with transaction.atomic():
        waiting = TwoPersonRequest.objects.filter(kind=kind, user=user, granted=None, content=dict(content or {}))
        if waiting.exists():
            raise refuse("asked")
        row = TwoPersonRequest.objects.create(
            kind=kind,
            user=user,
            division=division,
            content=dict(content or {}),
            reason=reason.strip()[:400],
            asked_by_id=actor.id,
            asked_at=timezone.now(),
        )
        record_action(actor, action="ask_two_person", subject=str(row.id), details={"kind": kind, "user": str(user.id)})
    return row.id


def decide_request(actor: Actor, *, request_id: uuid.UUID | str, grant: bool) -> Granted | None:
    """Grant or refuse what another administrator asked; a grant returns the code to hand over, shown this once."""
    check_may(actor, Action.APPROVE_SECURITY)
    row = _in_scope(actor).select_related("user").filter(id=request_id).first()
    if row is None:
        raise refuse("unknown_request")
    if str(row.user_id) == actor.id:
        raise refuse("own_affair")
    if str(row.asked_by_id) == actor.id:
        raise refuse("same_person")
    with transaction.atomic():
        waiting = TwoPersonRequest.objects.filter(id=row.id, granted=None)
        if not waiting.update(granted=grant, decided_by_id=actor.id, decided_at=timezone.now()):
            raise refuse("decided")
        granted = _carry_out(actor, row) if grant else None
        record_action(
            actor,
            action="decide_two_person",
            subject=str(row.id),
            details={"kind": row.kind, "user": str(row.user_id), "granted": grant},
        )
    return granted


def list_requests(actor: Actor) -> tuple[RequestCard, ...]:
    """The requests of the actor's area that wait for a decision, the oldest first."""
    check_may(actor, Action.APPROVE_SECURITY, Action.MANAGE_USERS)
    rows = _in_scope(actor).filter(granted=None).select_related("user", "asked_by").order_by("asked_at")
    return tuple(_card(row, actor) for row in rows)


def _in_scope(actor: Actor) -> QuerySet[TwoPersonRequest]:
    return TwoPersonRequest.objects.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)


def _card(row: TwoPersonRequest, actor: Actor) -> RequestCard:
    return RequestCard(
        id=row.id,
        kind=row.kind,
        user_id=row.user_id,
        user_name=row.user.full_name,
        username=row.user.username,
        role=str(row.content.get("role", "")),
        division=row.division,
        reason=row.reason,
        asked_by=row.asked_by.full_name,
        asked_at=row.asked_at,
        mine=actor.id in (str(row.asked_by_id), str(row.user_id)),
    )


def _carry_out(actor: Actor, row: TwoPersonRequest) -> Granted:
    user = row.user
    kind = _grant_post(row, user) if row.kind == "grant_post" else RESETS[row.kind]
    if row.kind in RESETS:
        end_sessions_of(user.id, because=RESETS[row.kind])
    if row.kind == "password_reset":
        user.set_unusable_password()
    user.is_active, user.deactivated_at = True, None
    user.save(update_fields=["password", "is_active", "deactivated_at"])
    code = make_code(user, kind=kind, made_by=actor.id) if kind else ""
    return Granted(code, user.username, user.full_name)


def _grant_post(row: TwoPersonRequest, user: User) -> str:
    """Give the post; returns the kind of code that its holder needs before working in it ("" when nothing)."""
    wanted = row.content
    held = running_posts(timezone.localdate()).filter(user=user)
    if not may_hold_together([*held.values_list("role", flat=True), str(wanted["role"])]):
        raise refuse("separated")
    Post.objects.create(
        user=user,
        role=wanted["role"],
        organization_id=wanted["organization"],
        division=row.division,
        department=wanted["department"],
        clerk=wanted["clerk"],
        valid_from=max(dt.date.fromisoformat(wanted["valid_from"]), timezone.localdate()),
    )
    if not user.has_usable_password():
        return "activation"
    return "factor" if ROLES[wanted["role"]].second_factor and not has_factor(user) else ""


def _check_ask(actor: Actor, user: User, reason: str) -> None:
    if str(user.id) == actor.id:
        raise refuse("own_affair")
    if len(reason.strip()) < 5:
        raise refuse("reason")


def _place_of(user: User | None, actor: Actor) -> str | None:
    """The division of a post of the user inside the actor's area; None when there is none."""
    posts = Post.objects.filter(user=user, division__gte=actor.scope.first, division__lt=actor.scope.end)
    return posts.order_by("-valid_from").values_list("division", flat=True).first()
