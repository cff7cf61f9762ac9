"""Signing in as one machine of states: what has been proved, and what is still to be proved or chosen.

password → (app, passkey, recovery code | known device with PIN | first time: enroll one of them) → choose a post → in.
The half-way state lies in the session and is forgotten after ten minutes. Every try goes through `authenticate`, which counts it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from axes.utils import reset
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from ciyou.apps.accounts.codes import handed_recently
from ciyou.apps.accounts.devices import find_device, open_device_again
from ciyou.apps.accounts.factors import has_factor, remove_every_factor
from ciyou.apps.accounts.models import Device, Post, SignIn, User
from ciyou.apps.accounts.posts import actor_of, running_posts
from ciyou.apps.accounts.sessions import begin_session, end_sessions_of
from ciyou.apps.audit.services import record_action
from ciyou.core.access.roles import ROLES

LIMIT_SECONDS = 600
_KEY = "entering"
# A PIN opens the posts that need no second factor, and none of the others of the same person.
_WEAK = frozenset({"password", "pin"})


class Step(StrEnum):
    """What comes next. `ask_office`: something must be handed over in person first; `no_post`: nothing to work in."""

    FACTOR = "factor"
    ENROLL = "enroll"
    DEVICE = "device"
    ASK_OFFICE = "ask_office"
    NO_POST = "no_post"
    POST = "post"
    DONE = "done"


@dataclass(frozen=True)
class Entering:
    """A user on the way in, and by what the strongest proof so far was made (password | totp | passkey | recovery | pin)."""

    user: User
    method: str
    device: Device | None = None


def normal_username(typed: str) -> str:
    """A sign-in name as it is kept: no spaces around it, small letters."""
    return typed.strip().lower()[:64]


def entering(session: SessionBase) -> Entering | None:
    """Who is on the way in with this session; None when nobody is, or it took longer than ten minutes."""
    state = session.get(_KEY)
    if not state or time.time() - state["at"] > LIMIT_SECONDS:
        return None
    user = User.objects.filter(id=state["user"], is_active=True).first()
    if user is None:
        return None
    device = Device.objects.filter(id=state["device"], user=user, revoked_at=None).first() if state["device"] else None
    return Entering(user, state["method"], device)


def try_password(request: HttpRequest, *, username: str, password: str, device_token: str = "") -> Entering | None:
    """The first step. On a device known for this user the password opens a locked PIN again."""
    user = authenticate(request, username=normal_username(username), password=password)
    if user is None:
        return None
    device = find_device(device_token)
    if device is not None and device.user_id == user.pk:
        open_device_again(device)
        return _enter(request, Entering(user, "password", device))
    return _enter(request, Entering(user, "password"))


def try_pin(request: HttpRequest, *, device_token: str, pin: str) -> Entering | None:
    """The PIN of the device in hand."""
    device = find_device(device_token)
    if device is None:
        return None
    user = authenticate(request, username=device.user.username, device_token=device_token, device_pin=pin)
    return None if user is None else _enter(request, Entering(user, "pin", device))


def try_handed_code(request: HttpRequest, *, username: str, code: str, new_password: str) -> Entering | None:
    """A code for a first sign-in or a forgotten password, and the password that is to hold from now on (checked before)."""
    name = normal_username(username)
    user = authenticate(request, username=name, handed_code=code, code_kinds=("activation", "password"))
    if user is None:
        return None
    user.set_password(new_password)
    user.save(update_fields=["password"])
    end_sessions_of(user.id, because="password")
    return _enter(request, Entering(user, "password"))


def try_factor(request: HttpRequest, state: Entering, *, code: str) -> Entering | None:
    """A code of the app, or a recovery code."""
    if authenticate(request, username=state.user.username, factor_code=code) is None:
        return None
    method = "totp" if "".join(code.split()).isdigit() else "recovery"
    return _enter(request, replace(state, method=method))


def try_passkey(
    request: HttpRequest, state: Entering, *, answer: Mapping[str, Any], challenge: Mapping[str, Any]
) -> Entering | None:
    """A passkey's signature over this session's challenge."""
    user = authenticate(
        request, username=state.user.username, passkey_answer=dict(answer), passkey_state=dict(challenge)
    )
    return None if user is None else _enter(request, replace(state, method="passkey"))


def try_factor_reset(request: HttpRequest, state: Entering, *, code: str) -> bool:
    """A code that two administrators gave out for a lost factor: the old factors end, new ones can be enrolled."""
    user = authenticate(request, username=state.user.username, handed_code=code, code_kinds=("factor",))
    if user is None:
        return False
    remove_every_factor(state.user)
    end_sessions_of(state.user.id, because="factor")
    return True


def try_device_code(request: HttpRequest, state: Entering, *, code: str) -> bool:
    """A code that the supervisor handed over, so that this device becomes a known one."""
    user = authenticate(request, username=state.user.username, handed_code=code, code_kinds=("device",))
    return user is not None


def may_enroll_device(state: Entering) -> bool:
    """Whether a code was handed over within the last day, so that no second one is asked for."""
    return handed_recently(state.user, kinds=("activation", "device"))


def factor_enrolled(request: HttpRequest, state: Entering, *, method: str) -> Entering:
    """Go on after the first right code (or the first passkey) of a fresh factor."""
    return _enter(request, replace(state, method=method))


def device_enrolled(request: HttpRequest, state: Entering, device: Device) -> Entering:
    """Go on after this device became a known one."""
    return _enter(request, Entering(state.user, "pin", device))


def next_step(state: Entering, *, local: bool) -> Step:
    """What is still missing. `local`: the request comes from this machine (the demo's waiver needs that)."""
    posts = list(posts_of(state.user))
    if not posts:
        return Step.NO_POST
    if state.method in _WEAK:
        missing = _missing_proof(state, posts, waived=local and settings.DEMO)
        if missing is not None:
            return missing
    return Step.DONE if len(posts) == 1 else Step.POST


def posts_of(user: User) -> tuple[Post, ...]:
    """The posts that a user may work in today, own ones before those on cover."""
    rows = running_posts(timezone.localdate()).filter(user=user).select_related("organization")
    return tuple(sorted(rows, key=lambda post: (post.cover_of_id is not None, post.valid_from, str(post.id))))


def finish(request: HttpRequest, state: Entering, *, post_id: str = "") -> SignIn | None:
    """Begin the session in a post (the only one, or the chosen one); None when that is not one of the user's posts."""
    post = next((post for post in posts_of(state.user) if not post_id or str(post.id) == post_id), None)
    actor = None if post is None else actor_of(post)
    if post is None or actor is None:
        return None
    origin = request.META["REMOTE_ADDR"]
    row = begin_session(
        request.session,
        user=state.user,
        post=post,
        method=_shown_method(state),
        origin=origin,
        agent=request.META.get("HTTP_USER_AGENT", ""),
        device=state.device,
    )
    reset(username=state.user.username, ip=origin)
    record_action(actor, action="sign_in", subject=str(row.id), details={"method": row.method}, origin=origin)
    return row


def forget_entering(session: SessionBase) -> None:
    """Begin again with the first step."""
    session.pop(_KEY, None)


def is_locked_out(request: HttpRequest) -> bool:
    """Whether this name has been tried too often from this address."""
    return bool(getattr(request, "axes_locked_out", False))


def _missing_proof(state: Entering, posts: list[Post], *, waived: bool) -> Step | None:
    office = any(ROLES[post.role].second_factor for post in posts)
    if not office and state.device is not None:
        return None
    if has_factor(state.user):
        return Step.FACTOR
    if waived:
        return None
    if not office:
        return Step.DEVICE
    return Step.ENROLL if handed_recently(state.user, kinds=("activation", "factor")) else Step.ASK_OFFICE


def _shown_method(state: Entering) -> str:
    return "demo" if state.method == "password" and state.device is None else state.method


def _enter(request: HttpRequest, state: Entering) -> Entering:
    """Keep how far the user came under a fresh session key: nobody can have planted it."""
    request.session.cycle_key()
    device = str(state.device.id) if state.device else ""
    request.session[_KEY] = {
        "user": str(state.user.id),
        "method": state.method,
        "device": device,
        "at": time.time(),
    }
    return state
